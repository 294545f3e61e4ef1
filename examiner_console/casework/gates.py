"""What gates say of themselves, who watches them, what they are ordered, and which are locked.

An order is heard once, soon, or never: one that no gate heard in ten seconds has lapsed, so that no door moves for
what an officer saw a while ago. A lock stands until it is taken away. An officer's word that they watch holds for two
minutes; gates that are to be watched then take no new traveller (they count by their own clock).

    GatesError
    ├── NoSuchGate
    ├── TooManyGates           one officer watches ten at most
    ├── AnotherMustConfirm     ending an emergency takes two persons, and this one has asked already
    └── NoEmergency            there is none to end
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, delete, insert, select, update
from uuid6 import uuid7

from examiner_console.casework import fleet_modes
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.fleet_modes import Mode
from examiner_console.contract import GateCommand, GateReport, StationKind
from examiner_console.tables import gate_locks, gate_orders, gate_reports, gate_sightings, gate_watches, stations

MOST_GATES: Final = 10
CONFIRM_EVERY: Final = timedelta(seconds=60)
WATCHED: Final = timedelta(seconds=120)
"""After an officer's last word; from then on nobody watches."""
ROTATION: Final = timedelta(minutes=30)
"""Then another officer should take over. Our own number."""
ORDER_GOOD: Final = timedelta(seconds=10)
"""Our own number."""
SECOND_WITHIN: Final = timedelta(seconds=60)
"""How long who asked to end an emergency waits for the second person. Our own number."""
SILENT: Final = timedelta(seconds=25)
"""Without a word a gate is lost from sight; it says one every fifteen seconds at least. Our own number."""
LONGEST_REASON: Final = 200
EMERGENCY: Final = "emergency"
"""The state of the gate's journey."""
_r, _o, _w, _k, _s = gate_reports, gate_orders, gate_watches, gate_locks, gate_sightings


class GatesError(Exception):
    code = "gates_error"


class NoSuchGate(GatesError):
    code = "no_such_gate"


class TooManyGates(GatesError):
    code = "too_many_gates"


class AnotherMustConfirm(GatesError):
    code = "another_must_confirm"


class NoEmergency(GatesError):
    code = "no_emergency"


@dataclass(frozen=True, slots=True)
class Report:
    """A gate's last word. `entered_at` and `heard_at` by the console's clock."""

    state: str
    prompt: str
    booth: str
    lost: tuple[str, ...]
    in_service: bool
    entered_at: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    officer: str
    since: datetime
    confirmed_at: datetime

    def holds(self, at: datetime) -> bool:
        return at - self.confirmed_at < WATCHED


@dataclass(frozen=True, slots=True)
class Lock:
    officer: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """Which alert an officer saw last."""

    alert: str
    since: datetime
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """An order that has not been answered yet, or what became of it (`refused` is empty where the gate obeyed)."""

    id: UUID
    command: GateCommand
    by: str
    second: str | None
    given_at: datetime
    expires_at: datetime
    refused: str | None

    @property
    def may_be_heard(self) -> bool:
        return self.command is not GateCommand.RESET or self.second is not None


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate, and all that is known of it. `last` is its newest order."""

    name: str
    direction: str
    report: Report | None = None
    watch: Watch | None = None
    lock: Lock | None = None
    sighting: Sighting | None = None
    last: Given | None = None
    mode: Mode = Mode.NORMAL
    """Of its side of the hall."""


# Gates


def hear(connection: Connection, reports: Sequence[tuple[GateReport, datetime]]) -> list[bool]:
    """Keep each gate's newest word, and what became of its orders. Whether anything a person can see has changed.

    A word that is not newer, by the gate's own clock, than what was heard is an old one sent again: nothing changes,
    unless the gate was silent so long that its clock may have been set.
    """
    return [_hear(connection, report, at) for report, at in reports]


def _hear(connection: Connection, report: GateReport, at: datetime) -> bool:
    before = connection.execute(select(_r).where(_r.c.station == report.station)).first()
    if before is not None and report.at <= before.reported_at and at - before.heard_at < SILENT:
        return False
    said = {
        "state": report.state,
        "prompt": report.prompt,
        "booth": report.booth,
        "lost": " ".join(report.lost)[:1024],
        "in_service": report.in_service,
    }
    entered = at - timedelta(seconds=report.seconds)
    same = before is not None and all(getattr(before, name) == value for name, value in said.items())
    times = {"reported_at": report.at, "heard_at": at, "entered_at": before.entered_at if same and before else entered}
    if before is None:
        connection.execute(insert(_r).values(station=report.station, **said, **times))
    else:
        connection.execute(update(_r).where(_r.c.station == report.station).values(**said, **times))
    for one in report.obeyed:
        mine = _o.c.id == one.id, _o.c.station == report.station, _o.c.answered_at.is_(None)
        connection.execute(update(_o).where(*mine).values(answered_at=at, refused=one.why))
    return not same or bool(report.obeyed)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a gate is to hear: whether it may serve, until when it is watched, orders that hold, and how its side of
    the hall serves."""

    in_service: bool
    watched_until: datetime | None
    orders: tuple[Given, ...]
    refers_all: bool = False


