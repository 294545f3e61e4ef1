"""Why a score is low, in codes and sentences, the matched minutiae, and the pictures."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.finger_reasons import counted
from biometrics.capture import Gray, Quality
from biometrics.evaluation import Pair
from biometrics.finger.advice import Advice
from biometrics.finger.compare import compare, prepare
from biometrics.finger.explanation import Explanation, explain
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read
from biometrics.finger.match_plot import ALONE, MATCHED, WIDTH, drawn
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.pictures import PLATES, PictureTrace
from biometrics.finger.reasons import ADVICE, DISTORTED, Fit, Print, Reason, of_both, of_print
from biometrics.finger.sheet import BLUE, NARROWEST, PAPER, VERMILION, disc, sheet, square, text_width, wrapped, written
from simulators.fingers import finger, impression

Two = tuple[FingerTemplate, FingerTemplate]


@pytest.fixture(scope="module")
def folder(data: Path) -> Path:
    return data / "fingerprints" / "uareu"


@pytest.fixture(scope="module")
def two(folder: Path) -> Two:
    return extract(*read(folder / "012_3_1.tif")), extract(*read(folder / "012_3_2.tif"))


@pytest.fixture(scope="module")
def other(folder: Path) -> FingerTemplate:
    return extract(*read(folder / "013_3_2.tif"))


@pytest.fixture(scope="module")
def invented() -> tuple[Gray, Gray]:
    whose = finger(11, "right_index")
    return impression(whose, seed=1), impression(whose, seed=2)


def placed(template: FingerTemplate, x: list[float], y: list[float], direction: list[float]) -> FingerTemplate:
    """The template with other minutiae and without ridges."""
    columns = [np.array(values, np.float32) for values in (x, y, direction, [0.9] * len(x))]
    return dataclasses.replace(template, minutiae=Minutiae(*columns, np.ones(len(x), np.uint8)), field=None)


def test_a_good_match_has_nothing_against_it(two: Two) -> None:
    said = explain(*two)
    assert said.comparison == compare(*two)
    assert said.comparison.matched
    assert said.findings == ()
    assert said.fit is not None
    assert 0 < said.fit.common <= min(one.area for one in said.prints)
    assert said.fit.off < DISTORTED


def test_another_finger_s_ridges_are_out_of_step(two: Two, other: FingerTemplate) -> None:
    said = explain(two[0], other)
    assert said.comparison == compare(two[0], other)
    assert not said.comparison.matched
    assert {Reason.RIDGES_OUT_OF_STEP, Reason.FEW_MATCHED} <= said.reasons


def test_a_blank_has_nothing_to_compare(two: Two) -> None:
    said = explain(two[0], extract(np.full((300, 300), 255, np.uint8)))
    assert said.evidence is None
    assert said.fit is None
    assert said.comparison == compare(two[0], extract(np.full((300, 300), 255, np.uint8)))
    assert {Reason.NOTHING_TO_COMPARE, Reason.FEW_MINUTIAE, Reason.POOR_QUALITY} <= said.reasons
    assert {one.of for one in said.findings if one.reason is Reason.POOR_QUALITY} == {"B"}
    assert Reason.MINUTIAE_ALONE not in said.reasons


def test_a_record_says_nothing_of_ridges(two: Two) -> None:
    said = explain(two[0], dataclasses.replace(two[1], field=None))
    assert said.comparison.matched
    assert [(one.reason, one.of) for one in said.findings] == [(Reason.MINUTIAE_ALONE, "B")]


def test_half_a_print_shares_little_ground(folder: Path, two: Two) -> None:
    pixels, dpi = read(folder / "012_3_2.tif")
    said = explain(two[0], extract(np.ascontiguousarray(pixels[:95]), dpi))
    (found,) = (one for one in said.findings if one.reason is Reason.LITTLE_COMMON_GROUND)
    assert said.fit is not None
    assert found.value == said.fit.common
    assert f"{said.fit.common:.0f} mm²" in found.sentence


def test_a_turned_print_is_told_with_its_angle(folder: Path, two: Two) -> None:
    """A quarter turn counter-clockwise is undone clockwise: -90 degrees."""
    pixels, dpi = read(folder / "012_3_2.tif")
    said = explain(two[0], extract(np.ascontiguousarray(np.rot90(pixels)), dpi))
    plain = explain(*two)
    assert said.fit is not None
    assert plain.fit is not None
    assert said.fit.turn == pytest.approx(plain.fit.turn - 90, abs=2)
    assert Reason.TURNED_FAR in said.reasons
    assert said.comparison.matched


def test_distance_and_turn_of_matched_minutiae_are_those_they_were_given(two: Two) -> None:
    """A record's minutiae laid out by hand; in the other print two lie 8 px farther out, and one is turned by 20°."""
    rng = np.random.default_rng(5)
    x, y = (20 * (grid.ravel() + rng.uniform(-0.3, 0.3, 25)) + 100 for grid in np.mgrid[0:5, 0:5])
    direction = rng.uniform(0, 2 * math.pi, 25)
    moved, turned = x.copy(), direction.copy()
    moved[4] -= 8
    moved[20] += 8
    turned[12] += math.radians(20)
    said = explain(
        placed(two[0], x.tolist(), y.tolist(), direction.tolist()),
        placed(two[0], (moved + 30).tolist(), y.tolist(), turned.tolist()),
    )
    found = {one.a: one for one in said.matches}
    assert len(found) >= 23
    assert all(one.a == one.b for one in said.matches)
    assert [one.distance for one in said.matches] == sorted(one.distance for one in said.matches)
    assert found[12].turn == pytest.approx(20, abs=3)
    assert max(one.distance for one in said.matches if one.a not in (4, 20)) < 0.15
    far = [found[k].distance for k in (4, 20) if k in found]
    assert far
    assert far == pytest.approx([8 * 25.4 / 500] * len(far), abs=0.1)


