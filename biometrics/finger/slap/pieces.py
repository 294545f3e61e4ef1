"""Skin on the plate, turned upright and taken apart into fingers: connected pieces, cuts between fingers that touch,
and phalanges put under the tips they belong to.

In the hand's frame: fingers point up, cells of 4 px at 500 dpi.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.finger.enhance import Map, Mask
from biometrics.finger.slap.ridged import PER_MM, Ridged

NARROWEST: Final = 6.5
"""Millimetres: a little finger pressed lightly."""
WIDEST: Final = 18.5
WIDEST_THUMB: Final = 25.0
"""Millimetres that one finger, or thumb, may be wide across its axis."""
_LEAST_HEIGHT: Final = 7.0
"""Millimetres of a tip that is still one."""
_MOST: Final = 40
_SMALL: Final = 0.3
"""Of the usual tip's area: a little finger's is about half of it."""
_EVEN: Final = 0.36
"""Least energy, as a share of the greatest, both at 15 % from the end: between strokes of writing is paper. Chosen
between the writing and the fingers of the NIST's sample transactions."""
_CLEAR: Final = 0.62
"""Skin along the best cut, as a share of that along the fingers beside it, from which on it parts two fingers whatever
their width; the wider they are for one finger, the nearer `_SOME` is enough. Tuned on invented slaps."""
_SOME: Final = 0.93
_ASIDE: Final = 0.42
"""Widths that a phalanx may lie off the end of its tip; a neighbour lies a whole one away."""
_SLANTS: Final = np.tan(np.radians(np.arange(-15, 16, 3)))


@dataclass(frozen=True, slots=True)
class Upright:
    """Maps as in `Ridged`, in the hand's frame; a point (x, y) of the plate lies at `matrix @ (x, y, 1)`, in cells."""

    mask: Mask
    energy: Map
    slope: Map
    """Sine of twice the ridges' angle, times coherence: positive where they fall to the right."""
    matrix: npt.NDArray[np.float64]
    lean: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Connected skin: cells' columns, rows and energy."""

    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]
    energy: Map

    @property
    def top(self) -> int:
        return int(self.y.min())

    @property
    def bottom(self) -> int:
        return int(self.y.max())

    @property
    def width(self) -> float:
        """Of its wider rows, the 90th percentile."""
        rows = np.bincount(self.y - self.top)
        return float(np.percentile(rows[rows > 0], 90))

    @property
    def tip_area(self) -> float:
        """Cells, of no more of it than belongs to a tip of its width."""
        return min(float(len(self.x)), 1.6 * self.width**2)

    def chosen(self, which: npt.NDArray[np.bool_]) -> Piece:
        return Piece(self.x[which], self.y[which], self.energy[which])

    def joined(self, other: Piece) -> Piece:
        x, y = np.concatenate([self.x, other.x]), np.concatenate([self.y, other.y])
        return Piece(x, y, np.concatenate([self.energy, other.energy]))


def upright(ridged: Ridged, lean: float) -> Upright:
    """Turned against `lean`, radians clockwise."""
    height, width = ridged.mask.shape
    side = math.ceil(math.hypot(height, width)) + 2
    cosine, sine = math.cos(lean), math.sin(lean)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    shift = np.full(2, side / 2) - turn @ (width / 2, height / 2)
    matrix = np.column_stack([turn, shift])

    def turned(values: Map, how: int = cv2.INTER_LINEAR) -> Map:
        return np.asarray(cv2.warpAffine(values, matrix, (side, side), flags=how), np.float32)

    # sine of twice (angle - lean)
    slope = ridged.sine * math.cos(2 * lean) - ridged.cosine * math.sin(2 * lean)
    mask = turned(ridged.mask.astype(np.float32), cv2.INTER_NEAREST).astype(np.uint8)
    return Upright(mask, turned(ridged.energy), turned(np.asarray(slope, np.float32)), matrix, lean)


