"""Proof that the record holds: read everything anew and believe nothing the writer kept for its own convenience.

Shares no code with the ledger's writer, so that one mistake cannot hide in both: the tree is grown by the algorithm of
RFC 9162 §2.1.2, the leaves are read as plain JSON, the tables by plain SQL.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.pool import NullPool

from examiner_console.record.verification import checkpoints, order
from examiner_console.record.verification.findings import Fault, Report
from examiner_console.record.verification.offline import Note
from examiner_console.record.verification.records import Records
from examiner_console.record.verification.rows import raw, rows
from examiner_console.record.verification.tree import GrowingTree

__all__ = ["PUBLIC_KEY_BYTES", "Fault", "Report", "verify"]
PUBLIC_KEY_BYTES: Final = 32
LEAVES: Final = "SELECT position, leaf_hash, body, record FROM ledger ORDER BY position"
TILES: Final = "SELECT level, number, hash FROM ledger_tiles"


def verify(url: str, public_key: bytes, kept: Sequence[Note] = ()) -> Report:
    """`kept` are checkpoints from outside: this ledger must continue each, which no holder of its key can feign.

    Raises SQLAlchemyError where the database cannot be read, ValueError where the key is none.
    """
    key = Ed25519PublicKey.from_public_bytes(public_key)
    report = Report()
    with _snapshot(url) as connection:
        _Verification(connection, key, checkpoints.key_name(public_key), report, kept).run()
    return report


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """One transaction over everything; SQLite's texts come as bytes, since one bit makes them no UTF-8."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, poolclass=NullPool)
    if parsed.get_backend_name() == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    try:
        with engine.connect() as connection:
            if parsed.get_backend_name() == "sqlite":
                driver: Any = connection.connection.driver_connection
                driver.text_factory = bytes
                connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()


class _Verification:
    def __init__(
        self, connection: Connection, key: Ed25519PublicKey, name: str, report: Report, kept: Sequence[Note]
    ) -> None:
        self._connection, self._report = connection, report
        self._kept = {note.size: note.root for note in kept}
        self._tree = GrowingTree()
        self._chain = checkpoints.Chain(key, name, report)
        self._is_whole, self._next = True, 0

    def run(self) -> None:
        records = Records(self._connection, self._report)
        signed = self._checkpoints()
        waiting = next(signed, None)
        for position, stored, body, record in rows(self._connection, LEAVES):
            waiting = self._pass(signed, waiting)
            self._leaf(position, raw(stored), raw(body))
            records.take(self._tree.size - 1, raw(body), record)
            self._compare_with_kept()
        while waiting is not None:
            self._chain.take(waiting, self._tree, self._is_whole)
            waiting = next(signed, None)
        self._chain.end(self._tree.size, self._is_whole)
        records.end()
        self._report.leaves, self._report.root = self._tree.size, self._tree.root().hex()
        self._tiles()
        self._broken_tree()
        for size in self._kept:
            self._report.add("checkpoint_other", f"{size} leaves were signed, {self._tree.size} are here")

    def _checkpoints(self) -> Iterator[checkpoints.Signed]:
        for row in rows(self._connection, checkpoints.QUERY):
            signed = checkpoints.read(row)
            if signed is None:
                self._report.add("checkpoint_changed", f"checkpoint of {row[0]!r} leaves")
            else:
                yield signed

    def _pass(
        self, signed: Iterator[checkpoints.Signed], waiting: checkpoints.Signed | None
    ) -> checkpoints.Signed | None:
        """Checkpoints the tree has reached, before it grows on."""
        while waiting is not None and waiting.size <= self._tree.size:
            self._chain.take(waiting, self._tree, self._is_whole)
            waiting = next(signed, None)
        return waiting

    def _leaf(self, position: object, stored: bytes, body: bytes) -> None:
        """Positions count up by one from 0, and stored hashes are the bodies'."""
        hash = hashlib.sha256(b"\x00" + body).digest()
        if position != self._next:
            self._report.add("leaf_missing", f"position {self._next}, where {position!r} follows")
            self._is_whole = False
        if stored != hash:
            self._report.add("leaf_changed", f"position {position!r}")
            self._is_whole = False
        self._next = position + 1 if isinstance(position, int) else self._next + 1
        self._tree.push(hash)

    def _compare_with_kept(self) -> None:
        kept = self._kept.pop(self._tree.size, None)
        if kept is not None and kept != self._tree.root():
            self._report.add("checkpoint_other", f"checkpoint of {self._tree.size} leaves")

    def _tiles(self) -> None:
        """Derived from the leaves; where none is kept yet (an older ledger), none is missed."""
        if not self._is_whole or self._chain.broken_at is not None:
            return
        expected, any_kept = dict(self._tree.tiles), False
        for level, number, hash in rows(self._connection, TILES):
            any_kept = True
            if expected.pop((level, number), None) != raw(hash):
                self._report.add("tile_changed", f"tile {level!r}/{number!r}")
        if any_kept:
            for level, number in expected:
                self._report.add("tile_missing", f"tile {level}/{number}")

    def _broken_tree(self) -> None:
        """A signed root that whole, matching entries do not give: another order, or rewritten together."""
        if self._chain.broken_at is None:
            return
        good, bad, root = self._chain.broken_at
        leaves = [raw(hash) for (hash,) in rows(self._connection, "SELECT leaf_hash FROM ledger ORDER BY position")]
        code = "leaves_reordered" if order.is_reordered(leaves, good, bad, root) else "tree_changed"
        self._report.add(code, f"positions {good} to {bad - 1}")


def _asked() -> str:
    """The report, as JSON, on what standard input names: {"url": …, "key": hex}."""
    asked = json.load(sys.stdin)
    return verify(asked["url"], bytes.fromhex(asked["key"])).to_json()


if __name__ == "__main__":
    sys.stdout.write(_asked())
