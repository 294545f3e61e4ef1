"""Registrations for the automated gate: how each stands, every term it had, and its sealed templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("nationality", sa.String(length=512), nullable=False),
        sa.Column("document_number", sa.String(length=512), nullable=False),
        sa.Column("document_expiry", sa.Date(), nullable=False),
        sa.Column("surname", sa.String(length=512), nullable=False),
        sa.Column("given_names", sa.String(length=512), nullable=False),
        sa.Column("birth_date", sa.Date()),
        sa.Column("sex", sa.String(length=16), nullable=False),
        sa.Column("stay_until", sa.Date()),
        sa.Column("hand_missing", sa.Integer(), nullable=False),
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("consent", sa.String(length=32), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", sa.String(length=64), nullable=False),
        sa.Column("first_passed_on", sa.Date()),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("alike", sa.Uuid()),
        sa.Column("ground", sa.String(length=32)),
        sa.Column("proposed_by", sa.String(length=64)),
        sa.Column("last_step", sa.String(length=16), nullable=False),
        sa.Column("last_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("registrations_by_document", "registrations", ["document_number", "nationality"])
    op.create_index("registrations_by_end", "registrations", ["ends_at"])
    op.create_table(
        "registration_terms",
        sa.Column("registration", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nationality", sa.String(length=512), nullable=False),
        sa.Column("document_number", sa.String(length=512), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("registration", "number"),
    )
    op.create_table(
        "registered_prints",
        sa.Column("registration", sa.Uuid(), nullable=False),
        sa.Column("position", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("registration", "position"),
    )


def downgrade() -> None:
    op.drop_table("registered_prints")
    op.drop_table("registration_terms")
    op.drop_index("registrations_by_end", "registrations")
    op.drop_index("registrations_by_document", "registrations")
    op.drop_table("registrations")
