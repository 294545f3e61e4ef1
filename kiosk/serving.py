"""One web server and one task beside it, until SIGTERM or SIGINT; both end cleanly, open streams included."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Coroutine
from typing import Any, Final

import structlog
from fastapi import FastAPI

from gate.serving import server
from kiosk.stream import Change

log = structlog.get_logger(__name__)

GRACE_SECONDS: Final = 3
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


async def serve(app: FastAPI, listener: socket.socket, change: Change, beside: Coroutine[Any, Any, None]) -> None:
    """Serve until a signal; `change` is closed first, so that every open stream ends by itself."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, stop.set)
    http = server(app, grace=GRACE_SECONDS)
    log.info("serving", port=listener.getsockname()[1])
    async with asyncio.TaskGroup() as tasks:
        work = tasks.create_task(beside)
        tasks.create_task(http.serve(sockets=[listener]))
        await stop.wait()
        change.close()
        http.should_exit = True
        work.cancel()
