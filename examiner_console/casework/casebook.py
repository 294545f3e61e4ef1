"""Cases as they are stored: opening them, reading them with their inspection and newest decision, changing them.

What the protection desk has is left out of every list, and is loaded only where `private` asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from examiner_console.casework.cases import (
    Case,
    CaseOutcome,
    CasePrivate,
    CaseState,
    EvidenceRef,
    NoSuchCase,
    Trip,
    case_number,
)
from examiner_console.casework.departure_holds import all_kept, kept_of
from examiner_console.casework.privacy import PRIVATE, is_private, open_file
from examiner_console.contract import Decision, Document, EvidenceKind, Inspection, decode
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.landing import REFUGE
from examiner_console.law.protection import private_kind
from examiner_console.tables import cases, decisions, evidence, inspections, landings, registry_answers

TRIPS_SHOWN: Final = 20


_LAST: Final = select(func.coalesce(func.max(cases.c.ordinal), 0))


def open_cases(connection: Connection, referred: Sequence[tuple[Inspection, Decision]], at: datetime) -> None:
    """One waiting case for each, numbered in order behind the last one; who asks for refuge is private at once."""
    if not referred:
        return
    last = connection.execute(_LAST).scalar_one()
    rows = [_row(last + n, *pair, at) for n, pair in enumerate(referred, start=1)]
    connection.execute(insert(cases), rows)
    for row, (inspection, decision) in zip(rows, referred, strict=True):
        kind = private_kind(inspection, decision)
        if kind is not None:
            open_file(connection, inspection.id, case_number(int(str(row["ordinal"]))), kind, "", at, REFUGE)


def _row(ordinal: int, inspection: Inspection, decision: Decision, at: datetime) -> dict[str, object]:
    document = inspection.document
    return {
        "inspection": inspection.id,
        "ordinal": ordinal,
        "document_number": document.document_number if document else "",
        "nationality": document.nationality if document else "",
        "booth": decision.booth or "",
        "state": CaseState.WAITING,
        "opened_at": at,
    }


def load(connection: Connection, id: UUID, *, private: bool = False) -> Case:
    """With evidence, trips and what registries answered. Raises NoSuchCase; and CasePrivate unless `private`."""
    row = connection.execute(_cases().where(cases.c.inspection == id)).first()
    if row is None:
        raise NoSuchCase
    _visible(connection, row, private=private)
    return _complete(connection, _case(row))


def _visible(connection: Connection, row: Row[Any], *, private: bool = False) -> None:
    if not private and is_private(connection, row.inspection):
        raise CasePrivate(case_number(row.ordinal))


def load_open(connection: Connection) -> list[Case]:
    """Waiting and taken, oldest first, without evidence and trips, and without what the protection desk has."""
    wanted = cases.c.state != CaseState.CLOSED, cases.c.inspection.not_in(PRIVATE)
    kept = all_kept(connection)
    rows = connection.execute(_cases().where(*wanted).order_by(cases.c.ordinal))
    return [replace(case, kept=kept.get(case.inspection.id)) for case in map(_case, rows)]


def find_open(connection: Connection, document_number: str, nationality: str | None) -> Case | None:
    """The newest open case under a passport's number. Raises CasePrivate, which tells its case number alone."""
    query = _cases().where(cases.c.document_number == document_number, cases.c.state != CaseState.CLOSED)
    if nationality is not None:
        query = query.where(cases.c.nationality == nationality)
    row = connection.execute(query.order_by(cases.c.ordinal.desc()).limit(1)).first()
    if row is None:
        return None
    _visible(connection, row)
    return _complete(connection, _case(row))


def change(connection: Connection, id: UUID, values: Mapping[str, object]) -> None:
    connection.execute(update(cases).where(cases.c.inspection == id).values(**values))


def _cases() -> Select[Any]:
    newest = (
        select(func.max(decisions.c.version))
        .where(decisions.c.inspection == cases.c.inspection)
        .correlate(cases)
        .scalar_subquery()
    )
    return (
        select(cases, inspections.c.payload, decisions.c.body)
        .join(inspections, inspections.c.id == cases.c.inspection)
        .join(decisions, (decisions.c.inspection == cases.c.inspection) & (decisions.c.version == newest))
    )


def _case(row: Row[Any]) -> Case:
    return Case(
        number=case_number(row.ordinal),
        inspection=decode(row.payload, Inspection),
        decision=decode(row.body, Decision),
        booth=row.booth,
        state=CaseState(row.state),
        opened_at=row.opened_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        closed_at=row.closed_at,
        outcome=CaseOutcome(row.outcome) if row.outcome else None,
        status=row.status,
        period=row.period,
        permitted_until=row.permitted_until,
    )


def _complete(connection: Connection, case: Case) -> Case:
    document = case.inspection.document
    return replace(
        case,
        evidence=_evidence(connection, case.inspection.id),
        trips=_trips(connection, document) if document else (),
        answers=_answers(connection, case.inspection.id),
        kept=kept_of(connection, case.inspection.id),
    )


def _answers(connection: Connection, id: UUID) -> Answers:
    """Beside the newest decision; where a later one was made without asking, nobody answered."""
    newest = select(func.max(decisions.c.version)).where(decisions.c.inspection == id).scalar_subquery()
    query = select(registry_answers.c.body).where(
        registry_answers.c.inspection == id, registry_answers.c.version == newest
    )
    body = connection.execute(query).scalar()
    return NOTHING_ASKED if body is None else decode(body, Answers)


def _evidence(connection: Connection, id: UUID) -> tuple[EvidenceRef, ...]:
    columns = evidence.c.id, evidence.c.kind, evidence.c.media_type, evidence.c.label
    rows = connection.execute(select(*columns).where(evidence.c.inspection == id).order_by(evidence.c.id))
    return tuple(EvidenceRef(row.id, EvidenceKind(row.kind), row.media_type, row.label) for row in rows)


def _trips(connection: Connection, document: Document) -> tuple[Trip, ...]:
    rows = connection.execute(
        select(landings)
        .where(
            landings.c.document_number == document.document_number,
            landings.c.nationality == document.nationality,
        )
        .order_by(landings.c.landed_on.desc())
        .limit(TRIPS_SHOWN)
    )
    return tuple(Trip(row.landed_on, row.departed_on, row.port, row.status, row.period) for row in rows)
