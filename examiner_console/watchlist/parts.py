"""How alike two parts of a name are, and by what: the same letters, a known other spelling, an initial, a slip."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from examiner_console.watchlist.readings import is_sure, readings
from examiner_console.watchlist.spelling import EDIT, distance

FLOOR: Final = 0.7
"""What is less alike than this is another name and counts nothing. `spelling` leaves out what cannot reach it."""
_SURE_READING: Final = 0.95
_CYRILLIC_READING: Final = 0.92
_ARABIC_READING: Final = 0.88
_CUT: Final = 0.9
_INITIAL: Final = 0.8
_SLIP: Final = 0.9
_STEEPNESS: Final = 1.5
"""Likeness lost for each edit a letter: one full edit in six letters leaves 0.75, two leave nothing."""


class How(StrEnum):
    SAME = "same"
    READING = "another way to write it"
    CUT = "cut by the document"
    INITIAL = "initial only"
    SLIP = "spelled otherwise"
    OTHER = "another name"


class Alike(NamedTuple):
    likeness: float
    how: How


class Form(NamedTuple):
    """A part, or neighbouring parts written as one; `cut` where its end may be missing."""

    text: str
    cut: bool = False


_NOT: Final = Alike(0.0, How.OTHER)


@lru_cache(maxsize=1 << 17)
def alike(one: Form, other: Form) -> Alike:
    """Between 0 and 1; symmetric, also in which of the two is cut. The same letters are always 1."""
    if one.text == other.text:
        return Alike(1.0, How.SAME)
    best = max(_by_reading(one.text, other.text), _by_initial(one.text, other.text), key=lambda found: found.likeness)
    for cut, full in ((one, other), (other, one)):
        if cut.cut and len(cut.text) > 1:
            likeness = _CUT * slip(distance(cut.text, full.text, cut=True), len(cut.text))
            best = max(best, _floored(likeness, How.CUT), key=lambda found: found.likeness)
    longest = max(len(one.text), len(other.text))
    slipped = min(_SLIP, slip(distance(one.text, other.text), longest))
    return max(best, _floored(slipped, How.SLIP), key=lambda found: found.likeness)


def _floored(likeness: float, how: How) -> Alike:
    return Alike(likeness, how) if likeness >= FLOOR else _NOT


def slip(tenths: int, letters: int) -> float:
    return 1.0 - _STEEPNESS * tenths / (EDIT * letters)


def slips(tenths: NDArray[np.int64], lengths: NDArray[np.int64], letters: int) -> NDArray[np.float64]:
    """`alike` by spelling alone, for many at once and to the same bit; less than FLOOR is 0."""
    found = np.minimum(_SLIP, 1.0 - _STEEPNESS * tenths / (EDIT * np.maximum(lengths, letters)))
    return np.where(found >= FLOOR, found, 0.0)


def cut_slips(tenths: NDArray[np.int64], letters: int) -> NDArray[np.float64]:
    """The same for a part of so many letters whose end is missing, by its distances to the nearest beginnings."""
    found = _CUT * (1.0 - _STEEPNESS * tenths / (EDIT * letters))
    return np.where(found >= FLOOR, found, 0.0)


def _by_initial(one: str, other: str) -> Alike:
    if min(len(one), len(other)) == 1 and one[0] == other[0]:
        return Alike(_INITIAL, How.INITIAL)
    return _NOT


def _by_reading(one: str, other: str) -> Alike:
    shared = readings(one) & readings(other)
    if not shared:
        return _NOT
    if any(is_sure(key) for key in shared):
        return Alike(_SURE_READING, How.READING)
    cyrillic = any(key.startswith("cy:") for key in shared)
    return Alike(_CYRILLIC_READING if cyrillic else _ARABIC_READING, How.READING)


def forms(parts: tuple[str, ...], cut: bool) -> tuple[Form, ...]:
    """The parts as they stand; with `cut` the last one may lack its end."""
    return tuple(Form(part, cut and number == len(parts) - 1) for number, part in enumerate(parts))


def joined(parts: tuple[Form, ...]) -> Form:
    return Form("".join(part.text for part in parts), parts[-1].cut)


def pair_joined(parts: tuple[Form, ...]) -> Iterator[tuple[Form, ...]]:
    """Each way to write one pair of neighbours as one."""
    for at in range(len(parts) - 1):
        yield (*parts[:at], joined(parts[at : at + 2]), *parts[at + 2 :])


def every_form(parts: tuple[Form, ...]) -> frozenset[Form]:
    """All that a comparison of sides ever looks at: the parts, pairs of neighbours, and all as one."""
    pairs = {joined(parts[at : at + 2]) for at in range(len(parts) - 1)}
    return frozenset(parts) | pairs | ({joined(parts)} if parts else set())
