"""Station events, each stored once however often it is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Connection, insert, select

from examiner_console.contract import EventBatch, EventReceipt, StationEvent
from examiner_console.tables import events


@dataclass(frozen=True, slots=True)
class Telemetry:
    clock: Callable[[], datetime]

    def accept(self, connection: Connection, batches: Sequence[EventBatch]) -> list[EventReceipt]:
        """One receipt each, in order; an event counts as known by its id or by its station and sequence."""
        return [self._accept(connection, batch) for batch in batches]

    def _accept(self, connection: Connection, batch: EventBatch) -> EventReceipt:
        fresh = _fresh(connection, batch.events)
        if fresh:
            at = self.clock()
            connection.execute(insert(events), [_row(event, at) for event in fresh])
        return EventReceipt(stored=len(fresh), known=len(batch.events) - len(fresh))


def _fresh(connection: Connection, sent: Sequence[StationEvent]) -> list[StationEvent]:
    station = sent[0].station
    ids = set(connection.execute(select(events.c.id).where(events.c.id.in_([e.id for e in sent]))).scalars())
    numbers = set(
        connection.execute(
            select(events.c.sequence).where(
                events.c.station == station, events.c.sequence.in_([e.sequence for e in sent])
            )
        ).scalars()
    )
    fresh = []
    for event in sent:
        if event.id not in ids and event.sequence not in numbers:
            fresh.append(event)
            ids.add(event.id)
            numbers.add(event.sequence)
    return fresh


def _row(event: StationEvent, at: datetime) -> dict[str, object]:
    return {
        "id": event.id,
        "station": event.station,
        "sequence": event.sequence,
        "kind": event.kind,
        "at": event.at,
        "received_at": at,
        "inspection": event.inspection,
        "data": msgspec.json.encode(event.data),
    }
