"""One case at the booth: its page, its pictures, and what the officer does with it.

Whoever decides must hold the case, and granting waits until every numbered finding was seen. Every rule of
`casework` is asked again there; the page only says it earlier and kinder.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import JSONResponse

from examiner_console.casework.cases import Case, CaseState, StatusNotAllowed
from examiner_console.casework.departure_holds import hold_on
from examiner_console.casework.leaving import Outlook
from examiner_console.contract import Suggestion
from examiner_console.record.evidence import EvidenceError
from examiner_console.web.catalogues import translations
from examiner_console.web.findings import Row
from examiner_console.web.leaving_words import BARS, CONDITIONS, WAYS, line, way_text
from examiner_console.web.periods import choices, limits, period_of, status_name, why_not
from examiner_console.web.permissions import Permission
from examiner_console.web.pictures import UnshowablePicture, shown
from examiner_console.web.protection_words import KINDS
from examiner_console.web.refusals import (
    CaseEnded,
    CaseHeld,
    CaseNotHeld,
    FindingsUnseen,
    NoSuggestion,
    NoteMissing,
    PictureMissing,
    StatusPeriodWrong,
)
from examiner_console.web.sheet import Sheet, age, days_stayed, full_name, sheet
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import PURPOSES, worded

LONGEST_NOTE: Final = 2000


async def case_page(visit: VisitDep, case_id: UUID) -> Response:
    case = await visit.desk.console.referrals.read_case(case_id, visit.name)
    displays = await visit.desk.sessions.displays()
    statuses, language = visit.desk.console.statuses, visit.language
    shows = _sheet(visit, case)
    return visit.page(
        "booth.html",
        sheet=shows,
        left=_left(visit, shows),
        holder=displays.get(case.taken_by or "", case.taken_by),
        choices=choices(statuses),
        limits=partial(limits, language=language),
        status_name=partial(status_name, statuses, language=language),
        purpose=partial(worded, PURPOSES, translate=translations(language).gettext),
        may_see=visit.may(Permission.SEE_PICTURES),
        may_take=visit.may(Permission.TAKE_CASE),
        may_audit=visit.may(Permission.SEE_RECORD),
        may_call=visit.may(Permission.CALL_HELP),
        kinds={kind: translations(language).gettext(words) for kind, words in KINDS.items()},
        hold=hold_on(case),
        **_leaving(visit, case, await visit.desk.console.referrals.outlook(case), displays),
        full_name=full_name,
        age=age,
        days_stayed=days_stayed,
    )


def _leaving(visit: Visit, case: Case, leaves: Outlook, displays: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows and asks of a departure."""
    language, translate = visit.language, translations(visit.language).gettext
    waits = leaves.proposal is not None and leaves.proposal.waits
    is_open = case.state is not CaseState.CLOSED
    holds = case.taken_by == visit.name and visit.may(Permission.DECIDE)
    return {
        "leaves": leaves,
        "leaving_line": line(leaves, language, displays),
        "ways": {way: translate(words) for way, words in WAYS.items()},
        "leaving_bars": {bar: translate(words) for bar, words in BARS.items()},
        "conditions": {name: translate(words) for name, words in CONDITIONS.items()},
        "way_text": partial(way_text, language=language),
        "may_propose": is_open and holds and leaves.may_order and not waits,
        "may_settle": is_open and waits and visit.may(Permission.ORDER_DEPARTURE),
    }


def _left(visit: Visit, sheet: Sheet) -> str:
    """What is still to be looked at, in words."""
    words, count = translations(visit.language), len(sheet.unseen)
    if not any(row.number for row in sheet.rows):
        return words.gettext("nothing to check")
    if not count:
        return words.gettext("all seen")
    if not sheet.held_by(visit.name):
        return words.ngettext("%(num)s to look at", "%(num)s to look at", count) % {"num": count}
    sentence = words.ngettext(
        "%(num)s to look at: press its number once seen", "%(num)s to look at: press each number once seen", count
    )
    return sentence % {"num": count}


def _sheet(visit: Visit, case: Case) -> Sheet:
    console = visit.desk.console
    seen = visit.desk.seen.by(case.inspection.id, visit.name)
    translate = translations(visit.language).gettext
    return sheet(case, at=console.clock(), seen=seen, statuses=console.statuses, translate=translate)


