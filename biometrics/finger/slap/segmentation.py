"""A slap becomes fingers: the steps of `ridged`, `hand`, `pieces` and `tips` in their order.

The task is that of NIST's slap segmentation evaluations (NISTIR 7209, 7553): a box around each distal phalanx, and
which finger it is.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from biometrics.capture import FingerPosition, Gray, OnPlate
from biometrics.finger.image import at_working_resolution
from biometrics.finger.parameters import CELL, DPI
from biometrics.finger.slap.hand import FINGERS, SURE, direction, right_hand
from biometrics.finger.slap.pieces import (
    WIDEST,
    WIDEST_THUMB,
    Piece,
    Upright,
    arching,
    at_edge,
    columns,
    narrow,
    pieces,
    sizeable,
    upright,
)
from biometrics.finger.slap.ridged import PER_MM, Ridged, ridged
from biometrics.finger.slap.tips import Box, Tip, box, tip
from biometrics.finger.slap.views import views

_CLEARLY_ARCHED: Final = 0.1
"""Arching against the supposed direction from which on the hand lies the other way round."""
_FOUR: Final = FINGERS[OnPlate.RIGHT]
_ODD: Final = 0.95
"""Probability of the other hand that is worth a finding."""


class Finding(StrEnum):
    """What the caller should know before using the fingers."""

    BLANK = "blank"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    UPSIDE_DOWN = "upside_down"
    OTHER_HAND = "other_hand"
    NO_FINGER = "no_finger"
    """Skin too wide for a finger that could not be cut: a palm, or fingers pressed together."""
    CUT_OFF = "cut_off"
    """A finger reaches over the plate's edge at its tip or side."""


SENTENCES: Final = {
    Finding.BLANK: "there is no skin on the plate",
    Finding.TOO_FEW: "fewer fingers were found than should be there",
    Finding.TOO_MANY: "more fingers were found than should be there",
    Finding.UPSIDE_DOWN: "the fingers point down",
    Finding.OTHER_HAND: "it looks like the other hand",
    Finding.NO_FINGER: "some of the skin on the plate is too wide for a finger",
    Finding.CUT_OFF: "a finger reaches over the edge of the plate",
}


@dataclass(frozen=True, slots=True)
class SlapFinger:
    """`pixels` is the finger upright at 500 dpi, dark on light, paper where its neighbours are. `position` is None
    where the hand or the finger could not be told."""

    box: Box
    position: FingerPosition | None
    pixels: Gray = field(repr=False)


@dataclass(frozen=True, slots=True)
class Slap:
    """`fingers` from left to right as seen with the tips up. `lean` is the hand's, radians clockwise. `on_plate` is
    what was asked for, or the hand that was told; `right` the probability, by the tips' heights, that it is a right
    hand (0.5 where they say nothing), under a model of hands that no people were measured for.
    `width` and `height` are the image's, in its pixels, at `dpi`."""

    fingers: tuple[SlapFinger, ...]
    on_plate: OnPlate
    right: float
    lean: float
    expected: int
    missing: tuple[FingerPosition, ...]
    findings: tuple[Finding, ...]
    width: int
    height: int
    dpi: int


