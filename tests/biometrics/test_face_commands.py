"""`python -m biometrics face` as people and programs use it."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.evaluation import read_scores
from biometrics.face.backend_file import check
from biometrics.picture import to_jpeg
from tests.biometrics.face_networks import CALIBRATION, backend, embedder_section, fake_arcface


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["face", *(str(argument) for argument in arguments)])


@pytest.fixture
def portraits(data: Path) -> Path:
    return data / "faces/portraits"


@pytest.fixture
def plug_in(tmp_path: Path) -> Path:
    fake_arcface(tmp_path / "arcface.onnx")
    return backend(tmp_path, embedder_section(tmp_path / "arcface.onnx"), CALIBRATION)


def test_find_tells_where_faces_are(portraits: Path) -> None:
    told = json.loads(run("find", portraits / "obama-480p.jpg", "--json").stdout)
    (face,) = told["faces"]
    assert told["backend"] == "dlib-resnet-29"
    assert face["box"]["left"] < face["points"][4][0] < face["box"]["left"] + face["box"]["width"]
    assert "1 face found" in run("find", portraits / "obama-480p.jpg").stdout


def test_find_in_an_empty_scene_finds_none(tmp_path: Path) -> None:
    (tmp_path / "wall.jpg").write_bytes(to_jpeg(np.full((200, 200, 3), 90, np.uint8)))
    result = run("find", tmp_path / "wall.jpg")
    assert result.exit_code == 0
    assert "0 faces" in result.stdout


def test_compare_says_what_the_score_means(portraits: Path) -> None:
    mated = run("compare", portraits / "obama-480p.jpg", portraits / "obama2.jpg")
    assert "they match" in mated.stdout
    assert "under 2e-05 of pairs of two people" in mated.stdout
    said = json.loads(run("compare", portraits / "obama-480p.jpg", portraits / "biden.jpg", "--json").stdout)
    assert said["matched"] is False
    assert said["score"] < said["threshold"]
    assert said["llr"] < 0


def test_compare_with_a_plug_in_decides_by_its_calibration(portraits: Path, plug_in: Path) -> None:
    picture = portraits / "obama-480p.jpg"
    said = json.loads(run("compare", picture, picture, "--backend", plug_in, "--json").stdout)
    assert (said["backend"], said["threshold"], said["measured_on"]) == ("fake", 0.99, "invented")


def test_a_rate_that_the_pairs_cannot_show_is_refused_in_one_line(portraits: Path) -> None:
    result = run("compare", portraits / "biden.jpg", portraits / "biden.jpg", "--fmr", "1e-8")
    assert result.exit_code == 2
    assert "support rates from 2e-05" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["find", "compare", "thresholds"])
def test_a_backend_that_cannot_be_used_is_one_line(command: str, portraits: Path, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text("name = 3")
    pictures = [portraits / "biden.jpg"] * {"find": 1, "compare": 2, "thresholds": 0}[command]
    result = run(command, *pictures, "--backend", tmp_path / "b.toml")
    assert result.exit_code == 2
    assert result.stderr.startswith("biometrics: b.toml: name:")


def test_thresholds_end_where_the_pairs_do() -> None:
    told = json.loads(run("thresholds", "--json").stdout)
    assert told["thresholds"][-1]["fmr"] == 2e-5
    assert told["non_mated"] == 2687149
    assert "these pairs cannot show" in run("thresholds").stdout


def test_calibrate_writes_a_section_that_completes_the_file(data: Path, tmp_path: Path, plug_in: Path) -> None:
    fresh = backend(tmp_path, embedder_section(tmp_path / "arcface.onnx"))
    for folder in sorted((data / "faces/lfw").glob("A*"), key=lambda one: -len(list(one.iterdir())))[:12]:
        shutil.copytree(folder, tmp_path / "people" / folder.name)
    result = run("calibrate", "--folder", tmp_path / "people", "--backend", fresh)
    assert result.exit_code == 0, result.stderr
    section = tomllib.loads(result.stdout)["calibration"]
    assert section["rates"][-1] * section["non_mated"] >= 30
    fresh.write_text(fresh.read_text() + result.stdout)
    check(fresh)


@pytest.mark.parametrize("arguments", [[], ["--pairs", "p.csv"], ["--pairs", "p.csv", "--folder", "f"]])
def test_calibrate_wants_a_folder_or_a_list(arguments: list[str]) -> None:
    result = run("calibrate", *arguments)
    assert result.exit_code == 2
    assert "either --folder, or --pairs with --root" in result.stderr


def test_too_few_people_calibrate_nothing(portraits: Path, tmp_path: Path) -> None:
    for person, picture in (("one", "biden.jpg"), ("two", "obama2.jpg"), ("two", "obama-480p.jpg")):
        (tmp_path / person).mkdir(exist_ok=True)
        shutil.copy(portraits / picture, tmp_path / person)
    result = run("calibrate", "--folder", tmp_path)
    assert result.exit_code == 2
    assert "a calibration needs 30 mated" in result.stderr


def test_a_pair_list_is_scored_with_a_plug_in(data: Path, tmp_path: Path, plug_in: Path) -> None:
    names = [f"Abel_Pacheco/Abel_Pacheco_000{number}" for number in (1, 4)]
    (tmp_path / "pairs.csv").write_text(f"set,a,b,mated\nlfw,{names[0]},{names[1]},1\nlfw,{names[0]},{names[0]},1\n")
    out = tmp_path / "scores.csv"
    result = CliRunner().invoke(
        app,
        [
            *("scores", "face", "--pairs", str(tmp_path / "pairs.csv"), "--root", str(data / "faces")),
            *("--out", str(out), "--backend", str(plug_in)),
        ],
    )
    assert result.exit_code == 0, result.stderr
    scores = read_scores(out)
    assert scores["lfw", names[0], names[0]] == pytest.approx(1, abs=1e-5)
    assert 0 < scores["lfw", names[0], names[1]] < 1
