"""The record as an auditor reads it: decisions found again, and all that was done with one and who looked at it.

Only what is stored is told; a record whose period is over is gone from here, and its entry in the ledger stays.

    NoSuchInspection     no inspection under this identifier, or its decision was erased
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from examiner_console.casework.actions import READS, Action, Verb, record
from examiner_console.casework.cases import case_number
from examiner_console.casework.privacy import PRIVATE, is_private
from examiner_console.contract import Decision, Inspection, decode
from examiner_console.law.counting import end_of_day
from examiner_console.record.ledger import Leaf
from examiner_console.tables import actions, cases, decisions, inspections, ledger, protection_files

MOST_FOUND: Final = 100
"""More than a person reads; the page then asks for a narrower search."""
CHUNK: Final = 500


class NoSuchInspection(Exception):
    code = "no_such_inspection"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for; None leaves it open. `first` and `last` are days in Japan, both included."""

    inspection: UUID | None = None
    number: str | None = None
    nationality: str | None = None
    station: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One inspection by its newest decision. `case` is None where nobody was referred; `private` while the protection
    desk has it."""

    inspection: Inspection
    decision: Decision
    versions: int
    case: str | None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """`position` in the ledger; None where no entry names it, which a verification would report.

    `sha256` is the hex digest of the record as it is stored.
    """

    number: int
    decision: Decision
    position: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What an officer did, or that they looked; `id` is the record's, the others as in `Version`."""

    id: UUID
    action: Action
    position: int | None
    sha256: str

    @property
    def is_read(self) -> bool:
        return self.action.verb in READS


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is stored about one inspection's decision. `delivery` says whether the station waited for it; `private`
    as in `Found`."""

    inspection: Inspection
    received_at: datetime
    delivery: str
    case: str | None
    versions: tuple[Version, ...]
    deeds: tuple[Deed, ...]
    private: bool = False

    @property
    def actions(self) -> tuple[Deed, ...]:
        return tuple(deed for deed in self.deeds if not deed.is_read)

    @property
    def reads(self) -> tuple[Deed, ...]:
        return tuple(deed for deed in self.deeds if deed.is_read)

    def stored(self, size: int | None = None) -> dict[tuple[UUID, int], str]:
        """What the ledger must have entries for: record and version (0 for a deed) to its `sha256`.

        With `size`, without what came after that many entries.
        """
        made = [((self.inspection.id, one.number), one.position, one.sha256) for one in self.versions]
        done = [((one.id, 0), one.position, one.sha256) for one in self.deeds]
        return {key: sha256 for key, position, sha256 in (*made, *done) if size is None or (position or 0) < size}


def find(connection: Connection, wanted: Wanted) -> list[Found]:
    """Newest first, at most MOST_FOUND and one more, which says that there are more."""
    rows = connection.execute(_query(connection, wanted).execution_options(yield_per=CHUNK))
    with rows:
        found = list(islice(_matching(rows, wanted), MOST_FOUND + 1))
    private = _private(connection, [one.inspection.id for one in found])
    return [replace(one, private=one.inspection.id in private) for one in found]


def _private(connection: Connection, ids: list[UUID]) -> set[UUID]:
    return set(connection.execute(PRIVATE.where(protection_files.c.id.in_(ids))).scalars())


def _matching(rows: Any, wanted: Wanted) -> Iterator[Found]:
    for row in rows:
        seen = decode(row.payload, Inspection)
        document = seen.document
        if wanted.number is not None and (document is None or document.document_number != wanted.number):
            continue
        if wanted.nationality is not None and (document is None or document.nationality != wanted.nationality):
            continue
        case = None if row.ordinal is None else case_number(row.ordinal)
        yield Found(seen, decode(row.body, Decision), row.version, case)


def _query(connection: Connection, wanted: Wanted) -> Select[Any]:
    newest = (
        select(func.max(decisions.c.version))
        .where(decisions.c.inspection == inspections.c.id)
        .correlate(inspections)
        .scalar_subquery()
    )
    query = (
        select(inspections.c.payload, decisions.c.body, decisions.c.version, cases.c.ordinal)
        .join(decisions, (decisions.c.inspection == inspections.c.id) & (decisions.c.version == newest))
        .outerjoin(cases, cases.c.inspection == inspections.c.id)
        .order_by(decisions.c.decided_at.desc(), inspections.c.id.desc())
    )
    return query.where(*_conditions(connection, wanted))


def _conditions(connection: Connection, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.inspection is not None:
        yield inspections.c.id == wanted.inspection
    if wanted.number is not None:
        yield _holds(connection, wanted.number.encode())
    if wanted.station is not None:
        yield inspections.c.station == wanted.station
    if wanted.first is not None:
        yield decisions.c.decided_at >= end_of_day(wanted.first - timedelta(days=1))
    if wanted.last is not None:
        yield decisions.c.decided_at < end_of_day(wanted.last)


def _holds(connection: Connection, part: bytes) -> ColumnElement[bool]:
    """Whether the payload holds these bytes: passports of travellers who went through stand in no column."""
    if connection.dialect.name == "sqlite":
        return func.instr(inspections.c.payload, literal(part)) > 0
    return func.position(literal(part).op("IN")(inspections.c.payload)) > 0


def dossier(connection: Connection, id: UUID) -> Dossier:
    """Raises NoSuchInspection."""
    query = select(inspections, cases.c.ordinal).outerjoin(cases, cases.c.inspection == inspections.c.id)
    row = connection.execute(query.where(inspections.c.id == id)).first()
    if row is None:
        raise NoSuchInspection
    return Dossier(
        inspection=decode(row.payload, Inspection),
        received_at=row.received_at,
        delivery=row.delivery,
        case=None if row.ordinal is None else case_number(row.ordinal),
        versions=_versions(connection, id),
        deeds=_deeds(connection, id),
        private=is_private(connection, id),
    )


def _versions(connection: Connection, id: UUID) -> tuple[Version, ...]:
    leaves = connection.execute(select(ledger.c.position, ledger.c.body).where(ledger.c.record == id))
    places = {msgspec.json.decode(row.body, type=Leaf).version: row.position for row in leaves}
    query = select(decisions.c.version, decisions.c.body).where(decisions.c.inspection == id)
    rows = connection.execute(query.order_by(decisions.c.version))
    return tuple(
        Version(row.version, decode(row.body, Decision), places.get(row.version), _sha256(row.body)) for row in rows
    )


def _deeds(connection: Connection, id: UUID) -> tuple[Deed, ...]:
    query = (
        select(actions.c.id, actions.c.body, ledger.c.position)
        .outerjoin(ledger, ledger.c.record == actions.c.id)
        .where(actions.c.inspection == id)
        .order_by(actions.c.at, actions.c.id)
    )
    rows = connection.execute(query)
    return tuple(
        Deed(row.id, msgspec.json.decode(row.body, type=Action), row.position, _sha256(row.body)) for row in rows
    )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def read_dossier(connection: Connection, id: UUID, officer: str, at: datetime) -> Dossier:
    """As `dossier`, for a person's eyes: the read is in the ledger, and among the reads, before anything is shown."""
    dossier(connection, id)
    record(connection, Action(id, officer, Verb.READ_CASE, at, details={"screen": "audit"}))
    return dossier(connection, id)
