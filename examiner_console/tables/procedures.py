"""What officers work on beside the booth: watchlist, hearings, registrations, protection desk, departures."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
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

watchlist_versions = Table(
    "watchlist_versions",
    metadata,
    Column("entry", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("change", String(16), nullable=False),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
)


watchlist_settlements = Table(
    "watchlist_settlements",
    metadata,
    Column("entry", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("standing", String(16), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
"""A version without a row here is a proposal that nobody has settled."""


hearings = Table(
    "hearings",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("opened_at", Instant, nullable=False),
    Column("handed_over_by", String(64), nullable=False),
    Column("biometrics_missing", Boolean, nullable=False),
    Column("health_in_question", Boolean, nullable=False),
    Column("since", Integer, nullable=False),
    Column("outcome", String(32)),
    Index("hearings_by_outcome", "outcome", "opened_at"),
)


hearing_entries = Table(
    "hearing_entries",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("act", String(32), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Rows are only added; what a hearing has come to follows from them."""


registrations = Table(
    "registrations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("nationality", String(512), nullable=False),
    Column("document_number", String(512), nullable=False),
    Column("document_expiry", Date, nullable=False),
    Column("surname", String(512), nullable=False),
    Column("given_names", String(512), nullable=False),
    Column("birth_date", Date),
    Column("sex", String(16), nullable=False),
    Column("stay_until", Date),
    Column("hand_missing", Integer, nullable=False),
    Column("inspection", Uuid, nullable=False),
    Column("consent", String(32), nullable=False),
    Column("applied_at", Instant, nullable=False),
    Column("applied_by", String(64), nullable=False),
    Column("first_passed_on", Date),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("ends_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("alike", Uuid),
    Column("ground", String(32)),
    Column("proposed_by", String(64)),
    Column("last_step", String(16), nullable=False),
    Column("last_by", String(64), nullable=False),
    Index("registrations_by_document", "document_number", "nationality"),
    Index("registrations_by_end", "ends_at"),
)
"""As each stands; how it came to that are the actions under its identifier. `ends_at` is the first instant too late."""


registration_terms = Table(
    "registration_terms",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("nationality", String(512), nullable=False),
    Column("document_number", String(512), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("granted_by", String(64), nullable=False),
)
"""Every validity that was ever granted, under the passport of then; rows are only added."""


registered_prints = Table(
    "registered_prints",
    metadata,
    Column("registration", Uuid, primary_key=True),
    Column("position", String(32), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""One finger a row, sealed under the registration's own key (`category_keys`)."""


protection_files = Table(
    "protection_files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("outcome", String(32)),
    Index("protection_files_by_outcome", "outcome"),
)
"""An `id` that is an inspection's makes its case private until an outcome lets it go."""


protection_entries = Table(
    "protection_entries",
    metadata,
    Column("file", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("key", Uuid, nullable=False),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("file", "key", name="protection_entries_once"),
)
"""Rows are only added."""


silent_alarms = Table(
    "silent_alarms",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("inspection", Uuid, nullable=False),
    Column("place", String(16), nullable=False),
    Column("officer", String(64), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("taken_by", String(64)),
    Column("taken_at", Instant),
    Column("ended_at", Instant),
)


departure_holds = Table(
    "departure_holds",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("held_by", String(64)),
    Column("held_at", Instant),
    Column("released_by", String(64)),
    Column("released_at", Instant),
    Column("authority", Text),
    Column("reference", Text),
)


leavings = Table(
    "leavings",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("way", String(32), nullable=False),
    Column("article", String(32), nullable=False),
    Column("back_until", Date),
    Column("leave_by", Date),
    Column("bar_until", Date),
    Column("officer", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
"""How a confirmed departure was recorded: with leave to come back, for good, or under an order."""


departure_orders = Table(
    "departure_orders",
    metadata,
    Column("inspection", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("settled_by", String(64)),
    Column("settled_at", Instant),
    Column("leave_by", Date),
    Column("why", Text),
)
"""Proposed until somebody settled it; given where it has a day, else refused. The newest of a case counts."""
