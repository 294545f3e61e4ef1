"""Registering for the automated gate (Art. 9(8)) and for the trusted traveller card: every step one transaction with
its action in the ledger.

A registration takes the prints of an inspection that the console holds, under a key of its own, and loses them the
moment it ends. Pressing the same key twice is one step; who acts on a page that is not the newest reads so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from examiner_console.casework import registered_fingers as fingers
from examiner_console.casework import registration_book as book
from examiner_console.casework.actions import Verb
from examiner_console.casework.registration_book import UNREAD, Registration, Stay
from examiner_console.casework.registration_ends import Asked
from examiner_console.casework.registration_errors import (
    AlreadyRegistered,
    ConsentMissing,
    FingersDiffer,
    PersonDiffers,
    PrintsMissing,
    RegistrationChanged,
    StepNotAllowed,
)
from examiner_console.casework.registration_inspections import Given, check, given, newest_of
from examiner_console.casework.registration_steps import Compared, renew_with, take_step
from examiner_console.contract import Document
from examiner_console.database import Store
from examiner_console.law import registering
from examiner_console.law.counting import end_of_day
from examiner_console.law.registering import Condition, Kind, State, Step
from examiner_console.law.stays import japan_date
from examiner_console.record import registered_prints
from examiner_console.record.evidence import EvidenceError, Vault
from examiner_console.tables import registrations

CONSENT: Final = "2026-11"
"""The version of the text that is shown and agreed to; the registration keeps which."""
ATTEMPTS: Final = 5
"""Searches for one application, each of which somebody else's registration may overtake."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Application:
    """`id` is made by the form, so that sending it twice is one application; `seen` what documents proved."""

    id: UUID
    inspection: UUID
    kind: Kind
    consent: bool
    seen: frozenset[Condition] = frozenset()
    stay: Stay = UNREAD


class Registrations:
    """Officers are named by their log-in name. Every method raises NoSuchRegistration for an unknown identifier."""

    def __init__(self, store: Store, vault: Vault, clock: Clock) -> None:
        self._store, self._vault, self._clock = store, vault, clock

    async def read(self, id: UUID, officer: str) -> Registration:
        """For an officer's eyes: the read is durable before it is shown."""
        return (await self.seen(lambda c: [book.load(c, id)], officer, "registration"))[0]

    async def seen(
        self, find: Callable[[Connection], list[Registration]], officer: str, screen: str
    ) -> list[Registration]:
        """What `find` finds, each noted as read."""

        def work(connection: Connection) -> list[Registration]:
            found = find(connection)
            for one in found:
                book.note(connection, one, Verb.READ_REGISTRATION, officer, self._clock(), screen=screen)
            return found

        return await self._store.write(work)

    async def apply(self, asked: Application, officer: str) -> Registration:
        """Take the prints of the inspection. STOPPED where they are registered under another name.

        Raises NothingToRegister, ConsentMissing, PrintsMissing, ConditionsUnmet, AlreadyRegistered, or
        RegistrationChanged where others were registered during every search: try again.
        """
        if not asked.consent:
            raise ConsentMissing("nobody is registered without consent")
        for _ in range(ATTEMPTS):
            taken = await self._taken(asked.inspection)
            work = partial(self._apply, asked=asked, taken=taken, officer=officer, at=self._clock())
            if (made := await self._store.write(work)) is not None:
                return made
        raise RegistrationChanged("others were registered during every search")

    async def _taken(self, inspection: UUID) -> _Taken:
        """The prints as templates, and whose fingers they are already; on another thread, for it takes long."""
        seen = await self._store.read(partial(given, inspection=inspection))
        pictures = await self._store.read(lambda c: fingers.prints_of(c, self._vault, inspection))
        records = await asyncio.to_thread(fingers.templates, pictures)
        count, others = await self._store.read(self._everybody)
        alike = await asyncio.to_thread(_searched, records, others)
        return _Taken(seen, records, tuple(alike), count)

    def _everybody(self, connection: Connection) -> tuple[int, list[tuple[UUID, registered_prints.Prints]]]:
        held = book.everyone(connection)
        return _count(connection), [(id, registered_prints.opened(connection, self._vault, id)) for id in held]

    def _apply(
        self, connection: Connection, *, asked: Application, taken: _Taken, officer: str, at: datetime
    ) -> Registration | None:
        """None where somebody was registered since the search: search again."""
        if (known := book.find(connection, asked.id)) is not None:
            return known
        if taken.count != _count(connection):
            return None
        fresh = _fresh(asked, taken, officer, at)
        check(taken.given, len(taken.records), asked.kind, asked.stay, asked.seen, at)
        fresh = _beside_others(connection, fresh, taken)
        book.add(connection, fresh)
        registered_prints.keep(connection, self._vault, fresh.id, taken.records)
        details = {"kind": fresh.kind.value, "state": fresh.state.value, "fingers": " ".join(sorted(taken.records))}
        details |= {"inspection": str(asked.inspection), "seen": " ".join(sorted(asked.seen)), "consent": CONSENT}
        book.note(connection, fresh, Verb.APPLY_REGISTRATION, officer, at, **details)
        return fresh

    async def step(self, asked: Asked) -> Registration:
        """Everything but `apply`, RENEW, MOVE and EXPIRE. Raises StepNotAllowed, SupervisorNeeded, SamePerson,
        TermNotLonger (no day is left) or RegistrationChanged."""
        done = await self._store.write(partial(take_step, asked=asked, at=self._clock()))
        if done.over:
            await self._store.fold_log()
        return done

    async def compare(self, id: UUID, officer: str, passport: str = "") -> Compared:
        """The registered fingers with those of the newest inspection since, under the registered passport or a new one;
        noted as a read. Raises PrintsMissing where there is none, PersonDiffers where it names another person."""
        held = await self._store.read(lambda c: book.load(c, id))
        number = passport or held.document_number
        seen = await self._store.read(partial(newest_of, document_number=number, besides=held))
        if seen is None:
            raise PrintsMissing("no newer inspection holds prints")
        if _person(seen.document) != _person(held):
            raise PersonDiffers("the passport names another person")
        inspection = seen.inspection.id
        pictures = await self._store.read(lambda c: fingers.prints_of(c, self._vault, inspection))
        records = await asyncio.to_thread(fingers.templates, pictures)
        try:
            kept = await self._store.read(lambda c: registered_prints.opened(c, self._vault, id))
        except EvidenceError:
            raise PrintsMissing("the registered templates are gone") from None
        found = await asyncio.to_thread(lambda: fingers.compare_registered(fingers.ready(kept), fingers.ready(records)))
        told = {"screen": "compare", "inspection": str(inspection), "outcome": found.outcome.value}
        at = self._clock()
        await self._store.write(lambda c: book.note(c, held, Verb.READ_REGISTRATION, officer, at, **told))
        return Compared(seen, len(records), found)

    async def renew(self, asked: Asked) -> Registration:
        """A longer term under the same passport, or the same term under its successor (RENEW, MOVE), once the fingers
        given at the newest inspection are those registered.

        Raises PrintsMissing, PersonDiffers, FingersDiffer, ConditionsUnmet, AlreadyRegistered, TermNotLonger,
        StepNotAllowed or RegistrationChanged."""
        if asked.step not in (Step.RENEW, Step.MOVE):
            raise StepNotAllowed("neither a renewal nor a new passport")
        compared = await self.compare(asked.id, asked.officer, asked.passport)
        if not compared.same:
            raise FingersDiffer("the fingers are not those registered")
        return await self._store.write(partial(renew_with, asked=asked, compared=compared, at=self._clock()))


