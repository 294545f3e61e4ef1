"""An append-only Merkle tree over decisions, officers' actions and officers' reads (RFC 9162 §2.1, SHA-256).

A leaf says that a stored record exists and what it hashes to; it carries nothing personal, so the ledger outlives the
erasure of what it covers. Leaves are written in the transaction of the fact itself, and every such transaction ends
with a signed checkpoint (tree size, root, instant), so nothing is committed that no signature covers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, bindparam, func, insert, select

from examiner_console.tables import checkpoints, ledger, microseconds

HASH_BYTES: Final = 32
_SIZE: Final = select(func.coalesce(func.max(ledger.c.position) + 1, 0))
_UNSEALED: Final = select(ledger.c.leaf_hash).where(ledger.c.position >= bindparam("size")).order_by(ledger.c.position)
_LAST_CHECKPOINT: Final = select(checkpoints.c.size, checkpoints.c.peaks).order_by(checkpoints.c.size.desc()).limit(1)


class LeafKind(StrEnum):
    DECISION = "decision"
    ACTION = "action"


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`record` is the record's id, `version` its version (0 for actions), `sha256` the hex digest of its body.

    `rests_on` is the hex digest of the inspection a decision was made from; empty for actions.
    """

    kind: LeafKind
    record: UUID
    version: int
    sha256: str
    rests_on: str = ""


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


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def leaf_of(kind: LeafKind, record: UUID, body: bytes, version: int = 0, rests_on: bytes = b"") -> Leaf:
    return Leaf(kind, record, version, hashlib.sha256(body).hexdigest(), rests_on.hex())


def append(connection: Connection, leaves: Iterable[Leaf]) -> None:
    """Add leaves behind the last one, in order, in the caller's transaction."""
    bodies = [msgspec.json.encode(leaf) for leaf in leaves]
    if not bodies:
        return
    size = connection.execute(_SIZE).scalar_one()
    rows = [{"position": size + n, "leaf_hash": leaf_hash(body), "body": body} for n, body in enumerate(bodies)]
    connection.execute(insert(ledger), rows)


def checkpoint_bytes(key: str, size: int, root: bytes, at: datetime) -> bytes:
    """What a checkpoint's signature covers: four lines, the instant in microseconds since 1970 UTC."""
    return f"sekisho ledger 1 {key}\n{size}\n{root.hex()}\n{microseconds(at)}\n".encode()


@dataclass(frozen=True, slots=True)
class Sealer:
    """Signs the tree as it stands at the end of a transaction that made it grow."""

    key: Ed25519PrivateKey
    clock: Callable[[], datetime]

    @property
    def name(self) -> str:
        """The first eight bytes of the public key's hash."""
        return hashlib.sha256(self.key.public_key().public_bytes_raw()).hexdigest()[:16]

    def __call__(self, connection: Connection) -> None:
        last = _last_frontier(connection)
        new = connection.execute(_UNSEALED, {"size": last.size}).scalars()
        frontier = last
        for leaf in new:
            frontier = frontier.extended(leaf)
        if frontier.size > last.size:
            connection.execute(insert(checkpoints), self._checkpoint(frontier))

    def _checkpoint(self, frontier: Frontier) -> dict[str, object]:
        at = self.clock()
        signature = self.key.sign(checkpoint_bytes(self.name, frontier.size, frontier.root, at))
        return {
            "size": frontier.size,
            "root": frontier.root,
            "peaks": b"".join(frontier.peaks),
            "at": at,
            "key": self.name,
            "signature": signature,
        }


def _last_frontier(connection: Connection) -> Frontier:
    row = connection.execute(_LAST_CHECKPOINT).first()
    return Frontier(row.size, _split(row.peaks)) if row else Frontier()


def _split(peaks: bytes) -> tuple[bytes, ...]:
    return tuple(peaks[n : n + HASH_BYTES] for n in range(0, len(peaks), HASH_BYTES))
