"""What the gate owes the console, written in order by one thread: events without personal data, and inspections.

An event is numbered and on disk before it counts (outbox). A disk that is full delays the record, it never stops a
door: what cannot be written is tried again, and the oldest of a thousand waiting gives way.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import structlog

from examiner_console.contract import EventData
from examiner_console.outbox import Outbox, OutboxError

R = TypeVar("R")
Now = Callable[[], datetime]

MOST_WAITING: Final = 1000
RETRY_SECONDS: Final = 1.0

log = structlog.get_logger("gate.telemetry")


class Telemetry:
    """`note` and `later` return at once and keep their order among themselves; `ask` does not queue behind them."""

    def __init__(self, outbox: Outbox, now: Now) -> None:
        self._outbox, self._now = outbox, now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="outbox")
        self._waiting: deque[Callable[[Outbox], object]] = deque(maxlen=MOST_WAITING)
        self._arrived = asyncio.Event()

    def note(self, kind: str, inspection: UUID | None = None, **data: str | int | float | bool | None) -> None:
        at, facts = self._now(), EventData(data)
        log.info(kind, **data)
        self.later(lambda outbox: outbox.add_event(kind, at, inspection=inspection, data=facts))

    def later(self, write: Callable[[Outbox], object]) -> None:
        self._waiting.append(write)
        self._arrived.set()

    async def ask(self, write: Callable[[Outbox], R]) -> R:
        """Raise what the outbox raises."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, write, self._outbox)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await self._drain()

    async def flush(self) -> None:
        """Write what still waits, once, at the end."""
        await self._drain(retry=False)
        self._thread.shutdown()

    async def _drain(self, *, retry: bool = True) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            try:
                await loop.run_in_executor(self._thread, self._waiting[0], self._outbox)
            except OutboxError as error:
                log.error("outbox_unavailable", code=error.code, waiting=len(self._waiting))
                if not retry:
                    return
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._waiting.popleft()
