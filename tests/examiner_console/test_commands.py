"""The commands an operator types."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from cryptography.hazmat.primitives import serialization
from typer.testing import CliRunner

from examiner_console.__main__ import app
from tests.examiner_console.samples import KEYS, NOW, arrival, inspection

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


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[registries.vsia]\nurl = "http://127.0.0.1:1"', "no such registry: vsia; there are document_reports"),
        ('[registries.visa]\nurl = "127.0.0.1:1"', "a registry's address is http://"),
        ('[registries.visa]\nurl = "http://["', "a registry's address or certificate files cannot be used"),
        ('[registries.visa]\nadress = "http://127.0.0.1:1"', "registries.visa.url"),
        ('rules = "1899-01-01"', "there are the rules of 2026-11-01"),
    ],
)
def test_a_console_whose_registries_cannot_be_asked_does_not_start(tmp_path: Path, content: str, says: str) -> None:
    config = tmp_path / "console.toml"
    config.write_text(f'data_dir = "{tmp_path}"\n{content}\n')
    command = [sys.executable, "-m", "examiner_console", "serve", "--config", str(config)]  # it sets its process's log
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert says in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_case_in_a_file_is_decided(tmp_path: Path) -> None:
    clear = {name: {"answer": "clear"} for name in ("watchlist", "document_reports")}
    case = {"inspection": msgspec.to_builtins(inspection()), "at": NOW.isoformat(), "landing": None, "answers": clear}
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


ARRIVAL = {
    **{name: {"answer": "clear"} for name in ("watchlist", "document_reports", "removals", "re_entry", "passengers")},
    "visa": {"answer": "hit", "entry": {"kind": "exempt", "days": 90}},
}


def case_file(folder: Path, **changes: object) -> Path:
    case = {"inspection": msgspec.to_builtins(arrival()), "at": NOW.isoformat(), **changes}
    (folder / "case.json").write_bytes(msgspec.json.encode(case))
    return folder / "case.json"


def test_the_complete_rules_decide_a_case_with_what_the_registries_answered(tmp_path: Path) -> None:
    case = case_file(tmp_path, answers=ARRIVAL)
    result = console(tmp_path, "decide", case, "--version", "2026-11-27", "--json")
    made = json.loads(result.stdout)
    assert (made["rule_version"], made["suggestion"]["period"]) == ("2026-11-27", "P15D")
    assert made["reasons"][0] | {"law": ["L06"], "certain": True} == made["reasons"][0]
    words = console(tmp_path, "decide", case_file(tmp_path), "--version", "2026-11-27").stdout
    assert "watchlist: not asked" in words


def test_a_case_is_decided_on_another_day_or_at_another_instant(tmp_path: Path) -> None:
    case = case_file(tmp_path, answers=ARRIVAL)
    on_a_day = json.loads(console(tmp_path, "decide", case, "--at", "2030-01-02", "--json").stdout)
    assert on_a_day["decided_at"] == "2030-01-02T03:00:00Z"
    codes = [reason["code"] for reason in on_a_day["reasons"]]
    assert codes == ["document_expired", "registry_silent", "arrival_examination"], "by then authorisation is needed"
    later = json.loads(console(tmp_path, "decide", case, "--at", "2026-11-23T12:06:00+09:00", "--json").stdout)
    assert "clock_implausible" in [reason["code"] for reason in later["reasons"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--at", "tomorrow"), "--at tomorrow: neither a day"),
        (("--at", "2026-11-23T12:00:00"), "times need an offset"),
        (("--version", "1899-01-01"), "no rules of version 1899-01-01"),
        (("--at", "9999-12-31T23:00:00-09:00"), "outside the years 1 to 9999"),
    ],
)
def test_a_time_or_version_that_cannot_be_is_refused(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(console(tmp_path, "decide", case_file(tmp_path), *arguments))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": "red"}, "unknown field `colour`"),
        ({"answers": {"wathclist": {"answer": "clear"}}}, "unknown field `wathclist`"),
        ({"answers": {"watchlist": {"answer": "perhaps"}}}, "$.answers.watchlist"),
        ({"answers": {"watchlist": {"answer": "hit"}}}, "missing required field `entry`"),
    ],
)
def test_what_a_case_may_not_hold_is_refused_by_name(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    assert says in refused(console(tmp_path, "decide", case_file(tmp_path, **changes)))


def test_the_schema_of_a_case_is_printed_and_allows_no_unknown_field(tmp_path: Path) -> None:
    schema = json.loads(console(tmp_path, "decide", "--schema").stdout)
    objects = [found for found in schema["$defs"].values() if found.get("type") == "object"]
    assert "CaseFile" in schema["$defs"]
    assert len(objects) > 20
    assert all(found["additionalProperties"] is False for found in objects)
    assert "name the file" in refused(console(tmp_path, "decide"))


def test_a_ledger_that_was_tampered_with_does_not_verify(tmp_path: Path) -> None:
    console(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "data" / "console.sqlite") as connection:
        connection.execute("INSERT INTO ledger (position, leaf_hash, body) VALUES (0, x'00', x'7b7d')")
    connection.close()
    result = console(tmp_path, "ledger", "verify")
    assert result.exit_code == 1
    assert "DOES NOT HOLD" in result.stdout
    assert "Traceback" not in result.stderr
