"""Flights as they were recorded, and the permissions given since: what waits are counted from.

SpotInError                 code
└── UnusableSpotIn          a flight, spot or number that cannot be (the message says which)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from examiner_console.casework.attainment import LONGEST, Counted, Permission, SpotIn, attribute
from examiner_console.casework.cases import CaseOutcome
from examiner_console.contract import Direction
from examiner_console.law.stays import JAPAN, japan_date
from examiner_console.tables import cases, inspections, spot_ins, stations

VISITOR: Final = "TEMPORARY_VISITOR"
"""The one status the official figures count."""
MOST_PASSENGERS: Final = 1000
"""More than any aircraft seats; a typing error otherwise."""
LOOK_BACK: Final = timedelta(hours=6)
"""Flights so long before a day still have people in the queue on it: walking time, and `LONGEST` after it."""
_NAME: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")


class SpotInError(Exception):
    code = "spot_in_error"


class UnusableSpotIn(SpotInError):
    code = "unusable_spot_in"


class Stored(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    KNOWN = "known"


def checked(spot_in: SpotIn) -> SpotIn:
    """The same, or UnusableSpotIn with one sentence."""
    for what, name in (("flight", spot_in.flight), ("spot", spot_in.spot)):
        if not _NAME.fullmatch(name):
            raise UnusableSpotIn(f"{what} {name!r}: up to 16 of A to Z, 0 to 9 and the hyphen, such as NH106 or 107")
    if not 0 < spot_in.passengers <= MOST_PASSENGERS:
        raise UnusableSpotIn(f"--passengers {spot_in.passengers}: from 1 to {MOST_PASSENGERS}")
    if spot_in.visitors is not None and not 0 <= spot_in.visitors <= spot_in.passengers:
        raise UnusableSpotIn(f"--visitors {spot_in.visitors}: from 0 to the {spot_in.passengers} passengers")
    if abs(japan_date(spot_in.at) - spot_in.day) > timedelta(days=1):
        raise UnusableSpotIn(f"--day {spot_in.day}: more than a day from the spot-in")
    return spot_in


def put(connection: Connection, spot_in: SpotIn) -> Stored:
    """Once by flight and day: the same again changes nothing, other words replace the earlier ones.

    The same time recorded anew after it has come makes an announced flight one at its spot.
    """
    key = (spot_ins.c.flight == spot_in.flight) & (spot_ins.c.day == spot_in.day)
    row = connection.execute(select(spot_ins).where(key)).first()
    known = SpotIn(*row) if row else None
    if known and _says(known) == _says(spot_in):
        return Stored.KNOWN
    connection.execute(delete(spot_ins).where(key))
    names = [column.name for column in spot_ins.columns]
    connection.execute(insert(spot_ins).values({name: getattr(spot_in, name) for name in names}))
    return Stored.CHANGED if known else Stored.NEW


def _says(spot_in: SpotIn) -> tuple[object, ...]:
    announced = spot_in.recorded_at < spot_in.at
    return spot_in.at, spot_in.spot, spot_in.terminal, spot_in.passengers, spot_in.visitors, announced


def between(connection: Connection, start: datetime, end: datetime) -> list[SpotIn]:
    """Spot-ins from `start` to before `end`, in order."""
    query = select(spot_ins).where(spot_ins.c.at >= start, spot_ins.c.at < end).order_by(spot_ins.c.at)
    return [SpotIn(*row) for row in connection.execute(query)]


def permissions(connection: Connection, start: datetime, end: datetime) -> list[Permission]:
    """Of arrivals from `start` to before `end`: temporary visitors permitted, and whoever was handed over.

    Who was handed over may have been no visitor; then a place of the queue is taken too many.
    """
    query = (
        select(cases.c.closed_at, cases.c.opened_at, cases.c.outcome, cases.c.status)
        .join(inspections, inspections.c.id == cases.c.inspection)
        .join(stations, stations.c.name == inspections.c.station)
        .where(
            cases.c.closed_at >= start,
            cases.c.closed_at < end,
            stations.c.direction == Direction.ARRIVAL.value,
            cases.c.outcome.in_((CaseOutcome.GRANTED.value, CaseOutcome.HANDED_OVER.value)),
        )
        .order_by(cases.c.closed_at)
    )
    return [
        Permission(row.closed_at, row.opened_at, counted=row.outcome == CaseOutcome.GRANTED)
        for row in connection.execute(query)
        if row.outcome == CaseOutcome.HANDED_OVER or row.status == VISITOR
    ]


def counted(connection: Connection, first: date, last: date, walking: Mapping[str, timedelta]) -> Counted:
    """The waits that ended from `first` through `last`, days in Japan.

    The hours before are read too, so that a flight's people are counted from its first one on.
    """
    start = datetime.combine(first, time(), JAPAN)
    end = datetime.combine(last + timedelta(days=1), time(), JAPAN)
    earlier = start - LOOK_BACK
    found = attribute(between(connection, earlier, end), walking, permissions(connection, earlier + LONGEST, end))
    waits = tuple(wait for wait in found.waits if wait.permitted_at >= start)
    lost = (tuple(at for at in times if at >= start) for times in (found.no_flight, found.no_walking))
    return Counted(waits, found.served, *lost)
