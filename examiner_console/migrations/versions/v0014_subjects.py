"""The name by which an agency's log-in knows an officer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("officers", sa.Column("subject", sa.String(512)))
    op.create_index("officers_by_subject", "officers", ["subject"], unique=True)


def downgrade() -> None:
    op.drop_index("officers_by_subject", table_name="officers")
    op.drop_column("officers", "subject")
