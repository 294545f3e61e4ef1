"""Proof that the record holds: read everything anew and believe nothing the writer kept for its own convenience.

Shares no code with the ledger's writer, so that one mistake cannot hide in both: the tree is built by the recursive
definition of RFC 9162 §2.1.1, the leaves are read as plain JSON, the tables by plain SQL.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

PUBLIC_KEY_BYTES: Final = 32
Record = tuple[str, str, int]
"""Kind, identifier in hex without hyphens, version."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is stable; `where` names the row."""

    code: str
    where: str


@dataclass(slots=True)
class Report:
    """`holds` only where there is no fault at all."""

    leaves: int = 0
    checkpoints: int = 0
    root: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults

    def to_json(self) -> str:
        return json.dumps({"holds": self.holds, **asdict(self)})

    def in_words(self) -> str:
        head = f"{self.leaves} leaves under {self.checkpoints} signed checkpoints, root {self.root}"
        verdict = "The ledger holds." if self.holds else "THE LEDGER DOES NOT HOLD."
        return "\n".join((head, verdict, *(f"  {fault.code}: {fault.where}" for fault in self.faults)))


def verify(url: str, public_key: bytes) -> Report:
    """Raises SQLAlchemyError where the database cannot be read, ValueError where the key is none."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, poolclass=NullPool)
    if parsed.get_backend_name() == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if parsed.get_backend_name() == "sqlite":
                connection.exec_driver_sql("BEGIN")
            return _verify(connection, key, _key_name(public_key))
    finally:
        engine.dispose()


def _key_name(public_key: bytes) -> str:
    return hashlib.sha256(public_key).digest()[:8].hex()


def _verify(connection: Connection, key: Ed25519PublicKey, name: str) -> Report:
    report = Report()
    bodies = list(_leaves(connection, report.faults))
    hashes = [hashlib.sha256(b"\x00" + body).digest() for body in bodies]
    report.leaves, report.root = len(hashes), Prefixes(hashes).root(len(hashes)).hex()
    report.checkpoints = _check_checkpoints(connection, hashes, key, name, report.faults)
    _check_records(connection, bodies, report.faults)
    return report


class Prefixes:
    """Tree hashes of every prefix of one list of leaf hashes (RFC 9162 §2.1.1).

    A tree is split at the largest power of two below its size; perfect subtrees are kept, so each is hashed once.
    """

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._hashes = hashes
        self._perfect: dict[tuple[int, int], bytes] = {}

    def root(self, size: int) -> bytes:
        return self._root(0, size) if size else hashlib.sha256(b"").digest()

    def _root(self, start: int, size: int) -> bytes:
        if size == 1:
            return self._hashes[start]
        is_perfect = size & (size - 1) == 0
        if is_perfect and (start, size) in self._perfect:
            return self._perfect[start, size]
        split = 1 << (size - 1).bit_length() - 1
        left, right = self._root(start, split), self._root(start + split, size - split)
        root = hashlib.sha256(b"\x01" + left + right).digest()
        if is_perfect:
            self._perfect[start, size] = root
        return root


def _leaves(connection: Connection, faults: list[Fault]) -> Iterator[bytes]:
    """Bodies in order; positions must count up by one from 0, and stored hashes must be the bodies'."""
    rows = connection.execute(text("SELECT position, leaf_hash, body FROM ledger ORDER BY position"))
    for expected, (position, stored, body) in enumerate(rows):
        if position != expected:
            faults.append(Fault("leaf_missing", f"position {expected}"))
        if _bytes(stored) != hashlib.sha256(b"\x00" + _bytes(body)).digest():
            faults.append(Fault("leaf_changed", f"position {position}"))
        yield _bytes(body)


def _check_checkpoints(
    connection: Connection, hashes: Sequence[bytes], key: Ed25519PublicKey, name: str, faults: list[Fault]
) -> int:
    """Each signature verifies, each root is that of the leaves it counts, and the last counts all of them."""
    count, last, prefixes = 0, 0, Prefixes(hashes)
    query = "SELECT size, root, at, key, signature FROM checkpoints ORDER BY size"
    for size, root, at, signer, signature in connection.execute(text(query)):
        count, last = count + 1, size
        if not isinstance(size, int) or size < 0:
            faults.append(Fault("checkpoint_size", f"size {size!r}"))
            continue
        signed = f"sekisho ledger 1 {signer}\n{size}\n{_bytes(root).hex()}\n{at}\n".encode()
        if signer != name or not _is_signed(key, _bytes(signature), signed):
            faults.append(Fault("checkpoint_signature", f"size {size}"))
        if size > len(hashes) or prefixes.root(size) != _bytes(root):
            faults.append(Fault("checkpoint_root", f"size {size}"))
    if last != len(hashes):
        faults.append(Fault("checkpoint_missing", f"signed up to {last}, found {len(hashes)}"))
    return count


def _is_signed(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def _check_records(connection: Connection, bodies: Sequence[bytes], faults: list[Fault]) -> None:
    """Every leaf has its record, every record its leaf, and each says the same."""
    stored = dict(_records(connection))
    for position, body in enumerate(bodies):
        try:
            record, digests = _read_leaf(body)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            faults.append(Fault("leaf_unreadable", f"position {position}"))
            continue
        found = stored.pop(record, None)
        if found is None:
            faults.append(Fault("record_missing", f"position {position}, {record[0]} {record[1]}"))
        elif found != digests:
            faults.append(Fault("record_changed", f"position {position}, {record[0]} {record[1]}"))
    faults.extend(Fault("record_without_leaf", f"{kind} {id}") for kind, id, _ in stored)


def _read_leaf(body: bytes) -> tuple[Record, tuple[str, str]]:
    leaf: dict[str, Any] = json.loads(body)
    record = (str(leaf["kind"]), uuid.UUID(leaf["record"]).hex, int(leaf["version"]))
    return record, (str(leaf["sha256"]), str(leaf["rests_on"]))


def _records(connection: Connection) -> Iterator[tuple[Record, tuple[str, str]]]:
    decided = (
        "SELECT d.inspection, d.version, d.body, i.payload FROM decisions d "
        "LEFT JOIN inspections i ON i.id = d.inspection"
    )
    for id, version, body, payload in connection.execute(text(decided)):
        rests_on = "" if payload is None else hashlib.sha256(_bytes(payload)).hexdigest()
        yield ("decision", _hex(id), version), (hashlib.sha256(_bytes(body)).hexdigest(), rests_on)
    for id, body in connection.execute(text("SELECT id, body FROM actions")):
        yield ("action", _hex(id), 0), (hashlib.sha256(_bytes(body)).hexdigest(), "")


def _hex(id: object) -> str:
    """SQLite stores identifiers as hex, PostgreSQL gives them as UUID; what is neither matches no leaf."""
    return str(id).replace("-", "").lower()


def _bytes(value: object) -> bytes:
    """SQLite keeps whatever type was forced into a column; such a value hashes to something else."""
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
