"""The ledger: whatever is edited, cut or put in another order is found by a verifier that shares no code with it."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examiner_console import migrations
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.contract import Delivery, encode
from examiner_console.database import Store
from examiner_console.record import verify
from examiner_console.record.ledger import Frontier, Sealer, leaf_hash
from tests.examiner_console.samples import NOW, arrival, inspection

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
COVERED = {
    "decisions": ("body", "inspection", "version"),
    "actions": ("body", "id"),
    "inspections": ("payload",),
    "ledger": ("body", "leaf_hash", "position"),
    "checkpoints": ("root", "signature", "at", "key", "size"),
}
"""Every column a fact is kept in; the others are copies for searching."""


@pytest.fixture(scope="module")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine decisions and three actions, over several commits."""
    file = tmp_path_factory.mktemp("ledger") / "console.sqlite"
    migrations.upgrade(f"sqlite:///{file}")
    store = Store(f"sqlite:///{file}", before_commit=Sealer(KEY, lambda: NOW))
    asyncio.run(_fill(store))
    store.close()
    return file


async def _fill(store: Store) -> None:
    ingest = Ingest(lambda: NOW, 12)
    for n in range(9):
        seen = arrival() if n % 3 else inspection()
        await store.write_together(ingest.accept, Arrived(seen, encode(seen), Delivery.LIVE))
        if n % 3 == 1:
            action = Action(seen.id, "hoshikawa", Verb.TAKE, NOW)
            await store.write(lambda connection, action=action: record(connection, action))


def check(file: Path) -> verify.Report:
    return verify.verify(f"sqlite:///{file}", PUBLIC)


def test_an_untouched_ledger_holds(ledger_file: Path) -> None:
    report = check(ledger_file)
    assert report.holds, report.faults
    assert (report.leaves, report.checkpoints) == (12, 12)


def test_another_key_did_not_sign_it(ledger_file: Path) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    report = verify.verify(f"sqlite:///{ledger_file}", other)
    assert {fault.code for fault in report.faults} == {"checkpoint_signature"}


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


@once
@given(data=st.data())
def test_any_edit_is_found(tampered: Callable[..., verify.Report], ledger_file: Path, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(sorted(COVERED)))
    column = data.draw(st.sampled_from(COVERED[table]))
    with sqlite3.connect(ledger_file) as connection:
        rows = connection.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid").fetchall()
    connection.close()
    rowid, value = data.draw(st.sampled_from(rows))
    edited = data.draw(_edits(value))
    report = tampered((f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (edited, rowid)))
    assert not report.holds


def _edits(value: object) -> st.SearchStrategy[object]:
    """One bit of a value turned, or a number or text changed."""
    if isinstance(value, int):
        return st.integers(1, 1000).map(lambda step: value + 1000 + step)
    if isinstance(value, str):
        return st.sampled_from([value[1:], value[::-1], value + "0"]).filter(lambda edited: edited != value)
    assert isinstance(value, bytes)

    def turned(bit: int) -> bytes:
        edited = bytearray(value)
        edited[bit // 8] ^= 1 << bit % 8
        return bytes(edited)

    return st.integers(0, len(value) * 8 - 1).map(turned)


@once
@given(data=st.data())
def test_any_cut_is_found(tampered: Callable[..., verify.Report], ledger_file: Path, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["decisions", "actions", "inspections", "ledger"]))
    with sqlite3.connect(ledger_file) as connection:
        rowids = [row[0] for row in connection.execute(f"SELECT rowid FROM {table}")]
    connection.close()
    cut = data.draw(st.sets(st.sampled_from(rowids), min_size=1))
    marks = ",".join("?" * len(cut))
    assert not tampered((f"DELETE FROM {table} WHERE rowid IN ({marks})", tuple(cut))).holds


@once
@given(pair=st.sets(st.integers(0, 11), min_size=2, max_size=2))
def test_any_other_order_is_found(tampered: Callable[..., verify.Report], pair: set[int]) -> None:
    one, other = sorted(pair)
    report = tampered(
        ("UPDATE ledger SET position = -1 WHERE position = ?", (one,)),
        ("UPDATE ledger SET position = ? WHERE position = ?", (one, other)),
        ("UPDATE ledger SET position = ? WHERE position = -1", (other,)),
    )
    assert not report.holds


def test_a_decision_slipped_in_without_a_leaf_is_found(tampered: Callable[..., verify.Report]) -> None:
    copy = "INSERT INTO decisions SELECT inspection, 7, outcome, rule_version, decided_at, body FROM decisions LIMIT 1"
    assert {fault.code for fault in tampered((copy, ())).faults} == {"record_without_leaf"}


@pytest.mark.parametrize("value", ["'text'", "777", "-5", "x''", "-1.5"])
@pytest.mark.parametrize(("table", "column"), [(table, column) for table in COVERED for column in COVERED[table]])
def test_a_value_of_another_type_is_found_and_breaks_nothing(
    tampered: Callable[..., verify.Report], table: str, column: str, value: str
) -> None:
    first = f"(SELECT rowid FROM {table} ORDER BY rowid DESC LIMIT 1)"
    assert not tampered((f"UPDATE {table} SET {column} = {value} WHERE rowid = {first}", ())).holds


def test_leaves_without_a_signature_over_them_are_found(tampered: Callable[..., verify.Report]) -> None:
    report = tampered(("DELETE FROM checkpoints WHERE size = 12", ()))
    assert {fault.code for fault in report.faults} == {"checkpoint_missing"}


@given(st.integers(0, 200))
def test_writer_and_verifier_agree_on_the_tree_of_rfc_9162(size: int) -> None:
    bodies = [n.to_bytes(4) for n in range(size)]
    frontier = Frontier()
    for body in bodies:
        frontier = frontier.extended(leaf_hash(body))
    hashes = [hashlib.sha256(b"\x00" + body).digest() for body in bodies]
    assert frontier.root == verify.Prefixes(hashes).root(size)


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
