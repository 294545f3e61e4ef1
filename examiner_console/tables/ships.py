"""Ships in port, their passengers, and special permissions to land."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from examiner_console.tables.ground import Instant, metadata

ship_calls = Table(
    "ship_calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("departs_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("entered_by", String(64), nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("manifest", Integer, nullable=False),
    Column("screened_at", Instant),
    Column("permitted_by", String(64)),
    Column("permitted_at", Instant),
    Column("permitted_sha256", String(64)),
    Column("before", Instant),
    Column("closed_by", String(64)),
    Column("closed_at", Instant),
    Column("note", Text),
    Index("ship_calls_by_departure", "departs_at"),
)
"""`manifest` is the number of the list that holds, 0 before there is one; `before` is when permission ends."""


ship_manifests = Table(
    "ship_manifests",
    metadata,
    Column("call", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("source", String(16), nullable=False),
    Column("loaded_by", String(64), nullable=False),
    Column("loaded_at", Instant, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Every list as it was loaded; a corrected one is a number of its own."""


ship_lines = Table(
    "ship_lines",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call", Uuid, nullable=False),
    Column("nationality", String(3), nullable=False),
    Column("document_number", String(20), nullable=False),
    Column("number", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("reasons", LargeBinary, nullable=False),
    Column("decided_by", String(64)),
    Column("way", String(8)),
    Column("way_at", Instant),
    UniqueConstraint("call", "nationality", "document_number", name="ship_lines_once_per_passport"),
    Index("ship_lines_by_standing", "call", "standing"),
)
"""Everybody who was ever on a call's list; `way` is where the newest scan by `way_at` saw them."""


ship_scans = Table(
    "ship_scans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call", Uuid, nullable=False),
    Column("line", Uuid),
    Column("way", String(8), nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index("ship_scans_by_call", "call", "line"),
)


special_landings = Table(
    "special_landings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("call", Uuid),
    Column("begun_at", Instant, nullable=False),
    Column("before", Instant),
    Column("given_by", String(64), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("ended_by", String(64)),
    Column("ending", String(16)),
    Column("body", LargeBinary, nullable=False),
    Index("special_landings_in_force", "ended_at", "before"),
    Index("special_landings_by_call", "call"),
)
"""One permission of Art. 14 to 18-2 a row; that of a cruise passenger has the identifier of the line."""
