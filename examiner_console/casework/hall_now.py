"""What the console knows of the arrival hall at this moment, as the queue's model needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from math import ceil
from typing import Final

from sqlalchemy import Connection, select

from examiner_console.casework.attainment import LONGEST, Permission, SpotIn, attribute
from examiner_console.casework.cases import CaseOutcome, CaseState
from examiner_console.casework.idle_booths import Service, last_empty
from examiner_console.casework.queueing import Inbound, Situation
from examiner_console.casework.spot_ins import LOOK_BACK, VISITOR, between, permissions
from examiner_console.contract import Direction
from examiner_console.settings import Settings
from examiner_console.tables import cases, inspections, stations

Served = Mapping[tuple[str, date], int]
"""How many of each flight have left the line."""
AHEAD: Final = timedelta(hours=2)
"""Announced flights further away matter to no estimate."""
RECENT: Final = timedelta(minutes=30)
"""Services in this time tell how long one takes. Our own number."""
MOST_SERVICES: Final = 60
AT_WORK: Final = timedelta(minutes=10)
"""An officer who permitted somebody in this time, or holds a case, keeps a booth open. Our own number."""
LONGEST_SERVICE: Final = timedelta(minutes=15)
"""A case held longer is not a service at a booth: somebody forgot it, or took it away. Our own number."""


EARLIER: Final = timedelta(days=7)
"""How far back turnout is looked for."""
FEWEST_EARLIER: Final = 500
"""Visitors announced in that time, below which nothing is said about turnout. Our own number."""
TURNOUT: Final = (0.85, 1.0)
"""Assumed bounds where it is not known. Our own numbers."""


def situation(connection: Connection, settings: Settings, now: datetime) -> Situation:
    """Of visitors' booths alone: gates serve nationals and registered users, who do not wait in this line."""
    chosen = settings.waiting
    told = between(connection, now - LOOK_BACK, now + AHEAD)
    services = _held(connection, now)
    busy = [service for service in services if service.closed_at is None and now - service.taken_at <= LONGEST_SERVICE]
    emptied_at = last_empty(services, now)
    turnout = _turnout(connection, now)
    low, high = TURNOUT if turnout is None else (turnout, turnout)
    line = partial(_line, told, services, emptied_at, settings)
    (fewer, found_fewer), (more, found_more) = line(low), line(high)
    pairs = zip(fewer, more, strict=True)
    inbound = [_inbound(a, b, found_fewer, found_more, settings) for a, b in pairs if not _gone(a, settings, now)]
    return Situation(
        now=now,
        inbound=tuple(inbound),
        booths=_booths(connection, now),
        booths_most=settings.booths,
        services=_services(connection, now, chosen.changeover_seconds),
        spacing=chosen.spacing_seconds,
        delay_sd=chosen.announced_sd_minutes * 60,
        busy=len(busy),
        turnout_known=turnout is not None,
    )


def _turnout(connection: Connection, now: datetime) -> float | None:
    """Which share of the visitors announced came to a booth, over the days before; at most one.

    None where too few were announced, or nobody said how many of a flight are visitors.
    """
    end = now - LOOK_BACK
    told = between(connection, now - EARLIER, end)
    announced = sum(spot_in.visitors or 0 for spot_in in told)
    if announced < FEWEST_EARLIER or any(spot_in.visitors is None for spot_in in told):
        return None
    return min(1.0, len(permissions(connection, now - EARLIER, end)) / announced)


def _scaled(told: Sequence[SpotIn], turnout: float) -> list[SpotIn]:
    return [s if s.visitors is None else replace(s, visitors=ceil(s.visitors * turnout - 0.5)) for s in told]


def _gone(spot_in: SpotIn, settings: Settings, now: datetime) -> bool:
    return spot_in.at + settings.walking.get(spot_in.spot, timedelta()) + LONGEST < now


