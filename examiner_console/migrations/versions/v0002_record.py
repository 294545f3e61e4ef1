"""Leaves are found by their record, whole subtrees are kept, checkpoints name the one before; keys by category."""

from __future__ import annotations

import json
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LEDGER = sa.table("ledger", sa.column("position"), sa.column("body"), sa.column("record", sa.Uuid()))


def upgrade() -> None:
    op.add_column("ledger", sa.Column("record", sa.Uuid(), nullable=True))
    _name_records()
    op.create_index("ledger_by_record", "ledger", ["record"], unique=False)
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number"),
    )
    op.add_column("checkpoints", sa.Column("previous_size", sa.BigInteger(), nullable=True))
    op.add_column("checkpoints", sa.Column("previous", sa.LargeBinary(), nullable=True))
    _erasure()


def _erasure() -> None:
    op.create_table(
        "category_keys",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("category_keys_by_inspection", "category_keys", ["inspection"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _name_records() -> None:
    """What cannot be read stays without a name; `ledger verify` says so."""
    connection = op.get_bind()
    for position, body in connection.execute(sa.select(_LEDGER.c.position, _LEDGER.c.body)).all():
        try:
            record = uuid.UUID(json.loads(bytes(body))["record"])
        except (ValueError, KeyError, TypeError):
            continue
        connection.execute(sa.update(_LEDGER).where(_LEDGER.c.position == position).values(record=record))


def downgrade() -> None:
    op.drop_table("receipts")
    op.drop_index("category_keys_by_inspection", table_name="category_keys")
    op.drop_table("category_keys")
    op.drop_column("checkpoints", "previous")
    op.drop_column("checkpoints", "previous_size")
    op.drop_table("ledger_tiles")
    op.drop_index("ledger_by_record", table_name="ledger")
    op.drop_column("ledger", "record")
