"""Who may do what: one table from role to permissions, and one from each page to the permission it asks for.

A page that is missing from `PAGES` is refused to everybody. A shift supervisor sees cases and decides none, an auditor
reads without pictures (data minimisation); gate assistants, technicians and who keeps the watchlist see no traveller
here at all, and the watchlist's entries are seen by its keepers alone. `docs/people.md` is made from both tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """The hall's; `watchlist_editor` and `watchlist_approver` are two, since one person may never be both at once."""

    GATE_ASSISTANT = "gate_assistant"
    MONITORING_OFFICER = "monitoring_officer"
    INSPECTOR = "inspector"
    SHIFT_SUPERVISOR = "shift_supervisor"
    SPECIAL_INQUIRY_OFFICER = "special_inquiry_officer"
    SUPERVISING_INSPECTOR = "supervising_inspector"
    WATCHLIST_EDITOR = "watchlist_editor"
    WATCHLIST_APPROVER = "watchlist_approver"
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    PRIVACY_OFFICER = "privacy_officer"

    @classmethod
    def _missing_(cls, value: object) -> Role | None:
        """`supervisor` is how officers were stored while it was the only kind of supervisor."""
        return cls.SHIFT_SUPERVISOR if value == "supervisor" else None


class Permission(StrEnum):
    ANYONE = "anyone"
    """Also without a session: the log-in page and what it is made of."""
    LOGGED_IN = "logged_in"
    SEE_QUEUE = "see_queue"
    SEE_CASE = "see_case"
    SEE_PICTURES = "see_pictures"
    TAKE_CASE = "take_case"
    DECIDE = "decide"
    """Grant, confirm, or hand over a case one has taken (Immigration Act Art. 9)."""
    SEE_RECORD = "see_record"
    """Search decisions, see who read and who did what, and prove it from the ledger."""
    SEE_EXPORTS = "see_exports"
    ASK_EXPORT = "ask_export"
    """Ask that decisions leave as a table, and fetch what another agreed to."""
    AGREE_EXPORT = "agree_export"
    """Answer what another asked for."""
    SEE_HEARINGS = "see_hearings"
    HOLD_HEARING = "hold_hearing"
    """Art. 10: hear, find, and permit or order."""
    DECIDE_OBJECTION = "decide_objection"
    """Receive objections, record the Minister's decisions, and permit provisional landing (Art. 11 to 13)."""
    ORDER_DEPARTURE = "order_departure"
    """Give the departure order that an inspector proposed, or refuse it (Art. 24-3, 55-3)."""
    SEE_WATCHLIST = "see_watchlist"
    """Read the entries; also withdraw a proposal, which the register lets its proposer do alone."""
    EDIT_WATCHLIST = "edit_watchlist"
    APPROVE_WATCHLIST = "approve_watchlist"
    SEE_SHIPS = "see_ships"
    """Ships' calls with their passengers, and the special permissions to land but temporary refuge (Art. 14 to 18)."""
    PERMIT_LANDING = "permit_landing"
    """Enter calls, load lists, permit, withhold, count at the gangway; give, extend and end special permissions."""
    SEE_REFUGE = "see_refuge"
    """See, give, extend and end temporary refuge (Art. 18-2), which is shown to nobody else."""
    SEE_REGISTRATIONS = "see_registrations"
    """Who is registered for the automated gate, and how each registration stands."""
    REGISTER = "register"
    """Apply for a person, register, renew, suspend, propose to revoke, and withdraw at the person's wish."""
    REVOKE_REGISTRATION = "revoke_registration"
    """Decide what another proposed to revoke, and applications that were stopped."""
    CALL_HELP = "call_help"
    """Raise a silent alarm, or hand the person before one to the protection desk, whoever holds the case."""
    SEE_ALARMS = "see_alarms"
    """Hear silent alarms and answer them."""
    SEE_PRIVATE = "see_private"
    """Read what the protection desk has: refuge seekers, children alone, possible victims of trafficking."""
    WORK_PRIVATE = "work_private"
    """Write in the desk's files, and end them."""
    SUPERVISE = "supervise"
    """The wait, the queue by reason, the stations' last words, and who is at work."""
    FREE_LOCK = "free_lock"
    """Let a case wait again whose officer went away."""
    MONITOR = "monitor"
    """Watch gates, order them, lock them; ending an emergency takes two who may."""
    SET_FLEET = "set_fleet"
    """Send everybody of one side to the booths, or close its gates; two who may make it less strict again."""
    SEE_STATISTICS = "see_statistics"
    BREAK_GLASS = "break_glass"
    """Take a wider role for fifteen minutes, with everyone told."""


