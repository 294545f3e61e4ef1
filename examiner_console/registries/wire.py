"""A registry over HTTP: one POST of a JSON question, one JSON reply, within one time limit over everything.

    {"document_number": "TK1234567", ...}                                  the question, in the body and not in the
                                                                           address, which proxies write to their logs
    {"registry": "visa", "question": {...}, "as_of": "2026-11-27T00:00:00Z",
     "found": {"answer": "clear"} | {"answer": "hit", "entry": {...}}}     the reply, which repeats the question

`decoded` takes nothing but exactly that; every other thing that comes back is a `Failure` of its own.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

import aiohttp
import msgspec

from examiner_console.client import TlsFiles
from examiner_console.law.answers import Failure
from examiner_console.registries.port import Told, silent
from examiner_console.registries.questions import Question
from examiner_console.registries.table import LARGEST_BODY, LIMIT_SECONDS, Kind

_FUTURE: Final = timedelta(seconds=30)
"""How far a registry's clock may be ahead of ours; data from beyond that is not believed."""
_HEADERS: Final = {"content-type": "application/json", "accept": "application/json", "accept-encoding": "identity"}
"""Without compression: a small body that unpacks into a huge one cannot be measured on the wire."""
F = TypeVar("F")


class UnusableAddress(ValueError):
    """What an operator set cannot be asked; the sentence says why."""

    code = "unusable_registry_address"


class Reply(msgspec.Struct, Generic[F], frozen=True, forbid_unknown_fields=True):
    registry: str
    question: dict[str, str | None]
    as_of: Annotated[datetime, msgspec.Meta(tz=True)]
    found: F


def _reply(found: Any) -> Any:
    """`Reply` of a type that is known to the table alone."""
    return Reply[found]


class _Unusable(Exception):
    def __init__(self, reason: Failure) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """`url` without a path; `tls` for a registry that wants to know who asks. An https address is always verified."""

    url: str
    tls: TlsFiles | None = None
    seconds: float = LIMIT_SECONDS
    largest_body: int = LARGEST_BODY

    def line(self) -> Line:
        """Raises UnusableAddress."""
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and parts.hostname and (not self.tls or parts.scheme == "https")
            verify: ssl.SSLContext | bool = self.tls.context() if usable and self.tls else True
        except (OSError, ValueError) as error:
            raise UnusableAddress(f"a registry's address or certificate files cannot be used: {error}") from error
        if not usable:
            raise UnusableAddress("a registry's address is http://… or https://…; with certificates the latter")
        return Line(self.url.rstrip("/"), verify)


class Line:
    """Connections to one registry, opened when the first question is asked, on the event loop that asks it."""

    def __init__(self, url: str, verify: ssl.SSLContext | bool) -> None:
        self._url, self._verify = url, verify
        self._session: aiohttp.ClientSession | None = None

    def post(self, path: str, question: bytes) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The answer as it comes: no redirect is followed, nothing is unpacked."""
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._verify)
            unlimited = aiohttp.ClientTimeout(total=None)  # who asks has a limit over everything
            self._session = aiohttp.ClientSession(connector=connector, timeout=unlimited, auto_decompress=False)
        body = aiohttp.BytesPayload(question)
        return self._session.post(self._url + path, data=body, headers=_HEADERS, allow_redirects=False)

    async def aclose(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def tls_files(certificate: Path | None, key: Path | None, authority: Path | None) -> TlsFiles | None:
    """All three, or none."""
    return TlsFiles(certificate, key, authority) if certificate and key and authority else None


class HttpRegistry:
    """The port `Registry` for one of `table.KINDS`, on a line that the caller closes."""

    def __init__(self, name: str, kind: Kind, address: Address, line: Line, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._kind = kind
        self._address = address
        self._line = line
        self._clock = clock
        self._decoder: msgspec.json.Decoder[Reply[Any]] = msgspec.json.Decoder(_reply(kind.found))

    async def ask(self, question: Question) -> Told:
        try:
            async with asyncio.timeout(self._address.seconds):
                body = await self._body(msgspec.json.encode(question))
            return self._told(body, question)
        except TimeoutError:
            return silent(Failure.SLOW)
        except (aiohttp.ClientError, OSError):
            return silent(Failure.DOWN)
        except _Unusable as error:
            return silent(error.reason)

    async def _body(self, question: bytes) -> bytes:
        async with self._line.post(self._kind.path, question) as response:
            if response.status != 200:
                raise _Unusable(Failure.DOWN)
            if response.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                raise _Unusable(Failure.WRONG_TYPE)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _Unusable(Failure.WRONG_TYPE)
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > self._address.largest_body:
                    raise _Unusable(Failure.TOO_LARGE)
            return bytes(body)

    def _told(self, body: bytes, question: Question) -> Told:
        reply = self._decoded(body)
        if reply.registry != self._name or reply.question != msgspec.to_builtins(question):
            raise _Unusable(Failure.WRONG_QUESTION)
        age = self._clock() - reply.as_of
        if age > timedelta(seconds=self._kind.stale_after) or age < -_FUTURE:
            raise _Unusable(Failure.STALE)
        return Told(reply.found, reply.as_of.astimezone(UTC))

    def _decoded(self, body: bytes) -> Reply[Any]:
        try:
            return self._decoder.decode(body)
        except msgspec.ValidationError:
            raise _Unusable(Failure.WRONG_SCHEMA) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _Unusable(Failure.GARBLED) from None
