"""The registries of other authorities, on loopback: one service for all of them, with faults by name.

    POST   /v1/visas              a question in JSON; the reply repeats it and says what was found
    PUT    /world                 a list of {"registry": …, "question": …, "entry": …}: known from now on
    PUT    /faults/visa/slow      from now on; DELETE /faults/visa ends it
    async with Service(world) as service:
        service.fault("visa", "slow")
        service.repair("visa")          # whoever waits is answered now

down: 503. slow: no answer until repaired. trickle: a byte each 20 ms, without end. garbled: half a reply. stale: right,
of data thirty days old. wrong_document: clear, for a document nobody asked about. huge: 64 KiB after 64 KiB, without
end. wrong_type: the reply, as text/html. wrong_schema: JSON that says nothing known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Final, Self

import uvicorn
from fastapi import Body, FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.requests import ClientDisconnect

from simulators.registry_world import PATHS, Known, World, fits, reply

FAULTS: Final = (
    "down",
    "slow",
    "trickle",
    "garbled",
    "stale",
    "wrong_document",
    "huge",
    "wrong_type",
    "wrong_schema",
)
_LONGEST_QUESTION: Final = 4096
_TRICKLE_SECONDS: Final = 0.02
_STALE: Final = timedelta(days=30)
TlsPaths = tuple[Path, Path, Path]
_JSON: Final = "application/json"


class UnknownFault(ValueError):
    """No such registry or no such fault; the message lists them."""


class Registries:
    """The state behind the service: the world, what ails each registry, and every question as it came off the wire."""

    def __init__(self, world: World, clock: Callable[[], datetime], answer_after: float = 0.0) -> None:
        """`answer_after` seconds, as over a distance."""
        self.world = world
        self.answer_after = answer_after
        self.clock = clock
        self.received: list[tuple[str, bytes]] = []
        self.asked = asyncio.Event()
        self._faults: dict[str, str] = {}
        self._repaired: dict[str, asyncio.Event] = {name: asyncio.Event() for name in PATHS}

    def fault(self, registry: str, name: str) -> None:
        if registry not in PATHS or name not in FAULTS:
            raise UnknownFault(f"registries are {', '.join(PATHS)}, and faults {', '.join(FAULTS)}")
        self._faults[registry] = name
        self._repaired[registry].clear()

    def repair(self, registry: str) -> None:
        """Raises UnknownFault for an unknown registry."""
        if registry not in PATHS:
            raise UnknownFault(f"registries are {', '.join(PATHS)}")
        self._faults.pop(registry, None)
        self._repaired[registry].set()

    async def answer(self, registry: str, request: Request) -> Response:
        try:
            body = b"".join([piece async for piece in _bounded(request)])
        except ClientDisconnect:  # who asked has given up
            return Response(status_code=400)
        self.received.append((registry, body))
        self.asked.set()
        question = _question(body)
        if not fits(registry, question):
            return Response(status_code=422)
        await asyncio.sleep(self.answer_after)
        fault = self._faults.get(registry)
        if fault == "slow":
            await self._repaired[registry].wait()
        found = reply(registry, question, self.world.find(registry, question), self.clock())
        return _ailing(fault, found) if fault else JSONResponse(found)


async def _bounded(request: Request) -> AsyncIterator[bytes]:
    """What is beyond the longest question is read and dropped, so that it is no question."""
    room = _LONGEST_QUESTION
    async for piece in request.stream():
        yield piece[:room]
        room -= len(piece[:room])


def _question(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _ailing(fault: str, found: dict[str, Any]) -> Response:
    text = json.dumps(found)
    if fault == "down":
        return Response(status_code=503)
    if fault == "trickle":
        return StreamingResponse(_drops(), media_type=_JSON)
    if fault == "huge":
        return StreamingResponse(_flood(), media_type=_JSON)
    if fault == "garbled":
        return Response(text[: len(text) // 2], media_type=_JSON)
    if fault == "stale":
        found["as_of"] = (datetime.fromisoformat(found["as_of"]) - _STALE).isoformat()
    elif fault == "wrong_document":
        other = {name: f"{value or ''}X" for name, value in found["question"].items()}
        found |= {"question": other, "found": {"answer": "clear"}}
    elif fault == "wrong_type":
        return Response(text, media_type="text/html")
    elif fault == "wrong_schema":
        found["found"] = {"answer": "maybe"}
    return JSONResponse(found)


async def _drops() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(_TRICKLE_SECONDS)


async def _flood() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 65536
        await asyncio.sleep(0)


def create_app(registries: Registries) -> FastAPI:
    """Only for loopback: whoever reaches it may break it."""
    app = FastAPI(title="Simulated registries", docs_url=None, redoc_url=None, openapi_url=None)

    def route(name: str) -> None:
        @app.post(f"/v1/{PATHS[name]}", name=name)
        async def ask(request: Request) -> Response:
            return await registries.answer(name, request)

    for name in PATHS:
        route(name)

    @app.get("/world")
    async def size() -> Response:
        return JSONResponse({"entries": len(registries.world)})

    @app.put("/world", status_code=204)
    async def learn(known: Annotated[list[Known], Body()]) -> Response:
        if not all(one.registry in PATHS and fits(one.registry, one.question) for one in known):
            return JSONResponse({"code": "unusable_entry", "sentence": "No registry is asked that way."}, 422)
        for one in known:
            registries.world.enter(one.registry, one.entry, **one.question)
        return Response(status_code=204)

    @app.put("/faults/{registry}/{fault}", status_code=204)
    async def break_down(registry: str, fault: str) -> Response:
        return _done(lambda: registries.fault(registry, fault))

    @app.delete("/faults/{registry}", status_code=204)
    async def mend(registry: str) -> Response:
        return _done(lambda: registries.repair(registry))

    return app


def _done(act: Callable[[], None]) -> Response:
    try:
        act()
    except UnknownFault as error:
        return JSONResponse({"code": "unknown_fault", "sentence": str(error)}, 404)
    return Response(status_code=204)


class _Server(uvicorn.Server):
    """Signals belong to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _now() -> datetime:
    return datetime.now(UTC)


class Service(Registries):
    """All registries listening on loopback, in the caller's loop, from entering to leaving. Port 0 takes a free one.

    With `tls` (certificate, key, and the authority of those who may ask; PEM) it talks only to who shows a certificate.
    """

    def __init__(
        self,
        world: World,
        *,
        port: int = 0,
        clock: Callable[[], datetime] = _now,
        tls: TlsPaths | None = None,
        answer_after: float = 0.0,
    ) -> None:
        super().__init__(world, clock, answer_after)
        self._scheme = "https" if tls else "http"
        self._listener = socket.create_server(("127.0.0.1", port))
        certificate, key, authority = tls or (None, None, None)
        config = uvicorn.Config(
            create_app(self),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            ssl_ca_certs=str(authority) if authority else None,
            ssl_cert_reqs=ssl.CERT_REQUIRED if tls else ssl.CERT_NONE,
        )
        self._server = _Server(config)
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]), name="registries")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for registry in PATHS:
            self.repair(registry)
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
        self._listener.close()
