"""The skin of a synthetic finger, that every impression of it shares: relief with pores, creases, scars, and habits.

Anatomy after Maltoni, Maio, Jain and Prabhakar (Handbook of Fingerprint Recognition, §2.1): ridges with ragged edges
and sweat pores, flexion creases across the finger, a mesh of fine wrinkles on dry or aged skin, now and then a scar.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from simulators.finger_growth import Map, smooth_noise
from simulators.fingers import Finger

MARGIN: Final = 56
"""Skin around the fingertip that comes to the glass when the finger is rolled or moved, pixels at 500 dpi."""
SPOTS: Final = 30
"""That ridges grow from: about as many minutiae a mm² as FVC2004 DB1 B and U.are.U have, 0.19."""
_PORE_CELL: Final = 90.0
"""Pixels of skin a pore: one in a millimetre of ridge or two."""


@dataclass(frozen=True, slots=True)
class Skin:
    """`relief`: height at 500 dpi, about -1 valley to 1 crest. `creases`: 0 whole skin to 1 a furrow that never
    prints. `moisture` is how the person's skin usually is, -1 dry to 1 wet; `wear` is how flat ridges are, 0 to 1."""

    relief: Map
    creases: Map
    wrinkles: Map
    moisture: float
    wear: float


def skin(finger: Finger, rng: np.random.Generator) -> Skin:
    """Of a finger grown with `MARGIN`; maps have the shape of `finger.ridges`."""
    moisture = float(np.clip(rng.normal(0.0, 0.45), -1, 1))
    wear = float(rng.beta(1.3, 5.0))
    return Skin(
        _relief(finger.ridges, wear, rng),
        _creases(finger.ridges.shape, rng),
        _wrinkles(finger.ridges.shape, rng),
        moisture,
        wear,
    )


def _relief(ridges: Map, wear: float, rng: np.random.Generator) -> Map:
    """Rounded ridges, so that pressure decides how wide they print; ragged edges and pores."""
    shape = ridges.shape[0], ridges.shape[1]
    rounded = 1.65 * cv2.GaussianBlur(ridges, (0, 0), 1.5)
    ragged = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), 1.8) * 4.6
    flat = 1 - 0.35 * wear - 0.2 * wear * np.clip(smooth_noise(rng, shape, 40), -1, 1)
    return np.asarray(rounded * flat + 0.2 * ragged - _pores(ridges, rng), np.float32)


def _pores(ridges: Map, rng: np.random.Generator) -> Map:
    many = round(ridges.size / _PORE_CELL)
    rows, columns = rng.integers(0, ridges.shape[0], many), rng.integers(0, ridges.shape[1], many)
    open_ = np.zeros(ridges.shape, np.float32)
    on_ridge = ridges[rows, columns] > 0.7
    open_[rows[on_ridge], columns[on_ridge]] = rng.uniform(0.3, 1.0, int(on_ridge.sum()))
    return np.asarray(cv2.GaussianBlur(open_, (0, 0), 0.85) * 10, np.float32)


def _creases(shape: tuple[int, ...], rng: np.random.Generator) -> Map:
    """White lines across the finger, and in one of ten fingers the seam of a healed cut."""
    furrows = np.zeros(shape, np.float32)
    for _ in range(rng.poisson(3.5)):
        _drawn(furrows, rng, slope=0.12, length=rng.uniform(40, 200), width=rng.uniform(1.6, 4.4))
    if rng.random() < 0.1:
        _drawn(furrows, rng, slope=1.5, length=rng.uniform(80, 260), width=rng.uniform(3.0, 7.0))
    ragged = 1 + 0.35 * cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), 1.5) * 4
    return np.asarray(np.clip(1.6 * cv2.GaussianBlur(furrows, (0, 0), 0.8) * ragged, 0, 1), np.float32)


def _wrinkles(shape: tuple[int, ...], rng: np.random.Generator) -> Map:
    """Fine lines in all directions, most of them along the finger; seen where skin is dry."""
    mesh = np.zeros(shape, np.float32)
    for _ in range(rng.poisson(rng.uniform(10, 90))):
        steep = rng.random() < 0.6
        _drawn(mesh, rng, slope=1.4 if steep else 0.4, length=rng.uniform(25, 160), width=rng.uniform(1.0, 3.4))
    return np.asarray(np.clip(cv2.GaussianBlur(mesh, (0, 0), 0.8), 0, 1), np.float32)


def _drawn(furrows: Map, rng: np.random.Generator, *, slope: float, length: float, width: float) -> None:
    """A wavering line of about `length` pixels that fades to its ends, added to `furrows`."""
    angle = rng.normal(0, slope)
    steps = max(4, round(length / 8))
    turns = angle + np.cumsum(rng.normal(0, 0.09, steps))
    x = rng.uniform(0, furrows.shape[1]) + np.cumsum(8 * np.cos(turns)) - length / 2 * math.cos(angle)
    y = rng.uniform(0, furrows.shape[0]) + np.cumsum(8 * np.sin(turns)) - length / 2 * math.sin(angle)
    points = [(int(16 * one), int(16 * other)) for one, other in zip(x, y, strict=True)]
    depth = rng.uniform(0.5, 1.0)
    for k in range(steps - 1):
        fading = depth * min(1.0, 4 * (k + 1) / steps, 4 * (steps - 1 - k) / steps)
        cv2.line(furrows, points[k], points[k + 1], fading, max(1, round(width)), cv2.LINE_AA, shift=4)
