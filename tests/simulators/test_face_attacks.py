"""Simulated presentation attacks: the same for a seed, in motion, found by the detector, and true to their physics."""

from __future__ import annotations

import numpy as np
import pytest

from biometrics.face.detect import detect
from simulators.face_attacks import Species, presented, presented_infrared
from simulators.face_geometry import Place, meet
from simulators.face_instruments import Framing
from simulators.face_lens import Lens, Sensor
from simulators.face_motion import Stance
from simulators.face_standing import standing, standing_infrared
from simulators.faces import person, portrait

WHO, OTHER = person(2), person(9)
SOFT = Lens(noise=0.0)


@pytest.mark.parametrize("species", list(Species))
def test_every_species_shows_a_face_that_moves_and_is_the_same_for_a_seed(species: Species) -> None:
    source = presented(portrait(WHO), species, seed=3, attacker=OTHER)
    again = presented(portrait(WHO), species, seed=3, attacker=OTHER)
    first, later = source(0.0), source(0.7)
    assert first.shape == (480, 640, 3)
    assert np.array_equal(first, again(0.0))
    assert np.abs(first.astype(int) - later.astype(int)).max() > 20
    assert detect(first, smallest=80) or detect(later, smallest=80)


def test_a_mask_needs_a_wearer() -> None:
    with pytest.raises(ValueError, match="attacker"):
        presented(portrait(WHO), Species.CUT_OUT, seed=1)


@pytest.mark.parametrize("species", [Species.PHONE, Species.TABLET, Species.MONITOR])
def test_screens_are_dark_in_near_infrared_and_people_are_bright(species: Species) -> None:
    shown = presented_infrared(portrait(WHO), species, seed=4)(0.0)
    alive = standing_infrared(WHO, seed=4)(0.0)
    middle = np.s_[180:280, 270:370]
    assert np.median(shown[middle]) < 70 < 110 < np.median(alive[middle])


def test_a_flat_sheet_is_met_where_it_is_and_a_bent_one_bulges() -> None:
    flat = meet(Place((0, 0, 500)), (200, 200), 500, (640, 480))
    bent = meet(Place((0, 0, 500), radius=120), (200, 200), 500, (640, 480))
    assert flat is not None
    assert bent is not None
    row, column = 240 - flat.top, 420 - flat.left
    assert flat.across[row, column] == pytest.approx(100, abs=0.5)
    assert bent.across[240 - bent.top, 400 - bent.left] > 80
    assert meet(Place((5000, 0, 500)), (200, 200), 500, (640, 480)) is None


def test_a_sharp_lens_lets_a_display_alias_and_a_soft_one_does_not() -> None:
    """The same monitor close by: its stripes beat with the pixels only where they reach the sensor."""
    framing = Framing()
    sharp = Lens(blur=0.4, fill=0.35, noise=0, sharpening=0, pupil=0.0, quality=95)
    soft = Lens(blur=1.2, fill=1.0, noise=0, sharpening=0, pupil=0.0, quality=95)
    grey = np.full((531, 413, 3), 128, np.uint8)

    def fringes(lens: Lens) -> float:
        frame = presented(grey, Species.MONITOR, seed=8, framing=framing, lens=lens)(0.0).astype(float)
        middle = frame[200:280, 280:360]
        return float((middle[..., 0] - middle[..., 2]).std())

    assert fringes(sharp) >= fringes(soft)


def test_a_living_person_sways_blinks_and_never_repeats_a_frame() -> None:
    stance = Stance(5)
    poses = [stance(number / 25) for number in range(500)]
    assert min(pose.open for pose in poses) < 0.3
    assert max(abs(pose.yaw) for pose in poses) > 1
    source = standing(WHO, seed=5, lens=Lens())
    assert not np.array_equal(source(0.0), source(0.0))


def test_a_sensor_keeps_grey_grey() -> None:
    light = np.full((64, 64), 0.2, np.float32)
    picture = Sensor(SOFT, 1)(light)
    assert picture.shape == (64, 64)
    assert abs(int(picture.mean()) - round(255 * 0.2 ** (1 / 2.2))) <= 1
