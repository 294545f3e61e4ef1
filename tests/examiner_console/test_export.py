"""Decisions leave as a table that a spreadsheet cannot be tricked by, signed, and without names unless two ask."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner

from examiner_console import migrations
from examiner_console.__main__ import app
from examiner_console.casework.ingest import Arrived, Ingest
from examiner_console.contract import Delivery, Inspection, encode
from examiner_console.law.decide import LANDINGS_ALONE
from examiner_console.record import verify
from examiner_console.record.export import COLUMNS, IDENTITIES, safe, write_csv, write_parquet
from examiner_console.settings import Settings
from examiner_console.tables import actions
from examiner_console.upkeep import ledger_key, open_store
from examiner_console.web import officers
from tests.conftest import require
from tests.examiner_console.samples import NOW, arrival, inspection, passport

DAY = "2026-11-23"
"""In Japan; noon there is NOW."""
CELLS = st.one_of(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(), st.none())


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """Two decisions on the day, one at its last and one after its last instant; two officers."""
    (tmp_path / "console.toml").write_text('data_dir = "data"\n')
    chosen = Settings(data_dir=tmp_path / "data")
    migrations.upgrade(chosen.database)
    asyncio.run(_fill(chosen))
    return tmp_path


async def _fill(chosen: Settings) -> None:
    store = open_store(chosen)
    end = NOW.replace(hour=15)  # midnight in Japan
    seen: list[tuple[Inspection, object]] = [
        (arrival(document=passport("UTO", surname="=HYPERLINK(1)", document_number="-2+3")), NOW),
        (inspection(at=end), end - timedelta(microseconds=1)),
        (inspection(at=end), end),
    ]
    for one, at in seen:
        ingest = Ingest(lambda at=at: at, 12, rules=LANDINGS_ALONE)  # type: ignore[misc]
        await store.write_together(ingest.accept, Arrived(one, encode(one), Delivery.LIVE))
    for name in ("hoshikawa", "akazawa"):
        await officers.add_officer(store, name=name, role="supervisor", display=name, password="a long enough password")
    store.close()


@pytest.fixture
def export(hall: Path) -> Callable[..., Result]:
    def run(*arguments: str, answer: str = "") -> Result:
        base = ["export", "decisions", "--from", DAY, "--to", DAY, "--out", str(hall / "out")]
        return CliRunner().invoke(app, [*base, *arguments, "--config", str(hall / "console.toml")], input=answer)

    return run


def checked(hall: Path) -> Result:
    return CliRunner().invoke(app, ["export", "verify", str(hall / "out"), "--config", str(hall / "console.toml")])


def table(hall: Path) -> list[dict[str, str]]:
    with (hall / "out" / "decisions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refusal(result: Result) -> str:
    [line] = result.stderr.splitlines()[-1:]
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    return line


def test_a_day_is_a_day_in_japan_and_nobody_is_named(hall: Path, export: Callable[..., Result]) -> None:
    assert export().exit_code == 0
    found = table(hall)
    assert [row["outcome"] for row in found] == ["refer", "confirm"]
    assert list(found[0]) == list(COLUMNS)
    content = (hall / "out" / "decisions.csv").read_text("utf-8")
    assert not [
        word for word in ("HYPERLINK", "-2+3", "TABIBITO", "HARU", "TR1234567", "1990-04-01") if word in content
    ]
    assert checked(hall).exit_code == 0


def test_identities_need_two_officers_and_leave_a_leaf(hall: Path, export: Callable[..., Result]) -> None:
    result = export("--with-identities", answer="hoshikawa\nakazawa\n")
    assert result.exit_code == 0, result.output
    [first, _] = table(hall)
    assert set(first) == set(COLUMNS | IDENTITIES)
    assert (first["surname"], first["document_number"]) == ("'=HYPERLINK(1)", "'-2+3")
    chosen = Settings(data_dir=hall / "data")
    store = open_store(chosen)
    [action] = asyncio.run(store.read(lambda c: c.execute(select(actions)).all()))
    store.close()
    assert (action.verb, action.officer, json.loads(action.body)["details"]["second"]) == (
        "export_identities",
        "hoshikawa",
        "akazawa",
    )
    assert verify.verify(chosen.database, ledger_key(chosen).public_key().public_bytes_raw()).holds
    assert json.loads((hall / "out" / "manifest.json").read_text())["officers"] == ["hoshikawa", "akazawa"]


@pytest.mark.parametrize(
    "answer", ["hoshikawa\nhoshikawa\n", "hoshikawa\nnobody\n"], ids=["one person twice", "no officer"]
)
def test_one_person_exports_no_identities(hall: Path, export: Callable[..., Result], answer: str) -> None:
    line = refusal(export("--with-identities", answer=answer))
    assert "two officers" in line or "nobody is no officer" in line
    assert not (hall / "out" / "decisions.csv").exists()


@pytest.mark.parametrize("deed", ["edit", "delete", "add", "manifest", "signature", "unfinished"])
def test_an_export_that_was_tampered_with_says_how(hall: Path, export: Callable[..., Result], deed: str) -> None:
    export()
    data, manifest, signature = (hall / "out" / name for name in ("decisions.csv", "manifest.json", "manifest.sig"))
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "edit": (lambda: data.write_bytes(data.read_bytes().replace(b"refer", b"grant")), "was changed"),
        "delete": (data.unlink, "is missing"),
        "add": (lambda: data.with_name("more.csv").write_text("x"), "more.csv is not part"),
        "manifest": (lambda: manifest.write_text(manifest.read_text().replace(DAY, "2026-11-24")), "not signed"),
        "signature": (lambda: signature.write_text("AAAA"), "not signed"),
        "unfinished": (manifest.unlink, "never finished"),
    }
    do, says = deeds[deed]
    do()
    result = checked(hall)
    assert result.exit_code == 1
    assert says in result.stdout


def test_another_key_did_not_sign_it(hall: Path, export: Callable[..., Result]) -> None:
    export()
    (hall / "other.key").write_bytes(bytes(31) + b"\x01")
    result = CliRunner().invoke(app, ["export", "verify", str(hall / "out"), "--key", str(hall / "other.key")])
    assert result.exit_code == 1


def test_what_cannot_be_exported_is_refused_in_one_line(hall: Path, export: Callable[..., Result]) -> None:
    assert "is after" in refusal(export("--from", "2026-11-24"))
    assert "is no day" in refusal(export("--from", "yesterday"))
    (hall / "out").mkdir()
    (hall / "out" / "something").write_text("")
    assert "is not empty" in refusal(export())


def test_parquet_holds_the_same_rows_with_their_types(hall: Path, export: Callable[..., Result]) -> None:
    require(find_spec("pyarrow"), "pyarrow (extra export)")
    import pyarrow.parquet

    assert export("--format", "parquet").exit_code == 0
    found = pyarrow.parquet.read_table(hall / "out" / "decisions.parquet").to_pylist()
    assert [(row["outcome"], row["version"], row["seconds_at_station"]) for row in found] == [
        ("refer", 1, 7.0),
        ("confirm", 1, 7.0),
    ]
    assert checked(hall).exit_code == 0


def test_without_pyarrow_the_command_says_so(
    hall: Path, export: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert "choose --format csv" in refusal(export("--format", "parquet"))
    assert not (hall / "out").exists()


def test_an_empty_parquet_export_has_its_columns(tmp_path: Path) -> None:
    require(find_spec("pyarrow"), "pyarrow (extra export)")
    import pyarrow.parquet

    assert write_parquet(tmp_path / "none.parquet", COLUMNS, []) == 0
    assert pyarrow.parquet.read_schema(tmp_path / "none.parquet").names == list(COLUMNS)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_any_cell_comes_back_from_csv_and_none_is_a_formula(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | int | None, str | int | None]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "any.csv"
    write_csv(path, {"a": str, "b": str}, rows)
    data = path.read_bytes().decode("utf-8")
    [_, *back] = list(csv.reader(io.StringIO(data, newline="")))
    assert back == [["" if safe(cell) is None else str(safe(cell)) for cell in row] for row in rows]
    for cells, row in zip(back, rows, strict=True):
        for text, cell in zip(cells, row, strict=True):
            assert not text.startswith(("=", "+", "-", "@", "\t", "\r")) or isinstance(cell, int)


def test_a_negative_number_stays_a_number() -> None:
    assert (safe(-5), safe("-5"), safe(-0.5), safe("@x"), safe("a=b"), safe(None)) == (
        -5,
        "'-5",
        -0.5,
        "'@x",
        "a=b",
        None,
    )
