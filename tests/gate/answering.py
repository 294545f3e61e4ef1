"""A console that answers what a test tells it to."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from uuid6 import uuid7

from examiner_console.contract import (
    Decision,
    DecisionOutcome,
    Delivery,
    EventBatch,
    EventReceipt,
    GateCommand,
    GateOrder,
    GateReport,
    Inspection,
    Problem,
    Reason,
    SignedEnvelope,
    StandingOrders,
    StationEvent,
    decode,
    encode,
    open_envelope,
)
from examiner_console.law import stations

STATION = "gate-1"


class AnsweringConsole:
    """Speaks the station API for one key. `outcome` None means silence; everything received is kept.

    A deferred inspection is referred, and one of an implausible clock, by the console's own rule.
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self.outcome: DecisionOutcome | None = DecisionOutcome.CONFIRM
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.inspections: list[tuple[Inspection, Delivery]] = []
        self.evidence: list[str] = []
        self.events: list[StationEvent] = []
        self.reports: list[GateReport] = []
        self.standing: StandingOrders | None = StandingOrders("1", in_service=True, watched_seconds=0.0)
        """What every gate that asks is told at once; None is silence."""
        self._changed = threading.Condition()
        keys = {STATION: key.public_key()}
        console = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                self._answer(*console.put(self.path, body, keys))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path.endswith("/orders"):
                    with contextlib.suppress(BrokenPipeError):  # a gate that stops does not wait for its orders
                        self._answer(*console.order(body, keys))
                    return
                _, batch = open_envelope(body, EventBatch, purpose="events", keys=keys)
                console.keep(lambda: console.events.extend(console.unknown(batch)))
                self._answer(200, encode(EventReceipt(len(batch.events), 0)))

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, path: str, body: bytes, keys: Any) -> tuple[int, bytes]:
        if self.outcome is None:
            return 503, encode(Problem("store_unavailable", "The console cannot answer now."))
        if path.endswith("/evidence"):
            self.keep(lambda: self.evidence.append(path))
            return 204, b""
        delivery = decode(body, SignedEnvelope).delivery
        _, inspection = open_envelope(body, Inspection, purpose="inspection", keys=keys)
        self.keep(lambda: self.inspections.append((inspection, delivery)))
        self.may_answer.wait(5.0)
        facts: Any = SimpleNamespace(inspection=inspection, at=datetime.now(UTC), delivery=delivery)
        mistrusted = delivery is Delivery.DEFERRED or any(stations.clock(facts))
        outcome = DecisionOutcome.REFER if mistrusted else self.outcome
        reason = Reason("test", "Art. 25", "test")
        return 200, encode(Decision(inspection.id, outcome, (reason,), "1", datetime.now(UTC), booth="3"))

    def order(self, body: bytes, keys: Any) -> tuple[int, bytes]:
        """As the console does: at once where the gate has not heard it, else after a while."""
        _, report = open_envelope(body, GateReport, purpose="orders", keys=keys)
        self.keep(lambda: self.reports.append(report))
        with self._changed:
            self._changed.wait_for(lambda: self._standing_for(report), report.wait_seconds)
            if self.standing is None:
                return 503, encode(Problem("store_unavailable", "The console cannot answer now."))
            return 200, encode(self.standing)

    def _standing_for(self, report: GateReport) -> bool:
        return self.standing is None or self.standing.version != report.heard

    def tell(self, *commands: GateCommand, in_service: bool = True, watched_seconds: float = 0.0, **more: bool) -> None:
        """What the gate hears from now on, each command once."""
        orders = tuple(GateOrder(UUID(int=uuid7().int), command, 10.0) for command in commands)
        assert self.standing is not None
        version = str(int(self.standing.version) + 1)
        standing = StandingOrders(version, in_service, watched_seconds, orders, **more)
        self.keep(lambda: setattr(self, "standing", standing))

    def obeyed(self) -> list[str]:
        """Why each order was refused, empty where it was obeyed, in the order the gate told of them."""
        return [one.why for report in self.reports for one in report.obeyed]

    def unknown(self, batch: EventBatch) -> list[StationEvent]:
        """As the console does: a station that dies before it hears the receipt sends a batch again."""
        known = {event.id for event in self.events}
        return [event for event in batch.events if event.id not in known]

    def keep(self, write: Callable[[], None]) -> None:
        with self._changed:
            write()
            self._changed.notify_all()

    async def wait(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        def waited() -> bool:
            with self._changed:
                return self._changed.wait_for(condition, seconds)

        assert await asyncio.to_thread(waited), [event.kind for event in self.events]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def event(self, kind: str) -> StationEvent:
        return next(event for event in self.events if event.kind == kind)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
