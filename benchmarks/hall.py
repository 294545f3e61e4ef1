"""The whole hall at work: seconds from the passport laid down to the decision, and the memory of its programs.

Targets: p50 at most 3 s and p95 4 s, chip at 424 kbit/s; gate at most 500 MB, kiosk 150, console 250. A bio-cart is
both, a kiosk and a station that reads and compares like a gate, in a matching process of its own. Rendered people and
simulated chips: the figures say what the software costs, not how accurate it is on real travellers.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from simulators.cast import RenderedCast
from simulators.hall import Hall, Plan, open_hall
from simulators.processes import memory_mb
from simulators.visits import percentile

TRAVELLERS = 24
SCENARIOS = ("national", "visitor_leaves")


async def _measure(folder: Path) -> None:
    async with open_hall(Plan(folder, gates=2, bio_carts=1), RenderedCast()) as hall:
        coming = [hall.director.invent(SCENARIOS[number % len(SCENARIOS)]) for number in range(TRAVELLERS)]
        await hall.announce(coming)
        async with asyncio.TaskGroup() as group:
            for traveller in coming:
                group.create_task(hall.send(traveller))
        _print_seconds(hall)
        _print_memory(hall)


def _print_seconds(hall: Hall) -> None:
    print(f"{'seconds, ' + str(TRAVELLERS) + ' travellers, 2 gates':40}{'p50':>8}{'p95':>8}")
    for name in ("read", "capture", "decision", "total"):
        values = [visit.seconds[name] for visit in hall.visits.all if name in visit.seconds]
        p50, p95 = percentile(values, 50), percentile(values, 95)
        if p50 is not None and p95 is not None:
            print(f"{name:40}{p50:8.2f}{p95:8.2f}")


def _print_memory(hall: Hall) -> None:
    print(f"\n{'memory (PSS), MB':40}{'program':>8}{'matching':>10}{'both':>8}")
    programs = [hall.console.program, *(program for station in hall.stations for program in station.programs)]
    for program in programs:
        own, matching = memory_mb(program.pid)
        print(f"{program.name:40}{own:8.0f}{matching:10.0f}{own + matching:8.0f}")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sekisho-bench-") as folder:
        asyncio.run(_measure(Path(folder) / "hall"))
