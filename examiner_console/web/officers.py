"""Officers and their sessions: argon2id (RFC 9106), server-side sessions of which only the token's SHA-256 is kept.

An unknown name costs the same argon2id computation as a wrong password, and gets the same answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, Connection, Executable, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from examiner_console import tables
from examiner_console.casework.break_glass import in_force
from examiner_console.database import Store
from examiner_console.web.permissions import Role
from examiner_console.web.refusals import NotLoggedIn, TooManyTries, WrongPassword
from examiner_console.web.throttle import Throttle

IDLE: Final = timedelta(minutes=30)
"""A booth left alone locks itself; OWASP ASVS 4.0 §3.3.2 asks for 30 minutes or less at level 2."""
SHIFT: Final = timedelta(hours=12)
"""No session outlives a shift (ASVS 4.0 §3.3.2)."""
SEEN_STEP: Final = timedelta(minutes=1)
"""`seen_at` is written at most once a minute, so that reading a page is rarely a write."""
SHORTEST_PASSWORD: Final = 12
"""ASVS 4.0 §2.1.1."""
LONGEST_PASSWORD: Final = 256
NAME: Final = re.compile(r"[a-z][a-z0-9._-]{0,31}")

_hasher = PasswordHasher()
"""The library's default is RFC 9106's second recommendation: 64 MiB, 3 passes, 4 lanes."""


class UnusableOfficer(ValueError):
    """Name, role or password that cannot be taken; the message is one sentence for whoever typed it."""


@dataclass(frozen=True, slots=True)
class Officer:
    name: str
    display: str
    role: Role
    broken: bool = False
    """Whether they have broken the glass."""


async def add_officer(
    store: Store, name: str, role: str, display: str, password: str, *, at: datetime | None = None
) -> Officer:
    """Raise `UnusableOfficer` for a name taken or malformed, an unknown role, or a password out of bounds."""
    officer = Officer(_checked_name(name), display.strip() or name, _checked_role(role))
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UnusableOfficer(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    digest = await asyncio.to_thread(_hasher.hash, password)
    row = {"name": name, "display": officer.display, "role": officer.role.value, "password_hash": digest}
    try:
        await store.write(_statement(insert(tables.officers).values(**row, created_at=at or datetime.now(UTC))))
    except IntegrityError:
        raise UnusableOfficer(f"there is already an officer called {name}") from None
    return officer


def _checked_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise UnusableOfficer("a name has 1 to 32 small letters, digits, dots, dashes, and begins with a letter")
    return name


def _checked_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise UnusableOfficer(f"a role is one of {', '.join(Role)}") from None


class Sessions:
    """Log-in, look-up, log-out. `clock` gives aware UTC times."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._throttle = Throttle()
        self._one_hash_at_a_time = asyncio.Semaphore(1)
        """Each takes 64 MiB; many log-ins at once must not exhaust the console's memory."""
        self._nobody: str | None = None

    async def check(self, name: str, password: str) -> None:
        """Raise `WrongPassword` or `TooManyTries`."""
        if wait := self._throttle.wait(name, time.monotonic()):
            raise TooManyTries(seconds=int(wait) + 1)
        row = await self._store.read(lambda c: _password_row(c, name))
        if not await self._verified(row, password):
            self._throttle.wrong(name, time.monotonic())
            raise WrongPassword
        self._throttle.right(name)

    async def _verified(self, digest: str | None, password: str) -> bool:
        async with self._one_hash_at_a_time:
            if self._nobody is None:
                self._nobody = await asyncio.to_thread(_hasher.hash, secrets.token_hex())
            matches = await asyncio.to_thread(_matches, digest or self._nobody, password[:LONGEST_PASSWORD])
        return matches and digest is not None

    async def begin(self, name: str) -> str:
        """A new session's token, for an officer who has shown every factor that is asked for."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        row = {"token_sha256": digest_of(token), "officer": name, "created_at": now, "seen_at": now}

        def write(connection: Connection) -> None:
            connection.execute(delete(tables.sessions).where(tables.sessions.c.expires_at < now))
            connection.execute(insert(tables.sessions).values(**row, expires_at=now + SHIFT))

        await self._store.write(write)
        return token

    async def officer(self, token: str | None, *, active: bool = True) -> Officer:
        """Who holds this token. Raise `NotLoggedIn` when it is unknown, idle too long, past its shift, or the officer
        is disabled. `active` False does not count as activity (a page that refreshes itself)."""
        if not token:
            raise NotLoggedIn
        now = self._clock()
        found = await self._store.read(lambda c: _session_row(c, token, now))
        if found is None:
            raise NotLoggedIn
        officer, seen_at, expires_at = found
        if now >= expires_at or now - seen_at >= IDLE:
            raise NotLoggedIn
        if active and now - seen_at >= SEEN_STEP:
            await self._store.write(_statement(update(tables.sessions).where(_of(token)).values(seen_at=now)))
        return officer

    async def log_out(self, token: str) -> None:
        await self._store.write(_statement(delete(tables.sessions).where(_of(token))))

    async def displays(self) -> Mapping[str, str]:
        """How each officer is called on the screens, by name."""
        return await self._store.read(_displays)


def digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _of(token: str) -> ColumnElement[bool]:
    return tables.sessions.c.token_sha256 == digest_of(token)


def _statement(statement: Executable) -> Callable[[Connection], None]:
    def write(connection: Connection) -> None:
        connection.execute(statement)

    return write


def _matches(digest: str, password: str) -> bool:
    try:
        return _hasher.verify(digest, password)
    except (VerificationError, InvalidHashError):
        return False


def _password_row(connection: Connection, name: str) -> str | None:
    officers = tables.officers
    own = officers.c.name == name, officers.c.disabled_at.is_(None), officers.c.subject.is_(None)
    query = select(officers.c.password_hash).where(*own)
    return connection.execute(query).scalar_one_or_none()


def _session_row(connection: Connection, token: str, now: datetime) -> tuple[Officer, datetime, datetime] | None:
    officers, sessions = tables.officers, tables.sessions
    query = (
        select(
            *(officers.c.name, officers.c.display, officers.c.role, sessions.c.seen_at, sessions.c.expires_at),
            exists().where(tables.broken_glass.c.officer == officers.c.name, in_force(now)).label("broken"),
        )
        .join_from(sessions, officers, sessions.c.officer == officers.c.name)
        .where(_of(token), officers.c.disabled_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Officer(row.name, row.display, Role(row.role), bool(row.broken)), row.seen_at, row.expires_at


def _displays(connection: Connection) -> Mapping[str, str]:
    rows = connection.execute(select(tables.officers.c.name, tables.officers.c.display))
    return {row.name: row.display for row in rows}
