"""Following one face, noticing another, and advising without flicker: rendered people, moved about before the lens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby, pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import FaceChanged, NoFace, Quality, Rgb
from biometrics.face.attempt import CaptureAttempt
from biometrics.face.best_frames import APART_SECONDS, KEPT, BestFrame, BestFrames
from biometrics.face.compare import verifier
from biometrics.face.guidance import NO_FACE, PATIENCE, RETURN_SECONDS, Advice, Guide
from biometrics.face.sight import Wanted
from biometrics.face.template import FaceBox
from biometrics.face.tracking import FaceTracker, Track
from simulators import faces
from simulators.face_render import Shot, draw
from simulators.subject import LIVENESS_THRESHOLD, Manner, Subject

FPS = 25
LENIENT = LIVENESS_THRESHOLD
"""Of liveness: rendered people are paler than skin."""
HALL: Rgb = np.full((480, 640, 3), (190, 188, 180), np.uint8)
TALL: Rgb = np.full((1920, 1080, 3), (190, 188, 180), np.uint8)
CM = 1920 / 150
"""Pixels to the centimetre of a lens on its side that sees from 70 to 220 cm above the floor."""


@cache
def scene(*people: tuple[int, float, float, float]) -> Rgb:
    """People as (number, x, y, scale) in pixels, the first one hindmost."""
    image = HALL
    for number, x, y, scale in people:
        image = draw(faces.person(number), Shot(scale=scale, centre=(x, y)), image)
    return image


def standing(number: int, x: float = 320, y: float = 225, scale: float = 115) -> tuple[int, float, float, float]:
    return number, x, y, scale


def moved(image: Rgb, x: float, y: float = 0.0) -> Rgb:
    shift = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return np.asarray(cv2.warpAffine(image, shift, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8)


def filmed(*shots: tuple[Rgb, int]) -> Iterator[tuple[Rgb, float]]:
    """Each picture for so many frames, with a sensor's noise."""
    random, number = np.random.default_rng(0), 0
    for image, count in shots:
        for _ in range(count):
            noisy = image + random.normal(0, 2.5, image.shape[:2])[..., None]
            yield np.clip(noisy, 0, 255).astype(np.uint8), number / FPS
            number += 1


def followed(tracker: FaceTracker, *shots: tuple[Rgb, int]) -> list[Track | None]:
    return [tracker.follow(image, at) for image, at in filmed(*shots)]


class TestFollowing:
    def test_a_swaying_head_is_one_track_with_its_points_where_they_are(self) -> None:
        still = scene(standing(3))
        sway = [(12 * np.sin(n / 6), 6 * np.sin(n / 9)) for n in range(40)]
        tracks = followed(FaceTracker(), *((moved(still, *by), 1) for by in sway))
        assert {track.number for track in tracks if track} == {1}
        there = tracks[0].points if tracks[0] else np.zeros((5, 2))
        off = [np.abs(track.points - there - by).max() for track, by in zip(tracks, sway, strict=True) if track]
        assert len(off) == 40
        assert np.median(off) < 3
        assert max(off) < 12

    def test_the_detector_is_asked_seldom(self) -> None:
        tracks = followed(FaceTracker(), (scene(standing(3)), 50))
        assert sum(track.confirmed for track in tracks if track) <= 12

    def test_a_face_that_has_gone_is_lost_at_once(self) -> None:
        tracks = followed(FaceTracker(), (scene(standing(3)), 5), (HALL, 3))
        assert [track is None for track in tracks] == [False] * 5 + [True] * 3

    def test_somebody_who_looks_away_for_a_moment_is_the_same(self) -> None:
        away = scene(standing(3)).copy()
        away[100:350, 200:440] = HALL[100:350, 200:440]
        tracks = followed(FaceTracker(), (scene(standing(3)), 5), (away, 4), (scene(standing(3)), 5))
        assert {track.number for track in tracks if track} == {1}

    def test_who_comes_after_a_pause_is_somebody_new(self) -> None:
        tracks = followed(FaceTracker(), (scene(standing(3)), 5), (HALL, 15), (scene(standing(3)), 5))
        assert [track.number for track in tracks if track] == [1] * 5 + [2] * 5

    def test_a_gap_in_the_frames_is_a_pause(self) -> None:
        tracker = FaceTracker()
        first = tracker.follow(scene(standing(3)), 0.0)
        second = tracker.follow(scene(standing(3)), 2.0)
        assert first is not None
        assert second is not None
        assert second.number > first.number

    def test_a_masked_face_is_followed_also_where_finding_it_takes_longer_than_a_face_is_believed(self) -> None:
        """A busy machine: who wears a mask is found by the network alone, and no frame is seen for 0.8 s after."""
        subject = Subject(faces.person(3), seed=1, manner=Manner(mask="white", walks_up=False))
        tracker, at, tracks = FaceTracker(), 0.0, list[Track | None]()
        for _ in range(40):
            tracks.append(tracker.follow(subject(at), at))
            searched = tracks[-1] is not None and (len(tracks) < 2 or tracks[-2] is None)
            at += 0.8 if searched else 1 / 12
        numbers = [track.number for track in tracks if track]
        assert len(numbers) >= 20
        assert numbers[-20:] == [numbers[-1]] * 20
        assert numbers[-1] > numbers[0], "the gap is a pause all the same"


