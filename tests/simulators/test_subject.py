"""A person before a camera: walks up, stands, does what the screen says, walks off; judged by the real detector."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.capture import CaptureFailed, SeveralFaces
from biometrics.face.compare import THRESHOLD, template_of
from biometrics.face.template import FaceTemplate
from simulators.faces import people, portrait
from simulators.subject import Manner, Subject

WHO = people()[3]
PROMPTS = ("look_at_camera", "take_off_mask", "come_closer", "step_back", "centre_face", "one_person", "go_through")


@pytest.fixture(scope="module")
def own() -> FaceTemplate:
    return template_of(portrait(WHO))


def known(subject: Subject, seconds: float, own: FaceTemplate) -> bool:
    """Found, nothing to say to them, and like their portrait."""
    try:
        template = template_of(subject(seconds))
    except CaptureFailed:
        return False
    return template.quality.advice is None and bool(template.vector @ own.vector > THRESHOLD)


def test_somebody_walks_up_grows_and_is_known_at_the_mark(own: FaceTemplate) -> None:
    subject = Subject(WHO, seed=1)
    far, near = template_of(subject(0.0), smallest=50).box, template_of(subject(2.0)).box
    assert near.width > 1.7 * far.width
    assert near.centre[1] < far.centre[1]
    assert all(known(subject, seconds, own) for seconds in (1.6, 2.3, 3.1, 4.4, 5.2, 6.0))


def test_nobody_stands_quite_still() -> None:
    subject = Subject(WHO, seed=1, manner=Manner(walks_up=False))
    frames = [subject(seconds).astype(int) for seconds in np.arange(2, 4, 0.25)]
    assert all(np.abs(a - b).max() > 20 for a, b in pairwise(frames))


def test_the_same_subject_is_the_same_film() -> None:
    a, b = (Subject(WHO, seed=4, manner=Manner(talks=True)) for _ in range(2))
    assert all(np.array_equal(a(seconds), b(seconds)) for seconds in (0.0, 1.9, 3.3))


@pytest.mark.parametrize(
    ("manner", "prompt"),
    [
        (Manner(mask="white"), "take_off_mask"),
        (Manner(sunglasses=True, mask="black"), "look_at_camera"),
    ],
)
def test_who_cannot_be_known_does_what_the_screen_says_and_then_is(
    manner: Manner, prompt: str, own: FaceTemplate
) -> None:
    subject = Subject(WHO, seed=1, manner=manner)
    assert not known(subject, 2.0, own)
    subject.obey(prompt)
    assert known(subject, 6.5, own)


def test_who_looks_aside_turns_to_the_camera_when_asked(own: FaceTemplate) -> None:
    subject = Subject(WHO, seed=1, manner=Manner(looks_away=60))
    assert subject.shot(2.0).yaw > 25
    subject.obey("look_at_camera")
    assert abs(subject.shot(3.0).yaw) < 6
    assert known(subject, 3.1, own)


def test_who_stands_too_far_away_comes_closer() -> None:
    subject = Subject(WHO, seed=1, manner=Manner(stops_short=2.1))
    assert template_of(subject(2.0), smallest=60).quality.advice == "come_closer"
    subject.obey("come_closer")
    assert template_of(subject(3.5)).quality.advice is None


def test_a_child_is_low_and_a_tall_person_high_in_the_frame() -> None:
    low, high = (
        template_of(Subject(WHO, seed=1, manner=Manner(height=height))(2.0)).box.centre[1] for height in (115, 200)
    )
    assert low - high > 90


def test_somebody_steps_in_beside_and_goes_when_one_person_is_asked_for(own: FaceTemplate) -> None:
    subject = Subject(WHO, seed=3, manner=Manner(companion=people()[5]))
    with pytest.raises(SeveralFaces):
        template_of(subject(3.0))
    subject.obey("one_person")
    assert known(subject, 4.5, own)


def test_a_telephone_shows_somebody_else_until_the_holder_walks_off(own: FaceTemplate) -> None:
    other = people()[7]
    subject = Subject(WHO, seed=1, manner=Manner(holds=portrait(other)))
    assert known(subject, 1.2, own)
    assert template_of(subject(3.0)).vector @ template_of(portrait(other)).vector > THRESHOLD
    assert subject.infrared(3.0).mean() < Subject(WHO, seed=1).infrared(3.0).mean()
    subject.obey("go_to_booth")
    with pytest.raises(CaptureFailed):
        template_of(subject(5.0))


@settings(max_examples=25, deadline=None)
@given(
    seconds=st.lists(st.floats(0, 40), min_size=1, max_size=4),
    prompts=st.lists(st.sampled_from(PROMPTS), max_size=4),
    height=st.floats(100, 205),
    stops=st.floats(0.6, 2.0),
)
def test_any_prompt_at_any_time_gives_a_frame(
    seconds: list[float], prompts: list[str], height: float, stops: float
) -> None:
    subject = Subject(WHO, seed=1, manner=Manner(height=height, stops_short=stops), size=(320, 240))
    for moment, prompt in zip(seconds, [*prompts, *PROMPTS], strict=False):
        frame = subject(moment)
        assert (frame.shape, frame.dtype) == ((240, 320, 3), np.uint8)
        subject.obey(prompt)
