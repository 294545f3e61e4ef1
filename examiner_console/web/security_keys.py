"""Security keys as the second factor (WebAuthn Level 2), checked by `fido2`.

A log-in that waits for its key is no session: `key_ceremonies` holds it, and a session begins only once the key has
answered. A challenge is random, lives `PATIENCE`, belongs to one log-in or one session, and is taken from the database
in the transaction that looks at the answer, so that of several processes one alone can use it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)
from sqlalchemy import Connection, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.database import Store
from examiner_console.settings import Settings
from examiner_console.tables import key_ceremonies, security_keys
from examiner_console.web.key_refusals import (
    KeyKnown,
    KeyRefused,
    KeysNotOffered,
    KeySuspected,
    KeyUnknown,
    LastKey,
    NoCeremony,
)
from examiner_console.web.officers import digest_of

PATIENCE: Final = timedelta(minutes=5)
"""Between password and key, and between challenge and answer."""
NOBODY: Final = UUID(int=0)
"""No traveller is concerned."""
LONGEST_NAME: Final = 64
_PREFERRED: Final = UserVerificationRequirement.PREFERRED


class Kind(StrEnum):
    LOG_IN = "log_in"
    """The officer has a key, and shows it."""
    ENROL = "enrol"
    """A key is required and the officer has none: the log-in registers the first."""
    ADD = "add"
    """Somebody logged in registers one more."""


PENDING: Final = frozenset({Kind.LOG_IN, Kind.ENROL})


@dataclass(frozen=True, slots=True)
class Key:
    id: bytes
    officer: str
    name: str
    added_at: datetime
    used_at: datetime | None
    suspected_at: datetime | None

    @property
    def address(self) -> str:
        return sha256(self.id).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Ceremony:
    kind: Kind
    officer: str
    challenge: str | None


class SecurityKeys:
    """`clock` gives aware UTC times. Where `Settings.public_url` is empty no key can be registered or checked."""

    def __init__(self, store: Store, clock: Callable[[], datetime], settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self.required = settings.second_factor == "required"
        self._server = _server(settings.public_url) if settings.public_url else None

    @property
    def offered(self) -> bool:
        return self._server is not None

    async def pending(self, officer: str) -> str | None:
        """After a right password: the token of a log-in that waits for its key; None where none is asked for.

        A key that is suspected counts: it is no way around the second factor."""
        if await self.of(officer):
            return await self._open(Kind.LOG_IN, officer, secrets.token_urlsafe(32))
        return await self._open(Kind.ENROL, officer, secrets.token_urlsafe(32)) if self.required else None

    async def adding(self, officer: str, session: str) -> dict[str, Any]:
        """Options for one more key of somebody whose password was just checked."""
        await self._open(Kind.ADD, officer, session)
        return await self.options(session)

    async def _open(self, kind: Kind, officer: str, token: str) -> str:
        now = self._clock()
        row = {"token_sha256": digest_of(token), "kind": kind.value, "officer": officer, "expires_at": now + PATIENCE}

        def write(connection: Connection) -> None:
            old = or_(key_ceremonies.c.expires_at < now, key_ceremonies.c.token_sha256 == row["token_sha256"])
            connection.execute(delete(key_ceremonies).where(old))
            connection.execute(insert(key_ceremonies).values(**row))

        await self._store.write(write)
        return token

    async def waiting(self, token: str | None) -> Ceremony:
        """Raise `NoCeremony` where nothing waits under this token, or no longer."""
        now = self._clock()
        found = await self._store.read(lambda c: _ceremony(c, token or "", now))
        if found is None:
            raise NoCeremony
        return found

    async def options(self, token: str | None) -> dict[str, Any]:
        """A new challenge, in place of one before: what `navigator.credentials` is asked with."""
        ceremony, server = await self.waiting(token), self._serving()
        keys = [AttestedCredentialData(one) for one in await self._store.read(lambda c: _known(c, ceremony.officer))]
        if ceremony.kind is Kind.LOG_IN:
            asked, state = server.authenticate_begin(keys, user_verification=_PREFERRED)
        else:
            user = PublicKeyCredentialUserEntity(
                id=sha256(ceremony.officer.encode()).digest(), name=ceremony.officer, display_name=ceremony.officer
            )
            asked, state = server.register_begin(user, keys, user_verification=_PREFERRED)  # type: ignore[assignment]  # the other of two kinds
        changed = await self._store.write(lambda c: _challenged(c, token or "", state["challenge"]))
        if not changed:
            raise NoCeremony
        return {"kind": ceremony.kind.value, **_plain(dict(asked))}

    async def answered(self, token: str | None, answer: str, kinds: frozenset[Kind], name: str = "") -> str:
        """Whose key it was, once it is checked or registered. Raise `NoCeremony` or another sentence of keys."""
        server, now = self._serving(), self._clock()
        taken = await self._store.write(lambda c: _taken(c, token or "", now))
        if taken is None or taken.challenge is None or taken.kind not in kinds:
            raise NoCeremony
        state = {"challenge": taken.challenge, "user_verification": _PREFERRED}
        if taken.kind is Kind.LOG_IN:
            await self._shown(server, taken.officer, state, answer)
        else:
            await self._registered(server, taken, state, answer, name)
        await self._store.write(lambda c: _closed(c, token or ""))
        return taken.officer

    async def _shown(self, server: Fido2Server, officer: str, state: dict[str, Any], answer: str) -> None:
        known = [AttestedCredentialData(one) for one in await self._store.read(lambda c: _known(c, officer))]
        try:
            given = AuthenticationResponse.from_dict(msgspec.json.decode(answer))
            key = server.authenticate_complete(state, known, given).credential_id
            counter = given.response.authenticator_data.counter
        except Exception:  # the library raises whatever an answer of any shape brings about
            raise KeyRefused from None
        if not await self._store.write(lambda c: _used(c, officer, key, counter, self._clock())):
            raise KeySuspected

    async def _registered(
        self, server: Fido2Server, ceremony: Ceremony, state: dict[str, Any], answer: str, name: str
    ) -> None:
        """A first key is registered by a password alone only while there is none."""
        try:
            data = server.register_complete(state, msgspec.json.decode(answer))
            credential = data.credential_data
        except Exception:  # as above
            raise KeyRefused from None
        if credential is None:
            raise KeyRefused
        now = self._clock()
        row = {
            "id": credential.credential_id,
            "officer": ceremony.officer,
            "name": name[:LONGEST_NAME],
            "credential": bytes(credential),
            "counter": data.counter,
            "added_at": now,
        }

        def write(connection: Connection) -> None:
            if ceremony.kind is Kind.ENROL and _known(connection, ceremony.officer):
                raise NoCeremony
            connection.execute(insert(security_keys).values(**row))
            record(connection, Action(NOBODY, ceremony.officer, Verb.ADD_KEY, now))

        try:
            await self._store.write(write)
        except IntegrityError:
            raise KeyKnown from None

    async def of(self, officer: str) -> list[Key]:
        """The oldest first."""
        keys = await self._store.read(_keys)
        return [key for key in keys if key.officer == officer]

    async def suspected(self) -> list[Key]:
        """What a shift supervisor is told."""
        return [key for key in await self._store.read(_keys) if key.suspected_at]

    async def remove(self, officer: str, address: str) -> None:
        """Raise `KeyUnknown`, or `LastKey` where one is required."""
        await self._store.write(lambda c: _removed(c, officer, address, self._clock(), required=self.required))

    def _serving(self) -> Fido2Server:
        if self._server is None:
            raise KeysNotOffered
        return self._server


def _server(public_url: str) -> Fido2Server:
    """One origin alone: the scheme, the host and the port of `public_url`."""
    host = urlsplit(public_url).hostname or ""
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=host, name="Sekisho"), verify_origin=lambda origin: origin == public_url
    )


def _plain(value: Any) -> Any:
    """The library's mappings as what JSON knows."""
    if isinstance(value, StrEnum | str | int | float | bool | None):
        return value
    if hasattr(value, "items"):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value]


