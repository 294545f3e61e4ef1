"""Who is registered at the console walks through a gate: the landing is recorded, and undone where the gate says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from examiner_console.casework import landings
from examiner_console.casework.history import decided
from examiner_console.casework.ingest import Answer, Arrived
from examiner_console.console import Console, open_console
from examiner_console.contract import Decision, Delivery, Inspection, decode, encode
from examiner_console.law.registering import Kind, Step
from examiner_console.law.replay import replayed
from examiner_console.registries.questions import about
from examiner_console.settings import RegistryPlace, Settings
from examiner_console.tables import landings as table
from simulators.registries import Service
from simulators.registry_world import PATHS, World, known_of
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.golden.people import finger
from tests.examiner_console.registering import STAY, application, inspected, stepped, visited
from tests.examiner_console.samples import envelope, face, inspection, passport

pytestmark = pytest.mark.anyio
BACK = {"re_entry": {"kind": "permission", "status": "STUDENT", "valid_until": "2027-10-01"}}


@dataclass(frozen=True, slots=True)
class Hall:
    console: Console
    service: Service
    station: httpx2.AsyncClient

    def enters(self, **entries: Any) -> None:
        for known in known_of(passport("UTO"), port="HND", against=entries):
            self.service.world.enter(known.registry, known.entry, **known.question)

    async def put(self, seen: Inspection, delivery: Delivery = Delivery.LIVE) -> Decision:
        body = envelope(seen, "inspection", seen.station, delivery)
        return decode((await self.station.put(f"/v1/inspections/{seen.id}", content=body)).content, Decision)

    async def landings(self) -> list[Any]:
        return await self.console.store.read(lambda c: list(c.execute(select(table).order_by(table.c.landed_on))))


@pytest.fixture
async def hall(database_url: str, tmp_path: Path, clock: TestClock) -> AsyncIterator[Hall]:
    """All registries but that of registrations, which is the console's own."""
    async with Service(World(), clock=clock) as service:
        places = {name: RegistryPlace(url=service.url, reuse_seconds=0) for name in PATHS if name != "registration"}
        settings = Settings(data_dir=tmp_path, database_url=database_url, registries=places, own_registrations=True)
        console = open_console(settings, clock)
        async with stations_of(console) as station:
            made = Hall(console, service, station)
            made.enters()
            yield made
        await console.registries.aclose()
        console.close()


async def registered(hall: Hall, data: Path, kind: Kind, *steps: Step) -> None:
    seen = await inspected(hall.station, hall.console, data)
    held = await hall.console.registrations.apply(application(seen, kind, stay=STAY), "hoshikawa")
    await stepped(hall.console, held, *steps)


def at_gate() -> Inspection:
    return inspection("gate-2", "UTO", comparisons=(face(), finger()))


async def test_a_resident_comes_back_under_the_status_of_the_last_landing(hall: Hall, data: Path) -> None:
    hall.enters(**BACK)
    earlier = landings.Landing("UTO", "TR1234567", date(2025, 4, 1), "STUDENT", "P4Y", date(2029, 4, 1), "NRT")
    [(id, record)] = landings.parse_landings([encode(earlier)])
    await hall.console.store.write(lambda c: landings.add(c, id, record))
    seen = at_gate()
    assert (await hall.put(seen)).outcome == "refer", "nobody is registered"
    await registered(hall, data, Kind.FOREIGN, Step.REGISTER)
    seen = at_gate()
    assert (await hall.put(seen)).outcome == "record"
    assert (await hall.put(seen)).outcome == "record", "the same message is one landing"
    [_, row] = await hall.landings()
    assert (row.id, row.landed_on, row.port) == (seen.id, date(2026, 11, 23), "HND")
    assert (row.status, row.period, row.permitted_until) == ("STUDENT", "P4Y", date(2029, 4, 1))


async def test_without_a_landing_record_nobody_stays_longer_than_the_leave_to_come_back(hall: Hall, data: Path) -> None:
    hall.enters(**BACK)
    await registered(hall, data, Kind.FOREIGN, Step.REGISTER)
    assert (await hall.put(at_gate())).outcome == "record"
    [row] = await hall.landings()
    assert (row.status, row.period, row.permitted_until) == ("STUDENT", "", date(2027, 10, 1))


async def test_a_trusted_traveller_lands_as_a_visitor(hall: Hall, data: Path) -> None:
    hall.enters(visa={"kind": "exempt", "days": 30})
    await visited(hall.console, date(2026, 3, 1), date(2026, 7, 1))
    await registered(hall, data, Kind.TRUSTED, Step.SCREEN, Step.REGISTER)
    assert (await hall.put(at_gate())).outcome == "record"
    row = (await hall.landings())[-1]
    assert (row.status, row.period, row.permitted_until) == ("TEMPORARY_VISITOR", "P30D", date(2026, 12, 23))


async def test_a_landing_the_gate_takes_back_never_was(hall: Hall, data: Path) -> None:
    hall.enters(**BACK)
    await registered(hall, data, Kind.FOREIGN, Step.REGISTER)
    seen = at_gate()
    assert (await hall.put(seen)).outcome == "record"
    assert (await hall.put(seen, Delivery.DEFERRED)).outcome == "refer"
    assert await hall.landings() == []
    assert (await hall.put(at_gate(), Delivery.DEFERRED)).outcome == "refer"
    assert await hall.landings() == []


async def test_a_landing_taken_back_in_the_same_batch_never_was(hall: Hall, data: Path) -> None:
    hall.enters(**BACK)
    await registered(hall, data, Kind.FOREIGN, Step.REGISTER)
    seen = at_gate()
    questions = about(passport("UTO"), direction=seen.direction, port="HND")
    answers = await hall.console.registries.ask_all(questions)
    batch = [Arrived(seen, encode(seen), delivery, answers) for delivery in (Delivery.LIVE, Delivery.DEFERRED)]
    first, second = await hall.console.store.write(lambda c: hall.console.ingest.accept(c, batch))
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert (first.decision.outcome, second.decision.outcome) == ("record", "refer")
    assert await hall.landings() == []


async def test_a_suspended_registration_opens_nothing_and_the_past_replays(hall: Hall, data: Path) -> None:
    hall.enters(**BACK)
    seen = await inspected(hall.station, hall.console, data)
    held = await hall.console.registrations.apply(application(seen), "hoshikawa")
    held = await stepped(hall.console, held, Step.REGISTER)
    first = at_gate()
    assert (await hall.put(first)).outcome == "record"
    held = await stepped(hall.console, held, Step.SUSPEND)
    assert (await hall.put(at_gate())).outcome == "refer"
    await hall.put(first, Delivery.DEFERRED)
    await stepped(hall.console, held, Step.WITHDRAW)
    again = await hall.console.store.read(lambda c: replayed(decided(c, None, None, hall.console.settings.booths)))
    assert (again.decisions, again.same, again.differences) == (4, 4, ())
