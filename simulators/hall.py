"""A whole immigration hall: console, gates, bio-carts and their screens as real programs, with simulated hardware.

The hall starts the same programs that run in production, gives each its devices, and sends travellers to them. What
the summary claims is taken from two records that do not know of each other: what the simulated doors and travellers
saw, and what the console stored.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx2

from simulators.cart_walk import CartWalk
from simulators.cast import Cast
from simulators.console_post import ConsolePost
from simulators.floor import Floor
from simulators.issuing import World, modern
from simulators.officer import Officer
from simulators.registry_post import RegistryPost
from simulators.site import Site, empty_for_a_hall
from simulators.stations import BioCartStation, GateStation, Station, Surroundings, directions
from simulators.subject import LIVENESS_THRESHOLD
from simulators.travellers import BIO_CART, CastingDirector, Scenario, Traveller, cast
from simulators.visits import Visit, Visits
from simulators.walk import GateWalk
from simulators.wallet import Wallet

JAPAN: Final = ZoneInfo("Asia/Tokyo")
PORT_NAME: Final = "NRT"
MORPHING_THRESHOLD: Final = -1.0
"""Of rendered people 108 genuine pairs lie below -3.4; photographs keep the shipped threshold."""
BOOTHS: Final = 12
SWITCH_SECONDS: Final = 0.001
"""How long a thread keeps the interpreter's lock while others wait: the hall's devices are threads of one process."""
_LEARN_TRIES: Final = 30
_LEARN_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of hall. With `officer` the booth is worked by machine; without, a person does it in a browser."""

    folder: Path
    gates: int = 2
    bio_carts: int = 1
    seed: int = 7
    officer: bool = True
    rough: bool = False
    """Programs die at random: then a referral is a lawful end of every visit."""
    hesitation: float = 0.0
    """Seconds travellers look at a screen before they act: none where a machine watches, some where people do."""
    outage_seconds: float = 6.0
    """How long the scenario `console_down` keeps the console away."""


@dataclass(slots=True)
class Hall:
    """An open hall; `visits` is its record so far."""

    plan: Plan
    people: Cast
    client: httpx2.AsyncClient
    console: ConsolePost
    registries: RegistryPost
    stations: list[Station]
    world: World
    director: CastingDirector
    floor: Floor
    random: random.Random
    visits: Visits = field(default_factory=Visits)
    _drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One traveller's things are drawn at a time: drawing holds the interpreter's lock that cameras and chips need."""
    _wallets: dict[int, Wallet] = field(default_factory=dict)

    async def announce(self, travellers: Sequence[Traveller]) -> None:
        """Let registries and console know of them, and of their earlier landings, before those travellers come."""
        for traveller in travellers:
            await self.registries.learn(self.client, traveller)
        landed = [traveller for traveller in travellers if traveller.landed_on is not None]
        if landed:
            await self.console.load_landings(landed, PORT_NAME)

    async def prepare(self, traveller: Traveller) -> None:
        """Make what the traveller carries, ahead of the visit: made while others walk, it takes processor and
        interpreter from their cameras and chips."""
        async with self._drawing:
            wallet = await asyncio.to_thread(Wallet, traveller, self.world, self.people)
        self._wallets[traveller.number] = wallet

    async def send(self, traveller: Traveller) -> Visit:
        """Let one announced traveller come; returns when the visit is over."""
        scenario = traveller.scenario
        visit = Visit(
            traveller.number, scenario.name, scenario.title, "", self._expected(scenario), traveller.document_number
        )
        await self.visits.add(visit)
        if traveller.number not in self._wallets:
            await self.prepare(traveller)
        wallet = self._wallets.pop(traveller.number)
        async with self.floor.station(scenario) as station:
            visit.station = station.name
            await self.registries.break_down(self.client, traveller)
            try:
                outcome = await self._walk(visit, traveller, wallet, station)
            finally:
                await self.registries.mend(self.client, traveller)
        if outcome == "refer" and "grant" in visit.expected:
            await self.visits.note(visit, "before the inspector")
            outcome = await Officer(self.console, self.client).examine(traveller.document_number)
        await self._learn(visit)
        visit.outcome = outcome
        await self.visits.changed()
        return visit

    def _expected(self, scenario: Scenario) -> tuple[str, ...]:
        if scenario.station == BIO_CART and not self.plan.officer:
            return ("refer",)
        may_fail = self.plan.rough or not self.people.certain
        return (*scenario.expected, "refer") if may_fail and "refer" not in scenario.expected else scenario.expected

    async def _walk(self, visit: Visit, traveller: Traveller, wallet: Wallet, station: Station) -> str:
        async def note(activity: str) -> None:
            await self.visits.note(visit, activity)

        if isinstance(station, BioCartStation):
            cart_walk = CartWalk(traveller, wallet, station, self.client, note, self.plan.hesitation)
            return await cart_walk.walk()
        before = len(station.lane.history)
        walk = GateWalk(
            *(traveller, wallet, station, self.client, note, self._console_outage, self.random),
            hesitation=self.plan.hesitation,
            states=visit.states,
        )
        outcome = await walk.walk()
        visit.exits += sum(opening.door == "exit" for opening in station.lane.history[before:])
        return outcome

    async def _console_outage(self) -> None:
        self.console.program.hold_down()
        await asyncio.sleep(self.plan.outage_seconds)
        self.console.program.let_up()
        await self.console.program.ready(self.client)

    async def _learn(self, visit: Visit) -> None:
        """Wait a little for the console's own word on this visit; telemetry comes after the decision."""
        for _ in range(_LEARN_TRIES):
            if await asyncio.to_thread(self.look_up, visit):
                return
            await asyncio.sleep(_LEARN_SECONDS)

    def look_up(self, visit: Visit) -> bool:
        """Whether the console has all there is to know of the visit."""
        records = self.console.history.by_document(since=visit.came_at).get(visit.document_number, [])
        if records:
            visit.reasons, visit.seconds = records[-1].reasons, records[-1].seconds
            visit.granted = any(record.ever_opened for record in records)
        return bool(records and visit.seconds)


