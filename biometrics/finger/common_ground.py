"""Where two prints both are, and how their ridges run there.

A print's ridges are kept small: an octet for every cell of 8 px holds direction and phase, another for every 16 px
the frequency. Motions map places of b into a: turn in radians and shift in image axes, `x_a = R(turn) x_b + shift`.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single, whole
from biometrics.finger.cylinders import Points
from biometrics.finger.extract import FIELD_CELL, RidgeField
from biometrics.finger.image import LARGEST_SIDE

Octets = npt.NDArray[np.uint8]

DIRECTIONS: Final = 16
"""Steps of a half turn. Measured: as good as 256."""
PHASES: Final = 14
"""Steps of a ridge period, and two more codes. Measured: as good as 256."""
UNKNOWN: Final = 14
"""There is print, of which nothing but minutiae is known."""
OUTSIDE: Final = 15
_LARGEST: Final = math.ceil(LARGEST_SIDE / FIELD_CELL)
_LOWEST: Final = 1 / 25
_STEP: Final = math.log(25 / 3) / 255
"""Codes of frequency: logarithmic from 25 px to 3 px a ridge (the range of the Handbook, §3.3)."""
FREQUENCIES: Final = (_LOWEST * np.exp(_STEP * np.arange(256))).astype(np.float32)
"""Ridges a pixel, by code."""
_COSINES: Final = np.cos(np.arange(256) * (math.pi / 128)).astype(np.float32)


class Field(NamedTuple):
    """`ridges`, shape (rows, columns), cells of 8 px: direction in the upper four bits, phase in the lower (see
    `extract.RidgeField`). `frequency`, half as many rows and columns, rounded up."""

    ridges: Octets
    frequency: Octets


class Motion(NamedTuple):
    turn: float
    x: float
    y: float


class Agreement(NamedTuple):
    """Over common ground."""

    ridges: float
    """Mean cosine of twice the angle between ridges, -1 to 1; 0 where no direction is known."""
    stretch: float
    """Mean absolute logarithm of the ratio of ridge frequencies."""
    cells: int
    """Of 8 px."""


def coded(field: RidgeField) -> Field:
    """As far down and to the right as there is print."""
    rows, columns = _reach(field.inside)
    kept = np.s_[:rows, :columns]
    angle = np.mod(np.arctan2(field.sine[kept], field.cosine[kept]).astype(np.float32), 2 * np.pi) / 2
    direction = np.rint(angle * (DIRECTIONS / np.pi)).astype(np.int64)
    turned = direction == DIRECTIONS  # its tangent turned around
    phase = np.where(turned, -field.phase[kept], field.phase[kept]).astype(np.float32)
    steps = np.mod(np.rint(phase * (PHASES / (2 * np.pi))), PHASES).astype(np.int64)
    ridges = (direction % DIRECTIONS) * 16 + np.where(field.inside[kept], steps, OUTSIDE)
    size = ((columns + 1) // 2, (rows + 1) // 2)
    coarse = cv2.resize(field.frequency[kept].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    frequency = np.clip(np.rint(np.log(np.maximum(coarse, 1e-3) / _LOWEST) / _STEP), 0, 255)
    return Field(np.ascontiguousarray(ridges, np.uint8), np.ascontiguousarray(frequency, np.uint8))


def _reach(inside: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Rows and columns up to the last with print, an even number each where the field has so many."""
    lines = (np.flatnonzero(inside.any(axis=axis)) for axis in (1, 0))
    last = [int(line[-1]) + 1 if len(line) else 1 for line in lines]
    return min(last[0] + last[0] % 2, inside.shape[0]), min(last[1] + last[1] % 2, inside.shape[1])


