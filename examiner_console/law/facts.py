"""All that a rule may look at: what the station saw, what the registries answered, and the console's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from examiner_console.contract import Decision, Delivery, Inspection
from examiner_console.law.answers import NOTHING_ASKED, Answers
from examiner_console.law.answers import NoAnswer as NoAnswer
from examiner_console.law.stays import japan_date


@dataclass(frozen=True, slots=True)
class LandingRecord:
    """The newest landing without a departure. `permitted_until` is what the seal says; None for a stay without end."""

    landed_on: date
    status: str
    period: str
    permitted_until: date | None


@dataclass(frozen=True, slots=True)
class NoLandingRecord:
    """The registry answered: there is none."""


LandingAnswer = LandingRecord | NoLandingRecord | NoAnswer
_SILENT: Final = NoAnswer()


@dataclass(frozen=True, slots=True)
class Facts:
    """`at` is the console's clock when it decides; `booths` is how many there are to send a traveller to.

    `decided` is the opening that a DEFERRED inspection takes back; None where nothing was decided before. `answers` are
    those of the registries that the rules of 2026-11-27 ask; earlier rules know the landings alone.
    """

    inspection: Inspection
    at: datetime
    delivery: Delivery = Delivery.LIVE
    landing: LandingAnswer = _SILENT
    booths: int = 12
    decided: Decision | None = None
    answers: Answers = NOTHING_ASKED

    @property
    def today(self) -> date:
        """The day in Japan."""
        return japan_date(self.at)
