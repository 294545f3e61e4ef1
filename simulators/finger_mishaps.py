"""One finger laid on the glass in a way of which a traveller can be told: for measuring what advice is told apart.

Each mishap changes one thing of an ordinary press, drawn anew in strength each time, from plain to strong. The
pictures are invented, as the fingers are: whoever tells these apart has not yet seen a real wet finger.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.finger_growth import HEIGHT, WIDTH, Map, smooth_noise

PAPER: Final = 238.0
SHAPE: Final = (HEIGHT, WIDTH)


class Mishap(StrEnum):
    NONE = "none"
    LIGHT = "light"
    HARD = "hard"
    DRY = "dry"
    WET = "wet"
    ASIDE = "aside"
    TIP = "tip"
    TURNED = "turned"
    MOVED = "moved"
    LATENT = "latent"


@dataclass(frozen=True, slots=True)
class Press:
    """How a finger lies. Lengths in pixels at 500 dpi, from the upright finger in the middle of the glass."""

    turn: float = 0.0
    """Radians, clockwise as seen."""
    x: float = 0.0
    y: float = 0.0
    reach: tuple[float, float] = (0.8, 0.8)
    """Half axes of what touches, as shares of half the finger's width and height."""
    above: float = 0.0
    """How far towards the tip the middle of the touching part lies."""
    pressure: float = 0.0
    """Added to the ridges' height, -1 to 1: at 1 the valleys' floor touches."""
    dryness: float = 0.35
    """Strength of the grain that breaks ridges up; 0.35 is ordinary."""
    grain: float = 1.1
    """Its size, pixels."""
    wetness: float = 0.0
    """0 to 1: how much of the print is flooded, and how blurred."""
    drag: float = 0.0
    """How far the finger slides while it is captured."""
    latent: float = 0.0
    """Ink of the former finger that was left, as a share of full ink."""
    depth: float = 160.0
    """Grey levels between paper and full ink."""


def laid(ridges: Map, mishap: Mishap, rng: np.random.Generator, *, former: Map | None = None) -> npt.NDArray[np.uint8]:
    """One impression, shape (HEIGHT, WIDTH), dark ridges on light. `former` is the finger before, for `LATENT`."""
    press = _changed(_ordinary(rng), mishap, rng)
    ink = _ink(ridges, press, rng)
    if press.drag:
        ink = _dragged(ink, press.drag, rng.uniform(0, math.pi))
    if press.latent and former is not None:
        ink = np.maximum(ink, np.float32(press.latent) * _ink(former, _ordinary(rng), rng))
    blurred = cv2.GaussianBlur(ink, (0, 0), 0.75)
    noise = np.float32(rng.uniform(2, 5)) * rng.standard_normal(SHAPE, dtype=np.float32)
    return np.asarray(
        np.clip(PAPER - press.depth * blurred + noise + 4 * smooth_noise(rng, SHAPE, 120), 0, 255), np.uint8
    )


def _ordinary(rng: np.random.Generator) -> Press:
    return Press(
        turn=rng.normal(0, math.radians(7)),
        x=rng.normal(0, 12),
        y=rng.normal(0, 12),
        reach=(rng.uniform(0.7, 0.95), rng.uniform(0.7, 0.95)),
        pressure=rng.normal(0, 0.15),
        dryness=rng.uniform(0.15, 0.45),
        depth=rng.uniform(120, 195),
    )


