"""The tally: passports scanned at the gangway, each counted once, and the end of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.ships import book, special
from examiner_console.ships.book import Listed
from examiner_console.ships.calls import CRUISE, Call, NoteMissing, Standing, plain
from examiner_console.ships.tally import Counted, Way, seen
from examiner_console.tables import ship_lines, ship_scans, special_landings

AHEAD: Final = timedelta(minutes=2)
"""How far a hand-held's clock may run ahead of the console's. Our own number."""


@dataclass(frozen=True, slots=True)
class Scan:
    """`key` is made by who scans, so that a scan delivered twice is one. Without a nationality only the number was
    typed. `at` is None where the console's own clock counts."""

    key: UUID
    way: Way
    number: str
    nationality: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the gangway is told. `who` is None where nobody is on the list."""

    counted: Counted
    who: Listed | None = None


def scan(connection: Connection, id: UUID, one: Scan, officer: str, now: datetime) -> Seen:
    """Count a passport. Raises NoSuchCall or CallClosed."""
    call = book.open_call(connection, id)
    found = book.by_number(connection, id, one.number, one.nationality)
    who = found[0] if len(found) == 1 else None  # a typed number that two states gave needs the zone
    known = connection.execute(select(ship_scans.c.outcome).where(ship_scans.c.id == one.key)).scalar()
    if known is not None:
        return Seen(Counted(known), who)
    at = _instant(one.at, call, now)
    counted = _count(connection, who, one.way, at)
    connection.execute(
        insert(ship_scans).values(
            id=one.key, call=id, line=who.id if who else None, way=one.way, at=at, outcome=counted, officer=officer,
            recorded_at=now,
        )
    )  # fmt: skip
    details = {"way": one.way.value, "outcome": counted.value, **({"line": str(who.id)} if who else {})}
    record(connection, Action(id, officer, Verb.COUNT_PASSENGER, at, CRUISE, details))
    return Seen(counted, book.line(connection, id, who.id) if who else None)


def _count(connection: Connection, who: Listed | None, way: Way, at: datetime) -> Counted:
    if who is None:
        return Counted.UNKNOWN
    if who.standing is not Standing.PERMITTED or (way is Way.ASHORE and not _holds(connection, who.id, at)):
        return Counted.NO_PERMISSION
    place, counted = seen(who.place, way, at)
    if place != who.place:
        book.change_line(connection, who.id, way=place.way, way_at=place.at)
    return counted


def _holds(connection: Connection, id: UUID, at: datetime) -> bool:
    """Whether the permission was neither ended nor over; to come back nobody needs one."""
    landing = special.find(connection, id)
    return landing is not None and landing.ended_at is None and not landing.is_overdue(at)


def _instant(told: datetime | None, call: Call, now: datetime) -> datetime:
    """A clock that cannot be right is not believed: then the console's counts."""
    if told is None or told.tzinfo is None or not call.entered_at <= told <= now + AHEAD:
        return now
    return told


def close(connection: Connection, id: UUID, note: str, officer: str, at: datetime) -> Call:
    """The ship has sailed. With people missing it needs a note; their permissions run on, and are overdue at the limit.

    Raises NoSuchCall, CallClosed (also by another officer) or NoteMissing.
    """
    call = book.load_call(connection, id)
    if call.closed_by == officer:
        return call
    call = book.open_call(connection, id)
    tally, note = book.tally_of(connection, id), plain(note)
    if tally.ashore and not note:
        raise NoteMissing
    book.change_call(connection, id, closed_by=officer, closed_at=at, note=note)
    _end(connection, id, officer, at)
    details = {
        "permitted": str(tally.permitted),
        "back": str(tally.back),
        "never_left": str(tally.never_left),
        "missing": str(tally.ashore),
        "note": note,
    }
    record(connection, Action(id, officer, Verb.CLOSE_CALL, at, CRUISE, details))
    return book.load_call(connection, id)


def _end(connection: Connection, id: UUID, officer: str, at: datetime) -> None:
    """Of everybody who is on board as far as the gangway knows."""
    ashore = select(ship_lines.c.id).where(ship_lines.c.call == id, ship_lines.c.way == Way.ASHORE)
    connection.execute(
        update(special_landings)
        .where(
            special_landings.c.call == id,
            special_landings.c.ended_at.is_(None),
            special_landings.c.id.not_in(ashore),
        )
        .values(ended_at=at, ended_by=officer, ending="left")
    )
