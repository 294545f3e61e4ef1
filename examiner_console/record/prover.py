"""Proofs of what is stored: a record's inclusion, a tree's growth, a checkpoint as a signed note (C2SP signed-note).

ProofError                code
├── NothingSealed         the ledger has no checkpoint (of that size)
└── NoSuchRecord          no leaf names this record, or the checkpoint does not reach it
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from examiner_console.record import tiles
from examiner_console.record.hashes import node_hash
from examiner_console.record.ledger import checkpoint_of
from examiner_console.record.proofs import consistency, inclusion, split
from examiner_console.tables import checkpoints, ledger


class ProofError(Exception):
    code = "proof_error"


class NothingSealed(ProofError):
    code = "nothing_sealed"


class NoSuchRecord(ProofError):
    code = "no_such_record"


class Inclusion(msgspec.Struct, frozen=True):
    """`leaf` is the leaf's body as hashed, `path` the audit path in hex, lowest first."""

    leaf: str
    index: int
    path: tuple[str, ...]


class RecordProof(msgspec.Struct, frozen=True, tag="inclusion", tag_field="proof"):
    """Every leaf about one record, in the tree of `size` leaves."""

    record: UUID
    size: int
    root: str
    leaves: tuple[Inclusion, ...]


class RecordsProof(msgspec.Struct, frozen=True, tag="inclusions", tag_field="proof"):
    """Several records, all in the tree of `size` leaves."""

    size: int
    proofs: tuple[RecordProof, ...]


class GrowthProof(
    msgspec.Struct, frozen=True, tag="consistency", tag_field="proof", rename={"old": "from", "new": "to"}
):
    """The tree of `new` leaves begins with the tree of `old`."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: tuple[str, ...]


class Tree:
    """Subtree roots from tiles, a window of 256 hashes a query; where a tile is missing, from what is below it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._windows: dict[tuple[int, int], list[bytes]] = {}

    def subtree(self, first: int, count: int) -> bytes:
        """As `proofs.Subtree`. NothingSealed where leaves are missing."""
        if count == 0:
            return hashlib.sha256().digest()
        level, unit = 0, 1
        while unit * tiles.WIDTH <= count:
            level, unit = level + 1, unit * tiles.WIDTH
        if count == unit and (kept := self._kept(level, first // unit)) is not None:
            return kept
        if count == 1:
            raise NothingSealed(f"leaf {first} is missing")
        left = split(count)
        return node_hash(self.subtree(first, left), self.subtree(first + left, count - left))

    def _kept(self, level: int, number: int) -> bytes | None:
        window, offset = divmod(number, tiles.WIDTH)
        if (level, window) not in self._windows:
            found = tiles.hashes(self._connection, level, window * tiles.WIDTH, tiles.WIDTH)
            self._windows[level, window] = found
        hashes = self._windows[level, window]
        return hashes[offset] if offset < len(hashes) else None


def prove(connection: Connection, record: UUID, size: int | None = None) -> RecordProof:
    """Under the newest checkpoint, or that of `size` leaves. Raises NothingSealed or NoSuchRecord."""
    sealed, root = _sealed(connection, size)
    query = select(ledger.c.position, ledger.c.body).where(ledger.c.record == record, ledger.c.position < sealed)
    found = connection.execute(query.order_by(ledger.c.position)).all()
    if not found:
        raise NoSuchRecord(f"no leaf of the first {sealed} names the record {record}")
    tree = Tree(connection)
    leaves = tuple(
        Inclusion(bytes(body).decode(), index, _hex(inclusion(index, sealed, tree.subtree))) for index, body in found
    )
    return RecordProof(record, sealed, root.hex(), leaves)


def prove_all(connection: Connection, records: Iterable[UUID], size: int | None = None) -> RecordsProof:
    """As `prove`, all under one checkpoint. Raises NothingSealed or NoSuchRecord."""
    sealed, _ = _sealed(connection, size)
    return RecordsProof(sealed, tuple(prove(connection, record, sealed) for record in records))


def prove_growth(connection: Connection, old: int, new: int) -> GrowthProof:
    """Between any two sizes, 0 < old <= new. Raises NothingSealed where there are not so many leaves signed."""
    sealed, _ = _sealed(connection, None)
    if not 0 < old <= new <= sealed:
        raise NothingSealed(f"sizes go from 1 to {sealed}, the smaller one first")
    tree = Tree(connection)
    path = _hex(consistency(old, new, tree.subtree))
    return GrowthProof(old, new, tree.subtree(0, old).hex(), tree.subtree(0, new).hex(), path)


def note(connection: Connection, public_key: bytes, size: int | None = None) -> str:
    """The newest checkpoint, or that of `size` leaves, as a signed note. Raises NothingSealed."""
    query = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
    row = connection.execute(query if size is None else query.where(checkpoints.c.size == size)).first()
    if row is None:
        raise NothingSealed(_nothing(size))
    key_id = hashlib.sha256(row.key.encode() + b"\n\x01" + public_key).digest()[:4]
    signature = base64.b64encode(key_id + row.signature).decode()
    return f"{checkpoint_of(row).text}\n\N{EM DASH} {row.key} {signature}\n"


def _sealed(connection: Connection, size: int | None) -> tuple[int, bytes]:
    query = select(checkpoints.c.size, checkpoints.c.root).order_by(checkpoints.c.size.desc()).limit(1)
    row = connection.execute(query if size is None else query.where(checkpoints.c.size == size)).first()
    if row is None:
        raise NothingSealed(_nothing(size))
    return row.size, row.root


def _nothing(size: int | None) -> str:
    return "the ledger is empty: nothing was signed" if size is None else f"no checkpoint was signed at {size} leaves"


def _hex(path: list[bytes]) -> tuple[str, ...]:
    return tuple(node.hex() for node in path)