def _changed(press: Press, mishap: Mishap, rng: np.random.Generator) -> Press:
    side = rng.choice([-1.0, 1.0])
    changes: Mapping[Mishap, dict[str, object]] = {
        Mishap.NONE: {},
        Mishap.LIGHT: {
            "pressure": rng.uniform(-0.9, -0.55),
            "reach": (rng.uniform(0.45, 0.62), rng.uniform(0.45, 0.62)),
            "depth": press.depth * rng.uniform(0.45, 0.7),
        },
        Mishap.HARD: {"pressure": rng.uniform(0.7, 1.5), "reach": (rng.uniform(0.95, 1.05), rng.uniform(0.95, 1.05))},
        Mishap.DRY: {
            "dryness": rng.uniform(1.0, 3.0),
            "pressure": rng.uniform(-1.1, -0.2),
            "grain": rng.uniform(1.1, 2.2),
        },
        Mishap.WET: {"wetness": rng.uniform(0.5, 1.0)},
        Mishap.ASIDE: {"x": side * rng.uniform(75, 225), "y": rng.normal(0, 25)},
        Mishap.TIP: {"reach": (rng.uniform(0.45, 0.62), rng.uniform(0.3, 0.45)), "above": rng.uniform(85, 120)},
        Mishap.TURNED: {"turn": side * math.radians(rng.uniform(35, 70))},
        Mishap.MOVED: {"drag": rng.uniform(8, 30)},
        Mishap.LATENT: {"latent": rng.uniform(0.4, 1.0)},
    }
    return replace(press, **changes[mishap])  # type: ignore[arg-type]  # of mixed types, each its field's


def _ink(ridges: Map, press: Press, rng: np.random.Generator) -> Map:
    """Where skin meets glass, 0 to 1."""
    from_x, from_y = _placed(press, rng)
    height = cv2.remap(ridges, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-1)
    u = (from_x - WIDTH / 2) / (press.reach[0] * WIDTH / 2)
    v = (from_y - HEIGHT / 2 + press.above) / (press.reach[1] * HEIGHT / 2)
    contact = np.clip((1.0 - np.sqrt(u * u + v * v) + 0.07 * smooth_noise(rng, SHAPE, 14)) * 8, 0, 1)
    grain = cv2.GaussianBlur(rng.standard_normal(SHAPE).astype(np.float32), (0, 0), press.grain)
    grain = grain * np.float32(0.26 / grain.std())  # as strong whatever its size: 0.26 is that of the finest
    dryness = np.clip(press.dryness + 0.15 * smooth_noise(rng, SHAPE, 45), 0.05, 4.0)
    lifted = height + press.pressure + 0.15 * smooth_noise(rng, SHAPE, 60) + 1.9 * dryness * grain
    ink = _flooded(np.asarray(1 / (1 + np.exp(-5 * lifted)), np.float32), press.wetness, rng)
    return np.asarray(ink * contact, np.float32)


def _placed(press: Press, rng: np.random.Generator) -> tuple[Map, Map]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    u, v = x - np.float32(WIDTH / 2 + press.x), y - np.float32(HEIGHT / 2 + press.y)
    cosine, sine = np.float32(math.cos(press.turn)), np.float32(math.sin(press.turn))
    bend_x, bend_y = (np.float32(4.0) * smooth_noise(rng, SHAPE, 110) for _ in range(2))
    from_x = cosine * u + sine * v + np.float32(WIDTH / 2) + bend_x
    from_y = cosine * v - sine * u + np.float32(HEIGHT / 2) + bend_y
    return np.asarray(from_x, np.float32), np.asarray(from_y, np.float32)


def _flooded(ink: Map, wetness: float, rng: np.random.Generator) -> Map:
    """Water bridges the valleys in blots, and what it does not bridge it blurs."""
    if not wetness:
        return ink
    blots = np.clip(3 * (smooth_noise(rng, SHAPE, 35) - np.float32(1.1 - 1.3 * wetness)), 0, 1)
    soft = cv2.GaussianBlur(ink, (0, 0), 1 + 1.5 * wetness)
    return np.asarray(np.maximum(soft, 0.85 * blots), np.float32)


def _dragged(ink: Map, length: float, angle: float) -> Map:
    """The mean of what is seen while the finger slides."""
    shifts = np.linspace(-length / 2, length / 2, max(3, round(length)))
    seen = np.zeros_like(ink)
    for shift in shifts:
        move = np.array([[1, 0, shift * math.cos(angle)], [0, 1, shift * math.sin(angle)]], np.float32)
        seen += cv2.warpAffine(ink, move, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    return np.asarray(seen / len(shifts), np.float32)
