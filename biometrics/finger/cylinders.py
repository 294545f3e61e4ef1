"""Minutia cylinder codes in bits (Cappelli, Ferrara and Maltoni, "Minutia Cylinder-Code", PAMI 2010; "Fingerprint
verification and identification using MCC in bits", TIFS 2012).

Around every minutia stands a cylinder of 16 x 16 cells on the ground, turned to its direction, and 5 floors of
relative direction. A bit tells whether neighbours come near that place and direction; a mask tells which cells lie
within the print. Coordinates are image axes (y down); `theta` is the minutia's direction in those axes.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.finger.compiled import compiled
from biometrics.finger.enhance import Map
from biometrics.finger.minutiae import Minutiae

RADIUS: Final = 70.0
"""Pixels; PAMI 2010 table II."""
SIDE: Final = 16
"""Cells across; PAMI 2010 (the 16-cell variant)."""
FLOORS: Final = 5
"""Of direction; PAMI 2010 has 6, measured 5 better."""
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
_CELL: Final = 2 * RADIUS / SIDE
_TABLE: Final = 721
"""Entries of the table of direction densities from 0 to π: quarter degrees."""

Words = npt.NDArray[np.uint64]


class Points(NamedTuple):
    """Minutiae as float32 arrays: pixels, pixels, radians in image axes, quality 0 to 1."""

    x: Map
    y: Map
    theta: Map
    quality: Map


class Cylinders(NamedTuple):
    """The minutiae that have a cylinder, and shape (minutiae, words): the code's bits and which of them are valid."""

    at: Points
    bits: Words
    valid: Words


def points(minutiae: Minutiae) -> Points:
    return Points(
        np.ascontiguousarray(minutiae.x, np.float32),
        np.ascontiguousarray(minutiae.y, np.float32),
        np.ascontiguousarray(-minutiae.direction, np.float32),
        np.ascontiguousarray(minutiae.quality, np.float32),
    )


def encode(at: Points) -> Cylinders:
    """Cylinders of the minutiae that have enough print and neighbours around them; fewer than two are none."""
    grid = _grid()
    if len(at.x) < LEAST_NEIGHBOURS + 1:
        return _chosen(at, np.zeros(len(at.x), np.bool_), np.zeros((len(at.x), 0, FLOORS), np.bool_))
    valid = _within_hull(at, grid)
    distance = np.hypot(at.x[:, None] - at.x, at.y[:, None] - at.y)
    neighbours = (distance <= RADIUS + 3 * SPREAD).sum(axis=1) - 1
    enough = (valid.mean(axis=1) >= LEAST_VALID) & (neighbours >= LEAST_NEIGHBOURS)
    if enough.sum() < 2:
        enough[:] = False
    density = np.zeros((len(at.x), SIDE * SIDE, FLOORS), np.float32)
    _densities(at, enough, _direction_table(), density)
    bits = (density[:, grid.inside] > BIT_THRESHOLD) & valid[:, :, None]
    return _chosen(at, enough, bits, np.repeat(valid[:, :, None], FLOORS, axis=2))


def _chosen(
    at: Points,
    enough: npt.NDArray[np.bool_],
    bits: npt.NDArray[np.bool_],
    valid: npt.NDArray[np.bool_] | None = None,
) -> Cylinders:
    valid = bits if valid is None else valid
    return Cylinders(Points(*(values[enough] for values in at)), _packed(bits[enough]), _packed(valid[enough]))


def _packed(flags: npt.NDArray[np.bool_]) -> Words:
    """Rows of flags to rows of 64-bit words, zeros behind."""
    octets = np.packbits(flags.reshape(len(flags), math.prod(flags.shape[1:])), axis=1)
    return np.ascontiguousarray(np.pad(octets, ((0, 0), (0, -octets.shape[1] % 8)))).view(np.uint64)


class _Grid(NamedTuple):
    """Centres of the ground cells within the radius, and which of the 256 those are."""

    x: Map
    y: Map
    inside: npt.NDArray[np.bool_]


