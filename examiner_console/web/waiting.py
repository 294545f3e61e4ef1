"""The referral queue: who waits and why, kept live, and found by a passport's number or its scanned lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from examiner_console.casework.cases import Case, CaseState, CaseTaken, NoSuchCase
from examiner_console.contract import Reason
from examiner_console.web.catalogues import translations
from examiner_console.web.forms import SESSION_COOKIE
from examiner_console.web.permissions import Permission
from examiner_console.web.reasons import headline, reason_text
from examiner_console.web.refusals import CaseHeld, NothingWaits, NotLoggedIn
from examiner_console.web.rendering import render
from examiner_console.web.scanned import passport_number
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import Translate, mark

HEARTBEAT_SECONDS: Final = 5.0
"""Half of what a page waits before it calls the list old; also how soon an ended session stops being fed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `words` say `reason`; `held_by` is None while nobody has the case."""

    case: Case
    reason: Reason | None
    words: str
    others: int
    held_by: str | None
    mine: bool


async def queue_page(visit: VisitDep, done: UUID | None = None) -> Response:
    closed = await _closed(visit, done)
    return visit.page("queue.html", entries=await _entries(visit), done=closed, may_take=_may_take(visit))


async def _closed(visit: Visit, id: UUID | None) -> Case | None:
    """The case this officer has just decided, for the line above the queue."""
    if id is None:
        return None
    try:
        case = await visit.desk.console.referrals.case(id)
    except NoSuchCase:
        return None
    return case if case.state is CaseState.CLOSED and case.taken_by == visit.name else None


def _may_take(visit: Visit) -> bool:
    return visit.may(Permission.TAKE_CASE)


async def _entries(visit: Visit) -> list[Entry]:
    displays = await visit.desk.sessions.displays()
    translate = translations(visit.language).gettext
    return [_entry(case, displays, visit.name, translate) for case in await visit.desk.console.referrals.waiting()]


def _entry(case: Case, displays: Mapping[str, str], officer: str, translate: Translate) -> Entry:
    reason = headline(case.decision.reasons)
    words = reason_text(reason.code, translate) if reason else translate(mark("No reason was given"))
    held_by = displays.get(case.taken_by, case.taken_by) if case.taken_by else None
    return Entry(case, reason, words, max(0, len(case.decision.reasons) - 1), held_by, case.taken_by == officer)


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


_STOPPED: Final = object()


async def _fragments(visit: Visit) -> AsyncIterator[bytes]:
    """The whole list on connecting and after every change, so that a page that was cut off is never half right.

    What another process changed shows with the next heartbeat.
    Where the console stops, the stream just ends; the page then asks again until a console answers.
    """
    yield b"retry: 1000\n\n"
    async with visit.desk.console.referrals.subscribe() as changes:
        change = asyncio.ensure_future(anext(changes, _STOPPED))
        try:
            shown = await _entries(visit)
            yield _event("queue", _fragment(visit, shown))
            while await _still_logged_in(visit):
                done, _ = await asyncio.wait({change}, timeout=HEARTBEAT_SECONDS)
                if done:
                    if change.result() is _STOPPED:
                        return
                    change = asyncio.ensure_future(anext(changes, _STOPPED))
                entries = await _entries(visit)
                changed, shown = entries != shown, entries
                yield _event("queue", _fragment(visit, shown)) if done or changed else _event("here", "")
            yield _event("ended", "")
        finally:
            change.cancel()


def _fragment(visit: Visit, entries: list[Entry]) -> str:
    facts = {"visit": visit, "entries": entries, "now": visit.desk.console.clock()}
    facts |= {"form_token": "", "may_take": _may_take(visit)}
    return render(visit.language, "queue_rows.html", facts)


async def _still_logged_in(visit: Visit) -> bool:
    try:
        await visit.desk.sessions.officer(visit.request.cookies.get(SESSION_COOKIE), active=False)
    except NotLoggedIn:
        return False
    return True


def _event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()
