"""The record: evidence under its keys, what officers did, and the ledger over all of it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
)

from examiner_console.tables.ground import Instant, metadata

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


category_keys = Table(
    "category_keys",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("inspection", Uuid, nullable=False),
    Column("category", String(32), nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Index("category_keys_by_inspection", "inspection"),
)
"""Rows are only added behind the last one and overwritten in place, so that SQLite never copies one elsewhere.

`wrapped` is all zeros once the key was erased.
"""


receipts = Table(
    "receipts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("category", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
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
    Column("record", Uuid),
    Index("ledger_by_record", "record"),
)


ledger_tiles = Table(
    "ledger_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Roots of the whole subtrees of 256^level leaves, so that a proof reads hundreds of hashes and not all of them."""


checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("key", String(64), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("previous_size", BigInteger),
    Column("previous", LargeBinary),
)
"""`previous` is null in what was signed before checkpoints named the one they follow."""


export_requests = Table(
    "export_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("format", String(16), nullable=False),
    Column("with_identities", Boolean, nullable=False),
    Column("purpose", String(500), nullable=False),
    Column("basis", String(64), nullable=False),
    Column("days", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("asked_by", String(64), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answered_by", String(64)),
    Column("answered_at", Instant),
    Column("refused", String(500)),
    Column("fetched_at", Instant),
    Index("export_requests_by_time", "asked_at"),
)
"""Days in Japan; `refused` says why, and is null where the answer was yes."""
