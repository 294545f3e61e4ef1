"""The ledger: whatever is edited, cut or put in another order is found by a verifier that shares no code with it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from examiner_console import migrations
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.contract import Delivery, encode
from examiner_console.database import Store
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import receipts, verify
from examiner_console.record.hashes import leaf_hash
from examiner_console.record.ledger import Checkpoint, Frontier, Sealer
from examiner_console.record.receipts import Category, Ground, Receipt
from examiner_console.record.verification.findings import SENTENCES
from examiner_console.record.verification.offline import Note
from examiner_console.tables import microseconds
from tests.examiner_console.samples import NOW, arrival, inspection

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
COVERED = {
    "decisions": ("inspection", "version", "outcome", "rule_version", "decided_at", "body"),
    "actions": ("id", "inspection", "officer", "verb", "at", "body"),
    "receipts": ("id", "category", "at", "body"),
    "inspections": ("id", "station", "delivery", "received_at", "payload_sha256", "payload"),
    "ledger": ("position", "leaf_hash", "body", "record"),
    "ledger_tiles": ("level", "number", "hash"),
    "checkpoints": ("size", "root", "peaks", "at", "key", "signature", "previous_size", "previous"),
}
"""Every column of every table the ledger vouches for."""
LEAVES = 263


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine decisions, three actions, a receipt and 250 reads, over several commits: enough for one whole tile."""
    file = tmp_path_factory.mktemp("ledger") / "console.sqlite"
    migrations.upgrade(f"sqlite:///{file}")
    store = Store(f"sqlite:///{file}", before_commit=Sealer(KEY, lambda: NOW))
    asyncio.run(_fill(store))
    store.close()
    return file


async def _fill(store: Store) -> None:
    ingest = Ingest(lambda: NOW, 12, rules=LANDINGS_ALONE)
    for n in range(9):
        seen = arrival() if n % 3 else inspection()
        await store.write_together(ingest.accept, Arrived(seen, encode(seen), Delivery.LIVE))
        if n % 3 == 1:
            action = Action(seen.id, "hoshikawa", Verb.TAKE, NOW)
            await store.write(lambda connection, action=action: record(connection, action))
    receipt = Receipt(Category.PRINTS, NOW, Ground.ORDER, "an order", 1, (UUID(int=1),), "akazawa")
    await store.write(lambda connection: receipts.write(connection, receipt))
    for _ in range(10):
        await store.write(lambda connection: [record(connection, _read(n)) for n in range(25)])


def _read(number: int) -> Action:
    return Action(UUID(int=number), "hoshikawa", Verb.READ_CASE, NOW)


def check(file: Path) -> verify.Report:
    return verify.verify(f"sqlite:///{file}", PUBLIC)


def test_an_untouched_ledger_holds(ledger_file: Path) -> None:
    report = check(ledger_file)
    assert report.holds, report.faults
    assert (report.leaves, report.checkpoints) == (LEAVES, 23)


def test_another_key_did_not_sign_it(ledger_file: Path) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    report = verify.verify(f"sqlite:///{ledger_file}", other)
    assert {fault.code for fault in report.faults} == {"checkpoint_resigned"}


@pytest.fixture
def tampered(ledger_file: Path, tmp_path: Path) -> Callable[..., verify.Report]:
    """Run statements on a fresh copy, and verify what is left."""

    def run(*statements: tuple[str, tuple[object, ...]]) -> verify.Report:
        copy = tmp_path / "copy.sqlite"
        shutil.copy(ledger_file, copy)
        with sqlite3.connect(copy) as connection:
            for statement, values in statements:
                assert connection.execute(statement, values).rowcount, "the statement changed nothing"
        connection.close()
        return check(copy)

    return run


once = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
thorough = settings(once, max_examples=150)


