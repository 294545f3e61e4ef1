"""An append-only Merkle tree over decisions, officers' actions, their reads and receipts (RFC 9162 §2.1, SHA-256).

A leaf says that a stored record exists and what it hashes to; it carries nothing personal, so the ledger outlives the
erasure of what it covers. Leaves are written in the transaction of the fact itself, and every such transaction ends
with a signed checkpoint (tree size, root, instant, and the checkpoint it follows), so nothing is committed that no
signature covers, and no checkpoint is taken out unseen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Row, bindparam, func, insert, select

from examiner_console.record import tiles
from examiner_console.record.hashes import HASH_BYTES, leaf_hash, node_hash
from examiner_console.tables import checkpoints, ledger, microseconds

_SIZE: Final = select(func.coalesce(func.max(ledger.c.position) + 1, 0))
_UNSEALED: Final = select(ledger.c.leaf_hash).where(ledger.c.position >= bindparam("size")).order_by(ledger.c.position)
_LAST_CHECKPOINT: Final = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)


class LeafKind(StrEnum):
    DECISION = "decision"
    ACTION = "action"
    READ = "read"
    RECEIPT = "receipt"


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`record` is the record's id, `version` a decision's version (else 0), `sha256` the hex digest of its body.

    `rests_on` is the hex digest of the inspection a decision was made from, `delivery` how that inspection came; both
    are empty for everything else.
    """

    kind: LeafKind
    record: UUID
    version: int
    sha256: str
    rests_on: str = ""
    delivery: str = ""


@dataclass(frozen=True, slots=True)
class Frontier:
    """The roots of the perfect subtrees of a tree of `size` leaves, largest first: all that appending needs."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extended(self, leaf_hash: bytes) -> Frontier:
        peaks, bit = [*self.peaks, leaf_hash], self.size
        while bit & 1:
            right, left = peaks.pop(), peaks.pop()
            peaks.append(node_hash(left, right))
            bit >>= 1
        return Frontier(self.size + 1, tuple(peaks))

    @property
    def root(self) -> bytes:
        """RFC 9162 §2.1.1; the root of no leaves is the hash of nothing."""
        if not self.peaks:
            return hashlib.sha256().digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def leaf_of(
    kind: LeafKind, record: UUID, body: bytes, version: int = 0, rests_on: bytes = b"", delivery: str = ""
) -> Leaf:
    return Leaf(kind, record, version, hashlib.sha256(body).hexdigest(), rests_on.hex(), delivery)


def append(connection: Connection, leaves: Iterable[Leaf]) -> None:
    """Add leaves behind the last one, in order, in the caller's transaction."""
    bodies = [(leaf.record, msgspec.json.encode(leaf)) for leaf in leaves]
    if not bodies:
        return
    size = connection.execute(_SIZE).scalar_one()
    rows = [
        {"position": size + n, "leaf_hash": leaf_hash(body), "body": body, "record": record}
        for n, (record, body) in enumerate(bodies)
    ]
    connection.execute(insert(ledger), rows)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`previous` is the digest of the checkpoint before, of `previous_size` leaves; None in what was signed before
    checkpoints named it, and 32 zero bytes in the very first.
    """

    size: int
    root: bytes
    at: datetime
    key: str
    previous_size: int | None
    previous: bytes | None

    @property
    def text(self) -> str:
        """What the signature covers; the instant in microseconds since 1970 UTC."""
        version = 1 if self.previous is None else 2
        lines = [f"sekisho ledger {version} {self.key}", str(self.size), self.root.hex(), str(microseconds(self.at))]
        if self.previous is not None:
            lines.append(f"{self.previous_size} {self.previous.hex()}")
        return "".join(f"{line}\n" for line in lines)


def checkpoint_of(row: Row[Any]) -> Checkpoint:
    return Checkpoint(row.size, row.root, row.at, row.key, row.previous_size, row.previous)


def checkpoint_digest(checkpoint: Checkpoint, signature: bytes) -> bytes:
    """What the following checkpoint calls this one by: text and signature, so that neither changes unseen."""
    return hashlib.sha256(checkpoint.text.encode() + signature).digest()


def key_name(public_key: bytes) -> str:
    """The first eight bytes of the public key's hash."""
    return hashlib.sha256(public_key).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Sealer:
    """Signs the tree as it stands at the end of a transaction that made it grow."""

    key: Ed25519PrivateKey
    clock: Callable[[], datetime]

    @property
    def name(self) -> str:
        return key_name(self.key.public_key().public_bytes_raw())

    def __call__(self, connection: Connection) -> None:
        last, previous = _last(connection)
        frontier = last
        for leaf in connection.execute(_UNSEALED, {"size": last.size}).scalars():
            frontier = frontier.extended(leaf)
        if frontier.size == last.size:
            return
        connection.execute(insert(checkpoints), self._checkpoint(frontier, last.size, previous))
        if frontier.size // tiles.WIDTH > last.size // tiles.WIDTH:
            tiles.extend(connection, frontier.size)

    def _checkpoint(self, frontier: Frontier, previous_size: int, previous: bytes) -> dict[str, object]:
        checkpoint = Checkpoint(frontier.size, frontier.root, self.clock(), self.name, previous_size, previous)
        return {
            "size": checkpoint.size,
            "root": checkpoint.root,
            "peaks": b"".join(frontier.peaks),
            "at": checkpoint.at,
            "key": checkpoint.key,
            "signature": self.key.sign(checkpoint.text.encode()),
            "previous_size": previous_size,
            "previous": previous,
        }


def _last(connection: Connection) -> tuple[Frontier, bytes]:
    """The tree as last signed, and the digest of that checkpoint."""
    row = connection.execute(_LAST_CHECKPOINT).first()
    if row is None:
        return Frontier(), bytes(HASH_BYTES)
    return Frontier(row.size, _split(row.peaks)), checkpoint_digest(checkpoint_of(row), row.signature)


def _split(peaks: bytes) -> tuple[bytes, ...]:
    return tuple(peaks[n : n + HASH_BYTES] for n in range(0, len(peaks), HASH_BYTES))
