"""`python -m biometrics face gallery`: what an operator types, and what is said when it cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from biometrics.__main__ import app
from simulators import faces


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rendered people: a portrait and a view at the gate of each."""
    folder = tmp_path_factory.mktemp("pictures")
    for k in range(2):
        Image.fromarray(faces.portrait(faces.person(k))).save(folder / f"portrait{k}.png")
        Image.fromarray(faces.view(faces.person(k), seed=1)).save(folder / f"view{k}.png")
    Image.fromarray(np.full((300, 300, 3), 200, np.uint8)).save(folder / "nobody.png")
    (folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["face", "gallery", *map(str, arguments)])


def test_enrolled_people_are_found_and_removed_ones_are_not(pictures: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "watchlist"
    for k in range(2):
        assert run("enrol", gallery, f"case-{k}", pictures / f"portrait{k}.png").exit_code == 0
    answer = run("identify", gallery, pictures / "view0.png", pictures / "view1.png", "--json")
    told = json.loads(answer.stdout)
    assert [search["candidates"][0]["identifier"] for search in told["searches"]] == ["case-0", "case-1"]
    assert told["extrapolated"] is False
    assert "2 people" in run("info", gallery).stdout
    assert json.loads(run("info", gallery, "--json").stdout)["people"] == 2
    assert "case-0 removed; 1 people" in run("remove", gallery, "case-0").stdout
    assert "case-0" not in run("identify", gallery, pictures / "view0.png").stdout


@pytest.mark.parametrize("picture", ["nobody.png", "damaged.jpg", "missing.png"])
def test_a_picture_without_a_face_makes_no_gallery(pictures: Path, tmp_path: Path, picture: str) -> None:
    answer = run("enrol", tmp_path / "watchlist", "case-1", pictures / picture)
    assert answer.exit_code == 2
    assert len(answer.stderr.splitlines()) == 1
    assert not (tmp_path / "watchlist").exists()


def test_what_cannot_be_done_is_said_in_one_line(pictures: Path, tmp_path: Path) -> None:
    gallery = tmp_path / "watchlist"
    run("enrol", gallery, "case-1", pictures / "portrait0.png")
    for arguments, said in [
        (("identify", tmp_path / "none", pictures / "view0.png"), "there is no gallery"),
        (("remove", gallery, "case-9"), "nobody is enrolled as case-9"),
        (("enrol", gallery, "case-1", pictures / "portrait0.png"), "enrolled already"),
        (("enrol", gallery, "x" * 65, pictures / "portrait0.png"), "an identifier has 1 to 64 octets"),
        (("identify", gallery, pictures / "view0.png", "--fpir", "0.5"), "a share above 0"),
        (("info", pictures / "view0.png"), "no gallery of faces"),
    ]:
        answer = run(*arguments)
        assert answer.exit_code == 2
        assert said in answer.stderr
        assert len(answer.stderr.splitlines()) == 1
