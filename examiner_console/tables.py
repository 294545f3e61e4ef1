"""The console's tables. Instants are UTC, whole microseconds since 1970, so that both databases keep them exactly.

No table relies on serial numbers, and nothing is updated that the ledger covers: a changed decision is a new version.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeDecorator

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Since 1970 UTC. A naive instant raises TypeError: it names none."""
    return (at - EPOCH) // _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware datetime as `microseconds`."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


metadata = MetaData()

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

evidence = Table(
    "evidence",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("id", String(16), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("label", String(512), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

evidence_keys = Table(
    "evidence_keys",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("payload_sha256", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary),
    Column("stored_at", Instant, nullable=False),
    Column("erased_at", Instant),
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

actions = Table(
    "actions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("inspection", Uuid, nullable=False),
    Column("officer", String(64), nullable=False),
    Column("verb", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("actions_by_inspection", "inspection"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("key", String(64), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

officers = Table(
    "officers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("display", String(128), nullable=False),
    Column("role", String(32), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("sessions_by_officer", "officer"),
)
