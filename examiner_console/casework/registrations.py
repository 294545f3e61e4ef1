"""Registering for the automated gate (Art. 9(8)) and for the trusted traveller card: every step one transaction with
its action in the ledger.

A registration takes the prints of an inspection that the console holds, under a key of its own, and loses them the
moment it ends. Pressing the same key twice is one step; who acts on a page that is not the newest reads so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from examiner_console.casework import registered_fingers as fingers
from examiner_console.casework import registration_book as book
from examiner_console.casework.actions import Verb
from examiner_console.casework.registration_book import (
    UNREAD,
    AlreadyRegistered,
    ConditionsUnmet,
    ConsentMissing,
    FingersDiffer,
    PersonDiffers,
    PrintsMissing,
    Registration,
    RegistrationChanged,
    SamePerson,
    Stay,
    StepNotAllowed,
    TermNotLonger,
)
from examiner_console.casework.registration_ends import Asked, finish, following_step
from examiner_console.casework.registration_inspections import Given, given, newest_of
from examiner_console.contract import CheckOutcome, Comparison, Document
from examiner_console.database import Store
from examiner_console.law import registering
from examiner_console.law.counting import end_of_day
from examiner_console.law.registering import Condition, Kind, State, Step, Term
from examiner_console.law.stays import japan_date
from examiner_console.record import registered_prints
from examiner_console.record.evidence import EvidenceError, Vault
from examiner_console.tables import registrations

CONSENT: Final = "2026-11"
"""The version of the text that is shown and agreed to; the registration keeps which."""
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

        Raises NothingToRegister, ConsentMissing, PrintsMissing, ConditionsUnmet or AlreadyRegistered.
        """
        if not asked.consent:
            raise ConsentMissing("nobody is registered without consent")
        while True:
            taken = await self._taken(asked.inspection)
            work = partial(self._apply, asked=asked, taken=taken, officer=officer, at=self._clock())
            if (made := await self._store.write(work)) is not None:
                return made

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
        _check(taken.given, len(taken.records), asked.kind, asked.stay, asked.seen, at)
        fresh = _beside_others(connection, fresh, taken)
        book.add(connection, fresh)
        registered_prints.keep(connection, self._vault, fresh.id, taken.records)
        details = {"kind": fresh.kind.value, "state": fresh.state.value, "fingers": " ".join(sorted(taken.records))}
        details |= {"inspection": str(asked.inspection), "seen": " ".join(sorted(asked.seen)), "consent": CONSENT}
        book.note(connection, fresh, Verb.APPLY_REGISTRATION, officer, at, **details)
        return fresh

    async def step(self, asked: Asked) -> Registration:
        """Everything but `apply`, RENEW and MOVE. Raises StepNotAllowed, SamePerson, TermNotLonger (no day is left) or
        RegistrationChanged."""
        done = await self._store.write(partial(_step, asked=asked, at=self._clock()))
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
        return await self._store.write(partial(_renew, asked=asked, compared=compared, at=self._clock()))


@dataclass(frozen=True, slots=True)
class Compared:
    """`given` is the inspection whose fingers were compared, `prints` how many of them could be."""

    given: Given
    prints: int
    comparison: Comparison

    @property
    def same(self) -> bool:
        return self.comparison.outcome is CheckOutcome.SUCCESSFUL


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


def lacking(
    seen: Given, prints: int, kind: Kind, stay: Stay, proven: frozenset[Condition], at: datetime
) -> tuple[Condition, ...]:
    """What the law asks for and this inspection, the registries and the proofs do not show."""
    applicant = registering.Applicant(
        kind=kind,
        document=seen.document,
        fingers=seen.inspection.fingers,
        face=seen.face,
        prints=prints,
        stay_until=stay.until,
        stay_endless=stay.endless,
        visits=seen.visits,
        answers=seen.answers,
        seen=proven & registering.PROOFS[kind],
    )
    return registering.unmet(applicant, japan_date(at))


def _check(seen: Given, prints: int, kind: Kind, stay: Stay, proven: frozenset[Condition], at: datetime) -> None:
    """Raises PrintsMissing or ConditionsUnmet."""
    if not prints:
        raise PrintsMissing("the inspection holds no usable print")
    if missing := lacking(seen, prints, kind, stay, proven, at):
        raise ConditionsUnmet(missing)


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


