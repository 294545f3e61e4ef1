"""The log-in's second step (`/login/key`), and an officer's own keys (`/keys`)."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from examiner_console.web.entry import begin
from examiner_console.web.forms import PENDING_COOKIE, SESSION_COOKIE
from examiner_console.web.key_refusals import NoCeremony
from examiner_console.web.officers import LONGEST_PASSWORD
from examiner_console.web.permissions import Role
from examiner_console.web.refusals import IncompleteForm
from examiner_console.web.security_keys import PENDING, Kind
from examiner_console.web.visits import Visit, VisitDep

ADDING = frozenset({Kind.ADD})


async def second_page(visit: VisitDep, next: str = "/") -> Response:
    """Whoever has shown no password here goes back to the first step."""
    try:
        waiting = await visit.desk.keys.waiting(visit.request.cookies.get(PENDING_COOKIE))
    except NoCeremony:
        return RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)
    return visit.page("login_key.html", next=next, enrols=waiting.kind is Kind.ENROL)


async def second_challenge(visit: VisitDep) -> Response:
    return JSONResponse(await visit.desk.keys.options(visit.request.cookies.get(PENDING_COOKIE)))


async def second(visit: VisitDep) -> Response:
    token = visit.request.cookies.get(PENDING_COOKIE)
    await visit.desk.keys.waiting(token)
    name = await visit.desk.keys.answered(token, visit.field("answer"), PENDING, visit.form.get("name", "").strip())
    return await begin(visit, name, visit.form.get("next", ""))


async def keys_page(visit: VisitDep) -> Response:
    keys, tells = visit.desk.keys, visit.role is Role.SHIFT_SUPERVISOR
    suspected = await keys.suspected() if tells else []
    displays = await visit.desk.sessions.displays() if suspected else {}
    own = await keys.of(visit.name)
    return visit.page("keys.html", keys=own, offered=keys.offered, suspected=suspected, displays=displays)


async def add_challenge(visit: VisitDep) -> Response:
    """After the password once more: a session left open registers nobody else's key."""
    await _check_password(visit)
    return JSONResponse(await visit.desk.keys.adding(visit.name, visit.request.cookies[SESSION_COOKIE]))


async def add(visit: VisitDep) -> Response:
    answer, name = visit.field("answer"), visit.field("name")
    await visit.desk.keys.answered(visit.request.cookies[SESSION_COOKIE], answer, ADDING, name)
    return visit.go("/keys")


async def remove(visit: VisitDep, key: str) -> Response:
    await _check_password(visit)
    await visit.desk.keys.remove(visit.name, key)
    return visit.go("/keys")


async def _check_password(visit: Visit) -> None:
    password = visit.form.get("password", "")
    if not password or len(password) > LONGEST_PASSWORD:
        raise IncompleteForm
    await visit.desk.sessions.check(visit.name, password)
