"""The page `/duties`: what one's role may do here, and the way to each of its screens. Who has none begins here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import Response

from examiner_console.web.catalogues import translations
from examiner_console.web.permissions import Permission, Role, may_break
from examiner_console.web.visits import VisitDep
from examiner_console.web.wording import mark

ROLES: Final[Mapping[Role, str]] = {
    Role.GATE_ASSISTANT: mark("Gate assistant"),
    Role.MONITORING_OFFICER: mark("Monitoring officer"),
    Role.INSPECTOR: mark("Inspector"),
    Role.SHIFT_SUPERVISOR: mark("Shift supervisor"),
    Role.SPECIAL_INQUIRY_OFFICER: mark("Special inquiry officer"),
    Role.SUPERVISING_INSPECTOR: mark("Supervising inspector"),
    Role.WATCHLIST_EDITOR: mark("Watchlist editor"),
    Role.WATCHLIST_APPROVER: mark("Watchlist approver"),
    Role.TECHNICIAN: mark("Technician"),
    Role.AUDITOR: mark("Auditor"),
    Role.PRIVACY_OFFICER: mark("Privacy officer"),
}
DEEDS: Final[Mapping[Permission, str]] = {
    Permission.SEE_QUEUE: mark("See who waits, and why"),
    Permission.SEE_CASE: mark("Open a case"),
    Permission.SEE_PICTURES: mark("See a case's pictures"),
    Permission.TAKE_CASE: mark("Take a case and give it back"),
    Permission.DECIDE: mark("Grant, confirm, or hand over"),
    Permission.SEE_RECORD: mark("Search the record and prove it"),
    Permission.SEE_EXPORTS: mark("See which exports were asked for"),
    Permission.ASK_EXPORT: mark("Ask for exports, and fetch them"),
    Permission.AGREE_EXPORT: mark("Agree to exports that another asked for"),
    Permission.SEE_HEARINGS: mark("See hearings under way"),
    Permission.HOLD_HEARING: mark("Hold hearings"),
    Permission.DECIDE_OBJECTION: mark("Receive objections and record the Minister's decisions"),
    Permission.ORDER_DEPARTURE: mark("Give or refuse departure orders"),
    Permission.SUPERVISE: mark("Oversee the hall"),
    Permission.FREE_LOCK: mark("Free cases that are held too long"),
    Permission.MONITOR: mark("Watch gates, order and lock them"),
    Permission.SET_FLEET: mark("Set how all gates of one side serve"),
    Permission.SEE_STATISTICS: mark("See the hall's figures"),
    Permission.BREAK_GLASS: mark("Break the glass for fifteen minutes"),
    Permission.SEE_WATCHLIST: mark("See the watchlist"),
    Permission.EDIT_WATCHLIST: mark("Propose changes of the watchlist"),
    Permission.APPROVE_WATCHLIST: mark("Approve or reject changes of the watchlist"),
    Permission.SEE_SHIPS: mark("See ships, their passengers and special permissions"),
    Permission.PERMIT_LANDING: mark("Give special permissions and count at the gangway"),
    Permission.SEE_REFUGE: mark("See and give temporary refuge"),
    Permission.SEE_REGISTRATIONS: mark("See who is registered for the gate"),
    Permission.REGISTER: mark("Register for the gate, renew, suspend"),
    Permission.REVOKE_REGISTRATION: mark("Decide on revoking a registration"),
    Permission.CALL_HELP: mark("Raise a silent alarm, call the protection desk"),
    Permission.SEE_ALARMS: mark("See and answer silent alarms"),
    Permission.SEE_PRIVATE: mark("See what the protection desk has"),
    Permission.WORK_PRIVATE: mark("Work at the protection desk"),
}
"""What is more than being logged in."""


@dataclass(frozen=True, slots=True)
class Deed:
    words: str
    allowed: bool


async def duties_page(visit: VisitDep) -> Response:
    translate = translations(visit.language).gettext
    role = visit.role
    deeds = [Deed(translate(words), visit.may(permission)) for permission, words in DEEDS.items()]
    return visit.page("duties.html", role=translate(ROLES[role]), deeds=deeds, may_break=may_break(role))
