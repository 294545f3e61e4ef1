"""Screenings under way in this process, with how far they are. One that a restart cut off is started again by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog

from examiner_console.database import Store
from examiner_console.registries.desk import Desk
from examiner_console.ships.calls import ShipsError
from examiner_console.ships.loading import screen

log = structlog.get_logger(__name__)
Progress = tuple[int, int]
"""How many of how many."""


class Screenings:
    """To be used on one event loop."""

    def __init__(
        self, store: Store, desk: Desk, clock: Callable[[], datetime], more: frozenset[str] = frozenset()
    ) -> None:
        """`more` are nationalities that an inspector sees, as in `screening.screened`."""
        self._store, self._desk, self._clock, self._more = store, desk, clock, more
        self._progress: dict[UUID, Progress] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    def start(self, call: UUID, officer: str) -> None:
        """In the background; a screening of the same call that is under way goes first, and then this one."""
        before = self._tasks.get(call)
        task = asyncio.create_task(self._screen(call, officer, before), name=f"screening {call}")
        self._tasks[call] = task
        self._progress[call] = (0, 0)
        task.add_done_callback(lambda done: self._finished(call, done))

    def progress(self, call: UUID) -> Progress | None:
        """None where nothing is under way."""
        return self._progress.get(call)

    async def _screen(self, call: UUID, officer: str, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})

        def told(done: int, of: int) -> None:
            self._progress[call] = (done, of)

        await screen(self._store, self._desk, self._clock, call, officer, told, self._more)

    def _finished(self, call: UUID, task: asyncio.Task[None]) -> None:
        if self._tasks.get(call) is task:
            del self._tasks[call]
            self._progress.pop(call, None)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, ShipsError):
            log.error("screening_failed", error=type(error).__name__)
