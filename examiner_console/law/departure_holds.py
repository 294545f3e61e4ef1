"""A departure that is held (Art. 25-2): from when to when, and whether the officer may confirm it yet.

On notice of an organ an inspector may hold the confirmation for 24 hours from when the procedure began. The hold ends
when the organ withdraws or takes the person over, and by itself when the time is over; nothing else ends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from examiner_console.contract import Decision, Direction, Inspection
from examiner_console.law.alerts import hold_until
from examiner_console.law.answers import Answers, HoldNotice, entry_of
from examiner_console.law.nationals import is_national

REASON: Final = "departure_hold"


@dataclass(frozen=True, slots=True)
class Release:
    """Who of the notifying organ ended the hold, under which reference, and who wrote it down."""

    authority: str
    reference: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What officers recorded of a hold; `held_by` is empty where it was released without being held."""

    held_by: str
    held_at: datetime | None
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """`until` is the first instant at which it holds no longer. `notice` is None where only the reason is stored."""

    began_at: datetime
    until: datetime
    notice: HoldNotice | None
    kept: Kept | None = None

    def runs(self, at: datetime) -> bool:
        return (self.kept is None or self.kept.release is None) and at < self.until


def hold_of(inspection: Inspection, decision: Decision, answers: Answers, kept: Kept | None = None) -> Hold | None:
    """The hold of a foreign traveller's departure, from the decision's reasons or the registry's notice."""
    if inspection.direction is not Direction.DEPARTURE or (inspection.document and is_national(inspection.document)):
        return None
    notice = entry_of(answers.holds)
    if notice is None and not any(reason.code == REASON for reason in decision.reasons):
        return None
    return Hold(inspection.started_at, hold_until(inspection.started_at), notice, kept)
