"""kiosk.toml: every error at once, and the process ends as told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gate.settings import SettingsUnusable
from kiosk.settings import GateSettings, load

ROOT = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text)
    return path


def test_a_gate_screen_needs_a_gate_and_takes_the_plan_as_words(tmp_path: Path) -> None:
    settings = load(written(tmp_path, 'mode = "gate"\ngate_url = "http://127.0.0.1:8000"\nfloor_booths = "9 10 11"\n'))
    assert isinstance(settings, GateSettings)
    assert settings.floor.booths == ("9", "10", "11")


def test_every_error_is_listed_and_none_quotes_a_value(tmp_path: Path) -> None:
    text = 'mode = "bio_cart"\nstation = ""\nport_name = "Narita"\nhttp_port = 99999\nkey_file = "absent-secret.pem"\n'
    with pytest.raises(SettingsUnusable) as refusal:
        load(written(tmp_path, text))
    named = {problem.partition(":")[0] for problem in refusal.value.problems}
    assert {"station", "http_port", "key_file", "console_url", "outbox", "scanner_url"} <= named
    assert "absent-secret" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", 'mode = "window"\n', "not toml at all ["])
def test_a_file_that_names_no_mode_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsUnusable) as refusal:
        load(written(tmp_path, text))
    assert len(refusal.value.problems) == 1


def test_unusable_settings_end_with_status_2_and_a_line_for_each(tmp_path: Path) -> None:
    config = written(tmp_path, 'mode = "gate"\nhttp_port = -1\n')
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "--config", str(config)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 2
    assert "Traceback" not in done.stderr


def test_told_to_stop_it_ends_cleanly_with_a_page_still_open(tmp_path: Path) -> None:
    config = written(tmp_path, 'mode = "gate"\ngate_url = "http://127.0.0.1:9"\n')
    command = [sys.executable, "-m", "kiosk", "--config", str(config)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stderr is not None
        while '"serving"' not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in rest
