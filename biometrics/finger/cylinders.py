"""Minutia cylinder codes in bits (Cappelli, Ferrara and Maltoni, "Minutia Cylinder-Code", PAMI 2010; "Fingerprint
verification and identification using MCC in bits", TIFS 2012).

Around every minutia stands a cylinder of 16 x 16 cells on the ground, turned to its direction, and 5 floors of
relative direction. A bit tells whether neighbours come near that place and direction; a mask tells which cells of the
ground lie within the print. Coordinates are image axes (y down); `theta` is the minutia's direction in those axes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single
from biometrics.finger.enhance import Map
from biometrics.finger.minutiae import Minutiae

RADIUS: Final = 70.0
"""Pixels; PAMI 2010 table II."""
SIDE: Final = 16
"""Cells across; PAMI 2010 (the 16-cell variant)."""
CELLS: Final = 192
"""Of the ground, the nearest ones: three words of 64. Of the 208 within the radius the 16 at its rim are left out
(measured: no difference)."""
FLOORS: Final = 5
"""Of direction; PAMI 2010 has 6, measured 5 better."""
BITS: Final = CELLS * FLOORS
"""Bits of a cylinder."""
WORDS: Final = CELLS // 64
"""Of a floor, and of the mask."""
SPREAD: Final = 8.0
"""Sigma in pixels of a neighbour's place; PAMI 2010 has 28/3, measured 8 better."""
DIRECTION_SPREAD: Final = 2 * math.pi / 9
"""Sigma in radians of a neighbour's direction; PAMI 2010."""
BIT_THRESHOLD: Final = 0.005
"""Density that sets a bit; TIFS 2012 has 0.01, measured 0.005 better."""
HULL_MARGIN: Final = 50.0
"""Pixels: cells this near the minutiae's convex hull are valid; PAMI 2010."""
LEAST_VALID: Final = 0.75
"""Share of valid cells that makes a cylinder; PAMI 2010."""
LEAST_NEIGHBOURS: Final = 2
"""PAMI 2010."""
LEAST_SPACING: Final = 6.0
"""Pixels from a minutia to the next in the median, less than a ridge: no skin has them nearer (prints of FVC2004 and
U.are.U: 11 at least). In a heap of that many every cylinder is full, and any two heaps resemble each other."""
MOST: Final = 30
"""Cylinders of a print, on its best minutiae: they only have to find how two prints lie on each other, which all
minutiae then judge. Measured: the same error rates from 28 to 70."""
_CELL: Final = 2 * RADIUS / SIDE
_TABLE: Final = 721
"""Entries of the table of direction densities from 0 to π: quarter degrees."""

Words = npt.NDArray[np.uint64]
Index = npt.NDArray[np.int32]
Points = Map
"""Minutiae, shape (3, minutiae): x, y in pixels, direction in radians in image axes."""


class Cylinders(NamedTuple):
    """`of` tells which minutia each cylinder stands on. `bits` has shape (cylinders, FLOORS * WORDS), a floor after
    the other, and none outside the mask; `valid` has shape (cylinders, WORDS)."""

    of: Index
    bits: Words
    valid: Words


def points(minutiae: Minutiae) -> Points:
    """Of several on one pixel the best alone: records that repeat a minutia would let it count again and again."""
    at = np.stack([minutiae.x, minutiae.y, -minutiae.direction]).astype(np.float32)
    column, row = np.rint(at[:2]).astype(np.int64)
    _, first = np.unique(column << 32 | row, return_index=True)
    return at if len(first) == at.shape[1] else np.ascontiguousarray(at[:, np.sort(first)])


def encode(at: Points) -> Cylinders:
    """Cylinders of the minutiae that have enough print and neighbours around them; fewer than two are none, and so are
    those of a heap."""
    count = at.shape[1]
    enough = np.zeros(count, np.bool_)
    bits, valid = np.zeros((count, FLOORS * WORDS), np.uint64), np.zeros((count, WORDS), np.uint64)
    if count > LEAST_NEIGHBOURS and _spacing(at) >= LEAST_SPACING:
        hull = cv2.convexHull(np.ascontiguousarray(at[:2].T)).reshape(-1, 2)
        _encode(at, np.asarray(hull, np.float32), _grid(), _direction_table(), bits, valid, enough)
    chosen = np.flatnonzero(enough)[:MOST] if enough.sum() >= 2 else np.zeros(0, np.intp)
    return Cylinders(chosen.astype(np.int32), bits[chosen], valid[chosen])


def _spacing(at: Points) -> float:
    """Median distance in pixels from a minutia to the nearest other."""
    distance = np.hypot(at[0][:, None] - at[0], at[1][:, None] - at[1])
    np.fill_diagonal(distance, np.inf)
    return float(np.median(distance.min(axis=1)))


@lru_cache(maxsize=1)
def _grid() -> npt.NDArray[np.int32]:
    """Shape (SIDE, SIDE): the number of each cell of the ground, in order of rows; -1 for those left out."""
    line = (np.arange(SIDE) + 0.5) * _CELL - RADIUS
    distance = np.hypot(line[:, None], line)
    inside = distance <= np.sort(distance, axis=None)[CELLS - 1] + 1e-6
    number = np.full((SIDE, SIDE), -1, np.int32)
    number[inside] = np.arange(CELLS)
    return number


