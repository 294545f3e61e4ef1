"""Morphs of rendered people: one portrait in which the verifier knows two."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image
from typer.testing import CliRunner

from biometrics.capture import UnusableImage
from biometrics.face.compare import template_of
from biometrics.picture import decode
from simulators import faces
from simulators.__main__ import app
from simulators.face_morphs import CHIP_OCTETS, FRAME, Portrait, framed, morphs, on_chip, printed_and_scanned
from simulators.morph_sets import Contributor, Picture, look_alikes


@pytest.fixture(scope="module")
def two() -> tuple[Portrait, Portrait]:
    def portrait(number: int) -> Portrait:
        image = faces.portrait(faces.person(number))
        return framed(image, template_of(image).landmarks)

    return portrait(0), portrait(1)


def test_a_morph_is_nearer_to_both_than_they_are_to_each_other(two: tuple[Portrait, Portrait]) -> None:
    (mixed,) = morphs(*two)
    here, there = (template_of(one.image).vector for one in two)
    between = template_of(mixed).vector
    assert min(between @ here, between @ there) > here @ there


def test_the_share_moves_it_from_one_to_the_other(two: tuple[Portrait, Portrait]) -> None:
    criminal = template_of(two[1].image).vector
    likeness = [float(template_of(image).vector @ criminal) for image in morphs(*two, (0.0, 0.3, 0.7))]
    assert likeness == sorted(likeness)


def test_hair_and_ground_are_the_accomplices(two: tuple[Portrait, Portrait]) -> None:
    (mixed,) = morphs(*two, (0.7,))
    corner = np.s_[:60, :60]
    assert np.array_equal(mixed[corner], two[0].image[corner])


def test_a_whole_morph_mixes_hair_and_ground_too(two: tuple[Portrait, Portrait]) -> None:
    (mixed,) = morphs(*two, whole=True)
    hair = np.s_[120:170, 60:90]
    assert np.abs(mixed[hair].astype(int) - two[0].image[hair]).mean() > 1


def test_a_share_of_nothing_leaves_the_accomplice(two: tuple[Portrait, Portrait]) -> None:
    (mixed,) = morphs(*two, (0.0,))
    assert np.abs(mixed.astype(int) - two[0].image).mean() < 0.5


def test_portraits_stand_with_their_eyes_level_and_in_place(two: tuple[Portrait, Portrait]) -> None:
    turned = np.asarray(np.rot90(two[0].image, 1), np.uint8)  # eyes one over the other
    points = np.column_stack([two[0].points[:, 1], FRAME[0] - 1 - two[0].points[:, 0]])
    again = framed(np.ascontiguousarray(turned), points)
    assert again.image.shape[:2] == FRAME[::-1]
    assert np.allclose(again.points, two[0].points, atol=1e-6)


def test_a_chip_holds_the_portrait(two: tuple[Portrait, Portrait]) -> None:
    data = on_chip(two[0].image)
    assert 0.7 * CHIP_OCTETS < len(data) <= CHIP_OCTETS
    with pytest.raises(UnusableImage):
        on_chip(two[0].image, octets=100)


def test_print_and_scan_keep_the_face(two: tuple[Portrait, Portrait]) -> None:
    scanned = printed_and_scanned(two[0].image, np.random.default_rng(1))
    assert template_of(scanned).vector @ template_of(two[0].image).vector > 0.95


def test_nobody_is_in_two_pairs() -> None:
    pictures = [Picture(Path("x"), template_of(faces.portrait(faces.person(number)))) for number in range(5)]
    people = [Contributor(str(number), one, (one,)) for number, one in enumerate(pictures)]
    pairs = look_alikes(people, 9)
    assert len({one.name for pair in pairs for one in pair}) == 4


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["morphs", *(str(one) for one in arguments)])


def test_the_command_writes_morphs_and_what_to_hold_them_against(tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / "people" / f"person{number}"
        folder.mkdir(parents=True)
        Image.fromarray(faces.portrait(faces.person(number))).save(folder / "a.jpg")
        Image.fromarray(faces.view(faces.person(number), seed=3)).save(folder / "b.jpg")
    result = run("--pictures", tmp_path / "people", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "MMPMR" in result.stdout
    with (tmp_path / "out" / "attempts.csv").open() as file:
        rows = list(csv.DictReader(file))
    attacks = [row for row in rows if row["attack"] == "1"]
    assert (len(attacks), len(rows)) == (20, 26), "two people: three shares and a bona fide, three processes; a whole"
    assert decode((tmp_path / "out" / rows[0]["reference"]).read_bytes()).shape == (*FRAME[::-1], 3)
    assert {row["live"] for row in attacks} <= {row["live"] for row in rows}


def test_a_folder_without_people_is_refused_in_one_line(tmp_path: Path) -> None:
    result = run("--pictures", tmp_path, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
