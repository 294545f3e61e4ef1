"""Asking for an export, agreeing to it, and fetching it: one person asks, another agrees, and only who asked fetches.

What was agreed is what is made, when it is fetched; nothing of it is kept here. A request nobody answered in three days
has lapsed, and what was agreed may be fetched for as many days as were asked for.

    ExportRequestError
    ├── NoSuchRequest
    ├── UnusableRequest      days the wrong way round, in the future, or more than a year of them; no purpose
    ├── OwnRequest           nobody answers what they asked for themselves
    ├── RequestAnswered      somebody did, or it has lapsed
    └── NotFetchable         not agreed, over, or asked for by somebody else
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update
from uuid6 import uuid7

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.exporting import Order
from examiner_console.law.stays import japan_date
from examiner_console.record.export import Format, counted
from examiner_console.tables import export_requests

ANSWERED_WITHIN: Final = timedelta(days=3)
LONGEST_DAYS: Final = 7
MOST_DAYS: Final = 366
LONGEST_TEXT: Final = 500
SHOWN: Final = 50
_e = export_requests


class ExportRequestError(Exception):
    code = "export_request_error"


class NoSuchRequest(ExportRequestError):
    code = "no_such_request"


class UnusableRequest(ExportRequestError):
    code = "unusable_request"


class OwnRequest(ExportRequestError):
    code = "own_request"


class RequestAnswered(ExportRequestError):
    code = "request_answered"


class NotFetchable(ExportRequestError):
    code = "not_fetchable"


class State(StrEnum):
    ASKED = "asked"
    LAPSED = "lapsed"
    REFUSED = "refused"
    AGREED = "agreed"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`days` is how long it may be fetched once agreed; `basis` a code of the page's list."""

    first: date
    last: date
    format: Format
    with_identities: bool
    purpose: str
    basis: str
    days: int


@dataclass(frozen=True, slots=True)
class Request:
    """`rows` were counted when it was asked for."""

    id: UUID
    wanted: Wanted
    rows: int
    asked_by: str
    asked_at: datetime
    answered_by: str | None
    answered_at: datetime | None
    refused: str | None
    fetched_at: datetime | None

    def state(self, now: datetime) -> State:
        if self.answered_at is None:
            return State.ASKED if now - self.asked_at < ANSWERED_WITHIN else State.LAPSED
        if self.refused is not None:
            return State.REFUSED
        return State.AGREED if now < self.answered_at + timedelta(days=self.wanted.days) else State.OVER

    @property
    def until(self) -> datetime | None:
        return None if self.answered_at is None else self.answered_at + timedelta(days=self.wanted.days)

    @property
    def order(self) -> Order:
        wanted, officers = self.wanted, (self.asked_by, self.answered_by or "")
        return Order(wanted.first, wanted.last, wanted.format, wanted.with_identities, officers)


def ask(connection: Connection, wanted: Wanted, *, officer: str, at: datetime) -> UUID:
    """Asking for the same again, while nobody has answered, is asking once. Raises UnusableRequest."""
    span = (wanted.last - wanted.first).days
    usable = 0 <= span < MOST_DAYS and wanted.last <= japan_date(at) and 1 <= wanted.days <= LONGEST_DAYS
    if not usable or not wanted.purpose.strip():
        raise UnusableRequest
    waiting = (one for one in requests(connection) if one.asked_by == officer and one.state(at) is State.ASKED)
    if (same := next((one for one in waiting if one.wanted == wanted), None)) is not None:
        return same.id
    id = UUID(int=uuid7().int)
    connection.execute(
        insert(_e).values(
            id=id,
            first=wanted.first,
            last=wanted.last,
            format=wanted.format.value,
            with_identities=wanted.with_identities,
            purpose=wanted.purpose[:LONGEST_TEXT],
            basis=wanted.basis,
            days=wanted.days,
            rows=counted(connection, wanted.first, wanted.last),
            asked_by=officer,
            asked_at=at,
        )
    )
    days = {"from": str(wanted.first), "to": str(wanted.last), "basis": wanted.basis}
    identities = {"identities": "yes"} if wanted.with_identities else {}
    record(connection, Action(id, officer, Verb.ASK_EXPORT, at, details={**days, **identities}))
    return id


def agree(connection: Connection, id: UUID, *, officer: str, at: datetime) -> None:
    """Raises NoSuchRequest, OwnRequest, RequestAnswered; agreeing twice is once."""
    if _answerable(connection, id, officer, at, agreed=True):
        connection.execute(update(_e).where(_e.c.id == id).values(answered_by=officer, answered_at=at))
        record(connection, Action(id, officer, Verb.AGREE_EXPORT, at))


def refuse(connection: Connection, id: UUID, why: str, *, officer: str, at: datetime) -> None:
    """`why` is read by who asked. Raises NoSuchRequest, OwnRequest, RequestAnswered, UnusableRequest without words."""
    if not why.strip():
        raise UnusableRequest
    if _answerable(connection, id, officer, at, agreed=False):
        said = {"answered_by": officer, "answered_at": at, "refused": why[:LONGEST_TEXT]}
        connection.execute(update(_e).where(_e.c.id == id).values(**said))
        record(connection, Action(id, officer, Verb.REFUSE_EXPORT, at))


def _answerable(connection: Connection, id: UUID, officer: str, at: datetime, *, agreed: bool) -> bool:
    """False where this officer has given this very answer."""
    found = load(connection, id)
    if found.asked_by == officer:
        raise OwnRequest
    if found.answered_by == officer and (found.refused is None) is agreed:
        return False
    if found.state(at) is not State.ASKED:
        raise RequestAnswered
    return True


def fetchable(connection: Connection, id: UUID, *, officer: str, at: datetime) -> Request:
    """Raises NoSuchRequest, NotFetchable."""
    found = load(connection, id)
    if found.asked_by != officer or found.state(at) is not State.AGREED:
        raise NotFetchable
    return found


def fetched(connection: Connection, id: UUID, sha256: str, *, officer: str, at: datetime) -> None:
    """To be durable before the first byte leaves. Raises as `fetchable`."""
    found = fetchable(connection, id, officer=officer, at=at)
    connection.execute(update(_e).where(_e.c.id == id).values(fetched_at=at))
    record(connection, Action(id, officer, Verb.FETCH_EXPORT, at, details={"sha256": sha256}))
    if found.wanted.with_identities:
        days = {"second": found.answered_by or "", "from": str(found.wanted.first), "to": str(found.wanted.last)}
        record(connection, Action(id, officer, Verb.EXPORT_IDENTITIES, at, details=days))


def requests(connection: Connection) -> list[Request]:
    """The newest first."""
    return [
        _request(row) for row in connection.execute(select(_e).order_by(_e.c.asked_at.desc(), _e.c.id).limit(SHOWN))
    ]


def load(connection: Connection, id: UUID) -> Request:
    row = connection.execute(select(_e).where(_e.c.id == id)).first()
    if row is None:
        raise NoSuchRequest
    return _request(row)


def _request(row: Row[Any]) -> Request:
    how = Format(row.format), row.with_identities, row.purpose, row.basis, row.days
    wanted = Wanted(row.first, row.last, *how)
    answered = row.answered_by, row.answered_at, row.refused, row.fetched_at
    return Request(row.id, wanted, row.rows, row.asked_by, row.asked_at, *answered)
