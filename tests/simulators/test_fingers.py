"""Synthetic fingers: always the same, told apart by the matcher, and each impression another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from biometrics.capture import FingerPosition
from biometrics.finger.compare import Prepared, compare, prepare
from biometrics.finger.extract import extract
from simulators.fingers import POSITIONS, finger, impression


@pytest.fixture(scope="module")
def ready() -> list[list[Prepared]]:
    """Four fingers, two impressions each."""
    fingers = [finger(seed, position) for seed in (1, 2) for position in ("right_index", "left_index")]
    return [[prepare(extract(impression(one, seed=k))) for k in (1, 2)] for one in fingers]


def test_positions_are_those_of_the_standard() -> None:
    assert list(FingerPosition) == list(POSITIONS)


def test_the_same_seeds_give_the_same_print() -> None:
    first, second = (impression(finger(5, "left_thumb"), seed=9) for _ in range(2))
    assert np.array_equal(first, second)


def test_every_impression_is_another() -> None:
    one = finger(5, "left_thumb")
    first, second = (impression(one, seed=k).astype(int) for k in (1, 2))
    assert np.abs(first - second).mean() > 15


def test_a_print_has_dark_ridges_on_light_paper() -> None:
    print_ = impression(finger(6, "right_ring"), seed=1)
    assert print_.dtype == np.uint8
    assert print_.shape == (416, 320)
    assert print_[:12, :12].mean() > 200
    assert print_[150:250, 100:200].mean() < 200


def test_impressions_of_one_finger_match(ready: list[list[Prepared]]) -> None:
    assert all(compare(first, second).matched for first, second in ready)


def test_impressions_of_two_fingers_do_not_match(ready: list[list[Prepared]]) -> None:
    for one, other in combinations(ready, 2):
        assert not compare(one[0], other[0]).matched


def test_impressions_are_of_use(ready: list[list[Prepared]]) -> None:
    assert all(len(one.cylinders.bits) >= 12 for pair in ready for one in pair)


def test_another_position_is_refused() -> None:
    with pytest.raises(ValueError, match="toe"):
        finger(1, "toe")