def test_stretched_skin_is_told_where_enough_minutiae_match(two: Two) -> None:
    said = explain(*two)
    assert said.evidence is not None
    assert said.fit is not None
    stretched = Fit(said.fit.common, said.fit.turn, off=0.8)
    (found,) = of_both(said.prints, said.evidence, stretched)
    assert found.reason is Reason.DISTORTED
    assert "0.80 mm" in found.sentence
    few = dataclasses.replace(said.evidence, matched=5, shared=(5, 5))
    assert not list(of_both(said.prints, few, stretched))


def test_two_minutiae_prove_nothing(two: Two) -> None:
    said = explain(*two)
    assert said.evidence is not None
    assert said.fit is not None
    pair = dataclasses.replace(said.evidence, matched=2, shared=(2, 2))
    (found,) = of_both(said.prints, pair, said.fit)
    assert (found.reason, found.value, found.limit) == (Reason.UNPROVEN, 2, 3)


def test_every_advice_has_its_words() -> None:
    assert set(ADVICE) == set(Advice)


def test_poor_quality_says_of_which_print_and_why() -> None:
    dry = Print(minutiae=20, shared=0, area=100.0, quality=Quality(20, "too_dry"), ridges=True)
    (found,) = of_print(dry, "B")
    assert (found.reason, found.of, found.value) == (Reason.POOR_QUALITY, "B", 20)
    assert found.sentence == "B is of poor quality: 20 of 100 (dry), under 50."


def test_the_other_order_says_the_same(two: Two, other: FingerTemplate) -> None:
    here, there = explain(two[0], other), explain(other, two[0])
    assert here.comparison == there.comparison
    assert here.reasons == there.reasons
    assert {(one.a, one.b) for one in here.matches} == {(one.b, one.a) for one in there.matches}


def plotted(prints: tuple[Gray | None, Gray | None], two: Two, said: Explanation) -> np.ndarray:
    return drawn(prints, (prepare(two[0]), prepare(two[1])), said)


