"""A configuration that cannot be used is refused at the start, with everything that is wrong in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gate import settings
from gate.equipment import trust_store
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


def test_revocation_lists_are_taken_from_their_folder(site: Any) -> None:
    (site.folder / "crl" / "readme.txt").write_text("not a list")
    store = trust_store(settings.load(site.config))
    assert len(store.revocation_lists) == len(site.world.revocation_lists())


def test_a_missing_folder_of_revocation_lists_is_named(site: Any) -> None:
    shutil.rmtree(site.folder / "crl")
    with pytest.raises(SettingsUnusable, match="revocation_lists"):
        settings.load(site.config)


def test_every_unreadable_revocation_list_is_named(site: Any) -> None:
    (site.folder / "crl" / "00.crl").write_bytes(site.world.revocation_lists()[0][:80])
    (site.folder / "crl" / "page.crl").write_text("<html>")
    with pytest.raises(SettingsUnusable) as refused:
        trust_store(settings.load(site.config))
    assert [problem.split(": ")[1] for problem in refused.value.problems] == ["00.crl", "page.crl"]


HEAVY = ("cv2", "dlib", "onnxruntime", "onnx", "numba", "scipy")


@pytest.mark.parametrize("program", ["gate.lifetime", "kiosk.cart_mode", "kiosk.gate_mode"])
def test_what_computes_is_loaded_by_the_matching_process_alone(program: str) -> None:
    said = f"import sys, {program}; print([name for name in {HEAVY} if name in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_a_face_backend_that_cannot_decide_is_refused_at_the_start(site: Any) -> None:
    file = site.config
    (site.folder / "faces.toml").write_text('name = "other"\n[embedder]\nkind = "arcface"\n')
    file.write_text('face_backend = "faces.toml"\n' + file.read_text())
    with pytest.raises(SettingsUnusable, match=r"face_backend: .*embedder\.sha256: Field required"):
        settings.load(file)