_EVERYBODY: Final = frozenset({Permission.ANYONE, Permission.LOGGED_IN})
_LOOKS: Final = _EVERYBODY | {
    *(Permission.SEE_QUEUE, Permission.SEE_CASE, Permission.SEE_PICTURES),
    Permission.BREAK_GLASS,
}
_SHIPS: Final = frozenset({Permission.SEE_SHIPS, Permission.PERMIT_LANDING})
_PROTECTS: Final = frozenset({Permission.CALL_HELP, Permission.SEE_PRIVATE, Permission.WORK_PRIVATE})

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.GATE_ASSISTANT: _EVERYBODY,
    Role.MONITORING_OFFICER: _EVERYBODY | {Permission.SEE_QUEUE, Permission.MONITOR, Permission.BREAK_GLASS},
    Role.INSPECTOR: _LOOKS
    | _SHIPS
    | {Permission.TAKE_CASE, Permission.DECIDE, Permission.CALL_HELP}
    | {Permission.SEE_REGISTRATIONS, Permission.REGISTER},
    Role.SHIFT_SUPERVISOR: _LOOKS
    | {Permission.SEE_RECORD, Permission.SEE_STATISTICS, Permission.SEE_HEARINGS, Permission.SEE_SHIPS}
    | {Permission.CALL_HELP, Permission.SEE_ALARMS, Permission.SUPERVISE, Permission.FREE_LOCK}
    | {Permission.MONITOR, Permission.SET_FLEET, Permission.SEE_EXPORTS, Permission.ASK_EXPORT},
    Role.SPECIAL_INQUIRY_OFFICER: _LOOKS
    | _PROTECTS
    | {Permission.SEE_HEARINGS, Permission.HOLD_HEARING}
    | {Permission.SEE_SHIPS, Permission.SEE_REFUGE},
    Role.SUPERVISING_INSPECTOR: _LOOKS
    | _SHIPS
    | _PROTECTS
    | {Permission.ORDER_DEPARTURE}
    | {Permission.SEE_HEARINGS, Permission.DECIDE_OBJECTION, Permission.SEE_REFUGE, Permission.SEE_ALARMS}
    | {Permission.SEE_REGISTRATIONS, Permission.REVOKE_REGISTRATION, Permission.SEE_STATISTICS, Permission.SUPERVISE}
    | {Permission.SET_FLEET, Permission.SEE_EXPORTS, Permission.AGREE_EXPORT},
    Role.WATCHLIST_EDITOR: _EVERYBODY | {Permission.SEE_WATCHLIST, Permission.EDIT_WATCHLIST},
    Role.WATCHLIST_APPROVER: _EVERYBODY | {Permission.SEE_WATCHLIST, Permission.APPROVE_WATCHLIST},
    Role.TECHNICIAN: _EVERYBODY,
    Role.AUDITOR: _EVERYBODY
    | {Permission.SEE_QUEUE, Permission.SEE_CASE, Permission.SEE_RECORD, Permission.SEE_STATISTICS}
    | {Permission.SEE_EXPORTS, Permission.ASK_EXPORT},
    Role.PRIVACY_OFFICER: _EVERYBODY
    | {Permission.SEE_RECORD, Permission.SEE_STATISTICS}
    | {Permission.SEE_EXPORTS, Permission.ASK_EXPORT, Permission.AGREE_EXPORT},
}

BROKEN: Final = frozenset(
    {Permission.SEE_QUEUE, Permission.SEE_CASE, Permission.SEE_PICTURES, Permission.TAKE_CASE, Permission.DECIDE}
    | {Permission.CALL_HELP, Permission.SEE_ALARMS, Permission.SEE_HEARINGS, Permission.SEE_SHIPS}
)
"""What broken glass adds: to see who waits, and to decide at a booth. Never what two persons do, the watchlist, the
record, or what the protection desk has."""