def share(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    return float((picture == colour).all(axis=2).mean())


def test_the_plot_shows_matched_and_lone_minutiae_and_common_ground(invented: tuple[Gray, Gray]) -> None:
    two = extract(invented[0]), extract(invented[1])
    said = explain(*two)
    assert said.evidence is not None
    picture = plotted(invented, two, said)
    assert picture.shape[1] == WIDTH
    key, above = picture[-40:], picture[:-40]
    for part in (key, above):
        assert share(part, MATCHED) > 0.0005
        assert share(part, ALONE) > 0.0005
    yellow = picture[..., 0].astype(int) - picture[..., 2] > 30
    assert yellow.mean() > 0.2
    assert (picture == plotted(invented, two, said)).all()


def test_the_plot_of_records_that_do_not_meet_is_paper_and_minutiae(two: Two) -> None:
    few = placed(two[0], [50.0, 90.0], [60.0, 40.0], [0.0, 1.0])
    none = placed(two[0], [], [], [])
    said = explain(few, none)
    assert said.evidence is None
    picture = plotted((None, None), (few, none), said)
    assert share(picture, PAPER) > 0.8
    assert share(picture, ALONE) > 0
    assert share(picture, MATCHED) == 0


def test_the_plot_of_a_record_of_any_size_is_a_sheet(two: Two) -> None:
    """Records may state places up to 16,383 px apart."""
    far = [0.0, 16_383.0, 16_383.0, 0.0, 300.0, 340.0, 380.0, 310.0]
    one = placed(two[0], far, far[::-1], [0.1 * k for k in range(8)])
    one = dataclasses.replace(one, width=16_384, height=16_384)
    picture = plotted((None, None), (one, two[1]), explain(one, two[1]))
    assert picture.shape[1] == WIDTH
    assert picture.shape[0] < 2 * WIDTH
    assert share(picture, ALONE) > 0


def test_every_step_is_drawn_in_order(invented: tuple[Gray, Gray], tmp_path: Path) -> None:
    extract(invented[0], trace=PictureTrace(tmp_path))
    names = [file.stem.partition("-")[2].replace("-", " ") for file in sorted(tmp_path.glob("*.png"))]
    assert names == list(PLATES)
    for file in tmp_path.glob("*.png"):
        with Image.open(file) as picture:
            assert np.asarray(picture.convert("L")).std() > 5, f"{file.name} shows nothing"
            assert picture.width == 2 * -(-invented[0].shape[1] // 16) * 16


@pytest.mark.parametrize(("step", "kinds"), [("minutiae", (1, 2)), ("vortices", (1, 2)), ("singular points", (0, 1))])
def test_points_of_ink_keep_their_colours_in_a_noisy_picture(step: str, kinds: tuple[int, int], tmp_path: Path) -> None:
    """A palette by area alone had made them grey."""
    trace = PictureTrace(tmp_path)
    trace("normalised", np.random.default_rng(1).uniform(-2.5, 2.5, (416, 320)).astype(np.float32))
    trace(step, np.array([[100, 60, 1, 0.9, kinds[0]], [200, 300, 2, 0.3, kinds[1]]], np.float32).T)
    with Image.open(tmp_path / f"02-{step.replace(' ', '-')}.png") as picture:
        drawn_ = np.asarray(picture.convert("RGB"))
    for colour in (BLUE, VERMILION):
        for part in (drawn_[:-40], drawn_[-66:]):
            assert (part == colour).all(axis=2).sum() > 50


def test_a_colour_of_the_key_stays_itself(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    written(sheet(noise, "noise", [(disc(BLUE), "a"), (square(VERMILION), "b")]), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert len(picture.getcolors() or []) <= 64
        colours = {colour for _, colour in picture.convert("RGB").getcolors() or []}
    assert {BLUE, VERMILION, PAPER} <= colours


@pytest.mark.parametrize("step", PLATES)
def test_keys_fit_their_sheets(step: str) -> None:
    """Also under the smallest print: the last column of pixels stays white."""
    plate = PLATES[step]
    drawn_ = sheet(np.zeros((64, 64, 3), np.uint8), plate.caption, plate.key)
    assert drawn_.shape[1] == NARROWEST
    assert (drawn_[:, -1] == 255).all()


def test_captions_are_wrapped_to_the_picture() -> None:
    lines = wrapped("Curved Gabor filter, first pass, along the rough direction", 160)
    assert len(lines) > 2
    assert max(text_width(line) for line in lines) <= 160
    assert " ".join(lines) == "Curved Gabor filter, first pass, along the rough direction"


def test_an_unknown_step_is_drawn_too(tmp_path: Path) -> None:
    PictureTrace(tmp_path)("something new", np.arange(4096.0).reshape(64, 64))
    assert (tmp_path / "01-something-new.png").stat().st_size > 100


def test_reasons_are_counted_by_kind_of_pair(invented: tuple[Gray, Gray]) -> None:
    """Of the mated pairs one is of another finger, filed wrongly: so its score is low."""
    other = extract(impression(finger(12, "right_index"), seed=1))
    first, second = extract(invented[0]), extract(invented[1])
    templates = {("s", "1_1"): first, ("s", "1_2"): second, ("s", "1_3"): other, ("s", "2_1"): other}
    pairs = [Pair("s", "1_1", b, b != "2_1") for b in ("1_2", "1_3", "2_1")]
    _, *rows, totals = counted(pairs, templates)
    assert totals.split() == ["pairs", "1", "1", "1"]
    shares = {row.split()[0]: [float(share) for share in row.split()[1:]] for row in rows}
    assert set(shares) == {reason.value for reason in Reason} | {"(none)"}
    assert shares["(none)"] == [0, 100, 0]
    assert shares["ridges_out_of_step"] == [100, 0, 100]
