"""What officers record of a departure that is held (Art. 25-2): that the person waits, and who released it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, insert, select, update

from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.cases import ActionNotAllowed, Case, DepartureHeld
from examiner_console.law.alerts import HOLD
from examiner_console.law.departure_holds import Hold, Kept, Release, hold_of
from examiner_console.tables import departure_holds

_h = departure_holds
RELEASE: Final = "Art. 25-2"


def hold_on(case: Case) -> Hold | None:
    return hold_of(case.inspection, case.decision, case.answers, case.kept)


def none_runs(case: Case, at: datetime) -> None:
    """Raises DepartureHeld where the departure is held at `at`."""
    hold = hold_on(case)
    if hold is not None and hold.runs(at):
        raise DepartureHeld(hold.until)


def keep(connection: Connection, case: Case, officer: str, at: datetime) -> None:
    """That the departure is held and the person waits; held once is held. Raises ActionNotAllowed."""
    hold = _running(case, at)
    if case.kept is None:
        connection.execute(insert(_h).values(inspection=case.inspection.id, held_by=officer, held_at=at))
        details = {"until": hold.until.isoformat()}
        record(connection, Action(case.inspection.id, officer, Verb.HOLD_DEPARTURE, at, HOLD, details))


def release(connection: Connection, case: Case, officer: str, at: datetime, authority: str, reference: str) -> None:
    """The notifying organ came, or withdrew. Its words are kept in the store, not in the ledger."""
    if case.kept is not None and case.kept.release is not None:
        return
    _running(case, at)
    id, said = case.inspection.id, {"authority": authority, "reference": reference}
    if case.kept is None:
        connection.execute(insert(_h).values(inspection=id))
    connection.execute(update(_h).where(_h.c.inspection == id).values(released_by=officer, released_at=at, **said))
    record(connection, Action(id, officer, Verb.RELEASE_DEPARTURE, at, RELEASE))


KEPT: Final = tuple(column.label(f"kept_{column.name}") for column in _h.c)
"""What a query of cases asks beside them, joined by the inspection; `kept_in` reads it."""


def kept_in(row: Row[Any]) -> Kept | None:
    if row.kept_inspection is None:
        return None
    released = row.kept_released_by, row.kept_released_at
    return _kept(row.kept_held_by, row.kept_held_at, row.kept_authority, row.kept_reference, *released)


def all_kept(connection: Connection) -> dict[UUID, Kept]:
    """Of holds that were recorded and not released; few at any time."""
    rows = connection.execute(select(_h).where(_h.c.released_at.is_(None)))
    return {
        row.inspection: _kept(row.held_by, row.held_at, row.authority, row.reference, row.released_by, row.released_at)
        for row in rows
    }


def _kept(
    held_by: str | None, held_at: datetime | None, authority: str, reference: str, by: str, at: datetime | None
) -> Kept:
    return Kept(held_by or "", held_at, None if at is None else Release(authority, reference, by, at))


def _running(case: Case, at: datetime) -> Hold:
    hold = hold_on(case)
    if hold is None or not hold.runs(at):
        raise ActionNotAllowed("No hold runs on this departure (Art. 25-2).")
    return hold
