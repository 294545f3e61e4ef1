"""Whatever is laid on the glass or sent as a file: a typed error, or a template that matches nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from biometrics.capture import FingerImage, FingerPosition, Gray, Quality, UnusableImage
from biometrics.finger.calibration import WITH_FIELDS, WITHOUT_FIELDS
from biometrics.finger.compare import LOWEST, UNPROVEN, Prepared, compare, prepare, score
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read
from simulators.fingers import finger, impression

SIDE = 300
LOW = 40
"""Quality of what is no print stays under this, if it is not 0."""
Y, X = np.mgrid[:SIDE, :SIDE].astype(np.float32)
PERIODS, TURNS = (4, 6, 9, 12, 16), (0.0, 0.3, 0.785)
FACES = (
    "Paul_McCartney/Paul_McCartney_0003.jpg",
    "Garry_McCoy/Garry_McCoy_0001.jpg",
    "Afton_Smith/Afton_Smith_0001.jpg",
)


def waves(period: float, turn: float, *, hard: bool) -> Gray:
    wave = np.cos(2 * np.pi / period * (X * np.cos(turn) + Y * np.sin(turn)))
    return (127 - 100 * (np.sign(wave) if hard else wave)).astype(np.uint8)


def chequers(side: int) -> Gray:
    return (255 * ((X // side + Y // side) % 2)).astype(np.uint8)


def text(size: int) -> Gray:
    picture, font = Image.new("L", (SIDE, SIDE), 255), ImageFont.load_default(size)
    for row, y in enumerate(range(4, SIDE, size + 4)):
        line = "".join(chr(97 + (7 * row + 3 * k * k) % 26) for k in range(40))
        ImageDraw.Draw(picture).text((4, y), line, fill=0, font=font)
    return np.array(picture)


def blotches(seed: int) -> Gray:
    """Noise at ridge frequencies."""
    drawn = np.random.default_rng(seed).normal(size=(2, SIDE, SIDE)).astype(np.float32)
    band = cv2.GaussianBlur(drawn[0], (0, 0), 2) - cv2.GaussianBlur(drawn[1], (0, 0), 4)
    return np.clip(127 + 400 * band, 0, 255).astype(np.uint8)


def turned(pixels: Gray, degrees: float) -> Gray:
    motion = cv2.getRotationMatrix2D((pixels.shape[1] / 2, pixels.shape[0] / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(pixels, motion, pixels.shape[::-1], borderValue=(255,)), np.uint8)


def generated() -> dict[str, Gray]:
    rng = np.random.default_rng(2)
    made = {f"blank {level}": np.full((SIDE, SIDE), level, np.uint8) for level in (0, 127, 255)}
    made |= {"noise": rng.integers(0, 256, (SIDE, SIDE), dtype=np.uint8)}
    made |= {"pepper": np.where(rng.random((SIDE, SIDE)) < 0.02, 0, 255).astype(np.uint8)}
    made |= {f"blotches {seed}": blotches(seed) for seed in (1, 2)}
    for period, turn, hard in product(PERIODS, TURNS, (False, True)):
        made[f"stripes {period} {turn} {hard}"] = waves(period, turn, hard=hard)
    made |= {f"chequers {side}": chequers(side) for side in (2, 3, 4, 6, 8, 10, 16)}
    made |= {f"turned chequers {side}": turned(chequers(side), 20) for side in (3, 5, 6, 8, 10, 16)}
    made |= {f"text {size}": text(size) for size in (10, 16, 24)}
    made["dots"] = (127 + 60 * (np.cos(X * 0.7) + np.cos(Y * 0.7))).astype(np.uint8)
    made["weave"] = np.where((X % 9 < 2) | (Y % 9 < 2), 0, 255).astype(np.uint8)
    return made


def again(pixels: Gray, seed: int = 1) -> Gray:
    """Another picture of the same thing: moved, turned, blurred, paler, noisy."""
    moved = turned(pixels, 3 + seed)[5:, 7:]
    noise = np.random.default_rng(seed).normal(size=moved.shape) * 5
    return np.clip(cv2.GaussianBlur(moved, (0, 0), 0.8) * 0.8 + 25 + noise, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Crowd:
    """By name: templates of what is no print, and the same thing pictured once more."""

    once: dict[str, FingerTemplate]
    twice: dict[str, FingerTemplate]


@pytest.fixture(scope="module")
def nobody(data: Path) -> Crowd:
    made = generated()
    for name in FACES:
        face = np.asarray(Image.open(data / "faces" / "lfw" / name).convert("L"), np.uint8)
        made |= {f"{name} x{by}": np.asarray(cv2.resize(face, None, fx=by, fy=by), np.uint8) for by in (1, 2, 3)}
    once = {name: extract(pixels) for name, pixels in made.items()}
    return Crowd(once, {name: extract(again(pixels)) for name, pixels in made.items()})


REAL = ("uareu/012_3_1", "uareu/013_3_1", "fvc2004_db1_b/101_1", "fvc2004_db2_b/103_2", "fvc2004_db3_b/104_3")


@pytest.fixture(scope="module")
def somebody(data: Path) -> list[Prepared]:
    """One print of each of five real and two invented fingers."""
    pixels = [read(data / "fingerprints" / f"{name}.tif") for name in REAL]
    invented = [impression(finger(seed, "right_index"), seed=1) for seed in (3, 4)]
    return [prepare(extract(*one)) for one in pixels] + [prepare(extract(one)) for one in invented]


@pytest.fixture(scope="module")
def print_and_mate(data: Path) -> tuple[Gray, Prepared]:
    folder = data / "fingerprints" / "uareu"
    return read(folder / "012_3_1.tif")[0], prepare(extract(*read(folder / "012_3_2.tif")))


def test_what_is_no_print_has_quality_0_or_a_low_one(nobody: Crowd) -> None:
    for name, template in {**nobody.once, **{f"{name} again": one for name, one in nobody.twice.items()}}.items():
        assert template.quality.value < LOW, name
        assert template.quality.value == 0 or len(template.minutiae), name


def test_what_is_no_print_matches_nobody(nobody: Crowd, somebody: list[Prepared]) -> None:
    for name, template in nobody.once.items():
        for one in somebody:
            assert not compare(prepare(template), one).matched, name


def test_two_pictures_of_the_same_thing_that_is_no_print_do_not_match(nobody: Crowd) -> None:
    for name, template in nobody.once.items():
        assert not compare(template, template).matched, name
        assert not compare(template, nobody.twice[name]).matched, name


def test_things_that_are_no_prints_do_not_match_each_other(nobody: Crowd) -> None:
    ready = {name: prepare(template) for name, template in nobody.once.items()}
    for a, b in combinations(ready, 2):
        assert not compare(ready[a], ready[b]).matched, (a, b)


def test_no_minutiae_have_the_lowest_score_against_anything(somebody: list[Prepared]) -> None:
    empty = prepare(extract(np.full((SIDE, SIDE), 255, np.uint8)))
    assert {score(empty, one) for one in [empty, *somebody]} == {LOWEST}


def test_the_same_template_twice_has_a_high_and_repeatable_score(somebody: list[Prepared]) -> None:
    for one in somebody:
        assert 40 < score(one, one) == score(one, one) <= 60


def test_what_cannot_be_proven_stays_under_every_threshold() -> None:
    assert min(*WITH_FIELDS.thresholds, *WITHOUT_FIELDS.thresholds) > UNPROVEN


def test_ridge_like_waves_with_two_minutiae_in_common_prove_nothing() -> None:
    """Beats of two gratings look like ridges and have dislocations, which no measure of likeness can tell apart."""
    beats = (127 + 60 * (np.sin(X * 0.7) + np.sin(X * 0.68 + Y * 0.08))).astype(np.uint8)
    first, second = (
        extract(beats),
        extract(np.asarray(cv2.resize(turned(beats, -12), None, fx=0.98, fy=0.98), np.uint8)),
    )
    assert len(first.minutiae) < 10
    assert len(second.minutiae) < 10
    assert score(prepare(first), prepare(second)) < WITH_FIELDS.threshold


def test_an_inverted_print_that_fills_its_picture_compares_as_its_finger(
    print_and_mate: tuple[Gray, Prepared], somebody: list[Prepared]
) -> None:
    """A vortex of the phase is one in either polarity; only endings and forks change places."""
    pixels, mate = print_and_mate
    middle = pixels[60:-60, 60:-60]
    upright, inverted = extract(middle), extract(255 - middle)
    assert abs(len(inverted.minutiae) - len(upright.minutiae)) <= 3
    ready = prepare(inverted)
    assert compare(ready, mate).matched
    assert not any(compare(ready, other).matched for other in somebody[1:])


def test_a_quarter_of_a_print_matches_its_finger_or_nobody(
    print_and_mate: tuple[Gray, Prepared], somebody: list[Prepared]
) -> None:
    pixels, mate = print_and_mate
    height, width = pixels.shape
    found = []
    for top, left in product((0, height // 4, height // 2), (0, width // 4, width // 2)):
        part = prepare(extract(pixels[top : top + height // 2, left : left + width // 2]))
        found.append(compare(part, mate).matched)
        assert not any(compare(part, other).matched for other in somebody[1:])
    assert sum(found) >= 3


def test_a_print_upside_down_matches_only_prints_that_are_so_too(
    print_and_mate: tuple[Gray, Prepared], somebody: list[Prepared]
) -> None:
    """Templates are taken to be upright within a quarter turn (`relaxation.MOST_TURN`)."""
    pixels, mate = print_and_mate
    over = prepare(extract(np.ascontiguousarray(pixels[::-1, ::-1])))
    assert not any(compare(over, one).matched for one in [mate, *somebody])
    assert compare(over, prepare(extract(turned(pixels, 170)))).matched


def test_1000_dpi_compares_as_500(print_and_mate: tuple[Gray, Prepared]) -> None:
    pixels, mate = print_and_mate
    twice = np.asarray(cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
    whole, doubled = (score(prepare(extract(*one)), mate) for one in ((pixels, 500), (twice, 1000)))
    assert doubled == pytest.approx(whole, abs=6)


@pytest.mark.parametrize(
    "view",
    [
        np.asfortranarray,
        lambda pixels: pixels[::-1, ::-1].copy()[::-1, ::-1],
        lambda pixels: np.repeat(pixels, 2, 1)[:, ::2],
    ],
    ids=["by columns", "backwards", "every second"],
)
def test_how_an_array_lies_in_memory_makes_no_difference(
    print_and_mate: tuple[Gray, Prepared], view: Callable[[Gray], Gray]
) -> None:
    pixels, _ = print_and_mate
    laid = view(pixels)
    laid.flags.writeable = False
    assert np.array_equal(extract(laid).minutiae.x, extract(pixels).minutiae.x)


ARRAYS = {
    "NaN": np.full((SIDE, SIDE), np.nan),
    "inf": np.full((SIDE, SIDE), np.inf, np.float32),
    "shares": np.full((SIDE, SIDE), 0.5, np.float32),
    "bool": np.ones((SIDE, SIDE), np.bool_),
    "16 bits": np.ones((SIDE, SIDE), np.uint16),
    "signed": np.ones((SIDE, SIDE), np.int8),
    "colour": np.ones((SIDE, SIDE, 3), np.uint8),
    "one channel": np.ones((SIDE, SIDE, 1), np.uint8),
    "a line": np.ones(SIDE * SIDE, np.uint8),
    "nothing": np.ones((0, SIDE), np.uint8),
    "a pixel": np.ones((1, 1), np.uint8),
    "8 wide": np.ones((SIDE, 8), np.uint8),
    "objects": np.full((SIDE, SIDE), None),
    "text": np.full((SIDE, SIDE), "x"),
    "100 megapixels": np.broadcast_to(np.uint8(1), (10_000, 10_000)),
    "a list": [[1] * SIDE] * SIDE,
    "none": None,
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_that_is_no_picture_is_a_typed_error(name: str) -> None:
    for image in (ARRAYS[name], FingerImage(ARRAYS[name], 500, FingerPosition.LEFT_INDEX, Quality(0))):  # type: ignore[arg-type]
        with pytest.raises(UnusableImage) as raised:
            extract(image)  # type: ignore[arg-type]
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("dpi", [0, -500, 199, 2001, 10**9, float("nan"), float("inf")])
def test_a_resolution_that_is_none_is_a_typed_error(dpi: float) -> None:
    with pytest.raises(UnusableImage, match="resolution"):
        extract(np.ones((SIDE, SIDE), np.uint8), dpi)  # type: ignore[arg-type]