@lru_cache(maxsize=1)
def _direction_table() -> Map:
    """Share of a Gaussian of `DIRECTION_SPREAD` that falls on a floor, by the angle between them from 0 to π."""
    angle, half = np.linspace(0, math.pi, _TABLE), math.pi / FLOORS
    scale = DIRECTION_SPREAD * math.sqrt(2)
    upper, lower = (angle + half) / scale, (angle - half) / scale
    share = [0.5 * (math.erf(high) - math.erf(low)) for high, low in zip(upper, lower, strict=True)]
    return np.array(share, np.float32)


@compiled
def _encode(
    at: Points,
    hull: Map,
    grid: npt.NDArray[np.int32],
    table: Map,
    bits: Words,
    valid: Words,
    enough: npt.NDArray[np.bool_],
) -> None:
    density = np.empty((CELLS, FLOORS), np.float32)
    for i in range(at.shape[1]):
        if _neighbours(at, i) < LEAST_NEIGHBOURS or _mask(at, i, hull, grid, valid) < LEAST_VALID * CELLS:
            continue
        enough[i] = True
        _densities(at, i, grid, table, density)
        for cell in range(CELLS):
            word, bit = cell // 64, np.uint64(1) << np.uint64(cell % 64)
            if valid[i, word] & bit:
                for floor in range(FLOORS):
                    if density[cell, floor] > BIT_THRESHOLD:
                        bits[i, floor * WORDS + word] |= bit


@compiled
def _neighbours(at: Points, i: int) -> int:
    """Minutiae that can reach into the cylinder, itself left out."""
    count = -1
    for k in range(at.shape[1]):
        count += (at[0, k] - at[0, i]) ** 2 + (at[1, k] - at[1, i]) ** 2 <= (RADIUS + 3 * SPREAD) ** 2
    return count


@compiled
def _mask(at: Points, i: int, hull: Map, grid: npt.NDArray[np.int32], valid: Words) -> int:
    """Mark the cells that lie in the convex hull widened by its margin; their number."""
    cosine, sine = math.cos(at[2, i]), math.sin(at[2, i])
    count = 0
    for row in range(SIDE):
        for column in range(SIDE):
            cell = grid[row, column]
            if cell < 0:
                continue
            u, v = (column + single(0.5)) * _CELL - RADIUS, (row + single(0.5)) * _CELL - RADIUS
            x, y = at[0, i] + u * cosine - v * sine, at[1, i] + u * sine + v * cosine
            if _beside(hull, x, y) <= HULL_MARGIN * HULL_MARGIN:
                valid[i, cell // 64] |= np.uint64(1) << np.uint64(cell % 64)
                count += 1
    return count


@compiled
def _beside(hull: Map, x: float, y: float) -> float:
    """Squared distance from a convex polygon, 0 within."""
    nearest, positive, negative = single(1e12), False, False
    for k in range(len(hull)):
        m = k + 1 if k + 1 < len(hull) else 0
        ex, ey = hull[m, 0] - hull[k, 0], hull[m, 1] - hull[k, 1]
        px, py = x - hull[k, 0], y - hull[k, 1]
        side = ex * py - ey * px
        positive, negative = positive or side > 0, negative or side < 0
        length = ex * ex + ey * ey
        along = min(max((px * ex + py * ey) / length, 0.0), 1.0) if length > 0 else 0.0
        dx, dy = px - along * ex, py - along * ey
        nearest = min(nearest, dx * dx + dy * dy)
    return nearest if positive and negative else 0.0


@compiled
def _densities(at: Points, i: int, grid: npt.NDArray[np.int32], table: Map, density: Map) -> None:
    """Every neighbour adds its Gaussian of place and direction to the cells within 3 sigma (PAMI 2010 eq. 4 to 6)."""
    density[:] = 0
    reach, scale = 3 * SPREAD, 1 / (SPREAD * math.sqrt(2 * math.pi))
    share = np.empty(FLOORS, np.float32)
    cosine, sine = math.cos(at[2, i]), math.sin(at[2, i])
    for k in range(at.shape[1]):
        dx, dy = at[0, k] - at[0, i], at[1, k] - at[1, i]
        if k == i or dx * dx + dy * dy > (RADIUS + reach) ** 2:
            continue
        u, v = cosine * dx + sine * dy + RADIUS, cosine * dy - sine * dx + RADIUS
        for floor in range(FLOORS):
            angle = (floor + 0.5) * (2 * math.pi / FLOORS) - math.pi - (at[2, i] - at[2, k])
            angle = abs(angle - 2 * math.pi * round(angle / (2 * math.pi)))
            share[floor] = scale * table[int(angle / math.pi * (_TABLE - 1))]
        for row in range(max(0, int((v - reach) / _CELL)), min(SIDE, int((v + reach) / _CELL) + 1)):
            for column in range(max(0, int((u - reach) / _CELL)), min(SIDE, int((u + reach) / _CELL) + 1)):
                away_x, away_y = (column + 0.5) * _CELL - u, (row + 0.5) * _CELL - v
                squared = away_x * away_x + away_y * away_y
                if squared <= reach * reach and grid[row, column] >= 0:
                    weight = math.exp(-squared / (2 * SPREAD * SPREAD))
                    for floor in range(FLOORS):
                        density[grid[row, column], floor] += weight * share[floor]
