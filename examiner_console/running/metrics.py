"""`/metrics`, on a port of its own: what this process counted, and what the store holds at this moment."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Connection, func, select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from examiner_console.casework.cases import CaseState
from examiner_console.console import Console
from examiner_console.database import StoreUnavailable
from examiner_console.running.measures import Measures
from examiner_console.tables import cases, checkpoints

OPEN: Final = (CaseState.WAITING, CaseState.TAKEN)


@dataclass(frozen=True, slots=True)
class Held:
    """What the store holds: open cases by state, and the ledger's newest checkpoint."""

    cases: dict[CaseState, int]
    leaves: int
    sealed_at: datetime | None


def create_metrics_app(console: Console) -> ASGIApp:
    async def metrics(_: Request) -> Response:
        return Response(await exposition(console), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Starlette(routes=[Route("/metrics", metrics)])


async def exposition(console: Console) -> bytes:
    """Prometheus' text format; without what only the store can tell, where it does not answer."""
    now = CollectorRegistry()
    up = _gauge(now, "sekisho_store_up", "1 where the store could be read.")
    try:
        held = await console.store.read(_held)
    except StoreUnavailable:
        up.set(0)
    else:
        up.set(1)
        _tell(now, held, console.clock())
    return generate_latest(console.measures.registry) + generate_latest(now)


def _gauge(registry: CollectorRegistry, name: str, help: str) -> Gauge:
    return Gauge(name, help, registry=registry)


def _held(connection: Connection) -> Held:
    query = select(cases.c.state, func.count()).where(cases.c.state.in_(OPEN)).group_by(cases.c.state)
    counts = {CaseState(state): count for state, count in connection.execute(query)}
    last = connection.execute(
        select(checkpoints.c.size, checkpoints.c.at).order_by(checkpoints.c.size.desc()).limit(1)
    ).first()
    return Held({state: counts.get(state, 0) for state in OPEN}, last.size if last else 0, last.at if last else None)


def _tell(registry: CollectorRegistry, held: Held, now: datetime) -> None:
    of_state = Gauge("sekisho_cases_open", "Cases that no officer has closed.", ("state",), registry=registry)
    for state, count in held.cases.items():
        of_state.labels(state.value).set(count)
    _gauge(registry, "sekisho_ledger_leaves", "Entries of the ledger under the newest checkpoint.").set(held.leaves)
    if held.sealed_at is not None:
        age = (now - held.sealed_at).total_seconds()
        _gauge(registry, "sekisho_ledger_checkpoint_age_seconds", "Since the newest checkpoint.").set(age)


class Timed:
    """Measures how long a station waits for the answer that its message is stored."""

    def __init__(self, stations: ASGIApp, measures: Measures) -> None:
        self._stations, self._measures = stations, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self._stations(scope, receive, watch)
        if status < 300 and not scope["path"].endswith("/orders"):  # a gate that waits for orders waits on purpose
            self._measures.ingested(_message(scope["path"]), time.perf_counter() - began)


def _message(path: str) -> str:
    """Of an address that was answered with success."""
    last = path.rsplit("/", 1)[-1]
    return last if last in ("evidence", "events") else "inspection"
