"""Which score is a hit: the more people a gallery holds, the more alike a stranger to one of them is by chance.

A false positive identification rate (FPIR, ISO/IEC 19795-1 §8.6.3) among N samples asks for a false match rate of
FPIR / N a comparison, as if each erred independently. Below the rates that were measured it is extrapolated: how often
a stranger comes within 1 - score falls as a power of it, as it does for points in a space of some 20 dimensions. The
line through the lowest measured rate and a hundred times that lies 0.005 above what LFW's 2.7 million pairs say at
10⁻⁶: on the strict side. At 10⁻⁸, one false alarm in a hundred searches among a million, it gives 0.979; drawn for
halves of the people 0.976 to 0.981, and a generalised Pareto tail 0.972 to 0.978. Nobody has measured that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.face.calibration import SHIPPED, Calibration
from biometrics.face.template import DLIB

FPIR: Final = 0.01
"""A false alarm in a hundred searches: what a busy hall can still look into."""
LARGEST_FPIR: Final = 0.1
"""More often than in every tenth search nobody wants to look at a stranger."""
TAIL: Final = 100.0
"""Over how many times the lowest measured rate the line is drawn that goes on below it."""


@dataclass(frozen=True, slots=True)
class SearchThreshold:
    """A score from which a candidate is a hit, and the false match rate a comparison that it stands for."""

    score: float
    fmr: float
    extrapolated: bool


@dataclass(frozen=True, slots=True)
class SearchScale:
    """Of one backend: scores, rising and below 1, that stand for the false match rates a comparison, falling."""

    backend: str
    rates: tuple[float, ...]
    scores: tuple[float, ...]

    def among(self, samples: int, fpir: float) -> SearchThreshold:
        """For searching one face among so many samples. Raises `ValueError` for a share that is not above 0 and 0.1 at
        most."""
        if samples < 1 or not 0 < fpir <= LARGEST_FPIR:
            raise ValueError(f"a share above 0, {LARGEST_FPIR} at most, of searches among one sample at least")
        fmr = fpir / samples
        return SearchThreshold(self._score(fmr), fmr, fmr < self.rates[-1] * (1 - 1e-9))

    def _score(self, fmr: float) -> float:
        """Straight between the logarithms of the rates and of 1 - score, and on as the tail goes."""
        lowest = self.rates[-1]
        tail = (self._apart(lowest) - self._apart(TAIL * lowest)) / math.log(TAIL)
        return 1 - math.exp(self._apart(fmr) + max(math.log(lowest / fmr), 0.0) * tail)

    def _apart(self, fmr: float) -> float:
        """The logarithm of 1 - score at a rate, at least the lowest."""
        return float(np.interp(-math.log(fmr), -np.log(self.rates), np.log1p(-np.array(self.scores))))


def scale_of(backend: str, calibration: Calibration) -> SearchScale:
    """Of a backend's calibration for one to one."""
    return SearchScale(backend, calibration.rates, calibration.thresholds)


SHIPPED_SCALE: Final = scale_of(DLIB, SHIPPED)
