"""What an inspection that the console holds brings to a registration: passport, face, fingers, registries' answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, func, select

from examiner_console.casework.privacy import PRIVATE, is_private
from examiner_console.casework.registered_fingers import has_face, prints_of_exist
from examiner_console.casework.registration_book import Registration, Stay
from examiner_console.casework.registration_errors import ConditionsUnmet, NothingToRegister, PrintsMissing
from examiner_console.contract import Document, Inspection, decode
from examiner_console.law import registering
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.registering import VISITS_WITHIN, Condition, Kind
from examiner_console.law.statuses import TEMPORARY_VISITOR
from examiner_console.law.stays import japan_date
from examiner_console.tables import cases, inspections, landings, registry_answers

MOST_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class Given:
    """`visits` are landings as a Temporary Visitor under this passport within a year before the inspection."""

    inspection: Inspection
    document: Document
    face: bool
    visits: int
    answers: Answers


def given(connection: Connection, inspection: UUID) -> Given:
    """Raises NothingToRegister, also for whom the protection desk has."""
    if is_private(connection, inspection):
        raise NothingToRegister("the protection desk has this case")
    payload = connection.execute(select(inspections.c.payload).where(inspections.c.id == inspection)).scalar()
    seen = None if payload is None else decode(payload, Inspection)
    if seen is None or seen.document is None:
        raise NothingToRegister("no inspection with a passport")
    face = has_face(connection, inspection)
    return Given(seen, seen.document, face, _visits(connection, seen), _answers(connection, inspection))


def _visits(connection: Connection, seen: Inspection) -> int:
    document, today = seen.document, japan_date(seen.completed_at)
    assert document is not None
    query = select(func.count()).where(
        landings.c.document_number == document.document_number,
        landings.c.nationality == document.nationality,
        landings.c.status == TEMPORARY_VISITOR,
        landings.c.landed_on >= _a_year_before(today),
        landings.c.landed_on <= today,
    )
    return connection.execute(query).scalar_one()


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - VISITS_WITHIN.years)
    except ValueError:
        return day.replace(year=day.year - VISITS_WITHIN.years, day=28)


def _answers(connection: Connection, inspection: UUID) -> Answers:
    query = select(registry_answers.c.body).where(registry_answers.c.inspection == inspection)
    body = connection.execute(query.order_by(registry_answers.c.version.desc()).limit(1)).scalar()
    return NOTHING_ASKED if body is None else decode(body, Answers)


def newest_of(connection: Connection, document_number: str, besides: Registration | None = None) -> Given | None:
    """The newest referred inspection under a passport number that still has prints; with `besides`, one that came after
    the inspection which that registration was taken from."""
    of_passport = cases.c.document_number == document_number
    query = select(cases.c.inspection).where(of_passport, cases.c.inspection.not_in(PRIVATE))
    if besides is not None:
        query = query.where(cases.c.inspection != besides.inspection, cases.c.opened_at >= besides.applied_at)
    for id in connection.execute(query.order_by(cases.c.ordinal.desc()).limit(MOST_LOOKED_AT)).scalars():
        if prints_of_exist(connection, id):
            return given(connection, id)
    return None


def lacking(
    seen: Given, prints: int, kind: Kind, stay: Stay, proven: frozenset[Condition], at: datetime
) -> tuple[Condition, ...]:
    """What the law asks for and this inspection, the registries and the proofs do not show."""
    applicant = registering.Applicant(
        kind=kind,
        document=seen.document,
        fingers=seen.inspection.fingers,
        face=seen.face,
        prints=prints,
        stay_until=stay.until,
        stay_endless=stay.endless,
        visits=seen.visits,
        answers=seen.answers,
        seen=proven & registering.PROOFS[kind],
    )
    return registering.unmet(applicant, japan_date(at))


def check(seen: Given, prints: int, kind: Kind, stay: Stay, proven: frozenset[Condition], at: datetime) -> None:
    """Raises PrintsMissing or ConditionsUnmet."""
    if not prints:
        raise PrintsMissing("the inspection holds no usable print")
    if missing := lacking(seen, prints, kind, stay, proven, at):
        raise ConditionsUnmet(missing)
