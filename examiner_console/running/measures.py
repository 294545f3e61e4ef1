"""What the console counts about its work: by kind of station, direction and outcome, and never about a person.

Reasons of a referral are no label: whoever reads the numbers could count the watchlist's silent alerts.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from examiner_console.casework.ingest import Answer
from examiner_console.contract import EventReceipt, Inspection

INGEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Our own: a gate gives up after seconds, a commit takes milliseconds."""
BATCH_WRITES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Up to `database.BATCH`."""
disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began is no question of ours


class Measures:
    """Of one process, from its start; `registry` has them all. Called on the event loop and on the store's writer."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._inspections = Counter(
            "sekisho_inspections",
            "Inspections decided, and once more where a decision changed.",
            ("kind", "direction", "outcome"),
            registry=registry,
        )
        self._refused = Counter(
            "sekisho_refused_messages", "Messages of stations not taken.", ("code",), registry=registry
        )
        self._events = Counter(
            "sekisho_events", "Events of stations, new or known before.", ("outcome",), registry=registry
        )
        self._ingest = Histogram(
            "sekisho_ingest_seconds",
            "From a message to the answer that it is stored.",
            ("message",),
            buckets=INGEST_SECONDS,
            registry=registry,
        )
        self._batches = Histogram(
            "sekisho_store_batch_writes", "Writes that shared one commit.", buckets=BATCH_WRITES, registry=registry
        )
        self._failures = Counter("sekisho_store_failures", "Commits that the database did not take.", registry=registry)
        self._failed_writes = Counter("sekisho_store_failed_writes", "Writes in those commits.", registry=registry)
        self._live_pages = Gauge("sekisho_queue_listeners", "Pages that are kept live.", registry=registry)

    def live_page(self) -> AbstractContextManager[None]:
        """Counted while it is open."""
        return self._live_pages.track_inprogress()

    def inspected(self, inspection: Inspection, answer: Answer) -> None:
        if answer.new:
            outcome = answer.decision.outcome.value
            self._inspections.labels(inspection.kind.value, inspection.direction.value, outcome).inc()

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def received(self, receipt: EventReceipt) -> None:
        self._events.labels("stored").inc(receipt.stored)
        self._events.labels("known").inc(receipt.known)

    def ingested(self, message: str, seconds: float) -> None:
        """`message` is inspection, evidence or events."""
        self._ingest.labels(message).observe(seconds)

    def stored(self, writes: int) -> None:
        self._batches.observe(writes)

    def store_failed(self, writes: int) -> None:
        self._failures.inc()
        self._failed_writes.inc(writes)
