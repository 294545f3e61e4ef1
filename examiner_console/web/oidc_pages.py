"""Log-in by the agency's own provider: to it, and back from it. What it cannot vouch for begins no session."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec
from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection, insert, select, update

from examiner_console.tables import officers
from examiner_console.web.entry import begin, local
from examiner_console.web.forms import PENDING_COOKIE, set_cookie
from examiner_console.web.officers import NAME
from examiner_console.web.oidc import Attempt, Identity, NoRole, OidcError, Provider, ProviderSilent
from examiner_console.web.refusals import NoSuchPage, Refusal
from examiner_console.web.visits import Visit, VisitDep
from examiner_console.web.wording import mark

ATTEMPT_COOKIE: Final = "sekisho_oidc"
ATTEMPT_SECONDS: Final = 600
WITHOUT: Final = "!"
"""In the place of a password's digest: such an officer logs in by the provider alone."""


class ProviderAway(Refusal):
    code = "provider_silent"
    status = 503
    sentence = mark("The agency's log-in does not answer. Try again in a moment, or use a password of this console.")


class NotVouchedFor(Refusal):
    code = "not_vouched_for"
    status = 403
    sentence = mark("The agency's log-in did not confirm who you are. Begin again, or tell the technician.")


class RoleUnclear(Refusal):
    code = "no_role"
    status = 403
    sentence = mark("Your groups at the agency name no role here, or more than one. Ask the shift supervisor.")


class NameTaken(Refusal):
    code = "name_taken"
    status = 409
    sentence = mark("Another account here has your name. Ask the technician.")


async def to_provider(visit: VisitDep, next: str = "/") -> Response:
    provider, attempt = _provider(visit), Attempt.begin(local(next))
    try:
        address = await provider.address(attempt)
    except ProviderSilent:
        raise ProviderAway from None
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    kept = base64.urlsafe_b64encode(msgspec.json.encode(attempt)).decode()
    # Lax: the provider's redirect comes from another site, and must bring it back.
    secure = visit.request.url.scheme == "https"
    response.set_cookie(
        ATTEMPT_COOKIE, kept, max_age=ATTEMPT_SECONDS, httponly=True, samesite="lax", secure=secure, path="/login/oidc"
    )
    return response


async def back(visit: VisitDep, state: str = "", code: str = "") -> Response:
    """The attempt is spent here, whatever becomes of it."""
    try:
        response = await _logged_in(visit, state, code)
    except Refusal as refusal:
        refusal.spent_cookies = ((ATTEMPT_COOKIE, "/login/oidc"),)
        raise
    response.delete_cookie(ATTEMPT_COOKIE, path="/login/oidc")
    return response


async def _logged_in(visit: Visit, state: str, code: str) -> Response:
    provider, attempt = _provider(visit), _attempt(visit)
    if attempt is None or not code or not hmac.compare_digest(state.encode(), attempt.state.encode()):
        raise NotVouchedFor
    try:
        who = await provider.identity(attempt, code)
    except ProviderSilent:
        raise ProviderAway from None
    except NoRole:
        raise RoleUnclear from None
    except OidcError:
        raise NotVouchedFor from None
    at = visit.desk.console.clock()
    await visit.desk.console.store.write(lambda connection: known(connection, who, at))
    if pending := await visit.desk.keys.pending(who.name):
        response = _onwards(visit, "/login/key")
        set_cookie(response, visit.request, PENDING_COOKIE, pending)
        return response
    begun = await begin(visit, who.name, attempt.next)
    response = _onwards(visit, begun.headers["location"])
    for header in begun.headers.getlist("set-cookie"):
        response.headers.append("set-cookie", header)
    return response


def _onwards(visit: Visit, address: str) -> Response:
    """A page that goes on by itself: after a redirect from another site a browser would not send our strict cookie."""
    return visit.page("onwards.html", address=address)


def _provider(visit: Visit) -> Provider:
    if visit.desk.provider is None:
        raise NoSuchPage
    return visit.desk.provider


def _attempt(visit: Visit) -> Attempt | None:
    try:
        kept = base64.urlsafe_b64decode(visit.request.cookies.get(ATTEMPT_COOKIE, ""))
        return msgspec.json.decode(kept, type=Attempt)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        return None


def known(connection: Connection, who: Identity, at: datetime) -> None:
    """Make the officer on the first log-in; afterwards name and role are what the provider says now.

    Raises NameTaken where the name belongs to another, and NotVouchedFor for an officer who is disabled here.
    """
    if not NAME.fullmatch(who.name):
        raise NotVouchedFor
    found = connection.execute(select(officers).where(officers.c.name == who.name)).first()
    by_subject = connection.execute(select(officers.c.name).where(officers.c.subject == who.subject)).scalar()
    if (found is not None and found.subject != who.subject) or by_subject not in (None, who.name):
        raise NameTaken
    told = {"display": who.display[:128], "role": who.role.value}
    if found is None:
        made = {"name": who.name, "subject": who.subject, "password_hash": WITHOUT, "created_at": at}
        connection.execute(insert(officers).values(**made, **told))
    elif found.disabled_at is not None:
        raise NotVouchedFor
    else:
        connection.execute(update(officers).where(officers.c.name == who.name).values(**told))
