"""Hearings as they are stored: opened with the hand-over, added to entry by entry, each entry one transaction.

What an end brings about (a landing record, the case back at the booth) is written with the entry that makes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Row, Select, func, insert, select, update

from examiner_console.casework import casebook, landings
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import Case, CaseState, StatusNotAllowed
from examiner_console.casework.hearing_file import (
    ARTICLES,
    Act,
    Decided,
    Entry,
    HearingFile,
    NoSuchHearing,
    NotNow,
    Outcome,
    added,
)
from examiner_console.contract import Direction, Inspection, decode
from examiner_console.database import Store
from examiner_console.law import hearings as law
from examiner_console.law import statuses
from examiner_console.law.arrivals import NOT_GIVEN
from examiner_console.law.landing import HEALTH
from examiner_console.law.nationals import is_national
from examiner_console.law.stays import japan_date
from examiner_console.tables import actions, hearing_entries, hearings, inspections

VERBS: Final[Mapping[Act, Verb]] = {act: Verb(f"hearing_{act.value}") for act in Act}
_OPEN: Final = (
    select(hearings).where(hearings.c.outcome.is_(None)).order_by(hearings.c.opened_at, hearings.c.inspection)
)


class Hearings:
    """Officers are named by their log-in name. `changed` is told after each change, on the event loop."""

    def __init__(self, store: Store, clock: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._store, self._clock, self._changed = store, clock, changed

    async def under_way(self) -> list[HearingFile]:
        """The oldest first."""
        return await self._store.read(lambda connection: _files(connection, _OPEN))

    async def find(self, id: UUID) -> HearingFile:
        """Raises NoSuchHearing."""
        return await self._store.read(lambda connection: load(connection, id))

    async def read(self, id: UUID, officer: str) -> tuple[HearingFile, Case, str]:
        """With its case, and why it was handed over, for an officer's eyes: the read is in the ledger before.

        Raises NoSuchHearing."""

        def work(connection: Connection) -> tuple[HearingFile, Case, str]:
            found = load(connection, id), casebook.load(connection, id), _note(connection, id)
            record(connection, Action(id, officer, Verb.READ_HEARING, self._clock()))
            return found

        return await self._store.write(work)

    async def add(
        self, id: UUID, act: Act, officer: str, said: Mapping[str, str], seen: int | None = None
    ) -> HearingFile:
        """Raises what `hearing_file.added` raises, NoSuchHearing, StatusNotAllowed, and CasePrivate for whom the
        protection desk has. A departure and a national are recorded and go back to the booth, and are neither
        permitted nor ordered to leave.

        `seen` is how many entries the officer had before them: the same act in the same words, added since then, is
        this one sent again, and is there once. Where nobody says, only the newest entry is looked at.
        """
        work = partial(_add, id=id, act=act, officer=officer, at=self._clock(), said=said, seen=seen)
        file = await self._store.write(work)
        self._changed()
        return file


def open_hearing(connection: Connection, case: Case, officer: str, at: datetime) -> None:
    """With the hand-over, in its transaction. A case that came back to the booth and is handed over again begins anew:
    what was given there is given."""
    id = case.inspection.id
    articles = {reason.article for reason in case.decision.reasons}
    health = HEALTH in articles
    before = connection.execute(select(hearings.c.inspection).where(hearings.c.inspection == id)).first()
    opened: dict[str, object] = {"opened_at": at, "handed_over_by": officer, "health_in_question": health}
    if before is None:
        missing = NOT_GIVEN in articles
        connection.execute(insert(hearings).values(inspection=id, biometrics_missing=missing, since=0, **opened))
        return
    count = select(func.count()).where(hearing_entries.c.inspection == id)
    since = connection.execute(count).scalar_one()
    again = {**opened, "biometrics_missing": False, "since": since, "outcome": None}
    connection.execute(update(hearings).where(hearings.c.inspection == id).values(**again))


def load(connection: Connection, id: UUID) -> HearingFile:
    """Raises NoSuchHearing."""
    found = _files(connection, select(hearings).where(hearings.c.inspection == id))
    if not found:
        raise NoSuchHearing("there is no hearing under this inspection")
    return found[0]


def _note(connection: Connection, id: UUID) -> str:
    """What the officer wrote who handed the case over last."""
    of_case = actions.c.inspection == id, actions.c.verb == Verb.HAND_OVER.value
    query = select(actions.c.body).where(*of_case).order_by(actions.c.at.desc()).limit(1)
    body = connection.execute(query).scalar()
    return msgspec.json.decode(body, type=Action).details.get("note", "") if body else ""


def _files(connection: Connection, query: Select[Any]) -> list[HearingFile]:
    rows = list(connection.execute(query))
    ids = [row.inspection for row in rows]
    landings_, handed_over = _about(connection, ids), _handed_over(connection, ids)
    entries: defaultdict[UUID, list[Entry]] = defaultdict(list)
    wanted = select(hearing_entries).where(hearing_entries.c.inspection.in_(ids))
    for row in connection.execute(wanted.order_by(hearing_entries.c.number)):
        entries[row.inspection].append(_entry(row))
    return [
        replace(
            _file(row, entries[row.inspection]),
            is_landing=landings_.get(row.inspection, True),
            handed_over=frozenset(handed_over[row.inspection]),
        )
        for row in rows
    ]


def _about(connection: Connection, ids: list[UUID]) -> dict[UUID, bool]:
    """Whether a foreign arrival is heard, or somebody of whom no passport was read: Art. 10 is about nobody else."""
    rows = connection.execute(select(inspections.c.id, inspections.c.payload).where(inspections.c.id.in_(ids)))
    return {row.id: _is_landing(decode(row.payload, Inspection)) for row in rows}


def _handed_over(connection: Connection, ids: list[UUID]) -> defaultdict[UUID, set[str]]:
    by: defaultdict[UUID, set[str]] = defaultdict(set)
    of_cases = actions.c.inspection.in_(ids), actions.c.verb == Verb.HAND_OVER.value
    for row in connection.execute(select(actions.c.inspection, actions.c.officer).where(*of_cases)):
        by[row.inspection].add(row.officer)
    return by


def _file(row: Row[Any], entries: list[Entry]) -> HearingFile:
    return HearingFile(
        row.inspection,
        row.opened_at,
        row.handed_over_by,
        bool(row.biometrics_missing),
        bool(row.health_in_question),
        tuple(entries),
        row.since,
    )


def _entry(row: Row[Any]) -> Entry:
    said = msgspec.json.decode(row.body, type=dict[str, str])
    return Entry(row.number, Act(row.act), row.officer, row.at, said)


def _add(
    connection: Connection,
    *,
    id: UUID,
    act: Act,
    officer: str,
    at: datetime,
    said: Mapping[str, str],
    seen: int | None = None,
) -> HearingFile:
    before = load(connection, id)
    casebook.glance(connection, id)  # raises for whom the protection desk has
    if _is_same(before, act, officer, said, seen):
        return before
    step = before.step(law.Action.ORDER_TO_LEAVE, at)
    after = added(before, act, officer, at, said)
    entry = after.entries[-1]
    body = msgspec.json.encode(entry.said)
    values = {"number": entry.number, "act": act.value, "officer": officer, "at": at, "body": body}
    connection.execute(insert(hearing_entries).values(inspection=id, **values))
    article = step.article if act is Act.ORDER and step else _article(entry)
    record(connection, Action(id, officer, VERBS[act], at, article, _details(entry)))
    if after.outcome is not None:
        _end(connection, after, entry)
    return after


def _is_landing(inspection: Inspection) -> bool:
    document = inspection.document
    return inspection.direction is Direction.ARRIVAL and not (document and is_national(document))


def _is_same(file: HearingFile, act: Act, officer: str, said: Mapping[str, str], seen: int | None) -> bool:
    """The same officer pressed the same key again."""
    if seen is None:
        since = file.present[-1:] if act not in (Act.STATE, Act.SUMMON, Act.ATTEND) else ()
    else:
        since = file.entries[max(seen, file.since) :]
    return any(
        (entry.act, entry.officer) == (act, officer)
        and all(said.get(key, "").strip() == text for key, text in entry.said.items() if key != "minor")
        for entry in since
    )


def _article(entry: Entry) -> str:
    match entry.said:
        case {"decided": Decided.SPECIAL}:
            return "Art. 12(1)"
        case {"decided": Decided.WITH_REASON}:
            return "Art. 11(4)"
        case _:
            return ARTICLES.get(entry.act, "")


def _details(entry: Entry) -> dict[str, str]:
    """What the ledger keeps for good: codes alone, never what somebody said."""
    kept = {name: entry.said[name] for name in ("decided", "status", "period") if name in entry.said}
    return {"entry": str(entry.number), **kept}


def _end(connection: Connection, file: HearingFile, entry: Entry) -> None:
    id, outcome = file.inspection, file.outcome
    assert outcome is not None
    connection.execute(update(hearings).where(hearings.c.inspection == id).values(outcome=outcome.value))
    if outcome in (Outcome.PERMITTED, Outcome.SPECIALLY_PERMITTED):
        _land(connection, id, entry)
    elif outcome is Outcome.BACK_TO_THE_BOOTH:
        waits = {"state": CaseState.WAITING, "outcome": None, "taken_by": None, "taken_at": None, "closed_at": None}
        casebook.change(connection, id, waits)


def _land(connection: Connection, id: UUID, entry: Entry) -> None:
    """As a booth's grant does: the seal of landing permission and its record."""
    case = casebook.load(connection, id)
    document, status, period = case.inspection.document, entry.said["status"], entry.said["period"]
    if document is None:
        raise NotNow(entry.act)
    if not statuses.allowed(status, period):
        raise StatusNotAllowed(status, period, f"{status} may not be granted for {period}.")
    landed_on = japan_date(entry.at)
    until = statuses.permitted_until(landed_on, status, period)
    of = (document.nationality, document.document_number, landed_on, status, period, until, case.inspection.port)
    landings.add(connection, id, landings.Landing(*of))
    casebook.change(connection, id, {"status": status, "period": period, "permitted_until": until})