def pieces(plate: Upright, widest: float = WIDEST) -> list[Piece]:
    """Connected skin of at least 30 mm², the `_MOST` largest pieces of it, fingers that touch cut apart."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(plate.mask, connectivity=4)
    found: list[Piece] = []
    areas = statistics[1:, cv2.CC_STAT_AREA]
    for label in 1 + np.argsort(-areas, kind="stable")[:_MOST]:
        if areas[label - 1] >= 30 * PER_MM * PER_MM:
            left, top, wide, high = statistics[label, :4]
            y, x = np.nonzero(labels[top : top + high, left : left + wide] == label)
            x, y = x + left, y + top
            found.extend(apart(Piece(x, y, plate.energy[y, x]), widest * PER_MM))
    return found


def sizeable(found: list[Piece], fingers: int) -> list[Piece]:
    """Without what is uneven, or small beside the largest `fingers` of them: writing, smudges, specks of neighbours."""
    even = [piece for piece in found if _evenness(piece) > _EVEN] or found
    largest = sorted((piece.tip_area for piece in even), reverse=True)[: max(fingers, 1)]
    return [piece for piece in even if piece.tip_area >= _SMALL * float(np.median(largest))]


def _evenness(piece: Piece) -> float:
    low, high = np.percentile(piece.energy, (15, 85))
    return float(low / max(high, 1e-6))


def apart(piece: Piece, widest: float) -> list[Piece]:
    """One finger each, as far as cuts can be found; the least skin along a cut decides where. `widest` in cells."""
    cut = _best_cut(piece)
    if cut is None:
        return [piece]
    ratio, at, slant = cut
    if ratio > np.interp(piece.width / widest, (0.85, 1.2), (_CLEAR, _SOME)):
        return [piece]
    left = piece.x - slant * (piece.y - piece.y.mean()) < at
    return apart(piece.chosen(left), widest) + apart(piece.chosen(~left), widest)


def _best_cut(piece: Piece) -> tuple[float, float, float] | None:
    """Share of skin along it, where it crosses the middle row, and columns it moves a row."""
    best: tuple[float, float, float] | None = None
    for slant in _SLANTS:
        across = piece.x - slant * (piece.y - piece.y.mean())
        start = math.floor(across.min())
        bins = np.rint(across - start).astype(np.int64)
        skin = np.bincount(bins, weights=np.minimum(piece.energy, 1.0).astype(np.float64))
        along = np.convolve(skin, np.ones(3) / 3, mode="same")
        margin = round(NARROWEST * PER_MM)
        if len(along) < 2 * margin:
            continue
        left, right = np.maximum.accumulate(along), np.maximum.accumulate(along[::-1])[::-1]
        inner = slice(margin, len(along) - margin)
        ratio = along[inner] / np.minimum(left, right)[inner]
        if len(ratio) and (best is None or ratio.min() < best[0]):
            best = float(ratio.min()), float(start + margin + ratio.argmin()), float(slant)
    return best


def columns(found: list[Piece]) -> list[list[Piece]]:
    """Fingers as lists of pieces from the tip down, in the order of the tips from left to right."""
    fingers: list[list[Piece]] = []
    for piece in sorted(found, key=lambda one: one.top):
        away, number = min(((_aside(one[-1], piece), k) for k, one in enumerate(fingers)), default=(9.0, -1))
        if away < _ASIDE:
            fingers[number].append(piece)
        else:
            fingers.append([piece])
    whole = [_completed(finger) for finger in fingers]
    tips = [finger for finger in whole if _is_tip(finger[0])]
    return sorted(tips, key=lambda finger: float(finger[0].x.mean()))


def _aside(upper: Piece, lower: Piece) -> float:
    """How far `lower` lies off the line on which `upper` ends, in widths; much where it is not below it."""
    end, head = np.percentile(upper.y, 97), np.percentile(lower.y, 3)
    if head < end - 3 * PER_MM:
        return 9.0
    # near where they meet: fingers are splayed
    above = np.median(upper.x[(upper.y > end - 6 * PER_MM)])
    below = np.median(lower.x[(lower.y < head + 6 * PER_MM)])
    return float(abs(above - below) / max(upper.width, lower.width))


def _completed(finger: list[Piece]) -> list[Piece]:
    """A flat piece on top is not a tip but the part of one that a dry stripe cut off."""
    while len(finger) > 1:
        first, second = finger[:2]
        flat = first.bottom - first.top < 0.7 * max(first.width, second.width)
        if not flat or second.top - first.bottom > 4 * PER_MM:
            break
        finger = [first.joined(second), *finger[2:]]
    return finger


def _is_tip(piece: Piece) -> bool:
    return narrow(piece) and piece.width >= NARROWEST * PER_MM and piece.bottom - piece.top >= _LEAST_HEIGHT * PER_MM


def narrow(piece: Piece) -> bool:
    """Whether it can be one finger, lying somewhat askew."""
    return piece.width <= 1.2 * WIDEST_THUMB * PER_MM


def at_edge(plate: Upright, piece: Piece, shape: tuple[int, ...]) -> int:
    """Cells of a piece on the rim of the picture, whose `shape` is in cells."""
    inverse = cv2.invertAffineTransform(plate.matrix)
    x = inverse[0, 0] * piece.x + inverse[0, 1] * piece.y + inverse[0, 2]
    y = inverse[1, 0] * piece.x + inverse[1, 1] * piece.y + inverse[1, 2]
    return int(np.count_nonzero((np.minimum(x, y) < 1.5) | (x > shape[1] - 2.5) | (y > shape[0] - 2.5)))


def arching(plate: Upright, found: list[Piece]) -> float:
    """-2 to 2: how much better ridges arch over the fingers' upper ends, as they do in tips, than upside down over
    their lower ends. Negative where the hand lies the other way round."""
    upper = [piece.chosen(piece.y < piece.top + 1.5 * piece.width) for piece in found]
    lower = [piece.chosen(piece.y > piece.bottom - 1.5 * piece.width) for piece in found]
    return _arched(plate, upper) + _arched(plate, lower)


def _arched(plate: Upright, found: list[Piece]) -> float:
    """1 where ridges fall to both sides of the fingers' axes, -1 where they rise."""
    total = weight = 0.0
    for piece in found:
        row, first, last = rims(piece)
        side = (piece.x - (first + last)[row] / 2) / np.maximum((last - first)[row] / 2, 1)
        slope = plate.slope[piece.y, piece.x]
        total += float((slope * side).sum())
        weight += float(np.abs(slope * side).sum())
    return total / weight if weight else 0.0


def rims(piece: Piece) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each cell's row, counted from the top, and each row's first and last column (last before first: none)."""
    row = piece.y - piece.top
    first = np.full(row.max(initial=0) + 1, 1 << 30)
    last = np.full(row.max(initial=0) + 1, -1)
    np.minimum.at(first, row, piece.x)
    np.maximum.at(last, row, piece.x)
    return row, first, last
