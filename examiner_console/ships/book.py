"""Calls and their lists as they are stored: reading them, and the few ways in which a row changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from examiner_console.ships.calls import Call, CallClosed, Draft, NoSuchCall, NoSuchLine, Standing
from examiner_console.ships.manifest import Line, Passport
from examiner_console.ships.screening import Sight
from examiner_console.ships.tally import NOWHERE, Place, Tally, Way
from examiner_console.tables import ship_calls, ship_lines, ship_manifests

_c, _l, _m = ship_calls.c, ship_lines.c, ship_manifests.c
MOST_CALLS: Final = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a call's list, as they stand now."""

    id: UUID
    line: Line
    standing: Standing
    reasons: tuple[Sight, ...] = ()
    decided_by: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Manifest:
    """One list as it was loaded."""

    number: int
    source: str
    loaded_by: str
    loaded_at: datetime
    lines: tuple[Line, ...]


def add_call(connection: Connection, call: Call) -> None:
    connection.execute(
        insert(ship_calls).values(
            id=call.id,
            departs_at=call.draft.departs_at,
            body=msgspec.json.encode(call.draft),
            entered_by=call.entered_by,
            entered_at=call.entered_at,
            manifest=0,
        )
    )


def find_call(connection: Connection, id: UUID) -> Call | None:
    row = connection.execute(select(ship_calls).where(_c.id == id)).first()
    return _call(row) if row else None


def load_call(connection: Connection, id: UUID) -> Call:
    """Raises NoSuchCall."""
    if (call := find_call(connection, id)) is None:
        raise NoSuchCall
    return call


def open_call(connection: Connection, id: UUID) -> Call:
    """Raises NoSuchCall or CallClosed."""
    call = load_call(connection, id)
    if call.closed_by is not None:
        raise CallClosed(call.closed_by)
    return call


def change_call(connection: Connection, id: UUID, **values: object) -> None:
    connection.execute(update(ship_calls).where(_c.id == id).values(**values))


def calls(connection: Connection) -> list[Call]:
    """Those that are open, the next to sail first; then the newest closed ones."""
    rows = connection.execute(
        select(ship_calls).order_by(_c.closed_at.is_not(None), _c.departs_at.desc()).limit(MOST_CALLS)
    )
    found = [_call(row) for row in rows]
    still = sorted((call for call in found if call.closed_at is None), key=lambda call: call.draft.departs_at)
    return [*still, *(call for call in found if call.closed_at is not None)]


def _call(row: Row[Any]) -> Call:
    held = {name: value for name, value in row._mapping.items() if name not in ("body", "departs_at")}
    return Call(draft=msgspec.json.decode(row.body, type=Draft), **held)


def standings(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, Mapping[Standing, int]]:
    """How many lines of each call stand how."""
    found: defaultdict[UUID, dict[Standing, int]] = defaultdict(lambda: dict.fromkeys(Standing, 0))
    query = select(_l.call, _l.standing, func.count()).where(_l.call.in_(list(ids))).group_by(_l.call, _l.standing)
    for call, standing, count in connection.execute(query):
        found[call][Standing(standing)] = count
    return found


def tally_of(connection: Connection, call: UUID) -> Tally:
    return tallies(connection, [call])[call]


def tallies(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, Tally]:
    counts: defaultdict[UUID, dict[str | None, int]] = defaultdict(dict)
    query = (
        select(_l.call, _l.way, func.count())
        .where(_l.call.in_(list(ids)), _l.standing == Standing.PERMITTED)
        .group_by(_l.call, _l.way)
    )
    for call, way, count in connection.execute(query):
        counts[call][way] = count
    found: defaultdict[UUID, Tally] = defaultdict(Tally)
    for call, ways in counts.items():
        found[call] = Tally(ways.get(None, 0), ways.get(Way.ASHORE, 0), ways.get(Way.BACK, 0))
    return found


def listed(connection: Connection, call: UUID, *standing: Standing, limit: int | None = None) -> list[Listed]:
    """In the order of the list."""
    query = select(ship_lines).where(_l.call == call).order_by(_l.number, _l.id).limit(limit)
    rows = connection.execute(query.where(_l.standing.in_(standing)) if standing else query)
    return [_listed(row) for row in rows]


def missing(connection: Connection, call: UUID) -> list[Listed]:
    """Who has permission and is ashore."""
    query = select(ship_lines).where(_l.call == call, _l.standing == Standing.PERMITTED, _l.way == Way.ASHORE)
    return [_listed(row) for row in connection.execute(query.order_by(_l.number, _l.id))]


_UNFLAGGED: Final = msgspec.json.encode([])


def flagged(connection: Connection, call: UUID, limit: int) -> list[Listed]:
    """Who has permission although a corrected list says something else, or nothing, about them."""
    query = select(ship_lines).where(_l.call == call, _l.standing == Standing.PERMITTED, _l.reasons != _UNFLAGGED)
    found = [_listed(row) for row in connection.execute(query.order_by(_l.number))]
    return [one for one in found if {Sight.CHANGED, Sight.LEFT_OUT} & set(one.reasons)][:limit]


def line(connection: Connection, call: UUID, id: UUID) -> Listed:
    """Raises NoSuchLine."""
    row = connection.execute(select(ship_lines).where(_l.id == id, _l.call == call)).first()
    if row is None:
        raise NoSuchLine
    return _listed(row)


def by_number(connection: Connection, call: UUID, number: str, nationality: str | None) -> list[Listed]:
    """Who is on the list under a passport's number."""
    query = select(ship_lines).where(_l.call == call, _l.document_number == number)
    if nationality:
        query = query.where(_l.nationality == nationality)
    return [_listed(row) for row in connection.execute(query)]


def change_line(connection: Connection, id: UUID, **values: object) -> None:
    connection.execute(update(ship_lines).where(_l.id == id).values(**values))


def written(reasons: Iterable[Sight]) -> bytes:
    return msgspec.json.encode([reason.value for reason in reasons])


def _listed(row: Row[Any]) -> Listed:
    reasons = tuple(Sight(reason) for reason in msgspec.json.decode(row.reasons))
    place = Place(Way(row.way) if row.way else None, row.way_at)
    body = msgspec.json.decode(row.body, type=Line)
    return Listed(row.id, body, Standing(row.standing), reasons, row.decided_by, place)


def manifests(connection: Connection, call: UUID, newest: int = 2) -> list[Manifest]:
    """The last ones, the newest first."""
    query = select(ship_manifests).where(_m.call == call).order_by(_m.number.desc()).limit(newest)
    return [
        Manifest(
            row.number, row.source, row.loaded_by, row.loaded_at, msgspec.json.decode(row.body, type=tuple[Line, ...])
        )
        for row in connection.execute(query)
    ]


def by_passport(lines: Iterable[Line]) -> dict[Passport, Line]:
    return {line.passport: line for line in lines}
