"""The page `/supervisor`: the wait, the queue, the stations and who is at work; kept live. And freeing a lock."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from examiner_console.casework import fleet_modes, oversight
from examiner_console.casework.cases import Case
from examiner_console.casework.fleet_modes import Fleet, Mode
from examiner_console.contract import Direction
from examiner_console.law.stays import japan_date
from examiner_console.web import monitor_words as words
from examiner_console.web.catalogues import translations
from examiner_console.web.duties import ROLES
from examiner_console.web.live import kept_live
from examiner_console.web.monitor_refusals import ModeReasonMissing, ModeUnknown, SecondToAgree
from examiner_console.web.permissions import Permission, Role
from examiner_console.web.reasons import headline, reason_text
from examiner_console.web.rendering import render
from examiner_console.web.statistics import KINDS
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import Translate, mark, worded


async def page(visit: VisitDep) -> Response:
    return visit.page("supervisor.html", **await _seen(visit))


async def stream(visit: VisitDep) -> Response:
    async def fragment() -> str:
        facts = {"visit": visit, "now": visit.desk.console.clock(), "form_token": "", **await _seen(visit)}
        return render(visit.language, "supervisor_now.html", facts)

    return StreamingResponse(kept_live(visit, "supervisor", fragment), media_type="text/event-stream")


async def free(visit: VisitDep, case_id: UUID) -> Response:
    console = visit.desk.console
    at = console.clock()
    await console.store.write(partial(oversight.free, id=case_id, supervisor=visit.name, at=at))
    console.referrals.changed()
    return visit.go("/supervisor")


async def set_fleet(visit: VisitDep) -> Response:
    console, reason = visit.desk.console, visit.field("reason")
    try:
        direction, mode = Direction(visit.field("direction")), Mode(visit.field("mode"))
    except ValueError:
        raise ModeUnknown from None
    if not reason and mode is not Mode.NORMAL:
        raise ModeReasonMissing
    chosen = partial(fleet_modes.set_mode, direction=direction, mode=mode, reason=reason)
    try:
        await console.store.write(partial(chosen, officer=visit.name, at=console.clock()))
    except fleet_modes.AnotherMustAgree:
        raise SecondToAgree from None
    console.gates.changed()
    console.referrals.changed()
    return visit.go("/supervisor")


async def _seen(visit: Visit) -> dict[str, Any]:
    console, translate = visit.desk.console, translations(visit.language).gettext
    now = console.clock()
    work = partial(oversight.overview, now=now, today=japan_date(now), walking=console.settings.walking)
    shown = await visit.desk.queue.now()
    found = await console.store.read(fleet_modes.modes)
    return {
        "hall": await visit.desk.hall.hall(),
        "overview": await console.store.read(work),
        "waiting": shown.cases,
        "displays": shown.displays,
        "reasons": _reasons(shown.cases, translate),
        "long": [case for case in shown.cases if oversight.held_long(case, now)],
        "oldest": shown.cases[0].opened_at if shown.cases else None,
        "fleets": {side.value: found.get(side.value, Fleet()) for side in Direction},
        "modes": words.MODES,
        "may_set": visit.may(Permission.SET_FLEET),
        "may_free": visit.may(Permission.FREE_LOCK),
        "kind_text": partial(worded, KINDS, translate=translate),
        "role_text": lambda role: translate(ROLES[Role(role)]),
    }


def _reasons(cases: tuple[Case, ...], translate: Translate) -> list[tuple[str, int]]:
    """Why people wait, by the first reason of each, the most frequent first."""
    none = translate(mark("No reason was given"))
    first = (headline(case.decision.reasons) for case in cases)
    counts = Counter(reason_text(reason.code, translate) if reason else none for reason in first)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
