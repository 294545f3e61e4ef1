"""Proofs for whoever reads the record: made by the ledger's prover, believed only once the verifier has checked them.

The verifier is the one that checks downloaded proofs; it shares no code with what makes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Connection, select

from examiner_console.record import prover
from examiner_console.record.ledger import checkpoint_of
from examiner_console.record.prover import ProofError, RecordProof
from examiner_console.record.verification import offline
from examiner_console.tables import checkpoints


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger. `in_ledger`: it is in the tree that was signed; `as_stored`: the record hashes to it."""

    position: int
    kind: str
    version: int
    sha256: str
    in_ledger: bool
    as_stored: bool

    @property
    def holds(self) -> bool:
        return self.in_ledger and self.as_stored


@dataclass(frozen=True, slots=True)
class Proved:
    """`proof` is the file to download, for the checkpoint of `size` entries; `unproved` counts records without one."""

    size: int
    root: str
    at: datetime
    entries: tuple[Entry, ...]
    unproved: int
    proof: bytes

    @property
    def holds(self) -> bool:
        return bool(self.entries) and not self.unproved and all(entry.holds for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Whole:
    """The newest checkpoint. `signed`: by this console's key; `continues`: the tree only grew since the one before.

    `before` is the size of that one, equal to `size` where there is none.
    """

    size: int
    root: str
    at: datetime
    before: int
    signed: bool
    continues: bool

    @property
    def holds(self) -> bool:
        return self.signed and self.continues


def prove_stored(
    connection: Connection, stored: Mapping[tuple[UUID, int], str], public_key: bytes, size: int | None = None
) -> Proved:
    """That these records (as `Dossier.stored`) are in the ledger as they are, under the newest checkpoint or that of
    `size` entries. Raises ProofError, UnusableProof."""
    proof = prover.prove_all(connection, dict.fromkeys(record for record, _ in stored), size)
    note = offline.read_note(prover.note(connection, public_key, proof.size).encode(), public_key)
    entries = [entry for one in proof.proofs for entry in _entries(one, note, stored)]
    row = connection.execute(select(checkpoints).where(checkpoints.c.size == proof.size)).one()
    return Proved(
        size=proof.size,
        root=note.root.hex(),
        at=row.at,
        entries=tuple(sorted(entries, key=lambda entry: entry.position)),
        unproved=len(stored) - len(entries),
        proof=msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n",
    )


def _entries(proof: RecordProof, note: offline.Note, stored: Mapping[tuple[UUID, int], str]) -> list[Entry]:
    holds = offline.check(msgspec.json.encode(proof), [note]).holds
    found = []
    for leaf in proof.leaves:
        said = json.loads(leaf.leaf)
        as_stored = stored.get((proof.record, said["version"])) == said["sha256"]
        found.append(Entry(leaf.index, said["kind"], said["version"], said["sha256"], holds, as_stored))
    return found


def whole(connection: Connection, public_key: bytes) -> Whole | None:
    """The newest checkpoint, checked against the one before; None while nothing is recorded."""
    rows = connection.execute(select(checkpoints).order_by(checkpoints.c.size.desc()).limit(2)).all()
    if not rows:
        return None
    newest, before = checkpoint_of(rows[0]), checkpoint_of(rows[-1])
    try:
        notes = [_note(connection, public_key, size) for size in dict.fromkeys((before.size, newest.size))]
        signed, grown = True, prover.prove_growth(connection, before.size, newest.size)
        continues = offline.check(msgspec.json.encode(grown), notes).holds
    except offline.UnusableProof:
        signed = continues = False
    except ProofError:
        continues = False
    return Whole(newest.size, newest.root.hex(), newest.at, before.size, signed, continues)


def _note(connection: Connection, public_key: bytes, size: int) -> offline.Note:
    return offline.read_note(prover.note(connection, public_key, size).encode(), public_key)
