"""An agency's log-in (OpenID Connect provider) that really listens on loopback, for people who are invented here.

It speaks the code flow with PKCE and nothing else. `fault` by name makes it wrong in one way: `bad_signature`,
`alg_none`, `wrong_audience`, `wrong_issuer`, `wrong_nonce`, `expired`, `foreign_azp`, `silent`, `garbled`, `no_token`.
`rotate` signs with a new key from then on.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey

FAULTS: Final = frozenset(
    {"bad_signature", "alg_none", "wrong_audience", "wrong_issuer", "wrong_nonce", "expired", "foreign_azp"}
    | {"silent", "garbled", "no_token"}
)
CLIENT: Final = "sekisho"
LASTS_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    display: str
    groups: tuple[str, ...]
    subject: str = ""

    @property
    def sub(self) -> str:
        return self.subject or f"sub-{self.name}"


PEOPLE: Final = (
    Person("kanda", "M. Kanda", ("inspectors",)),
    Person("sudo", "K. Sudo", ("auditors",)),
    Person("ito", "R. Ito", ("gardeners",)),
    Person("abe", "S. Abe", ("inspectors", "auditors")),
)


@dataclass
class Agency:
    """What the provider knows and remembers; `url` once it listens. Safe between the test's thread and its own."""

    people: tuple[Person, ...] = PEOPLE
    clock: Callable[[], float] = time.time
    url: str = ""
    fault: str | None = None
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))

    def rotate(self) -> None:
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def token(self, given: dict[str, str]) -> str:
        person = next(one for one in self.people if one.name == given["login"])
        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": "https://elsewhere.example" if self.fault == "wrong_issuer" else self.url,
            "aud": "another" if self.fault == "wrong_audience" else CLIENT,
            "sub": person.sub,
            "nonce": "another" if self.fault == "wrong_nonce" else given["nonce"],
            "iat": now - 3600 if self.fault == "expired" else now,
            "exp": now - 3000 if self.fault == "expired" else now + LASTS_SECONDS,
            "preferred_username": person.name,
            "name": person.display,
            "groups": list(person.groups),
        }
        if self.fault == "foreign_azp":
            claims |= {"aud": [CLIENT, "another"], "azp": "another"}
        if self.fault == "alg_none":
            return ".".join([_part({"alg": "none"}), _part(claims), ""])
        signing = ECKey.generate_key("P-256") if self.fault == "bad_signature" else self.key
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, signing)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def create_app(agency: Agency) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> Response:
        return _said(
            agency,
            "discovery",
            {
                "issuer": agency.url,
                "authorization_endpoint": f"{agency.url}/authorize",
                "token_endpoint": f"{agency.url}/token",
                "jwks_uri": f"{agency.url}/jwks",
            },
        )

    @app.get("/jwks")
    async def jwks() -> Response:
        return _said(agency, "jwks", {"keys": [agency.key.as_dict(private=False)]})

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        return _authorized(agency, dict(request.query_params))

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = await request.form()
        return _exchanged(agency, {name: str(value) for name, value in form.items()})

    return app


def _said(agency: Agency, what: str, found: dict[str, Any]) -> Response:
    agency.asked.append(what)
    if agency.fault == "silent":
        return Response(status_code=503)
    if agency.fault == "garbled":
        return Response(json.dumps(found)[:-3], media_type="application/json")
    return JSONResponse(found)


def _authorized(agency: Agency, given: dict[str, str]) -> Response:
    """A page that asks who one is; with `login` straight back to where the client wants it."""
    if given.get("client_id") != CLIENT or given.get("code_challenge_method") != "S256":
        return Response("unknown client", status_code=400)
    if "login" not in given:
        return HTMLResponse(_HEAD + "".join(_choice(given, one) for one in agency.people))
    code = secrets.token_urlsafe(16)
    agency.codes[code] = given
    back = f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given.get('state', '')})}"
    return RedirectResponse(back, status_code=302)


_HEAD: Final = "<!doctype html><html lang=en><title>The agency</title><h1>Who are you?</h1>"


def _choice(given: dict[str, str], one: Person) -> str:
    address = f"/authorize?{urlencode({**given, 'login': one.name})}"
    return f'<p><a href="{html.escape(address)}">{html.escape(one.display)}</a></p>'


def _exchanged(agency: Agency, form: dict[str, str]) -> Response:
    """A code serves once, for who began, and only with the secret it was challenged by."""
    given = agency.codes.pop(form.get("code", ""), None)
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    fits = given is not None and (
        base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == given["code_challenge"]
        and form.get("redirect_uri") == given["redirect_uri"]
        and form.get("client_id") == CLIENT
    )
    if given is None or not fits:
        return JSONResponse({"error": "invalid_grant"}, status_code=400)
    token = {} if agency.fault == "no_token" else {"id_token": agency.token(given)}
    return _said(agency, "token", {"access_token": "x", "token_type": "Bearer", **token})


class OidcService:
    """The provider in a thread of its own, from entering to leaving. Port 0 takes a free one."""

    def __init__(self, agency: Agency | None = None, port: int = 0) -> None:
        self.agency = agency or Agency()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.agency.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(create_app(self.agency), log_config=None, lifespan="off"))
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="oidc", daemon=True
        )

    def __enter__(self) -> Agency:
        self._thread.start()
        return self.agency

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()

    def wait(self) -> None:
        self._thread.join()