NOTHING_SAID: Final = Standing(in_service=True, watched_until=None, orders=())


def standing(connection: Connection, now: datetime) -> Mapping[str, Standing]:
    """Of every gate for which anything is said; few rows, however many orders were ever given."""
    locked = set(connection.execute(select(_k.c.station)).scalars())
    watches = {row.station: row.confirmed_at + WATCHED for row in connection.execute(select(_w))}
    orders: dict[str, list[Given]] = {}
    holding = select(_o).where(_o.c.expires_at > now, _o.c.answered_at.is_(None)).order_by(_o.c.given_at, _o.c.id)
    for row in connection.execute(holding):
        given = _given(row)
        if given.may_be_heard:
            orders.setdefault(row.station, []).append(given)
    strict = _strict(connection)
    names = locked | watches.keys() | orders.keys() | strict.keys()
    return {
        name: Standing(
            name not in locked and strict.get(name) is not Mode.CLOSED,
            watches.get(name),
            tuple(orders.get(name, ())),
            strict.get(name) is Mode.REFER_ALL,
        )
        for name in names
    }


def _strict(connection: Connection) -> dict[str, Mode]:
    """Gates whose side of the hall does not serve as usual."""
    set_ = fleet_modes.modes(connection)
    sides = {side: fleet.mode for side, fleet in set_.items() if fleet.mode is not Mode.NORMAL}
    if not sides:
        return {}
    rows = connection.execute(select(stations.c.name, stations.c.direction).where(stations.c.direction.in_(sides)))
    return {row.name: sides[row.direction] for row in rows}


# Officers


def gates(connection: Connection) -> tuple[Gate, ...]:
    """Every enrolled gate, as they stand in the hall: by number."""
    enrolled = select(stations.c.name, stations.c.direction).where(
        stations.c.kind == StationKind.GATE.value, stations.c.withdrawn_at.is_(None)
    )
    found = {row.name: row.direction for row in connection.execute(enrolled)}
    reports = {row.station: _report(row) for row in connection.execute(select(_r))}
    watches = {row.station: Watch(row.officer, row.since, row.confirmed_at) for row in connection.execute(select(_w))}
    locks = {row.station: Lock(row.officer, row.at, row.reason) for row in connection.execute(select(_k))}
    seen = {row.station: Sighting(row.alert, row.since, row.officer, row.at) for row in connection.execute(select(_s))}
    last = _last_orders(connection)
    sides = {side: fleet.mode for side, fleet in fleet_modes.modes(connection).items()}
    by_mode = {name: sides.get(side, Mode.NORMAL) for name, side in found.items()}
    parts = (reports, watches, locks, seen, last, by_mode)
    return tuple(Gate(name, found[name], *(part.get(name) for part in parts)) for name in sorted(found, key=by_number))  # type: ignore[arg-type]  # mypy joins the parts' types


def by_number(name: str) -> tuple[int, str]:
    digits = "".join(character for character in name if character.isdigit())
    return int(digits or 0), name


def watch_of(connection: Connection, name: str) -> Watch | None:
    row = connection.execute(select(_w).where(_w.c.station == name)).first()
    return None if row is None else Watch(row.officer, row.since, row.confirmed_at)


def watch(connection: Connection, names: Iterable[str], *, officer: str, at: datetime) -> None:
    """Watch these gates from now on, and be their only watcher; who watched them before is relieved. Watching what one
    watches already is to confirm it. Raises NoSuchGate, TooManyGates."""
    wanted = sorted(set(names), key=by_number)
    if not wanted:
        raise NoSuchGate
    for name in wanted:
        _existing(connection, name)
    rows = {row.station: row.officer for row in connection.execute(select(_w))}
    mine = {name for name, by in rows.items() if by == officer}
    if len(mine | set(wanted)) > MOST_GATES:
        raise TooManyGates
    fresh = [name for name in wanted if name not in mine]
    relieved = sorted({rows[name] for name in fresh if name in rows})
    connection.execute(delete(_w).where(_w.c.station.in_(fresh)))
    for name in fresh:
        connection.execute(insert(_w).values(station=name, officer=officer, since=at, confirmed_at=at))
    confirm(connection, officer=officer, at=at)
    if fresh:
        _note(connection, officer, Verb.WATCH_GATES, at, gates=" ".join(fresh), relieved=" ".join(relieved))


def confirm(connection: Connection, *, officer: str, at: datetime) -> int:
    """The officer is there. How many gates they watch."""
    return connection.execute(update(_w).where(_w.c.officer == officer).values(confirmed_at=at)).rowcount


