"""OpenID Connect (Core 1.0, authorization code with PKCE, RFC 7636): an agency's own log-in, checked by `joserfc`.

The provider is asked for three things: its discovery document, its keys, and a code's token. What it says of an officer
counts only once the ID token's signature, issuer, audience, nonce and times hold; everything else is one of

    OidcError                code
    ├── ProviderSilent       it does not answer, or not as the protocol says
    ├── TokenRefused         the ID token does not hold
    └── NoRole               its groups name no role here, or several
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import httpx2
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from examiner_console.settings import OidcProvider
from examiner_console.web.permissions import Role

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""Signatures with a key of the provider's own; never `none`, and none with a shared secret."""
LEEWAY_SECONDS: Final = 60
PATIENCE_SECONDS: Final = 5.0
LARGEST_ANSWER: Final = 256 * 1024
BACK: Final = "/login/oidc/back"


class OidcError(Exception):
    code = "oidc_error"


class ProviderSilent(OidcError):
    code = "provider_silent"


class TokenRefused(OidcError):
    code = "token_refused"


class NoRole(OidcError):
    code = "no_role"


class Attempt(msgspec.Struct, frozen=True):
    """One log-in under way, kept by the browser that began it. `state` binds the answer to it, `nonce` the token,
    `verifier` the code."""

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def begin(cls, next: str) -> Attempt:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state, nonce, verifier, next)

    @property
    def challenge(self) -> str:
        """S256 (RFC 7636 §4.2)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Identity:
    """`subject` is the provider's own and lasting name for the person, with the issuer before it."""

    subject: str
    name: str
    display: str
    role: Role


class Provider:
    """One per process. What it publishes is read when first needed; its keys once more where a token does not hold."""

    def __init__(self, given: OidcProvider, public_url: str, clock: Callable[[], datetime]) -> None:
        self._given, self._clock = given, clock
        self._back = public_url + BACK
        self._secret = given.client_secret_file.read_text("utf-8").strip() if given.client_secret_file else ""
        self._published: Mapping[str, Any] | None = None
        self._keys: KeySet | None = None

    async def address(self, attempt: Attempt) -> str:
        """Where the browser is sent. Raises ProviderSilent."""
        published = await self._discovered()
        asked = {
            "response_type": "code",
            "client_id": self._given.client_id,
            "redirect_uri": self._back,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{published['authorization_endpoint']}?{urlencode(asked)}"

    async def identity(self, attempt: Attempt, code: str) -> Identity:
        """Raises OidcError."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back}
        form |= {"client_id": self._given.client_id, "code_verifier": attempt.verifier}
        if self._secret:
            form["client_secret"] = self._secret
        published = await self._discovered()
        answer = await self._asked("POST", published["token_endpoint"], form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderSilent("no ID token")
        return self._told(await self._claims(token, attempt.nonce))

    async def _discovered(self) -> Mapping[str, Any]:
        if self._published is None:
            found = await self._asked("GET", f"{self._given.issuer}/.well-known/openid-configuration")
            named = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if found.get("issuer") != self._given.issuer or not all(isinstance(found.get(n), str) for n in named):
                raise ProviderSilent("the discovery document is not this issuer's")
            self._published = found
        return self._published

    async def _claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        if self._keys is None:
            await self._read_keys()
        try:
            return self._held(token, nonce)
        except (JoseError, ValueError):
            await self._read_keys()  # the provider may sign with a newer key
        try:
            return self._held(token, nonce)
        except (JoseError, ValueError) as error:
            raise TokenRefused(type(error).__name__) from None

    async def _read_keys(self) -> None:
        found = await self._asked("GET", (await self._discovered())["jwks_uri"])
        try:
            self._keys = KeySet.import_key_set(found)  # type: ignore[arg-type]  # checked by it
        except (JoseError, ValueError, KeyError, TypeError):
            raise ProviderSilent("its keys cannot be read") from None

    def _held(self, token: str, nonce: str) -> Mapping[str, Any]:
        """OpenID Connect Core §3.1.3.7."""
        assert self._keys is not None
        claims = jwt.decode(token, self._keys, algorithms=list(ALGORITHMS)).claims
        client = self._given.client_id
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._given.issuer},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(claims)
        audience = claims["aud"]
        shared = isinstance(audience, list) and len(audience) > 1
        if (shared or "azp" in claims) and claims.get("azp") != client:
            raise ValueError("the token is for another client")
        return claims

    def _told(self, claims: Mapping[str, Any]) -> Identity:
        groups = claims.get(self._given.groups_claim)
        named = groups if isinstance(groups, list) else [groups]
        roles = {self._given.roles[group] for group in named if isinstance(group, str) and group in self._given.roles}
        if len(roles) != 1:
            raise NoRole(f"{len(roles)} roles")
        name, display = claims.get(self._given.name_claim), claims.get("name")
        if not isinstance(name, str) or not name:
            raise TokenRefused("no name")
        subject = f"{self._given.issuer} {claims['sub']}"
        return Identity(subject, name.lower(), display if isinstance(display, str) and display else name, Role(*roles))

    async def _asked(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object. Raises ProviderSilent."""
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as http:
                answer = await http.request(method, url, data=form)
            found = msgspec.json.decode(answer.content) if len(answer.content) <= LARGEST_ANSWER else None
        except (httpx2.HTTPError, msgspec.DecodeError, OSError, ValueError) as error:
            raise ProviderSilent(type(error).__name__) from None
        if answer.status_code != 200 or not isinstance(found, dict):
            raise ProviderSilent(f"status {answer.status_code}")
        return found
