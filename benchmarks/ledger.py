"""The ledger of a large hall: a million entries verified, one of them proved.

Half the entries are decisions with their inspections, half are officers' reads; each has a checkpoint of its own, which
is the most there can be (a calm hall commits one by one). To reach: verified in 60 s on one core, a proof in 10 ms. The
verification is `ledger verify` in a process of its own; the proof is read from the same database, which a connection
was just opened on. Building the ledger is not measured. `python -m benchmarks.ledger --entries 20000` is quicker.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from benchmarks.load import CHECKS
from examiner_console import migrations
from examiner_console.casework.actions import Action, Verb
from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Decision,
    DecisionOutcome,
    Delivery,
    Direction,
    Document,
    Finding,
    Inspection,
    Reason,
    StationKind,
    encode,
)
from examiner_console.record import prover, tiles
from examiner_console.record.hashes import leaf_hash
from examiner_console.record.ledger import Checkpoint, Frontier, Leaf, LeafKind, Sealer, checkpoint_digest, leaf_of
from examiner_console.record.verification import offline
from examiner_console.tables import microseconds

ENTRIES = 1_000_000
CHUNK = 20_000
PROVED = 200
START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = Sealer(KEY, lambda: START).name
INSERTS = {
    "inspections": "INSERT INTO inspections VALUES (?, ?, ?, ?, ?, ?)",
    "decisions": "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?)",
    "actions": "INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?)",
    "ledger": "INSERT INTO ledger (position, leaf_hash, body, record) VALUES (?, ?, ?, ?)",
    "checkpoints": "INSERT INTO checkpoints (size, root, peaks, at, key, signature, previous_size, previous) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
}


def main(entries: int = ENTRIES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "console.sqlite"
        started = time.perf_counter()
        build(file, entries)
        size = file.stat().st_size / 1e6
        print(
            f"{entries:,} entries, one checkpoint each, {size:,.0f} MB, built in {time.perf_counter() - started:.0f} s"
        )
        _verify(file, entries)
        _prove(file, entries)


def _verify(file: Path, entries: int) -> None:
    key = file.with_name("key")
    key.write_bytes(KEY.public_key().public_bytes_raw())
    command = [sys.executable, "-m", "examiner_console", "ledger", "verify", "--json", "--key", str(key)]
    environment = os.environ | {"SEKISHO_CONSOLE_DATABASE_URL": f"sqlite:///{file}"}
    started = time.perf_counter()
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    seconds, used = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    report = json.loads(answer)
    if not report["holds"] or report["leaves"] != entries:
        raise RuntimeError(answer)
    print(f"verified: {seconds:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of processor, {entries / seconds:,.0f}/s")
    print(f"memory at the most: {used.ru_maxrss / 1024:,.0f} MB; load average {os.getloadavg()[0]:.1f}")


def _prove(file: Path, entries: int) -> None:
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    chosen = Random(7)
    seconds, checked = [], []
    for _ in range(PROVED):
        record = _record(chosen.randrange(entries))
        with engine.connect() as connection:
            started = time.perf_counter()
            proof = prover.prove(connection, record)
            seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
        verdict = offline.check(encode(proof), [offline.Note(proof.size, bytes.fromhex(proof.root), 0)])
        checked.append(time.perf_counter() - started)
        if not verdict.holds:
            raise RuntimeError(verdict.sentence)
    engine.dispose()
    for name, spent in (("proved", seconds), ("checked", checked)):
        median, worst = statistics.median(spent) * 1000, max(spent) * 1000
        print(f"one record {name}: median {median:.2f} ms, longest of {PROVED} {worst:.2f} ms")


def build(file: Path, entries: int) -> None:
    """A ledger as the console writes it, without a server's pace: nothing is synced before the end."""
    migrations.upgrade(f"sqlite:///{file}")
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=MEMORY").close()
    connection.execute("PRAGMA synchronous=OFF").close()
    chain = _Chain()
    for first in range(0, entries, CHUNK):
        written: dict[str, list[tuple[Any, ...]]] = {table: [] for table in INSERTS}
        for number in range(first, min(first + CHUNK, entries)):
            for table, row in _entry(number, chain):
                written[table].append(row)
        connection.execute("BEGIN")
        for table, rows in written.items():
            connection.executemany(INSERTS[table], rows)
        connection.execute("COMMIT")
    connection.close()
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    with engine.begin() as opened:
        tiles.extend(opened, entries)
    engine.dispose()


class _Chain:
    def __init__(self) -> None:
        self.frontier, self.previous = Frontier(), bytes(32)

    def rows(self, leaf: Leaf, at: datetime) -> Iterator[tuple[str, tuple[Any, ...]]]:
        body, size = msgspec.json.encode(leaf), self.frontier.size
        hash = leaf_hash(body)
        self.frontier = self.frontier.extended(hash)
        checkpoint = Checkpoint(size + 1, self.frontier.root, at, NAME, size, self.previous)
        signature = KEY.sign(checkpoint.text.encode())
        yield "ledger", (size, hash, body, leaf.record.hex)
        peaks = b"".join(self.frontier.peaks)
        row = (size + 1, checkpoint.root, peaks, microseconds(at), NAME, signature, size, self.previous)
        yield "checkpoints", row
        self.previous = checkpoint_digest(checkpoint, signature)


def _record(number: int) -> UUID:
    return UUID(int=(0x0198 << 112) + number * 0x1_0000_0001)


def _entry(number: int, chain: _Chain) -> Iterator[tuple[str, tuple[Any, ...]]]:
    id, at = _record(number), START + timedelta(seconds=number)
    micros = microseconds(at)
    if number % 2:
        inspection = _record(number - 1)
        body = encode(Action(inspection, "hoshikawa", Verb.READ_CASE, at))
        yield "actions", (id.hex, inspection.hex, "hoshikawa", Verb.READ_CASE.value, micros, body)
        yield from chain.rows(leaf_of(LeafKind.READ, id, body), at)
        return
    payload, decision = encode(_inspection(id, at, number)), _decision(id, at)
    body = encode(decision)
    digest = bytes.fromhex(leaf_of(LeafKind.DECISION, id, payload).sha256)
    yield "inspections", (id.hex, "gate-1", Delivery.LIVE.value, micros, digest, payload)
    yield "decisions", (id.hex, 1, decision.outcome.value, decision.rule_version, micros, body)
    yield from chain.rows(leaf_of(LeafKind.DECISION, id, body, 1, digest, Delivery.LIVE.value), at)


def _inspection(id: UUID, at: datetime, number: int) -> Inspection:
    document = Document(
        "chip", "P", "UTO", f"B{number:08}", "UTO", "BENCH", "MARK", at.date(), "F", at.date(), "P<" * 44
    )
    passed = tuple(Finding(check, CheckOutcome.SUCCESSFUL) for check in CHECKS)
    face = Comparison("face", "live_face", "chip_face", 0.8, 0.5, 0.001, "dlib", CheckOutcome.SUCCESSFUL)
    return Inspection(id, "gate-1", StationKind.GATE, Direction.DEPARTURE, "HND", at, at, document, passed, (face,))


def _decision(id: UUID, at: datetime) -> Decision:
    reason = Reason("no_landing_record", "Art. 25(1)", "visitor_leaving", "no landing under this passport")
    return Decision(id, DecisionOutcome.REFER, (reason,), "2026-06-01", at, "B-3")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    main(parser.parse_args().entries)
