"""Decisions found again and proved, on either database."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import httpx2
import pytest

from examiner_console.casework import audit, proving
from examiner_console.console import Console
from examiner_console.contract import Inspection
from examiner_console.upkeep import ledger_key
from tests.examiner_console.conftest import TestClock, stations_of
from tests.examiner_console.samples import envelope, inspection, passport

pytestmark = pytest.mark.anyio


async def put(client: httpx2.AsyncClient, seen: Inspection) -> None:
    path = f"/v1/inspections/{seen.id}"
    assert (await client.put(path, content=envelope(seen, "inspection", seen.station))).status_code == 201


async def found(console: Console, wanted: audit.Wanted) -> list[Inspection]:
    return [one.inspection for one in await console.store.read(partial(audit.find, wanted=wanted))]


async def test_a_passport_is_found_whether_or_not_anybody_was_referred(console: Console, clock: TestClock) -> None:
    through = inspection(document=passport(document_number="TR7654321"))
    referred = inspection(nationality="UTO", document=passport("UTO", document_number="TR7654321"))
    other = inspection()
    async with stations_of(console) as client:
        for seen in (through, referred, other):
            await put(client, seen)
            clock.advance(seconds=1)
    assert await found(console, audit.Wanted(number="TR7654321")) == [referred, through]
    assert await found(console, audit.Wanted(number="TR7654321", nationality="JPN")) == [through]
    assert await found(console, audit.Wanted(number="TR765432")) == []
    assert await found(console, audit.Wanted(inspection=other.id)) == [other]


async def test_a_day_is_a_day_in_japan(console: Console, clock: TestClock) -> None:
    clock.now = clock.now.replace(hour=15) - timedelta(microseconds=1)  # the last instant of 23 November in Japan
    async with stations_of(console) as client:
        await put(client, before := inspection(at=clock.now))
        clock.advance(microseconds=1)
        await put(client, after := inspection(at=clock.now))
    assert await found(console, audit.Wanted(first=date(2026, 11, 24))) == [after]
    assert await found(console, audit.Wanted(last=date(2026, 11, 23))) == [before]
    assert await found(console, audit.Wanted(first=date(2026, 11, 23), last=date(2026, 11, 24))) == [after, before]


async def test_what_was_read_is_proved_with_its_own_read(console: Console) -> None:
    async with stations_of(console) as client:
        await put(client, seen := inspection())
    read = partial(audit.read_dossier, id=seen.id, officer="kinoshita", at=console.clock())
    dossier = await console.store.write(read)
    assert [deed.position for deed in dossier.reads] == [1]
    key = ledger_key(console.settings).public_key().public_bytes_raw()
    proved = await console.store.read(partial(proving.prove_stored, stored=dossier.stored(), public_key=key))
    assert proved.holds
    assert [(entry.position, entry.kind) for entry in proved.entries] == [(0, "decision"), (1, "read")]
    whole = await console.store.read(partial(proving.whole, public_key=key))
    assert whole is not None
    assert (whole.holds, whole.size, whole.before) == (True, 2, 1)


async def test_another_key_proves_nothing(console: Console) -> None:
    async with stations_of(console) as client:
        await put(client, inspection())
    whole = await console.store.read(partial(proving.whole, public_key=bytes(32)))
    assert whole is not None
    assert not whole.signed
