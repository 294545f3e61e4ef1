"""Ship calls, their passengers, the tally at the gangway, and special permissions to land (Art. 14 to 18-2)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ship_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departs_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("manifest", sa.Integer(), nullable=False),
        sa.Column("screened_at", sa.BigInteger(), nullable=True),
        sa.Column("permitted_by", sa.String(length=64), nullable=True),
        sa.Column("permitted_at", sa.BigInteger(), nullable=True),
        sa.Column("permitted_sha256", sa.String(length=64), nullable=True),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ship_calls_by_departure", "ship_calls", ["departs_at"])
    op.create_table(
        "ship_manifests",
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("loaded_by", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call", "number"),
    )
    op.create_table(
        "ship_lines",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("nationality", sa.String(length=3), nullable=False),
        sa.Column("document_number", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=True),
        sa.Column("way_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call", "nationality", "document_number", name="ship_lines_once_per_passport"),
    )
    op.create_index("ship_lines_by_standing", "ship_lines", ["call", "standing"])
    op.create_table(
        "ship_scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Uuid(), nullable=True),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("officer", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ship_scans_by_call", "ship_scans", ["call", "line"])
    op.create_table(
        "special_landings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("call", sa.Uuid(), nullable=True),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.BigInteger(), nullable=True),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ending", sa.String(length=16), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("special_landings_by_call", "special_landings", ["call"])
    op.create_index("special_landings_in_force", "special_landings", ["ended_at", "before"])


def downgrade() -> None:
    for table in ("special_landings", "ship_scans", "ship_lines", "ship_manifests", "ship_calls"):
        op.drop_table(table)
