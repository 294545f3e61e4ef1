"""One web server and one task beside it, until SIGTERM or SIGINT; both end cleanly, open streams included."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Coroutine, Iterator
from typing import Any, Final

import structlog
import uvicorn
from fastapi import FastAPI

from gate.settings import SettingsUnusable
from kiosk.stream import Change

log = structlog.get_logger(__name__)

GRACE_SECONDS: Final = 3
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class _Server(uvicorn.Server):
    """A server that leaves the signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Raise `SettingsUnusable` where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsUnusable([f"http_port: {port} cannot be used ({error.strerror})"]) from error
    return listener


async def serve(app: FastAPI, listener: socket.socket, change: Change, beside: Coroutine[Any, Any, None]) -> None:
    """Serve until a signal; `change` is closed first, so that every open stream ends by itself."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=GRACE_SECONDS)
    server = _Server(config)
    log.info("serving", port=listener.getsockname()[1])
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(beside)
        tasks.create_task(server.serve(sockets=[listener]))
        await stop.wait()
        change.close()
        server.should_exit = True
        work.cancel()