@dataclass(frozen=True, slots=True)
class _Taken:
    """`count` says how many registrations the search saw."""

    given: Given
    records: registered_prints.Prints
    alike: tuple[fingers.Alike, ...]
    count: int


def _person(of: Document | Registration) -> tuple[object, ...]:
    return of.nationality, of.surname, of.given_names, of.birth_date


def _searched(
    records: registered_prints.Prints, others: Sequence[tuple[UUID, registered_prints.Prints]]
) -> list[fingers.Alike]:
    return fingers.alike(fingers.ready(records), [(id, fingers.ready(held)) for id, held in others])


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(registrations)).scalar_one()


def _fresh(asked: Application, taken: _Taken, officer: str, at: datetime) -> Registration:
    document, today = taken.given.document, japan_date(at)
    return Registration(
        id=asked.id,
        version=1,
        kind=asked.kind,
        state=State.APPLIED,
        nationality=document.nationality,
        document_number=document.document_number,
        document_expiry=document.expiry_date,
        surname=document.surname,
        given_names=document.given_names,
        birth_date=document.birth_date,
        sex=document.sex,
        stay_until=asked.stay.until,
        hand_missing=registering.hand_missing(taken.given.inspection.fingers),
        inspection=asked.inspection,
        consent=CONSENT,
        applied_at=at,
        applied_by=officer,
        ends_at=end_of_day(registering.open_until(asked.kind, State.APPLIED, today, None)),
        last_step="apply",
        last_by=officer,
    )


def _beside_others(connection: Connection, fresh: Registration, taken: _Taken) -> Registration:
    """Stopped where the fingers are registered under another name. Raises AlreadyRegistered under the same."""
    held = book.held_by(connection, fresh.nationality, fresh.document_number)
    if held is not None:
        raise AlreadyRegistered(held[0].id)
    for found in taken.alike:
        other = book.find(connection, found.registration)
        if other is not None and not other.over:
            if other.same_person(fresh):
                raise AlreadyRegistered(other.id)
            return replace(fresh, state=State.STOPPED, alike=other.id)
    return fresh
