"""How travellers move through a gate: they read the screen and do what it says, each in their own way.

A walk ends with what became of the traveller: `confirm` (walked out by the exit), `refer` (sent back to a booth),
`left` (walked out again unasked), `evacuated` (fire), `stuck` (nothing happened for too long: always unexpected).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from simulators.eyes import Eyes
from simulators.stations import GateStation
from simulators.travellers import Traveller
from simulators.wallet import Wallet

PATIENCE_SECONDS: Final = 120.0
"""No lawful journey takes longer, console outage and two lost devices included."""
TEAR_AFTER_APDUS: Final = 12
CAMERA_AWAY_SECONDS: Final = 3.0
"""Longer than the camera's watchdog of one second, shorter than the gate's patience."""
_GLANCE_SECONDS: Final = 0.05

View = dict[str, Any]
_READY: Final = "welcome"
"""Not `enter`: that may be meant for somebody who has just walked out again, and whom the gate would count too."""
_BACK: Final = frozenset({"go_to_booth", "one_person"})
_OVER: Final = _BACK | {"staff_coming", "emergency"}
"""Whatever a traveller meant to do, the screen now says otherwise."""


@dataclass(slots=True)
class GateWalk:
    """One traveller at one gate. `note` tells the hall's record what the traveller is doing; `outage` takes the
    console away for a while and returns when it is back."""

    traveller: Traveller
    wallet: Wallet
    station: GateStation
    client: httpx2.AsyncClient
    note: Callable[[str], Awaitable[None]]
    outage: Callable[[], Coroutine[Any, Any, None]]
    random: random.Random = field(default_factory=random.Random)
    hesitation: float = 0.0
    """Seconds a person looks at each sentence before following it."""
    states: list[str] = field(default_factory=list)
    """What the gate went through meanwhile: for a referral before any inspection, all there is to explain it."""
    _laid: bool = False

    async def walk(self) -> str:
        async with Eyes(self.client, f"{self.station.url}/v1/events", seen=self.states) as eyes:
            try:
                await eyes.until(lambda view: view["prompt"] == _READY, PATIENCE_SECONDS)
                await self.note("walking in")
                self.station.camera.show(self.wallet.face)
                self.station.lane.enter(2 if self.traveller.scenario.behaviour == "tailgate" else 1)
                return await _BEHAVIOURS[self.traveller.scenario.behaviour](self, eyes)
            except TimeoutError:
                await self._be_fetched()
                return "stuck"
            finally:
                await asyncio.to_thread(self._clear)

    async def _be_fetched(self) -> None:
        """Staff lead out who is stuck, so that the next one does not suffer for it."""
        self.station.lane.leave_by_entry()
        with contextlib.suppress(TimeoutError):  # a gate that does not answer its attendant either
            await self.station.attend(self.client, "release_back")

    async def plain(self, eyes: Eyes) -> str:
        """Do what the screen says until out of the lane; what it said last is what became of the traveller."""
        outcome = "left"
        async for prompt in self._prompts(eyes):
            self.wallet.face.obey(prompt)
            outcome = await self._obey(prompt, outcome)
        return outcome

    async def _obey(self, prompt: str, outcome: str) -> str:
        if prompt == "place_passport":
            await self._lay()
        elif prompt == "place_passport_again":
            await self._lift()
            await self._lay()
        elif prompt == "go_through":
            await self._leave("walking out", self.station.lane.leave_by_exit)
            return "confirm"
        elif prompt in _BACK:
            await self._leave("walking to a booth", self.station.lane.leave_by_entry)
            return "refer"
        elif prompt == "staff_coming":
            await self.station.attend(self.client, "release_back")
            await self._leave("led out by staff", self.station.lane.leave_by_entry)
            return "refer"
        elif prompt == "emergency":
            await self._leave("getting out", self.station.lane.leave_by_exit)
            return "evacuated"
        return outcome

    async def tear_away(self, eyes: Eyes) -> str:
        await self._asked(eyes, "place_passport")
        await self.note("lifting the passport too soon")
        await self._lay(tear_after=TEAR_AFTER_APDUS)
        return await self.plain(eyes)

    async def camera_lost(self, eyes: Eyes) -> str:
        await self._asked(eyes, "place_passport")
        self.station.camera.fault("unplugged")
        await self.note("standing before a dark camera")
        await self._lay()
        await asyncio.sleep(CAMERA_AWAY_SECONDS)
        self.station.camera.repair()
        return await self.plain(eyes)

    async def turn_back(self, eyes: Eyes) -> str:
        """Walk out again before the entry has closed, or as soon as it opens."""
        await self.note("walking out again")
        await eyes.until(lambda view: view["state"] == "entering", PATIENCE_SECONDS)
        self.station.lane.leave_by_entry()
        async for prompt in self._prompts(eyes):
            if prompt == "staff_coming":
                await self.station.attend(self.client, "release_back")
        return "left"

    async def linger(self, eyes: Eyes) -> str:
        """Stand before the open exit until the gate gives up, then do as told."""
        await self._asked(eyes, "place_passport")
        await self._lay()
        await self._asked(eyes, "go_through")
        await self.note("standing before the open exit")
        await self._lift()
        await eyes.until(lambda view: view["prompt"] != "go_through", PATIENCE_SECONDS)
        return await self.plain(eyes)

    async def console_down(self, eyes: Eyes) -> str:
        await self.note("the console goes away")
        async with asyncio.TaskGroup() as group:
            group.create_task(self.outage())
            walking = group.create_task(self.plain(eyes))
        return walking.result()

    async def fire(self, eyes: Eyes) -> str:
        await eyes.until(lambda view: view["prompt"] == "place_passport", PATIENCE_SECONDS)
        await self._lay()
        await self.note("the fire alarm sounds")
        self.station.lane.press_emergency()
        await eyes.until(lambda view: view["prompt"] == "emergency", PATIENCE_SECONDS)
        outcome = await self.plain(eyes)
        self.station.lane.release_emergency()
        await asyncio.sleep(_GLANCE_SECONDS * 10)
        await self.station.attend(self.client, "reset_emergency")
        await eyes.until(lambda view: view["prompt"] == _READY, PATIENCE_SECONDS)
        return outcome

    async def gate_killed(self, eyes: Eyes) -> str:
        """The gate dies at a moment drawn anew for each traveller, anywhere from entering to leaving."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._kill_gate())
            walking = group.create_task(self.plain(eyes))
        return walking.result()

    async def _kill_gate(self) -> None:
        await asyncio.sleep(self.random.uniform(0.0, 6.0))
        await self.note("the gate's program dies")
        self.station.program.kill()

    async def _asked(self, eyes: Eyes, prompt: str) -> None:
        """Wait for a sentence, or for one after which it will not come any more."""
        await eyes.until(lambda view: view["prompt"] in _OVER | {prompt}, PATIENCE_SECONDS)

    async def _prompts(self, eyes: Eyes) -> AsyncIterator[str]:
        """Each new prompt, until nobody is in the lane any more. Raise TimeoutError."""
        deadline, last = time.monotonic() + PATIENCE_SECONDS, None
        while self.station.lane.snapshot.persons:
            if time.monotonic() > deadline:
                raise TimeoutError
            prompt = eyes.view["prompt"] if eyes.view else None
            if prompt is not None and prompt != last:
                last = prompt
                await asyncio.sleep(self.hesitation)
                yield prompt
            await asyncio.sleep(_GLANCE_SECONDS)

    async def _lay(self, *, tear_after: int | None = None) -> None:
        if self._laid:
            return
        self._laid = True
        await self.note("laying the passport")
        await asyncio.to_thread(self.wallet.lay, self.station, tear_after=tear_after)

    async def _lift(self) -> None:
        self._laid = False
        await asyncio.to_thread(self.wallet.lift, self.station)

    async def _leave(self, what: str, go: Callable[[], None]) -> None:
        await self.note(what)
        await self._lift()
        go()

    def _clear(self) -> None:
        self.wallet.lift(self.station)
        self.station.camera.show(None)
        self.station.camera.repair()


_BEHAVIOURS: Final[dict[str, Callable[[GateWalk, Eyes], Awaitable[str]]]] = {
    "plain": GateWalk.plain,
    "tear_away": GateWalk.tear_away,
    "camera_lost": GateWalk.camera_lost,
    "tailgate": GateWalk.plain,
    "walk_out": GateWalk.turn_back,
    "linger": GateWalk.linger,
    "console_down": GateWalk.console_down,
    "fire": GateWalk.fire,
    "gate_killed": GateWalk.gate_killed,
}
