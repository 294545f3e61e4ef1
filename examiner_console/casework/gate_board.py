"""Where gates that wait for orders and the screens that watch them meet: one per process.

Gates ask and wait (long polling), so that an order is there at once and no gate needs an open port. One reading of the
database serves all that wait; what another process wrote is found within a quarter of a second.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from examiner_console.casework import gates
from examiner_console.casework.gates import NOTHING_SAID, Standing
from examiner_console.contract import GateOrder, GateReport, StandingOrders
from examiner_console.database import Store

FRESH_SECONDS: Final = 0.25
"""How old what was read may be."""
LOOKS_SECONDS: Final = 4.0
"""After an officer's page asked for a picture of a gate; then the gate is told to send no more."""
SIGHT_SECONDS: Final = 3.0
"""How long a picture is shown that no other follows."""
EMPTY: Final = frozenset({"ready", "self_test", "out_of_service"})
"""States in which nobody is inside."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Small JPEGs of whoever is inside, each empty where there is none; `at` monotonic."""

    live: bytes = field(repr=False)
    chip: bytes = field(repr=False)
    at: float


class GateBoard:
    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._standing: Mapping[str, Standing] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._changed = asyncio.Event()
        self._sights: dict[str, Sight] = {}
        self._looked_at: dict[str, float] = {}
        self.ended = False

    def hang_up(self) -> None:
        """The console stops: whoever waits is answered."""
        self.ended = True
        self.changed()

    def changed(self) -> None:
        """This process wrote something that gates or screens should hear of: now."""
        self._read_at = float("-inf")
        woken, self._changed = self._changed, asyncio.Event()
        woken.set()

    async def change(self, seconds: float) -> None:
        """Until something changed here, or so long."""
        waiting = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({waiting}, timeout=seconds)
        finally:
            waiting.cancel()

    async def answer(self, report: GateReport) -> StandingOrders:
        """Keep what the gate says, then answer once there is something that it has not heard, or its time is over.

        Raises StoreError.
        """
        until = time.monotonic() + report.wait_seconds
        self._see(report)
        if await self._store.write_together(gates.hear, (report, self._clock())):
            self.changed()
        while True:
            wants = self._looked_at.get(report.station, 0.0) > time.monotonic() - LOOKS_SECONDS
            answer = _answer(await self._now(report.station), self._clock(), wants)
            left = until - time.monotonic()
            if answer.version != report.heard or left <= 0 or self.ended:
                return answer
            await self.change(min(left, FRESH_SECONDS))

    def look(self, station: str) -> Sight | None:
        """What the gate shows of whoever is inside; asking for it is what makes the gate send it."""
        self._looked_at[station] = time.monotonic()
        sight = self._sights.get(station)
        return sight if sight is not None and time.monotonic() - sight.at < SIGHT_SECONDS else None

    def _see(self, report: GateReport) -> None:
        """Kept in memory alone, and no longer than the next picture, the end of the visit, or a moment."""
        if report.live or report.chip:
            self._sights[report.station] = Sight(report.live, report.chip, time.monotonic())
        elif report.state in EMPTY:
            self._sights.pop(report.station, None)
        for station, sight in list(self._sights.items()):
            if time.monotonic() - sight.at >= SIGHT_SECONDS:
                del self._sights[station]

    async def _now(self, station: str) -> Standing:
        async with self._reading:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                self._read_at = time.monotonic()
                self._standing = await self._store.read(partial(gates.standing, now=self._clock()))
        return self._standing.get(station, NOTHING_SAID)


def _answer(standing: Standing, now: datetime, wants_pictures: bool) -> StandingOrders:
    until = standing.watched_until
    watched = 0.0 if until is None else max(0.0, (until - now).total_seconds())
    orders = tuple(
        GateOrder(given.id, given.command, max(0.0, (given.expires_at - now).total_seconds()))
        for given in standing.orders
        if given.expires_at > now
    )
    version = _version(standing, watched > 0, wants_pictures)
    return StandingOrders(version, standing.in_service, watched, orders, standing.refers_all, wants_pictures)


def _version(standing: Standing, watched: bool, wants_pictures: bool) -> str:
    """The same as long as a gate would do the same: a confirmed presence counts, the seconds that pass do not."""
    said = [
        standing.in_service,
        standing.refers_all,
        wants_pictures,
        watched,
        standing.watched_until,
        *(given.id for given in standing.orders),
    ]
    return hashlib.sha256("\0".join(str(one) for one in said).encode()).hexdigest()[:16]
