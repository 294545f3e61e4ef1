"""Changes of a rendered person: those a gate must cope with leave the person known, those that hide the face do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import CaptureFailed
from biometrics.face.compare import THRESHOLD, template_of
from simulators.face_looks import MASKS, Look, older, tanned, with_glasses, with_hair
from simulators.face_render import Rgb
from simulators.face_traits import RANGES, Person
from simulators.faces import BACK, DIM, people, portrait, view

SAMPLE = people()[::9]

COPED_WITH: dict[str, Callable[[Person], Rgb]] = {
    "glasses": lambda who: view(with_glasses(who, on=who.traits.glasses <= 0), seed=3),
    "five years": lambda who: view(older(who, 5), seed=3),
    "smile": lambda who: view(who, seed=3, smile=0.8),
    "brows up": lambda who: view(who, seed=3, look=Look(brows_up=0.7)),
    "turned left": lambda who: view(who, seed=3, yaw=-10),
    "turned right": lambda who: view(who, seed=3, yaw=10),
    "dim": lambda who: view(who, seed=3, lamp=DIM),
    "window behind": lambda who: view(who, seed=3, lamp=BACK),
}


def likeness(who: Person, picture: Rgb) -> float:
    """To the own portrait; -1 where no face is found."""
    try:
        return float(template_of(portrait(who)).vector @ template_of(picture).vector)
    except CaptureFailed:
        return -1.0


@pytest.mark.parametrize("way", COPED_WITH)
def test_a_person_is_known_in_spite_of(way: str) -> None:
    assert sum(likeness(who, COPED_WITH[way](who)) > THRESHOLD for who in SAMPLE) >= 0.8 * len(SAMPLE)


def test_a_mask_makes_everybody_less_like_their_portrait() -> None:
    for number, who in enumerate(SAMPLE):
        look = Look(mask=list(MASKS)[number % len(MASKS)])
        assert likeness(who, view(who, seed=3, look=look)) < likeness(who, view(who, seed=3)) - 0.01


def test_a_mask_covers_mouth_and_chin_and_leaves_the_eyes() -> None:
    who = people()[3]
    bare, masked = (view(who, seed=3, look=look).astype(int) for look in (Look(), Look(mask="white")))
    changed = np.abs(bare - masked).max(2) > 40
    rows = np.flatnonzero(changed.any(1))
    assert changed.mean() > 0.01
    assert rows.min() > 200, "above are the eyes"


@given(
    years=st.floats(0, 80), sun=st.floats(-5, 5), length=st.floats(-5, 5), light=st.floats(-1, 2), number=st.integers(0)
)
def test_changes_stay_within_the_ranges_of_the_traits(
    years: float, sun: float, length: float, light: float, number: int
) -> None:
    who = people()[number % len(people())]
    changed = with_hair(tanned(older(who, years), sun), length=length, light=light)
    assert all(low <= getattr(changed.traits, name) <= high for name, (low, high) in RANGES.items())
    assert replace(changed, traits=who.traits) == who


def test_glasses_put_on_and_taken_off_again_change_nothing_else() -> None:
    bare = next(who for who in people() if who.traits.glasses <= 0)
    again = with_glasses(with_glasses(bare, on=True), on=False)
    assert again.traits.glasses <= 0
    assert replace(again, traits=replace(again.traits, glasses=bare.traits.glasses)) == bare
    assert with_glasses(bare, on=False) is bare