@thorough
@given(data=st.data())
def test_any_one_bit_is_found(tampered: Callable[..., verify.Report], ledger_file: Path, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(COVERED)))
    column = data.draw(st.sampled_from(COVERED[table]))
    query = f"SELECT rowid, {column}, CAST({column} AS BLOB), typeof({column}) FROM {table} ORDER BY rowid"
    with sqlite3.connect(ledger_file) as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    rowid, value, stored, kind = data.draw(st.sampled_from(rows))
    bit = data.draw(st.integers(0, 62 if kind == "integer" else len(stored) * 8 - 1))
    edited = value ^ 1 << bit if kind == "integer" else _turned(stored, bit)
    cast = "CAST(? AS TEXT)" if kind == "text" else "?"
    try:
        report = tampered((f"UPDATE {table} SET {column} = {cast} WHERE rowid = ?", (edited, rowid)))
    except sqlite3.IntegrityError:
        reject()  # another row has this key
    assert not report.holds


def _turned(value: bytes, bit: int) -> bytes:
    edited = bytearray(value)
    edited[bit // 8] ^= 1 << bit % 8
    return bytes(edited)


@once
@given(data=st.data())
def test_any_cut_is_found(tampered: Callable[..., verify.Report], ledger_file: Path, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["decisions", "actions", "receipts", "inspections", "ledger", "checkpoints"]))
    with sqlite3.connect(ledger_file) as connection:
        rowids = [row[0] for row in connection.execute(f"SELECT rowid FROM {table}")]
    connection.close()
    cut = data.draw(st.sets(st.sampled_from(rowids), min_size=1))
    marks = ",".join("?" * len(cut))
    assert not tampered((f"DELETE FROM {table} WHERE rowid IN ({marks})", tuple(cut))).holds


@once
@given(pair=st.sets(st.integers(0, LEAVES - 1), min_size=2, max_size=2))
def test_any_other_order_is_found(tampered: Callable[..., verify.Report], pair: set[int]) -> None:
    one, other = sorted(pair)
    report = tampered(
        ("UPDATE ledger SET position = -1 WHERE position = ?", (one,)),
        ("UPDATE ledger SET position = ? WHERE position = ?", (one, other)),
        ("UPDATE ledger SET position = ? WHERE position = -1", (other,)),
    )
    assert [fault.code for fault in report.faults] == ["leaves_reordered"]


def test_a_decision_slipped_in_without_a_leaf_is_found(tampered: Callable[..., verify.Report]) -> None:
    copy = "INSERT INTO decisions SELECT inspection, 7, outcome, rule_version, decided_at, body FROM decisions LIMIT 1"
    assert {fault.code for fault in tampered((copy, ())).faults} == {"record_without_leaf"}


def test_an_entry_rewritten_with_its_record_is_told_from_another_order(
    tampered: Callable[..., verify.Report], ledger_file: Path
) -> None:
    with sqlite3.connect(ledger_file) as connection:
        [leaf] = connection.execute("SELECT body FROM ledger WHERE position = 30").fetchone()
        id = UUID(json.loads(leaf)["record"]).hex
        [body] = connection.execute("SELECT body FROM actions WHERE id = ?", (id,)).fetchone()
    connection.close()
    forged = body.replace(b"hoshikawa", b"akazawa")
    entry = leaf.replace(hashlib.sha256(body).hexdigest().encode(), hashlib.sha256(forged).hexdigest().encode())
    report = tampered(
        ("UPDATE actions SET body = ?, officer = 'akazawa' WHERE id = ?", (forged, id)),
        ("UPDATE ledger SET body = ?, leaf_hash = ? WHERE position = 30", (entry, leaf_hash(entry))),
    )
    assert [(fault.code, fault.where) for fault in report.faults] == [("tree_changed", "positions 13 to 37")]


@pytest.mark.parametrize("value", ["'text'", "777", "-5", "x''", "-1.5"])
@pytest.mark.parametrize(("table", "column"), [(table, column) for table in COVERED for column in COVERED[table]])
def test_a_value_of_another_type_is_found_and_breaks_nothing(
    tampered: Callable[..., verify.Report], table: str, column: str, value: str
) -> None:
    first = f"(SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT 1)"
    assert not tampered((f"UPDATE {table} SET {column} = {value} WHERE rowid = {first}", ())).holds


