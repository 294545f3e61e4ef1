"""The console's own list among the registries: asked at each decision, silent towards the station."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from examiner_console.console import Console, open_console
from examiner_console.contract import Decision, decode
from examiner_console.database import Store, StoreUnavailable
from examiner_console.law.answers import Clear, Failure, Hit, NoAnswer, WatchlistEntry
from examiner_console.law.disclosure import TOLD
from examiner_console.registries.port import Told, silent
from examiner_console.registries.questions import PersonQuestion
from examiner_console.settings import RegistryPlace, Settings
from examiner_console.tables import decisions
from examiner_console.watchlist.own_list import Both, OwnList
from examiner_console.watchlist.register import propose_change, settle_change
from examiner_console.watchlist.upkeep import Change, Draft, DraftName, Duty, Officer, Standing
from simulators.registries import Service
from simulators.registry_world import PATHS, World
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import NOW, envelope, inspection

pytestmark = pytest.mark.anyio
EDITOR = Officer("hoshikawa", frozenset({Duty.EDITOR}))
APPROVER = Officer("minase", frozenset({Duty.APPROVER}))
DRAFT = Draft(
    (DraftName("SHCHERBAKOV", "IURII"),), "Art. 5(1)(xiv)", "notice of an organ", "Ministry of Examples",
    NOW + timedelta(90), 1980, 3, 4, "M", "UTO",
)  # fmt: skip
LISTED = PersonQuestion("SHCHERBAKOV", "IURII", date(1980, 3, 4), "M", "UTO")


@dataclass(frozen=True, slots=True)
class List:
    store: Store
    own: OwnList

    async def add(self, draft: Draft = DRAFT) -> UUID:
        entry = uuid4()
        await self.store.write(lambda c: propose_change(c, entry, Change.ADD, draft, EDITOR, NOW))
        return entry

    async def settle(self, entry: UUID, number: int = 1, standing: Standing = Standing.APPROVED) -> None:
        await self.store.write(lambda c: settle_change(c, entry, number, standing, APPROVER, NOW))

    async def ask(self, question: PersonQuestion = LISTED) -> Any:
        return (await self.own.ask(question)).answer


@pytest.fixture
async def kept(console: Console, clock: TestClock) -> List:
    return List(console.store, OwnList(console.store, clock, pace=0.001))


async def test_an_entry_counts_from_its_approval_to_its_removal_and_not_before(kept: List) -> None:
    assert await kept.ask() == Clear()
    entry = await kept.add()
    assert await kept.ask() == Clear(), "one person lists nobody"
    await kept.settle(entry)
    await settled(kept, Hit(WatchlistEntry(str(entry))))
    await kept.store.write(lambda c: propose_change(c, entry, Change.REMOVE, DRAFT, EDITOR, NOW))
    assert await kept.ask() == Hit(WatchlistEntry(str(entry)))
    await kept.settle(entry, 2)
    await settled(kept, Clear())


async def settled(kept: List, expected: Any) -> None:
    """The list before may answer while the new one is laid out."""
    async with asyncio.timeout(30):
        while await kept.ask() != expected:
            pass


async def test_a_rejected_entry_lists_nobody(kept: List) -> None:
    await kept.settle(await kept.add(), standing=Standing.REJECTED)
    assert await kept.ask() == Clear()


async def test_an_entry_that_ran_out_lists_nobody_though_nothing_was_settled_since(
    kept: List, clock: TestClock
) -> None:
    await kept.settle(await kept.add())
    assert isinstance(await kept.ask(), Hit)
    clock.advance(days=91)
    assert await kept.ask() == Clear()


async def test_another_spelling_of_the_name_is_found_and_a_stranger_is_not(kept: List) -> None:
    await kept.settle(await kept.add())
    other = PersonQuestion("SCERBAKOV", "YURI", date(1980, 4, 3), "M", "UTO")
    assert isinstance(await kept.ask(other), Hit)
    assert await kept.ask(PersonQuestion("TABIBITO", "HARU", date(1990, 4, 1), "F", "JPN")) == Clear()


@pytest.mark.parametrize("surname", ["", "<<<", "1234"])
async def test_whose_name_cannot_be_read_is_not_clear(kept: List, surname: str) -> None:
    assert await kept.ask(PersonQuestion(surname, "", None, "", "UTO")) == NoAnswer(Failure.WRONG_QUESTION)


async def test_a_lost_store_is_not_clear(kept: List, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost(*_: Any) -> Any:
        raise StoreUnavailable

    monkeypatch.setattr(Store, "read", lost)
    assert await kept.ask() == NoAnswer(Failure.DOWN)


class Says:
    def __init__(self, told: Told) -> None:
        self._told = told

    async def ask(self, question: PersonQuestion) -> Told:
        return self._told


async def test_of_two_lists_a_hit_comes_first_then_a_silence_and_clear_is_only_who_is_clear_in_both() -> None:
    every = [Told(Hit(WatchlistEntry("W-1"))), silent(Failure.SLOW), Told(Clear())]
    for rank, other in product(range(3), range(3)):
        told = await Both(Says(every[rank]), Says(every[other])).ask(LISTED)
        assert told == every[min(rank, other)]


@pytest.fixture
async def hall(database_url: str, tmp_path: Path, clock: TestClock) -> AsyncIterator[tuple[Console, Service]]:
    async with Service(World(), clock=clock) as service:
        places = {name: RegistryPlace(url=service.url, reuse_seconds=0) for name in PATHS}
        chosen = Settings(data_dir=tmp_path, database_url=database_url, registries=places, own_watchlist=True)
        console = open_console(chosen, clock)
        yield console, service
        await console.registries.aclose()
        console.close()


@pytest.mark.parametrize("fault", [None, "down"])
async def test_a_hit_in_the_own_list_refers_in_silence_whatever_the_other_list_says(
    hall: tuple[Console, Service], fault: str | None
) -> None:
    console, service = hall
    if fault:
        service.fault("watchlist", fault)
    kept = List(console.store, OwnList(console.store, console.clock))
    traveller = Draft(
        (DraftName("TABIBITO", "HARU"),), "Art. 60", "notice of an organ", "Ministry of Examples",
        NOW + timedelta(90), 1990, 4, 1, "F", "JPN",
    )  # fmt: skip
    entry = await kept.add(traveller)
    seen = inspection()
    await kept.settle(entry)
    async with stations_of(console) as client:
        body = envelope(seen, "inspection", seen.station)
        told = decode((await client.put(f"/v1/inspections/{seen.id}", content=body)).content, Decision)
    assert told.reasons == (TOLD,)
    query = select(decisions.c.body).where(decisions.c.inspection == seen.id)
    made = decode(await console.store.read(lambda c: c.execute(query).scalar_one()), Decision)
    assert [reason.code for reason in made.reasons] == ["watchlist_hit"]
    assert str(entry) in made.reasons[0].detail


async def test_a_clear_own_list_does_not_answer_for_the_other(hall: tuple[Console, Service]) -> None:
    console, service = hall
    service.fault("watchlist", "down")
    seen = inspection()
    async with stations_of(console) as client:
        body = envelope(seen, "inspection", seen.station)
        told = decode((await client.put(f"/v1/inspections/{seen.id}", content=body)).content, Decision)
    assert told.outcome == "refer"
