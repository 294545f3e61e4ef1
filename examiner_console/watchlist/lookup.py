"""The list as its keepers look at it: what is in force, and who on it has a name like this one.

It is read from the store after a settlement only; a list of many thousands takes seconds to lay out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import Connection

from examiner_console.database import Store
from examiner_console.watchlist.matching import NAME_POINTS, Match, Person
from examiner_console.watchlist.names import Name
from examiner_console.watchlist.register import Register, listed, settlements
from examiner_console.watchlist.upkeep import Version

Clock = Callable[[], datetime]
FOUND_FROM: Final = 0.4 * NAME_POINTS
"""Ours: surname or given names nearly the same. Who searches by name alone has no birth date to add points."""


class Found(NamedTuple):
    version: Version
    match: Match


@dataclass(frozen=True, slots=True)
class _Laid:
    settled: int
    versions: tuple[Version, ...]
    register: Register


class Lookup:
    """Holds the newest list it has read; both questions leave out what expired since."""

    def __init__(self) -> None:
        self._laid: _Laid | None = None

    async def in_force(self, store: Store, clock: Clock) -> list[Version]:
        """Soonest expiry first."""
        laid = await self._current(store, clock)
        at = clock()
        return [version for version in laid.versions if at < version.draft.expires_at]

    async def search(self, store: Store, name: Name, clock: Clock) -> list[Found]:
        """Best first."""
        laid = await self._current(store, clock)
        return await store.read(partial(_found, laid=laid, name=name, at=clock()))

    async def _current(self, store: Store, clock: Clock) -> _Laid:
        if self._laid is None or self._laid.settled != await store.read(settlements):
            self._laid = await store.read(partial(_lay_out, clock=clock))
        return self._laid


def _lay_out(connection: Connection, clock: Clock) -> _Laid:
    """The instant is taken after the count: what was counted was settled before it, and so is in force."""
    settled = settlements(connection)
    versions = sorted(listed(connection, clock()), key=lambda version: (version.draft.expires_at, str(version.entry)))
    return _Laid(settled, tuple(versions), Register(versions))


def _found(_: Connection, laid: _Laid, name: Name, at: datetime) -> list[Found]:
    """On a reader's thread, so that nobody else waits for it."""
    by_entry = {str(version.entry): version for version in laid.versions}
    matches = laid.register.search(Person((name,)), at, FOUND_FROM)
    return [Found(by_entry[match.reference], match) for match in matches]
