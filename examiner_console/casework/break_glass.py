"""Breaking the glass: one officer takes a wider role for fifteen minutes, and everyone is told.

It ends by itself, at the instant that was written when it began; a clock that was set back before that beginning ends
it too. Whatever the officer does meanwhile carries its mark in the record (`actions.record`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update
from uuid6 import uuid7

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.tables import broken_glass

LASTS: Final = timedelta(minutes=15)
NO_INSPECTION: Final = UUID(int=0)
LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Broken:
    """`ends_at` is the first instant at which it is over."""

    id: UUID
    officer: str
    reason: str
    began_at: datetime
    ends_at: datetime


def in_force(at: datetime) -> ColumnElement[bool]:
    b = broken_glass.c
    return and_(b.began_at <= at, b.ends_at > at, b.ended_at.is_(None))


def broken(connection: Connection, at: datetime) -> list[Broken]:
    """By whom it is broken at this instant, the first first."""
    rows = connection.execute(select(broken_glass).where(in_force(at)).order_by(broken_glass.c.began_at))
    return [Broken(row.id, row.officer, row.reason, row.began_at, row.ends_at) for row in rows]


def begin(connection: Connection, officer: str, reason: str, at: datetime) -> Broken:
    """Once more while it is broken is the same breaking: it is not made longer."""
    for found in broken(connection, at):
        if found.officer == officer:
            return found
    made = Broken(UUID(int=uuid7().int), officer, reason[:LONGEST_REASON], at, at + LASTS)
    values = {"id": made.id, "officer": officer, "reason": made.reason, "began_at": at, "ends_at": made.ends_at}
    connection.execute(insert(broken_glass).values(**values))
    record(connection, Action(NO_INSPECTION, officer, Verb.BREAK_GLASS, at, details={"reason": made.reason}))
    return made


def end(connection: Connection, officer: str, at: datetime) -> None:
    """Before its time. Nothing happens where it is not broken."""
    if any(found.officer == officer for found in broken(connection, at)):
        record(connection, Action(NO_INSPECTION, officer, Verb.MEND_GLASS, at))
        mine = and_(broken_glass.c.officer == officer, in_force(at))
        connection.execute(update(broken_glass).where(mine).values(ended_at=at))
