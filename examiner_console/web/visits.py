"""One request of one officer: who it is, which language and theme, and how to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from examiner_console.casework.statistics import Day
from examiner_console.console import Console
from examiner_console.ships.screenings import Screenings
from examiner_console.watchlist.lookup import Lookup
from examiner_console.web.catalogues import preferred
from examiner_console.web.forms import form_secret, form_token
from examiner_console.web.hall_display import Display
from examiner_console.web.live_queue import LiveQueue
from examiner_console.web.officers import Officer, Sessions
from examiner_console.web.oidc import Provider
from examiner_console.web.permissions import Permission, Role, permitted, screens
from examiner_console.web.queue_list import QueueList
from examiner_console.web.refusals import IncompleteForm, NotLoggedIn
from examiner_console.web.rendering import render
from examiner_console.web.security_keys import SecurityKeys
from examiner_console.web.seen import SeenFindings
from examiner_console.web.whole_record import Verifications

LANGUAGE_COOKIE: Final = "sekisho_language"
THEME_COOKIE: Final = "sekisho_theme"
THEMES: Final = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Desk:
    """What all pages share."""

    console: Console
    sessions: Sessions
    hall: Display
    queue: LiveQueue
    screenings: Screenings
    keys: SecurityKeys
    provider: Provider | None = None
    days: dict[date, Day] = field(default_factory=dict)
    list: QueueList = field(default_factory=QueueList)
    seen: SeenFindings = field(default_factory=SeenFindings)
    verifications: Verifications = field(default_factory=Verifications)
    lookup: Lookup = field(default_factory=Lookup)


@dataclass(frozen=True, slots=True)
class Visit:
    """`officer` is None before log-in; `form` holds the checked fields of a POST, `upload` the file it brought."""

    request: Request
    desk: Desk
    officer: Officer | None
    form: Mapping[str, str] = field(default_factory=dict)
    upload: bytes = b""

    @property
    def language(self) -> str:
        headers = self.request.headers
        return preferred(self.request.cookies.get(LANGUAGE_COOKIE), headers.get("accept-language", ""))

    @property
    def theme(self) -> str:
        chosen = self.request.cookies.get(THEME_COOKIE)
        return chosen if chosen in THEMES else THEMES[0]

    @property
    def name(self) -> str:
        """Who acts, for the record."""
        if self.officer is None:
            raise NotLoggedIn
        return self.officer.name

    @property
    def role(self) -> Role:
        if self.officer is None:
            raise NotLoggedIn
        return self.officer.role

    @property
    def screens(self) -> tuple[str, ...]:
        return screens(self.role, broken=self.officer is not None and self.officer.broken)

    @property
    def wants_json(self) -> bool:
        """The page's own script asks for a short answer; a plain form gets a page."""
        return "application/json" in self.request.headers.get("accept", "")

    def may(self, permission: Permission) -> bool:
        officer = self.officer
        return permitted(officer.role if officer else None, permission, broken=officer is not None and officer.broken)

    @property
    def may_see_alarms(self) -> bool:
        """Every page of theirs rings."""
        return self.may(Permission.SEE_ALARMS)

    def field(self, name: str) -> str:
        try:
            return self.form[name].strip()
        except KeyError:
            raise IncompleteForm from None

    def page(self, template: str, *, status: int = 200, secret: str | None = None, **facts: object) -> HTMLResponse:
        token = form_token(secret or form_secret(self.request))
        page = {"visit": self, "now": self.desk.console.clock(), "form_token": token, **facts}
        return HTMLResponse(render(self.language, template, page), status_code=status)

    def go(self, address: str) -> Response:
        """Post, then get: a reload repeats nothing."""
        if self.wants_json:
            return JSONResponse({"next": address})
        return RedirectResponse(address, status_code=303)


async def visit_of(request: Request) -> Visit:
    """Placed there by `guard` before any page runs. A coroutine: anything else would wait for a thread."""
    visit: Visit = request.scope["sekisho.visit"]
    return visit


VisitDep = Annotated[Visit, Depends(visit_of)]
