"""How travellers move through a gate: they read the screen and do what it says, each in their own way.

A walk ends with what became of the traveller: `confirm` (walked out by the exit), `refer` (sent back to a booth),
`left` (walked out again unasked), `evacuated` (fire), `stuck` (nothing happened for too long: always unexpected).
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from simulators.eyes import Eyes
from simulators.stations import GateStation
from simulators.travellers import Traveller
from simulators.wallet import Wallet

PATIENCE_SECONDS: Final = 90.0
"""No lawful journey takes longer, console outage and two lost devices included."""
TEAR_AFTER_APDUS: Final = 12
OUTAGE_SECONDS: Final = 3.0
"""How long a camera stays away: longer than its watchdog's second, shorter than the gate's patience."""

View = dict[str, Any]
_READY: Final = frozenset({"welcome", "enter"})
_OUTCOMES: Final = {"go_through": "confirm", "go_to_booth": "refer", "staff_coming": "staff", "emergency": "evacuated"}


@dataclass(slots=True)
class GateWalk:
    """One traveller at one gate. `note` tells the hall's record what the traveller is doing."""

    traveller: Traveller
    wallet: Wallet
    station: GateStation
    client: httpx2.AsyncClient
    note: Callable[[str], Awaitable[None]]
    outage: Callable[[], Awaitable[None]]
    """Takes the console away and brings it back after the traveller's decision."""
    random: random.Random = field(default_factory=random.Random)

    async def walk(self) -> str:
        async with Eyes(self.client, f"{self.station.url}/v1/events") as eyes:
            try:
                return await self._walk(eyes)
            except TimeoutError:
                return "stuck"
            finally:
                await asyncio.to_thread(self._clear)

    async def _walk(self, eyes: Eyes) -> str:
        await eyes.until(lambda view: view["prompt"] in _READY, PATIENCE_SECONDS)
        await self.note("walking in")
        await self._enter()
        behaviour = _BEHAVIOURS[self.traveller.scenario.behaviour]
        return await behaviour(self, eyes)

    async def _enter(self) -> None:
        persons = 2 if self.traveller.scenario.behaviour == "tailgate" else 1
        self.station.camera.show(self.wallet.face())
        await asyncio.to_thread(self.station.lane.enter, persons)

    async def plain(self, eyes: Eyes) -> str:
        await self._lay_when_asked(eyes)
        return await self._do_as_told(eyes)

    async def tear_away(self, eyes: Eyes) -> str:
        await eyes.until(lambda view: view["prompt"] == "place_passport", PATIENCE_SECONDS)
        await self.note("lifting the passport too soon")
        await asyncio.to_thread(self.wallet.lay, self.station, tear_after=TEAR_AFTER_APDUS)
        await eyes.until(lambda view: view["prompt"] == "place_passport_again", PATIENCE_SECONDS)
        await asyncio.to_thread(self.wallet.lift, self.station)
        await asyncio.to_thread(self.wallet.lay, self.station)
        return await self._do_as_told(eyes)

    async def camera_lost(self, eyes: Eyes) -> str:
        self.station.camera.fault("unplugged")
        await self._lay_when_asked(eyes)
        await self.note("standing before a dark camera")
        await asyncio.sleep(OUTAGE_SECONDS)
        self.station.camera.repair()
        return await self._do_as_told(eyes)

    async def tailgate(self, eyes: Eyes) -> str:
        await self.note("walking in with a companion")
        return await self._do_as_told(eyes, lay=True)

    async def walk_out(self, eyes: Eyes) -> str:
        await eyes.until(lambda view: view["prompt"] in ("place_passport", "look_at_camera"), PATIENCE_SECONDS)
        await self.note("walking out again")
        await self._leave_by_entry(eyes)
        await eyes.until(lambda view: view["prompt"] in _READY, PATIENCE_SECONDS)
        return "left"

    async def linger(self, eyes: Eyes) -> str:
        await self._lay_when_asked(eyes)
        await eyes.until(lambda view: view["prompt"] == "go_through", PATIENCE_SECONDS)
        await self.note("standing before the open exit")
        await eyes.until(lambda view: view["prompt"] != "go_through", PATIENCE_SECONDS)
        return await self._do_as_told(eyes)

    async def console_down(self, eyes: Eyes) -> str:
        await self.note("the console goes away")
        async with asyncio.TaskGroup() as group:
            group.create_task(self.outage())
            outcome = group.create_task(self.plain(eyes))
        return outcome.result()

    async def fire(self, eyes: Eyes) -> str:
        await eyes.until(lambda view: view["prompt"] == "place_passport", PATIENCE_SECONDS)
        await asyncio.to_thread(self.wallet.lay, self.station)
        await self.note("the fire alarm sounds")
        self.station.lane.press_emergency()
        await eyes.until(lambda view: view["prompt"] == "emergency", PATIENCE_SECONDS)
        await asyncio.to_thread(self.station.lane.leave_by_exit)
        self.station.lane.release_emergency()
        await self.station.attend(self.client, "reset_emergency")
        await eyes.until(lambda view: view["prompt"] in _READY, PATIENCE_SECONDS)
        return "evacuated"

    async def gate_killed(self, eyes: Eyes) -> str:
        """Die at a moment drawn anew for each traveller: any state from entering to leaving."""
        laying = asyncio.create_task(self._lay_when_asked(eyes))
        await asyncio.sleep(self.random.uniform(0.0, 5.0))
        await self.note("the gate's program dies")
        self.station.program.kill()
        await eyes.until(lambda view: True, PATIENCE_SECONDS)
        laying.cancel()
        if not self.station.lane.occupied:
            return "confirm"
        return await self._do_as_told(eyes, lay=True)

    async def _lay_when_asked(self, eyes: Eyes) -> None:
        await eyes.until(lambda view: view["prompt"] == "place_passport", PATIENCE_SECONDS)
        await self.note("laying the passport")
        await asyncio.to_thread(self.wallet.lay, self.station)

    async def _do_as_told(self, eyes: Eyes, *, lay: bool = False) -> str:
        """Follow the screen until the lane is left. With `lay`, put the passport down when asked."""
        asked: Final = {"place_passport"} if lay else set[str]()
        view = await eyes.until(lambda view: view["prompt"] in _OUTCOMES.keys() | asked, PATIENCE_SECONDS)
        if view["prompt"] in asked:
            await asyncio.to_thread(self.wallet.lay, self.station)
            return await self._do_as_told(eyes)
        outcome = _OUTCOMES[view["prompt"]]
        await self.note({"confirm": "walking out", "refer": "walking to a booth"}.get(outcome, outcome))
        await asyncio.to_thread(self.wallet.lift, self.station)
        if outcome == "confirm":
            await asyncio.to_thread(self.station.lane.leave_by_exit)
            return outcome
        if outcome == "staff":
            await self.station.attend(self.client, "release_back")
        await self._leave_by_entry(eyes)
        return "refer"

    async def _leave_by_entry(self, eyes: Eyes) -> None:
        await asyncio.to_thread(self.station.lane.leave_by_entry)

    def _clear(self) -> None:
        self.wallet.lift(self.station)
        self.station.camera.show(None)
        self.station.camera.repair()


_BEHAVIOURS: Final[dict[str, Callable[[GateWalk, Eyes], Awaitable[str]]]] = {
    "plain": GateWalk.plain,
    "tear_away": GateWalk.tear_away,
    "camera_lost": GateWalk.camera_lost,
    "tailgate": GateWalk.tailgate,
    "walk_out": GateWalk.walk_out,
    "linger": GateWalk.linger,
    "console_down": GateWalk.console_down,
    "fire": GateWalk.fire,
    "gate_killed": GateWalk.gate_killed,
}
