"""Silent alarms: one key at a booth rings at the supervisors' screens, and nothing at the booth tells of it.

An alarm names the booth and the officer, and no traveller. Raising it again while it stands is the same alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update
from uuid6 import uuid7

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import NoSuchCase
from examiner_console.tables import cases, silent_alarms

MOST_ENDED: Final = 20
_a = silent_alarms


class Act(Protocol):
    """What a supervisor does with one alarm."""

    def __call__(self, connection: Connection, *, id: UUID, officer: str, at: datetime) -> None: ...


class AlarmError(Exception):
    code = "alarm_error"


class NoSuchAlarm(AlarmError):
    code = "no_such_alarm"


class AlarmTaken(AlarmError):
    """Another officer answers it, or has ended it (`by`)."""

    code = "alarm_taken"

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} answers this alarm")
        self.by = by


@dataclass(frozen=True, slots=True)
class Alarm:
    """`place` is the booth's number, empty where the case has none. `inspection` is what its actions are kept under."""

    id: UUID
    inspection: UUID
    place: str
    officer: str
    raised_at: datetime
    taken_by: str | None
    taken_at: datetime | None
    ended_at: datetime | None


def raise_alarm(connection: Connection, *, inspection: UUID, officer: str, at: datetime) -> None:
    """Also for a case that is closed, private or another's: an alarm is never refused. Raises NoSuchCase."""
    place = connection.execute(select(cases.c.booth).where(cases.c.inspection == inspection)).scalar()
    if place is None:
        raise NoSuchCase
    mine = _a.c.inspection == inspection, _a.c.officer == officer, _a.c.ended_at.is_(None)
    if connection.execute(select(_a.c.id).where(*mine)).first() is not None:
        return
    alarm = {"id": UUID(int=uuid7().int), "inspection": inspection, "place": place, "officer": officer}
    connection.execute(insert(_a).values(raised_at=at, **alarm))
    record(connection, Action(inspection, officer, Verb.RAISE_ALARM, at))


def take_alarm(connection: Connection, *, id: UUID, officer: str, at: datetime) -> None:
    """One answers it: taking one's own again changes nothing. Raises NoSuchAlarm, AlarmTaken."""
    alarm = _load(connection, id)
    if alarm.taken_by == officer:
        return
    if alarm.taken_by is not None:
        raise AlarmTaken(alarm.taken_by)
    connection.execute(update(_a).where(_a.c.id == id).values(taken_by=officer, taken_at=at))
    record(connection, Action(alarm.inspection, officer, Verb.TAKE_ALARM, at))


def end_alarm(connection: Connection, *, id: UUID, officer: str, at: datetime) -> None:
    """By who answers it; ending it twice is once. Raises NoSuchAlarm, AlarmTaken."""
    alarm = _load(connection, id)
    if alarm.taken_by != officer:
        raise AlarmTaken(alarm.taken_by or "")
    if alarm.ended_at is None:
        connection.execute(update(_a).where(_a.c.id == id).values(ended_at=at))
        record(connection, Action(alarm.inspection, officer, Verb.END_ALARM, at))


def alarms(connection: Connection) -> list[Alarm]:
    """Those that stand, oldest first; then those ended last."""
    standing = connection.execute(select(_a).where(_a.c.ended_at.is_(None)).order_by(_a.c.raised_at, _a.c.id))
    ended = select(_a).where(_a.c.ended_at.is_not(None)).order_by(_a.c.ended_at.desc()).limit(MOST_ENDED)
    return [_alarm(row) for row in (*standing.all(), *connection.execute(ended))]


def _load(connection: Connection, id: UUID) -> Alarm:
    row = connection.execute(select(_a).where(_a.c.id == id)).first()
    if row is None:
        raise NoSuchAlarm
    return _alarm(row)


def _alarm(row: Row[Any]) -> Alarm:
    raised = row.id, row.inspection, row.place, row.officer, row.raised_at
    return Alarm(*raised, row.taken_by, row.taken_at, row.ended_at)
