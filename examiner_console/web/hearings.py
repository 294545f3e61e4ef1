"""The pages under `/hearings`: which are under way, and one hearing with its record and what may happen next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import StreamingResponse

from examiner_console.casework.cases import Case, CasePrivate, StatusNotAllowed
from examiner_console.casework.hearing_file import (
    FIELDS,
    Act,
    Decided,
    HearingError,
    HearingFile,
    Side,
    acts,
    side,
)
from examiner_console.law.stays import JAPAN
from examiner_console.web.catalogues import translations
from examiner_console.web.hearing_words import ACTS, DECISIONS, field_of, of_hearing, said_text, stage
from examiner_console.web.live import kept_live
from examiner_console.web.periods import choices, limits, period_of, why_not
from examiner_console.web.permissions import Permission
from examiner_console.web.reasons import reason_text
from examiner_console.web.refusals import IncompleteForm, Refusal, StatusPeriodWrong
from examiner_console.web.rendering import day_text, render
from examiner_console.web.sheet import full_name
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import worded

LONGEST: Final = 4000
"""Characters of one field of an entry."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)
ORDER: Final = tuple(Act)
_PERMITTING: Final = frozenset({Act.PERMIT, Act.DECIDE})


async def list_page(visit: VisitDep) -> Response:
    return visit.page("hearings.html", **await _listed(visit))


async def stream(visit: VisitDep) -> Response:
    async def fragment() -> str:
        facts = {"visit": visit, "now": visit.desk.console.clock(), "form_token": "", **await _listed(visit)}
        return render(visit.language, "hearing_rows.html", facts)

    lines: AsyncIterator[bytes] = kept_live(visit, "hearings", fragment)
    return StreamingResponse(lines, media_type="text/event-stream")


async def _listed(visit: Visit) -> dict[str, Any]:
    console, now = visit.desk.console, visit.desk.console.clock()
    cases: dict[UUID, Case] = {}
    for file in (under_way := await console.hearings.under_way()):
        with suppress(CasePrivate):  # the protection desk has it
            cases[file.inspection] = await console.referrals.case(file.inspection)
    files = [file for file in under_way if file.inspection in cases]
    nearest = sorted(
        files, key=lambda file: (file.objection_before or datetime.max.replace(tzinfo=JAPAN), file.opened_at)
    )
    return {
        "files": nearest,
        "cases": cases,
        "displays": await visit.desk.sessions.displays(),
        "stage": partial(stage, now=now, language=visit.language),
        "until": partial(_until, language=visit.language),
        "why": partial(_why, visit),
    }


def _why(visit: Visit, case: Case) -> str:
    translate = translations(visit.language).gettext
    return reason_text(case.decision.reasons[0].code, translate) if case.decision.reasons else ""


def _until(before: datetime, language: str) -> str:
    """The first instant that is too late, in Japan time."""
    there = before.astimezone(JAPAN)
    return f"{day_text(there, language)} {there:%H:%M}"


async def hearing_page(visit: VisitDep, case_id: UUID) -> Response:
    return await _page(visit, case_id)


async def hear(visit: VisitDep, case_id: UUID) -> Response:
    """An act of the special inquiry officer."""
    return await _add(visit, case_id, Side.INQUIRY)


async def decide(visit: VisitDep, case_id: UUID) -> Response:
    """An act of the supervising inspector."""
    return await _add(visit, case_id, Side.SUPERVISION)


async def _add(visit: Visit, id: UUID, of: Side) -> Response:
    try:
        await _act(visit, id, of)
    except Refusal as refusal:
        return await _page(visit, id, refusal)
    return visit.go(f"/hearings/{id}")


async def _act(visit: Visit, id: UUID, of: Side) -> None:
    console = visit.desk.console
    try:
        act = Act(visit.field("act"))
        file = await console.hearings.find(id)
        if side(file, act, console.clock()) is not of:
            raise IncompleteForm
        seen = int(visit.form["seen"]) if visit.form.get("seen", "").isdecimal() else None
        await console.hearings.add(id, act, visit.name, _said(visit, act), seen)
    except ValueError:
        raise IncompleteForm from None
    except StatusNotAllowed as error:
        raise StatusPeriodWrong(why=why_not(console.statuses, error.status, error.period, visit.language)) from None
    except HearingError as error:
        raise of_hearing(error, visit.language) from None


def _said(visit: Visit, act: Act) -> dict[str, str]:
    names = (*FIELDS.get(act, ()), "decided", "minor", "status")
    said = {name: visit.form[name].strip()[:LONGEST] for name in names if name in visit.form}
    if act in _PERMITTING and "period" in visit.form:
        said["period"] = period_of(visit.form["period"], visit.form.get("days", ""))
    return said


async def _page(visit: Visit, id: UUID, refusal: Refusal | None = None) -> Response:
    """With what was typed where it was not taken."""
    console, language, now = visit.desk.console, visit.language, visit.desk.console.clock()
    try:
        file, case, note = await console.hearings.read(id, visit.name)
    except HearingError as error:
        raise of_hearing(error, language) from None
    translate = translations(language).gettext
    return visit.page(
        "hearing.html",
        status=refusal.status if refusal else 200,
        sentence=refusal.said(translate) if refusal else "",
        file=file,
        case=case,
        note=note,
        may=_may(visit, file, now),
        act_text=partial(worded, ACTS, translate=translate),
        decisions=[(choice.value, translate(DECISIONS[choice])) for choice in Decided],
        fields=lambda act: [field_of(name, language) for name in FIELDS[act] if name not in ("status", "period")],
        typed=visit.form,
        said=partial(said_text, statuses=console.statuses, language=language),
        stage=stage(file, now, language),
        until=partial(_until, language=language),
        displays=await visit.desk.sessions.displays(),
        choices=choices(console.statuses),
        limits=partial(limits, language=language),
        reasons=[(reason_text(one.code, translate), one.article) for one in case.decision.reasons],
        full_name=full_name,
        may_see=visit.may(Permission.SEE_PICTURES),
    )


def _may(visit: Visit, file: HearingFile, now: datetime) -> list[tuple[Act, str]]:
    """What this officer may do now, each with the address it is sent to, in the order of the procedure."""
    return [
        (act, "decide" if side(file, act, now) is Side.SUPERVISION else "hear")
        for act in sorted(acts(file, now), key=ORDER.index)
        if _is_theirs(visit, file, act, now)
    ]


def _is_theirs(visit: Visit, file: HearingFile, act: Act, now: datetime) -> bool:
    if side(file, act, now) is Side.SUPERVISION:
        judged = visit.name in file.heard_by | file.from_booth
        return visit.may(Permission.DECIDE_OBJECTION) and not judged
    holds = act is Act.TAKE or file.holder == visit.name
    return visit.may(Permission.HOLD_HEARING) and visit.name not in file.from_booth and holds
