"""A console that already has a ledger: after migrating, its old entries verify, are proved, and are built upon."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import create_engine

from examiner_console import migrations
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.database import Store
from examiner_console.record import verify
from examiner_console.record.hashes import leaf_hash
from examiner_console.record.ledger import Checkpoint, Frontier, Sealer
from examiner_console.record.prover import prove
from examiner_console.record.verification import offline
from examiner_console.tables import microseconds
from tests.examiner_console.samples import NOW

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
OLD = 300
"""Leaves, so that a tile is due as soon as the new version writes."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """As version 0001 left it: leaves without a delivery, checkpoints that name none before them."""
    from alembic import command
    from alembic.config import Config

    file = tmp_path / "console.sqlite"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with sqlite3.connect(file) as raw:
        _fill(raw)
    raw.close()
    return file


def _fill(raw: sqlite3.Connection) -> None:
    frontier, name = Frontier(), Sealer(KEY, lambda: NOW).name
    for n in range(OLD):
        id = UUID(int=n + 1)
        action = msgspec.json.encode(Action(UUID(int=7), "hoshikawa", Verb.READ_EVIDENCE, NOW))
        values = (id.hex, UUID(int=7).hex, "hoshikawa", "read_evidence", microseconds(NOW), action)
        raw.execute("INSERT INTO actions VALUES (?, ?, ?, ?, ?, ?)", values)
        leaf = {"kind": "action", "record": str(id), "version": 0, "sha256": hashlib.sha256(action).hexdigest()}
        body = json.dumps(leaf | {"rests_on": ""}).encode()
        raw.execute("INSERT INTO ledger VALUES (?, ?, ?)", (n, leaf_hash(body), body))
        frontier = frontier.extended(leaf_hash(body))
        if n % 100 == 99:
            signed = Checkpoint(frontier.size, frontier.root, NOW, name, None, None)
            row = (signed.size, signed.root, b"".join(frontier.peaks), microseconds(NOW), name)
            signature = KEY.sign(signed.text.encode())
            raw.execute("INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)", (*row, signature))


def test_an_old_ledger_verifies_is_proved_and_grows(old: Path) -> None:
    url = f"sqlite:///{old}"
    migrations.upgrade(url)
    assert verify.verify(url, PUBLIC).found == {}
    store = Store(url, before_commit=Sealer(KEY, lambda: NOW))
    proof = asyncio.run(store.read(lambda c: prove(c, UUID(int=42))))
    note = offline.Note(OLD, bytes.fromhex(proof.root), 0)
    assert offline.check(msgspec.json.encode(proof), [note]).holds
    action = Action(UUID(int=7), "akazawa", Verb.READ_CASE, NOW)
    asyncio.run(store.write(lambda c: [record(c, action) for _ in range(300)]))
    store.close()
    report = verify.verify(url, PUBLIC)
    assert (report.found, report.leaves, report.checkpoints) == ({}, OLD + 300, 4)


def test_a_version_that_names_none_before_it_after_one_that_does_is_found(old: Path) -> None:
    """Whoever holds the key cannot fall back on the older form to leave a checkpoint out."""
    url = f"sqlite:///{old}"
    migrations.upgrade(url)
    store = Store(url, before_commit=Sealer(KEY, lambda: NOW))
    for _ in range(2):
        asyncio.run(store.write(lambda c: record(c, Action(UUID(int=7), "akazawa", Verb.READ_CASE, NOW))))
    store.close()
    with sqlite3.connect(old) as raw:
        [root, name] = raw.execute("SELECT root, key FROM checkpoints WHERE size = 302").fetchone()
        signature = KEY.sign(Checkpoint(302, root, NOW, name, None, None).text.encode())
        values = (microseconds(NOW), signature)
        change = "UPDATE checkpoints SET previous = NULL, previous_size = NULL, at = ?, signature = ? WHERE size = 302"
        raw.execute(change, values)
    raw.close()
    assert verify.verify(url, PUBLIC).found == {"checkpoint_order": 1}
