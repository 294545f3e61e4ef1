"""What an officer records of a departure at the booth: how a resident leaves, and departure orders (Art. 24-3, 26)."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from fastapi import Response

from examiner_console.casework.cases import CaseState
from examiner_console.casework.leaving import Leaving
from examiner_console.law.departure_orders import Overstayer
from examiner_console.law.leaving import Said, Way
from examiner_console.law.re_entry import Bar
from examiner_console.web.booth import decided, held_case, ready_case
from examiner_console.web.leaving_refusals import OrderWhyMissing
from examiner_console.web.leaving_words import BARS, CONDITIONS
from examiner_console.web.refusals import IncompleteForm
from examiner_console.web.visits import Visit, VisitDep

LONGEST: Final = 500
CARDS: Final = ("none", "residence", "special")


async def leave(visit: VisitDep, case_id: UUID) -> Response:
    """Confirm a resident's departure, and record how they leave."""
    await ready_case(visit, case_id)
    await visit.desk.console.referrals.confirm(case_id, visit.name, _leaving(visit))
    return decided(visit, case_id)


def _leaving(visit: Visit) -> Leaving:
    card, until = visit.field("card"), visit.form.get("permitted_until", "").strip()
    if card not in CARDS:
        raise IncompleteForm
    try:
        way, day = Way(visit.field("way")), date.fromisoformat(until) if until else None
    except ValueError:
        raise IncompleteForm from None
    said = Said(
        card=card == "residence",
        special_permanent=card == "special",
        declares="declares" in visit.form,
        bars=frozenset(Bar(bar) for bar in BARS if f"bar_{bar}" in visit.form),
        permitted_until=day,
    )
    return Leaving(way, said)


async def propose(visit: VisitDep, case_id: UUID) -> Response:
    """Propose a departure order; who fails a condition is handed over. Every condition needs its yes or no."""
    found = {name: visit.field(name) for name in CONDITIONS}
    if not set(found.values()) <= {"yes", "no"}:
        raise IncompleteForm
    await held_case(visit, case_id)
    person = Overstayer(**{name: answer == "yes" for name, answer in found.items()})
    case = await visit.desk.console.referrals.propose_order(case_id, visit.name, person)
    return decided(visit, case_id) if case.state is CaseState.CLOSED else visit.go(f"/cases/{case_id}")


async def settle(visit: VisitDep, case_id: UUID) -> Response:
    """Give the order another proposed, or refuse it with a sentence."""
    answer, why = visit.field("answer"), visit.form.get("why", "").strip()[:LONGEST]
    if answer not in ("give", "refuse"):
        raise IncompleteForm
    if answer == "refuse" and not why:
        raise OrderWhyMissing
    await visit.desk.console.referrals.settle_order(case_id, visit.name, give=answer == "give", why=why)
    return visit.go(f"/cases/{case_id}")
