"""Pictures and templates at rest: AES-256-GCM, a random key per inspection and category, wrapped (RFC 3394).

The master key wraps. Erasing the wrapped key erases everything sealed under it, wherever a copy of the sealed bytes may
be. A wrapped key is overwritten where it stands and never moved, so that no page of a SQLite file keeps an old copy;
the write-ahead log is folded back afterwards (`Store.fold_log`).

    EvidenceError               code
    ├── NoSuchEvidence          never stored, or not under this inspection
    ├── EvidenceErased          the key is gone, and the picture with it
    └── EvidenceDamaged         the bytes are not what was sealed, or the master key is not the one it was sealed under
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, delete, func, insert, select, update

from examiner_console.contract import EvidenceBundle, EvidenceKind
from examiner_console.record import receipts
from examiner_console.record.receipts import Category, Ground, Receipt
from examiner_console.tables import category_keys, evidence, evidence_keys

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""SP 800-38D §8.2.2; random nonces are safe here, a key seals at most 24 items."""
ERASED: Final = bytes(KEY_BYTES + 8)
"""What stands in the place of an erased wrapped key: as long as the key was, so that SQLite overwrites it in place."""
KINDS: Final[Mapping[Category, tuple[str, ...]]] = {
    Category.LIVE_FACES: (EvidenceKind.LIVE_FACE,),
    Category.PRINTS: (EvidenceKind.FINGER_IMAGE, EvidenceKind.FINGER_TEMPLATE),
    Category.CHIP_FACES: (EvidenceKind.CHIP_FACE,),
    Category.PAGE_IMAGES: (EvidenceKind.PAGE_IMAGE,),
}
"""Categories of pictures, and the kinds of evidence in each."""


def category_of(kind: EvidenceKind) -> Category:
    return next(category for category, kinds in KINDS.items() if kind in kinds)


class EvidenceError(Exception):
    code = "evidence_error"


class NoSuchEvidence(EvidenceError):
    code = "no_such_evidence"


class EvidenceErased(EvidenceError):
    code = "evidence_erased"


class EvidenceDamaged(EvidenceError):
    code = "evidence_damaged"


def load_or_create_secret(path: Path, size: int = KEY_BYTES) -> bytes:
    """The secret in `path`; made on first use, readable by its owner alone. ValueError where its length is wrong."""
    if not path.exists():
        _create(path, os.urandom(size))
    secret = path.read_bytes()
    if len(secret) != size:
        raise ValueError(f"{path} holds {len(secret)} bytes, a key has {size}")
    return secret


def _create(path: Path, secret: bytes) -> None:
    """Under its name only once it is whole and on disk; of two processes that try at once, the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens within the caller's transaction."""

    master_key: bytes

    def store(self, connection: Connection, bundle: EvidenceBundle, payload_sha256: bytes, at: datetime) -> None:
        row = {"inspection": bundle.inspection, "payload_sha256": payload_sha256, "stored_at": at}
        connection.execute(insert(evidence_keys), row)
        kept = {category_of(item.kind) for item in bundle.items}
        keys = {category: AESGCM.generate_key(bit_length=KEY_BYTES * 8) for category in sorted(kept)}
        self.keep_keys(connection, bundle.inspection, keys)
        rows = [
            {
                "inspection": bundle.inspection,
                "id": str(n),
                "kind": item.kind.value,
                "media_type": item.media_type,
                "label": item.label,
                "sealed": sealed(keys[category_of(item.kind)], item.data, _context(bundle.inspection, str(n))),
            }
            for n, item in enumerate(bundle.items, start=1)
        ]
        if rows:
            connection.execute(insert(evidence), rows)

    def keep_keys(self, connection: Connection, inspection: UUID, keys: dict[Category, bytes]) -> None:
        """Wrapped, behind the last row; `inspection` is whatever the keys belong to."""
        last = connection.execute(select(func.coalesce(func.max(category_keys.c.id), 0))).scalar_one()
        rows = [
            {"id": n, "inspection": inspection, "category": category.value, "wrapped": self._wrap(key)}
            for n, (category, key) in enumerate(keys.items(), start=last + 1)
        ]
        if rows:
            connection.execute(insert(category_keys), rows)

    def _wrap(self, key: bytes) -> bytes:
        return aes_key_wrap(self.master_key, key)

    def open(self, connection: Connection, inspection: UUID, evidence_id: str) -> tuple[str, bytes]:
        """The media type and the bytes. Raises NoSuchEvidence, EvidenceErased or EvidenceDamaged."""
        held = _held(connection, inspection)
        query = select(evidence.c.kind, evidence.c.media_type, evidence.c.sealed)
        row = connection.execute(query.where(evidence.c.inspection == inspection, evidence.c.id == evidence_id)).first()
        if row is None:
            if held.erased:
                raise EvidenceErased("the evidence was erased")
            raise NoSuchEvidence("no such picture is stored under this inspection")
        wrapped = held.keys.get(category_of(EvidenceKind(row.kind)), held.common)
        if wrapped is None:
            raise EvidenceErased("the evidence was erased")
        return row.media_type, self.unseal(wrapped, row.sealed, _context(inspection, evidence_id))

    def unseal(self, wrapped: bytes, sealed: bytes, context: bytes) -> bytes:
        """What `sealed` closed under the wrapped key. Raises EvidenceDamaged."""
        try:
            key = aes_key_unwrap(self.master_key, wrapped)
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        except (InvalidUnwrap, InvalidTag, ValueError) as error:
            raise EvidenceDamaged("the stored evidence does not open under the master key") from error


