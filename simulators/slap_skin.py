"""A finger as it lies on a wide plate: the tip, the crease, and what of the next phalanx is let down.

In the finger's own frame, upright, pixels at 500 dpi; `simulators.slaps` lays several of them on one plate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from simulators.finger_growth import HEIGHT, WIDTH, Map, grown, smooth_noise
from simulators.fingers import finger

MARGIN: Final = 24
"""Pixels around the skin of a strip, for its ragged rim."""
PHALANGES: Final = 6
"""Different middle phalanges: nobody is told by them."""
_FULL: Final = 1.12
"""Width of the finger's ridges against that of its contact: the sides never touch."""


@dataclass(frozen=True, slots=True)
class Skin:
    """One finger's contact: `width` and `tip` (from the top to the distal crease), `reach` how far down it touches at
    all, `gap` half the crease's height, all in pixels at 500 dpi; `pressure` and `dryness` as in
    `finger_impressions`."""

    width: float
    tip: float
    reach: float
    gap: float
    pressure: float
    dryness: float


@dataclass(frozen=True, slots=True)
class Strip:
    """`ink` 0 to 1 and `near`, 1 on the finger's axis to 0 at its rim and below outside; the top of the contact is
    `MARGIN` below the first row, the axis in the middle."""

    ink: Map
    near: Map


def strip(person: int, position: str, skin: Skin, rng: np.random.Generator) -> Strip:
    height, width = round(skin.reach) + 2 * MARGIN, round(skin.width) + 2 * MARGIN
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    down, across = down - MARGIN, across - np.float32(width / 2)
    half = _half_width(down[:, :1], skin)
    ragged = 5 * smooth_noise(rng, across.shape, 14)
    contact = np.clip((half - np.abs(across) + ragged) / 6, 0, 1)
    contact *= np.clip((skin.reach - down + 2 * ragged) / 10, 0, 1) * _crease(down, skin, ragged)
    ridges = _ridges(person, position, down, across, skin, rng)
    ink = _inked(ridges, down > skin.tip, skin, rng) * contact
    near = 1 - np.abs(across) / np.maximum(half, 1)
    return Strip(np.asarray(ink, np.float32), np.asarray(near, np.float32))


def _half_width(down: Map, skin: Skin) -> Map:
    """A round tip, sides that narrow a little to the crease, a straight phalanx."""
    dome = 0.8 * skin.width
    rise = np.clip(1 - down / dome, 0, 1)
    rounded = np.sqrt(np.clip(1 - rise**2.2, 0, 1)) * (down > 0)
    taper = 1 - 0.12 * np.clip((down - dome) / max(skin.tip - dome, 1), 0, 1)
    return np.asarray(skin.width / 2 * rounded * taper, np.float32)


def _crease(down: Map, skin: Skin, ragged: Map) -> Map:
    """Contact 0 to 1: the crease is a fold that hardly touches, the tip ends above it and the phalanx below."""
    away = np.abs(down - skin.tip + 0.6 * ragged)
    return np.asarray(np.clip((away - skin.gap) / 6 + 0.15 * (skin.gap < 12), 0, 1), np.float32)


def _ridges(person: int, position: str, down: Map, across: Map, skin: Skin, rng: np.random.Generator) -> Map:
    """Ridge height of tip and phalanx, the skin stretched as it was pressed."""
    bend_x, bend_y = (4 * smooth_noise(rng, down.shape, 110) for _ in range(2))
    column = across * np.float32(WIDTH / (_FULL * skin.width)) + np.float32(WIDTH / 2) + bend_x
    upper = _sampled(_tip(person, position), column, down * np.float32(HEIGHT / skin.tip) + bend_y)
    below = np.mod(down - skin.tip, np.float32(HEIGHT - 2 * MARGIN)) + MARGIN
    lower = _sampled(_phalanx(int(rng.integers(PHALANGES))), column, below + bend_y)
    return np.where(down < skin.tip, upper, lower)


def _sampled(ridges: Map, x: Map, y: Map) -> Map:
    return np.asarray(cv2.remap(ridges, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32)


@lru_cache(maxsize=16)
def _tip(person: int, position: str) -> Map:
    return finger(person, position).ridges


@lru_cache(maxsize=PHALANGES)
def _phalanx(number: int) -> Map:
    """Ridges across the finger, slightly oblique, as below the distal crease."""
    rng = np.random.default_rng([7, number])
    shape = HEIGHT // 2, WIDTH // 2
    angle = rng.normal(0, 0.15) + 0.2 * smooth_noise(rng, shape, 50)
    period = rng.normal(4.8, 0.3) * (1 + 0.05 * smooth_noise(rng, shape, 40))
    return grown(np.asarray(angle, np.float32), np.asarray(period, np.float32), rng)


def _inked(ridges: Map, below: Map, skin: Skin, rng: np.random.Generator) -> Map:
    """As `finger_impressions` inks, and the phalanx pressed less than the tip."""
    shape = ridges.shape
    pressure = skin.pressure + 0.25 * smooth_noise(rng, shape, 60) - 0.35 * below
    dryness = np.clip(skin.dryness + 0.15 * smooth_noise(rng, shape, 45) + 0.2 * below, 0.05, 1.0)
    grain = cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), 1.1)
    lifted = ridges + pressure + 1.9 * dryness * grain
    ink = np.asarray(1 / (1 + np.exp(-5 * lifted)), np.float32)
    return _scratched(ink, rng)


def _scratched(ink: Map, rng: np.random.Generator) -> Map:
    whole = np.full(ink.shape, 255, np.uint8)
    for _ in range(rng.poisson(2.0)):
        x, y = rng.uniform(0, ink.shape[1]), rng.uniform(0, ink.shape[0])
        angle, length = rng.uniform(0, math.pi), rng.uniform(30, 140)
        end = round(x + length * math.cos(angle)), round(y + length * math.sin(angle))
        cv2.line(whole, (round(x), round(y)), end, (rng.uniform(20, 150),), int(rng.integers(1, 4)), cv2.LINE_AA)
    return np.asarray(ink * (whole.astype(np.float32) / 255), np.float32)
