"""A configuration that cannot be used is refused at the start, with everything that is wrong in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gate import settings
from gate.settings import SettingsUnusable


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    file.write_text('station = ""\nnumber = 0\ndirection = "sideways"\nsurprise = 1\n')
    with pytest.raises(SettingsUnusable) as refused:
        settings.load(file)
    named = {problem.split(":")[0] for problem in refused.value.problems}
    assert {"station", "number", "direction", "surprise", "port_name", "key_file", "door_device"} <= named


def test_no_value_is_quoted(tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    file.write_text('console_url = 7\nkey_file = "hunter2.pem"\n')
    with pytest.raises(SettingsUnusable) as refused:
        settings.load(file)
    assert "hunter2" not in str(refused.value)


def test_paths_stand_beside_the_file(site: Any) -> None:
    given = settings.load(site.config)
    assert given.outbox.parent == site.folder
    assert given.door_key() == site.lane.key


def test_a_door_key_of_the_wrong_length_is_refused(site: Any) -> None:
    (site.folder / "door.key").write_text("abcd")
    with pytest.raises(SettingsUnusable, match="door_key_file"):
        settings.load(site.config).door_key()


@pytest.mark.parametrize("content", ["not = = toml", "\udcff"])
def test_the_program_ends_with_status_2_and_a_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "gate.toml"
    file.write_text(content, errors="surrogateescape")
    ended = subprocess.run([sys.executable, "-m", "gate", "--config", file], capture_output=True, text=True)
    assert ended.returncode == 2
    assert "not TOML" in ended.stderr
    assert "Traceback" not in ended.stderr