def leave(connection: Connection, *, officer: str, at: datetime) -> None:
    """Watch nothing any more. Leaving twice is once."""
    mine = sorted(connection.execute(select(_w.c.station).where(_w.c.officer == officer)).scalars(), key=by_number)
    if mine:
        connection.execute(delete(_w).where(_w.c.officer == officer))
        _note(connection, officer, Verb.LEAVE_GATES, at, gates=" ".join(mine))


def order(connection: Connection, name: str, command: GateCommand, *, officer: str, at: datetime) -> None:
    """The same order again, while the first is under way, is the same. Ending an emergency is asked for by one person
    and given by another. Raises NoSuchGate, NoEmergency, AnotherMustConfirm."""
    _existing(connection, name)
    confirm(connection, officer=officer, at=at)
    mine = _o.c.station == name, _o.c.command == command.value, _o.c.expires_at > at, _o.c.answered_at.is_(None)
    row = connection.execute(select(_o).where(*mine)).first()
    under_way = None if row is None else _given(row)
    if command is GateCommand.RESET:
        _end_emergency(connection, name, under_way, officer, at)
    elif under_way is None:
        _give(connection, name, command, officer, at, ORDER_GOOD)


def _end_emergency(connection: Connection, name: str, asked: Given | None, officer: str, at: datetime) -> None:
    state = connection.execute(select(_r.c.state).where(_r.c.station == name)).scalar()
    if state != EMERGENCY:
        raise NoEmergency
    if asked is None:
        _give(connection, name, GateCommand.RESET, officer, at, SECOND_WITHIN)
    elif asked.second is None:
        if asked.by == officer:
            raise AnotherMustConfirm
        now = {"second": officer, "expires_at": at + ORDER_GOOD}
        connection.execute(update(_o).where(_o.c.id == asked.id).values(**now))
        _note(connection, officer, Verb.ORDER_GATE, at, gates=name, command=asked.command.value, asked_by=asked.by)


def _give(connection: Connection, name: str, command: GateCommand, officer: str, at: datetime, good: timedelta) -> None:
    values = {"id": UUID(int=uuid7().int), "station": name, "command": command.value, "given_by": officer}
    connection.execute(insert(_o).values(given_at=at, expires_at=at + good, **values))
    _note(connection, officer, Verb.ORDER_GATE, at, gates=name, command=command.value)


def lock(connection: Connection, name: str, reason: str, *, officer: str, at: datetime) -> None:
    """The gate takes nobody, whoever is inside is let through or sent back first. Locking twice is once, and the first
    reason stands. Raises NoSuchGate."""
    _existing(connection, name)
    confirm(connection, officer=officer, at=at)
    if connection.execute(select(_k).where(_k.c.station == name)).first() is None:
        kept = reason[:LONGEST_REASON]
        connection.execute(insert(_k).values(station=name, officer=officer, at=at, reason=kept))
        _note(connection, officer, Verb.LOCK_GATE, at, gates=name, reason=kept)


def unlock(connection: Connection, name: str, *, officer: str, at: datetime) -> None:
    """Raises NoSuchGate."""
    _existing(connection, name)
    confirm(connection, officer=officer, at=at)
    if connection.execute(delete(_k).where(_k.c.station == name)).rowcount:
        _note(connection, officer, Verb.UNLOCK_GATE, at, gates=name)


def see(connection: Connection, name: str, alert: str, since: datetime, *, officer: str, at: datetime) -> None:
    """The officer saw this alert; it is then shown as seen. Raises NoSuchGate."""
    _existing(connection, name)
    confirm(connection, officer=officer, at=at)
    connection.execute(delete(_s).where(_s.c.station == name))
    connection.execute(insert(_s).values(station=name, alert=alert, since=since, officer=officer, at=at))


def _existing(connection: Connection, name: str) -> None:
    enrolled = stations.c.name == name, stations.c.kind == StationKind.GATE.value, stations.c.withdrawn_at.is_(None)
    if connection.execute(select(stations.c.name).where(*enrolled)).first() is None:
        raise NoSuchGate


def _note(connection: Connection, officer: str, verb: Verb, at: datetime, **details: str) -> None:
    """Gates are no travellers: each entry stands under an identifier of its own."""
    kept = {name: value for name, value in details.items() if value}
    record(connection, Action(UUID(int=uuid7().int), officer, verb, at, details=kept))


def _last_orders(connection: Connection) -> dict[str, Given]:
    newest: dict[str, Given] = {}
    for row in connection.execute(select(_o).order_by(_o.c.given_at.desc(), _o.c.id.desc()).limit(200)):
        newest.setdefault(row.station, _given(row))
    return newest


def _report(row: Row[Any]) -> Report:
    lost = tuple(row.lost.split())
    return Report(row.state, row.prompt, row.booth, lost, row.in_service, row.entered_at, row.heard_at)


def _given(row: Row[Any]) -> Given:
    when = row.given_at, row.expires_at
    return Given(row.id, GateCommand(row.command), row.given_by, row.second, *when, row.refused)
