"""What a matching process keeps of travellers: one attempt, no longer than it lasts."""

from __future__ import annotations

import pytest

from biometrics.capture import NoFace
from biometrics.face.sight import Wanted
from gate import matching
from simulators import faces

LOOKS = 12


def watch(attempt: str, person: int) -> None:
    image = faces.view(faces.person(person), seed=person)
    for number in range(LOOKS):
        matching.look_at(attempt, image, number / 12, Wanted(0))


def test_an_attempt_becomes_one_sample_and_is_forgotten() -> None:
    watch("one", 3)
    sample = matching.face_sample("one")
    assert sample.jpeg.startswith(b"\xff\xd8")
    assert sample.template.vector.shape == (128,)
    with pytest.raises(NoFace):
        matching.face_sample("one")


def test_an_abandoned_attempt_is_forgotten_when_told_and_when_another_begins() -> None:
    watch("told", 3)
    matching.forget("told")
    assert not matching._attempts
    watch("left", 3)
    watch("next", 8)
    assert list(matching._attempts) == ["next"]
    with pytest.raises(NoFace):
        matching.face_sample("left")
    matching.forget("next")


def test_an_attempt_that_was_lost_with_its_process_begins_anew() -> None:
    watch("lost", 3)
    matching._attempts.clear()
    image = faces.view(faces.person(3), seed=3)
    assert matching.look_at("lost", image, 2.0, Wanted(0)).kept == 1
    matching.forget("lost")
