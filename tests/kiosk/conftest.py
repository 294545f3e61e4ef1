"""A gate at the wire, pages in a real browser, and a bio-cart without devices for looking at its screens."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from gate.view import GateView, Prompt
from kiosk import mirror
from kiosk.stream import Change, events


class Served:
    """An app on a port of loopback, in a thread with a loop of its own."""

    def __init__(self, app: FastAPI, change: Change, *, port: int = 0, beside: Any = None) -> None:
        self.change = change
        self._beside = beside
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()  # who comes before the loop runs waits, and is not refused
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=2))
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()

    def _run(self, listener: socket.socket) -> None:
        self.loop.run_until_complete(self._serve(listener))
        self.loop.close()

    async def _serve(self, listener: socket.socket) -> None:
        work = asyncio.create_task(self._beside()) if self._beside else None
        await self._server.serve(sockets=[listener])
        if work is not None:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def call(self, function: Any, *arguments: Any) -> Any:
        """Run `function` in the server's loop, as its own code would."""

        async def within() -> Any:
            return function(*arguments)

        return asyncio.run_coroutine_threadsafe(within(), self.loop).result(5)

    def stop(self) -> None:
        if self._thread.is_alive():
            self.call(self.change.close)
            self._server.should_exit = True
            self._thread.join(10)


class WireGate:
    """Speaks the gate's local HTTP API; the test says what it sees."""

    def __init__(self) -> None:
        self.change = Change()
        self.view = GateView("gate-7", 7, "departure", "ready", Prompt.WELCOME, 1)
        self.helped = 0
        self.hung = threading.Event()
        self.served: Served | None = None

    def start(self, port: int = 0) -> str:
        self.change = Change()
        self.served = Served(self._app(), self.change, port=port)
        return self.served.url

    def stop(self) -> int:
        assert self.served is not None
        self.served.stop()
        return self.served.port

    def show(self, prompt: Prompt, **more: Any) -> None:
        assert self.served is not None
        fields: dict[str, Any] = {"step": None, "mirror": False, "booth": None, "language": None} | more
        view = msgspec.structs.replace(self.view, prompt=prompt, sequence=self.view.sequence + 1, **fields)
        self.served.call(self._set, view)

    def _set(self, view: GateView) -> None:
        self.view = view
        self.change.bump()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/events")
        async def stream() -> StreamingResponse:
            return StreamingResponse(self._events(), media_type="text/event-stream")

        @app.get("/v1/preview")
        async def preview() -> StreamingResponse:
            return StreamingResponse(self._pictures(), media_type=mirror.MEDIA_TYPE)

        @app.post("/v1/help")
        async def help_wanted() -> Response:
            self.helped += 1
            self._set(msgspec.structs.replace(self.view, prompt=Prompt.STAFF_COMING, sequence=self.view.sequence + 1))
            return Response(status_code=204)

        return app

    async def _events(self) -> AsyncIterator[bytes]:
        feed = events(self.change, "view", lambda: msgspec.json.encode(self.view).decode(), beat=0.5)
        async for sent in feed:
            while self.hung.is_set() and not self.change.closed:
                await self.change.beyond(self.change.number, seconds=0.1)
            yield sent

    async def _pictures(self) -> AsyncIterator[bytes]:
        while not self.change.closed:
            yield mirror.part(mirror.GREY)
            await self.change.beyond(self.change.number, seconds=0.2)


@pytest.fixture(scope="session")
def served() -> Any:
    """`with served(app, change) as server:` serves an app on loopback."""

    @contextlib.contextmanager
    def serve(app: FastAPI, change: Change, **more: Any) -> Iterator[Served]:
        server = Served(app, change, **more)
        try:
            yield server
        finally:
            server.stop()

    return serve


@pytest.fixture
def wire_gate() -> Iterator[WireGate]:
    gate = WireGate()
    gate.start()
    yield gate
    gate.stop()