class TestOtherPeople:
    def test_a_second_person_who_steps_in_is_noticed_within_a_few_frames_and_so_is_their_leaving(self) -> None:
        alone = scene(standing(3, x=230))
        both = scene(standing(8, x=500, y=215), standing(3, x=230))
        tracks = followed(FaceTracker(), (alone, 20), (both, 10), (alone, 30))
        seen = [track.alone for track in tracks if track]
        assert all(seen[:20])
        assert not any(seen[24:30])
        assert all(seen[-5:])

    def test_two_who_come_together_are_not_alone(self) -> None:
        both = scene(standing(8, x=500, y=215), standing(3, x=230))
        tracks = followed(FaceTracker(), (both, 8))
        assert not any(track.alone for track in tracks[5:] if track)

    def test_who_waits_far_behind_does_not_count(self) -> None:
        queue = scene(standing(8, x=540, y=120, scale=50), standing(3))
        tracks = followed(FaceTracker(), (queue, 30))
        assert all(track.alone for track in tracks if track)

    @pytest.mark.parametrize(("first", "second"), [(3, 8), (1, 2), (11, 30), (5, 17)])
    def test_a_swap_from_one_frame_to_the_next_never_makes_one_template_of_two_people(
        self, first: int, second: int
    ) -> None:
        attempt = CaptureAttempt(Wanted(0))
        for image, at in filmed((scene(standing(first)), 8), (scene(standing(second)), 8)):
            attempt.look(image, at)
        alone = verifier().template(scene(standing(second)))
        try:
            template = attempt.template(verifier())
        except FaceChanged:
            return
        assert float(template.vector @ alone.vector) > 0.97


class TestHeights:
    @pytest.mark.parametrize(("centimetres", "camera"), [(100, "lower"), (155, None), (205, "raise")])
    def test_a_child_of_100_cm_and_somebody_of_205_are_found_and_the_camera_told(
        self, centimetres: int, camera: str | None
    ) -> None:
        eyes = centimetres * 0.93
        shot = Shot(scale=15 / 1.5 * CM, centre=(540, (220 - eyes) * CM))
        image = draw(faces.person(3), shot, TALL)
        attempt = CaptureAttempt(Wanted(60))
        sights = [attempt.look(image, n / FPS) for n in range(8)]
        assert sights[-1].height is not None
        assert sights[-1].camera_height == camera


