"""Whose passport lies on the glass: the reading before never lends its passport to the next."""

from __future__ import annotations

import numpy as np

from biometrics.capture import Frame
from gate.glass import Glass
from passport_reader import mrz

ANNA = mrz.parse("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10")
OTTO = mrz.parse("I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<")


def page(at: float) -> Frame:
    lines = np.zeros((60, 80, 3), np.uint8)
    lines[:, ::8] = 255
    return Frame(lines, at, int(at))


def empty(at: float) -> Frame:
    return Frame(np.zeros((60, 80, 3), np.uint8), at, int(at))


def read(glass: Glass) -> Glass:
    """Anna's passport was read at second 1."""
    glass.see(page(1.0))
    glass.taken(ANNA)
    return glass


def test_the_first_passport_is_anybodys() -> None:
    assert Glass().fresh(page(1.0))


def test_a_passport_that_stays_is_left_over() -> None:
    glass = read(Glass())
    glass.see(page(2.0))
    assert glass.left_over(ANNA, page(2.0))


def test_a_late_frame_of_a_lifted_passport_is_left_over_too() -> None:
    glass = read(Glass())
    glass.see(empty(3.0))
    assert glass.left_over(ANNA, page(2.0))


def test_another_passport_on_top_of_it_is_not() -> None:
    glass = read(Glass())
    assert not glass.fresh(page(2.0))
    assert not glass.left_over(OTTO, page(2.0))


def test_the_same_passport_laid_again_counts() -> None:
    glass = read(Glass())
    glass.see(empty(3.0))
    assert glass.fresh(page(4.0))
    assert not glass.left_over(ANNA, page(4.0))
