"""Cores and deltas: where ridges turn around a point, and what kind of pattern they make.

Around a core the doubled ridge angle turns once with the place, around a delta once against it. Complex filters of
first order answer to exactly that, with the point's direction as the phase of their answer (Nilsson and Bigun,
"Localization of corresponding points in fingerprints by complex filtering", Pattern Recognition Letters 2003).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.finger.enhance import Map, Mask, Orientation
from biometrics.finger.parameters import CELL

SIGMA: Final = 2.0
"""Cells, of the filter: 8 px, about a ridge. Measured on invented fingers, whose points are known."""
REACH: Final = 5
STRENGTH: Final = 0.7
"""Of a full answer. Measured: all points of invented fingers reach it; of cores in one print of FVC2004 and U.are.U
96 % are in another of that finger too, 3.6 px away in the middle, against 94 % from 0.55 on."""
APART: Final = 5
"""Cells between two points of a kind."""
DEPTH: Final = 3
"""Cells from the print's edge: nearer, half of what the filter looks at is missing."""
ARCH_RISE: Final = 40.0
"""Pixels a delta of a tented arch lies beside its core at most: in a loop it lies farther out."""


class SingularKind(StrEnum):
    CORE = "core"
    DELTA = "delta"


class Pattern(StrEnum):
    """Henry's classes, as far as singular points tell; `UNKNOWN` where too little is seen."""

    ARCH = "arch"
    TENTED_ARCH = "tented_arch"
    LEFT_LOOP = "left_loop"
    RIGHT_LOOP = "right_loop"
    WHORL = "whorl"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SingularPoint:
    """`x`, `y` are pixels at 500 dpi; `direction` in radians, counter-clockwise from the x axis as seen, 0 to 2π: from
    a core to where its ridges run away from it, from a delta along one of its three arms. `strength` 0 to 1."""

    x: float
    y: float
    kind: SingularKind
    direction: float
    strength: float


def singular_points(field: Orientation, area: Mask) -> tuple[SingularPoint, ...]:
    """Cores, then deltas, the strongest first. `field` and `area` on cells of 4 px, as extraction has them."""
    double = (field.cosine + 1j * field.sine) * np.clip(field.coherence, 0, 1) * (area > 0)
    weight = np.abs(double).astype(np.float32)
    deep = cv2.distanceTransform(np.pad(area, 1), cv2.DIST_L2, 3)[1:-1, 1:-1] >= DEPTH
    points = []
    for kind, filter_ in zip(SingularKind, _filters(), strict=True):
        answer = _filtered(double, filter_)
        most = cv2.filter2D(weight, cv2.CV_32F, np.abs(filter_).astype(np.float32), borderType=cv2.BORDER_CONSTANT)
        full = float(np.abs(filter_).sum())
        strength = np.abs(answer) / np.maximum(np.asarray(most, np.float32), 0.5 * full)
        points += _peaks(kind, np.where(deep, strength, 0).astype(np.float32), np.angle(answer).astype(np.float32))
    return tuple(points)


@lru_cache(maxsize=1)
def _filters() -> tuple[npt.NDArray[np.complex64], npt.NDArray[np.complex64]]:
    """For cores and for deltas: one turn with or against the place, under a Gaussian that leaves out the middle."""
    y, x = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1].astype(np.float64)
    distance = np.hypot(x, y)
    turn = np.exp(1j * np.arctan2(y, x)) * distance * np.exp(-(distance**2) / (2 * SIGMA**2))
    return np.conj(turn).astype(np.complex64), turn.astype(np.complex64)


def _filtered(values: npt.NDArray[np.complexfloating], by: npt.NDArray[np.complex64]) -> npt.NDArray[np.complex64]:
    def part(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> Map:
        kernel = np.asarray(b, np.float32)
        return np.asarray(cv2.filter2D(np.asarray(a, np.float32), cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT))

    real = part(values.real, by.real) - part(values.imag, by.imag)
    imaginary = part(values.real, by.imag) + part(values.imag, by.real)
    return (real + 1j * imaginary).astype(np.complex64)


def _peaks(kind: SingularKind, strength: Map, phase: Map) -> list[SingularPoint]:
    window = np.ones((2 * APART + 1, 2 * APART + 1), np.uint8)
    highest = (strength == cv2.dilate(strength, window)) & (strength >= STRENGTH)
    found = []
    for row, column in np.argwhere(highest):
        x, y = _refined(strength, int(row), int(column))
        angle = float(phase[row, column]) / (1 if kind is SingularKind.CORE else 3)
        found.append(SingularPoint(x, y, kind, -angle % (2 * math.pi), min(float(strength[row, column]), 1.0)))
    return sorted(found, key=lambda point: -point.strength)


def _refined(strength: Map, row: int, column: int) -> tuple[float, float]:
    """The middle of the peak, in pixels: weighted mean of the cells around, above four fifths of it."""
    top, left = max(row - 2, 0), max(column - 2, 0)
    near = strength[top : row + 3, left : column + 3]
    weight = np.maximum(near - 0.8 * strength[row, column], 0)
    rows, columns = np.mgrid[top : top + near.shape[0], left : left + near.shape[1]]
    x, y = (weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()
    return float((x + 0.5) * CELL), float((y + 0.5) * CELL)


def pattern(points: tuple[SingularPoint, ...]) -> Pattern:
    """Two cores make a whorl; of one, the delta's side tells the loop's. Without a delta a loop's class stays unknown,
    and without points an arch, or a part of anything: that is unknown too."""
    cores = [point for point in points if point.kind is SingularKind.CORE]
    deltas = [point for point in points if point.kind is SingularKind.DELTA]
    if len(cores) >= 2 or len(deltas) >= 2:
        return Pattern.WHORL
    if not cores or not deltas:
        return Pattern.UNKNOWN
    aside = deltas[0].x - cores[0].x
    if abs(aside) <= ARCH_RISE / 2:
        return Pattern.TENTED_ARCH
    return Pattern.LEFT_LOOP if aside > 0 else Pattern.RIGHT_LOOP
