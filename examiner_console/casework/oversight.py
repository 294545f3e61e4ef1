"""What a shift supervisor has before them: stations and their last word, cases held too long, officers at work.

A lock that somebody went away with can be freed: the case waits again, and what its holder had begun stays with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select, tuple_

from examiner_console.casework import casebook
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.attainment import Attainment, attainment
from examiner_console.casework.cases import Case, CaseState, CaseTaken
from examiner_console.casework.spot_ins import counted
from examiner_console.tables import events, officers, sessions, stations

LONG: Final = timedelta(minutes=15)
"""A case held longer is not a service at a booth: as `hall_now.LONGEST_SERVICE`. Our own number."""
AT_WORK: Final = timedelta(minutes=10)
"""An officer who asked for a page in this time. Our own number."""
QUIET: Final = timedelta(minutes=2)
"""A station that said nothing for as long may be gone; a gate reports its health more often. Our own number."""
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Station:
    """`last` is the kind of its newest event, `at` when it happened by the station's clock, `heard_at` by ours."""

    name: str
    kind: str
    direction: str
    last: str | None
    heard_at: datetime | None

    def is_quiet(self, now: datetime) -> bool:
        return self.heard_at is None or now - self.heard_at > QUIET


@dataclass(frozen=True, slots=True)
class AtWork:
    name: str
    display: str
    role: str


@dataclass(frozen=True, slots=True)
class Overview:
    stations: tuple[Station, ...]
    at_work: tuple[AtWork, ...]
    today: Attainment
    week: Attainment


def overview(connection: Connection, now: datetime, today: date, walking: Mapping[str, timedelta]) -> Overview:
    """Attainment of visitors within 20 minutes, today and in the seven days that end with it."""
    waits = counted(connection, today - WEEK + timedelta(days=1), today, walking).waits
    of_today = counted(connection, today, today, walking).waits
    return Overview(_stations(connection), _at_work(connection, now), attainment(of_today), attainment(waits))


def _stations(connection: Connection) -> tuple[Station, ...]:
    newest = select(events.c.station, func.max(events.c.sequence)).group_by(events.c.station)
    query = select(events.c.station, events.c.kind, events.c.received_at).where(
        tuple_(events.c.station, events.c.sequence).in_(newest)
    )
    words = {row.station: (row.kind, row.received_at) for row in connection.execute(query)}
    enrolled = select(stations).where(stations.c.withdrawn_at.is_(None)).order_by(stations.c.kind, stations.c.name)
    return tuple(
        Station(row.name, row.kind, row.direction, *words.get(row.name, (None, None)))
        for row in connection.execute(enrolled)
    )


def _at_work(connection: Connection, now: datetime) -> tuple[AtWork, ...]:
    query = (
        select(officers.c.name, officers.c.display, officers.c.role)
        .join(sessions, sessions.c.officer == officers.c.name)
        .where(sessions.c.seen_at > now - AT_WORK, sessions.c.expires_at > now)
        .distinct()
        .order_by(officers.c.role, officers.c.name)
    )
    return tuple(AtWork(row.name, row.display, row.role) for row in connection.execute(query))


def held_long(case: Case, now: datetime) -> bool:
    return case.state is CaseState.TAKEN and case.taken_at is not None and now - case.taken_at > LONG


def free(connection: Connection, id: UUID, supervisor: str, at: datetime) -> Case:
    """The case waits again. Freeing what nobody holds changes nothing. Raises NoSuchCase, CasePrivate; and CaseTaken
    where it has not been held for long."""
    case = casebook.load(connection, id)
    if case.state is not CaseState.TAKEN:
        return case
    if not held_long(case, at):
        raise CaseTaken(case.taken_by or "")
    casebook.change(connection, id, {"state": CaseState.WAITING, "taken_by": None, "taken_at": None})
    record(connection, Action(id, supervisor, Verb.FREE_LOCK, at, details={"held_by": case.taken_by or ""}))
    return casebook.load(connection, id)
