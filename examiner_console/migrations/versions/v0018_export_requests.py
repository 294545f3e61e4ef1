"""Exports that one person asks for and another agrees to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_requests",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("with_identities", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(500), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_by", sa.String(64)),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("refused", sa.String(500)),
        sa.Column("fetched_at", sa.BigInteger()),
    )
    op.create_index("export_requests_by_time", "export_requests", ["asked_at"])


def downgrade() -> None:
    op.drop_index("export_requests_by_time", table_name="export_requests")
    op.drop_table("export_requests")
