"""Cookies and forms of the officer pages: session cookie, form token bound to it, and the check that a form is ours.

A form token is HMAC-SHA-256 under the cookie's secret, so it needs no store and dies with the session. Before log-in a
secret of its own stands in for the session, so that nobody can log a browser in under another's name.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from fastapi import Request, Response

from examiner_console.web.refusals import ForgedForm, IncompleteForm

SESSION_COOKIE: Final = "sekisho_session"
FORM_COOKIE: Final = "sekisho_form"
PENDING_COOKIE: Final = "sekisho_pending"
"""Of a log-in that waits for its key: opens nothing but the page that asks for it."""
LARGEST_FORM_BYTES: Final = 64 * 1024
_A_YEAR: Final = 365 * 24 * 3600


def form_secret(request: Request) -> str:
    """What this browser's forms are bound to: its session, else its own secret, else nothing."""
    return request.cookies.get(SESSION_COOKIE) or request.cookies.get(FORM_COOKIE) or ""


def form_token(secret: str) -> str:
    return hmac.digest(secret.encode(), b"sekisho form 1", hashlib.sha256).hex()


def new_secret() -> str:
    return secrets.token_urlsafe(32)


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form of this browser's session. Raises `ForgedForm` or `IncompleteForm`."""
    if not _same_origin(request):
        raise ForgedForm
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM_BYTES:
            raise IncompleteForm
    return belonging(request, _fields(request, bytes(body)))


def _fields(request: Request, body: bytes) -> Mapping[str, str]:
    """As a browser encodes a form, or one JSON object of texts as a hand-held sends it."""
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            return msgspec.json.decode(body, type=dict[str, str])
        return dict(parse_qsl(body.decode(), max_num_fields=32, keep_blank_values=True))
    except (ValueError, msgspec.MsgspecError):
        raise IncompleteForm from None


def belonging(request: Request, fields: Mapping[str, str]) -> Mapping[str, str]:
    """The fields, where they bring the token of this browser's session. Raises `ForgedForm`."""
    if not _same_origin(request):
        raise ForgedForm
    secret = form_secret(request)
    if not secret or not hmac.compare_digest(fields.get("form_token", "").encode(), form_token(secret).encode()):
        raise ForgedForm
    return fields


def _same_origin(request: Request) -> bool:
    """Every browser sends Origin with a POST; one that is missing or "null" is refused (RFC 6454 §7)."""
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host", "")


def set_cookie(response: Response, request: Request, name: str, value: str, *, lasting: bool = False) -> None:
    """Never readable by script, never sent from another site; Secure wherever the console speaks https."""
    secure = request.url.scheme == "https"
    age = _A_YEAR if lasting else None
    response.set_cookie(name, value, max_age=age, httponly=True, samesite="strict", secure=secure, path="/")
