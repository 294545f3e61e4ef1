"""Hearings: one for each case that was handed over, those of before included, and what happened in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hearings",
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("handed_over_by", sa.String(64), nullable=False),
        sa.Column("biometrics_missing", sa.Boolean(), nullable=False),
        sa.Column("health_in_question", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.PrimaryKeyConstraint("inspection"),
    )
    op.create_index("hearings_by_outcome", "hearings", ["outcome", "opened_at"])
    op.create_table(
        "hearing_entries",
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("officer", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("inspection", "number"),
    )
    op.execute(
        "INSERT INTO hearings (inspection, opened_at, handed_over_by, biometrics_missing, health_in_question, since) "
        "SELECT inspection, closed_at, taken_by, false, false, 0 FROM cases WHERE outcome = 'handed_over'"
    )


def downgrade() -> None:
    op.drop_table("hearing_entries")
    op.drop_index("hearings_by_outcome", table_name="hearings")
    op.drop_table("hearings")
