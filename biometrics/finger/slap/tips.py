"""A finger's axis, its tip down to the distal crease, and the box around it.

In the hand's frame, cells of 4 px at 500 dpi, until `box` goes back to pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.finger.enhance import Map
from biometrics.finger.parameters import CELL
from biometrics.finger.slap.pieces import Piece, Upright, rims

PROPORTION: Final = 1.55
"""Of a tip, down to its crease, to its width; from 1.3 to 2 as it is pressed hard or lightly."""
_CREASE_FROM, _CREASE_TO = 1.1, 2.2
"""Widths below the top between which the crease is sought."""
_DEEP: Final = 0.75
"""A crease has at most this share of the energy of the skin above and below it, less the farther it lies from
`PROPORTION`: dry stripes look like creases."""
_RIM: Final = 1.5
"""Cells that smoothing lets the mask reach over the skin."""
_AXIS_PRIOR: Final = math.radians(6)
"""Deviation of a finger's axis from the hand's."""
_AXIS_ERROR: Final = math.radians(7)
"""Of the axis of a tip as long as it is wide; it falls with the length to the power 3/2, as of any fitted line."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rotated rectangle: centre `x`, `y`, `width` and `height` in pixels of the image given (0, 0 is the upper left
    corner of its first pixel), `angle` in radians clockwise as seen, 0 where the fingertip points up."""

    x: float
    y: float
    width: float
    height: float
    angle: float

    def scaled(self, scale: float) -> Box:
        return Box(self.x * scale, self.y * scale, self.width * scale, self.height * scale, self.angle)

    def corners(self) -> npt.NDArray[np.float64]:
        """Shape (4, 2): x and y of upper left, upper right, lower right, lower left, as seen with the tip up."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        right = np.array([cosine, sine]) * self.width / 2
        down = np.array([-sine, cosine]) * self.height / 2
        middle = np.array([self.x, self.y])
        return np.array([middle - right - down, middle + right - down, middle + right + down, middle - right + down])


@dataclass(frozen=True, slots=True)
class Tip:
    """In the hand's frame, cells: the middle of the upper side (`x`, `y`), width, height, and the axis against the
    hand's, radians clockwise."""

    x: float
    y: float
    width: float
    height: float
    angle: float


def tip(finger: list[Piece]) -> Tip:
    """`finger`'s pieces from the tip down, as `pieces.columns` gives them."""
    first = finger[0]
    angle = _axis(first)
    cosine, sine = math.cos(angle), math.sin(angle)
    everything = first
    for piece in finger[1:]:
        everything = everything.joined(piece)
    across = cosine * everything.x + sine * everything.y
    down = -sine * everything.x + cosine * everything.y
    mine = slice(0, len(first.x))
    top, end = np.percentile(down[mine], (0.2, 99.8)) + np.array([_RIM, -_RIM])
    upper = down[mine] < top + 1.2 * first.width
    left, right = np.percentile(across[mine][upper], (1, 99))
    cut = _crease(across - (left + right) / 2, down - top, everything.energy, right - left, end - top)
    inside = down[mine] < top + cut
    left, right = np.percentile(across[mine][inside], (0.5, 99.5)) + np.array([_RIM - 0.5, 0.5 - _RIM])
    middle = (left + right) / 2
    x, y = cosine * middle - sine * top, sine * middle + cosine * top
    return Tip(x, y, float(right - left), float(cut), angle)


def _axis(piece: Piece) -> float:
    """A line through the middles of the rows below the round of the tip, drawn toward the hand's direction the more,
    the shorter it is."""
    reach = max(piece.width, 1.0)
    _, first, last = rims(piece)
    rows = np.arange(len(first))
    used = (last >= 0) & (rows > 0.3 * reach) & (rows < 2.6 * reach) & (last - first > 0.5 * reach)
    if np.count_nonzero(used) < 10:
        return 0.0
    slope = float(np.polyfit(rows[used], (first + last)[used] / 2, 1)[0])
    length = np.count_nonzero(used) / reach
    error = _AXIS_ERROR / length**1.5
    trust = _AXIS_PRIOR**2 / (_AXIS_PRIOR**2 + error**2)
    return float(np.clip(-math.atan(slope) * trust, -0.5, 0.5))


def _crease(across: Map, down: Map, energy: Map, width: float, end: float) -> float:
    """How far under the top the tip ends: at the least energy near `PROPORTION` widths, else there itself, else where
    the skin does."""
    middle = (np.abs(across) < 0.3 * width) & (down >= 0)
    rows = down[middle].astype(np.int64)
    length = max(round(_CREASE_TO * width) + 8, 8)
    sums = np.bincount(np.minimum(rows, length), weights=energy[middle].astype(np.float64), minlength=length + 1)
    profile = cv2.blur((sums[:length] / (0.6 * width)).reshape(-1, 1), (1, 3)).ravel()
    low, high = round(_CREASE_FROM * width), min(round(_CREASE_TO * width), length)
    usual = max(float(np.median(profile[round(0.2 * width) : low])), 1e-3)
    rows = np.arange(low, high)
    below = np.array([profile[row + 3 : row + 3 + round(0.3 * width)].max(initial=0.0) for row in rows])
    depth = profile[low:high] / usual
    away = ((rows / width - PROPORTION) / 0.6) ** 2
    enough = _DEEP * (1 - 0.6 * np.minimum(away, 1.0))
    crease = (depth < enough * np.minimum(1.0, below / usual)) & (below > 0.3 * usual)
    if crease.any():
        return float(min(rows[np.where(crease, depth + 0.5 * away, np.inf).argmin()], end))
    return float(min(end, PROPORTION * width if end > 1.25 * PROPORTION * width else end))


def box(found: Tip, plate: Upright) -> Box:
    """In pixels at 500 dpi."""
    cosine, sine = math.cos(found.angle), math.sin(found.angle)
    middle = np.array([found.x - sine * found.height / 2, found.y + cosine * found.height / 2])
    x, y = (np.linalg.solve(plate.matrix[:, :2], middle - plate.matrix[:, 2]) + 0.5) * CELL
    angle = math.remainder(found.angle + plate.lean, 2 * math.pi)
    return Box(float(x), float(y), found.width * CELL, found.height * CELL, angle)
