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
    told = json.loads(run("evaluate", pairs, out, "--json", "--threshold", 0.7).stdout)["sets"][-1]
    assert told["eer"] == 0
    assert told["at_threshold"] == {"threshold": 0.7, "fmr": 0.0, "fnmr": 0.0}
    told = json.loads(run("evaluate", pairs, out, "--json", "--threshold", 99).stdout)["sets"][-1]
    assert told["at_threshold"] == {"threshold": 99, "fmr": 0.0, "fnmr": 1.0}
    assert run("evaluate", pairs, out, "--threshold", "nan").exit_code == 2


def test_an_unusable_image_leaves_its_pairs_without_a_score(pairs: Path, tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "root" / "uareu"
    folder.mkdir(parents=True)
    for name in ("012_3_1", "012_3_2"):
        (folder / f"{name}.tif").write_bytes((data / "fingerprints" / "uareu" / f"{name}.tif").read_bytes())
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "012_4_1.png")
    out = tmp_path / "scores.csv"
    result = run("scores", "finger", "--pairs", pairs, "--root", tmp_path / "root", "--out", out, "--processes", 1)
    assert "1 of 3 pairs scored" in result.stdout
    told = json.loads(run("evaluate", pairs, out, "--json").stdout)
    assert told["missing_scores"] == 2
    failed = told["sets"][-1]["failures"]
    assert (failed["mated"], failed["non_mated"], failed["samples_without_score"]) == (0, 2, 1)
    assert "without a score" in run("evaluate", pairs, out).stdout


def test_a_missing_image_is_named(pairs: Path, tmp_path: Path) -> None:
    result = run("scores", "finger", "--pairs", pairs, "--root", tmp_path, "--out", tmp_path / "s.csv")
    assert result.exit_code == 2
    assert "012_3_1" in result.stderr


def test_a_face_backend_that_is_not_there_is_refused(pairs: Path, tmp_path: Path) -> None:
    (tmp_path / "uareu").mkdir()
    for name in ("012_3_1", "012_3_2", "012_4_1"):
        (tmp_path / "uareu" / f"{name}.png").touch()
    out, none = tmp_path / "s.csv", tmp_path / "none.toml"
    result = run("scores", "face", "--pairs", pairs, "--root", tmp_path, "--out", out, "--backend", none)
    assert result.exit_code == 2
    assert "none.toml cannot be read" in result.stderr
    assert not out.exists()


def test_evaluate_names_the_missing_file(tmp_path: Path) -> None:
    result = run("evaluate", tmp_path / "p.csv", tmp_path / "s.csv")
    assert result.exit_code == 2
    assert "p.csv" in result.stderr


def test_compare_tells_the_score_and_why(image: Path, tmp_path: Path) -> None:
    other = image.parent / "013_3_2.tif"
    mated = run("compare", image, image.parent / "012_3_2.tif", "--plot", tmp_path / "match.png")
    assert "they match" in mated.stdout
    assert max(len(line) for line in mated.stdout.splitlines()) <= 80
    with Image.open(tmp_path / "match.png") as picture:
        assert picture.width == 1200
    told = run("compare", image, other)
    assert "why the score is low:" in told.stdout
    said = json.loads(run("compare", image, other, "--json").stdout)
    assert said["matched"] is False
    assert said["score"] < said["threshold"]
    (found,) = (one for one in said["reasons"] if one["code"] == "ridges_out_of_step")
    assert found["value"] < found["limit"]
    assert " ".join(found["sentence"].split()) in " ".join(told.stdout.split())
    assert len(said["matches"]) == said["evidence"]["matched"] > 0
    rows = [line.split() for line in told.stdout.splitlines()[-len(said["matches"]) :]]
    assert [row[5] for row in rows] == [f"{one['distance_mm']:.2f}" for one in said["matches"]]


def test_compare_takes_records_as_they_come(data: Path, image: Path, tmp_path: Path) -> None:
    folder = data / "fingerprints" / "iso_templates"
    assert "they match" in run("compare", folder / "iso-probe.dat", folder / "iso-matching.dat").stdout
    run("extract", image.parent / "012_3_2.tif", "--out", tmp_path / "print.fmr")
    assert "they match" in run("compare", image, tmp_path / "print.fmr").stdout
    (tmp_path / "cut.fmr").write_bytes((tmp_path / "print.fmr").read_bytes()[:40])
    result = run("compare", image, tmp_path / "cut.fmr")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1


def test_thresholds_say_what_is_measured_and_what_is_not() -> None:
    lines = run("thresholds").stdout.splitlines()
    assert sum("extrapolated" in line for line in lines) == 3
    assert [line.split()[0] for line in lines[1:4]] == ["0.1", "0.01", "0.001"]
    told = json.loads(run("thresholds", "--json").stdout)
    for line, row in zip(lines[1:-1], told["thresholds"], strict=True):
        rate, images, records = (float(number) for number in line.split()[:3])
        assert rate == pytest.approx(row["fmr"])
        assert (images, records) == (row["images"], row["records"])
        assert row["extrapolated"] == ("extrapolated" in line)


def test_extract_draws_every_step(image: Path, tmp_path: Path) -> None:
    assert run("extract", image, "--trace", tmp_path / "steps").exit_code == 0
    assert len(list((tmp_path / "steps").glob("*.png"))) == 12


def test_a_gallery_from_the_command_line(image: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "watchlist", image.parent
    assert run("gallery", "enrol", file, "case-1", f"right_index={image}").exit_code == 0
    assert run("gallery", "enrol", file, "case-2", f"right_index={folder / '013_3_1.tif'}").exit_code == 0
    found = json.loads(run("gallery", "identify", file, folder / "012_3_2.tif", "--json").stdout)
    first, second = found["candidates"]
    assert first["identifier"] == "case-1"
    assert first["score"] > found["threshold"] > second["score"]
    assert (first["hit"], second["hit"]) == (True, False)
    assert run("gallery", "info", file).stdout.startswith("2 people")
    assert run("gallery", "remove", file, "case-1").exit_code == 0
    again = run("gallery", "identify", file, folder / "012_3_2.tif").stdout
    assert "case-1" not in again
    assert "  hit  " not in again


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("identify", "nowhere", "x.png"), "there is no gallery nowhere"),
        (("enrol", "new", "a", "nose={image}"), "nose is no finger"),
        (("enrol", "new", "a", "{image}", "{image}"), "each position is given once"),
        (("enrol", "new", "", "{image}"), "an identifier has"),
        (("remove", "new", "nobody"), "nobody is enrolled as nobody"),
        (("identify", "new", "{image}", "--fpir", "0.5"), "a share above 0"),
    ],
)
def test_a_gallery_says_in_one_line_what_is_wrong(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if "new" in arguments and arguments[0] in ("remove", "identify"):
        run("gallery", "enrol", "new", "a", image)
    result = run("gallery", *(one.format(image=image) for one in arguments))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
