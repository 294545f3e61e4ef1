"""All that a rule may look at: what the station saw, what the registries answered, and the console's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from examiner_console.contract import Decision, Delivery, Inspection
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


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The registry was asked and did not answer, or was not asked. Never clear."""


LandingAnswer = LandingRecord | NoLandingRecord | NoAnswer


@dataclass(frozen=True, slots=True)
class Facts:
    """`at` is the console's clock when it decides; `booths` is how many there are to send a traveller to.

    `decided` is the opening that a DEFERRED inspection takes back; None where nothing was decided before.
    """

    inspection: Inspection
    at: datetime
    delivery: Delivery = Delivery.LIVE
    landing: LandingAnswer = NoAnswer()
    booths: int = 12
    decided: Decision | None = None

    @property
    def today(self) -> date:
        """The day in Japan."""
        return japan_date(self.at)