def _current(connection: Connection, asked: Asked) -> tuple[Registration, bool]:
    """The registration, and whether this very step was done already. Raises RegistrationChanged."""
    held = book.load(connection, asked.id)
    if held.version == asked.version:
        return held, False
    if (held.version, held.last_step, held.last_by) == (asked.version + 1, asked.step.value, asked.officer):
        return held, True
    raise RegistrationChanged("somebody changed the registration meanwhile")


def _step(connection: Connection, *, asked: Asked, at: datetime) -> Registration:
    held, done = _current(connection, asked)
    if done:
        return held
    if asked.step in (Step.RENEW, Step.MOVE):
        raise StepNotAllowed("needs the fingers compared")
    changed = _with_facts(following_step(held, asked), held, asked, at)
    if asked.step is Step.REGISTER:
        book.grant(connection, changed, at, asked.officer)
    details: dict[str, str] = {"until": changed.valid_until.isoformat()} if changed.valid_until else {}
    details |= {"ground": asked.ground.value} if asked.ground else {}
    return finish(connection, changed, asked, at, **details)


def _with_facts(changed: Registration, held: Registration, asked: Asked, at: datetime) -> Registration:
    today = japan_date(at)
    if held.ends_at <= at and asked.step not in (Step.EXPIRE, Step.WITHDRAW, Step.REFUSE, Step.REVOKE):
        raise TermNotLonger("its last day has passed")
    match asked.step:
        case Step.SCREEN:
            until = registering.open_until(held.kind, State.SCREENED, japan_date(held.applied_at), today)
            return replace(changed, first_passed_on=today, ends_at=end_of_day(until))
        case Step.REGISTER:
            term = registering.term(held.kind, held.document_expiry, held.stay_until, today)
            if term is None:
                raise TermNotLonger("no day is left")
            return replace(changed, valid_from=term.begins, valid_until=term.ends, ends_at=end_of_day(term.ends))
        case Step.PROPOSE:
            return replace(changed, ground=asked.ground, proposed_by=asked.officer)
        case Step.REVOKE | Step.KEEP if held.proposed_by == asked.officer:
            raise SamePerson("who proposed to revoke may not decide it")
        case Step.KEEP | Step.RESUME:
            return replace(changed, ground=None, proposed_by=None)
        case Step.REFUSE | Step.SUSPEND:
            return replace(changed, ground=asked.ground)
    return changed


def _renew(connection: Connection, *, asked: Asked, compared: Compared, at: datetime) -> Registration:
    held, done = _current(connection, asked)
    if done:
        return held
    seen, changed = compared.given, following_step(held, asked)
    if (seen.document.document_number == held.document_number) != (asked.step is Step.RENEW):
        raise StepNotAllowed("a renewal keeps its passport, a move brings another")
    stay = asked.stay if asked.stay.known else Stay(held.stay_until, held.stay_until is None)
    _check(seen, compared.prints, held.kind, stay, asked.seen, at)
    term = (_longer if asked.step is Step.RENEW else _moved)(connection, held, seen, stay, japan_date(at))
    changed = replace(
        changed,
        document_number=seen.document.document_number,
        document_expiry=seen.document.expiry_date,
        stay_until=stay.until,
        valid_from=term.begins,
        valid_until=term.ends,
        ends_at=end_of_day(term.ends),
    )
    book.grant(connection, changed, at, asked.officer)
    details = {"until": term.ends.isoformat(), "inspection": str(seen.inspection.id), "fingers": "matched"}
    return finish(connection, changed, asked, at, **details)


def _longer(_: Connection, held: Registration, seen: Given, stay: Stay, today: date) -> Term:
    longer = registering.term(held.kind, seen.document.expiry_date, stay.until, today)
    found = registering.renewed(held.term, longer, today) if held.term else None
    if found is None:
        raise TermNotLonger("the term would not be longer, or is over")
    return found


def _moved(connection: Connection, held: Registration, seen: Given, _: Stay, today: date) -> Term:
    document = seen.document
    if (other := book.held_by(connection, document.nationality, document.document_number)) is not None:
        raise AlreadyRegistered(other[0].id)
    found = registering.moved(held.term, document.expiry_date, today) if held.term else None
    if found is None:
        raise TermNotLonger("no day is left")
    return found
