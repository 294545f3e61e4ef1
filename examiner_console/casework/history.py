"""Decisions of the past with the facts they rested on, read from the store and never written.

What other authorities' registries answered is stored with the decision. What the hall's own landings said is told from
the landing records as they stood: a record that a later departure closed was open, one that an earlier departure closed
was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, create_engine, select, tuple_
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from examiner_console.casework.ingest import leaving
from examiner_console.casework.landings import Passport
from examiner_console.contract import Decision, DecisionOutcome, Delivery, Inspection, decode
from examiner_console.database import psycopg_url
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.counting import end_of_day
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord, NoAnswer, NoLandingRecord
from examiner_console.law.replay import Past
from examiner_console.law.stays import japan_date
from examiner_console.tables import decisions, inspections, landings, registry_answers

CHUNK: Final = 500


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection that cannot write. Raises FileNotFoundError where a database file is missing, SQLAlchemyError."""
    parsed = make_url(psycopg_url(url))
    is_sqlite = parsed.get_backend_name() == "sqlite"
    if is_sqlite and not Path(parsed.database or "").is_file():
        raise FileNotFoundError(f"there is no database {Path(parsed.database or '').name}")
    engine = create_engine(parsed, poolclass=NullPool, hide_parameters=True)
    try:
        with engine.connect() as connection:
            if is_sqlite:
                connection.exec_driver_sql("PRAGMA query_only = ON")
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
    finally:
        engine.dispose()


def decided(connection: Connection, first: date | None, last: date | None, booths: int) -> Iterator[Past]:
    """Every version of every decision from `first` through `last`, days in Japan, oldest first."""
    query = (
        select(
            *(decisions.c.inspection, decisions.c.version, decisions.c.body),
            *(inspections.c.delivery, inspections.c.payload, registry_answers.c.body.label("answers")),
        )
        .join(inspections, inspections.c.id == decisions.c.inspection)
        .outerjoin(
            registry_answers,
            (registry_answers.c.inspection == decisions.c.inspection)
            & (registry_answers.c.version == decisions.c.version),
        )
        .order_by(decisions.c.decided_at, decisions.c.inspection, decisions.c.version)
    )
    if first is not None:
        query = query.where(decisions.c.decided_at >= end_of_day(date.fromordinal(first.toordinal() - 1)))
    if last is not None:
        query = query.where(decisions.c.decided_at < end_of_day(last))
    rows = iter(connection.execute(query).yield_per(CHUNK))
    while chunk := list(islice(rows, CHUNK)):
        yield from _pasts(connection, chunk, booths)


def _pasts(connection: Connection, rows: Sequence[Any], booths: int) -> Iterator[Past]:
    seen = [decode(row.payload, Inspection) for row in rows]
    stood = _stood(connection, {passport for item in seen if (passport := leaving(item))})
    before = _before(connection, {row.inspection for row in rows if row.version > 1})
    for row, inspection in zip(rows, seen, strict=True):
        made = decode(row.body, Decision)
        opened = before.get((row.inspection, row.version - 1))
        delivery = Delivery(row.delivery) if row.version == 1 else Delivery.DEFERRED
        answer, *others = _answers(inspection, made.decided_at, stood)
        told = NOTHING_ASKED if row.answers is None else decode(row.answers, Answers)
        facts = Facts(inspection, made.decided_at, delivery, answer, booths, opened, told)
        yield Past(made, bytes(row.body), facts, tuple(others))


_BEFORE: Final = select(decisions.c.inspection, decisions.c.version, decisions.c.body).where(
    decisions.c.inspection.in_(bindparam("ids", expanding=True))
)


def _before(connection: Connection, ids: set[UUID]) -> Mapping[tuple[UUID, int], Decision]:
    rows = connection.execute(_BEFORE, {"ids": sorted(ids)}) if ids else ()
    return {(row.inspection, row.version): decode(row.body, Decision) for row in rows}


@dataclass(frozen=True, slots=True)
class _Stay:
    """A landing, and when its departure was confirmed; None while it is open."""

    record: LandingRecord
    departure: UUID | None
    closed_at: datetime | None

    def was_open(self, inspection: Inspection, at: datetime) -> bool:
        return self.closed_at is None or self.departure == inspection.id or self.closed_at > at


_STAYS: Final = (
    select(landings, decisions.c.decided_at)
    .outerjoin(
        decisions,
        (decisions.c.inspection == landings.c.departure) & (decisions.c.outcome != DecisionOutcome.REFER.value),
    )
    .where(tuple_(landings.c.document_number, landings.c.nationality).in_(bindparam("passports", expanding=True)))
    .order_by(landings.c.landed_on.desc(), landings.c.id.desc())
)


def _stood(connection: Connection, passports: set[Passport]) -> Mapping[Passport, list[_Stay]]:
    wanted = [(number, nationality) for nationality, number in sorted(passports)]
    rows = connection.execute(_STAYS, {"passports": wanted}) if wanted else ()
    stays: dict[Passport, list[_Stay]] = {}
    for row in rows:
        record = LandingRecord(row.landed_on, row.status, row.period, row.permitted_until)
        closed = row.decided_at or (end_of_day(row.departed_on) if row.departed_on else None)
        stays.setdefault((row.nationality, row.document_number), []).append(_Stay(record, row.departure, closed))
    return stays


def _answers(inspection: Inspection, at: datetime, stood: Mapping[Passport, list[_Stay]]) -> list[LandingAnswer]:
    """The likeliest first: the newest landing that was open and not later; then every other that is possible."""
    passport = leaving(inspection)
    if passport is None:
        return [NoAnswer()]
    stays = stood.get(passport, [])
    today = japan_date(at)
    likely = [stay.record for stay in stays if stay.was_open(inspection, at) and stay.record.landed_on <= today]
    possible: list[LandingAnswer] = [*likely[:1], NoLandingRecord(), NoAnswer(), *(stay.record for stay in stays)]
    return list(dict.fromkeys(possible))
