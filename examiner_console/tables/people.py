"""Officers, their sessions and security keys."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    Uuid,
)

from examiner_console.tables.ground import Instant, metadata

officers = Table(
    "officers",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("display", String(128), nullable=False),
    Column("role", String(32), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    Column("subject", String(512)),
    Index("officers_by_subject", "subject", unique=True),
)
"""`subject` is set for whom the agency's own log-in vouches; they have no password here."""


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


security_keys = Table(
    "security_keys",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("name", String(64), nullable=False),
    Column("credential", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("suspected_at", Instant),
    Index("security_keys_by_officer", "officer"),
)
"""`suspected_at`: when its counter went back, as that of a copied key does."""


broken_glass = Table(
    "broken_glass",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("officer", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index("broken_glass_by_end", "ends_at", "officer"),
)
"""An officer's wider role for a quarter of an hour; `ended_at` where it was given up before."""

key_ceremonies = Table(
    "key_ceremonies",
    metadata,
    Column("token_sha256", LargeBinary, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("challenge", String(64)),
    Column("expires_at", Instant, nullable=False),
)
"""What waits for a key: a log-in after its password, or the registration of a key. A challenge is used once."""
