"""Exports that one asks for and another agrees to, in the store, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from examiner_console.casework import export_requests as asking
from examiner_console.casework.export_requests import State, Wanted
from examiner_console.console import Console
from examiner_console.record.export import Format
from examiner_console.tables import actions
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import NOW, arrival, envelope

pytestmark = pytest.mark.anyio
DAY = date(2026, 11, 23)
WANTED = Wanted(DAY, DAY, Format.CSV, False, "the yearly audit", "audit", 1)


async def do(console: Console, work: Any, *given: Any, officer: str) -> Any:
    at = console.clock()
    return await console.store.write(lambda connection: work(connection, *given, officer=officer, at=at))


async def found(console: Console, id: UUID) -> asking.Request:
    return await console.store.read(partial(asking.load, id=id))


async def verbs(console: Console) -> list[str]:
    query = select(actions.c.verb).order_by(actions.c.at, actions.c.id)
    return list(await console.store.read(lambda connection: connection.execute(query).scalars().all()))


async def test_asked_agreed_fetched_and_over(console: Console, clock: TestClock) -> None:
    seen = arrival()
    async with stations_of(console) as client:
        await client.put(f"/v1/inspections/{seen.id}", content=envelope(seen, "inspection", seen.station))
    id = await do(console, asking.ask, WANTED, officer="kinoshita")
    assert (await found(console, id)).rows == 1
    for _ in range(2):
        await do(console, asking.agree, id, officer="yamane")
    request = await found(console, id)
    assert request.state(NOW) is State.AGREED
    assert request.order.officers == ("kinoshita", "yamane")
    await do(console, asking.fetched, id, "ab" * 32, officer="kinoshita")
    with pytest.raises(asking.NotFetchable):
        await do(console, asking.fetched, id, "ab" * 32, officer="yamane")
    clock.advance(days=1)
    assert (await found(console, id)).state(clock()) is State.OVER
    with pytest.raises(asking.NotFetchable):
        await do(console, asking.fetched, id, "ab" * 32, officer="kinoshita")
    assert await verbs(console) == ["ask_export", "agree_export", "fetch_export"]


async def test_identities_are_said_in_the_record_when_they_leave(console: Console) -> None:
    id = await do(console, asking.ask, replace(WANTED, with_identities=True), officer="kinoshita")
    await do(console, asking.agree, id, officer="yamane")
    await do(console, asking.fetched, id, "ab" * 32, officer="kinoshita")
    assert (await verbs(console))[-2:] == ["fetch_export", "export_identities"]


async def test_nobody_answers_themselves_and_the_first_answer_stands(console: Console) -> None:
    id = await do(console, asking.ask, WANTED, officer="kinoshita")
    with pytest.raises(asking.OwnRequest):
        await do(console, asking.agree, id, officer="kinoshita")
    with pytest.raises(asking.OwnRequest):
        await do(console, asking.refuse, id, "no", officer="kinoshita")
    with pytest.raises(asking.UnusableRequest):
        await do(console, asking.refuse, id, "  ", officer="yamane")
    answers = await asyncio.gather(
        do(console, asking.agree, id, officer="yamane"),
        do(console, asking.refuse, id, "too much", officer="hayashi"),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, asking.RequestAnswered) for answer in answers) == 1


async def test_refused_is_refused(console: Console) -> None:
    id = await do(console, asking.ask, WANTED, officer="kinoshita")
    for _ in range(2):
        await do(console, asking.refuse, id, "ask for one day only", officer="yamane")
    request = await found(console, id)
    assert (request.state(NOW), request.refused) == (State.REFUSED, "ask for one day only")
    with pytest.raises(asking.RequestAnswered):
        await do(console, asking.agree, id, officer="hayashi")
    with pytest.raises(asking.NotFetchable):
        await do(console, asking.fetched, id, "ab" * 32, officer="kinoshita")


async def test_what_nobody_answers_lapses(console: Console, clock: TestClock) -> None:
    id = await do(console, asking.ask, WANTED, officer="kinoshita")
    clock.advance(days=3)
    assert (await found(console, id)).state(clock()) is State.LAPSED
    with pytest.raises(asking.RequestAnswered):
        await do(console, asking.agree, id, officer="yamane")


@pytest.mark.parametrize(
    "changed",
    [
        {"first": DAY + timedelta(days=1)},
        {"last": DAY + timedelta(days=1)},
        {"first": DAY - timedelta(days=400)},
        {"purpose": "  "},
        {"days": 0},
        {"days": 8},
    ],
)
async def test_what_cannot_be_asked_for(console: Console, changed: dict[str, Any]) -> None:
    with pytest.raises(asking.UnusableRequest):
        await do(console, asking.ask, replace(WANTED, **changed), officer="kinoshita")
    assert await verbs(console) == []


async def test_a_form_sent_twice_asks_once(console: Console) -> None:
    first, again = [await do(console, asking.ask, WANTED, officer="kinoshita") for _ in range(2)]
    other = await do(console, asking.ask, replace(WANTED, purpose="another"), officer="kinoshita")
    assert first == again != other
    assert await verbs(console) == ["ask_export", "ask_export"]


async def test_what_is_not_there(console: Console) -> None:
    with pytest.raises(asking.NoSuchRequest):
        await do(console, asking.agree, uuid4(), officer="yamane")
