"""What officers record when they confirm a departure: how a resident leaves (Art. 26, 26-2), or that an order is
fulfilled (Art. 55-2, 55-3). In the transaction of the confirmation.

    CasesError
    └── LeavingError         code
        ├── LeavingNotSaid   a resident leaves, and nothing says how
        └── LeaveNotAllowed  the law gives no such leave (`way`, `why`)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select

from examiner_console.casework import departure_orders as orders
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import ActionNotAllowed, Case, CasesError
from examiner_console.casework.departure_holds import hold_on
from examiner_console.casework.landings import open_landings
from examiner_console.contract import Direction
from examiner_console.law import leaving as law
from examiner_console.law.answers import DepartureOrder, entry_of, is_silent, told
from examiner_console.law.departures import ORDER
from examiner_console.law.facts import Facts, LandingRecord, NoLandingRecord
from examiner_console.law.leaving import ASKS_HOW, Fulfilled, Said, Way
from examiner_console.law.nationals import is_national
from examiner_console.law.re_entry import Bar, Leave, NoLeave
from examiner_console.tables import leavings

FOR_GOOD: Final = "Art. 25(1)"
NOTHING_SAID: Final = Said()
SHOWN: Final = Said(card=True, declares=True)
"""What a preview supposes: the card is shown and the intention declared."""


class LeavingError(CasesError):
    code = "leaving_error"


class LeavingNotSaid(LeavingError):
    code = "leaving_not_said"

    def __init__(self) -> None:
        super().__init__("A resident leaves: record whether with leave to come back, or for good.")


class LeaveNotAllowed(LeavingError):
    code = "leave_not_allowed"

    def __init__(self, way: Way, why: tuple[str, ...]) -> None:
        super().__init__(f"{way.value}: {', '.join(why)}.")
        self.way, self.why = way, why


@dataclass(frozen=True, slots=True)
class Leaving:
    """How the officer says a resident leaves."""

    way: Way
    said: Said = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Recorded:
    """`way` is of `Way`, or `departure_orders.IN_TIME` or `LATE`."""

    way: str
    article: str
    back_until: date | None
    leave_by: date | None
    bar_until: date | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to record of a departure, before it is confirmed and after."""

    recorded: Recorded | None = None
    under: DepartureOrder | None = None
    follows: Fulfilled | None = None
    ways: Mapping[Way, Leave | NoLeave | None] | None = None
    """By way, where the officer must say how; supposing `SHOWN`."""
    may_order: bool = False
    proposal: orders.Proposal | None = None
    silent: bool = False
    """No registry answered about re-entry permission: its day is read in the passport."""


NOTHING: Final = Outlook()


def outlook(connection: Connection, case: Case, at: datetime) -> Outlook:
    if not _foreign_departure(case):
        return NOTHING
    under = orders.order_of(connection, case)
    known = facts_of(connection, case, at)
    asks = under is None and asks_how(case)
    return Outlook(
        recorded=_recorded(connection, case.inspection.id),
        under=under,
        follows=_follows(under, known) if under else None,
        ways={way: law.leave(way, known, with_hold(case, SHOWN)) for way in Way} if asks else None,
        may_order=orders.may_be_ordered(connection, case),
        proposal=orders.newest(connection, case.inspection.id),
        silent=is_silent(case.answers.re_entry),
    )


def asks_how(case: Case) -> bool:
    return any(reason.code in ASKS_HOW for reason in case.decision.reasons)


def keep(connection: Connection, case: Case, officer: str, at: datetime, chosen: Leaving | None) -> None:
    """Record how the departure that is being confirmed happens; nothing for a visitor within the stay.

    Before the landing is closed. Raises OrderWaits, LeavingNotSaid, LeaveNotAllowed or ActionNotAllowed.
    """
    if not _foreign_departure(case):
        if chosen is not None:
            raise ActionNotAllowed("Leave to come back is for foreign residents who leave (Art. 26, 26-2).")
        return
    proposal = orders.newest(connection, case.inspection.id)
    if proposal is not None and proposal.waits:
        raise orders.OrderWaits
    under = orders.order_of(connection, case)
    if under is not None:
        _fulfil(connection, case, officer, at, under)
    elif asks_how(case):
        _say(connection, case, officer, at, chosen)
    elif chosen is not None:
        raise ActionNotAllowed("Leave to come back is for foreign residents who leave (Art. 26, 26-2).")


