"""All officer pages of a console, as one router. Which role may open which stands in `permissions`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import APIRouter, Response

from examiner_console.console import Console
from examiner_console.ships.screenings import Screenings
from examiner_console.web import (
    alarms,
    audit,
    booth,
    duties,
    entry,
    exports,
    gangway,
    glass,
    hall_page,
    hearings,
    held_departures,
    key_pages,
    leaving,
    monitor,
    oidc_pages,
    protection,
    registration_forms,
    registrations,
    ship_permission,
    ships,
    special_landings,
    statistics,
    supervisor,
    waiting,
    watchlist,
    watchlist_forms,
)
from examiner_console.web.guard import page_route, unknown_page_route
from examiner_console.web.hall_display import Display
from examiner_console.web.live_queue import LiveQueue
from examiner_console.web.officers import Sessions
from examiner_console.web.oidc import Provider
from examiner_console.web.security_keys import SecurityKeys
from examiner_console.web.visits import Desk

UNKNOWN: Final = ("GET", "/{address:path}")
"""Last: whatever else a browser asks for."""
ENDPOINTS: Final[Mapping[tuple[str, str], Callable[..., Awaitable[Response]]]] = {
    ("GET", "/"): entry.front_page,
    ("GET", "/login"): entry.log_in_page,
    ("POST", "/login"): entry.log_in,
    ("GET", "/login/oidc"): oidc_pages.to_provider,
    ("GET", "/login/oidc/back"): oidc_pages.back,
    ("POST", "/preferences"): entry.preferences,
    ("GET", "/static/{name}"): entry.static,
    ("POST", "/logout"): entry.log_out,
    ("GET", "/session"): entry.session,
    ("GET", "/duties"): duties.duties_page,
    ("POST", "/break-glass"): glass.begin,
    ("POST", "/break-glass/end"): glass.end,
    ("GET", "/login/key"): key_pages.second_page,
    ("POST", "/login/key"): key_pages.second,
    ("POST", "/login/key/challenge"): key_pages.second_challenge,
    ("GET", "/keys"): key_pages.keys_page,
    ("POST", "/keys"): key_pages.add,
    ("POST", "/keys/challenge"): key_pages.add_challenge,
    ("POST", "/keys/{key}/remove"): key_pages.remove,
    ("GET", "/waiting"): hall_page.display,
    ("GET", "/queue"): waiting.queue_page,
    ("GET", "/queue/stream"): waiting.stream,
    ("POST", "/cases/find"): waiting.find,
    ("GET", "/cases/{case_id}"): booth.case_page,
    ("GET", "/cases/{case_id}/pictures"): booth.pictures,
    ("GET", "/cases/{case_id}/evidence/{evidence_id}"): booth.picture,
    ("POST", "/cases/{case_id}/take"): waiting.take,
    ("POST", "/cases/{case_id}/give-back"): booth.give_back,
    ("POST", "/cases/{case_id}/seen"): booth.see_finding,
    ("POST", "/cases/{case_id}/grant"): booth.grant,
    ("POST", "/cases/{case_id}/confirm"): booth.confirm,
    ("POST", "/cases/{case_id}/hand-over"): booth.hand_over,
    ("GET", "/hearings"): hearings.list_page,
    ("GET", "/hearings/stream"): hearings.stream,
    ("GET", "/hearings/{case_id}"): hearings.hearing_page,
    ("POST", "/hearings/{case_id}/hear"): hearings.hear,
    ("POST", "/hearings/{case_id}/decide"): hearings.decide,
    ("POST", "/cases/{case_id}/hold"): held_departures.hold,
    ("POST", "/cases/{case_id}/release"): held_departures.release,
    ("POST", "/cases/{case_id}/leave"): leaving.leave,
    ("POST", "/cases/{case_id}/propose-order"): leaving.propose,
    ("POST", "/cases/{case_id}/settle-order"): leaving.settle,
    ("POST", "/cases/{case_id}/protect"): protection.protect,
    ("POST", "/cases/{case_id}/alarm"): alarms.raise_silently,
    ("GET", "/alarms"): alarms.alarms_page,
    ("GET", "/alarms/stream"): alarms.stream,
    ("POST", "/alarms/{alarm}/take"): alarms.take,
    ("POST", "/alarms/{alarm}/end"): alarms.end,
    ("GET", "/protection"): protection.list_page,
    ("POST", "/protection/new"): protection.begin_file,
    ("GET", "/protection/{file}"): protection.file_page,
    ("POST", "/protection/{file}/write"): protection.write_entry,
    ("GET", "/supervisor"): supervisor.page,
    ("GET", "/supervisor/stream"): supervisor.stream,
    ("POST", "/supervisor/free/{case_id}"): supervisor.free,
    ("POST", "/supervisor/fleet"): supervisor.set_fleet,
    ("GET", "/monitor"): monitor.page,
    ("GET", "/monitor/stream"): monitor.stream,
    ("GET", "/monitor/{gate}/live"): monitor.live_picture,
    ("GET", "/monitor/{gate}/chip"): monitor.chip_picture,
    ("POST", "/monitor/here"): monitor.here,
    ("POST", "/monitor/watch"): monitor.watch,
    ("POST", "/monitor/leave"): monitor.leave,
    ("POST", "/monitor/order"): monitor.order,
    ("POST", "/monitor/lock"): monitor.lock,
    ("POST", "/monitor/unlock"): monitor.unlock,
    ("POST", "/monitor/seen"): monitor.seen,
    ("GET", "/statistics"): statistics.page,
    ("GET", "/exports"): exports.page,
    ("POST", "/exports/ask"): exports.ask,
    ("POST", "/exports/{request}/agree"): exports.agree,
    ("POST", "/exports/{request}/refuse"): exports.refuse,
    ("GET", "/exports/{request}/file"): exports.fetch,
    ("GET", "/audit"): audit.audit_page,
    ("POST", "/audit/find"): audit.find,
    ("POST", "/audit/verify"): audit.verify,
    ("GET", "/audit/checkpoint"): audit.checkpoint,
    ("GET", "/audit/{inspection}"): audit.decision_page,
    ("GET", "/audit/{inspection}/prove"): audit.proof_page,
    ("GET", "/audit/{inspection}/proof"): audit.proof,
    ("GET", "/watchlist"): watchlist.list_page,
    ("POST", "/watchlist/find"): watchlist.find,
    ("GET", "/watchlist/new"): watchlist_forms.new_page,
    ("POST", "/watchlist/new"): watchlist_forms.propose_new,
    ("GET", "/watchlist/{entry}"): watchlist.entry_page,
    ("GET", "/watchlist/{entry}/amend"): watchlist_forms.amend_page,
    ("POST", "/watchlist/{entry}/amend"): watchlist_forms.amend,
    ("GET", "/watchlist/{entry}/remove"): watchlist_forms.remove_page,
    ("POST", "/watchlist/{entry}/remove"): watchlist_forms.remove,
    ("POST", "/watchlist/{entry}/approve"): watchlist.approve,
    ("POST", "/watchlist/{entry}/reject"): watchlist.reject,
    ("POST", "/watchlist/{entry}/withdraw"): watchlist.withdraw,
    ("GET", "/ships"): ships.ships_page,
    ("GET", "/ships/new"): ships.new_page,
    ("POST", "/ships/new"): ships.enter_call,
    ("GET", "/ships/{call}"): ships.call_page,
    ("POST", "/ships/{call}/find"): ships.find,
    ("POST", "/ships/{call}/manifest"): ships.load_manifest,
    ("POST", "/ships/{call}/screen"): ships.screen_again,
    ("POST", "/ships/{call}/departure"): ships.put_off,
    ("GET", "/ships/{call}/permit"): ship_permission.permit_page,
    ("POST", "/ships/{call}/permit"): ship_permission.permit,
    ("POST", "/ships/{call}/admit"): ship_permission.admit,
    ("POST", "/ships/{call}/withhold"): ship_permission.withhold,
    ("GET", "/ships/{call}/gangway"): gangway.gangway_page,
    ("GET", "/ships/{call}/stream"): gangway.stream,
    ("POST", "/ships/{call}/scan"): gangway.scan,
    ("GET", "/ships/{call}/missing"): gangway.missing_page,
    ("GET", "/ships/{call}/missing/csv"): gangway.missing_csv,
    ("POST", "/ships/{call}/close"): gangway.close,
    ("GET", "/landings"): special_landings.landings_page,
    ("GET", "/landings/new"): special_landings.new_page,
    ("POST", "/landings/new"): special_landings.give,
    ("GET", "/landings/{landing}"): special_landings.landing_page,
    ("POST", "/landings/{landing}/extend"): special_landings.extend,
    ("POST", "/landings/{landing}/end"): special_landings.end,
    ("GET", "/refuge"): special_landings.refuge_page,
    ("GET", "/refuge/new"): special_landings.new_refuge_page,
    ("POST", "/refuge/new"): special_landings.give_refuge,
    ("GET", "/refuge/{landing}"): special_landings.one_refuge_page,
    ("POST", "/refuge/{landing}/extend"): special_landings.extend_refuge,
    ("POST", "/refuge/{landing}/end"): special_landings.end_refuge,
    ("GET", "/registrations"): registrations.list_page,
    ("POST", "/registrations/find"): registrations.find,
    ("POST", "/registrations/letters"): registrations.letters,
    ("GET", "/registrations/apply/{inspection}"): registration_forms.apply_page,
    ("POST", "/registrations/apply/{inspection}"): registration_forms.apply,
    ("GET", "/registrations/{registration}"): registrations.registration_page,
    ("POST", "/registrations/{registration}/step"): registration_forms.step,
    ("POST", "/registrations/{registration}/compare"): registration_forms.compare,
    ("POST", "/registrations/{registration}/settle"): registration_forms.settle,
    UNKNOWN: entry.no_such_page,
}


def router(console: Console) -> APIRouter:
    sessions = Sessions(console.store, console.clock)
    more = console.settings.ship_nationalities_seen
    screenings = Screenings(console.store, console.registries, console.clock, more)
    keys = SecurityKeys(console.store, console.clock, console.settings)
    given = console.settings.oidc
    provider = Provider(given, console.settings.public_url, console.clock) if given else None
    queue = LiveQueue(console.referrals, sessions)
    desk = Desk(console, sessions, Display(console), queue, screenings, keys, provider)
    pages = APIRouter(include_in_schema=False)
    for (method, path), endpoint in ENDPOINTS.items():
        kind = unknown_page_route(desk) if (method, path) == UNKNOWN else page_route(desk)
        pages.add_api_route(path, endpoint, methods=[method], route_class_override=kind)
    return pages