@asynccontextmanager
async def open_hall(plan: Plan, people: Cast) -> AsyncIterator[Hall]:
    """Build everything afresh in the plan's folder, start all programs, and end all of them afterwards.

    Raise ForeignFolder, UpkeepFailed or ProcessFailed.
    """
    await asyncio.to_thread(empty_for_a_hall, plan.folder)
    async with AsyncExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(SWITCH_SECONDS)
        client = await stack.enter_async_context(httpx2.AsyncClient(timeout=10.0, trust_env=False))
        site = Site.make(plan.folder)
        registries = RegistryPost(plan.folder, PORT_NAME)
        stack.push_async_callback(registries.program.stop)
        await registries.program.start()
        console = ConsolePost(site, PORT_NAME, registries.settings, everybody=not plan.officer)
        stack.callback(console.close)
        world = await asyncio.to_thread(World, plan.seed, profiles=modern)
        stations = await asyncio.to_thread(_stations, plan, _surroundings(plan, site, console, world, people))
        for station in stations:
            stack.callback(station.close)
        # Stations start while the console is being set up: one that is not there yet is to them like one that is away.
        for program in (program for station in stations for program in station.programs):
            stack.push_async_callback(program.stop)
            await program.start()
        await console.prepare(stations)
        stack.push_async_callback(console.program.stop)
        await console.program.start()
        of_stations = (program for station in stations for program in station.programs)
        for program in (registries.program, console.program, *of_stations):
            await program.ready(client)
        today = datetime.now(JAPAN).date()
        director = cast(plan.seed, people.people, today=today)
        chance = random.Random(f"sekisho hall {plan.seed}")
        yield Hall(plan, people, client, console, registries, stations, world, director, Floor(stations), chance)


def _surroundings(plan: Plan, site: Site, console: ConsolePost, world: World, people: Cast) -> Surroundings:
    master_list, root = site.folder / "master-list.ml", site.folder / "master-list-root.cer"
    master_list.write_bytes(world.master_list())
    root.write_bytes(world.master_list_root)
    revocation_lists = site.folder / "revocation-lists"
    revocation_lists.mkdir()
    for number, listed in enumerate(world.revocation_lists(), 1):
        (revocation_lists / f"{number}.crl").write_bytes(listed)
    gates = " ".join(str(number) for number in range(1, plan.gates + 1))
    booths = " ".join(str(number) for number in range(1, BOOTHS + 1))
    thresholds = (LIVENESS_THRESHOLD, MORPHING_THRESHOLD) if people.certain else (None, None)
    lists = master_list, root, revocation_lists
    return Surroundings(site, console.station_url, *lists, PORT_NAME, gates, booths, *thresholds)


def _stations(plan: Plan, around: Surroundings) -> list[Station]:
    gates = [GateStation(number, way, around) for number, way in enumerate(directions(plan.gates), 1)]
    carts = [BioCartStation(number, around) for number in range(1, plan.bio_carts + 1)]
    return [*gates, *carts]
