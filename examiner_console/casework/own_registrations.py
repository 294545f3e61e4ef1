"""The console's own registrations as a registry: asked beside another authority's where there is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection

from examiner_console.casework import registration_book as book
from examiner_console.database import Store, StoreError
from examiner_console.law.answers import Clear, Failure, Hit, Registration
from examiner_console.law.registering import answered
from examiner_console.law.stays import japan_date
from examiner_console.registries.port import Told, silent
from examiner_console.registries.questions import RegistrationQuestion

_CLEAR: Final = Clear()


class OwnRegistrations:
    """The port for `registration`. What was registered counts from the next question on, and so does what ended."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    async def ask(self, question: RegistrationQuestion) -> Told:
        at = self._clock()
        try:
            entry = await self._store.read(partial(_entry, question=question, at=at))
        except StoreError:
            return silent(Failure.DOWN)
        return Told(_CLEAR if entry is None else Hit(entry), at)


def _entry(connection: Connection, question: RegistrationQuestion, at: datetime) -> Registration | None:
    found = book.held_by(connection, question.nationality, question.document_number)
    if found is None:
        return None
    held, prints = found
    today, hand = japan_date(at), held.hand_missing
    return answered(held.kind, held.state, held.term, today, prints=prints, hand_missing=hand)
