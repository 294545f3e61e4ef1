"""Pictures and templates at rest: AES-256-GCM, a random key per inspection, wrapped (RFC 3394) by the master key.

Erasing the wrapped key erases everything sealed under it, wherever a copy of the sealed bytes may be.

    EvidenceError               code
    ├── NoSuchEvidence          never stored, or not under this inspection
    ├── EvidenceErased          the key is gone, and the picture with it
    └── EvidenceDamaged         the bytes are not what was sealed, or the master key is not the one it was sealed under
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import Connection, delete, insert, select, update

from examiner_console.contract import EvidenceBundle
from examiner_console.tables import evidence, evidence_keys

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""SP 800-38D §8.2.2; random nonces are safe here, a key seals at most 24 items."""


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
        key = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        row = {"inspection": bundle.inspection, "payload_sha256": payload_sha256, "stored_at": at}
        connection.execute(insert(evidence_keys), {**row, "wrapped": aes_key_wrap(self.master_key, key)})
        rows = []
        for n, item in enumerate(bundle.items, start=1):
            sealed = _seal(key, item.data, _context(bundle.inspection, str(n)))
            rows.append(
                {
                    "inspection": bundle.inspection,
                    "id": str(n),
                    "kind": item.kind.value,
                    "media_type": item.media_type,
                    "label": item.label,
                    "sealed": sealed,
                }
            )
        if rows:
            connection.execute(insert(evidence), rows)

    def open(self, connection: Connection, inspection: UUID, evidence_id: str) -> tuple[str, bytes]:
        """The media type and the bytes. Raises NoSuchEvidence, EvidenceErased or EvidenceDamaged."""
        wrapped = connection.execute(
            select(evidence_keys.c.wrapped).where(evidence_keys.c.inspection == inspection)
        ).first()
        if wrapped is None:
            raise NoSuchEvidence("no evidence is stored under this inspection")
        if wrapped.wrapped is None:
            raise EvidenceErased("the evidence was erased")
        row = connection.execute(
            select(evidence.c.media_type, evidence.c.sealed).where(
                evidence.c.inspection == inspection, evidence.c.id == evidence_id
            )
        ).first()
        if row is None:
            raise NoSuchEvidence("no such picture is stored under this inspection")
        return row.media_type, self._unseal(wrapped.wrapped, row.sealed, _context(inspection, evidence_id))

    def _unseal(self, wrapped: bytes, sealed: bytes, context: bytes) -> bytes:
        try:
            key = aes_key_unwrap(self.master_key, wrapped)
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        except (InvalidUnwrap, InvalidTag, ValueError) as error:
            raise EvidenceDamaged("the stored evidence does not open under the master key") from error


def erase(connection: Connection, inspection: UUID, at: datetime) -> None:
    """Erase the key, then the sealed bytes. Raises NoSuchEvidence; erasing twice keeps the first instant."""
    known = connection.execute(select(evidence_keys.c.inspection).where(evidence_keys.c.inspection == inspection))
    if known.first() is None:
        raise NoSuchEvidence("no evidence is stored under this inspection")
    connection.execute(
        update(evidence_keys)
        .where(evidence_keys.c.inspection == inspection, evidence_keys.c.erased_at.is_(None))
        .values(wrapped=None, erased_at=at)
    )
    connection.execute(delete(evidence).where(evidence.c.inspection == inspection))


def _seal(key: bytes, data: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, context)


def _context(inspection: UUID, evidence_id: str) -> bytes:
    """Bound into the seal, so that a picture moved to another case does not open."""
    return f"sekisho evidence 1 {inspection} {evidence_id}".encode()
