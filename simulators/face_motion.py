"""How a person stands and how a hand holds something: smooth, never quite still, the same for a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

Course = Callable[[float], float]
"""Of the time in seconds."""

BLINK_SECONDS: Final = 0.3
BLINK_INTERVAL: Final = 3.5
"""Seconds between blinks in the mean; people looking at a screen blink 10 to 20 times a minute."""


def wander(
    rng: np.random.Generator, amplitude: float, *, low: float = 0.12, high: float = 0.9, parts: int = 4
) -> Course:
    """A sum of sines from `low` to `high` Hz with random phases; `amplitude` is its standard deviation."""
    hertz = np.exp(rng.uniform(np.log(low), np.log(high), parts))
    phases, weights = rng.uniform(0, 2 * np.pi, parts), rng.uniform(0.4, 1, parts)
    weights *= amplitude * np.sqrt(2 / (weights**2).sum())
    return lambda at: float((weights * np.sin(2 * np.pi * hertz * at + phases)).sum())


def tremor(rng: np.random.Generator, slow: float, fast: float) -> Course:
    """A hand: it drifts slowly and trembles at 8 to 11 Hz."""
    drift, shake = wander(rng, slow, low=0.15, high=1.6), wander(rng, fast, low=8, high=11)
    return lambda at: drift(at) + shake(at)


@dataclass(frozen=True, slots=True)
class Pose:
    """`x`, `y` in shares of a face's width from where it stood; `near` a factor of size; angles in degrees."""

    x: float
    y: float
    near: float
    yaw: float
    pitch: float
    roll: float
    open: float
    """1: the eyes are open; 0: closed."""
    smile: float


class Stance:
    """A person before a camera for as long as one asks. `liveliness` 1 is usual; 0.4 is somebody told to hold still."""

    def __init__(self, seed: int, *, liveliness: float | None = None) -> None:
        rng = np.random.default_rng((seed, 81))
        much = float(rng.uniform(0.45, 1.5)) if liveliness is None else liveliness
        self._x, self._y = wander(rng, 0.020 * much), wander(rng, 0.012 * much)
        self._near = wander(rng, 0.008 * much)
        self._yaw, self._pitch, self._roll = (wander(rng, much * by) for by in (3.2, 2.0, 1.2))
        self._smile = float(rng.choice([0.0, 0.0, 0.2, 0.4]))
        gaps = rng.gamma(3.0, BLINK_INTERVAL / 3, 40)
        self._blinks = np.cumsum(gaps) - rng.uniform(0, BLINK_INTERVAL)

    def __call__(self, at: float) -> Pose:
        near = 1 + self._near(at)
        angles = self._yaw(at), self._pitch(at), self._roll(at)
        return Pose(self._x(at), self._y(at), near, *angles, self._open(at), self._smile)

    def _open(self, at: float) -> float:
        since = at - self._blinks
        now = since[(since >= 0) & (since < BLINK_SECONDS)]
        return 1.0 if not now.size else float(abs(np.cos(np.pi * now[0] / BLINK_SECONDS)))
