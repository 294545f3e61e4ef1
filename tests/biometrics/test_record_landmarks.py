"""Cores and deltas of a record: written, read again, refused, never trusted."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.capture import Quality
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.minutiae import NO_MINUTIAE
from biometrics.finger.records import ExtendedArea, Format, Record, Unsayable, View, read, write
from biometrics.finger.records.landmarks import Landmark, area, landmarks

FORMATS = [Format.ISO_2005, Format.ISO_2011, Format.ANSI_2004, Format.ANSI_2009]
PLACES, ANGLES = st.integers(0, 0x3FFF), st.floats(0, 6.28)
CORES = st.builds(Landmark, PLACES, PLACES, st.just(value=False), st.tuples(ANGLES))
DELTAS = st.builds(Landmark, PLACES, PLACES, st.just(value=True), st.just(()) | st.tuples(ANGLES, ANGLES, ANGLES))


def view(extended: ExtendedArea) -> View:
    return View(FingerTemplate(NO_MINUTIAE, 400, 500, Quality(50)), extended=(extended,))


@given(st.sampled_from(FORMATS), st.lists(CORES, max_size=15), st.lists(DELTAS, max_size=1))
def test_landmarks_survive_a_record(form: Format, cores: list[Landmark], deltas: list[Landmark]) -> None:
    octets = write(Record((view(area(cores + deltas, form)),), format=form), form)
    found = landmarks(read(octets).views[0], form)
    for one, was in zip(found, cores + deltas, strict=True):
        assert (one.x, one.y, one.delta) == (was.x, was.y, was.delta)
        for here, there in zip(one.directions, was.directions, strict=True):
            assert math.cos(here - there) > math.cos(math.radians(1.01))


def test_octets_are_as_each_dialect_has_them() -> None:
    points = [Landmark(258, 3, directions=(math.pi / 2,)), Landmark(5, 6, delta=True)]
    assert area(points, Format.ISO_2005).data.hex() == "01" + "4102" + "0003" + "40" + "01" + "0005" + "0006"
    assert area(points, Format.ANSI_2004).data.hex() == "41" + "0102" + "0003" + "2d" + "01" + "0005" + "0006"


@given(st.sampled_from(FORMATS), st.binary(max_size=80))
def test_any_octets_of_an_area_are_taken_or_passed_over(form: Format, octets: bytes) -> None:
    assert len(landmarks(view(ExtendedArea(2, octets)), form)) <= 30


@pytest.mark.parametrize(
    "points",
    [[Landmark(0, 0)] * 16, [Landmark(1 << 14, 0)], [Landmark(0, -1)], [Landmark(0, 0, directions=(1.0, 2.0))]],
)
def test_points_without_a_place_in_the_area_are_refused(points: list[Landmark]) -> None:
    for form in FORMATS:
        with pytest.raises(Unsayable):
            area(points, form)


def test_ansi_refuses_cores_with_and_without_directions() -> None:
    mixed = [Landmark(0, 0), Landmark(0, 0, directions=(1.0,))]
    assert len(landmarks(view(area(mixed, Format.ISO_2011)), Format.ISO_2011)) == 2
    with pytest.raises(Unsayable):
        area(mixed, Format.ANSI_2009)


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_landmarks_are_rewritten_in_every_dialect(source: Format, target: Format) -> None:
    points = [
        Landmark(258, 3, directions=(1.5,)),
        Landmark(7, 400, directions=(6.0,)),
        Landmark(5, 6, delta=True, directions=(0.1, 2.2, 4.3)),
    ]
    octets = write(Record((view(area(points, source)),), format=source), target)
    found = landmarks(read(octets).views[0], target)
    assert [(one.x, one.y, one.delta) for one in found] == [(one.x, one.y, one.delta) for one in points]
    for one, was in zip(found, points, strict=True):
        for here, there in zip(one.directions, was.directions, strict=True):
            assert math.cos(here - there) > math.cos(math.radians(1.8))


def test_ansi_keeps_the_places_of_cores_of_which_not_all_have_a_direction() -> None:
    mixed = [Landmark(1, 2), Landmark(3, 4, directions=(1.0,)), Landmark(5, 6, delta=True, directions=(1.0, 2.0, 3.0))]
    octets = write(Record((view(area(mixed, Format.ISO_2011)),), format=Format.ISO_2011), Format.ANSI_2009)
    cores = landmarks(read(octets).views[0], Format.ANSI_2009)
    assert [(one.x, len(one.directions)) for one in cores] == [(1, 0), (3, 0), (5, 3)]


def test_an_area_that_only_its_own_format_knows_is_not_written_in_another() -> None:
    record = Record((view(ExtendedArea(545, b"abc")),), format=Format.ISO_2005)
    assert read(write(record, Format.ISO_2005)).views[0].extended == (ExtendedArea(545, b"abc"),)
    assert read(write(record, Format.ISO_2011)).views[0].extended == ()
