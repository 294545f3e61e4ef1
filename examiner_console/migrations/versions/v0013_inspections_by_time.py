"""Inspections are found by the day they were received on."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("inspections_by_time", "inspections", ["received_at"])


def downgrade() -> None:
    op.drop_index("inspections_by_time", table_name="inspections")
