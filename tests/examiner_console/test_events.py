"""Station events are stored once, however often and in whatever company they are sent."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import httpx2
import msgspec
import pytest
from sqlalchemy import select

from examiner_console.console import Console
from examiner_console.contract import EventBatch, EventReceipt, Problem, StationEvent, decode
from examiner_console.tables import events
from tests.examiner_console.conftest import stations_of
from tests.examiner_console.samples import NOW, arrival, envelope, passport

pytestmark = pytest.mark.anyio


def event(sequence: int, **changes: Any) -> StationEvent:
    made = StationEvent(uuid4(), "gate-1", sequence, "door_opened", NOW, None, {"angle": 90})
    return msgspec.structs.replace(made, **changes)


async def post(client: httpx2.AsyncClient, *sent: StationEvent) -> httpx2.Response:
    return await client.post("/v1/events", content=envelope(EventBatch(sent), "events"))


def receipt(response: httpx2.Response) -> tuple[int, int]:
    taken = decode(response.content, EventReceipt)
    return taken.stored, taken.known


async def stored(console: Console) -> list[int]:
    query = select(events.c.sequence).order_by(events.c.sequence)
    return list(await console.store.read(lambda connection: connection.execute(query).scalars().all()))


async def test_events_sent_again_are_known(console: Console) -> None:
    first, second, third = (event(n) for n in (1, 2, 3))
    async with stations_of(console) as client:
        receipts = [receipt(await post(client, *sent)) for sent in ((first, second), (second, third), (first, third))]
    assert receipts == [(2, 0), (1, 1), (0, 2)]
    assert await stored(console) == [1, 2, 3]


async def test_a_sequence_number_is_stored_once_whatever_id_it_comes_under(console: Console) -> None:
    async with stations_of(console) as client:
        receipts = [receipt(await post(client, *sent)) for sent in ((event(1), event(1)), (event(1), event(2)))]
    assert receipts == [(1, 1), (1, 1)]
    assert await stored(console) == [1, 2]


async def test_the_same_batch_at_once_is_stored_once(console: Console) -> None:
    batch = [event(n) for n in range(1, 21)]
    async with stations_of(console) as client:
        responses = await asyncio.gather(*(post(client, *batch) for _ in range(8)))
    assert sum(receipt(response)[0] for response in responses) == 20
    assert await stored(console) == list(range(1, 21))


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"station": "gate-2"}, 422, "station_mismatch", id="another station's"),
        pytest.param({"at": NOW.replace(tzinfo=None)}, 400, "malformed_message", id="no offset"),
        pytest.param({"sequence": 0}, 400, "malformed_message", id="sequence 0"),
        pytest.param({"sequence": 2**63}, 400, "malformed_message", id="a sequence no database holds"),
        pytest.param({"kind": ""}, 400, "malformed_message", id="no kind"),
    ],
)
async def test_events_that_cannot_be_are_refused_whole(
    console: Console, changes: dict[str, Any], status: int, code: str
) -> None:
    async with stations_of(console) as client:
        response = await post(client, event(1), msgspec.structs.replace(event(2), **changes))
    assert (response.status_code, decode(response.content, Problem).code) == (status, code)
    assert await stored(console) == []


FAR = (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), datetime.max.replace(tzinfo=UTC))


async def test_events_at_the_ends_of_time_are_stored(console: Console) -> None:
    async with stations_of(console) as client:
        response = await post(client, event(1, at=FAR[0]), event(2, at=FAR[1]))
    assert receipt(response) == (2, 0)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"started_at": FAR[0], "completed_at": FAR[1]}, id="from the beginning to the end of time"),
        pytest.param({"document": passport("UTO", document_number="旅" * 512, surname="")}, id="long and empty names"),
        pytest.param({"document": passport("UTO", birth_date=date.min)}, id="born in the year 1"),
        pytest.param({"document": passport("UTO", expiry_date=date.min)}, id="expired in the year 1"),
        pytest.param({"findings": ()}, id="nothing found"),
        pytest.param({"id": UUID(int=0)}, id="no identifier to speak of"),
    ],
)
async def test_what_is_odd_but_well_formed_is_referred(console: Console, changes: dict[str, Any]) -> None:
    seen = arrival(**changes)
    async with stations_of(console) as client:
        response = await client.put(f"/v1/inspections/{seen.id}", content=envelope(seen, "inspection", "bio-cart-1"))
    assert (response.status_code, response.json()["outcome"]) == (201, "refer")
    assert [case.inspection for case in await console.referrals.waiting()] == [seen]
