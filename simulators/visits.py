"""What became of each traveller: the hall's own record, for the summary and for the panel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

UNSEEN: Final = "unseen"


@dataclass(slots=True)
class Visit:
    """One traveller's visit, filled in as it happens. `seconds` has read, capture, decision, total where known."""

    number: int
    scenario: str
    title: str
    station: str
    expected: tuple[str, ...]
    document_number: str
    outcome: str = UNSEEN
    reasons: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    states: list[str] = field(default_factory=list)
    """What the gate went through from the traveller's coming on; empty at a bio-cart."""
    activity: str = "waiting for a free station"
    came_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    exits: int = 0
    """How often the exit door opened during the visit, as the door itself recorded it."""
    granted: bool = False
    """Whether the console ever decided to open for this traveller."""

    @property
    def done(self) -> bool:
        return self.outcome != UNSEEN

    @property
    def unexpected(self) -> bool:
        return self.done and self.outcome not in self.expected

    def summary(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "station": self.station,
            "expected": " or ".join(self.expected),
            "outcome": self.outcome,
            "reasons": self.reasons,
            "seconds": self.seconds,
            "states": self.states,
        }


class Visits:
    """All visits of a hall, and a signal whenever one changes."""

    def __init__(self) -> None:
        self.all: list[Visit] = []
        self._changed = asyncio.Condition()

    async def add(self, visit: Visit) -> None:
        self.all.append(visit)
        await self.changed()

    async def changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def note(self, visit: Visit, activity: str) -> None:
        visit.activity = activity
        await self.changed()

    async def watch(self) -> AsyncIterator[list[Visit]]:
        """The visits now, and again after every change."""
        while True:
            yield self.all
            async with self._changed:
                await self._changed.wait()


def percentile(values: Iterable[float], percent: float) -> float | None:
    """The smallest value that at least `percent` % of them do not exceed; None of none."""
    found = list(values)
    return float(np.percentile(found, percent, method="inverted_cdf")) if found else None
