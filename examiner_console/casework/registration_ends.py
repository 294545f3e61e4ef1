"""The last act of every step: stored with its action, and where the registration ends, its templates go at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from examiner_console.casework import registration_book as book
from examiner_console.casework.actions import Verb
from examiner_console.casework.registration_book import UNREAD, Registration, Stay
from examiner_console.casework.registration_errors import StepNotAllowed, SupervisorNeeded
from examiner_console.law.registering import Condition, Ground, Step, following, needs_supervisor
from examiner_console.record import receipts, registered_prints

ENDED: Final = "the registration ended"
ASKED: Final = "the person withdrew the registration"
NOBODY: Final = "retention"
"""Who ends what is over its last day."""
_BY_GROUND: Final = frozenset({Step.REFUSE, Step.SUSPEND, Step.PROPOSE})


@dataclass(frozen=True, slots=True)
class Asked:
    """A step on the version that the page showed. `stay` and `seen` count for a renewal, `passport` is the number of a
    new one; `supervisor` says that the officer is a supervising inspector."""

    id: UUID
    step: Step
    version: int
    officer: str
    ground: Ground | None = None
    stay: Stay = UNREAD
    seen: frozenset[Condition] = frozenset()
    passport: str = ""
    supervisor: bool = False


def following_step(held: Registration, asked: Asked) -> Registration:
    """Raises StepNotAllowed or SupervisorNeeded."""
    state = following(held.kind, held.state, asked.step)
    if state is None or (asked.step in _BY_GROUND and asked.ground is None):
        raise StepNotAllowed(f"{held.state} knows no {asked.step}")
    if needs_supervisor(held.state, asked.step) and not asked.supervisor:
        raise SupervisorNeeded("a supervising inspector decides this")
    return replace(held, state=state, version=held.version + 1, last_step=asked.step.value, last_by=asked.officer)


def finish(connection: Connection, changed: Registration, asked: Asked, at: datetime, **details: str) -> Registration:
    """Store the step and its action; the templates of what is over are erased with a receipt."""
    if changed.over:
        changed = replace(changed, ended_at=at)
        by_person = asked.step is Step.WITHDRAW
        ground = receipts.Ground.ORDER if by_person else receipts.Ground.RETENTION
        registered_prints.erase(connection, changed.id, at, ground, ASKED if by_person else ENDED, asked.officer)
    book.change(connection, changed)
    said = {"step": asked.step.value, "state": changed.state.value, **details}
    book.note(connection, changed, Verb.CHANGE_REGISTRATION, asked.officer, at, **said)
    return changed


def expire(connection: Connection, id: UUID, at: datetime) -> bool:
    """End what is past its last day; False where it is over already."""
    held = book.load(connection, id)
    if held.over or held.ends_at > at:
        return False
    asked = Asked(id, Step.EXPIRE, held.version, NOBODY)
    finish(connection, following_step(held, asked), asked, at)
    return True
