"""What an auditor does: take proofs from the console, and check them with files alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from examiner_console import migrations
from examiner_console.__main__ import app
from examiner_console.casework.actions import Action, Verb, record
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.contract import Delivery, encode
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import verify
from examiner_console.record.prover import NoSuchRecord, Tree, note, prove, prove_growth
from examiner_console.record.verification import offline
from examiner_console.settings import load_settings
from examiner_console.tables import ledger
from examiner_console.upkeep import ledger_key, open_store
from tests.examiner_console.samples import NOW, arrival, inspection
from tests.examiner_console.test_ledger_proofs import mth

LEAVES = 600


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three decisions and 597 reads: two whole tiles and a ragged edge."""
    folder = tmp_path_factory.mktemp("hall")
    (folder / "console.toml").write_text('data_dir = "data"\n')
    settings = load_settings(folder / "console.toml")
    migrations.upgrade(settings.database)
    store = open_store(settings)
    asyncio.run(_fill(store))
    store.close()
    return folder


async def _fill(store) -> None:  # type: ignore[no-untyped-def]  # a Store
    ingest = Ingest(lambda: NOW, 12, rules=LANDINGS_ALONE)
    for seen in (arrival(), inspection(), inspection()):
        await store.write_together(ingest.accept, Arrived(seen, encode(seen), Delivery.LIVE))
    for size in (300, 297):
        reads = [Action(UUID(int=n), "hoshikawa", Verb.READ_CASE, NOW) for n in range(size)]
        await store.write(lambda connection, reads=reads: [record(connection, action) for action in reads])


def console(hall: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["ledger", *map(str, arguments), "--config", str(hall / "console.toml")])


def leaves(hall: Path) -> list[tuple[UUID, bytes]]:
    store = open_store(load_settings(hall / "console.toml"))
    query = select(ledger.c.record, ledger.c.leaf_hash).order_by(ledger.c.position)
    found = asyncio.run(store.read(lambda c: [(row.record, row.leaf_hash) for row in c.execute(query)]))
    store.close()
    return found


@pytest.fixture
def files(hall: Path, tmp_path: Path) -> Callable[..., Path]:
    """What a command prints, in a file."""

    def write(*arguments: str) -> Path:
        result = console(hall, *arguments)
        assert result.exit_code == 0, result.stderr
        path = tmp_path / "-".join(arguments).replace("/", "")
        path.write_text(result.stdout)
        return path

    return write


def offline_check(proof: Path, key: Path, *checkpoints: Path) -> Result:
    """Without settings: nothing of the console is at hand."""
    given = [argument for path in checkpoints for argument in ("--checkpoint", str(path))]
    arguments = ["ledger", "verify", "--proof", str(proof), "--key", str(key), *given, "--json"]
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("index", [0, 2, 255, 256, 511, 512, 599])
def test_a_record_is_proved_with_files_alone(hall: Path, files: Callable[..., Path], index: int) -> None:
    id, _ = leaves(hall)[index]
    proof = files("prove", str(id), "--json")
    [leaf] = json.loads(proof.read_text())["leaves"]
    assert leaf["index"] == index
    result = offline_check(proof, files("key"), files("checkpoint"))
    assert (result.exit_code, json.loads(result.stdout)["holds"]) == (0, True), result.output


@pytest.mark.parametrize(("old", "new"), [(1, 600), (3, 303), (256, 600), (303, 600), (511, 512), (600, 600)])
def test_growth_is_proved_between_any_two_sizes(hall: Path, files: Callable[..., Path], old: int, new: int) -> None:
    hashes = [hash for _, hash in leaves(hall)]
    proof = files("consistency", "--from", str(old), "--to", str(new), "--json")
    facts = json.loads(proof.read_text())
    assert (facts["old_root"], facts["new_root"]) == (mth(hashes[:old]).hex(), mth(hashes[:new]).hex())
    if new in (303, 600):
        result = offline_check(proof, files("key"), files("checkpoint", "--size", str(new)))
        assert result.exit_code == 0, result.output


def test_growth_between_two_checkpoints_is_bound_to_both(files: Callable[..., Path]) -> None:
    proof = files("consistency", "--from", "303", "--to", "600", "--json")
    both = files("checkpoint", "--size", "303"), files("checkpoint", "--size", "600")
    result = offline_check(proof, files("key"), *both)
    assert "the one that was signed" in json.loads(result.stdout)["sentence"]
    facts = json.loads(proof.read_text())
    proof.write_text(json.dumps(facts | {"old_root": "00" * 32}))
    assert offline_check(proof, files("key"), *both).exit_code == 1


def test_several_records_are_proved_by_one_file_and_all_of_them_for_one_checkpoint(
    hall: Path, files: Callable[..., Path]
) -> None:
    proofs = [json.loads(files("prove", str(leaves(hall)[n][0]), "--json").read_text()) for n in (0, 5, 599)]
    early = json.loads(files("prove", str(leaves(hall)[0][0]), "--size", "303", "--json").read_text())
    notes = files("checkpoint"), files("checkpoint", "--size", "303")
    file = hall / "proofs.json"

    def checked(size: int, *parts: object) -> int:
        file.write_text(json.dumps({"proof": "inclusions", "size": size, "proofs": parts}))
        return offline_check(file, files("key"), *notes).exit_code

    assert checked(600, *proofs) == 0
    assert checked(600, *proofs, early) == 1
    assert checked(303, *proofs) == 1
    assert checked(600, proofs[0], proofs[1] | {"record": proofs[2]["record"]}) == 1
    assert checked(600) == 2
    assert checked(600, "nothing") == 2


