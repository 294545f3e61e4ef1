"""What stations send, what was decided, and the cases and landings that came of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from examiner_console.tables.ground import Instant, metadata

stations = Table(
    "stations",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("direction", String(16), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)


inspections = Table(
    "inspections",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("station", String(64), nullable=False),
    Column("delivery", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("payload_sha256", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index("inspections_by_time", "received_at"),
)


decisions = Table(
    "decisions",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("outcome", String(16), nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


registry_answers = Table(
    "registry_answers",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""What the registries of other authorities had answered when a version of a decision was made."""


cases = Table(
    "cases",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("ordinal", BigInteger, nullable=False, unique=True),
    Column("document_number", String(512), nullable=False),
    Column("nationality", String(512), nullable=False),
    Column("booth", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("taken_by", String(64)),
    Column("taken_at", Instant),
    Column("closed_at", Instant),
    Column("outcome", String(16)),
    Column("status", String(64)),
    Column("period", String(64)),
    Column("permitted_until", Date),
    Index("cases_by_document", "document_number", "state"),
    Index("cases_by_state", "state", "opened_at"),
)


landings = Table(
    "landings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("nationality", String(512), nullable=False),
    Column("document_number", String(512), nullable=False),
    Column("landed_on", Date, nullable=False),
    Column("status", String(64), nullable=False),
    Column("period", String(64), nullable=False),
    Column("permitted_until", Date),
    Column("port", String(64), nullable=False),
    Column("departed_on", Date),
    Column("departure", Uuid),
    Index("landings_by_document", "document_number", "nationality"),
    Index("landings_by_departure", "departure"),
)


events = Table(
    "events",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("station", String(64), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("inspection", Uuid),
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("station", "sequence", name="events_once_per_station"),
)


spot_ins = Table(
    "spot_ins",
    metadata,
    Column("flight", String(16), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("spot", String(16), nullable=False),
    Column("terminal", String(16), nullable=False),
    Column("passengers", Integer, nullable=False),
    Column("visitors", Integer),
    Column("recorded_at", Instant, nullable=False),
    Index("spot_ins_by_time", "at"),
)
"""The newest word about a flight stands; none of it is about a person."""
