"""Landing records: who landed, under what status, until when; closed when the departure is confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Protocol
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, tuple_, update

from examiner_console.contract import Decision, Document, MalformedMessage, decode
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.recorded_stays import recorded_stay
from examiner_console.law.registered import entry_of_landing
from examiner_console.law.statuses import allowed
from examiner_console.tables import landings

Passport = tuple[str, str]
"""Nationality and document number."""
_LOADED = UUID("5b0c6f0e-3f5f-5f0e-9a51-8f1d3c2b7a60")
"""Namespace of loaded records, so that loading a file twice stores each once."""


class RegistryUnavailable(Exception):
    """The registry did not answer. Down never means clear."""

    code = "registry_unavailable"


class LandingRegistry(Protocol):
    """Open landing records by passport; raises RegistryUnavailable. Passports without a record are left out."""

    def __call__(self, connection: Connection, passports: Iterable[Passport]) -> Mapping[Passport, LandingRecord]: ...


class Landing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a landings file."""

    nationality: str
    document_number: str
    landed_on: date
    status: str
    period: str
    permitted_until: date | None
    port: str


def add(connection: Connection, id: UUID, landing: Landing) -> None:
    connection.execute(insert(landings).values(id=id, **msgspec.structs.asdict(landing)))


_OPEN: Final = (
    select(landings)
    .where(
        tuple_(landings.c.document_number, landings.c.nationality).in_(bindparam("passports", expanding=True)),
        landings.c.departed_on.is_(None),
    )
    .order_by(landings.c.landed_on, landings.c.id)
)


def open_landings(connection: Connection, passports: Iterable[Passport]) -> dict[Passport, LandingRecord]:
    """The newest landing without a departure, for each passport that has one."""
    wanted = sorted(set(passports))
    if not wanted:
        return {}
    rows = connection.execute(_OPEN, {"passports": [(number, nationality) for nationality, number in wanted]})
    return {
        (row.nationality, row.document_number): LandingRecord(
            row.landed_on, row.status, row.period, row.permitted_until
        )
        for row in rows
    }


def depart(connection: Connection, document: Document, day: date, inspection: UUID) -> None:
    """Close every open landing of this passport with the departure confirmed under `inspection`."""
    connection.execute(
        update(landings)
        .where(
            landings.c.document_number == document.document_number,
            landings.c.nationality == document.nationality,
            landings.c.departed_on.is_(None),
        )
        .values(departed_on=day, departure=inspection)
    )


def undo_departure(connection: Connection, inspection: UUID) -> None:
    """The traveller did not leave after all: the landing is open again."""
    connection.execute(
        update(landings).where(landings.c.departure == inspection).values(departed_on=None, departure=None)
    )


def undo_landing(connection: Connection, inspection: UUID) -> None:
    """The traveller did not land through the gate after all: there is no landing of this inspection."""
    connection.execute(delete(landings).where(landings.c.id == inspection, landings.c.departed_on.is_(None)))


def land_by_gate(connection: Connection, facts: Facts, decision: Decision) -> None:
    """The record that stands for a seal (Art. 9(4); Ordinance Art. 7-2), under the inspection's identifier; nothing
    where no landing was recorded."""
    document = facts.inspection.document
    if document is None:
        return
    before = newest_before(connection, (document.nationality, document.document_number))
    last = LandingRecord(before.landed_on, before.status, before.period, before.permitted_until) if before else None
    stay = recorded_stay(facts, decision, last)
    if stay is not None:
        entry, number = entry_of_landing(document, facts.at, facts.inspection.port), document.document_number
        until = stay.permitted_until
        landed = Landing(entry.nationality, number, entry.landed_on, stay.status, stay.period, until, entry.port)
        add(connection, facts.inspection.id, landed)


def newest_before(connection: Connection, passport: Passport) -> Landing | None:
    """The newest landing under this passport, departed or not: what a status that is kept was granted for."""
    nationality, number = passport
    query = select(*(landings.c[name] for name in Landing.__struct_fields__)).where(
        landings.c.document_number == number, landings.c.nationality == nationality
    )
    row = connection.execute(query.order_by(landings.c.landed_on.desc(), landings.c.id.desc()).limit(1)).first()
    return None if row is None else Landing(**row._mapping)


def parse_landings(lines: Iterable[bytes]) -> list[tuple[UUID, Landing]]:
    """A JSON object a line. Raises MalformedMessage with the line's number."""
    return [_parse(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _parse(number: int, line: bytes) -> tuple[UUID, Landing]:
    try:
        landing = decode(line, Landing)
    except MalformedMessage as error:
        raise MalformedMessage(f"line {number}: {error}") from None
    if not allowed(landing.status, landing.period):
        raise MalformedMessage(f"line {number}: {landing.status} may not be granted for {landing.period}")
    key = f"{landing.nationality}\0{landing.document_number}\0{landing.landed_on}"
    return uuid5(_LOADED, key), landing


def load(connection: Connection, records: Iterable[tuple[UUID, Landing]]) -> int:
    """Store those that are new; return how many were."""
    wanted = dict(records)
    known: set[UUID] = set()
    ids = list(wanted)
    for start in range(0, len(ids), 500):
        rows = connection.execute(select(landings.c.id).where(landings.c.id.in_(ids[start : start + 500])))
        known.update(rows.scalars())
    fresh = [{"id": id, **msgspec.structs.asdict(landing)} for id, landing in wanted.items() if id not in known]
    if fresh:
        connection.execute(insert(landings), fresh)
    return len(fresh)