def test_leaves_without_a_signature_over_them_are_found(tampered: Callable[..., verify.Report]) -> None:
    report = tampered((f"DELETE FROM checkpoints WHERE size = {LEAVES}", ()))
    assert {fault.code for fault in report.faults} == {"checkpoint_missing"}


def test_the_tree_is_that_of_the_rfcs_worked_example() -> None:
    """Seven leaves (RFC 9162 §2.1.5), joined by hand: ((a b)(c d)) ((e f) g)."""
    leaves = [leaf_hash(bytes([n])) for n in range(7)]

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\x01" + left + right).digest()

    a, b, c, d, e, f, g = leaves
    by_hand = node(node(node(a, b), node(c, d)), node(node(e, f), g))
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.extended(leaf)
    assert frontier.root == by_hand


def test_a_report_reads_as_words_and_as_json(tampered: Callable[..., verify.Report]) -> None:
    report = tampered(("DELETE FROM actions WHERE id = (SELECT id FROM actions LIMIT 1)", ()))
    assert "DOES NOT HOLD" in report.in_words()
    assert '"holds": false' in report.to_json()
    assert UUID(report.faults[0].where.rsplit(" ", 1)[1])


def edit_of_a_record(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE actions SET body = body || x'20' WHERE id = (SELECT id FROM actions LIMIT 1)")


def edit_of_an_entry(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE ledger SET leaf_hash = x'00' WHERE position = 3")


def cut_of_an_entry(connection: sqlite3.Connection, position: int = 20) -> None:
    [leaf] = connection.execute("SELECT body FROM ledger WHERE position = ?", (position,)).fetchone()
    connection.execute("DELETE FROM ledger WHERE position = ?", (position,))
    connection.execute("DELETE FROM actions WHERE id = ?", (UUID(json.loads(leaf)["record"]).hex,))


def cut_of_the_last_entry(connection: sqlite3.Connection) -> None:
    cut_of_an_entry(connection, LEAVES - 1)


def cut_of_a_record(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM actions WHERE id = (SELECT id FROM actions LIMIT 1)")


def another_order(connection: sqlite3.Connection) -> None:
    for old, new in ((2, -1), (100, 2), (-1, 100)):
        connection.execute("UPDATE ledger SET position = ? WHERE position = ?", (new, old))


def a_checkpoint_taken_out(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM checkpoints WHERE size = 5")


def the_first_checkpoint_taken_out(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM checkpoints WHERE size = 1")


def a_checkpoint_edited(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE checkpoints SET root = zeroblob(32) WHERE size = 5")


def an_instant_edited(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE checkpoints SET at = at + 1 WHERE size = 5")


def a_signature_forged(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE checkpoints SET signature = zeroblob(64) WHERE size = 5")


def a_checkpoint_signed_anew(connection: sqlite3.Connection, key: Ed25519PrivateKey = KEY) -> None:
    """By the holder of the very key: only the checkpoint that follows knows better."""
    query = "SELECT root, previous_size, previous FROM checkpoints WHERE size = 5"
    root, previous_size, previous = connection.execute(query).fetchone()
    name = Sealer(key, lambda: NOW).name
    anew = Checkpoint(5, root, NOW + timedelta(hours=1), name, previous_size, previous)
    signed = (microseconds(anew.at), name, key.sign(anew.text.encode()))
    connection.execute("UPDATE checkpoints SET at = ?, key = ?, signature = ? WHERE size = 5", signed)


def a_checkpoint_of_another_key(connection: sqlite3.Connection) -> None:
    a_checkpoint_signed_anew(connection, Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (edit_of_a_record, "record_changed"),
        (edit_of_an_entry, "leaf_changed"),
        (cut_of_an_entry, "leaf_missing"),
        (cut_of_the_last_entry, "leaf_missing"),
        (cut_of_a_record, "record_missing"),
        (another_order, "leaves_reordered"),
        (a_checkpoint_taken_out, "checkpoint_missing"),
        (the_first_checkpoint_taken_out, "checkpoint_missing"),
        (a_checkpoint_edited, "checkpoint_changed"),
        (an_instant_edited, "checkpoint_signature"),
        (a_signature_forged, "checkpoint_signature"),
        (a_checkpoint_signed_anew, "checkpoint_resigned"),
        (a_checkpoint_of_another_key, "checkpoint_resigned"),
    ],
)
def test_each_deed_is_told_apart_in_a_sentence_of_its_own(
    ledger_file: Path, tmp_path: Path, deed: Callable[[sqlite3.Connection], None], code: str
) -> None:
    copy = tmp_path / "copy.sqlite"
    shutil.copy(ledger_file, copy)
    with sqlite3.connect(copy) as connection:
        deed(connection)
    connection.close()
    report = check(copy)
    assert [fault.code for fault in report.faults] == [code]
    assert SENTENCES[code] in report.in_words()
    assert len(set(SENTENCES.values())) == len(SENTENCES)


def test_a_ledger_cut_back_to_an_earlier_state_contradicts_a_checkpoint_kept_elsewhere(
    ledger_file: Path, tmp_path: Path
) -> None:
    """Whoever takes off the end of everything leaves an older whole ledger; only a kept checkpoint knows better."""
    copy = tmp_path / "copy.sqlite"
    shutil.copy(ledger_file, copy)
    with sqlite3.connect(copy) as connection:
        [size, root] = connection.execute("SELECT size, root FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
        for (leaf,) in connection.execute("SELECT body FROM ledger WHERE position >= 12").fetchall():
            connection.execute("DELETE FROM actions WHERE id = ?", (UUID(json.loads(leaf)["record"]).hex,))
        connection.execute("DELETE FROM receipts")
        connection.execute("DELETE FROM ledger WHERE position >= 12")
        connection.execute("DELETE FROM checkpoints WHERE size > 12")
        connection.execute("DELETE FROM ledger_tiles")
    connection.close()
    assert check(copy).holds
    kept = [Note(size, root, microseconds(NOW))]
    assert verify.verify(f"sqlite:///{ledger_file}", PUBLIC, kept).holds
    assert verify.verify(f"sqlite:///{copy}", PUBLIC, kept).found == {"checkpoint_other": 1}


def test_checking_the_record_imports_nothing_of_what_writes_it() -> None:
    """In a fresh interpreter, so that what other tests loaded does not count."""
    program = "import sys, examiner_console.record.verify; print(*sorted(n for n in sys.modules if 'examiner' in n))"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    allowed = ("examiner_console.record.verif",)
    packages = ["examiner_console", "examiner_console.record"]
    assert [name for name in loaded if not name.startswith(allowed)] == packages


def test_checkpoints_from_before_they_named_the_one_before_still_count(ledger_file: Path, tmp_path: Path) -> None:
    """As version 0001 signed them; the next one is chained behind, and an edit of the old ones is found."""
    copy = tmp_path / "copy.sqlite"
    shutil.copy(ledger_file, copy)
    name = Sealer(KEY, lambda: NOW).name
    with sqlite3.connect(copy) as connection:
        for size, root in connection.execute("SELECT size, root FROM checkpoints").fetchall():
            old = Checkpoint(size, root, NOW, name, None, None)
            values = (microseconds(NOW), KEY.sign(old.text.encode()), size)
            query = "UPDATE checkpoints SET previous_size = NULL, previous = NULL, at = ?, signature = ? WHERE size = ?"
            connection.execute(query, values)
    connection.close()
    assert check(copy).holds
    store = Store(f"sqlite:///{copy}", before_commit=Sealer(KEY, lambda: NOW))
    asyncio.run(store.write(lambda connection: record(connection, _read(1))))
    store.close()
    assert check(copy).holds
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE checkpoints SET at = at + 1 WHERE size = 5")
    connection.close()
    assert check(copy).found == {"checkpoint_signature": 1}
