"""The commands an operator types."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from examiner_console.__main__ import app
from tests.examiner_console.samples import KEYS, NOW, inspection

LANDING = {
    "nationality": "UTO",
    "document_number": "TR1234567",
    "landed_on": "2026-09-01",
    "status": "TEMPORARY_VISITOR",
    "period": "P90D",
    "permitted_until": None,
    "port": "NRT",
}


def console(folder: Path, *arguments: str | Path, answer: str = "") -> Result:
    config = folder / "console.toml"
    if not config.exists():
        config.write_text('data_dir = "data"\n')
    more = () if arguments[0] == "decide" else ("--config", str(config))
    return CliRunner().invoke(app, [*map(str, arguments), *more], input=answer)


def refused(result: Result) -> str:
    """The one line that says what and why."""
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    return line


def test_a_console_is_set_up_and_its_ledger_holds(tmp_path: Path) -> None:
    key = KEYS["gate-1"].public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "gate.pub").write_bytes(pem)
    (tmp_path / "landings.jsonl").write_text(json.dumps(LANDING) + "\n\n" + json.dumps(LANDING) + "\n")
    gate = ("--name", "gate-1", "--kind", "gate", "--direction", "departure", "--public-key", tmp_path / "gate.pub")
    officer = ("--name", "hoshikawa", "--role", "inspector", "--display", "K. Hoshikawa", "--password-stdin")
    results = [
        console(tmp_path, "migrate"),
        console(tmp_path, "station", "enrol", *gate),
        console(tmp_path, "station", "enrol", *gate),
        console(tmp_path, "officer", "add", *officer, answer="a long enough password\n"),
        console(tmp_path, "landings", "load", tmp_path / "landings.jsonl"),
        console(tmp_path, "landings", "load", tmp_path / "landings.jsonl"),
        console(tmp_path, "ledger", "verify", "--json"),
    ]
    assert [result.exit_code for result in results] == [0] * 7, results
    assert [result.stdout for result in results[4:6]] == [
        "1 landings loaded, 1 known.\n",
        "0 landings loaded, 2 known.\n",
    ]
    assert json.loads(results[-1].stdout)["holds"] is True
    assert {path.name for path in (tmp_path / "data").iterdir()} >= {"console.sqlite", "ledger.key"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("not json", "line 1: not valid JSON"),
        (json.dumps(LANDING | {"period": "P1Y"}), "line 1: TEMPORARY_VISITOR may not be granted for P1Y"),
        (json.dumps(LANDING | {"landed_on": "2026-02-30"}), "line 1: Invalid RFC3339 encoded date - at `$.landed_on`"),
    ],
)
def test_a_landing_that_cannot_be_is_refused_with_its_line(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "landings.jsonl").write_text(content)
    assert refused(console(tmp_path, "landings", "load", tmp_path / "landings.jsonl")).endswith(says)


def test_a_key_that_is_none_enrols_nobody(tmp_path: Path) -> None:
    (tmp_path / "gate.pub").write_text("no key")
    gate = ("--name", "gate-1", "--kind", "gate", "--direction", "departure", "--public-key", tmp_path / "gate.pub")
    assert "gate.pub" in refused(console(tmp_path, "station", "enrol", *gate))


def test_settings_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "console.toml"
    for content, names in (("port = 70000", "port"), ("colour = 1", "colour"), ("port = ", "console.toml")):
        config.write_text(content)
        assert names in refused(console(tmp_path, "migrate"))


def test_a_case_in_a_file_is_decided(tmp_path: Path) -> None:
    case = {"inspection": msgspec.to_builtins(inspection()), "at": NOW.isoformat(), "landing": None}
    (tmp_path / "case.json").write_bytes(msgspec.json.encode(case))
    result = console(tmp_path, "decide", tmp_path / "case.json", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["outcome"] == "confirm"
    words = console(tmp_path, "decide", tmp_path / "case.json")
    assert "Art. 60(1)" in words.stdout


@pytest.mark.parametrize(
    "changes", [{"at": "2026-11-23T12:00:00"}, {"rule_version": "1899-01-01"}, {"booths": 0}, {"landing": "maybe"}]
)
def test_an_unusable_case_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    case = {"inspection": msgspec.to_builtins(inspection()), "at": NOW.isoformat(), **changes}
    (tmp_path / "case.json").write_bytes(msgspec.json.encode(case))
    assert "case.json" in refused(console(tmp_path, "decide", tmp_path / "case.json", "--json"))


def test_a_ledger_that_was_tampered_with_does_not_verify(tmp_path: Path) -> None:
    console(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "data" / "console.sqlite") as connection:
        connection.execute("INSERT INTO ledger VALUES (0, x'00', x'7b7d')")
    connection.close()
    result = console(tmp_path, "ledger", "verify")
    assert result.exit_code == 1
    assert "DOES NOT HOLD" in result.stdout
    assert "Traceback" not in result.stderr
