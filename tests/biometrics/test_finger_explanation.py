"""Why a score is low, in codes and sentences, and the picture of a match."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from biometrics.finger.compare import compare, prepare
from biometrics.finger.explanation import SENTENCES, Reason, explain
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read
from biometrics.finger.match_plot import ALONE, GROUND, MATCHED, SCALE, drawn
from biometrics.finger.pictures import DRAWN, PictureTrace


@pytest.fixture(scope="module")
def folder(data: Path) -> Path:
    return data / "fingerprints" / "uareu"


@pytest.fixture(scope="module")
def two(folder: Path) -> tuple[FingerTemplate, FingerTemplate]:
    return extract(*read(folder / "012_3_1.tif")), extract(*read(folder / "012_3_2.tif"))


@pytest.fixture(scope="module")
def other(folder: Path) -> FingerTemplate:
    return extract(*read(folder / "013_3_2.tif"))


def test_a_good_match_has_nothing_against_it(two: tuple[FingerTemplate, FingerTemplate]) -> None:
    said = explain(*two)
    assert said.comparison == compare(*two)
    assert said.comparison.matched
    assert said.reasons == ()
    assert 0 < said.common <= min(said.areas)


def test_another_finger_s_ridges_are_out_of_step(
    two: tuple[FingerTemplate, FingerTemplate], other: FingerTemplate
) -> None:
    said = explain(two[0], other)
    assert not said.comparison.matched
    assert Reason.RIDGES_OUT_OF_STEP in said.reasons


def test_a_blank_has_nothing_to_compare(two: tuple[FingerTemplate, FingerTemplate]) -> None:
    blank = extract(np.full((300, 300), 255, np.uint8))
    said = explain(two[0], blank)
    assert said.evidence is None
    assert said.common == 0
    assert {Reason.NOTHING_TO_COMPARE, Reason.FEW_MINUTIAE, Reason.POOR_QUALITY} <= set(said.reasons)


def test_a_record_says_nothing_of_ridges(two: tuple[FingerTemplate, FingerTemplate]) -> None:
    said = explain(two[0], dataclasses.replace(two[1], field=None))
    assert said.comparison.matched
    assert said.reasons == (Reason.MINUTIAE_ALONE,)


def test_half_a_print_shares_little_ground(folder: Path, two: tuple[FingerTemplate, FingerTemplate]) -> None:
    pixels, dpi = read(folder / "012_3_2.tif")
    said = explain(two[0], extract(np.ascontiguousarray(pixels[:95]), dpi))
    assert Reason.LITTLE_COMMON_GROUND in said.reasons


def test_each_reason_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Reason)


def test_the_plot_shows_matched_and_lone_minutiae_and_common_ground(
    folder: Path, two: tuple[FingerTemplate, FingerTemplate]
) -> None:
    pixels = [read(folder / f"012_3_{k}.tif")[0] for k in (1, 2)]
    said = explain(*two)
    sheet = drawn((pixels[0], pixels[1]), (prepare(two[0]), prepare(two[1])), said.evidence)
    assert sheet.shape[0] == SCALE * max(len(one) for one in pixels)
    for colour in (MATCHED, ALONE):
        assert (sheet == colour).all(axis=2).sum() > 200
    greener = sheet[..., 1].astype(int) - sheet[..., 0] > 0.1 * GROUND[1]
    assert greener.mean() > 0.2
    plain = drawn((None, None), (prepare(two[0]), prepare(two[1])), None)
    assert not (plain == MATCHED).all(axis=2).any()


def test_every_step_is_drawn_in_order(folder: Path, tmp_path: Path) -> None:
    extract(*read(folder / "012_3_1.tif"), trace=PictureTrace(tmp_path))
    names = [file.stem.partition("-")[2].replace("-", " ") for file in sorted(tmp_path.glob("*.png"))]
    assert set(names) == set(DRAWN)
    assert names[0] == "normalised"
    assert names[-2:] == ["minutiae", "singular points"]
    for file in tmp_path.glob("*.png"):
        assert read(file)[0].std() > 5, f"{file.name} shows nothing"


def test_an_unknown_step_is_drawn_too(tmp_path: Path) -> None:
    PictureTrace(tmp_path)("something new", np.arange(4096.0).reshape(64, 64))
    assert (tmp_path / "01-something-new.png").stat().st_size > 100
