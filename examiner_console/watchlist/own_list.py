"""The console's own list as a registry: asked beside those of other authorities, and as silent about a hit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, Generic, TypeVar

import msgspec
from sqlalchemy import Connection

from examiner_console.database import Store, StoreError
from examiner_console.law.answers import Clear, Failure, Hit, WatchlistEntry
from examiner_console.registries.port import Registry, Told, silent
from examiner_console.registries.questions import PersonQuestion
from examiner_console.watchlist.dates import UNKNOWN_BIRTH, BirthDate
from examiner_console.watchlist.matching import Person
from examiner_console.watchlist.names import UnusableName, parse_name
from examiner_console.watchlist.register import Register, listed, settlements
from examiner_console.watchlist.silence import PACE_SECONDS, paced
from examiner_console.watchlist.transliteration import UnwritableName

FORM: Final = "TD3"
"""A passport's zone: a name that fills its 39 characters may be cut (Doc 9303-4 §4.2)."""
Q = TypeVar("Q")
_Answer = Clear | Hit[WatchlistEntry]


class OwnList:
    """The port for `watchlist`. What was approved counts from the next question on; while a long list is laid out anew,
    the one before answers."""

    def __init__(self, store: Store, clock: Callable[[], datetime], pace: float = PACE_SECONDS) -> None:
        """`pace` in seconds, as in `silence.paced`."""
        self._store, self._clock, self._pace = store, clock, pace
        self._register: Register | None = None
        self._settled = -1
        self._laying: asyncio.Task[None] | None = None

    async def ask(self, question: PersonQuestion) -> Told:
        try:
            register = await self._current()
            person = traveller(question)
        except StoreError:
            return silent(Failure.DOWN)
        except (UnusableName, UnwritableName):
            return silent(Failure.WRONG_QUESTION)
        at = self._clock()
        body = await paced(partial(register.search, person, at), pace=self._pace)
        return Told(msgspec.json.decode(body, type=_Answer), at)

    async def _current(self) -> Register:
        settled = await self._store.read(settlements)
        if settled != self._settled and (self._laying is None or self._laying.done()):
            self._laying = asyncio.create_task(self._lay_out(settled), name="watchlist")
            self._laying.add_done_callback(_noticed)
        if self._register is None and self._laying is not None:
            await asyncio.shield(self._laying)
        assert self._register is not None
        return self._register

    async def _lay_out(self, settled: int) -> None:
        at = self._clock()
        self._register = await self._store.read(partial(_laid_out, at=at))
        self._settled = settled


def _noticed(task: asyncio.Task[None]) -> None:
    """Take the error of a store that was lost meanwhile: the next question tries again."""
    if not task.cancelled():
        task.exception()


def _laid_out(connection: Connection, at: datetime) -> Register:
    return Register(listed(connection, at))


def traveller(question: PersonQuestion) -> Person:
    """As the matching reads it. Raise UnusableName, UnwritableName."""
    name = parse_name(question.surname, question.given_names, FORM)
    birth = UNKNOWN_BIRTH if question.birth_date is None else BirthDate.of(question.birth_date)
    return Person((name,), birth, question.sex or None, question.nationality or None)


class Both(Generic[Q]):
    """Two registries asked side by side: a hit of either is one; without a hit, a silence of either is one."""

    def __init__(self, *lists: Registry[Q]) -> None:
        self._lists = lists

    async def ask(self, question: Q) -> Told:
        told = await asyncio.gather(*(one.ask(question) for one in self._lists))
        return min(told, key=_rank)


def _rank(told: Told) -> int:
    return 0 if isinstance(told.answer, Hit) else 1 if told.failed else 2
