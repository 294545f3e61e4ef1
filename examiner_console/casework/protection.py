"""The protection desk's files in the store: opened, read, written on and ended, each act with its ledger leaf.

The words stand in the store alone: an action says that something was written, never what. Errors are those of
`law.protection` and of `cases`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from examiner_console.casework import casebook
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import Case, CaseClosed, CaseOutcome, CasePrivate, CaseState, NoSuchCase
from examiner_console.casework.privacy import append_entry, is_private, open_file
from examiner_console.law.landing import REFUGE
from examiner_console.law.protection import (
    RELEASED,
    Act,
    Entry,
    File,
    Kind,
    NoSuchFile,
    Outcome,
    WithAnother,
    Written,
    check,
)
from examiner_console.tables import protection_entries, protection_files

DESK: Final = UUID(int=0)
"""A read of the list is about no single inspection."""
MOST_ENDED: Final = 50
_f, _e = protection_files, protection_entries


@dataclass(frozen=True, slots=True)
class Opened:
    """A file for the desk's eyes; `case` is None where the desk began it without an inspection."""

    file: File
    case: Case | None


def call_desk(connection: Connection, *, id: UUID, officer: str, kind: Kind, at: datetime) -> str:
    """Whoever has a person before them hands the case to the desk, whoever holds it; the answer is its number.

    Calling twice is one call. Raises NoSuchCase, CaseClosed.
    """
    try:
        case = casebook.load(connection, id)
    except CasePrivate as private:
        return private.number
    if case.state is CaseState.CLOSED:
        raise CaseClosed
    casebook.change(connection, id, {"state": CaseState.WAITING, "taken_by": None, "taken_at": None})
    open_file(connection, id, case.number, kind, officer, at, REFUGE if kind is Kind.REFUGE else "")
    return case.number


def begin(connection: Connection, *, id: UUID, officer: str, kind: Kind, at: datetime) -> None:
    """The desk's own file, for a person without a case. The same identifier twice is one file."""
    if connection.execute(select(_f.c.id).where(_f.c.id == id)).first() is None:
        own = connection.execute(select(func.count()).where(_f.c.number.like("P-%"))).scalar_one()
        open_file(connection, id, f"P-{own + 1:04}", kind, officer, at)


def read_all(connection: Connection, *, officer: str, at: datetime) -> list[File]:
    """Open files, the oldest first, then those ended last. The read is recorded before they are shown."""
    record(connection, Action(DESK, officer, Verb.READ_PRIVATE, at, details={"screen": "list"}))
    current = connection.execute(select(_f).where(_f.c.closed_at.is_(None)).order_by(_f.c.opened_at, _f.c.id))
    ended = select(_f).where(_f.c.closed_at.is_not(None)).order_by(_f.c.closed_at.desc()).limit(MOST_ENDED)
    return [_file(connection, row) for row in (*current.all(), *connection.execute(ended))]


def read_file(connection: Connection, *, id: UUID, officer: str, at: datetime) -> Opened:
    """With the case, where there is one. The read is recorded before it is shown. Raises NoSuchFile.

    After the case went back to the booth the desk reads its own words alone.
    """
    file = _load(connection, id)
    record(connection, Action(id, officer, Verb.READ_PRIVATE, at, details={"screen": "file"}))
    try:
        case = casebook.load(connection, id, private=True) if is_private(connection, id) else None
    except NoSuchCase:
        case = None
    return Opened(file, case)


def write(
    connection: Connection, *, id: UUID, key: UUID, officer: str, entry: Entry, at: datetime, instead_of: str = ""
) -> File:
    """Append an entry; the same `key` again changes nothing. `instead_of` is who was with the person on the page.

    Raises NoSuchFile, FileClosed, UnusableEntry, WithAnother.
    """
    file = _load(connection, id)
    known = select(_e.c.key).where(_e.c.file == id, _e.c.key == key)
    if connection.execute(known).first() is not None:
        return file
    check(file, entry)
    if entry.act is Act.ACCOMPANIED and file.accompanied_by not in (instead_of, officer):
        raise WithAnother(file.accompanied_by)
    append_entry(connection, id, key, officer, at, entry)
    if entry.act is Act.CLOSED and entry.outcome is not None:
        _close(connection, id, officer, entry.outcome, at)
    else:
        record(connection, Action(id, officer, Verb.WRITE_PRIVATE, at, details={"act": entry.act.value}))
    return _load(connection, id)


def _close(connection: Connection, id: UUID, officer: str, outcome: Outcome, at: datetime) -> None:
    """Back to the queue, or ended with the desk: no booth sees it again."""
    connection.execute(update(_f).where(_f.c.id == id).values(closed_at=at, outcome=outcome.value))
    if outcome not in RELEASED:
        ended = {"state": CaseState.CLOSED, "outcome": CaseOutcome.PROTECTED, "taken_by": officer, "closed_at": at}
        casebook.change(connection, id, ended)
    article = REFUGE if outcome is Outcome.REFUGE_PERMISSION else ""
    record(connection, Action(id, officer, Verb.CLOSE_PRIVATE, at, article, {"outcome": outcome.value}))


def _load(connection: Connection, id: UUID) -> File:
    row = connection.execute(select(_f).where(_f.c.id == id)).first()
    if row is None:
        raise NoSuchFile("there is no file under this identifier")
    return _file(connection, row)


def _file(connection: Connection, row: Row[Any]) -> File:
    outcome = None if row.outcome is None else Outcome(row.outcome)
    bare = File(row.id, row.number, Kind(row.kind), row.opened_at, row.closed_at, outcome)
    rows = connection.execute(select(_e).where(_e.c.file == row.id).order_by(_e.c.number))
    written = tuple(Written(r.number, r.officer, r.at, msgspec.json.decode(r.body, type=Entry)) for r in rows)
    return replace(bare, written=written)
