"""Which hand lies on the plate, which way it leans, and which finger is which.

Positions are those of ANSI/NIST-ITL 1-2011 table 8 and ISO/IEC 19794-4, 1 to 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import FingerPosition, OnPlate
from biometrics.finger.slap.ridged import PER_MM, Ridged
from biometrics.finger.slap.tips import Tip

_ALL: Final = tuple(FingerPosition)
FINGERS: Final = {
    OnPlate.RIGHT: _ALL[1:5],
    OnPlate.LEFT: _ALL[:5:-1],
    OnPlate.THUMBS: (FingerPosition.LEFT_THUMB, FingerPosition.RIGHT_THUMB),
    OnPlate.INDEXES: (FingerPosition.LEFT_INDEX, FingerPosition.RIGHT_INDEX),
}
"""From left to right as prints lie: seen from above, palms down."""
CODES: Final = {OnPlate.RIGHT: 13, OnPlate.LEFT: 14, OnPlate.THUMBS: 15, OnPlate.INDEXES: 46}
"""Of a whole slap in ANSI/NIST-ITL 1-2011 table 8."""

_DROPS: Final = np.array([10.0, 0.0, 8.5, 30.0])
"""Millimetres that the tips of index, middle, ring and little finger of an adult lie below the middle one's. Our own
choice, from no survey; that the little finger is lowest and outermost decides most."""
_SPREAD: Final = 4.0
"""Deviation in millimetres of each tip from that."""
_SCALE: Final = 0.25
"""Deviation of the hand's size."""
_LEAN_ERROR: Final = math.radians(7)
"""Deviation of the hand's measured direction."""
_USUAL_LEAN: Final = math.radians(25)
"""Deviation of how hands are laid on a plate."""
SURE: Final = 0.9
"""Probability from which on a hand is named; below it stays unknown."""


def direction(ridged: Ridged) -> float:
    """Radians clockwise, -π/2 to π/2, in which fingers point, tip or base: along which the gaps between them are
    clearest, most ridges run across, and hands are usually laid."""
    y, x = np.nonzero(ridged.mask)
    if not len(x):
        return 0.0
    cosine, sine = float(ridged.cosine[y, x].sum()), float(ridged.sine[y, x].sum())
    coherent = float(np.hypot(ridged.cosine[y, x], ridged.sine[y, x]).sum())
    rng = np.random.default_rng(1)
    some = rng.permutation(len(x))[:8000]
    # anywhere in its cell: the lattice itself is clearest along its diagonals
    points = np.stack([x, y])[:, some] + rng.random((2, len(some)))

    def worth(lean: float) -> float:
        across = (cosine * math.cos(2 * lean) + sine * math.sin(2 * lean)) / max(coherent, 1e-6)
        return _clearness(points, lean) + 1.5 * across - min(0.5 * (lean / _USUAL_LEAN) ** 2, 1.5)

    coarse = max(np.radians(np.arange(-90, 90, 5)), key=worth)
    return float(max(coarse + np.radians(np.arange(-4, 5, 2)), key=worth))


def _clearness(points: npt.NDArray[np.float64], lean: float) -> float:
    """Logarithm of how unevenly skin is spread across the direction `lean`."""
    across = math.cos(lean) * points[0] + math.sin(lean) * points[1]
    counts = np.bincount(((across - across.min()) / 3).astype(np.int64)).astype(np.float64)
    steps = np.diff(np.convolve(counts, np.ones(3) / 3))
    return 2.5 * math.log(float((steps**2).sum()) / float((counts**2).sum()) + 1e-6)


def right_hand(tips: Sequence[Tip], missing: Sequence[int] = ()) -> float:
    """Probability that these fingers, from left to right, are a right hand's and not a left one's. 0.5 where their
    number leaves open which they are. `missing`: indices of absent fingers, 0 the index to 3 the little finger."""
    there = np.array([number for number in range(4) if number not in missing])
    if len(tips) != len(there) or len(tips) < 3:
        return 0.5
    x = np.array([one.x for one in tips]) / PER_MM
    y = np.array([one.y for one in tips]) / PER_MM
    right, left = _log_density(x, y, _DROPS[there]), _log_density(x, y, _DROPS[there][::-1])
    # halved: the model is a caricature, and its certainty with it
    return 1 / (1 + math.exp(float(np.clip((left - right) / 2, -30, 30))))


def _log_density(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], drops: npt.NDArray[np.float64]) -> float:
    """Of tips at `y` that follow `drops` up to a shift, a lean and a size that are not known, each Gaussian."""
    one, along = np.ones(len(x)), x - x.mean()
    covariance = _SPREAD**2 * np.eye(len(x)) + 1e4 * np.outer(one, one)
    covariance += math.tan(_LEAN_ERROR) ** 2 * np.outer(along, along) + _SCALE**2 * np.outer(drops, drops)
    off = y - drops
    _, volume = np.linalg.slogdet(covariance)
    return float(-0.5 * (off @ np.linalg.solve(covariance, off) + volume))