PAGES: Final[Mapping[tuple[str, str], Permission]] = {
    ("GET", "/"): Permission.ANYONE,
    ("GET", "/login"): Permission.ANYONE,
    ("POST", "/login"): Permission.ANYONE,
    ("GET", "/login/oidc"): Permission.ANYONE,
    ("GET", "/login/oidc/back"): Permission.ANYONE,
    ("POST", "/preferences"): Permission.ANYONE,
    ("GET", "/static/{name}"): Permission.ANYONE,
    ("GET", "/waiting"): Permission.ANYONE,
    ("POST", "/logout"): Permission.LOGGED_IN,
    ("GET", "/login/key"): Permission.ANYONE,
    ("POST", "/login/key"): Permission.ANYONE,
    ("POST", "/login/key/challenge"): Permission.ANYONE,
    ("GET", "/keys"): Permission.LOGGED_IN,
    ("POST", "/keys"): Permission.LOGGED_IN,
    ("POST", "/keys/challenge"): Permission.LOGGED_IN,
    ("POST", "/keys/{key}/remove"): Permission.LOGGED_IN,
    ("GET", "/session"): Permission.LOGGED_IN,
    ("GET", "/duties"): Permission.LOGGED_IN,
    ("POST", "/break-glass"): Permission.BREAK_GLASS,
    ("POST", "/break-glass/end"): Permission.BREAK_GLASS,
    ("GET", "/queue"): Permission.SEE_QUEUE,
    ("GET", "/queue/stream"): Permission.SEE_QUEUE,
    ("GET", "/cases/{case_id}"): Permission.SEE_CASE,
    ("GET", "/cases/{case_id}/pictures"): Permission.SEE_CASE,
    ("GET", "/cases/{case_id}/evidence/{evidence_id}"): Permission.SEE_PICTURES,
    ("POST", "/cases/find"): Permission.TAKE_CASE,
    ("POST", "/cases/{case_id}/take"): Permission.TAKE_CASE,
    ("POST", "/cases/{case_id}/give-back"): Permission.TAKE_CASE,
    ("POST", "/cases/{case_id}/seen"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/grant"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/confirm"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/hand-over"): Permission.DECIDE,
    ("GET", "/hearings"): Permission.SEE_HEARINGS,
    ("GET", "/hearings/stream"): Permission.SEE_HEARINGS,
    ("GET", "/hearings/{case_id}"): Permission.SEE_HEARINGS,
    ("POST", "/hearings/{case_id}/hear"): Permission.HOLD_HEARING,
    ("POST", "/hearings/{case_id}/decide"): Permission.DECIDE_OBJECTION,
    ("POST", "/cases/{case_id}/hold"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/release"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/leave"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/propose-order"): Permission.DECIDE,
    ("POST", "/cases/{case_id}/settle-order"): Permission.ORDER_DEPARTURE,
    ("POST", "/cases/{case_id}/protect"): Permission.CALL_HELP,
    ("POST", "/cases/{case_id}/alarm"): Permission.CALL_HELP,
    ("GET", "/alarms"): Permission.SEE_ALARMS,
    ("GET", "/alarms/stream"): Permission.SEE_ALARMS,
    ("POST", "/alarms/{alarm}/take"): Permission.SEE_ALARMS,
    ("POST", "/alarms/{alarm}/end"): Permission.SEE_ALARMS,
    ("GET", "/protection"): Permission.SEE_PRIVATE,
    ("POST", "/protection/new"): Permission.WORK_PRIVATE,
    ("GET", "/protection/{file}"): Permission.SEE_PRIVATE,
    ("POST", "/protection/{file}/write"): Permission.WORK_PRIVATE,
    ("GET", "/supervisor"): Permission.SUPERVISE,
    ("GET", "/supervisor/stream"): Permission.SUPERVISE,
    ("POST", "/supervisor/free/{case_id}"): Permission.FREE_LOCK,
    ("POST", "/supervisor/fleet"): Permission.SET_FLEET,
    ("GET", "/monitor"): Permission.MONITOR,
    ("GET", "/monitor/stream"): Permission.MONITOR,
    ("GET", "/monitor/{gate}/live"): Permission.MONITOR,
    ("GET", "/monitor/{gate}/chip"): Permission.MONITOR,
    ("POST", "/monitor/here"): Permission.MONITOR,
    ("POST", "/monitor/watch"): Permission.MONITOR,
    ("POST", "/monitor/leave"): Permission.MONITOR,
    ("POST", "/monitor/order"): Permission.MONITOR,
    ("POST", "/monitor/lock"): Permission.MONITOR,
    ("POST", "/monitor/unlock"): Permission.MONITOR,
    ("POST", "/monitor/seen"): Permission.MONITOR,
    ("GET", "/statistics"): Permission.SEE_STATISTICS,
    ("GET", "/exports"): Permission.SEE_EXPORTS,
    ("POST", "/exports/ask"): Permission.ASK_EXPORT,
    ("POST", "/exports/{request}/agree"): Permission.AGREE_EXPORT,
    ("POST", "/exports/{request}/refuse"): Permission.AGREE_EXPORT,
    ("GET", "/exports/{request}/file"): Permission.ASK_EXPORT,
    ("GET", "/audit"): Permission.SEE_RECORD,
    ("POST", "/audit/find"): Permission.SEE_RECORD,
    ("POST", "/audit/verify"): Permission.SEE_RECORD,
    ("GET", "/audit/checkpoint"): Permission.SEE_RECORD,
    ("GET", "/audit/{inspection}"): Permission.SEE_RECORD,
    ("GET", "/audit/{inspection}/prove"): Permission.SEE_RECORD,
    ("GET", "/audit/{inspection}/proof"): Permission.SEE_RECORD,
    ("GET", "/watchlist"): Permission.SEE_WATCHLIST,
    ("POST", "/watchlist/find"): Permission.SEE_WATCHLIST,
    ("GET", "/watchlist/new"): Permission.EDIT_WATCHLIST,
    ("POST", "/watchlist/new"): Permission.EDIT_WATCHLIST,
    ("GET", "/watchlist/{entry}"): Permission.SEE_WATCHLIST,
    ("GET", "/watchlist/{entry}/amend"): Permission.EDIT_WATCHLIST,
    ("POST", "/watchlist/{entry}/amend"): Permission.EDIT_WATCHLIST,
    ("GET", "/watchlist/{entry}/remove"): Permission.EDIT_WATCHLIST,
    ("POST", "/watchlist/{entry}/remove"): Permission.EDIT_WATCHLIST,
    ("POST", "/watchlist/{entry}/approve"): Permission.APPROVE_WATCHLIST,
    ("POST", "/watchlist/{entry}/reject"): Permission.APPROVE_WATCHLIST,
    ("POST", "/watchlist/{entry}/withdraw"): Permission.SEE_WATCHLIST,
    ("GET", "/ships"): Permission.SEE_SHIPS,
    ("GET", "/ships/new"): Permission.PERMIT_LANDING,
    ("POST", "/ships/new"): Permission.PERMIT_LANDING,
    ("GET", "/ships/{call}"): Permission.SEE_SHIPS,
    ("POST", "/ships/{call}/find"): Permission.SEE_SHIPS,
    ("POST", "/ships/{call}/manifest"): Permission.PERMIT_LANDING,
    ("POST", "/ships/{call}/screen"): Permission.PERMIT_LANDING,
    ("POST", "/ships/{call}/departure"): Permission.PERMIT_LANDING,
    ("GET", "/ships/{call}/permit"): Permission.PERMIT_LANDING,
    ("POST", "/ships/{call}/permit"): Permission.PERMIT_LANDING,
    ("POST", "/ships/{call}/admit"): Permission.PERMIT_LANDING,
    ("POST", "/ships/{call}/withhold"): Permission.PERMIT_LANDING,
    ("GET", "/ships/{call}/gangway"): Permission.SEE_SHIPS,
    ("GET", "/ships/{call}/stream"): Permission.SEE_SHIPS,
    ("POST", "/ships/{call}/scan"): Permission.PERMIT_LANDING,
    ("GET", "/ships/{call}/missing"): Permission.SEE_SHIPS,
    ("GET", "/ships/{call}/missing/csv"): Permission.SEE_SHIPS,
    ("POST", "/ships/{call}/close"): Permission.PERMIT_LANDING,
    ("GET", "/landings"): Permission.SEE_SHIPS,
    ("GET", "/landings/new"): Permission.PERMIT_LANDING,
    ("POST", "/landings/new"): Permission.PERMIT_LANDING,
    ("GET", "/landings/{landing}"): Permission.SEE_SHIPS,
    ("POST", "/landings/{landing}/extend"): Permission.PERMIT_LANDING,
    ("POST", "/landings/{landing}/end"): Permission.PERMIT_LANDING,
    ("GET", "/refuge"): Permission.SEE_REFUGE,
    ("GET", "/refuge/new"): Permission.SEE_REFUGE,
    ("POST", "/refuge/new"): Permission.SEE_REFUGE,
    ("GET", "/refuge/{landing}"): Permission.SEE_REFUGE,
    ("POST", "/refuge/{landing}/extend"): Permission.SEE_REFUGE,
    ("POST", "/refuge/{landing}/end"): Permission.SEE_REFUGE,
    ("GET", "/registrations"): Permission.SEE_REGISTRATIONS,
    ("POST", "/registrations/find"): Permission.SEE_REGISTRATIONS,
    ("POST", "/registrations/letters"): Permission.REGISTER,
    ("GET", "/registrations/apply/{inspection}"): Permission.REGISTER,
    ("POST", "/registrations/apply/{inspection}"): Permission.REGISTER,
    ("GET", "/registrations/{registration}"): Permission.SEE_REGISTRATIONS,
    ("POST", "/registrations/{registration}/step"): Permission.REGISTER,
    ("POST", "/registrations/{registration}/compare"): Permission.SEE_REGISTRATIONS,
    ("POST", "/registrations/{registration}/settle"): Permission.REVOKE_REGISTRATION,
    ("GET", "/{address:path}"): Permission.ANYONE,
}

PROGRAMS: Final = frozenset({("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/openapi.json")})
"""What programs ask for without a session; neither says anything about a traveller."""


_SCREENS: Final = (
    (Permission.SEE_QUEUE, "/queue"),
    (Permission.SEE_HEARINGS, "/hearings"),
    (Permission.SEE_RECORD, "/audit"),
    (Permission.SUPERVISE, "/supervisor"),
    (Permission.MONITOR, "/monitor"),
    (Permission.SEE_STATISTICS, "/statistics"),
    (Permission.SEE_EXPORTS, "/exports"),
    (Permission.SEE_WATCHLIST, "/watchlist"),
    (Permission.SEE_SHIPS, "/ships"),
    (Permission.SEE_SHIPS, "/landings"),
    (Permission.SEE_REFUGE, "/refuge"),
    (Permission.SEE_REGISTRATIONS, "/registrations"),
    (Permission.SEE_ALARMS, "/alarms"),
    (Permission.SEE_PRIVATE, "/protection"),
)
_BEGIN: Final[Mapping[Role, str]] = {
    Role.MONITORING_OFFICER: "/monitor",
    Role.AUDITOR: "/audit",
    Role.PRIVACY_OFFICER: "/audit",
    Role.SPECIAL_INQUIRY_OFFICER: "/hearings",
    Role.SUPERVISING_INSPECTOR: "/hearings",
}
"""Whose work is another than the first screen they may see."""


def screens(role: Role, *, broken: bool = False) -> tuple[str, ...]:
    """Addresses of the screens a role may open; its work begins at the first."""
    found = tuple(address for permission, address in _SCREENS if permitted(role, permission, broken=broken))
    return tuple(sorted(found, key=lambda address: address != _BEGIN.get(role, found[0])))


def home(role: Role) -> str:
    return next(iter(screens(role)), "/duties")


def permitted(role: Role | None, permission: Permission, *, broken: bool = False) -> bool:
    """`role` None stands for somebody who is not logged in; `broken` for an officer who has broken the glass."""
    if role is None:
        return permission is Permission.ANYONE
    return permission in PERMISSIONS[role] or (broken and permission in BROKEN and may_break(role))


def may_break(role: Role) -> bool:
    return Permission.BREAK_GLASS in PERMISSIONS[role]