def _ceremony(connection: Connection, token: str, now: datetime) -> Ceremony | None:
    row = connection.execute(
        select(key_ceremonies.c.kind, key_ceremonies.c.officer, key_ceremonies.c.challenge).where(
            key_ceremonies.c.token_sha256 == digest_of(token), key_ceremonies.c.expires_at > now
        )
    ).one_or_none()
    return Ceremony(Kind(row.kind), row.officer, row.challenge) if row else None


def _challenged(connection: Connection, token: str, challenge: str | None) -> int:
    its = update(key_ceremonies).where(key_ceremonies.c.token_sha256 == digest_of(token))
    return connection.execute(its.values(challenge=challenge)).rowcount


def _taken(connection: Connection, token: str, now: datetime) -> Ceremony | None:
    """The challenge is spent, whatever becomes of the answer; who read it first alone has it."""
    found = _ceremony(connection, token, now)
    if found is None or found.challenge is None:
        return None
    its = and_(key_ceremonies.c.token_sha256 == digest_of(token), key_ceremonies.c.challenge == found.challenge)
    return found if connection.execute(update(key_ceremonies).where(its).values(challenge=None)).rowcount else None


def _closed(connection: Connection, token: str) -> None:
    connection.execute(delete(key_ceremonies).where(key_ceremonies.c.token_sha256 == digest_of(token)))


def _known(connection: Connection, officer: str) -> list[bytes]:
    return list(
        connection.execute(select(security_keys.c.credential).where(security_keys.c.officer == officer)).scalars()
    )


def _keys(connection: Connection) -> list[Key]:
    c = security_keys.c
    query = select(c.id, c.officer, c.name, c.added_at, c.used_at, c.suspected_at).order_by(c.added_at, c.id)
    return [Key(*row) for row in connection.execute(query)]


def _used(connection: Connection, officer: str, key: bytes, counter: int, now: datetime) -> bool:
    """False where the counter did not rise (Level 2 §6.1.1), now or before: the key is suspected, and that is kept."""
    c = security_keys.c
    rises = c.counter < counter if counter else c.counter == 0
    fits = update(security_keys).where(c.id == key, c.suspected_at.is_(None), rises)
    if connection.execute(fits.values(counter=counter, used_at=now)).rowcount:
        return True
    first = update(security_keys).where(c.id == key, c.suspected_at.is_(None))
    if connection.execute(first.values(suspected_at=now)).rowcount:
        record(connection, Action(NOBODY, officer, Verb.SUSPECT_KEY, now))
    return False


def _removed(connection: Connection, officer: str, address: str, now: datetime, *, required: bool) -> None:
    own = [key for key in _keys(connection) if key.officer == officer]
    found = next((key for key in own if key.address == address), None)
    if found is None:
        raise KeyUnknown
    if required and len(own) == 1:
        raise LastKey
    connection.execute(delete(security_keys).where(security_keys.c.id == found.id))
    record(connection, Action(NOBODY, officer, Verb.REMOVE_KEY, now))
