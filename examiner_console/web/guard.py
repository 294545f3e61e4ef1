"""Every officer page passes here: who asks, may they, is the form ours; and every refusal leaves as one sentence.

A page whose route is not in `permissions.PAGES` is refused to everybody. Nothing that goes wrong below reaches a person
as a trace; it is logged without data and shown as `Unforeseen`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import Scope

from examiner_console.casework.cases import CasesError
from examiner_console.casework.departure_orders import OrderError
from examiner_console.casework.leaving import LeavingError
from examiner_console.database import StoreError
from examiner_console.ships.calls import ShipsError
from examiner_console.web.catalogues import translations
from examiner_console.web.forms import SESSION_COOKIE, read_form
from examiner_console.web.leaving_refusals import of_leaving
from examiner_console.web.officers import Officer
from examiner_console.web.permissions import PAGES, Permission
from examiner_console.web.refusals import (
    CaseUnknown,
    IncompleteForm,
    NotLoggedIn,
    NotPermitted,
    Refusal,
    StoreSilent,
    Unforeseen,
    of_case,
)
from examiner_console.web.ships_refusals import of_ships
from examiner_console.web.uploads import is_upload, read_upload
from examiner_console.web.visits import Desk, Visit

log = structlog.get_logger(__name__)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
REFRESHING: Final = ("/stream", "/session", "/live", "/chip")
"""How the addresses end that pages ask by themselves: they do not keep a deserted booth logged in."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def page_route(desk: Desk) -> type[APIRoute]:
    """Routes of `desk`, each behind its permission."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            answer = super().get_route_handler()
            permission = PAGES.get((min(self.methods or {""}), self.path))

            async def handle(request: Request) -> Response:
                try:
                    await _admit(request, desk, permission)
                    response = await answer(request)
                except Exception as error:
                    response = refused(request, desk, error)
                return _with_headers(response)

            return handle

    return PageRoute


def unknown_page_route(desk: Desk) -> type[APIRoute]:
    """Matches only what a browser opens as a page, so that programs keep the answers of the station API."""

    class UnknownPageRoute(page_route(desk)):  # type: ignore[misc]  # a class made for this desk
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            opens_page = b"text/html" in dict(scope.get("headers", ())).get(b"accept", b"")
            return super().matches(scope) if opens_page else (Match.NONE, {})

    return UnknownPageRoute


async def _admit(request: Request, desk: Desk, permission: Permission | None) -> None:
    officer = await _officer(request, desk)
    request.scope["sekisho.visit"] = visit = Visit(request, desk, officer)
    if permission is None or not visit.may(permission):
        raise NotPermitted if officer else NotLoggedIn
    if request.method == "POST" and permission is Permission.PERMIT_LANDING and is_upload(request):
        form, upload = await read_upload(request)
        request.scope["sekisho.visit"] = replace(visit, form=form, upload=upload)
    elif request.method == "POST":
        request.scope["sekisho.visit"] = replace(visit, form=await read_form(request))


def _refreshes(path: str) -> bool:
    return path.endswith(REFRESHING)


async def _officer(request: Request, desk: Desk) -> Officer | None:
    token = request.cookies.get(SESSION_COOKIE)
    try:
        return await desk.sessions.officer(token, active=not _refreshes(request.url.path))
    except NotLoggedIn:
        return None


def refused(request: Request, desk: Desk, error: Exception) -> Response:
    """The error as a page, as JSON for the page's script, or as the way to the log-in page."""
    visit = request.scope.get("sekisho.visit") or Visit(request, desk, None)
    refusal = _refusal(error)
    if isinstance(refusal, NotLoggedIn) and request.method == "GET" and not visit.wants_json:
        return RedirectResponse(f"/login?next={quote(request.url.path)}", status_code=HTTPStatus.SEE_OTHER)
    sentence = refusal.said(translations(visit.language).gettext)
    if visit.wants_json:
        return JSONResponse({"code": refusal.code, "sentence": sentence}, status_code=refusal.status)
    response = visit.page("refusal.html", status=refusal.status, sentence=sentence, refusal=refusal)
    for name, path in refusal.spent_cookies:
        response.delete_cookie(name, path=path)
    return response


def _refusal(error: Exception) -> Refusal:
    match error:
        case Refusal():
            return error
        case LeavingError() | OrderError():
            return of_leaving(error)
        case CasesError():
            return of_case(error)
        case ShipsError():
            return of_ships(error)
        case StoreError():
            return StoreSilent()
        case ClientDisconnect():
            return IncompleteForm()  # said to nobody: the browser has gone
        case RequestValidationError():
            return CaseUnknown()  # the only typed part of an address is a case's identifier
    log.error("page_failed", error=type(error).__name__)
    return Unforeseen()


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    return response
