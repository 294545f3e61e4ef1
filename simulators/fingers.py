"""Synthetic fingers: invented ridges, the same for the same seed and position, and impressions of them.

They make matching true and false on purpose, so that the hall's logic can be tried; they say nothing about the error
rates on people.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from simulators.finger_growth import HEIGHT, WIDTH, Map, Place, Singularities, directions, grown, smooth_noise
from simulators.finger_impressions import pressed

POSITIONS: Final = (
    "right_thumb",
    "right_index",
    "right_middle",
    "right_ring",
    "right_little",
    "left_thumb",
    "left_index",
    "left_middle",
    "left_ring",
    "left_little",
)
"""In the order of ISO/IEC 19794-2 table 2."""


class Pattern(StrEnum):
    """Henry's classes."""

    ARCH = "arch"
    TENTED_ARCH = "tented_arch"
    LEFT_LOOP = "left_loop"
    RIGHT_LOOP = "right_loop"
    WHORL = "whorl"


SHARES: Final = {
    Pattern.ARCH: 0.037,
    Pattern.TENTED_ARCH: 0.029,
    Pattern.LEFT_LOOP: 0.338,
    Pattern.RIGHT_LOOP: 0.317,
    Pattern.WHORL: 0.279,
}
"""Among people (Wilson, Candela and Watson, 1993)."""


@dataclass(frozen=True, slots=True)
class Finger:
    """`ridges`: height at 500 dpi, -1 valley to 1 crest, shape (416, 320) and `margin` more on every side. `singular`
    is where its cores and deltas lie, in pixels of the fingertip without the margin."""

    seed: int
    position: str
    pattern: Pattern
    ridges: Map
    singular: Singularities
    margin: int = 0


def finger(seed: int, position: str, *, margin: int = 0, spots: int = 0) -> Finger:
    """One person's finger; `position` as in `POSITIONS`. Deterministic. `margin`: even number of pixels of skin beyond
    the fingertip pressed flat, `spots` as for `grown`; with others of them it is another finger. Raises `ValueError`
    for another position."""
    if position not in POSITIONS:
        raise ValueError(f"{position} is no finger; there are {', '.join(POSITIONS)}")
    rng = np.random.default_rng([seed, POSITIONS.index(position)])
    pattern = list(SHARES)[rng.choice(len(SHARES), p=list(SHARES.values()))]
    if pattern in (Pattern.LEFT_LOOP, Pattern.RIGHT_LOOP):
        # loops open to the little finger nine times in ten
        own, other = (Pattern.LEFT_LOOP, Pattern.RIGHT_LOOP)[:: 1 if position.startswith("left") else -1]
        pattern = own if rng.random() < 0.9 else other
    singular = _singularities(pattern, rng)
    shape = HEIGHT // 2 + margin, WIDTH // 2 + margin
    angle = directions(singular, margin) + np.float32(0.16) * smooth_noise(rng, shape, 45)
    mean = rng.normal(4.5, 0.4)
    down = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    period = np.float32(mean) * (1 + 0.08 * smooth_noise(rng, shape, 40) + np.float32(0.06) * np.maximum(down, 0))
    ridges = grown(angle, np.asarray(period, np.float32), rng, spots=spots)
    return Finger(seed, position, pattern, ridges, singular, margin)


def impression(finger: Finger, *, seed: int) -> npt.NDArray[np.uint8]:
    """The finger on a 500 dpi scanner: shape (416, 320), dark ridges on light. Deterministic by finger and `seed`."""
    return pressed(finger.ridges, np.random.default_rng([finger.seed, POSITIONS.index(finger.position), seed, 1]))


def _singularities(pattern: Pattern, rng: np.random.Generator) -> Singularities:
    bend = rng.uniform(0.3, 1.0)
    core = _near(0, -30, rng, 24)
    side = 1 if pattern is Pattern.LEFT_LOOP else -1
    match pattern:
        case Pattern.ARCH:
            return Singularities((), (), rng.uniform(0.3, 0.6))
        case Pattern.TENTED_ARCH:
            return Singularities((core,), ((core[0] + rng.normal(0, 5), core[1] + rng.uniform(60, 100)),), bend)
        case Pattern.LEFT_LOOP | Pattern.RIGHT_LOOP:
            return Singularities((core,), (_near(side * rng.uniform(60, 120), 95, rng, 22),), bend)
        case Pattern.WHORL:
            lower = (core[0] + rng.normal(0, 10), core[1] + rng.uniform(18, 75))
            deltas = (_near(-105, 95, rng, 24), _near(105, 95, rng, 24))
            return Singularities((core, lower), deltas, bend)


def _near(x: float, y: float, rng: np.random.Generator, spread: float) -> Place:
    """Around (x, y) from the finger's middle."""
    return WIDTH / 2 + rng.normal(x, spread), HEIGHT / 2 + rng.normal(y, spread)
