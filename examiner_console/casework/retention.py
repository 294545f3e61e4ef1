"""How long each category is kept, and the run that erases what is over its period.

Small transactions, each with its receipts in the ledger: a run that is killed has erased some of what was due and
nothing by halves, and the next one goes on. What an officer still has to decide is not erased under their hands. A
registration that is past its last day ends here, and its templates with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Select, delete, func, or_, select

from examiner_console.casework.actions import READS
from examiner_console.casework.cases import CaseOutcome, CaseState
from examiner_console.casework.registration_ends import expire
from examiner_console.contract import Inspection, decode
from examiner_console.database import Store
from examiner_console.law.nationals import JAPAN_CODE, is_national
from examiner_console.record import receipts
from examiner_console.record.evidence import KINDS, NoSuchEvidence, erase
from examiner_console.record.receipts import Category, Ground, Receipt
from examiner_console.tables import (
    actions,
    cases,
    decisions,
    events,
    evidence,
    evidence_keys,
    inspections,
    registration_terms,
    registrations,
    registry_answers,
)

BATCH: Final = 200
"""Things erased in one transaction; stations wait for it."""
FOLD_ATTEMPTS: Final = 50
FOLD_SECONDS: Final = 0.1
CONFIRMED: Final = "a national's live face serves the confirmation alone (Art. 60, 61)"
Days = Mapping[Category, int]


@dataclass(frozen=True, slots=True)
class Due:
    """How many things of a category are over their period, and since when the oldest is there."""

    items: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """`folded` is False where old pages may still stand in SQLite's log: run again."""

    erased: dict[Category, int]
    folded: bool


def due(connection: Connection, days: Days, now: datetime) -> dict[Category, Due]:
    """What a run would erase; nothing is changed. Live faces of confirmed nationals are due at once."""
    found = {}
    for category in Category:
        query = _over(category, _cutoff(days, category, now)).subquery()
        items, oldest = connection.execute(select(func.count(), func.min(query.c[1])).select_from(query)).one()
        found[category] = Due(items, oldest)
    at_once = set(_confirmed_nationals(connection)) - _ids(connection, Category.LIVE_FACES, days, now)
    faces = found[Category.LIVE_FACES]
    return found | {Category.LIVE_FACES: Due(faces.items + len(at_once), faces.oldest)}


async def run(store: Store, days: Days, clock: Callable[[], datetime]) -> Run:
    """Erase everything that is due. Safe to repeat and to kill."""
    erased = dict.fromkeys(Category, 0)
    erased[Category.LIVE_FACES] = await store.write(lambda c: _forget_nationals(c, clock()))
    for category in Category:
        while done := await store.write(partial(_erase_some, category=category, days=days, now=clock())):
            erased[category] += done
    return Run(erased, await _fold(store))


async def _fold(store: Store) -> bool:
    """Whoever serves meanwhile holds the log for moments; a long reader only makes the next run do it."""
    for _ in range(FOLD_ATTEMPTS):
        if await store.fold_log():
            return True
        await asyncio.sleep(FOLD_SECONDS)
    return False


def forget_live_face(connection: Connection, inspection: UUID, at: datetime) -> int:
    """A confirmed national's live face goes with the confirmation. 1 where there was one."""
    try:
        return erase(connection, inspection, [Category.LIVE_FACES], at, Ground.RETENTION, CONFIRMED)
    except NoSuchEvidence:
        return 0


def forget_if_confirmed(connection: Connection, inspection: UUID, at: datetime) -> int:
    """For pictures that come after the confirmation."""
    return sum(forget_live_face(connection, id, at) for id in _confirmed_nationals(connection, inspection))


def _forget_nationals(connection: Connection, at: datetime) -> int:
    return sum(forget_live_face(connection, id, at) for id in _confirmed_nationals(connection))


def _confirmed_nationals(connection: Connection, inspection: UUID | None = None) -> list[UUID]:
    """With a live face still there."""
    query = (
        select(inspections.c.payload)
        .join(cases, cases.c.inspection == inspections.c.id)
        .where(
            cases.c.nationality == JAPAN_CODE,
            cases.c.outcome == CaseOutcome.CONFIRMED,
            inspections.c.id.in_(select(evidence.c.inspection).where(evidence.c.kind.in_(KINDS[Category.LIVE_FACES]))),
        )
    )
    if inspection is not None:
        query = query.where(inspections.c.id == inspection)
    found = [decode(payload, Inspection) for payload in connection.execute(query).scalars()]
    return [seen.id for seen in found if seen.document is not None and is_national(seen.document)]


