"""`python -m biometrics` as people and programs use it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.evaluation import read_scores
from biometrics.finger.records import from_iso19794_2


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def image(data: Path) -> Path:
    return data / "fingerprints" / "uareu" / "012_3_1.tif"


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    file = tmp_path / "pairs.csv"
    rows = ["uareu,012_3_1,012_3_2,1", "uareu,012_3_1,012_4_1,0", "uareu,012_3_2,012_4_1,0"]
    file.write_text("\n".join(["set,a,b,mated", *rows]) + "\n")
    return file


def test_extract_writes_a_record_that_can_be_read(image: Path, tmp_path: Path) -> None:
    result = run("extract", image, "--format", "iso19794-2", "--out", tmp_path / "print.fmr")
    assert result.exit_code == 0
    (view,) = from_iso19794_2((tmp_path / "print.fmr").read_bytes()).views
    assert f"{len(view.template.minutiae)} minutiae" in result.stdout


def test_extract_lists_minutiae_as_json(image: Path) -> None:
    listed = json.loads(run("extract", image, "--json").stdout)
    assert listed["dpi"] == 500
    assert 0 <= listed["quality"]["value"] <= 100
    assert set(listed["minutiae"][0]) == {"x", "y", "direction", "quality", "type"}


@pytest.mark.parametrize("content", [b"", b"no image", b"\xff\xa0" + bytes(100)])
def test_extract_says_in_one_line_what_is_wrong(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    result = run("extract", tmp_path / "bad.png")
    assert result.exit_code == 2
    assert result.stderr.startswith("biometrics: ")
    assert result.stderr.count("\n") == 1


def test_scores_then_evaluate(data: Path, pairs: Path, tmp_path: Path) -> None:
    out, plot = tmp_path / "scores.csv", tmp_path / "det.svg"
    assert run("scores", "finger", "--pairs", pairs, "--root", data / "fingerprints", "--out", out).exit_code == 0
    scores = read_scores(out)
    assert scores["uareu", "012_3_1", "012_3_2"] > max(
        scores["uareu", "012_3_1", "012_4_1"], scores["uareu", "012_3_2", "012_4_1"]
    )
    result = run("evaluate", pairs, out, "--plot", plot)
    assert result.exit_code == 0
    assert "pooled" in result.stdout
    assert plot.read_text().startswith("<svg")
    assert json.loads(run("evaluate", pairs, out, "--json").stdout)["sets"][-1]["eer"] == 0


def test_an_unusable_image_leaves_its_pairs_without_a_score(pairs: Path, tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "root" / "uareu"
    folder.mkdir(parents=True)
    for name in ("012_3_1", "012_3_2"):
        (folder / f"{name}.tif").write_bytes((data / "fingerprints" / "uareu" / f"{name}.tif").read_bytes())
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "012_4_1.png")
    out = tmp_path / "scores.csv"
    result = run("scores", "finger", "--pairs", pairs, "--root", tmp_path / "root", "--out", out, "--processes", 1)
    assert "1 of 3 pairs scored" in result.stdout
    assert json.loads(run("evaluate", pairs, out, "--json").stdout)["missing_scores"] == 2


def test_a_missing_image_is_named(pairs: Path, tmp_path: Path) -> None:
    result = run("scores", "finger", "--pairs", pairs, "--root", tmp_path, "--out", tmp_path / "s.csv")
    assert result.exit_code == 2
    assert "012_3_1" in result.stderr


def test_an_unknown_embedder_is_refused(pairs: Path, tmp_path: Path) -> None:
    result = run(
        "scores", "face", "--pairs", pairs, "--root", tmp_path, "--out", tmp_path / "s.csv", "--embedder", "none"
    )
    assert result.exit_code == 2
    assert "no embedder none" in result.stderr


def test_evaluate_names_the_missing_file(tmp_path: Path) -> None:
    result = run("evaluate", tmp_path / "p.csv", tmp_path / "s.csv")
    assert result.exit_code == 2
    assert "p.csv" in result.stderr