@lru_cache(maxsize=1)
def _grid() -> _Grid:
    line = (np.arange(SIDE) + 0.5) * _CELL - RADIUS
    x, y = (axis.ravel() for axis in np.meshgrid(line, line))
    inside = x**2 + y**2 <= RADIUS**2
    return _Grid(x[inside].astype(np.float32), y[inside].astype(np.float32), inside)


CELLS: Final = int(_grid().inside.sum())
BITS: Final = CELLS * FLOORS
"""Bits of a cylinder."""


@lru_cache(maxsize=1)
def _direction_table() -> Map:
    """Share of a Gaussian of `DIRECTION_SPREAD` that falls on a floor, by the angle between them from 0 to π."""
    angle, half = np.linspace(0, math.pi, _TABLE), math.pi / FLOORS
    scale = DIRECTION_SPREAD * math.sqrt(2)
    upper, lower = (angle + half) / scale, (angle - half) / scale
    share = [0.5 * (math.erf(high) - math.erf(low)) for high, low in zip(upper, lower, strict=True)]
    return np.array(share, np.float32)


def _within_hull(at: Points, grid: _Grid) -> npt.NDArray[np.bool_]:
    """Shape (minutiae, CELLS): whether the cell lies in the convex hull widened by its margin; on a 2 px raster."""
    reach = HULL_MARGIN + RADIUS + 4
    left, top = float(at.x.min()) - reach, float(at.y.min()) - reach
    width, height = int((at.x.max() - left + reach) / 2) + 1, int((at.y.max() - top + reach) / 2) + 1
    outside = np.full((height, width), 255, np.uint8)
    corners = np.rint(np.stack([at.x - left, at.y - top], axis=1) / 2).astype(np.int32)
    cv2.fillConvexPoly(outside, cv2.convexHull(corners), (0,))
    distance = 2 * cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    cosine, sine = np.cos(at.theta)[:, None], np.sin(at.theta)[:, None]
    x = at.x[:, None] + grid.x * cosine - grid.y * sine
    y = at.y[:, None] + grid.x * sine + grid.y * cosine
    columns = np.clip(np.rint((x - left) / 2).astype(np.intp), 0, width - 1)
    rows = np.clip(np.rint((y - top) / 2).astype(np.intp), 0, height - 1)
    return np.asarray(distance[rows, columns] <= HULL_MARGIN, np.bool_)


@compiled
def _densities(at: Points, wanted: npt.NDArray[np.bool_], table: Map, density: Map) -> None:
    """Every neighbour adds its Gaussian of place and direction to the cells within 3 sigma (PAMI 2010 eq. 4 to 6)."""
    reach, scale = 3 * SPREAD, 1 / (SPREAD * math.sqrt(2 * math.pi))
    share = np.empty(FLOORS, np.float32)
    for i in range(len(at.x)):
        if not wanted[i]:
            continue
        cosine, sine = math.cos(at.theta[i]), math.sin(at.theta[i])
        for k in range(len(at.x)):
            dx, dy = at.x[k] - at.x[i], at.y[k] - at.y[i]
            if k == i or dx * dx + dy * dy > (RADIUS + reach) ** 2:
                continue
            u, v = cosine * dx + sine * dy, cosine * dy - sine * dx
            turned = at.theta[i] - at.theta[k]
            for floor in range(FLOORS):
                angle = (floor + 0.5) * (2 * math.pi / FLOORS) - math.pi - turned
                angle = abs(angle - 2 * math.pi * round(angle / (2 * math.pi)))
                share[floor] = table[int(angle / math.pi * (_TABLE - 1))]
            for row in range(
                max(0, int((v - reach + RADIUS) / _CELL)), min(SIDE, int((v + reach + RADIUS) / _CELL) + 1)
            ):
                for column in range(
                    max(0, int((u - reach + RADIUS) / _CELL)), min(SIDE, int((u + reach + RADIUS) / _CELL) + 1)
                ):
                    away_x, away_y = (column + 0.5) * _CELL - RADIUS - u, (row + 0.5) * _CELL - RADIUS - v
                    squared = away_x * away_x + away_y * away_y
                    if squared <= reach * reach:
                        weight = scale * math.exp(-squared / (2 * SPREAD * SPREAD))
                        for floor in range(FLOORS):
                            density[i, row * SIDE + column, floor] += weight * share[floor]
