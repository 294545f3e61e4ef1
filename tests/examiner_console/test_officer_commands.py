"""Officers' upkeep by command: it takes effect at once, and the ledger says who did it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.examiner_console.test_commands import console, refused


def test_an_officer_is_changed_disabled_enabled_and_noted(tmp_path: Path) -> None:
    given = ("--name", "hoshikawa", "--role", "inspector", "--display", "K. Hoshikawa", "--password-stdin")
    assert console(tmp_path, "officer", "add", *given, answer="a long enough password\n").exit_code == 0
    steps = (("role", "hoshikawa", "auditor"), ("reset-keys", "hoshikawa"), ("disable", "hoshikawa"))
    for step in steps:
        assert console(tmp_path, "officer", *step).exit_code == 0
    listed = console(tmp_path, "officer", "list", "--json")
    assert listed.exit_code == 0, listed.output
    [one] = json.loads(listed.stdout)
    assert one == {"name": "hoshikawa", "role": "auditor", "keys": 0, "disabled": True}
    assert console(tmp_path, "officer", "enable", "hoshikawa").exit_code == 0
    assert "may log in" in console(tmp_path, "officer", "list").stdout
    with sqlite3.connect(tmp_path / "data" / "console.sqlite") as database:
        noted = [verb for (verb,) in database.execute("SELECT verb FROM actions ORDER BY at")]
    assert noted == ["change_role", "reset_keys", "disable_officer", "enable_officer"]


def test_nobody_is_changed_under_a_name_or_a_role_that_is_none(tmp_path: Path) -> None:
    assert refused(console(tmp_path, "officer", "disable", "nobody")) == "there is no officer called nobody"
    assert console(tmp_path, "officer", "role", "nobody", "emperor").exit_code == 2
