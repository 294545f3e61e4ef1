"""How a synthetic finger's ridges come about: orientation from singular points, then growth from noise.

After Cappelli, Erol, Maio and Maltoni ("Synthetic fingerprint-image generation", ICPR 2000, SFinGe): the zero-pole
model of Sherlock and Monro gives directions, and Gabor filters tuned to them, applied over and over to noise, make
ridges with minutiae where they must be. Grown at half resolution (250 dpi). Images are (row, column), y down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, ParamSpec, TypeVar, cast

import cv2
import numba
import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]
Place = tuple[float, float]
"""x and y in pixels at 500 dpi."""
P = ParamSpec("P")
R = TypeVar("R")

WIDTH: Final = 320
HEIGHT: Final = 416
"""Of a finger, pixels at 500 dpi: 16 x 21 mm, a fingertip pressed flat."""
PASSES: Final = 12
"""From noise to ridges; more anneal minutiae away."""
SPREADING: Final = 22
"""Passes that ridges need to grow together from some thirty spots."""
_REACH: Final = 7
"""Half side of the filter at 250 dpi: one and a half ridge periods."""
_ANGLES: Final = 64
_PERIODS: Final = np.linspace(3.5, 6.5, 13)
"""At 250 dpi: 7 to 13 px at 500."""


@dataclass(frozen=True, slots=True)
class Singularities:
    """Cores and deltas; none for a plain arch. `bend` is how far ridges curve down to the sides (radians)."""

    cores: tuple[Place, ...]
    deltas: tuple[Place, ...]
    bend: float


def directions(singular: Singularities, margin: int = 0) -> Map:
    """Ridge tangents at 250 dpi, radians counter-clockwise as seen, any multiple of π. The fingertip and `margin`
    pixels at 500 dpi (even) around it."""
    y, x = np.mgrid[1 - margin : HEIGHT + margin : 2, 1 - margin : WIDTH + margin : 2].astype(np.float32)
    across, down = (x - WIDTH / 2) / (WIDTH / 2), (y - HEIGHT / 2) / (HEIGHT / 2)
    if singular.cores:
        dome = 1 / (1 + np.exp(6 * (down + 0.1)))
        angle = -singular.bend * across * dome
    else:
        height = np.exp(-(((down - 0.1) / 0.45) ** 2))
        angle = -singular.bend * 1.6 * np.sin(math.pi * np.clip(across, -1, 1)) * height
    for px, py in singular.deltas:
        angle = angle - np.arctan2(-(y - py), x - px) / 2
    for px, py in singular.cores:
        angle = angle + np.arctan2(-(y - py), x - px) / 2
    return np.asarray(angle, np.float32)


def grown(angle: Map, period: Map, rng: np.random.Generator, *, spots: int = 0) -> Map:
    """Ridge height at 500 dpi, -1 valley to 1 crest, twice the shape of `angle`. `period` is pixels at 250 dpi.

    From so many `spots` ridges spread until they meet, as SFinGe's do; with 0 they start everywhere, in half as many
    passes and with more minutiae.
    """
    height = rng.uniform(-0.2, 0.2, angle.shape).astype(np.float32)
    if spots:
        height *= _spots(angle.shape, spots, rng)
    turn = np.mod(np.rint(np.mod(angle, math.pi) * (_ANGLES / math.pi)), _ANGLES).astype(np.int64)
    line = np.clip(np.rint((period - _PERIODS[0]) / (_PERIODS[1] - _PERIODS[0])), 0, len(_PERIODS) - 1)
    for _ in range(SPREADING if spots else PASSES):
        wide = np.asarray(np.pad(height, _REACH, mode="reflect"), np.float32)
        height = np.tanh(3 * _filtered(wide, turn, line.astype(np.int64), _filters()))
    full = cv2.resize(height, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(full, -1, 1), np.float32)


def _spots(shape: tuple[int, ...], many: int, rng: np.random.Generator) -> Map:
    """1 within two pixels of a spot, else 0."""
    places = np.zeros(shape, np.uint8)
    places[rng.integers(0, shape[0], many), rng.integers(0, shape[1], many)] = 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    return np.asarray(cv2.dilate(places, disc), np.float32)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> Map:
    """Noise of deviation about 1 that varies over `scale` pixels."""
    size = max(4, math.ceil(shape[1] / scale) + 3), max(4, math.ceil(shape[0] / scale) + 3)
    coarse = rng.standard_normal((size[1], size[0])).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


@lru_cache(maxsize=1)
def _filters() -> Map:
    """Shape (angles, periods, side, side): round Gabor filters without mean that answer 1 to their own wave."""
    y, x = np.mgrid[-_REACH : _REACH + 1, -_REACH : _REACH + 1].astype(np.float64)
    bank = np.empty((_ANGLES, len(_PERIODS), 2 * _REACH + 1, 2 * _REACH + 1), np.float32)
    for a in range(_ANGLES):
        angle = a * math.pi / _ANGLES
        for p, period in enumerate(_PERIODS):
            envelope = np.exp(-(x * x + y * y) / (2 * (0.5 * period) ** 2))
            wave = np.cos(2 * math.pi / period * (x * math.sin(angle) + y * math.cos(angle)))
            kernel = envelope * wave
            kernel -= envelope * kernel.sum() / envelope.sum()
            bank[a, p] = kernel / (kernel * wave).sum()
    return bank


def _compiled(function: Callable[P, R]) -> Callable[P, R]:
    return cast("Callable[P, R]", numba.njit(cache=True, fastmath=True, nogil=True)(function))


@_compiled
def _filtered(wide: Map, turn: npt.NDArray[np.int64], line: npt.NDArray[np.int64], bank: Map) -> Map:
    """Each pixel's neighbourhood under its own filter; `wide` has a margin of the filter's reach."""
    rows, columns = turn.shape
    result = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            kernel = bank[turn[row, column], line[row, column]]
            total = np.float32(0)
            for i in range(kernel.shape[0]):
                for j in range(kernel.shape[1]):
                    total += kernel[i, j] * wide[row + i, column + j]
            result[row, column] = total
    return result