def around(at: Points, width: int, height: int) -> Field:
    """The field of a print of which minutiae alone are known: their convex hull, widened by two cells. As large as the
    image is said to be, and as far as the minutiae lie, but never larger than a print may be."""
    places = np.clip(np.rint(at[:2].T / FIELD_CELL - 0.5), 0, _LARGEST - 1).astype(np.int32)
    stated = [min(math.ceil(side / FIELD_CELL), _LARGEST) for side in (width, height)]
    columns, rows = np.maximum(stated, places.max(axis=0, initial=0) + 1)
    shape = int(rows), int(columns)
    inside = np.zeros(shape, np.uint8)
    if at.shape[1]:
        hull = cv2.convexHull(places)
        cv2.fillConvexPoly(inside, hull, (1,))
        inside = np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8)), np.uint8)
    ridges = np.where(inside > 0, UNKNOWN, OUTSIDE).astype(np.uint8)
    return Field(ridges, np.zeros(((shape[0] + 1) // 2, (shape[1] + 1) // 2), np.uint8))


@compiled
def moved(motion: Motion, x: float, y: float) -> tuple[float, float]:
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    return cosine * x - sine * y + motion.x, sine * x + cosine * y + motion.y


@compiled
def inverse(motion: Motion) -> Motion:
    x, y = moved(Motion(-motion.turn, 0.0, 0.0), motion.x, motion.y)
    return Motion(-motion.turn, -x, -y)


@compiled
def within(at: Points, motion: Motion, field: Field) -> int:
    """How many minutiae, moved, lie where the field's print is."""
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    ridges = field.ridges
    count = 0
    for k in range(at.shape[1]):
        x, y = cosine * at[0, k] - sine * at[1, k] + motion.x, sine * at[0, k] + cosine * at[1, k] + motion.y
        count += code_at(ridges, x, y) & 15 != OUTSIDE
    return count


@compiled
def code_at(ridges: Octets, x: float, y: float) -> int:
    """Of the cell around a place; `OUTSIDE` beyond the image."""
    rows, columns = ridges.shape
    if x >= 0 and y >= 0:
        row, column = int(y * single(1 / FIELD_CELL)), int(x * single(1 / FIELD_CELL))
        if row < rows and column < columns:
            return whole(ridges[row, column])
    return whole(OUTSIDE)


@compiled
def frequency_at(frequency: Octets, x: float, y: float) -> int:
    """Its code; the place lies in the image."""
    half = single(0.5 / FIELD_CELL)
    return whole(frequency[int(y * half), int(x * half)])


@compiled
def agreement(a: Field, b: Field, motion: Motion, every: int) -> Agreement:
    """Looked at on every `every`th cell of b, each way."""
    cosine, sine = single(math.cos(motion.turn)), single(math.sin(motion.turn))
    shift_x, shift_y = single(motion.x), single(motion.y)
    turned = round(2 * motion.turn * (128 / math.pi))
    ridges_a, ridges_b, frequency_a, frequency_b = a.ridges, b.ridges, a.frequency, b.frequency
    alike, stretched, known, cells = single(0), 0, 0, 0
    for row in range(0, ridges_b.shape[0], every):
        for column in range(0, ridges_b.shape[1], every):
            of_b = whole(ridges_b[row, column])
            if of_b & 15 == OUTSIDE:
                continue
            u, v = single(column * FIELD_CELL + FIELD_CELL // 2), single(row * FIELD_CELL + FIELD_CELL // 2)
            x, y = cosine * u - sine * v + shift_x, sine * u + cosine * v + shift_y
            of_a = code_at(ridges_a, x, y)
            if of_a & 15 == OUTSIDE:
                continue
            cells += 1
            if of_a & 15 == UNKNOWN or of_b & 15 == UNKNOWN:
                continue
            known += 1
            alike += _COSINES[(((of_a >> 4) - (of_b >> 4)) * (256 // DIRECTIONS) - turned) & 255]
            stretched += abs(frequency_at(frequency_a, x, y) - frequency_at(frequency_b, u, v))
    return Agreement(alike / max(known, 1), stretched * _STEP / max(known, 1), cells * every * every)
