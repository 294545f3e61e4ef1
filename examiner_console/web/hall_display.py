"""What the public display of the arrival hall says: how long the wait is, reckoned anew every little while.

The band is shown, rounded outwards: nobody is told a narrower one than was reckoned.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Final

import structlog
from sqlalchemy import Connection

from examiner_console.casework.hall_now import situation
from examiner_console.casework.queueing import Estimate, Missing, estimate
from examiner_console.console import Console
from examiner_console.database import StoreError
from examiner_console.settings import Settings
from examiner_console.web.catalogues import translations
from examiner_console.web.wording import mark

log = structlog.get_logger(__name__)
LATER: Final = timedelta(minutes=30)
KEPT: Final = timedelta(seconds=20)
"""However many screens ask, the wait is reckoned no more often than this."""
STEP: Final = 5
"""Minutes the figures are rounded to: the band is wider than that."""
MISSING: Final = {
    Missing.FLIGHTS: mark("No flight has been reported."),
    Missing.ANNOUNCEMENTS: mark("No coming flight has been announced."),
    Missing.SERVICES: mark("Too few people have been seen at the counters lately."),
    Missing.BOOTHS: mark("How many counters are open is not known."),
    Missing.VISITORS: mark("How many visitors are on board is not known for every flight."),
    Missing.WALKING: mark("The way from one of the spots is not known."),
    Missing.TURNOUT: mark("There is little experience with this hall yet."),
}
SILENT: Final = mark("The system does not answer. Staff will help you.")
WORDS: Final = {
    "title": mark("Waiting time at immigration"),
    "who": mark("Foreign visitors, staffed counters"),
    "now": mark("If you reach the hall now"),
    "later": mark("If you reach it in 30 minutes"),
    "minutes": mark("minutes"),
    "to": mark("to"),
    "up_to": mark("up to"),
    "unknown": mark("Not known"),
    "estimate": mark("An estimate, until the landing permission."),
    "as_of": mark("Updated"),
    "silent": SILENT,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One message in both languages, as a public screen shows it."""

    ja: str
    en: str


def said(message: str) -> Said:
    return Said(translations("ja").gettext(message), translations("en").gettext(message))


def words() -> dict[str, Said]:
    return {name: said(message) for name, message in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Shown:
    """Whole minutes; `low` and `high` None where the wait is not known; `why` it is, or why the band is wide."""

    low: int | None
    high: int | None
    why: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Hall:
    at: datetime
    now: Shown
    later: Shown


class Display:
    """One per process: the newest answer, and the lock that lets one request reckon while the others wait for it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = asyncio.Lock()
        self._newest: Hall | None = None

    async def hall(self) -> Hall:
        async with self._lock:
            at = self._console.clock()
            if self._newest is None or not timedelta() <= at - self._newest.at < KEPT:
                self._newest = await self._reckon(at)
            return self._newest

    async def _reckon(self, at: datetime) -> Hall:
        work = partial(_reckoned, settings=self._console.settings, at=at)
        try:
            return await self._console.store.read(work)
        except StoreError as error:
            log.warning("wait_not_known", error=error.code)
            silent = Shown(None, None, (said(SILENT),))
            return Hall(at, silent, silent)


def _reckoned(connection: Connection, settings: Settings, at: datetime) -> Hall:
    """On the store's reading thread, so that the loop goes on meanwhile. The same minute gives the same figures."""
    seen = situation(connection, settings, at)
    seed = int(at.timestamp()) // 60
    return Hall(at, shown(estimate(seen, seed=seed)), shown(estimate(seen, LATER, seed)))


def shown(found: Estimate) -> Shown:
    """The whole band, from rounded down to rounded up, at least one step wide; never from zero to zero."""
    why = tuple(said(MISSING[missing]) for missing in found.missing)
    if found.low is None or found.high is None:
        return Shown(None, None, why)
    low = int(found.low // STEP) * STEP
    return Shown(low, max(low + STEP, ceil(found.high / STEP) * STEP), why)
