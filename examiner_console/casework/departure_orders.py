"""Departure orders as they are stored (Art. 24-3): an inspector proposes, a supervising inspector gives or refuses.

CasesError
└── OrderError           code
    ├── NothingProposed  no proposal waits on this case
    ├── OrderSettled     another has given or refused it (`by`)
    ├── SamePerson       who proposed it may not settle it
    └── OrderWaits       a proposal waits, so the departure is not confirmed yet
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import ActionNotAllowed, Case, CaseClosed, CasesError, CaseState
from examiner_console.contract import Document
from examiner_console.law import departure_orders as law
from examiner_console.law.answers import DepartureOrder, entry_of, told
from examiner_console.law.catalogue import are_certain
from examiner_console.law.departure_orders import Overstayer
from examiner_console.law.leaving import OVERSTAY, was_removed
from examiner_console.law.stays import japan_date
from examiner_console.tables import cases, departure_orders, leavings

_o = departure_orders.c
ARTICLE: Final = "Art. 24-3"
GIVEN: Final = "Art. 55-3"
_DAYS_CERTAIN: Final = {"certain": "yes" if are_certain(("L35",)) else "no"}
"""Whether the days an order may run are known from the Act, or from memory."""
IN_TIME, LATE = "order_in_time", "order_late"


class OrderError(CasesError):
    code = "order_error"


class NothingProposed(OrderError):
    code = "nothing_proposed"

    def __init__(self) -> None:
        super().__init__("No departure order is proposed for this case.")


class OrderSettled(OrderError):
    code = "order_settled"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has settled this proposal.")
        self.by = by


class SamePerson(OrderError):
    code = "same_person"

    def __init__(self) -> None:
        super().__init__("Who proposed an order may not settle it.")


class OrderWaits(OrderError):
    code = "order_waits"

    def __init__(self) -> None:
        super().__init__("A departure order is proposed and nobody has settled it.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Given where `leave_by` is a day, refused where it is settled without one."""

    number: int
    proposed_by: str
    proposed_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    leave_by: date | None
    why: str | None

    @property
    def waits(self) -> bool:
        return self.settled_by is None


def newest(connection: Connection, id: UUID) -> Proposal | None:
    row = connection.execute(
        select(departure_orders).where(_o.inspection == id).order_by(_o.number.desc()).limit(1)
    ).first()
    return None if row is None else _proposal(row)


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(row.number, row.proposed_by, row.proposed_at, row.settled_by, row.settled_at, row.leave_by, row.why)


def may_be_ordered(connection: Connection, case: Case) -> bool:
    """An overstayer who leaves under no order yet."""
    overstayed = any(reason.code == OVERSTAY for reason in case.decision.reasons)
    return overstayed and order_of(connection, case) is None


def propose(connection: Connection, case: Case, person: Overstayer, officer: str, at: datetime) -> tuple[str, ...]:
    """Store the proposal of an open case, or answer why none may be made (`law.departure_orders.order`).

    A proposal that waits is not made twice. Raises ActionNotAllowed for who is no overstayer, or under an order.
    """
    if not may_be_ordered(connection, case):
        raise ActionNotAllowed("Only an overstayer who is under no order may be ordered to leave (Art. 24-3).")
    before, id = newest(connection, case.inspection.id), case.inspection.id
    if before is not None and before.waits:
        return ()
    why = law.order(_as_known(person, case), at)
    if isinstance(why, tuple):
        return why
    number = before.number + 1 if before else 1
    connection.execute(
        insert(departure_orders).values(inspection=id, number=number, proposed_by=officer, proposed_at=at)
    )
    details = {"order": "proposed", "removals": told(case.answers.removals), "conditions": "all hold"}
    record(connection, Action(id, officer, Verb.PROPOSE_ORDER, at, ARTICLE, details))
    return ()


def _as_known(person: Overstayer, case: Case) -> Overstayer:
    clean = person.not_removed_before and not was_removed(case.answers.removals)
    return Overstayer(person.appeared, person.only_overstayed, person.no_sentence, clean, person.will_leave_promptly)


def settle(connection: Connection, case: Case, officer: str, at: datetime, *, give: bool, why: str = "") -> None:
    """Give the order, with the longest day the law allows from `at`, or refuse it with a sentence.

    The same officer's same answer twice is one. Raises NothingProposed, SamePerson, OrderSettled or CaseClosed.
    """
    id, found = case.inspection.id, newest(connection, case.inspection.id)
    if found is None:
        raise NothingProposed
    if not found.waits:
        if found.settled_by == officer and (found.leave_by is not None) is give:
            return
        raise OrderSettled(found.settled_by or "")
    if case.state is CaseState.CLOSED:
        raise CaseClosed
    if found.proposed_by == officer:
        raise SamePerson
    leave_by = _longest(at) if give else None
    values = {"settled_by": officer, "settled_at": at, "leave_by": leave_by, "why": None if give else why}
    connection.execute(update(departure_orders).where(_o.inspection == id, _o.number == found.number).values(values))
    if leave_by is not None:
        details = {
            "order": "given",
            "leave_by": leave_by.isoformat(),
            "proposed_by": found.proposed_by,
            **_DAYS_CERTAIN,
        }
        record(connection, Action(id, officer, Verb.GIVE_ORDER, at, GIVEN, details))
    else:
        record(connection, Action(id, officer, Verb.REFUSE_ORDER, at, ARTICLE, {"note": why}))


_WILLING: Final = Overstayer(
    appeared=True, only_overstayed=True, no_sentence=True, not_removed_before=True, will_leave_promptly=True
)


def _longest(at: datetime) -> date:
    """Its conditions were found when it was proposed; its days count from when it is given."""
    given = law.order(_WILLING, at)
    assert isinstance(given, law.Order)
    return given.leave_by


def order_of(connection: Connection, case: Case) -> DepartureOrder | None:
    """The order this departure would fulfil: one given here under the same passport, else the registry's."""
    document = case.inspection.document
    own = _own(connection, document) if document else None
    return own or entry_of(case.answers.departure_orders)


def _own(connection: Connection, document: Document) -> DepartureOrder | None:
    """The newest that no later departure has fulfilled."""
    same = cases.c.document_number == document.document_number, cases.c.nationality == document.nationality
    row = connection.execute(
        select(_o.leave_by, _o.settled_at)
        .join(cases, cases.c.inspection == _o.inspection)
        .where(_o.leave_by.is_not(None), *same)
        .order_by(_o.settled_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    done = (
        select(leavings.c.inspection)
        .join(cases, cases.c.inspection == leavings.c.inspection)
        .where(leavings.c.way.in_((IN_TIME, LATE)), leavings.c.at >= row.settled_at, *same)
    )
    if connection.execute(done.limit(1)).first() is not None:
        return None
    return DepartureOrder(japan_date(row.settled_at), row.leave_by)
