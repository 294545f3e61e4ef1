"""Receipts of erasure: what category went, when, why, and whether a period or an order asked for it.

A receipt is a leaf of the ledger like every other record, written in the transaction that erases. It names records by
identifier and holds nothing of what was erased.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from sqlalchemy import Connection, insert
from uuid6 import uuid7

from examiner_console.record.ledger import LeafKind, append, leaf_of
from examiner_console.tables import receipts


class Category(StrEnum):
    """What has a retention period of its own. `prints` are finger images and templates of an inspection,
    `registered_prints` those that a registration for the gate keeps, `registrations` who was registered."""

    LIVE_FACES = "live_faces"
    PRINTS = "prints"
    CHIP_FACES = "chip_faces"
    PAGE_IMAGES = "page_images"
    DECISIONS = "decisions"
    READS = "reads"
    WAITING_TIMES = "waiting_times"
    REGISTERED_PRINTS = "registered_prints"
    REGISTRATIONS = "registrations"


class Ground(StrEnum):
    RETENTION = "retention"
    """Its period was over."""
    ORDER = "order"
    """A person asked for it; `officer` says who."""


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`records` are the identifiers of what is gone (an inspection, for its pictures); `items` how many things."""

    category: Category
    at: datetime
    ground: Ground
    why: str
    items: int
    records: tuple[UUID, ...] = ()
    officer: str = ""


def write(connection: Connection, receipt: Receipt) -> None:
    """Store the receipt and its leaf in the caller's transaction."""
    id, body = UUID(int=uuid7().int), msgspec.json.encode(receipt)
    connection.execute(insert(receipts).values(id=id, category=receipt.category.value, at=receipt.at, body=body))
    append(connection, [leaf_of(LeafKind.RECEIPT, id, body)])
