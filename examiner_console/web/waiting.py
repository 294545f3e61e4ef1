"""The referral queue: who waits and why, kept live, and found by a passport's number or its scanned lines."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse
from markupsafe import Markup

from examiner_console.casework.cases import Case, CasePrivate, CaseState, CaseTaken, NoSuchCase
from examiner_console.web.live import HEARTBEAT_SECONDS, event, still_logged_in
from examiner_console.web.live_queue import Feed, Shown
from examiner_console.web.permissions import Permission
from examiner_console.web.queue_list import Looker, QueueList
from examiner_console.web.refusals import CaseHeld, NothingWaits
from examiner_console.web.scanned import passport_number
from examiner_console.web.visits import Visit, VisitDep

CASE_NUMBER: Final = re.compile(r"[A-Z]-[0-9]{4}")


async def queue_page(visit: VisitDep, done: UUID | None = None, desk: str = "") -> Response:
    closed = await _closed(visit, done)
    listed = visit.desk.list.whole(await visit.desk.queue.now(), _looker(visit))
    with_desk = desk if CASE_NUMBER.fullmatch(desk) else ""
    rows = Markup(listed)  # noqa: S704  # ours
    return visit.page("queue.html", listed=rows, done=closed, with_desk=with_desk, may_take=_may_take(visit))


async def _closed(visit: Visit, id: UUID | None) -> Case | None:
    """The case this officer has just decided, for the line above the queue."""
    if id is None:
        return None
    try:
        case = await visit.desk.console.referrals.case(id)
    except (NoSuchCase, CasePrivate):
        return None
    return case if case.state is CaseState.CLOSED and case.taken_by == visit.name else None


def _may_take(visit: Visit) -> bool:
    return visit.may(Permission.TAKE_CASE)


def _looker(visit: Visit) -> Looker:
    return Looker(visit.name, visit.language, _may_take(visit))


async def find(visit: VisitDep) -> Response:
    """Posted, not linked: a passport's number belongs in no address and no access log."""
    number, nationality = passport_number(visit.field("passport"))
    referrals = visit.desk.console.referrals
    case = await referrals.find(number, nationality) if number else None
    if case is None:
        raise NothingWaits(number=number or "—")
    return await take(visit, case.inspection.id)


async def take(visit: VisitDep, case_id: UUID) -> Response:
    """Locks the case for this officer and opens it."""
    try:
        await visit.desk.console.referrals.take(case_id, visit.name)
    except CaseTaken as taken:
        displays = await visit.desk.sessions.displays()
        raise CaseHeld(by=displays.get(taken.by, taken.by)) from None
    return visit.go(f"/cases/{case_id}")


async def stream(visit: VisitDep) -> Response:
    return StreamingResponse(_fragments(visit), media_type="text/event-stream")


async def _fragments(visit: Visit) -> AsyncIterator[bytes]:
    """The whole list on connecting, so that a page that was cut off is never half right; then what changes.

    Where the console stops, the stream just ends; the page then asks again until a console answers.
    """
    yield b"retry: 1000\n\n"
    with visit.desk.console.measures.live_page():
        async with visit.desk.queue.listen() as feed:
            async for told in _heard(visit, feed):
                yield told


async def _heard(visit: Visit, feed: Feed) -> AsyncIterator[bytes]:
    looker, shown, asked = _looker(visit), None, time.monotonic()
    while not feed.ended:
        before, shown = shown, await feed.unlike(shown, HEARTBEAT_SECONDS)
        if time.monotonic() - asked >= HEARTBEAT_SECONDS:
            asked = time.monotonic()
            if not await still_logged_in(visit):
                yield event("ended", "")
                return
        yield _told(visit.desk.list, before, shown, looker)


def _told(listed: QueueList, before: Shown | None, shown: Shown | None, looker: Looker) -> bytes:
    if shown is None or before is shown:
        return event("here", "")
    if before is None or not before.cases or not shown.cases:
        return event("queue", listed.whole(shown, looker))
    return event("rows", listed.change(before, shown, looker))
