"""What a scanner sees of a synthetic finger: another place, pressure, stretch and skin each time.

An impression differs from the next as real ones do: the finger is turned and shifted, the skin is stretched, dry or
wet in patches, scratched, and never all of it touches the glass.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.finger_growth import HEIGHT, WIDTH, Map, smooth_noise

TURN: Final = math.radians(7)
"""Deviation of the finger's rotation on the glass: an unguided traveller stays within 15° (FVC2004's volunteers)."""
SHIFT: Final = 14.0
STRETCH: Final = 4.5
"""Deviation of the skin's local displacement, pixels at 500 dpi; FVC2004 asked for exaggerated distortion, this is
an ordinary press."""


def pressed(ridges: Map, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """One impression, shape (HEIGHT, WIDTH), dark ridges on light."""
    height, contact = _placed(ridges, rng)
    ink = _inked(height, rng) * contact
    return _seen(_scratched(ink, rng), rng)


def _placed(ridges: Map, rng: np.random.Generator) -> tuple[Map, Map]:
    """Ridge height as it lies on the glass, and how well skin touches it there (0 to 1)."""
    turn, scale = rng.normal(0, TURN), rng.normal(1, 0.015)
    shift_x, shift_y = rng.normal(0, SHIFT, 2)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    u, v = (x - WIDTH / 2) * np.float32(scale), (y - HEIGHT / 2) * np.float32(scale)
    shape = (HEIGHT, WIDTH)
    bend_x, bend_y = (np.float32(STRETCH) * smooth_noise(rng, shape, 110) for _ in range(2))
    cosine, sine = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    from_x = cosine * u - sine * v + np.float32(WIDTH / 2 + shift_x) + bend_x
    from_y = sine * u + cosine * v + np.float32(HEIGHT / 2 + shift_y) + bend_y
    placed = cv2.remap(ridges, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-1)
    return np.asarray(placed, np.float32), _contact(from_x, from_y, rng)


def _contact(from_x: Map, from_y: Map, rng: np.random.Generator) -> Map:
    """An oval of the fingertip, larger the harder it is pressed, with a ragged rim."""
    reach_x, reach_y = rng.uniform(0.62, 0.98) * WIDTH / 2, rng.uniform(0.62, 0.98) * HEIGHT / 2
    tilt_x, tilt_y = rng.normal(0, 12), rng.normal(-6, 16)
    u, v = (from_x - WIDTH / 2 - tilt_x) / reach_x, (from_y - HEIGHT / 2 - tilt_y) / reach_y
    ragged = 0.07 * smooth_noise(rng, from_x.shape, 14)
    return np.asarray(np.clip((1.0 - np.sqrt(u * u + v * v) + ragged) * 8, 0, 1), np.float32)


def _inked(height: Map, rng: np.random.Generator) -> Map:
    """Where skin meets glass, 0 to 1: ridges widen with pressure and moisture, break up where the skin is dry."""
    shape = (HEIGHT, WIDTH)
    pressure = rng.normal(0.0, 0.28) + 0.25 * smooth_noise(rng, shape, 60)
    dryness = np.clip(rng.normal(0.35, 0.2) + 0.15 * smooth_noise(rng, shape, 45), 0.05, 1.0)
    grain = cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), 1.1)
    lifted = height + pressure + 1.9 * dryness * grain
    return np.asarray(1 / (1 + np.exp(-5 * lifted)), np.float32)


def _scratched(ink: Map, rng: np.random.Generator) -> Map:
    """A few light creases across the ridges."""
    whole = np.full(ink.shape, 255, np.uint8)
    for _ in range(rng.poisson(2.0)):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        angle, length = rng.uniform(0, math.pi), rng.uniform(30, 140)
        end = round(x + length * math.cos(angle)), round(y + length * math.sin(angle))
        cv2.line(whole, (round(x), round(y)), end, (rng.uniform(20, 150),), int(rng.integers(1, 4)), cv2.LINE_AA)
    return np.asarray(ink * (whole.astype(np.float32) / 255), np.float32)


def _seen(ink: Map, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The sensor: its paper, contrast, blur and noise."""
    paper, depth = rng.uniform(225, 250), rng.uniform(120, 200)
    blurred = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.6, 0.9))
    noise = rng.standard_normal(ink.shape, dtype=np.float32) * np.float32(rng.uniform(2, 6))
    shade = 4 * smooth_noise(rng, (HEIGHT, WIDTH), 120)
    return np.asarray(np.clip(paper - depth * blurred + noise + shade, 0, 255), np.uint8)
