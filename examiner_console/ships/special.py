"""The special permissions to land (Art. 14 to 18-2) as casework: given, extended, ended, revoked, overdue.

Of temporary refuge (Art. 18-2) nothing is read here unless it is asked for by name; lists say how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.law.special_landings import (
    LIMITS,
    REVOCABLE,
    Admissible,
    Applicant,
    Application,
    Inadmissible,
    Kind,
    admissible,
    extended,
)
from examiner_console.ships.calls import LandingOver, NoSuchLanding, NotAdmissible, NoteMissing, UnusableLanding, plain
from examiner_console.ships.tally import Way
from examiner_console.tables import ship_lines, special_landings

CRUISES: Final = frozenset({Kind.CRUISE, Kind.CRUISE_SINGLE})
KINDS: Final = tuple(kind for kind in Kind if kind not in CRUISES)
"""What is given one by one; a cruise's passengers have a list."""
MOST_SHOWN: Final = 200
_LONGEST: Final = 500
_s = special_landings.c


class Ending(StrEnum):
    LEFT = "left"
    """Back on board, or left the country."""
    CAUSE_OVER = "cause_over"
    """The illness or the danger is over."""
    STATUS = "status"
    """Landed under a status of residence, or another permission took its place."""
    REVOKED = "revoked"


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who, why, on whose application, and on which conditions. What is "" or None is unknown."""

    surname: str
    given_names: str
    nationality: str
    document_number: str
    birth_date: date | None
    vessel: str
    port: str
    applicant: Applicant
    applied_by: str
    ground: str
    area: str = ""
    escort: str = ""
    other: str = ""

    @property
    def name(self) -> str:
        return f"{self.surname}, {self.given_names}" if self.given_names else self.surname


@dataclass(frozen=True, slots=True)
class Landing:
    """`before` is the first instant that is too late, None while the cause lasts."""

    id: UUID
    kind: Kind
    call: UUID | None
    begun_at: datetime
    before: datetime | None
    given_by: str
    given_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ending: Ending | None
    record: Record

    def is_overdue(self, now: datetime) -> bool:
        return self.ended_at is None and self.before is not None and self.before <= now


@dataclass(frozen=True, slots=True)
class Asked:
    """`until` is the inspector's own, shorter limit; None takes the Act's. `fled` as in `law.Application`."""

    kind: Kind
    record: Record
    sails_at: datetime | None = None
    until: datetime | None = None
    ground_found: bool = False
    fled: bool = False


def limit_of(asked: Asked, at: datetime) -> Admissible:
    """What the Act admits. Raises NotAdmissible."""
    application = Application(
        asked.kind, asked.record.applicant, at, asked.ground_found, asked.sails_at, fled=asked.fled
    )
    found = admissible(application)
    if isinstance(found, Inadmissible):
        raise NotAdmissible(found.why)
    return found


def give(connection: Connection, id: UUID, asked: Asked, officer: str, at: datetime) -> Landing:
    """Giving the same one twice is one permission. Raises UnusableLanding, NotAdmissible, or LandingOver by another."""
    if (known := find(connection, id)) is not None:
        if known.given_by != officer:
            raise LandingOver(known.given_by)
        return known
    _check(asked, at)
    before = limit_of(asked, at).before
    if asked.until is not None:
        if before is not None and asked.until > before:
            raise UnusableLanding("until")
        before = asked.until
    connection.execute(
        insert(special_landings).values(
            id=id, kind=asked.kind, begun_at=at, before=before, given_by=officer, given_at=at,
            body=msgspec.json.encode(asked.record),
        )
    )  # fmt: skip
    details = {"kind": asked.kind.value, "before": before.isoformat() if before else "while the cause lasts"}
    record(connection, Action(id, officer, Verb.PERMIT_LANDING, at, LIMITS[asked.kind].article, details))
    return load(connection, id)


def _check(asked: Asked, at: datetime) -> None:
    texts = msgspec.structs.asdict(asked.record)
    for field in ("surname", "ground", "port"):
        if not str(texts[field]).strip():
            raise UnusableLanding(field)
    for field, text in texts.items():
        if isinstance(text, str) and (len(text) > _LONGEST or "\0" in text):
            raise UnusableLanding(field)
    if asked.kind is not Kind.REFUGE and not asked.record.applied_by.strip():
        raise UnusableLanding("applied_by")
    if asked.kind in (Kind.TRANSIT_SAME_SHIP, Kind.TRANSIT_OTHER_PORT) and not asked.record.area.strip():
        raise UnusableLanding("area")  # the route set (Art. 15(3))
    if asked.until is not None and asked.until <= at:
        raise UnusableLanding("until")


def extend(connection: Connection, id: UUID, until: datetime, note: str, officer: str, at: datetime) -> Landing:
    """Up to the Act's longest time. Raises NoSuchLanding, LandingOver, NotAdmissible or NoteMissing."""
    landing = _in_force(connection, id)
    if landing.before == until:
        return landing
    found = extended(Application(landing.kind, landing.record.applicant, landing.begun_at), landing.before, until)
    if isinstance(found, Inadmissible):
        raise NotAdmissible(found.why)
    _change(connection, id, before=until)
    details = {"until": until.isoformat(), "note": _noted(note)}
    record(connection, Action(id, officer, Verb.EXTEND_LANDING, at, LIMITS[landing.kind].article, details))
    return load(connection, id)


