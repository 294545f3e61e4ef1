"""A hall at work: cases at the booths as gates refer, over loopback, on SQLite and on PostgreSQL.

    python -m benchmarks.booths [--listeners 100] [--seconds 20] [--database sqlite]

Sixty gates send 50 inspections a second, each signed by its own key; eleven simulated registries take 200 ms; one in
five travellers is referred. Booths listen to the queue by server-sent events; a hundred officers take cases, open the
page and hand over. Timed from when the inspection is due to leave its gate until every listening booth has the case in
its list (the last of them counts), and until the officer who took it has the whole page.

To reach: 1 s for 95 in 100 with 100 booths, on 4 cores with PostgreSQL; the same is then tried with 1,000 listeners.
Load, database and server share the cores.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Annotated

import httpx2
import typer

from benchmarks import load
from examiner_console.database import Store
from examiner_console.settings import load_settings
from examiner_console.terminal import with_store
from examiner_console.web.officers import add_officer

GATES = 60
CROSSINGS = 50
BOOTHS = 100
OFFICERS = 10
"""Accounts; each is logged in at ten booths."""
PASSWORD = secrets.token_urlsafe(12)
"""Of this run's officers."""
CASE = re.compile(rb"/cases/([0-9a-f-]{36})/take")
SETTLE_SECONDS = 3.0
"""Before the first inspection and after the last."""


@dataclass
class Seen:
    """Instants of one case, seconds of the same clock."""

    sent: float
    lists: list[float] = field(default_factory=list)
    page: float = 0.0


def main(
    listeners: Annotated[list[int] | None, typer.Option()] = None,
    seconds: int = 20,
    database: Annotated[list[str] | None, typer.Option()] = None,
) -> None:
    print(f"{os.cpu_count()} cores, shared by load, database and server; load average {os.getloadavg()[0]:.1f}")
    for kind in database or ["sqlite", "postgresql"]:
        for count in listeners or [100, 1_000]:
            _print_hall(kind, count, seconds)


def _print_hall(kind: str, listeners: int, seconds: int) -> None:
    keys = load.gates(GATES)
    with load.registries() as places, load.server(keys, places=places, postgresql=kind == "postgresql") as server:
        cookies = _log_in(server)
        before = load.processor_seconds(server.pid)
        seen = load.run(_work(server.port, keys, cookies, listeners, seconds))
        spent = load.processor_seconds(server.pid) - before
    every = [max(one.lists) - one.sent for one in seen.values() if len(one.lists) == listeners]
    pages = [one.page - one.sent for one in seen.values() if one.page]
    print(f"{kind}, {listeners} booths listening, {len(seen)} cases in {seconds} s at {CROSSINGS} crossings/s:")
    print(f"  in every booth's list: {load.percentiles(every)}; {len(seen) - len(every)} never in all")
    print(f"  whole page at a booth: {load.percentiles(pages)}; {len(seen) - len(pages)} never")
    print(f"  server: {spent / (seconds + 2 * SETTLE_SECONDS):.0%} of a core")


def _log_in(server: load.Server) -> list[str]:
    """Cookies of officers who have logged in."""
    names = [f"officer{number}" for number in range(OFFICERS)]

    async def add(store: Store) -> None:
        for name in names:
            await add_officer(store, name, "inspector", name.title(), PASSWORD)

    with_store(load_settings(server.config), add)
    return [_cookies(f"http://127.0.0.1:{server.port}", name) for name in names]


def _cookies(url: str, name: str) -> str:
    with httpx2.Client(base_url=url, trust_env=False, headers={"origin": url}) as browser:
        token = browser.get("/login").text.partition('data-form-token="')[2].partition('"')[0]
        answer = browser.post("/login", data={"name": name, "password": PASSWORD, "form_token": token})
        assert answer.status_code == 303, answer.status_code
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


async def _work(port: int, keys: load.Keys, cookies: list[str], listeners: int, seconds: int) -> dict[bytes, Seen]:
    seen: dict[bytes, Seen] = {}
    sent: dict[bytes, float] = {}
    fresh: asyncio.Queue[bytes] = asyncio.Queue()
    given = load.requests(keys, CROSSINGS * seconds)
    tasks = [
        asyncio.create_task(_listen(port, cookies[n % OFFICERS], fresh if n == 0 else None, sent, seen))
        for n in range(listeners)
    ]
    tasks += [asyncio.create_task(_booth(port, cookies[n % OFFICERS], seen, fresh)) for n in range(BOOTHS)]
    await asyncio.sleep(SETTLE_SECONDS)
    await load.steadily(port, given, CROSSINGS, sent)
    await asyncio.sleep(SETTLE_SECONDS)
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            raise found
    return seen


async def _listen(
    port: int, cookie: str, fresh: asyncio.Queue[bytes] | None, sent: dict[bytes, float], seen: dict[bytes, Seen]
) -> None:
    """What one booth's list shows; the listener with a queue tells the officers what to take."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    head = f"GET /queue/stream HTTP/1.1\r\nhost: console\r\ncookie: {cookie}\r\naccept: text/event-stream\r\n\r\n"
    writer.write(head.encode())
    known: set[bytes] = set()
    while line := await reader.readline():
        for id in set(CASE.findall(line)) - known:
            known.add(id)
            seen.setdefault(id, Seen(sent[id])).lists.append(time.perf_counter())
            if fresh is not None:
                fresh.put_nowait(id)


async def _booth(port: int, cookie: str, seen: dict[bytes, Seen], fresh: asyncio.Queue[bytes]) -> None:
    base = f"http://127.0.0.1:{port}"
    headers = {"cookie": cookie, "accept": "application/json", "origin": base}
    client = httpx2.AsyncClient(base_url=base, trust_env=False, verify=False, timeout=30, headers=headers)
    async with client as browser:
        token = (await browser.get("/session")).json()["form_token"]
        while id := (await fresh.get()).decode():
            await browser.post(f"/cases/{id}/take", data={"form_token": token})
            page = await browser.get(f"/cases/{id}", headers={"accept": "text/html"})
            if page.status_code == 200:
                seen[id.encode()].page = time.perf_counter()
            await browser.post(f"/cases/{id}/hand-over", data={"form_token": token, "note": "seen"})


if __name__ == "__main__":
    typer.run(main)
