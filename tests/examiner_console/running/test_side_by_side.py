"""Several processes serve one database: none loses a traveller to another, and they write one ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from examiner_console.console import Console
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import verify
from examiner_console.tables import cases
from examiner_console.upkeep import ledger_key
from examiner_console.web.officers import add_officer
from tests.examiner_console.conftest import enrol_samples
from tests.examiner_console.samples import arrival
from tests.examiner_console.served import Running, Start, consoles, lines_until, log_in
from tests.examiner_console.test_inspections import put

pytestmark = [pytest.mark.anyio, pytest.mark.hall]
TRAVELLERS = 20
STATIONS = 8
PASSWORD = "a long enough password"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with consoles(tmp_path, rules=LANDINGS_ALONE) as run:
        yield run


def connect(running: Running) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=running.url, trust_env=False, timeout=30)


async def test_two_that_write_at_once_take_everybody_and_keep_one_ledger(
    start: Start, console: Console, database_url: str
) -> None:
    await enrol_samples(console)
    clients = [connect(start(database_url=database_url)) for _ in range(2)]

    async def station(client: httpx2.AsyncClient) -> list[int]:
        return [(await put(client, arrival(at=datetime.now(UTC)))).status_code for _ in range(TRAVELLERS)]

    statuses = await asyncio.gather(*(station(client) for client in clients for _ in range(STATIONS)))
    for client in clients:
        await client.aclose()
    assert Counter(status for of_station in statuses for status in of_station) == {201: 2 * STATIONS * TRAVELLERS}
    report = verify.verify(console.store.url, ledger_key(console.settings).public_key().public_bytes_raw())
    assert report.holds, report.faults
    assert report.leaves == 2 * STATIONS * TRAVELLERS
    numbers = await console.store.read(lambda c: c.execute(select(cases.c.ordinal)).scalars().all())
    assert sorted(numbers) == list(range(1, report.leaves + 1))


async def test_an_open_page_shows_who_came_in_through_another_process(
    start: Start, console: Console, database_url: str
) -> None:
    await enrol_samples(console)
    await add_officer(console.store, "hoshikawa", "inspector", "K. Hoshikawa", PASSWORD)
    seen = arrival(at=datetime.now(UTC))
    async with connect(start(database_url=database_url)) as page, connect(start(database_url=database_url)) as station:
        await log_in(page, "hoshikawa", PASSWORD)
        async with page.stream("GET", "/queue/stream") as stream:
            lines = stream.aiter_lines()
            assert [line async for line in lines_until(lines, "event: queue")]
            assert (await put(station, seen)).status_code == 201
            assert [line async for line in lines_until(lines, "A-0001")][-1].startswith("data: ")