def _fulfil(connection: Connection, case: Case, officer: str, at: datetime, under: DepartureOrder) -> None:
    known = facts_of(connection, case, at)
    follows = _follows(under, known)
    way = orders.LATE if follows.late else orders.IN_TIME
    until = follows.bar_until.isoformat() if follows.bar_until else ""
    details = {
        "leaving": way,
        "leave_by": under.leave_by.isoformat(),
        "left_on": known.today.isoformat(),
        "bar_until": until,
        "certain": "yes" if follows.certain else "no",
        "removals": told(case.answers.removals),
    }
    _store(connection, case, officer, at, Recorded(way, ORDER, None, under.leave_by, follows.bar_until))
    record(connection, Action(case.inspection.id, officer, Verb.FULFIL_ORDER, at, ORDER, details))


def _say(connection: Connection, case: Case, officer: str, at: datetime, chosen: Leaving | None) -> None:
    if chosen is None:
        raise LeavingNotSaid
    known, said = facts_of(connection, case, at), with_hold(case, chosen.said)
    found = law.leave(chosen.way, known, said)
    if isinstance(found, NoLeave):
        raise LeaveNotAllowed(chosen.way, found.why)
    article, until = (found.article, found.until) if found else (FOR_GOOD, None)
    details = {
        "leaving": chosen.way.value,
        "back_until": until.isoformat() if until else "",
        **_rests_on(known, said),
    }
    _store(connection, case, officer, at, Recorded(chosen.way.value, article, until, None, None))
    record(connection, Action(case.inspection.id, officer, Verb.RECORD_LEAVING, at, article, details))


def _rests_on(known: Facts, said: Said) -> dict[str, str]:
    landing = known.landing if isinstance(known.landing, LandingRecord) else None
    return {
        "landed_as": landing.status if landing else "",
        "landed_on": landing.landed_on.isoformat() if landing else "",
        "re_entry": told(known.answers.re_entry),
        "card": "yes" if said.card else "no",
        "special_permanent": "yes" if said.special_permanent else "no",
        "declared": "yes" if said.declares else "no",
        "bars": " ".join(sorted(said.bars)),
    }


def _store(connection: Connection, case: Case, officer: str, at: datetime, kept: Recorded) -> None:
    values = {"way": kept.way, "article": kept.article, "back_until": kept.back_until, "leave_by": kept.leave_by}
    row = {"inspection": case.inspection.id, **values, "bar_until": kept.bar_until, "officer": officer, "at": at}
    connection.execute(insert(leavings).values(**row))


def _recorded(connection: Connection, id: UUID) -> Recorded | None:
    row = connection.execute(select(leavings).where(leavings.c.inspection == id)).first()
    return None if row is None else Recorded(row.way, row.article, row.back_until, row.leave_by, row.bar_until)


def with_hold(case: Case, said: Said) -> Said:
    """A notice under Art. 25-2 that its organ has not withdrawn bars deemed re-entry, also when its hours are over."""
    hold = hold_on(case)
    if hold is None or (hold.kept is not None and hold.kept.release is not None):
        return said
    return replace(said, bars=said.bars | {Bar.HELD})


def facts_of(connection: Connection, case: Case, at: datetime) -> Facts:
    """As the rules saw the case, with the landing as it is recorded now."""
    document = case.inspection.document
    passport = (document.nationality, document.document_number) if document else ("", "")
    landing = open_landings(connection, [passport]).get(passport, NoLandingRecord())
    return Facts(case.inspection, at, landing=landing, answers=case.answers)


def _follows(under: DepartureOrder, known: Facts) -> Fulfilled:
    removed = entry_of(known.answers.removals)
    return law.fulfilled(under, known.today, removed.removals if removed else ())


def _foreign_departure(case: Case) -> bool:
    document = case.inspection.document
    return case.inspection.direction is Direction.DEPARTURE and document is not None and not is_national(document)
