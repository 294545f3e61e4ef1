"""A finite hall: so many travellers, then the books are closed and compared."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulators.cast import Cast, PhotographedCast, RenderedCast
from simulators.hall import Hall, Plan, open_hall
from simulators.summary import Audit, audit, deliver_the_rest, summarise
from simulators.travellers import Traveller

SWAPPED_EVERY: Final = 5
"""With real faces every fifth traveller is an impostor: what matters there is that none of them passes."""
PREPARED: Final = 40
"""Travellers whose things are made before the first comes: half a second and some megabytes each. Those of later ones
are made while others walk."""
_KILL_SPACING_SECONDS: Final = (0.5, 4.0)


def choose_cast(faces: Path | None, fingers: Path | None) -> Cast:
    """Raise UnusableFolder."""
    return PhotographedCast(faces, fingers) if faces else RenderedCast()


@dataclass(frozen=True, slots=True)
class Run:
    """`scenarios` narrows what is played; `kills` programs die by SIGKILL at random moments meanwhile."""

    plan: Plan
    people: Cast
    travellers: int
    scenarios: Sequence[str]
    kills: int = 0

    async def summary(self) -> dict[str, Any]:
        """Raise as `open_hall` does, and KeyError for a scenario that does not exist."""
        async with open_hall(self.plan, self.people) as hall:
            coming = self._coming(hall)
            await hall.announce(coming)
            for traveller in coming[:PREPARED]:
                await hall.prepare(traveller)
            async with AsyncExitStack() as stack:
                if self.kills:
                    killer = asyncio.create_task(_kill(hall, self.kills))
                    stack.callback(killer.cancel)
                async with asyncio.TaskGroup() as group:
                    for traveller in coming:
                        group.create_task(hall.send(traveller))
            found = await _close_the_books(hall)
        return summarise(self.plan.seed, hall.visits.all, found)

    def _coming(self, hall: Hall) -> list[Traveller]:
        if not self.scenarios:
            swapped_every = None if self.people.certain else SWAPPED_EVERY
            return list(hall.director.draw(self.travellers, swapped_every=swapped_every))
        names = itertools.islice(itertools.cycle(self.scenarios), self.travellers)
        return [hall.director.invent(name) for name in names]


async def _close_the_books(hall: Hall) -> Audit:
    """End the stations, deliver what they still owe as their next start would, prove the ledger, then count.

    Raise UpkeepFailed where the ledger does not hold.
    """
    for station in hall.stations:
        for program in station.programs:
            await program.stop()
    await hall.console.program.ready(hall.client)
    for station in hall.stations:
        await deliver_the_rest(station)
    for visit in hall.visits.all:
        await asyncio.to_thread(hall.look_up, visit)
    await hall.console.verify_ledger()
    return await asyncio.to_thread(audit, hall.stations, hall.visits.all, hall.console.history)


async def _kill(hall: Hall, times: int) -> None:
    chance = random.Random(f"kills {hall.plan.seed}")
    programs = [hall.console.program, *(program for station in hall.stations for program in station.programs)]
    for _ in range(times):
        await asyncio.sleep(chance.uniform(*_KILL_SPACING_SECONDS))
        chance.choice(programs).kill()


def report(summary: dict[str, Any]) -> str:
    """The summary for a person: a line a traveller, then the totals."""
    lines = [_line("scenario", "station", "expected", "outcome", "total s", "reasons")]
    for visit in summary["travellers"]:
        total = visit["seconds"].get("total")
        seconds = f"{total:.2f}" if total is not None else "-"
        columns = [visit[name] for name in ("scenario", "station", "expected", "outcome")]
        lines.append(_line(*columns, seconds, ", ".join(visit["reasons"])))
    names = ("unexpected", "doors_opened_without_grant", "events", "seconds")
    return "\n".join([*lines, *(f"{name}: {summary[name]}" for name in names)])


def _line(*columns: str) -> str:
    scenario, station, expected, outcome, seconds, reasons = columns
    return f"{scenario:20}{station:13}{expected:18}{outcome:11}{seconds:>8}  {reasons}"
