"""Breaking the glass, from the page of one's duties: with a reason, and the password once more."""

from __future__ import annotations

from fastapi import Response

from examiner_console.casework import break_glass
from examiner_console.casework.break_glass import LONGEST_REASON
from examiner_console.law.stays import japan_time
from examiner_console.web.refusals import Refusal
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import mark


class ReasonMissing(Refusal):
    code = "reason_missing"
    status = 422
    sentence = mark("Write in a sentence why you need this; everyone who is logged in reads it.")


async def begin(visit: VisitDep) -> Response:
    reason = visit.field("reason")[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing
    await visit.desk.sessions.check(visit.name, visit.field("password"))
    console = visit.desk.console
    at = console.clock()
    await console.store.write(lambda connection: break_glass.begin(connection, visit.name, reason, at))
    return visit.go("/duties")


async def end(visit: VisitDep) -> Response:
    console = visit.desk.console
    at = console.clock()
    await console.store.write(lambda connection: break_glass.end(connection, visit.name, at))
    return visit.go("/duties")


async def told(visit: Visit) -> list[dict[str, str]]:
    """For the line on every page: who has broken the glass, why, and until when in Japan time."""
    console = visit.desk.console
    at = console.clock()
    found = await console.store.read(lambda connection: break_glass.broken(connection, at))
    if not found:
        return []
    displays = await visit.desk.sessions.displays()
    return [
        {"who": displays.get(one.officer, one.officer), "why": one.reason, "until": japan_time(one.ends_at)}
        for one in found
    ]
