"""What the console counts about its work: by kind of station, direction and outcome, and never about a person.

Reasons of a referral are no label: whoever reads the numbers could count the watchlist's silent alerts.
"""

from __future__ import annotations

import math
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from examiner_console.casework.ingest import Answer
from examiner_console.contract import EventReceipt, Inspection
from examiner_console.running.exposition import Family, Sample, gauge, number

INGEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Our own: a gate gives up after seconds, a commit takes milliseconds."""
BATCH_WRITES: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
"""Up to `database.BATCH`."""


class Counter:
    """Only grows. Values of labels are given in the order of their names."""

    def __init__(self, name: str, help: str, labels: Sequence[str] = ()) -> None:
        self._name, self._help, self._labels = name, help, labels
        self._counts: dict[tuple[str, ...], int] = {} if labels else {(): 0}
        self._lock = threading.Lock()

    def add(self, *values: str, by: int = 1) -> None:
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + by

    def family(self) -> Family:
        with self._lock:
            counts = sorted(self._counts.items())
        samples = [Sample(count, dict(zip(self._labels, values, strict=True))) for values, count in counts]
        return Family(self._name, "counter", self._help, samples)


class Histogram:
    """How many values were at most as large as each of `bounds`, which ascend; by one label where it has a name."""

    def __init__(self, name: str, help: str, bounds: Sequence[float], label: str = "") -> None:
        self._name, self._help, self._bounds, self._label = name, help, (*bounds, math.inf), label
        self._buckets: dict[str, list[int]] = {}
        self._sums: dict[str, float] = {}
        self._lock = threading.Lock()

    def observe(self, value: float, under: str = "") -> None:
        with self._lock:
            buckets = self._buckets.setdefault(under, [0] * len(self._bounds))
            buckets[bisect_left(self._bounds, value)] += 1
            self._sums[under] = self._sums.get(under, 0.0) + value

    def family(self) -> Family:
        with self._lock:
            found = [(under, list(buckets), self._sums[under]) for under, buckets in sorted(self._buckets.items())]
        samples = [sample for under, buckets, total in found for sample in self._samples(under, buckets, total)]
        return Family(self._name, "histogram", self._help, samples)

    def _samples(self, under: str, buckets: Sequence[int], total: float) -> list[Sample]:
        labels = {self._label: under} if self._label else {}
        count, samples = 0, []
        for bound, more in zip(self._bounds, buckets, strict=True):
            count += more
            samples.append(Sample(count, {**labels, "le": number(bound)}, "_bucket"))
        return [*samples, Sample(total, labels, "_sum"), Sample(count, labels, "_count")]


class Measures:
    """Of one process, from its start. Called on the event loop and on the store's writer."""

    def __init__(self) -> None:
        self._started = time.time()
        self._inspections = Counter(
            "sekisho_inspections_total",
            "Inspections decided, and once more where a decision changed.",
            ("kind", "direction", "outcome"),
        )
        self._refused = Counter("sekisho_refused_messages_total", "Messages of stations not taken.", ("code",))
        self._events = Counter("sekisho_events_total", "Events of stations, new or known before.", ("outcome",))
        self._ingest = Histogram(
            "sekisho_ingest_seconds", "From a message to the answer that it is stored.", INGEST_SECONDS, "message"
        )
        self._batches = Histogram("sekisho_store_batch_writes", "Writes that shared one commit.", BATCH_WRITES)
        self._failures = Counter("sekisho_store_failures_total", "Commits that the database did not take.")
        self._failed_writes = Counter("sekisho_store_failed_writes_total", "Writes in those commits.")

    def inspected(self, inspection: Inspection, answer: Answer) -> None:
        if answer.new:
            outcome = answer.decision.outcome.value
            self._inspections.add(inspection.kind.value, inspection.direction.value, outcome)

    def refused(self, code: str) -> None:
        self._refused.add(code)

    def received(self, receipt: EventReceipt) -> None:
        self._events.add("stored", by=receipt.stored)
        self._events.add("known", by=receipt.known)

    def ingested(self, message: str, seconds: float) -> None:
        """`message` is inspection, evidence or events."""
        self._ingest.observe(seconds, message)

    def stored(self, writes: int) -> None:
        self._batches.observe(writes)

    def store_failed(self, writes: int) -> None:
        self._failures.add()
        self._failed_writes.add(by=writes)

    def families(self) -> list[Family]:
        counted = (self._inspections, self._refused, self._events, self._ingest, self._batches, self._failures)
        return [
            *(measure.family() for measure in (*counted, self._failed_writes)),
            gauge("process_start_time_seconds", "When the process started, in seconds since 1970 UTC.", self._started),
        ]