@dataclass(frozen=True, slots=True)
class _Held:
    """`common` seals what was stored before keys went by category; `erased` where something is gone."""

    keys: dict[Category, bytes]
    common: bytes | None
    erased: bool


def _held(connection: Connection, inspection: UUID) -> _Held:
    """Raises NoSuchEvidence."""
    query = select(evidence_keys.c.wrapped, evidence_keys.c.erased_at)
    stored = connection.execute(query.where(evidence_keys.c.inspection == inspection)).first()
    if stored is None:
        raise NoSuchEvidence("no evidence is stored under this inspection")
    found = select(category_keys.c.category, category_keys.c.wrapped).where(category_keys.c.inspection == inspection)
    keys = {Category(row.category): bytes(row.wrapped) for row in connection.execute(found)}
    live = {category: wrapped for category, wrapped in keys.items() if wrapped != ERASED}
    return _Held(live, stored.wrapped, stored.erased_at is not None or len(live) < len(keys))


def erase(
    connection: Connection,
    inspection: UUID,
    categories: Collection[Category],
    at: datetime,
    ground: Ground,
    why: str,
    officer: str = "",
) -> int:
    """Erase the keys, then the sealed bytes; a receipt each. How many categories were still there.

    Raises NoSuchEvidence; what is gone already gets no second receipt.
    """
    held = _held(connection, inspection)
    gone = 0
    for category in sorted(categories):
        of_category = (evidence.c.inspection == inspection) & evidence.c.kind.in_(KINDS[category])
        items = connection.execute(delete(evidence).where(of_category)).rowcount
        if category not in held.keys and not items:
            continue
        where = (category_keys.c.inspection == inspection) & (category_keys.c.category == category.value)
        connection.execute(update(category_keys).where(where).values(wrapped=ERASED))
        receipts.write(connection, Receipt(category, at, ground, why, items, (inspection,), officer))
        gone += 1
    if set(held.keys) <= set(categories):
        _close(connection, inspection, at)
    return gone


def _close(connection: Connection, inspection: UUID, at: datetime) -> None:
    """Nothing is left under any key; a key common to all categories goes with the last picture."""
    left = connection.execute(select(func.count()).where(evidence.c.inspection == inspection)).scalar_one()
    where = (evidence_keys.c.inspection == inspection) & evidence_keys.c.erased_at.is_(None)
    if not left:
        connection.execute(update(evidence_keys).where(where).values(wrapped=None, erased_at=at))


def sealed(key: bytes, data: bytes, context: bytes) -> bytes:
    """A nonce and the sealed bytes; they open with the same context alone."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def _context(inspection: UUID, evidence_id: str) -> bytes:
    """Bound into the seal, so that a picture moved to another case does not open."""
    return f"sekisho evidence 1 {inspection} {evidence_id}".encode()
