"""How travellers left, and departure orders that were proposed and given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leavings",
        sa.Column("inspection", sa.Uuid(), primary_key=True),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("article", sa.String(32), nullable=False),
        sa.Column("back_until", sa.Date()),
        sa.Column("leave_by", sa.Date()),
        sa.Column("bar_until", sa.Date()),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "departure_orders",
        sa.Column("inspection", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Integer(), autoincrement=False, primary_key=True),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_by", sa.String(64)),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("leave_by", sa.Date()),
        sa.Column("why", sa.Text()),
    )


def downgrade() -> None:
    op.drop_table("departure_orders")
    op.drop_table("leavings")
