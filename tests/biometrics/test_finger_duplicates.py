"""A copied picture is told from a second presentation of the same finger."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from biometrics.__main__ import app
from biometrics.capture import Gray, Quality
from biometrics.finger import image_wsq
from biometrics.finger.duplicates import MINUTIAE, coincidence, digest, same_image
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import decode, read
from biometrics.finger.minutiae import NO_MINUTIAE
from simulators.fingers import finger, impression


@cache
def picture(seed: int, press: int = 1) -> Gray:
    return impression(finger(seed, "right_index"), seed=press)


@cache
def digested(seed: int, press: int = 1) -> bytes:
    return digest(extract(picture(seed, press)))


def jpeg(pixels: Gray) -> Gray:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=75)
    return decode(file.getvalue())[0]


def through_1000_dpi(pixels: Gray) -> Gray:
    fine = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.resize(fine, pixels.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)


COPIES: dict[str, Callable[[Gray], Gray]] = {
    "as it is": lambda pixels: pixels,
    "JPEG": jpeg,
    "WSQ": lambda pixels: image_wsq.decode(image_wsq.encode(pixels)),
    "cropped": lambda pixels: np.ascontiguousarray(pixels[8:-3, 5:-8]),
    "brighter": lambda pixels: np.clip(pixels * 1.05, 0, 255).astype(np.uint8),
    "darker": lambda pixels: np.clip(pixels * 0.95, 0, 255).astype(np.uint8),
    "rescaled": through_1000_dpi,
    "all at once": lambda pixels: jpeg(through_1000_dpi(np.ascontiguousarray(pixels[4:, 7:]))),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_is_found_however_it_was_saved(copied: Callable[[Gray], Gray]) -> None:
    for seed in (51, 52, 53):
        copy = digest(extract(copied(picture(seed))))
        assert same_image(digested(seed), copy)
        assert same_image(copy, digested(seed))


def test_a_second_presentation_is_no_copy_and_neither_is_another_finger() -> None:
    for seed in (51, 52, 53):
        again = coincidence(digested(seed), digested(seed, 2))
        assert again.of >= 20
        assert not again.same_image
    assert not same_image(digested(51), digested(52))


def test_presentations_of_real_fingers_are_no_copies(data: Path) -> None:
    """The mated pair of U.are.U that comes nearest, and its neighbours; the benchmark compares all 2,940."""
    names = ("022_10_4", "022_10_6", "013_10_1", "013_10_2")
    digests = [digest(extract(*read(data / "fingerprints" / "uareu" / f"{name}.tif"))) for name in names]
    assert all(same_image(one, one) for one in digests)
    assert not any(same_image(one, other) for i, one in enumerate(digests) for other in digests[:i])


def test_a_digest_is_small_and_nothing_is_no_copy_of_nothing() -> None:
    assert 0 < len(digested(51)) <= 4 * MINUTIAE == 128
    blank = digest(FingerTemplate(NO_MINUTIAE, 300, 300, Quality(0)))
    assert not same_image(blank, blank)
    assert not same_image(blank, digested(51))


@given(st.lists(st.integers(0, 2**32 - 1), max_size=MINUTIAE), st.integers(0, 2**12 - 1), st.integers(0, 2**12 - 1))
def test_shifting_a_picture_changes_nothing_even_past_the_wrap(minutiae: list[int], x: int, y: int) -> None:
    def packed(rows: list[int]) -> bytes:
        return np.array(rows, ">u4").tobytes()

    moved = [((row >> 20) + x) % 4096 << 20 | ((row >> 8) + y) % 4096 << 8 | row & 255 for row in minutiae]
    assert coincidence(packed(minutiae), packed(moved)).worth >= len(set(minutiae)) or len(minutiae) == 0
    assert coincidence(packed(minutiae), packed(moved)) == coincidence(packed(minutiae), packed(minutiae))


@pytest.mark.parametrize("octets", [bytes(3), bytes(4 * MINUTIAE + 4)])
def test_what_is_no_digest_is_refused(octets: bytes) -> None:
    with pytest.raises(ValueError, match="at most 128 octets"):
        same_image(octets, digested(51))


def test_compare_says_when_both_are_the_same_picture(tmp_path: Path) -> None:
    for name, pixels in (("a", picture(51)), ("copy", jpeg(picture(51))), ("again", picture(51, 2))):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png", dpi=(500, 500))

    def told(*arguments: str) -> str:
        return CliRunner().invoke(app, ["compare", *arguments]).stdout

    a, copy, again = (str(tmp_path / f"{name}.png") for name in ("a", "copy", "again"))
    assert "the same picture" in told(a, copy)
    assert "the same picture" not in told(a, again)
    assert json.loads(told(a, copy, "--json"))["same_image"] is True
    record = tmp_path / "a.fmr"
    CliRunner().invoke(app, ["extract", a, "--out", str(record)])
    assert json.loads(told(a, str(record), "--json"))["same_image"] is None
