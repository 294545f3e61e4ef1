"""Flights at their spots, from which waits are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spot_ins",
        sa.Column("flight", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("spot", sa.String(length=16), nullable=False),
        sa.Column("terminal", sa.String(length=16), nullable=False),
        sa.Column("passengers", sa.Integer(), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("flight", "day"),
    )
    op.create_index("spot_ins_by_time", "spot_ins", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("spot_ins_by_time", table_name="spot_ins")
    op.drop_table("spot_ins")
