"""Whatever goes wrong with a traveller's message, the log names nobody."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
import structlog
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from examiner_console.casework import landings
from examiner_console.casework.api import MAX_INSPECTION_BYTES
from examiner_console.casework.ingest import Ingest
from examiner_console.console import Console, open_console
from examiner_console.contract import Document, SignedEnvelope, decode, encode
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.running import logs
from examiner_console.settings import RegistryPlace, Settings
from tests.examiner_console.conftest import stations_of
from tests.examiner_console.samples import envelope, inspection, passport, pictures
from tests.examiner_console.test_inspections import code, put

pytestmark = pytest.mark.anyio
NAMES = ("MEZURASHII", "NAMAE", "XX9999999")


def traveller() -> Document:
    mrz = "P<UTOMEZURASHII<<NAMAE".ljust(44, "<") + "XX9999999<"
    return passport("UTO", surname="MEZURASHII", given_names="NAMAE", document_number="XX9999999", mrz=mrz)


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """All that the process logs, as `serve` sets it up, from DEBUG on."""
    root, hook = logging.getLogger(), threading.excepthook
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(stream)
    root.setLevel(logging.DEBUG)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], threading.excepthook = before[0], hook
    root.setLevel(before[1])


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    """Each is an object with an event, a level and an instant, and none names the traveller."""
    assert not [name for name in NAMES if name in output.getvalue()]
    found = [json.loads(line) for line in output.getvalue().splitlines()]
    assert all({"event", "level", "timestamp"} <= line.keys() for line in found)
    return found


REFUSALS = {
    "malformed_message",
    "envelope_conflict",
    "signature_invalid",
    "unknown_key",
    "too_large",
    "not_referred",
    "station_mismatch",
    "inspection_mismatch",
    "unusable_request",
    "no_such_address",
    "unknown_inspection",
}


async def test_no_failure_of_the_api_puts_a_traveller_into_the_log(console: Console, output: io.StringIO) -> None:
    def breaks(*_: object) -> Any:
        raise RuntimeError("MEZURASHII NAMAE, XX9999999")

    async with stations_of(console) as client:
        assert {code(answer) async for answer in refusals(client)} == REFUSALS
    async with stations_of(replace(console, ingest=Ingest(console.clock, 12, breaks, rules=LANDINGS_ALONE))) as client:
        assert code(await put(client, inspection(document=traveller()))) == "fault"
    async with stations_of(console) as client:
        with lost(console.store.url):
            assert code(await put(client, inspection(document=traveller()))) == "store_unavailable"
        assert (await put(client, inspection(document=traveller()))).is_success
    found = [(line["event"], line.get("kind"), line.get("file")) for line in lines(output) if line["level"] == "error"]
    assert found == [("fault", "RuntimeError", "test_logs.py"), ("store_unavailable", None, None)]


@contextmanager
def lost(url: str) -> Iterator[None]:
    """A table of SQLite's is gone for a while; PostgreSQL ends every connection."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        if connection.dialect.name == "postgresql":
            others = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity {others}"))
        else:
            connection.execute(text("ALTER TABLE inspections RENAME TO lost"))
    yield
    with create_engine(url, poolclass=NullPool).begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("ALTER TABLE lost RENAME TO inspections"))


async def refusals(client: httpx2.AsyncClient) -> Any:
    seen = inspection(document=traveller())
    body, path = envelope(seen, "inspection"), f"/v1/inspections/{seen.id}"
    signed = decode(body, SignedEnvelope)
    referred, changed = inspection(document=traveller()), inspection(id=seen.id, document=traveller())
    padded = msgspec.structs.replace(signed, payload=signed.payload.ljust(MAX_INSPECTION_BYTES + 1))
    assert (await put(client, seen)).is_success
    for broken in (b"MEZURASHII", body[:-20], body.replace(b"inspection", b"MEZURASHII"), encode(padded)):
        yield await client.put(path, content=broken)
    for forged in ({"signature": bytes(64)}, {"key": "MEZURASHII"}, {"key": "gate-2"}):
        yield await client.put(path, content=encode(msgspec.structs.replace(signed, **forged)))
    yield await client.put(path, content=b"MEZURASHII" * 1_000_000)
    yield await put(client, msgspec.structs.replace(changed, port="XX9999999"))
    yield await client.put(path, content=envelope(msgspec.structs.replace(changed, station="gate-2"), "inspection"))
    yield await put(client, referred, path=path)
    yield await put(client, referred, path="/v1/inspections/MEZURASHII")
    yield await client.get("/v1/MEZURASHII/XX9999999")
    yield await client.put(
        f"/v1/inspections/{UUID(int=1)}/evidence", content=envelope(pictures(UUID(int=1)), "evidence")
    )
    national = inspection()
    assert (await put(client, national)).is_success
    body = envelope(pictures(national.id), "evidence")
    yield await client.put(f"/v1/inspections/{national.id}/evidence", content=body)


async def test_a_row_that_the_database_refuses_is_not_quoted(console: Console, output: io.StringIO) -> None:
    """PostgreSQL's own words quote the values that clash."""
    landing = landings.Landing("UTO", "XX9999999", inspection().started_at.date(), "MEZURASHII", "P90D", None, "NRT")

    def twice(connection: Connection) -> None:
        for _ in range(2):
            landings.add(connection, UUID(int=9), landing)

    class Clashes(Ingest):
        def accept(self, connection: Connection, arrived: Any) -> Any:
            twice(connection)

    async with stations_of(replace(console, ingest=Clashes(console.clock, 12))) as client:
        assert code(await put(client, inspection(document=traveller()))) == "fault"
    assert [line["kind"] for line in lines(output) if line["event"] == "fault"] == ["IntegrityError"]


async def test_a_task_a_thread_or_a_library_that_fails_says_where_and_nothing_else(output: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError("MEZURASHII")

    def fails_in_a_thread() -> None:
        raise KeyError("XX9999999")

    asyncio.get_running_loop().set_exception_handler(logs.loop_fault)
    asyncio.get_running_loop().call_soon(lambda: 1 / len(()))
    await asyncio.sleep(0)
    task = asyncio.ensure_future(fails())
    await asyncio.wait([task])
    asyncio.get_running_loop().call_exception_handler({"message": "MEZURASHII", "exception": task.exception()})
    thread = threading.Thread(target=fails_in_a_thread)
    thread.start()
    thread.join()
    try:
        await fails()
    except ValueError:
        logging.getLogger("a.library").exception("Could not send %s", "NAMAE")
    found = lines(output)
    assert [(line["event"], line["kind"]) for line in found if line["level"] == "error"] == [
        ("loop_fault", "ZeroDivisionError"),
        ("loop_fault", "ValueError"),
        ("thread_died", "KeyError"),
        ("Could not send %s", "ValueError"),
    ]
    assert all(line["file"] == "test_logs.py" and line["line"] > 0 for line in found if line["level"] == "error")


async def test_a_registry_that_is_away_is_named_and_the_traveller_is_not(
    database_url: str, tmp_path: Path, output: io.StringIO
) -> None:
    away = {"watchlist": RegistryPlace(url="http://127.0.0.1:1")}
    console = open_console(Settings(data_dir=tmp_path, database_url=database_url, registries=away))
    async with stations_of(console) as client:
        for _ in range(10):
            assert (await put(client, inspection(document=traveller()))).is_success
    await console.registries.aclose()
    console.close()
    named = [(line["event"], line["registry"]) for line in lines(output) if "registry" in line]
    assert ("registry_rests", "watchlist") in named