def segment(
    pixels: Gray,
    dpi: int = DPI,
    *,
    on_plate: OnPlate = OnPlate.UNKNOWN,
    missing: Collection[FingerPosition] = (),
    fingers: int | None = None,
) -> Slap:
    """The fingers of a slap. `missing` are those declared amputated or bandaged; `fingers`, 1 to 4, how many there
    should be where that is not all others. A hand that is given is believed, and a finding says where it looks wrong.

    Nothing is made up: where more or fewer are found all of them are given, without positions, and a finding says so.
    Raises `UnusableImage` for what is no print, `ValueError` for a missing finger that would not lie there.
    """
    if fingers is not None and not 1 <= fingers <= 4:
        raise ValueError("a slap has one to four fingers")
    grey = at_working_resolution(pixels, dpi)
    whose, absent = _told(on_plate, missing)
    expected = len(FINGERS.get(whose, _FOUR)) - len(absent) if fingers is None else fingers
    seen = _seen(grey, expected, WIDEST_THUMB if whose is OnPlate.THUMBS else WIDEST)
    right = 0.5 if whose in (OnPlate.THUMBS, OnPlate.INDEXES) else right_hand(seen.tips, _indices(absent))
    if whose is OnPlate.UNKNOWN and max(right, 1 - right) >= SURE:
        whose = OnPlate.RIGHT if right > 0.5 else OnPlate.LEFT
    positions = _positions(whose, absent, len(seen.tips), expected)
    boxes = [box(one, seen.plate) for one in seen.tips]
    parts = zip(boxes, positions, views(grey, boxes, seen.fingers, seen.plate), strict=True)
    return Slap(
        fingers=tuple(SlapFinger(one.scaled(dpi / DPI), position, view) for one, position, view in parts),
        on_plate=whose,
        right=right,
        lean=seen.plate.lean,
        expected=expected,
        missing=absent,
        findings=_findings(seen, expected, whose, right),
        width=pixels.shape[1],
        height=pixels.shape[0],
        dpi=dpi,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """`found` is all skin, `fingers` what of it is fingers, `tips` their tips; `shape` of the maps, in cells."""

    plate: Upright
    found: list[Piece]
    fingers: list[list[Piece]]
    tips: list[Tip]
    shape: tuple[int, ...]


def _seen(grey: Gray, expected: int, widest: float) -> _Seen:
    maps = ridged(grey)
    plate, found = _laid(maps, widest)
    shape = grey.shape[0] // CELL, grey.shape[1] // CELL
    fingers = _within(plate, columns(sizeable(found, expected)), shape)
    return _Seen(plate, found, fingers, [tip(finger) for finger in fingers], shape)


def _indices(absent: tuple[FingerPosition, ...]) -> list[int]:
    """0 for an index finger to 3 for a little one."""
    return [(position.code - 2) % 5 for position in absent]


def _told(on_plate: OnPlate, missing: Collection[FingerPosition]) -> tuple[OnPlate, tuple[FingerPosition, ...]]:
    """Missing fingers tell the hand where it was not."""
    absent = tuple(sorted(set(missing), key=lambda position: position.code))
    if on_plate is OnPlate.UNKNOWN and absent:
        hands = (OnPlate.RIGHT, OnPlate.LEFT)
        on_plate = next((hand for hand in hands if set(absent) <= set(FINGERS[hand])), on_plate)
    if strange := set(absent) - set(FINGERS.get(on_plate, ())):
        raise ValueError(f"{', '.join(sorted(strange))} would not lie on the plate")
    return on_plate, absent


def _laid(maps: Ridged, widest: float) -> tuple[Upright, list[Piece]]:
    """Upright as the ridges arch, not as the picture is: fingers may come from any side."""
    plate = upright(maps, direction(maps))
    found = pieces(plate, widest)
    if arching(plate, found) < -_CLEARLY_ARCHED:
        plate = upright(maps, math.remainder(plate.lean + math.pi, 2 * math.pi))
        found = pieces(plate, widest)
    return plate, found


def _within(plate: Upright, fingers: list[list[Piece]], shape: tuple[int, ...]) -> list[list[Piece]]:
    """Without slivers at the edge: neighbours' prints on a card, a rim of the plate."""
    usual = float(np.median([finger[0].tip_area for finger in fingers])) if fingers else 0.0
    return [one for one in fingers if one[0].tip_area > 0.45 * usual or not at_edge(plate, one[0], shape)]


def _positions(
    whose: OnPlate, absent: tuple[FingerPosition, ...], found: int, expected: int
) -> list[FingerPosition | None]:
    there = [position for position in FINGERS.get(whose, ()) if position not in absent]
    if found == expected == len(there):
        return list(there)
    return [None] * found


def _findings(seen: _Seen, expected: int, whose: OnPlate, right: float) -> tuple[Finding, ...]:
    other = {OnPlate.RIGHT: 1 - right, OnPlate.LEFT: right}.get(whose, 0.0)
    said = {
        Finding.BLANK: not seen.found,
        Finding.TOO_FEW: len(seen.tips) < expected,
        Finding.TOO_MANY: len(seen.tips) > expected,
        Finding.UPSIDE_DOWN: bool(seen.tips) and abs(seen.plate.lean) > math.pi / 2,
        Finding.OTHER_HAND: other > _ODD,
        Finding.NO_FINGER: any(not narrow(piece) for piece in seen.found),
        Finding.CUT_OFF: any(_cut_off(seen, finger[0]) for finger in seen.fingers),
    }
    return tuple(finding for finding, true in said.items() if true)


def _cut_off(seen: _Seen, first: Piece) -> bool:
    """Of the upper part of the tip 2 mm or more lie along the rim."""
    upper = first.chosen(first.y < first.top + 1.2 * first.width)
    return at_edge(seen.plate, upper, seen.shape) > 2 * PER_MM
