"""A station's web server: a socket of this machine, and uvicorn as one task among others."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from .settings import SettingsUnusable


class Server(uvicorn.Server):
    """Signals belong to the station."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server(app: FastAPI, *, grace: int) -> Server:
    """`grace`: seconds that open streams have to end by themselves once `should_exit` is set."""
    return Server(
        uvicorn.Config(
            app, log_config=None, access_log=False, lifespan="off", ws="none", timeout_graceful_shutdown=grace
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Port 0 takes a free one. Raise `SettingsUnusable` where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsUnusable([f"http_port: {port} cannot be used ({error.strerror})"]) from None
