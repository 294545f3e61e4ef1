"""Log in, log out, language and theme, and what every page is made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import JSONResponse, RedirectResponse

from examiner_console.web.catalogues import LANGUAGES, translations
from examiner_console.web.forms import (
    FORM_COOKIE,
    PENDING_COOKIE,
    SESSION_COOKIE,
    form_secret,
    form_token,
    new_secret,
    set_cookie,
)
from examiner_console.web.glass import told
from examiner_console.web.officers import LONGEST_PASSWORD
from examiner_console.web.permissions import home
from examiner_console.web.refusals import IncompleteForm, NoSuchPage, Refusal
from examiner_console.web.visits import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Visit, VisitDep

STATIC: Final = Path(__file__).parent / "static"
MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def front_page(visit: VisitDep) -> Response:
    address = home(visit.officer.role) if visit.officer else "/login"
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)


async def log_in_page(visit: VisitDep, next: str = "/") -> Response:
    if visit.officer:
        return RedirectResponse(home(visit.officer.role), status_code=HTTPStatus.SEE_OTHER)
    return _log_in_form(visit, next)


async def log_in(visit: VisitDep) -> Response:
    name, password = visit.field("name"), visit.form.get("password", "")
    if not name or not password or len(password) > LONGEST_PASSWORD:
        return _log_in_form(visit, visit.form.get("next", ""), IncompleteForm())
    try:
        await visit.desk.sessions.check(name, password)
    except Refusal as refusal:
        if visit.wants_json:  # a locked page asks, and stays as it is
            raise
        return _log_in_form(visit, visit.form.get("next", ""), refusal)
    address = local(visit.form.get("next", ""))
    if pending := await visit.desk.keys.pending(name):
        response = visit.go(f"/login/key?next={quote(address)}")
        set_cookie(response, visit.request, PENDING_COOKIE, pending)
        return response
    return await begin(visit, name, address)


async def begin(visit: Visit, name: str, address: str) -> Response:
    """The session, once every factor was shown; on to `address`, or to where the officer's work begins."""
    token = await visit.desk.sessions.begin(name)
    officer = await visit.desk.sessions.officer(token)
    address = local(address)
    response = visit.go(home(officer.role) if address == "/" else address)
    response.delete_cookie(PENDING_COOKIE)
    set_cookie(response, visit.request, SESSION_COOKIE, token)
    response.delete_cookie(FORM_COOKIE)
    return response


def _log_in_form(visit: Visit, next: str, refusal: Refusal | None = None) -> Response:
    """A browser without a secret gets one, so that its form can be told from a forged one."""
    secret = visit.request.cookies.get(FORM_COOKIE) or new_secret()
    sentence = refusal.said(translations(visit.language).gettext) if refusal else ""
    status = refusal.status if refusal else HTTPStatus.OK
    facts = {"next": local(next), "sentence": sentence, "by_agency": visit.desk.provider is not None}
    response = visit.page("login.html", status=status, secret=secret, **facts)
    if SESSION_COOKIE in visit.request.cookies:  # an ended one; a link from another site sends none, and ends nothing
        response.delete_cookie(SESSION_COOKIE)
    set_cookie(response, visit.request, FORM_COOKIE, secret)
    return response


def local(address: str) -> str:
    """Only a path of this console; anything else leads to where one's work begins."""
    is_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if is_path and not address.startswith("/login") else "/"


async def log_out(visit: VisitDep) -> Response:
    await visit.desk.sessions.log_out(visit.request.cookies[SESSION_COOKIE])
    response = RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE)
    return response


async def session(visit: VisitDep) -> Response:
    """Whether the session still stands, and its form token: a page left open over a new log-in asks for it. And who has
    broken the glass: every page says so within five seconds."""
    token = form_token(form_secret(visit.request))
    return JSONResponse({"officer": visit.name, "form_token": token, "broken": await told(visit)})


async def preferences(visit: VisitDep) -> Response:
    response = visit.go(local(visit.form.get("next", "")))
    if visit.form.get("language") in LANGUAGES:
        set_cookie(response, visit.request, LANGUAGE_COOKIE, visit.form["language"], lasting=True)
    if visit.form.get("theme") in THEMES:
        set_cookie(response, visit.request, THEME_COOKIE, visit.form["theme"], lasting=True)
    return response


async def no_such_page(visit: VisitDep) -> Response:
    raise NoSuchPage


@dataclass(frozen=True, slots=True)
class _Part:
    body: bytes
    media_type: str
    etag: str


async def static(visit: VisitDep, name: str) -> Response:
    part = _parts().get(name)
    if part is None:
        raise NoSuchPage
    headers = {"ETag": part.etag, "Cache-Control": "no-cache"}
    if visit.request.headers.get("if-none-match") == part.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(part.body, media_type=part.media_type, headers=headers)


@cache
def _parts() -> dict[str, _Part]:
    """Read once; a name that is not in the folder is not served, whatever it looks like."""
    files = (path for path in STATIC.iterdir() if path.suffix in MEDIA_TYPES)
    return {path.name: _part(path) for path in files}


def _part(path: Path) -> _Part:
    body = path.read_bytes()
    return _Part(body, MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:16]}"')
