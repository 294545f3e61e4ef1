"""A departure that is held (Art. 25-2), at the booth: the two things an officer records of it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import Response

from examiner_console.web.booth import held_case
from examiner_console.web.refusals import IncompleteForm
from examiner_console.web.visits import VisitDep

LONGEST: Final = 200


async def hold(visit: VisitDep, case_id: UUID) -> Response:
    """The person waits; the case goes back to the queue, where every inspector sees until when."""
    referrals = visit.desk.console.referrals
    case = await referrals.case(case_id)
    if case.kept is None or case.kept.held_by != visit.name:  # else the key was pressed twice
        await held_case(visit, case_id)
        await referrals.hold_departure(case_id, visit.name)
    elif case.taken_by == visit.name:
        await referrals.give_back(case_id, visit.name)
    return visit.go("/queue")


async def release(visit: VisitDep, case_id: UUID) -> Response:
    authority, reference = visit.field("authority")[:LONGEST], visit.field("reference")[:LONGEST]
    if not authority or not reference:
        raise IncompleteForm
    await held_case(visit, case_id)
    await visit.desk.console.referrals.release_departure(case_id, visit.name, authority, reference)
    return visit.go(f"/cases/{case_id}")
