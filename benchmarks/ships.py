"""A cruise ship's list: loaded, screened and permitted, then counted at the gangway.

5,000 passengers; three simulated registries in a process of their own are asked about each over loopback, and the
console's own, empty watchlist beside them. To reach: 120 s from the file to the permission, the time in which a gangway
is rigged, and 20 scans a second at one gangway. SQLite with synchronous=FULL.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

from examiner_console import migrations
from examiner_console.console import Console, open_console
from examiner_console.law.stays import japan_date
from examiner_console.settings import RegistryPlace, Settings
from examiner_console.ships import book, gangway, loading, permitting
from examiner_console.ships.calls import Draft, Standing
from examiner_console.ships.gangway import Scan
from examiner_console.ships.manifest import Line, digest
from examiner_console.ships.paxlst_manifest import parse_either
from examiner_console.ships.tally import Way
from simulators.ship_manifests import as_csv, invented
from simulators.site import free_port

T = TypeVar("T")
PASSENGERS = 5_000
SCANS = 200
OFFICER = "hoshikawa"
ASKED = ("watchlist", "document_reports", "removals")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, registries() as url:
        places = {name: RegistryPlace(url=url) for name in ASKED}
        settings = Settings.model_validate({"data_dir": folder, "registries": places, "own_watchlist": True})
        migrations.upgrade(settings.database)
        console = open_console(settings)
        try:
            asyncio.run(_measured(console))
        finally:
            console.close()


async def _measured(console: Console) -> None:
    now = datetime.now(UTC)
    data = as_csv(invented(PASSENGERS, 7, japan_date(now), ("expired", "national")).passengers)
    times = (now - timedelta(hours=1), now + timedelta(hours=9))
    draft = Draft("AURORA MARIS", "9074729", "Yokohama", "Aurora Lines", *times, designated=True)
    id, began = uuid4(), time.perf_counter()
    source, lines = _timed("read and checked", lambda: parse_either(data, japan_date(now)))
    await _stored(console, id, draft, (source, lines, data))
    await _awaited("registries asked", loading.screen(console.store, console.registries, console.clock, id, OFFICER))
    await _permitted(console, id)
    print(f"{PASSENGERS:,} passengers from the file to the permission: {time.perf_counter() - began:.1f} s")
    await _scanned(console, id)
    await console.registries.aclose()


async def _stored(console: Console, id: UUID, draft: Draft, manifest: tuple[str, tuple[Line, ...], bytes]) -> None:
    source, lines, data = manifest
    at = console.clock()
    await console.store.write(partial(loading.enter, id=id, draft=draft, officer=OFFICER, at=at))
    load = partial(loading.load, id=id, source=source, lines=lines, data=data, officer=OFFICER, at=at)
    await _awaited("stored", console.store.write(load))


async def _permitted(console: Console, id: UUID) -> None:
    clear = await console.store.read(lambda connection: book.listed(connection, id, Standing.CLEAR))
    sha = digest(one.line for one in clear)
    permit = partial(permitting.permit, id=id, list_sha256=sha, officer=OFFICER, at=console.clock())
    await _awaited(f"{len(clear):,} permitted", console.store.write(permit))


async def _scanned(console: Console, id: UUID) -> None:
    people = await console.store.read(lambda connection: book.listed(connection, id, Standing.PERMITTED, limit=SCANS))
    began = time.perf_counter()
    for one in people:
        scan = Scan(uuid4(), Way.ASHORE, one.line.document_number)
        await console.store.write(partial(gangway.scan, id=id, one=scan, officer=OFFICER, now=console.clock()))
    print(f"one gangway, each scan durable before the next: {SCANS / (time.perf_counter() - began):.0f} scans a second")


def _timed(name: str, work: Callable[[], T]) -> T:
    began = time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - began:.2f} s")
    return found


async def _awaited(name: str, work: object) -> None:
    began = time.perf_counter()
    await work  # type: ignore[misc]  # whatever it comes to, only its time counts here
    print(f"{name}: {time.perf_counter() - began:.2f} s")


@contextmanager
def registries() -> Iterator[str]:
    """A process with all of them, which know nobody; yields its address."""
    port = free_port()
    command = [sys.executable, "-m", "simulators", "registries", "--port", str(port), "--travellers", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
