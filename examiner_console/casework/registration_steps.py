"""Steps of a registration within one transaction: what each changes, and what it needs.

A step acts on the version that the page showed; the same step by the same officer once more is answered as the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from examiner_console.casework import registration_book as book
from examiner_console.casework.registration_book import Registration, Stay
from examiner_console.casework.registration_ends import Asked, finish, following_step
from examiner_console.casework.registration_errors import (
    AlreadyRegistered,
    RegistrationChanged,
    SamePerson,
    StepNotAllowed,
    TermNotLonger,
)
from examiner_console.casework.registration_inspections import Given, check
from examiner_console.contract import CheckOutcome, Comparison
from examiner_console.law import registering
from examiner_console.law.counting import end_of_day
from examiner_console.law.registering import State, Step, Term
from examiner_console.law.stays import japan_date

_NOT_ALONE: Final = frozenset({Step.RENEW, Step.MOVE, Step.EXPIRE})
_LATE: Final = frozenset({Step.WITHDRAW, Step.REFUSE, Step.REVOKE})
"""What may still be done between the last day and the run that ends it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """`given` is the inspection whose fingers were compared, `prints` how many of them could be."""

    given: Given
    prints: int
    comparison: Comparison

    @property
    def same(self) -> bool:
        return self.comparison.outcome is CheckOutcome.SUCCESSFUL


def _current(connection: Connection, asked: Asked) -> tuple[Registration, bool]:
    """The registration, and whether this very step was done already. Raises RegistrationChanged."""
    held = book.load(connection, asked.id)
    if held.version == asked.version:
        return held, False
    if (held.version, held.last_step, held.last_by) == (asked.version + 1, asked.step.value, asked.officer):
        return held, True
    raise RegistrationChanged("somebody changed the registration meanwhile")


def take_step(connection: Connection, *, asked: Asked, at: datetime) -> Registration:
    """In the caller's transaction. Errors: those of `Registrations.step`."""
    held, done = _current(connection, asked)
    if done:
        return held
    if asked.step in _NOT_ALONE:
        raise StepNotAllowed("fingers are to be compared first, or the last day is to pass")
    changed = _with_facts(following_step(held, asked), held, asked, at)
    if asked.step is Step.REGISTER:
        book.grant(connection, changed, at, asked.officer)
    details: dict[str, str] = {"until": changed.valid_until.isoformat()} if changed.valid_until else {}
    details |= {"ground": asked.ground.value} if asked.ground else {}
    return finish(connection, changed, asked, at, **details)


def _with_facts(changed: Registration, held: Registration, asked: Asked, at: datetime) -> Registration:
    today = japan_date(at)
    if held.ends_at <= at and asked.step not in _LATE:
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


def renew_with(connection: Connection, *, asked: Asked, compared: Compared, at: datetime) -> Registration:
    """RENEW or MOVE, in the caller's transaction, with fingers that were found the same. Errors: those of
    `Registrations.renew`."""
    held, done = _current(connection, asked)
    if done:
        return held
    seen, changed = compared.given, following_step(held, asked)
    if (seen.document.document_number == held.document_number) != (asked.step is Step.RENEW):
        raise StepNotAllowed("a renewal keeps its passport, a move brings another")
    stay = asked.stay if asked.stay.known else Stay(held.stay_until, held.stay_until is None)
    check(seen, compared.prints, held.kind, stay, asked.seen, at)
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


def _moved(connection: Connection, held: Registration, seen: Given, stay: Stay, today: date) -> Term:
    document = seen.document
    if (other := book.held_by(connection, document.nationality, document.document_number)) is not None:
        raise AlreadyRegistered(other[0].id)
    allowed = registering.term(held.kind, document.expiry_date, stay.until, today)
    found = registering.moved(held.term, allowed.ends, today) if held.term and allowed else None
    if found is None:
        raise TermNotLonger("no day is left")
    return found
