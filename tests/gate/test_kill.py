"""The gate's process killed outright: it starts closed, lets back whoever is inside, and owes the console nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from examiner_console.contract import Delivery

HOLDER = 3


async def bring_to(gate: Any, state: str) -> None:
    site = gate.site
    site.face(HOLDER)
    site.lane.enter()
    await gate.prompt("place_passport")
    if state != "closing_in":
        await gate.state("reading")
    if state in ("deciding", "leaving"):
        if state == "deciding":
            site.console.may_answer.clear()
        site.lay(site.passport(HOLDER))
    await gate.state(state)
    if state == "deciding":
        await site.console.wait(lambda: bool(site.console.inspections))
    if state == "leaving":
        await asyncio.to_thread(site.lane.wait_for, lambda lane: lane.exit == 1.0)


@pytest.mark.hall
@pytest.mark.parametrize("state", ["closing_in", "reading", "deciding", "leaving"])
def test_killed_and_started_again(gate_process: Any, site: Any, state: str) -> None:
    async def killed() -> None:
        async with gate_process() as (gate, program):
            await gate.state("ready")
            await bring_to(gate, state)
            program.kill()
            await program.wait()
        site.console.may_answer.set()

    async def again() -> None:
        async with gate_process() as (gate, program):
            await gate.prompt("go_to_booth")
            assert site.lane.snapshot.exit == 0.0
            site.lift()
            site.lane.leave_by_entry()
            await gate.state("ready")
            await site.console.wait(lambda: "traveller_referred" in site.console.kinds())
            owed = state in ("deciding", "leaving")
            await site.console.wait(lambda: len(site.console.inspections) == 2 * owed)
            program.terminate()
            assert await program.wait() == 0

    asyncio.run(killed())
    asyncio.run(again())
    numbers = [event.sequence for event in site.console.events]
    assert numbers == list(range(1, len(numbers) + 1))
    if state in ("deciding", "leaving"):
        last, delivery = site.console.inspections[-1]
        assert delivery is Delivery.DEFERRED, "a decision nobody walked out with is taken back"
        assert {inspection.id for inspection, _ in site.console.inspections} == {last.id}
    assert sum(opening.door == "exit" for opening in site.lane.history) == (state == "leaving")
