"""The console's tables. Instants are UTC, whole microseconds since 1970, so that both databases keep them exactly.

No table relies on serial numbers, and nothing is updated that the ledger covers: a changed decision is a new version.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
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
