"""How well a press goes: drawn for each impression, from distributions that were fitted to prints of people.

`REAL` was fitted by eye and by numbers to FVC2004 DB1-3 B, whose volunteers were asked for other pressures, dry and
wet skin, displacement, rotation and exaggerated distortion (Maio and others, "FVC2004: Third Fingerprint Verification
Competition", ICBA 2004); `python -m benchmarks.finger_synthetic` prints both beside each other. `EASY` is a
guided press.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:  # the command names difficulties without loading a compiler
    from simulators.finger_skin import Skin


class Difficulty(StrEnum):
    EASY = "easy"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Spread:
    """Deviations over the impressions of one finger, and shares of impressions with a fault."""

    turn: float
    """Radians."""
    shift: float
    """Pixels at 500 dpi, along and across the finger."""
    far: float
    """Share of impressions displaced three times as far: little common ground."""
    slip: float
    """Pixels the skin is dragged by (Cappelli's displacement); its torsion is this over 220, in radians."""
    pressure: float
    moisture: float
    """Of the moment, beside the person's own; deviation, -1 dry to 1 wet being the range met in a population."""
    smear: float
    """Share of impressions dragged over the glass."""
    small: float
    """Share of impressions that touch with a part of the fingertip only."""
    faults: float
    """Weight of the person's dryness, wear, creases and wrinkles, 0 to 1."""


EASY: Final = Spread(0.07, 8.0, 0.0, 4.0, 0.12, 0.12, 0.0, 0.0, 0.35)
REAL: Final = Spread(0.15, 19.0, 0.12, 15.0, 0.30, 0.47, 0.04, 0.10, 1.0)
SPREADS: Final = {Difficulty.EASY: EASY, Difficulty.REAL: REAL}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Of one impression. Lengths are pixels at 500 dpi, angles radians; `pressure` 0 is ordinary, -1 a touch, 1 hard;
    `moisture` -1 dry to 1 wet; `contact` is the size of the touching area, 1 a whole fingertip."""

    turn: float
    shift: tuple[float, float]
    slip: tuple[float, float]
    torsion: float
    stick: tuple[float, float]
    """Half axes of the part that does not slip."""
    pressure: float
    moisture: float
    contact: float
    smear: float
    wrinkled: float
    """How deep wrinkles and creases show, 0 to 1."""


def drawn(spread: Spread, skin: Skin, rng: np.random.Generator) -> Conditions:
    moisture = float(np.clip(spread.faults * skin.moisture + rng.normal(0, spread.moisture), -1.3, 1.3))
    far = 3.0 if rng.random() < spread.far else 1.0
    stick = rng.uniform(40, 85)
    # more would fold the skin over itself
    direction, drag = rng.uniform(0, 2 * math.pi), min(spread.slip * abs(rng.normal()), 0.5 * stick)
    small = rng.random() < spread.small
    return Conditions(
        turn=rng.normal(0, spread.turn) * (1.6 if far > 1 else 1),
        shift=(rng.normal(0, spread.shift) * far, rng.normal(0, 1.3 * spread.shift) * far),
        slip=(drag * math.cos(direction), drag * math.sin(direction)),
        torsion=rng.normal(0, spread.slip / 220),
        stick=(stick, stick * rng.uniform(1.0, 1.5)),
        pressure=float(np.clip(rng.normal(0.1, spread.pressure), -0.9, 0.9)),
        moisture=moisture,
        contact=rng.uniform(0.48, 0.75) if small else rng.uniform(0.8, 1.1),
        smear=rng.uniform(3, 9) if rng.random() < spread.smear else 0.0,
        wrinkled=float(np.clip(spread.faults * (0.45 - 0.9 * moisture) + rng.normal(0, 0.1), 0, 1)),
    )
