"""Which cases the protection desk has, and how one becomes private. The casebook stands on it: nothing reads past."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, ScalarSelect, Select, func, insert, or_, select, update
from uuid6 import uuid7

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.law.protection import RELEASED, Act, Entry, Kind
from examiner_console.tables import protection_entries, protection_files

_f = protection_files
PRIVATE: Final[Select[Any]] = select(_f.c.id).where(
    or_(_f.c.outcome.is_(None), _f.c.outcome.not_in([outcome.value for outcome in RELEASED]))
)
"""Inspections that nobody without the permission sees."""


def is_private(connection: Connection, id: UUID) -> bool:
    return connection.execute(PRIVATE.where(_f.c.id == id)).first() is not None


def open_file(
    connection: Connection, id: UUID, number: str, kind: Kind, officer: str, at: datetime, article: str = ""
) -> None:
    """Make the case private, with its action, in the caller's transaction; a file that was ended is opened again."""
    fresh = {"kind": kind.value, "opened_at": at, "closed_at": None, "outcome": None}
    if connection.execute(update(_f).where(_f.c.id == id).values(**fresh)).rowcount == 0:
        connection.execute(insert(_f).values(id=id, number=number, **fresh))
    append_entry(connection, id, UUID(int=uuid7().int), officer, at, Entry(Act.OPENED, kind=kind))
    record(connection, Action(id, officer, Verb.OPEN_PRIVATE, at, article))


def append_entry(connection: Connection, id: UUID, key: UUID, officer: str, at: datetime, entry: Entry) -> None:
    values = {"file": id, "number": _next(id), "key": key, "officer": officer, "at": at}
    connection.execute(insert(protection_entries).values(body=msgspec.json.encode(entry), **values))


def _next(id: UUID) -> ScalarSelect[Any]:
    e = protection_entries.alias()
    return select(func.coalesce(func.max(e.c.number), 0) + 1).where(e.c.file == id).scalar_subquery()