def _cutoff(days: Days, category: Category, now: datetime) -> datetime:
    return now - timedelta(days=days[category])


def _ids(connection: Connection, category: Category, days: Days, now: datetime) -> set[UUID]:
    return {row[0] for row in connection.execute(_over(category, _cutoff(days, category, now)))}


def _over(category: Category, cutoff: datetime) -> Select[Any]:
    """Identifier and instant of everything of a category from before `cutoff`, the oldest first."""
    match category:
        case Category.DECISIONS:
            id, at = inspections.c.id, inspections.c.received_at
            query = select(id, at).outerjoin(cases, cases.c.inspection == id).where(_DECIDED)
        case Category.READS:
            id, at = actions.c.id, actions.c.at
            query = select(id, at).where(actions.c.verb.in_(sorted(READS)))
        case Category.WAITING_TIMES:
            id, at = events.c.id, events.c.received_at
            query = select(id, at)
        case Category.REGISTERED_PRINTS:
            id, at = registrations.c.id, registrations.c.ends_at
            query = select(id, at).where(registrations.c.ended_at.is_(None))
        case Category.REGISTRATIONS:
            id, at = registrations.c.id, registrations.c.ended_at
            query = select(id, at).where(at.is_not(None))
        case _:
            id, at = evidence_keys.c.inspection, evidence_keys.c.stored_at
            kept = select(evidence.c.inspection).where(evidence.c.kind.in_(KINDS[category]))
            query = select(id, at).outerjoin(cases, cases.c.inspection == id).where(_DECIDED, id.in_(kept))
    return query.where(at < cutoff).order_by(at)


_DECIDED: Final = or_(cases.c.state.is_(None), cases.c.state == CaseState.CLOSED)


def _erase_some(connection: Connection, *, category: Category, days: Days, now: datetime) -> int:
    """Up to BATCH things; how many."""
    query = _over(category, _cutoff(days, category, now)).limit(BATCH)
    ids = [row[0] for row in connection.execute(query)]
    why = f"kept for {days[category]} days"
    match category:
        case Category.DECISIONS:
            for id in ids:
                _erase_inspection(connection, id, now, why)
        case Category.READS:
            _erase_rows(connection, actions, ids, Receipt(category, now, Ground.RETENTION, why, len(ids), tuple(ids)))
        case Category.WAITING_TIMES:
            _erase_rows(connection, events, ids, Receipt(category, now, Ground.RETENTION, why, len(ids)))
        case Category.REGISTERED_PRINTS:
            for id in ids:
                expire(connection, id, now)
        case Category.REGISTRATIONS:
            connection.execute(delete(registration_terms).where(registration_terms.c.registration.in_(ids)))
            receipt = Receipt(category, now, Ground.RETENTION, why, len(ids), tuple(ids))
            _erase_rows(connection, registrations, ids, receipt)
        case _:
            for id in ids:
                erase(connection, id, [category], now, Ground.RETENTION, why)
    return len(ids)


def _erase_rows(connection: Connection, table: Any, ids: list[UUID], receipt: Receipt) -> None:
    if ids:
        connection.execute(delete(table).where(table.c.id.in_(ids)))
        receipts.write(connection, receipt)


def _erase_inspection(connection: Connection, id: UUID, at: datetime, why: str) -> None:
    """The inspection, its decisions, its case and what officers did with it; its pictures, where any are left."""
    with contextlib.suppress(NoSuchEvidence):
        erase(connection, id, KINDS, at, Ground.RETENTION, f"with the decision, {why}")
    deeds = select(actions.c.id).where(actions.c.inspection == id, actions.c.verb.not_in(sorted(READS)))
    gone = [id, *connection.execute(deeds).scalars()]
    connection.execute(delete(actions).where(actions.c.id.in_(gone[1:])))
    connection.execute(delete(decisions).where(decisions.c.inspection == id))
    connection.execute(delete(registry_answers).where(registry_answers.c.inspection == id))
    connection.execute(delete(cases).where(cases.c.inspection == id))
    connection.execute(delete(inspections).where(inspections.c.id == id))
    receipts.write(connection, Receipt(Category.DECISIONS, at, Ground.RETENTION, why, len(gone), tuple(gone)))