def end(connection: Connection, id: UUID, ending: Ending, note: str, officer: str, at: datetime) -> Landing:
    """Ended once; the same officer's second press is the same act. An overdue one needs a note.

    Raises NoSuchLanding, LandingOver or NoteMissing; NotAdmissible where it was to be revoked and the Act knows none.
    """
    landing = load(connection, id)
    if landing.ended_at is not None and (landing.ended_by, landing.ending) == (officer, ending):
        return landing
    landing = _in_force(connection, id)
    revoked = ending is Ending.REVOKED
    if revoked and landing.kind not in REVOCABLE:
        raise NotAdmissible(("no revocation",))
    note = _noted(note) if revoked or landing.is_overdue(at) else plain(note)
    _change(connection, id, ended_at=at, ended_by=officer, ending=ending)
    verb = Verb.REVOKE_LANDING if revoked else Verb.END_LANDING
    details = {"ending": ending.value, "note": note, "overdue": str(landing.is_overdue(at)).lower()}
    record(connection, Action(id, officer, verb, at, LIMITS[landing.kind].article, details))
    return load(connection, id)


def _noted(note: str) -> str:
    if not (note := plain(note)):
        raise NoteMissing
    return note


def _in_force(connection: Connection, id: UUID) -> Landing:
    landing = load(connection, id)
    if landing.ended_at is not None:
        raise LandingOver(landing.ended_by or "")
    return landing


def _change(connection: Connection, id: UUID, **values: object) -> None:
    connection.execute(update(special_landings).where(_s.id == id).values(**values))


def find(connection: Connection, id: UUID) -> Landing | None:
    row = connection.execute(select(special_landings).where(_s.id == id)).first()
    return _landing(row) if row else None


def load(connection: Connection, id: UUID) -> Landing:
    """Raises NoSuchLanding."""
    if (landing := find(connection, id)) is None:
        raise NoSuchLanding
    return landing


_NOT_REFUGE: Final = _s.kind != Kind.REFUGE
_MISSING: Final = select(ship_lines.c.id).where(ship_lines.c.way == Way.ASHORE)


def _shown(now: datetime) -> ColumnElement[bool]:
    """All that are in force; of a cruise's passengers those who are ashore although their time is over."""
    overdue = and_(_s.before <= now, _s.id.in_(_MISSING))
    return and_(_s.ended_at.is_(None), or_(_s.call.is_(None), overdue))


def in_force(connection: Connection, now: datetime, *, refuge: bool = False) -> list[Landing]:
    """Overdue first, then by the end of the time; those without one last. Temporary refuge alone, or all but it."""
    chosen = ~_NOT_REFUGE if refuge else _NOT_REFUGE
    query = select(special_landings).where(_shown(now), chosen)
    rows = connection.execute(query.order_by(_s.before.is_(None), _s.before, _s.id).limit(MOST_SHOWN))
    return [_landing(row) for row in rows]


def counts(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many are in force: all but refuge, and refuge."""
    query = select(_NOT_REFUGE, func.count()).where(_shown(now)).group_by(_NOT_REFUGE)
    found = {bool(other): count for other, count in connection.execute(query)}
    return found.get(True, 0), found.get(False, 0)


def ended(connection: Connection, *, refuge: bool = False, newest: int = 20) -> list[Landing]:
    """The last to end, of those that are given one by one."""
    chosen = ~_NOT_REFUGE if refuge else _NOT_REFUGE
    query = select(special_landings).where(_s.ended_at.is_not(None), _s.call.is_(None), chosen)
    return [_landing(row) for row in connection.execute(query.order_by(_s.ended_at.desc()).limit(newest))]


def _landing(row: Row[Any]) -> Landing:
    held = {name: value for name, value in row._mapping.items() if name not in ("body", "kind", "ending")}
    ending = Ending(row.ending) if row.ending else None
    return Landing(kind=Kind(row.kind), ending=ending, record=msgspec.json.decode(row.body, type=Record), **held)
