"""The open cases as all pages see them: read once after a change, however many look.

A hundred booths that each read the database after each referral took all the processor there was; now one reading is
made, and every listener is woken with it. Changes that come close together are shown together.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import structlog

from examiner_console.casework.cases import Case
from examiner_console.casework.referrals import Referrals
from examiner_console.database import StoreError
from examiner_console.web.officers import Sessions

log = structlog.get_logger(__name__)
ELSEWHERE_SECONDS: Final = 2.0
"""How soon what another process changed is looked for."""
PAUSE_SECONDS: Final = 0.2
"""Between two readings."""
PAUSE_A_LISTENER: Final = 0.0003
"""Added for each listener: about what it costs to tell one."""
_STOPPED: Final = object()


@dataclass(frozen=True, slots=True)
class Shown:
    """Oldest first; `displays` say how officers are called."""

    cases: tuple[Case, ...]
    displays: Mapping[str, str]


class LiveQueue:
    """One per process, on its event loop; it reads only while somebody listens."""

    def __init__(self, referrals: Referrals, sessions: Sessions) -> None:
        self._referrals, self._sessions = referrals, sessions
        self._feed: Feed | None = None

    async def now(self) -> Shown:
        """What waits at this moment."""
        return Shown(tuple(await self._referrals.waiting()), await self._sessions.displays())

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Feed]:
        feed = self._feed = self._feed or Feed(self)
        feed.listeners += 1
        try:
            yield feed
        finally:
            feed.listeners -= 1
            if not feed.listeners:
                feed.close()
                self._feed = None if self._feed is feed else self._feed

    async def changes(self) -> AsyncIterator[None]:
        """At once, after each change here, and now and then; it ends when the console stops."""
        async with self._referrals.subscribe() as told:
            change = asyncio.ensure_future(anext(told, _STOPPED))
            try:
                while not (change.done() and change.result() is _STOPPED):
                    if change.done():
                        change = asyncio.ensure_future(anext(told, _STOPPED))
                    yield
                    await asyncio.wait({change}, timeout=ELSEWHERE_SECONDS)
            finally:
                change.cancel()


class Feed:
    """What its listeners share, from the first that came to the last that left. `ended` once the console stops."""

    def __init__(self, queue: LiveQueue) -> None:
        self.listeners = 0
        self.ended = False
        self.shown: Shown | None = None
        self._queue = queue
        self._changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read())

    async def unlike(self, shown: Shown | None, seconds: float) -> Shown | None:
        """What there is to show once it differs, or the same after so many seconds or when the console stops."""
        if self.shown is shown and not self.ended:
            await asyncio.wait({self._changed}, timeout=seconds)
        return self.shown

    def close(self) -> None:
        self._reading.cancel()

    async def _read(self) -> None:
        try:
            async for _ in self._queue.changes():
                await self._show()
                await asyncio.sleep(PAUSE_SECONDS + PAUSE_A_LISTENER * self.listeners)
        finally:
            self.ended = True
            self._wake()

    async def _show(self) -> None:
        try:
            found = await self._queue.now()
        except StoreError as error:
            log.warning("queue_not_read", code=error.code)
            return
        if found != self.shown:
            self.shown = found
            self._wake()

    def _wake(self) -> None:
        woken, self._changed = self._changed, asyncio.get_running_loop().create_future()
        woken.set_result(None)