class TestAttempts:
    def test_three_good_frames_of_a_face_that_moves_are_enough_and_make_a_template_of_the_person(self) -> None:
        attempt = CaptureAttempt(Wanted(30, liveness_threshold=LENIENT))
        alive = Subject(faces.person(3), seed=1, manner=Manner(walks_up=False))
        sights = [attempt.look(alive(number / 10), number / 10) for number in range(25)]
        assert any(sight.ripe for sight in sights)
        assert not sights[0].ripe
        template = attempt.template(verifier())
        assert float(template.vector @ verifier().template(scene(standing(3))).vector) > 0.97
        jpeg, at = attempt.picture()
        assert jpeg.startswith(b"\xff\xd8")
        assert 0 <= at < 2.5

    def test_a_face_that_never_moves_is_never_enough(self) -> None:
        attempt = CaptureAttempt(Wanted(30, liveness_threshold=LENIENT))
        sights = [attempt.look(image, at) for image, at in filmed((scene(standing(3)), 50))]
        assert not any(sight.ripe for sight in sights)
        assert attempt.liveness().live is None

    def test_who_stands_stock_still_is_asked_to_turn_the_head_and_then_known_to_live(self) -> None:
        attempt = CaptureAttempt(Wanted(30, liveness_threshold=LENIENT))
        person = Subject(faces.person(3), seed=1, manner=Manner(walks_up=False, stock_still=True))
        said: list[str | None] = []
        for number in range(80):
            sight = attempt.look(person(number / 10), number / 10)
            if sight.advice is not None:
                person.obey(sight.advice)
            said.append(sight.advice)
            if sight.ripe:
                break
        assert sight.ripe
        assert attempt.liveness().live is True
        assert [advice for advice, _ in groupby(said)] == [None, "turn_head", None]

    def test_without_a_face_there_is_no_template(self) -> None:
        attempt = CaptureAttempt(Wanted(30))
        advice = [attempt.look(image, at).advice for image, at in filmed((HALL, 12))]
        assert advice[-1] == "look_at_camera"
        with pytest.raises(NoFace):
            attempt.template(verifier())

    def test_frames_with_somebody_else_are_not_kept(self) -> None:
        attempt = CaptureAttempt(Wanted(0))
        both = scene(standing(8, x=500, y=215), standing(3, x=230))
        sights = [attempt.look(image, at) for image, at in filmed((both, 20))]
        assert sights[-1].advice == "one_person"
        assert not sights[-1].ripe


def frame(value: int, at: float) -> BestFrame:
    return BestFrame(np.zeros((1, 1, 3), np.uint8), FaceBox(0, 0, 1, 1, 0), np.zeros((5, 2)), Quality(value), at)


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0.01, 0.3)), min_size=1, max_size=40))
def test_the_best_frames_are_apart_in_time_and_hold_the_best_of_all(seen: list[tuple[int, float]]) -> None:
    best, at = BestFrames(), 0.0
    for value, pause in seen:
        at += pause
        best.consider(frame(value, at))
    kept = best.ranked
    assert 1 <= len(kept) <= KEPT
    assert kept[0].quality.value == max(value for value, _ in seen)
    times = sorted(one.at for one in kept)
    assert all(b - a >= APART_SECONDS for a, b in pairwise(times))


FINDINGS = st.sampled_from([None, NO_FACE, *(advice.value for advice in Advice)])


class TestGuide:
    @given(st.lists(st.tuples(FINDINGS, st.floats(0.01, 0.3)), max_size=60))
    def test_no_sentence_comes_back_before_a_person_could_have_read_the_other(
        self, frames: list[tuple[str | None, float]]
    ) -> None:
        guide, at, left, last = Guide(), 0.0, {}, None
        for finding, pause in frames:
            at += pause
            said = guide.say(finding, at)
            if said != last:
                assert at - left.get(said, -9) >= RETURN_SECONDS
                left[last], last = at, said

    @given(st.lists(st.tuples(FINDINGS, st.floats(0.01, 0.3)), max_size=30), FINDINGS)
    def test_what_stays_wrong_is_said_in_the_end(
        self, before: list[tuple[str | None, float]], finding: str | None
    ) -> None:
        guide, at = Guide(), 0.0
        for earlier, pause in before:
            at += pause
            guide.say(earlier, at)
        for _ in range(30):
            at += 0.05
            said = guide.say(finding, at)
        assert said == ("look_at_camera" if finding == NO_FACE else finding)

    @pytest.mark.parametrize("finding", [advice.value for advice in Advice if advice not in PATIENCE])
    def test_what_is_plain_is_said_at_the_first_frame(self, finding: str) -> None:
        guide = Guide()
        guide.say(None, 0.0)
        assert guide.say(finding, 0.04) == finding

    def test_a_blink_and_a_missed_frame_are_not_spoken_of(self) -> None:
        guide = Guide()
        said = [guide.say(finding, n / FPS) for n, finding in enumerate(["open_eyes"] * 7 + [None, NO_FACE, None])]
        assert said == [None] * 10
