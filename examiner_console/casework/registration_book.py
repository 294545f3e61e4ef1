"""Registrations for the gate as they are stored: one row each that changes, every term added, every step an action."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, exists, func, insert, select, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.registration_errors import NoSuchRegistration
from examiner_console.law.registering import ENDED, Ground, Kind, State, Term
from examiner_console.law.stays import japan_date
from examiner_console.tables import actions, registered_prints, registration_terms, registrations

MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Registration:
    """As it stands. `inspection` is where its prints were given, `alike` the registration whose fingers these are too.

    `ends_at` is the first instant too late, of an application as of a term.
    """

    id: UUID
    version: int
    kind: Kind
    state: State
    nationality: str
    document_number: str
    document_expiry: date
    surname: str
    given_names: str
    birth_date: date | None
    sex: str
    stay_until: date | None
    hand_missing: bool
    inspection: UUID
    consent: str
    applied_at: datetime
    applied_by: str
    ends_at: datetime
    last_step: str
    last_by: str
    first_passed_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    ended_at: datetime | None = None
    alike: UUID | None = None
    ground: Ground | None = None
    proposed_by: str | None = None

    @property
    def term(self) -> Term | None:
        if self.valid_from is None or self.valid_until is None:
            return None
        return Term(self.valid_from, self.valid_until)

    @property
    def last_day(self) -> date:
        """The last day in Japan of the term, or of the application."""
        return japan_date(self.ends_at - timedelta(microseconds=1))

    @property
    def over(self) -> bool:
        return self.state in ENDED

    def same_person(self, other: Registration) -> bool:
        """As the passports say; a name that changed is for a supervising inspector."""
        return (self.surname, self.given_names, self.birth_date) == (
            other.surname,
            other.given_names,
            other.birth_date,
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """The end of a resident's stay as the officer read it on the card; neither known nor endless where it was not."""

    until: date | None = None
    endless: bool = False

    @property
    def known(self) -> bool:
        return self.endless or self.until is not None


UNREAD: Final = Stay()


@dataclass(frozen=True, slots=True)
class Granted:
    """One term of the past or present, and the passport it was granted under."""

    term: Term
    nationality: str
    document_number: str
    at: datetime
    by: str


_r: Final = registrations


def find(connection: Connection, id: UUID) -> Registration | None:
    row = connection.execute(select(_r).where(_r.c.id == id)).first()
    return None if row is None else _registration(row)


def load(connection: Connection, id: UUID) -> Registration:
    """Raises NoSuchRegistration."""
    found = find(connection, id)
    if found is None:
        raise NoSuchRegistration("no registration under this identifier")
    return found


def add(connection: Connection, fresh: Registration) -> None:
    connection.execute(insert(_r).values(_values(fresh)))


def change(connection: Connection, changed: Registration) -> None:
    connection.execute(update(_r).where(_r.c.id == changed.id).values(_values(changed)))


def grant(connection: Connection, held: Registration, at: datetime, by: str) -> None:
    """Add the term that `held` now has behind those before it."""
    t = registration_terms.c
    number = connection.execute(select(func.count()).where(t.registration == held.id)).scalar_one() + 1
    connection.execute(
        insert(registration_terms).values(
            registration=held.id,
            number=number,
            nationality=held.nationality,
            document_number=held.document_number,
            valid_from=held.valid_from,
            valid_until=held.valid_until,
            granted_at=at,
            granted_by=by,
        )
    )


def terms(connection: Connection, id: UUID) -> list[Granted]:
    """Newest first."""
    t = registration_terms
    rows = connection.execute(select(t).where(t.c.registration == id).order_by(t.c.number.desc()))
    return [
        Granted(
            Term(row.valid_from, row.valid_until), row.nationality, row.document_number, row.granted_at, row.granted_by
        )
        for row in rows
    ]


def deeds(connection: Connection, id: UUID) -> list[Action]:
    """What officers did with it, newest first; reads are for the audit."""
    changes = (Verb.APPLY_REGISTRATION.value, Verb.CHANGE_REGISTRATION.value)
    query = select(actions.c.body).where(actions.c.inspection == id, actions.c.verb.in_(changes))
    bodies = connection.execute(query.order_by(actions.c.at.desc(), actions.c.id.desc())).scalars()
    return [msgspec.json.decode(bytes(body), type=Action) for body in bodies]


def under(connection: Connection, document_number: str, nationality: str | None = None) -> list[Registration]:
    """Of a passport, newest first."""
    query = select(_r).where(_r.c.document_number == document_number)
    if nationality is not None:
        query = query.where(_r.c.nationality == nationality)
    return [_registration(row) for row in connection.execute(query.order_by(_r.c.applied_at.desc()).limit(MOST_SHOWN))]


def in_state(connection: Connection, *states: State) -> list[Registration]:
    """Oldest first."""
    query = select(_r).where(_r.c.state.in_([state.value for state in states]))
    return [_registration(row) for row in connection.execute(query.order_by(_r.c.applied_at).limit(MOST_SHOWN))]


def expiring(connection: Connection, now: datetime, days: int, most: int | None = None) -> list[Registration]:
    """Registered, and over within so many days; the soonest first, and all of them without `most`."""
    query = select(_r).where(
        _r.c.state.in_([State.REGISTERED, State.SUSPENDED]), _r.c.ends_at > now, _r.c.ends_at <= now + timedelta(days)
    )
    return [_registration(row) for row in connection.execute(query.order_by(_r.c.ends_at).limit(most))]


def held_by(connection: Connection, nationality: str, document_number: str) -> tuple[Registration, bool] | None:
    """The registration of a passport that is not over, and whether its templates are there."""
    with_prints = exists().where(registered_prints.c.registration == _r.c.id)
    row = connection.execute(
        select(_r, with_prints.label("prints"))
        .where(
            _r.c.document_number == document_number,
            _r.c.nationality == nationality,
            _r.c.state.not_in([state.value for state in ENDED]),
        )
        .order_by(_r.c.applied_at.desc())
    ).first()
    return None if row is None else (_registration(row), bool(row.prints))


def everyone(connection: Connection) -> list[UUID]:
    """All whose templates are kept."""
    return list(connection.execute(select(registered_prints.c.registration).distinct()).scalars())


def note(connection: Connection, held: Registration, verb: Verb, officer: str, at: datetime, **details: str) -> None:
    """The action under the registration's identifier: codes and days, and nobody's name."""
    article = "" if verb is Verb.READ_REGISTRATION else "Art. 9(8)"
    record(connection, Action(held.id, officer, verb, at, article, details))


def _values(one: Registration) -> dict[str, Any]:
    values = asdict(one) | {"hand_missing": int(one.hand_missing), "kind": one.kind.value, "state": one.state.value}
    return values | {"ground": one.ground.value if one.ground else None}


def _registration(row: Row[Any]) -> Registration:
    values = {name: value for name, value in row._mapping.items() if name in Registration.__dataclass_fields__}
    changed = {"kind": Kind(row.kind), "state": State(row.state), "hand_missing": bool(row.hand_missing)}
    return Registration(**{**values, **changed, "ground": Ground(row.ground) if row.ground else None})
