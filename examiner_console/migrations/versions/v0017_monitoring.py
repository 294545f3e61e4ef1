"""Gates as their monitoring officers see and order them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("gate_reports", "gate_orders", "gate_watches", "gate_locks", "gate_sightings", "fleet_modes")


def upgrade() -> None:
    op.create_table(
        "gate_reports",
        sa.Column("station", sa.String(64), primary_key=True),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("prompt", sa.String(64), nullable=False),
        sa.Column("booth", sa.String(16), nullable=False),
        sa.Column("lost", sa.String(1024), nullable=False),
        sa.Column("in_service", sa.Boolean, nullable=False),
    )
    op.create_table(
        "gate_orders",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("station", sa.String(64), nullable=False),
        sa.Column("command", sa.String(16), nullable=False),
        sa.Column("given_by", sa.String(64), nullable=False),
        sa.Column("second", sa.String(64)),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("refused", sa.String(64)),
    )
    op.create_index("gate_orders_by_station", "gate_orders", ["station", "expires_at"])
    op.create_table(
        "gate_watches",
        sa.Column("station", sa.String(64), primary_key=True),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "gate_locks",
        sa.Column("station", sa.String(64), primary_key=True),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
    )
    op.create_table(
        "gate_sightings",
        sa.Column("station", sa.String(64), primary_key=True),
        sa.Column("alert", sa.String(64), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "fleet_modes",
        sa.Column("direction", sa.String(16), primary_key=True),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("second", sa.String(64)),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("asked", sa.String(16)),
        sa.Column("asked_by", sa.String(64)),
        sa.Column("asked_at", sa.BigInteger()),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
