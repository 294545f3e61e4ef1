"""Cores and deltas where invented fingers have them, and what class they make."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from biometrics.capture import Gray
from biometrics.finger.extract import extract
from biometrics.finger.singular import Pattern, SingularKind, SingularPoint, pattern
from simulators.fingers import Finger, finger

MARGIN = 24
"""Pixels from the edge, nearer than which a point cannot be seen."""


def clean(one: Finger) -> Gray:
    return np.clip(127 - 110 * one.ridges, 0, 255).astype(np.uint8)


def nearest(x: float, y: float, points: list[SingularPoint]) -> float:
    return min((math.hypot(point.x - x, point.y - y) for point in points), default=math.inf)


def core_of(image: Gray) -> SingularPoint:
    return next(point for point in extract(image).singular if point.kind is SingularKind.CORE)


@pytest.fixture(scope="module")
def fingers() -> list[Finger]:
    return [finger(seed, "right_index") for seed in range(12)]


@pytest.fixture(scope="module")
def found(fingers: list[Finger]) -> list[tuple[SingularPoint, ...]]:
    return [extract(clean(one)).singular for one in fingers]


def test_all_cores_and_deltas_are_found_where_they_are(
    fingers: list[Finger], found: list[tuple[SingularPoint, ...]]
) -> None:
    for one, points in zip(fingers, found, strict=True):
        height, width = one.ridges.shape
        for kind, truth in ((SingularKind.CORE, one.singular.cores), (SingularKind.DELTA, one.singular.deltas)):
            seen = [(x, y) for x, y in truth if MARGIN < x < width - MARGIN and MARGIN < y < height - MARGIN]
            mine = [point for point in points if point.kind is kind]
            assert all(nearest(x, y, mine) < 16 for x, y in seen)


def test_no_core_is_found_where_there_is_none(fingers: list[Finger], found: list[tuple[SingularPoint, ...]]) -> None:
    for one, points in zip(fingers, found, strict=True):
        for point in points:
            if point.kind is SingularKind.CORE:
                assert min(math.hypot(point.x - x, point.y - y) for x, y in one.singular.cores) < 24


def test_the_class_is_the_finger_s_own_or_unknown(
    fingers: list[Finger], found: list[tuple[SingularPoint, ...]]
) -> None:
    told = [(pattern(points), one.pattern.value) for one, points in zip(fingers, found, strict=True)]
    assert sum(mine is not Pattern.UNKNOWN and mine.value == truth for mine, truth in told) >= 9
    assert not any(mine is Pattern.WHORL and "loop" in truth for mine, truth in told)


@pytest.mark.parametrize("turn", [90, 180])
def test_a_core_s_direction_turns_with_the_print(fingers: list[Finger], turn: int) -> None:
    image = clean(next(one for one in fingers if "loop" in one.pattern))
    upright = core_of(image)
    rotated = cv2.rotate(image, {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180}[turn])
    turned = core_of(np.ascontiguousarray(rotated))
    off = (turned.direction - upright.direction - math.radians(turn) + math.pi) % (2 * math.pi) - math.pi
    assert abs(math.degrees(off)) < 10


def test_a_loop_s_core_opens_downward(fingers: list[Finger], found: list[tuple[SingularPoint, ...]]) -> None:
    for one, points in zip(fingers, found, strict=True):
        if "loop" in one.pattern:
            core = next(point for point in points if point.kind is SingularKind.CORE)
            assert math.sin(core.direction) < 0


def test_a_blank_and_plain_stripes_have_no_points() -> None:
    assert extract(np.full((300, 300), 255, np.uint8)).singular == ()
    stripes = np.broadcast_to(127 + 100 * np.sin(np.arange(300) * 0.7), (300, 300)).astype(np.uint8)
    assert extract(np.ascontiguousarray(stripes)).singular == ()
    assert pattern(()) is Pattern.UNKNOWN
