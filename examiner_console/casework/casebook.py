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
from examiner_console.casework.departure_holds import KEPT, all_kept, kept_in
from examiner_console.casework.privacy import PRIVATE, open_file
from examiner_console.contract import Decision, Document, EvidenceKind, Inspection, decode
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.landing import REFUGE
from examiner_console.law.protection import private_kind
from examiner_console.tables import (
    cases,
    decisions,
    departure_holds,
    evidence,
    inspections,
    landings,
    protection_files,
    registry_answers,
)

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
    return _complete(connection, glance(connection, id, private=private))


def glance(connection: Connection, id: UUID, *, private: bool = False) -> Case:
    """As `load`, without evidence and trips, in one question: the writer is one, and others wait behind it."""
    row = connection.execute(_WHOLE.where(cases.c.inspection == id)).first()
    if row is None:
        raise NoSuchCase
    return _seen(row, private=private)


def _seen(row: Row[Any], *, private: bool = False) -> Case:
    if row.private and not private:
        raise CasePrivate(case_number(row.ordinal))
    answers = NOTHING_ASKED if row.answers is None else decode(row.answers, Answers)
    return replace(_case(row), answers=answers, kept=kept_in(row))


def load_open(connection: Connection) -> list[Case]:
    """Waiting and taken, oldest first, without evidence and trips, and without what the protection desk has."""
    wanted = cases.c.state != CaseState.CLOSED, cases.c.inspection.not_in(PRIVATE)
    kept = all_kept(connection)
    rows = connection.execute(_cases().where(*wanted).order_by(cases.c.ordinal))
    return [replace(case, kept=kept.get(case.inspection.id)) for case in map(_case, rows)]


def find_open(connection: Connection, document_number: str, nationality: str | None) -> Case | None:
    """The newest open case under a passport's number. Raises CasePrivate, which tells its case number alone."""
    query = _WHOLE.where(cases.c.document_number == document_number, cases.c.state != CaseState.CLOSED)
    if nationality is not None:
        query = query.where(cases.c.nationality == nationality)
    row = connection.execute(query.order_by(cases.c.ordinal.desc()).limit(1)).first()
    return None if row is None else _complete(connection, _seen(row))


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


def _whole() -> Select[Any]:
    """Also whether the protection desk has it, what was recorded of a hold, and what registries answered: beside the
    newest decision, for where a later one was made without asking, nobody answered."""
    answered = (registry_answers.c.inspection == decisions.c.inspection) & (
        registry_answers.c.version == decisions.c.version
    )
    private = PRIVATE.where(protection_files.c.id == cases.c.inspection).correlate(cases).exists().label("private")
    return (
        _cases()
        .add_columns(registry_answers.c.body.label("answers"), private, *KEPT)
        .outerjoin(registry_answers, answered)
        .outerjoin(departure_holds, departure_holds.c.inspection == cases.c.inspection)
    )


_WHOLE: Final = _whole()


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
    )


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
