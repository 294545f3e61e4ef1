"""Minutiae where ridges end and fork, and nothing where there are none."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read
from biometrics.finger.minutiae import MinutiaKind

PERIOD = 9.0


def ridges_with_one_more_to_the_right(*, valley: bool, turn: float = 0.0) -> np.ndarray:
    """Level ridges; at the middle one more begins and runs to the right: a ridge, or a valley between two."""
    y, x = np.mgrid[-150:150, -150:150].astype(float)
    u, v = math.cos(turn) * x + math.sin(turn) * y, math.cos(turn) * y - math.sin(turn) * x
    phase = 2 * math.pi / PERIOD * v + np.arctan2(v, u) + (math.pi if valley else 0)
    image = 127 - 100 * np.cos(phase)
    image[np.hypot(x, y) > 120] = 250
    return image.astype(np.uint8)


def nearest_the_middle(template: FingerTemplate) -> int:
    found = template.minutiae
    distance = np.hypot(found.x - 150, found.y - 150)
    assert distance.min() < 4
    return int(distance.argmin())


@pytest.mark.parametrize("degrees", [0, 30, 77, 90, 145, 180, 250, 310])
@pytest.mark.parametrize("valley", [False, True], ids=["ending", "bifurcation"])
def test_direction_and_kind_are_those_of_the_standard(valley: bool, degrees: int) -> None:
    """ISO/IEC 19794-2:2005 §6.4: counter-clockwise, along the ending's ridge or between the fork's branches."""
    template = extract(ridges_with_one_more_to_the_right(valley=valley, turn=-math.radians(degrees)))
    k = nearest_the_middle(template)
    off = (math.degrees(template.minutiae.direction[k]) - degrees + 180) % 360 - 180
    assert abs(off) < 12
    assert template.minutiae.kind[k] == (MinutiaKind.BIFURCATION if valley else MinutiaKind.ENDING)


def test_unbroken_ridges_have_no_minutiae() -> None:
    y = np.arange(300)[:, None]
    image = np.broadcast_to(127 - 100 * np.cos(2 * math.pi / PERIOD * y), (300, 300)).astype(np.uint8)
    assert len(extract(image).minutiae) == 0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_image_gives_no_minutiae_and_quality_0(level: int) -> None:
    template = extract(np.full((300, 300), level, np.uint8))
    assert len(template.minutiae) == 0
    assert template.quality.value == 0


def test_noise_is_no_print() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 300), dtype=np.uint8)
    assert extract(noise).quality.value < 10


def test_minutiae_do_not_depend_on_the_resolution_scanned_at(data: Path) -> None:
    pixels, _ = read(data / "fingerprints" / "uareu" / "012_10_1.tif")
    here, twice = extract(pixels).minutiae, extract(pixels.repeat(2, 0).repeat(2, 1), 1000).minutiae
    distance = np.hypot(here.x[:, None] - twice.x, here.y[:, None] - twice.y).min(axis=1)
    assert (distance < 3).mean() > 0.9


def test_extraction_is_deterministic(data: Path) -> None:
    pixels, _ = read(data / "fingerprints" / "fvc2004_db2_b" / "103_2.tif")
    first, second = extract(pixels).minutiae, extract(pixels).minutiae
    assert np.array_equal(first.x, second.x)
    assert np.array_equal(first.direction, second.direction)


def test_the_best_minutiae_come_first_and_lie_in_the_image(data: Path) -> None:
    pixels, _ = read(data / "fingerprints" / "fvc2004_db3_b" / "104_3.tif")
    found = extract(pixels).minutiae
    assert 20 < len(found) <= 70
    assert (np.diff(found.quality) <= 0).all()
    assert found.x.max() < pixels.shape[1]
    assert found.y.max() < pixels.shape[0]
    assert (found.direction >= 0).all()
    assert (found.direction <= 2 * math.pi).all()


def test_every_step_can_be_looked_at(data: Path) -> None:
    seen: list[str] = []
    pixels, _ = read(data / "fingerprints" / "uareu" / "012_10_1.tif")
    extract(pixels, trace=lambda step, _: seen.append(step))
    assert seen == [
        "normalised",
        "foreground",
        "orientation",
        "frequency",
        "first pass",
        "reorientation",
        "second pass",
        "phase",
        "area",
        "vortices",
        "minutiae",
        "singular points",
    ]