def test_a_proof_for_another_record_is_refused(hall: Path, files: Callable[..., Path]) -> None:
    found = leaves(hall)
    proof = files("prove", str(found[5][0]), "--json")
    facts = json.loads(proof.read_text())
    proof.write_text(json.dumps(facts | {"record": str(found[6][0])}))
    result = offline_check(proof, files("key"), files("checkpoint"))
    assert (result.exit_code, json.loads(result.stdout)["sentence"]) == (1, "The leaf at 5 speaks of another record.")


def test_an_edited_leaf_is_not_in_the_tree(hall: Path, files: Callable[..., Path]) -> None:
    proof = files("prove", str(leaves(hall)[5][0]), "--json")
    proof.write_text(proof.read_text().replace("read", "dear", 1))
    result = offline_check(proof, files("key"), files("checkpoint"))
    assert (result.exit_code, json.loads(result.stdout)["holds"]) == (1, False)


def test_a_checkpoint_somebody_else_signed_or_edited_is_refused_in_one_line(
    hall: Path, files: Callable[..., Path], tmp_path: Path
) -> None:
    proof, checkpoint = files("prove", str(leaves(hall)[5][0]), "--json"), files("checkpoint")
    (tmp_path / "other.key").write_bytes(bytes(31) + b"\x01")
    edited = tmp_path / "edited"
    edited.write_text(checkpoint.read_text().replace("600", "599"))
    for key, path in ((tmp_path / "other.key", checkpoint), (files("key"), edited), (files("key"), proof)):
        result = offline_check(proof, key, path)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
        assert str(path) in result.stderr


def test_what_was_never_recorded_or_signed_has_no_proof(hall: Path) -> None:
    for arguments in (
        ("prove", uuid4()),
        ("checkpoint", "--size", "17"),
        ("consistency", "--from", "0", "--to", "5"),
        ("consistency", "--from", "9", "--to", "5"),
        ("consistency", "--from", "9", "--to", "601"),
    ):
        result = console(hall, *map(str, arguments))
        assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1), arguments


def test_a_proof_without_a_checkpoint_proves_nothing(hall: Path, files: Callable[..., Path]) -> None:
    proof = files("prove", str(leaves(hall)[0][0]), "--json")
    assert "give --checkpoint" in offline_check(proof, files("key")).stderr


def test_the_ledger_continues_a_checkpoint_kept_elsewhere(hall: Path, files: Callable[..., Path]) -> None:
    assert console(hall, "verify", "--checkpoint", files("checkpoint", "--size", "303")).exit_code == 0


def test_a_missing_tile_makes_a_proof_slower_and_not_wrong(hall: Path) -> None:
    store = open_store(load_settings(hall / "console.toml"))
    hashes = [hash for _, hash in leaves(hall)]

    def without_tiles(connection) -> bytes:  # type: ignore[no-untyped-def]  # a Connection
        tree = Tree(connection)
        tree._windows[1, 0] = []
        return tree.subtree(0, LEAVES)

    assert asyncio.run(store.read(without_tiles)) == mth(hashes)
    store.close()


@pytest.mark.anyio
async def test_proofs_hold_on_either_database(console) -> None:  # type: ignore[no-untyped-def]  # a Console
    """As the commands do it, on SQLite and PostgreSQL; a decision changed later has two leaves."""
    key = ledger_key(console.settings).public_key().public_bytes_raw()
    seen = inspection()
    for delivery in (Delivery.LIVE, Delivery.DEFERRED):
        await console.store.write_together(console.ingest.accept, Arrived(seen, encode(seen), delivery))
    reads = [Action(seen.id, "hoshikawa", Verb.READ_CASE, NOW) for _ in range(300)]
    await console.store.write(lambda c: [record(c, action) for action in reads])
    proof = await console.store.read(lambda c: prove(c, seen.id))
    assert [leaf.index for leaf in proof.leaves] == [0, 1]
    signed = offline.read_note((await console.store.read(lambda c: note(c, key))).encode(), key)
    assert offline.check(encode(proof), [signed]).holds
    growth = await console.store.read(lambda c: prove_growth(c, 2, 302))
    assert offline.check(encode(growth), [signed]).holds
    with pytest.raises(NoSuchRecord):
        await console.store.read(lambda c: prove(c, uuid4()))
    assert verify.verify(console.store.url, key, [signed]).holds


@pytest.mark.anyio
async def test_opening_a_case_is_a_leaf_before_it_is_seen(console) -> None:  # type: ignore[no-untyped-def]
    seen = arrival()
    await console.store.write_together(console.ingest.accept, Arrived(seen, encode(seen), Delivery.LIVE))
    await console.referrals.read_case(seen.id, "akazawa")
    bodies = await console.store.read(
        lambda c: c.execute(select(ledger.c.body).order_by(ledger.c.position)).scalars().all()
    )
    assert [json.loads(bytes(body))["kind"] for body in bodies] == ["decision", "read"]