async def pictures(visit: VisitDep, case_id: UUID) -> Response:
    """How many there are to show: what a page that waits for them asks, without reading the case again."""
    case = await visit.desk.console.referrals.case(case_id)
    return JSONResponse({"pictures": sum(picture.evidence is not None for picture in _sheet(visit, case).pictures)})


async def picture(visit: VisitDep, case_id: UUID, evidence_id: str) -> Response:
    """Decrypted for this request alone; the read is in the ledger before the bytes leave."""
    try:
        media_type, data = await visit.desk.console.referrals.evidence(case_id, evidence_id, visit.name)
        media_type, data = await shown(media_type, data)
    except (EvidenceError, UnshowablePicture):
        raise PictureMissing from None
    return Response(data, media_type=media_type, headers={"Cache-Control": "no-store"})


async def give_back(visit: VisitDep, case_id: UUID) -> Response:
    await visit.desk.console.referrals.give_back(case_id, visit.name)
    visit.desk.seen.forget(case_id, visit.name)
    return visit.go("/queue")


async def see_finding(visit: VisitDep, case_id: UUID) -> Response:
    """Answers which numbers are still to be looked at."""
    case = await held_case(visit, case_id)
    if visit.field("finding") in {row.key for row in _sheet(visit, case).rows}:
        visit.desk.seen.add(case_id, visit.name, visit.field("finding"))
    now = _sheet(visit, case)
    if visit.wants_json:
        return JSONResponse({"unseen": [row.number for row in now.unseen], "left": _left(visit, now)})
    return visit.go(f"/cases/{case_id}")


async def grant(visit: VisitDep, case_id: UUID) -> Response:
    """As suggested, or with the status and period of the form."""
    case = await held_case(visit, case_id)
    _all_seen(_sheet(visit, case).unseen)
    if visit.form.get("as") == "suggested":
        suggestion = _suggested(case)
        status, period = suggestion.status, suggestion.period
    else:
        status, period = visit.field("status"), period_of(visit.field("period"), visit.form.get("days", ""))
    try:
        await visit.desk.console.referrals.grant(case_id, visit.name, status, period)
    except StatusNotAllowed:
        why = why_not(visit.desk.console.statuses, status, period, visit.language)
        raise StatusPeriodWrong(why=why) from None
    return decided(visit, case_id)


def _suggested(case: Case) -> Suggestion:
    if case.decision.suggestion is None:
        raise NoSuggestion
    return case.decision.suggestion


def _all_seen(left: tuple[Row, ...]) -> None:
    if left:
        raise FindingsUnseen(numbers=", ".join(str(row.number) for row in left))


async def confirm(visit: VisitDep, case_id: UUID) -> Response:
    await ready_case(visit, case_id)
    await visit.desk.console.referrals.confirm(case_id, visit.name)
    return decided(visit, case_id)


async def ready_case(visit: Visit, case_id: UUID) -> Case:
    """As `held_case`, with every finding seen; one's own decision of a moment ago needs no second look."""
    case = await held_case(visit, case_id)
    if case.state is not CaseState.CLOSED:
        _all_seen(_sheet(visit, case).unseen)
    return case


async def hand_over(visit: VisitDep, case_id: UUID) -> Response:
    note = visit.field("note")[:LONGEST_NOTE]
    if not note:
        raise NoteMissing
    await held_case(visit, case_id)
    await visit.desk.console.referrals.hand_over(case_id, visit.name, note)
    return decided(visit, case_id)


async def held_case(visit: Visit, case_id: UUID) -> Case:
    """The case this officer has taken. A decision of one's own a moment ago counts too: the key was pressed twice."""
    case = await visit.desk.console.referrals.case(case_id)
    if case.taken_by == visit.name:
        return case
    if case.state is CaseState.CLOSED:
        raise CaseEnded
    if case.taken_by:
        displays = await visit.desk.sessions.displays()
        raise CaseHeld(by=displays.get(case.taken_by, case.taken_by))
    raise CaseNotHeld


def decided(visit: Visit, case_id: UUID) -> Response:
    visit.desk.seen.forget(case_id, visit.name)
    return visit.go(f"/queue?done={case_id}")
