"""The console's ports: officers on one, stations on the same or, with TLS, on their own; one process, one loop.

The station port speaks TLS 1.3 alone and demands a client certificate; whose it is reaches the routes as the scope
extension `sekisho.peer`.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Final

import structlog
import uvicorn
from fastapi import APIRouter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from examiner_console.app import create_app
from examiner_console.console import Console
from examiner_console.running.logs import loop_fault
from examiner_console.running.metrics import create_metrics_app
from examiner_console.settings import Settings

log = structlog.get_logger(__name__)
EXTENSION: Final = "sekisho.peer"
BACKLOG: Final = 2048
"""Connections that may wait to be accepted: every station of a hall coming back at once."""
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than any client keeps an idle connection, so that none is closed under a request on its way."""
SWITCH_SECONDS: Final = 0.0005
"""The writer gives up the interpreter at every row; at Python's 5 ms it would wait that long to get it back."""
SHUTDOWN_SECONDS: Final = 1
"""How long requests under way may take to end once the process was told to stop."""


class PeerProtocol(HttpToolsProtocol):
    """Adds the names of the connection's client certificate to every request's scope."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn itself
        super().connection_made(transport)
        self._peer_names = peer_names(transport.get_extra_info("peercert") or {})

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: {"names": self._peer_names}}


def peer_names(certificate: Mapping[str, Any]) -> frozenset[str]:
    """Common names and DNS names, from the form `ssl.SSLSocket.getpeercert` gives."""
    subject = (pair for relative in certificate.get("subject", ()) for pair in relative)
    names = {value for kind, value in subject if kind == "commonName"}
    return frozenset(names | {value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"})


class _Server(uvicorn.Server):
    """Signals are the process's affair: two servers share it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Bound and listening, so that its port is known before the loop runs. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def station_context(settings: Settings) -> ssl.SSLContext:
    """TLS 1.3 only, client certificate required (RFC 8446 §4.3.2)."""
    assert settings.tls_certificate is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    context.load_verify_locations(settings.tls_client_ca)
    return context


def _config(app: Any, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        lifespan="off",
        **more,
    )


def servers(console: Console, routers: Sequence[APIRouter]) -> list[tuple[uvicorn.Server, socket.socket]]:
    """Officers, stations where they have a port of their own, metrics where they are asked for. Raises OSError."""
    settings = console.settings
    found = _for_the_hall(console, routers)
    if settings.metrics_port is not None:
        metrics = _Server(_config(create_metrics_app(console)))
        found.append((metrics, listen(settings.metrics_host, settings.metrics_port)))
    return found


def _for_the_hall(console: Console, routers: Sequence[APIRouter]) -> list[tuple[uvicorn.Server, socket.socket]]:
    settings = console.settings
    officers = listen(settings.host, settings.port)
    if not settings.has_station_tls:
        return [(_Server(_config(create_app(console, routers))), officers)]
    context = station_context(settings)
    stations = _config(create_app(console), http=PeerProtocol, ssl_context_factory=lambda *_: context)
    return [
        (_Server(_config(create_app(console, routers, stations=False))), officers),
        (_Server(stations), listen(settings.host, settings.station_port)),
    ]


async def serve(running: Sequence[tuple[uvicorn.Server, socket.socket]], hang_up: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished, `hang_up` ends those that never would be."""

    def stop() -> None:
        hang_up()
        for server, _ in running:
            server.should_exit = True

    sys.setswitchinterval(SWITCH_SECONDS)
    gc.freeze()  # what was loaded by now stays: walking through it again and again cost a tenth of the processor time
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(loop_fault)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as group:
        for server, listener in running:
            group.create_task(server.serve(sockets=[listener]))
