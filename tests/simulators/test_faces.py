"""The rendered people, judged by the real detector and network."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from biometrics.face.compare import THRESHOLD, template_of
from biometrics.face.template import FaceTemplate
from biometrics.picture import to_jpeg
from simulators import faces
from simulators.face_choice import APART, PICTURES, altered, pictures_of
from simulators.face_traits import RANGES

CAST = faces.people()


@pytest.fixture(scope="session")
def portraits() -> list[FaceTemplate]:
    return [template_of(faces.portrait(who)) for who in CAST]


def test_there_are_enough_people_and_seeds_go_round() -> None:
    assert len(CAST) >= 150
    assert faces.person(3) == faces.person(3 + len(CAST)) != faces.person(4)


def test_no_portrait_is_taken_for_another_persons(portraits: list[FaceTemplate]) -> None:
    vectors = np.stack([template.vector for template in portraits])
    distances = [float(np.linalg.norm(a - b)) for a, b in combinations(vectors, 2)]
    assert min(distances) >= APART


@pytest.mark.parametrize("seed", range(len(CAST)))
def test_each_person_is_known_again_from_the_camera_and_taken_for_nobody_else(
    seed: int, portraits: list[FaceTemplate]
) -> None:
    view = faces.view(faces.person(seed), seed=1000 + seed, yaw=5 * (-1) ** seed, pitch=2, roll=1)
    seen = template_of(view).vector
    scores = np.array([template.vector @ seen for template in portraits])
    assert scores.argmax() == seed
    assert scores[seed] > THRESHOLD
    assert np.delete(scores, seed).max() < THRESHOLD


def test_a_portrait_survives_the_chips_jpeg(portraits: list[FaceTemplate]) -> None:
    jpeg = to_jpeg(faces.portrait(faces.person(0)), quality=80)
    assert len(jpeg) < 40_000
    assert template_of(jpeg).vector @ portraits[0].vector > 0.98


def test_pictures_are_rgb_of_the_sizes_promised_and_the_same_every_time() -> None:
    who = faces.person(2)
    assert faces.portrait(who).shape == (531, 413, 3)
    assert faces.view(who, seed=1, size=(800, 600)).shape == (600, 800, 3)
    assert np.array_equal(faces.view(who, seed=1), faces.view(who, seed=1))
    assert not np.array_equal(faces.view(who, seed=1), faces.view(who, seed=2))


def test_less_light_is_darker_and_more_distance_is_smaller() -> None:
    who = faces.person(0)
    assert faces.view(who, seed=1, light=0.4).mean() < 0.6 * faces.view(who, seed=1).mean()
    near, far = template_of(faces.view(who, seed=1)).box, template_of(faces.view(who, seed=1, distance=1.6)).box
    assert far.width < 0.75 * near.width


def test_who_stands_where_asked_gets_no_advice_and_who_is_far_is_called_closer() -> None:
    who = faces.person(0)
    assert template_of(faces.view(who, seed=3)).quality.advice is None
    assert template_of(faces.view(who, seed=3, distance=2.2)).quality.advice == "come_closer"


def test_the_cast_travels_through_json_and_a_file_for_other_traits_is_refused() -> None:
    record = json.loads(json.dumps(faces.to_record(CAST)))
    assert faces.from_record(record) == CAST
    record["traits"] = record["traits"][1:]
    with pytest.raises(ValueError, match=r"simulators\.casting"):
        faces.from_record(record)


def test_a_changed_person_stays_within_the_ranges() -> None:
    random = np.random.default_rng(1)
    who = CAST[0]
    for _ in range(50):
        who = altered(who, random)
    assert all(low <= getattr(who.traits, name) <= high for name, (low, high) in RANGES.items())
    assert len(list(pictures_of(CAST[0]))) == PICTURES


def test_the_file_of_people_is_small() -> None:
    assert Path(faces.PEOPLE_FILE).stat().st_size < 800 * len(CAST)