def _inbound(fewer: SpotIn, more: SpotIn, served_fewer: Served, served_more: Served, settings: Settings) -> Inbound:
    """Where nobody said how many are visitors: from none to everyone on board."""
    walking = settings.walking.get(more.spot)
    key = (more.flight, more.day)
    most = max(0, more.most - served_more[key])
    return Inbound(
        key=f"{more.flight} {more.day}",
        in_hall_at=None if walking is None else more.at + walking,
        fewest=min(most, max(0, (fewer.visitors or 0) - served_fewer[key])),
        most=most,
        served=served_more[key],
        at_spot=more.at <= more.recorded_at,
        told=more.visitors is not None,
    )


def _line(
    told: Sequence[SpotIn], services: Sequence[Service], emptied_at: datetime | None, settings: Settings, turnout: float
) -> tuple[list[SpotIn], dict[tuple[str, date], int]]:
    """The flights with as many visitors as are to be expected, and how many of each have left the line.

    Whoever was in the hall when the line was last empty has; from then on, first come, first called.
    """
    flights = _scaled(told, turnout)
    gone = {(s.flight, s.day): _through(s, emptied_at, settings) for s in flights}
    rest = [replace(s, passengers=s.most - gone[s.flight, s.day], visitors=None) for s in flights]
    called = [s.taken_at for s in services if emptied_at is None or s.taken_at >= emptied_at]
    found = attribute(rest, settings.walking, [Permission(at, at) for at in called])
    return flights, {key: gone[key] + served for key, served in found.served.items()}


def _through(spot_in: SpotIn, emptied_at: datetime | None, settings: Settings) -> int:
    """How many of a flight had reached the hall by then."""
    walking = settings.walking.get(spot_in.spot)
    if emptied_at is None or walking is None or spot_in.at + walking > emptied_at:
        return 0
    seconds = (emptied_at - spot_in.at - walking).total_seconds()
    spacing = settings.waiting.spacing_seconds
    return min(spot_in.most, int(seconds / spacing) + 1 if spacing else spot_in.most)


def _held(connection: Connection, now: datetime) -> list[Service]:
    """Cases that officers at arrivals took since the earliest flights; a case that is no visitor's
    takes a place of the line too many."""
    query = (
        select(cases.c.taken_by, cases.c.taken_at, cases.c.closed_at)
        .join(inspections, inspections.c.id == cases.c.inspection)
        .join(stations, stations.c.name == inspections.c.station)
        .where(
            stations.c.direction == Direction.ARRIVAL.value,
            cases.c.taken_at.between(now - LOOK_BACK + LONGEST, now),
            cases.c.taken_by.is_not(None),
        )
    )
    return [Service(*row) for row in connection.execute(query)]


def _booths(connection: Connection, now: datetime) -> int | None:
    """Officers at work on arrivals. None where nobody is seen at work: that is no sign that nobody is there."""
    query = (
        select(cases.c.taken_by)
        .join(inspections, inspections.c.id == cases.c.inspection)
        .join(stations, stations.c.name == inspections.c.station)
        .where(
            stations.c.direction == Direction.ARRIVAL.value,
            cases.c.taken_by.is_not(None),
            (cases.c.closed_at.between(now - AT_WORK, now))
            | ((cases.c.state == CaseState.TAKEN.value) & cases.c.taken_at.between(now - LONGEST_SERVICE, now)),
        )
        .distinct()
    )
    return len(connection.execute(query).all()) or None


def _services(connection: Connection, now: datetime, changeover: float) -> tuple[float, ...]:
    """Seconds from a visitor's case being taken to the permission, and until the next one stands there; newest first.

    Whoever has not been finished yet is not among them, so that long services are seen late.
    """
    query = (
        select(cases.c.taken_at, cases.c.closed_at)
        .where(
            cases.c.closed_at.between(now - RECENT, now),
            cases.c.outcome == CaseOutcome.GRANTED.value,
            cases.c.status == VISITOR,
            cases.c.taken_at.is_not(None),
        )
        .order_by(cases.c.closed_at.desc())
        .limit(MOST_SERVICES)
    )
    lengths = [row.closed_at - row.taken_at for row in connection.execute(query)]
    return tuple(length.total_seconds() + changeover for length in lengths if length <= LONGEST_SERVICE)
