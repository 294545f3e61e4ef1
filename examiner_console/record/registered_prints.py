"""Finger templates of registrations at rest: sealed under a key of the registration's own, beside no evidence.

They leave through `opened` alone, for a comparison; what erases them leaves a receipt in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from examiner_console.record import receipts
from examiner_console.record.evidence import ERASED, KEY_BYTES, EvidenceDamaged, EvidenceErased, Vault, sealed
from examiner_console.record.receipts import Category, Ground, Receipt
from examiner_console.tables import category_keys, registered_prints

CATEGORY: Final = Category.REGISTERED_PRINTS
Prints = Mapping[str, bytes]
"""Records of ISO/IEC 19794-2:2005 by finger position, one view each."""


def keep(connection: Connection, vault: Vault, registration: UUID, prints: Prints) -> None:
    """Seal them under a new key, once for each registration."""
    key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
    vault.keep_keys(connection, registration, {CATEGORY: key})
    rows = [
        {"registration": registration, "position": at, "sealed": sealed(key, data, _context(registration, at))}
        for at, data in prints.items()
    ]
    connection.execute(insert(registered_prints), rows)


def opened(connection: Connection, vault: Vault, registration: UUID) -> Prints:
    """For a comparison, and for nothing else. Raises EvidenceErased or EvidenceDamaged."""
    wrapped = connection.execute(select(category_keys.c.wrapped).where(_key_of(registration))).scalar()
    if wrapped is None or bytes(wrapped) == ERASED:
        raise EvidenceErased("the registration's templates were erased")
    query = select(registered_prints.c.position, registered_prints.c.sealed)
    rows = connection.execute(query.where(registered_prints.c.registration == registration))
    found = {
        row.position: vault.unseal(bytes(wrapped), row.sealed, _context(registration, row.position)) for row in rows
    }
    if not found:
        raise EvidenceDamaged("a key without templates")
    return found


def erase(connection: Connection, registration: UUID, at: datetime, ground: Ground, why: str, officer: str = "") -> int:
    """The key, then the sealed bytes, and a receipt. How many fingers; nothing and no receipt where they are gone."""
    gone = delete(registered_prints).where(registered_prints.c.registration == registration)
    items = connection.execute(gone).rowcount
    if items:
        connection.execute(update(category_keys).where(_key_of(registration)).values(wrapped=ERASED))
        receipts.write(connection, Receipt(CATEGORY, at, ground, why, items, (registration,), officer))
    return items


def _key_of(registration: UUID) -> ColumnElement[bool]:
    return (category_keys.c.inspection == registration) & (category_keys.c.category == CATEGORY.value)


def _context(registration: UUID, position: str) -> bytes:
    return f"sekisho registration 1 {registration} {position}".encode()
