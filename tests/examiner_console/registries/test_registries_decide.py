"""The console asks registries before it decides: at the wire on both sides, under the rules in use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import httpx2
import pytest
from sqlalchemy import select

from examiner_console.casework import landings
from examiner_console.casework.history import decided
from examiner_console.console import Console, open_console
from examiner_console.contract import Decision, DecisionOutcome, Direction, Inspection, decode, encode
from examiner_console.law.decide import CURRENT
from examiner_console.law.disclosure import TOLD
from examiner_console.law.replay import replayed
from examiner_console.registries.questions import about
from examiner_console.settings import RegistryPlace, Settings
from examiner_console.tables import decisions
from simulators.registries import FAULTS, Service
from simulators.registry_world import PATHS, World, known_of
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import arrival, envelope, inspection, passport

pytestmark = pytest.mark.anyio
VISITOR: Final = landings.Landing("UTO", "TR1234567", date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", None, "NRT")
PORT: Final = "NRT"
NOTICE: Final = {"organ": "POLICE", "ground": "extradition", "notified_at": "2026-11-01T00:00:00Z"}


@dataclass(frozen=True, slots=True)
class Hall:
    """A console, the registries it asks, and a station's connection."""

    console: Console
    service: Service
    station: httpx2.AsyncClient

    async def put(self, seen: Inspection) -> Decision:
        """What the station is told."""
        body = envelope(seen, "inspection", seen.station)
        return decode((await self.station.put(f"/v1/inspections/{seen.id}", content=body)).content, Decision)

    async def recorded(self, seen: Inspection) -> Decision:
        query = select(decisions.c.body).where(decisions.c.inspection == seen.id)
        return decode(await self.console.store.read(lambda c: c.execute(query).scalar_one()), Decision)

    async def codes(self, seen: Inspection) -> list[str]:
        await self.put(seen)
        return [reason.code for reason in (await self.recorded(seen)).reasons]


@pytest.fixture
async def hall(database_url: str, tmp_path: Path, clock: TestClock) -> AsyncIterator[Hall]:
    world = World()
    for nationality in ("JPN", "UTO"):
        for known in known_of(passport(nationality), port=PORT):
            world.enter(known.registry, known.entry, **known.question)
    async with Service(world, clock=clock) as service:
        places = {registry: RegistryPlace(url=service.url, reuse_seconds=0) for registry in PATHS}
        console = open_console(Settings(data_dir=tmp_path, database_url=database_url, registries=places), clock)
        [(id, record)] = landings.parse_landings([encode(VISITOR)])
        await console.store.write(lambda connection: landings.add(connection, id, record))
        async with stations_of(console) as station:
            yield Hall(console, service, station)
        await console.registries.aclose()
        console.close()


async def test_where_all_registries_are_clear_nationals_and_visitors_leave(hall: Hall) -> None:
    national, visitor = await hall.put(inspection()), await hall.put(inspection(nationality="UTO"))
    assert (national.outcome, visitor.outcome) == (DecisionOutcome.CONFIRM, DecisionOutcome.CONFIRM)
    assert national.rule_version == CURRENT


@pytest.mark.parametrize("registry", ["watchlist", "document_reports"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_registry_that_ails_opens_no_gate_to_anybody(hall: Hall, registry: str, fault: str) -> None:
    hall.service.fault(registry, fault)
    seen = inspection()
    assert await hall.codes(seen) == ["registry_silent"]
    hall.service.repair(registry)
    assert (await hall.put(seen)).outcome is DecisionOutcome.REFER, "what was decided stays decided"
    assert (await hall.put(inspection())).opens_exit


@pytest.mark.parametrize("registry", ["passengers", "holds", "departure_orders", "re_entry"])
async def test_who_leaves_waits_for_each_registry_that_the_law_asks(hall: Hall, registry: str) -> None:
    hall.service.fault(registry, "down")
    assert "registry_silent" in await hall.codes(inspection(nationality="UTO"))
    assert (await hall.put(inspection())).opens_exit, "of a national it is not asked"


@pytest.mark.parametrize(
    ("registry", "entry", "code"),
    [
        ("watchlist", {"reference": "W-17"}, "watchlist_hit"),
        ("document_reports", {"report": "stolen", "reported_on": "2026-11-01"}, "document_reported"),
        ("holds", NOTICE, "departure_hold"),
        ("departure_orders", {"issued_on": "2026-11-20", "leave_by": "2026-12-01"}, "departure_order"),
    ],
)
async def test_an_entry_refers_and_the_officer_reads_why(
    hall: Hall, registry: str, entry: dict[str, str], code: str
) -> None:
    for known in known_of(passport("UTO"), port=PORT, against={registry: entry}):
        hall.service.world.enter(known.registry, known.entry, **known.question)
    assert code in await hall.codes(inspection(nationality="UTO"))


async def test_a_station_cannot_tell_a_silent_alert_from_any_other_referral(hall: Hall) -> None:
    watched, unlike = inspection(), inspection(station="gate-2", nationality="JPN", comparisons=())
    for known in known_of(passport("JPN"), port=PORT, against={"watchlist": {"reference": "W-17"}}):
        hall.service.world.enter(known.registry, known.entry, **known.question)
    alert = await hall.put(watched)
    hall.service.world.strike("watchlist", **_person())
    other = await hall.put(unlike)
    assert "watchlist_hit" in [reason.code for reason in (await hall.recorded(watched)).reasons]
    assert "watchlist_hit" not in [reason.code for reason in (await hall.recorded(unlike)).reasons]
    assert alert.reasons == other.reasons == (TOLD,)
    assert (alert.outcome, alert.suggestion) == (other.outcome, other.suggestion)


def _person() -> dict[str, str | None]:
    every = known_of(passport("JPN"), port=PORT, against={"watchlist": {}})
    return next(known.question for known in every if known.registry == "watchlist")


async def test_a_decision_replays_with_what_the_registries_answered_then(hall: Hall) -> None:
    hall.service.fault("watchlist", "stale")
    for seen in (inspection(), inspection(nationality="UTO"), arrival()):
        await hall.put(seen)
    hall.service.repair("watchlist")
    await hall.put(inspection())
    again = await hall.console.store.read(lambda c: replayed(decided(c, None, None, hall.console.settings.booths)))
    assert (again.decisions, again.same, again.differences) == (4, 4, ())


async def test_what_could_not_be_read_of_a_passport_is_asked_of_nobody(hall: Hall) -> None:
    assert await hall.codes(inspection(document=None)) != []
    assert hall.service.received == []


def test_questions_of_the_hall_are_those_the_console_asks() -> None:
    """The simulated world is keyed by the fields that the console sends."""
    asked = about(passport("UTO"), direction=Direction.ARRIVAL, port=PORT).asked()
    held = {"removals": {}, "watchlist": {}, "document_reports": {}, "re_entry": {}, "registration": {}}
    for known in known_of(passport("UTO"), port=PORT, against=held):
        sent = asked[known.registry]
        assert known.question == {name: _text(getattr(sent, name)) for name in sent.__dataclass_fields__}


def _text(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
