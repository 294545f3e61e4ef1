"""The ground: stations, inspections and decisions, casework, evidence, events, the ledger, officers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stations()
    _inspections()
    _cases()
    _landings_and_actions()
    _evidence()
    _ledger()
    _officers()


def _stations() -> None:
    op.create_table(
        "stations",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("inspection", sa.Uuid(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("station", "sequence", name="events_once_per_station"),
    )


def _inspections() -> None:
    op.create_table(
        "inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=64), nullable=False),
        sa.Column("delivery", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "decisions",
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("inspection", "version"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("document_number", sa.String(length=512), nullable=False),
        sa.Column("nationality", sa.String(length=512), nullable=False),
        sa.Column("booth", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("period", sa.String(length=64), nullable=True),
        sa.Column("permitted_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("inspection"),
        sa.UniqueConstraint("ordinal"),
    )
    op.create_index("cases_by_document", "cases", ["document_number", "state"], unique=False)
    op.create_index("cases_by_state", "cases", ["state", "opened_at"], unique=False)


def _landings_and_actions() -> None:
    op.create_table(
        "landings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nationality", sa.String(length=512), nullable=False),
        sa.Column("document_number", sa.String(length=512), nullable=False),
        sa.Column("landed_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=64), nullable=False),
        sa.Column("permitted_until", sa.Date(), nullable=True),
        sa.Column("port", sa.String(length=64), nullable=False),
        sa.Column("departed_on", sa.Date(), nullable=True),
        sa.Column("departure", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("landings_by_departure", "landings", ["departure"], unique=False)
    op.create_index("landings_by_document", "landings", ["document_number", "nationality"], unique=False)
    op.create_table(
        "actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("actions_by_inspection", "actions", ["inspection"], unique=False)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=512), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("inspection", "id"),
    )
    op.create_table(
        "evidence_keys",
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("stored_at", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("inspection"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )


def _officers() -> None:
    op.create_table(
        "officers",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_index("sessions_by_officer", "sessions", ["officer"], unique=False)


def downgrade() -> None:
    op.drop_table("stations")
    op.drop_index("sessions_by_officer", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("officers")
    op.drop_table("ledger")
    op.drop_index("landings_by_document", table_name="landings")
    op.drop_index("landings_by_departure", table_name="landings")
    op.drop_table("landings")
    op.drop_table("inspections")
    op.drop_table("evidence_keys")
    op.drop_table("evidence")
    op.drop_table("events")
    op.drop_table("decisions")
    op.drop_table("checkpoints")
    op.drop_index("cases_by_state", table_name="cases")
    op.drop_index("cases_by_document", table_name="cases")
    op.drop_table("cases")
    op.drop_index("actions_by_inspection", table_name="actions")
    op.drop_table("actions")
