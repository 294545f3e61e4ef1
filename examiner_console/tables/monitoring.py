"""Gates as their monitoring officers see and order them. What gates say here is forgotten with their next word."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Uuid

from examiner_console.tables.ground import Instant, metadata

gate_reports = Table(
    "gate_reports",
    metadata,
    Column("station", String(64), primary_key=True),
    Column("reported_at", Instant, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("state", String(64), nullable=False),
    Column("prompt", String(64), nullable=False),
    Column("booth", String(16), nullable=False),
    Column("lost", String(1024), nullable=False),
    Column("in_service", Boolean, nullable=False),
)
"""The last word of each gate; `reported_at` by its own clock, the others by ours."""


gate_orders = Table(
    "gate_orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("station", String(64), nullable=False),
    Column("command", String(16), nullable=False),
    Column("given_by", String(64), nullable=False),
    Column("second", String(64)),
    Column("given_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("refused", String(64)),
    Index("gate_orders_by_station", "station", "expires_at"),
)
"""`second`: who confirmed what takes two; nobody hears an order before it was confirmed. `refused` is the gate's code,
empty where it obeyed."""


gate_watches = Table(
    "gate_watches",
    metadata,
    Column("station", String(64), primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
)


gate_locks = Table(
    "gate_locks",
    metadata,
    Column("station", String(64), primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", String(200), nullable=False),
)


fleet_modes = Table(
    "fleet_modes",
    metadata,
    Column("direction", String(16), primary_key=True),
    Column("mode", String(16), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("second", String(64)),
    Column("at", Instant, nullable=False),
    Column("reason", String(200), nullable=False),
    Column("asked", String(16)),
    Column("asked_by", String(64)),
    Column("asked_at", Instant),
)
"""How all gates of one side serve. `asked` is a less strict mode that one person wants and another must confirm."""


gate_sightings = Table(
    "gate_sightings",
    metadata,
    Column("station", String(64), primary_key=True),
    Column("alert", String(64), nullable=False),
    Column("since", Instant, nullable=False),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
"""The alert of each gate that an officer saw last."""
