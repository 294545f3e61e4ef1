"""Synthetic slaps: hands as hands are, and boxes where the fingers lie."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from simulators.slaps import FINGERS, MM, PLATE, Arrangement, Pose, Slap, TrueBox, slap

STRAIGHT = Pose(lean=0, gap=3, below=20)


@pytest.fixture(scope="module")
def right() -> Slap:
    return slap(1, Arrangement.RIGHT_FOUR, seed=1, pose=STRAIGHT)


@pytest.fixture(scope="module")
def without_ring() -> Slap:
    return slap(1, Arrangement.RIGHT_FOUR, seed=1, pose=Pose(lean=0, gap=3, below=-2), missing=("right_ring",))


def inside(box: TrueBox, down: float = 0.0) -> npt.NDArray[np.bool_]:
    """Pixels of the box, or of one `down` its own heights below."""
    y, x = np.mgrid[0 : PLATE[1], 0 : PLATE[0]]
    cosine, sine = math.cos(box.angle), math.sin(box.angle)
    across = cosine * (x - box.x) + sine * (y - box.y)
    below = -sine * (x - box.x) + cosine * (y - box.y) - down * box.height
    return np.asarray((np.abs(across) < box.width / 2) & (np.abs(below) < box.height / 2))


def ink(one: Slap, where: npt.NDArray[np.bool_]) -> float:
    """Share of dark pixels."""
    middle = (float(np.percentile(one.pixels, 99)) + float(np.percentile(one.pixels, 1))) / 2
    return float((one.pixels[where] < middle).mean())


def test_the_same_seeds_give_the_same_slap_and_others_another(right: Slap) -> None:
    again = slap(1, Arrangement.RIGHT_FOUR, seed=1, pose=STRAIGHT)
    other = slap(1, Arrangement.RIGHT_FOUR, seed=2, pose=STRAIGHT)
    assert np.array_equal(again.pixels, right.pixels)
    assert again.fingers == right.fingers
    assert np.abs(other.pixels.astype(int) - right.pixels).mean() > 5


def test_a_right_hand_has_its_middle_finger_highest_and_its_little_finger_outside(right: Slap) -> None:
    assert tuple(box.position for box in right.fingers) == FINGERS[Arrangement.RIGHT_FOUR]
    assert [box.x for box in right.fingers] == sorted(box.x for box in right.fingers)
    tops = [box.y - box.height / 2 for box in right.fingers]
    assert tops.index(min(tops)) == 1
    assert tops.index(max(tops)) == 3


def test_boxes_hold_the_tips_and_the_rest_is_phalanx_and_paper(right: Slap) -> None:
    boxes = [inside(box) for box in right.fingers]
    assert all(ink(right, box) > 0.25 for box in boxes)
    assert all(ink(right, inside(box, 1.0)) > 0.1 for box in right.fingers)
    around = ~np.any([*boxes, *(inside(box, k / 2) for box in right.fingers for k in (1, 2, 3))], axis=0)
    assert ink(right, around) < 0.02


def test_fingers_are_of_human_size(right: Slap) -> None:
    assert all(9 < box.width / MM < 19 for box in right.fingers)
    assert all(13 < box.height / MM < 30 for box in right.fingers)


def test_a_missing_finger_is_not_there(right: Slap, without_ring: Slap) -> None:
    assert [box.position for box in without_ring.fingers] == ["right_index", "right_middle", "right_little"]
    ring = right.fingers[2]
    assert ink(without_ring, inside(ring)) < 0.1 < ink(right, inside(ring))


def test_fingers_lifted_below_the_crease_show_no_phalanx(without_ring: Slap) -> None:
    assert all(ink(without_ring, inside(box, 1.05)) < 0.05 for box in without_ring.fingers)


def test_two_thumbs_lie_left_and_right_and_a_card_has_writing() -> None:
    plain, card = (slap(1, Arrangement.THUMBS, seed=1, card=card) for card in (False, True))
    assert [box.position for box in plain.fingers] == ["left_thumb", "right_thumb"]
    assert plain.fingers[0].x < plain.fingers[1].x
    assert ink(plain, np.s_[20:80, 60:700]) < 0.05 < ink(card, np.s_[20:80, 60:700])  # type: ignore[arg-type]


def test_a_finger_of_the_other_hand_cannot_be_missing() -> None:
    with pytest.raises(ValueError, match="left_ring"):
        slap(1, Arrangement.RIGHT_FOUR, seed=1, missing=("left_ring",))
