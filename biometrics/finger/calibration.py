"""Numbers fitted to data: what makes a score a log-likelihood ratio, and which threshold means which error rate.

Fitted by `python -m benchmarks.finger_calibration` on all 2,940 mated and 28,160 other pairs of FVC2004 DB1-4 B and
U.are.U: rates measured on these same pairs are a little too good; the command prints those of a score that never saw
the finger it judges. A threshold is the lowest score at which at most that share of the 28,160 non-mated pairs would
match, before `compare.doubt` is taken off: so they are a little stricter than that. Under one in a thousand they are
extrapolated, by an exponential tail through the highest two hundred scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

FMR: Final = 0.001
"""The false match rate that `Calibration.threshold` stands for."""
LARGEST_FPIR: Final = 0.1
"""More often than in every tenth search nobody wants to look at a stranger."""
MEASURED_TO: Final = 0.001
"""Thresholds for lower rates rest on an extrapolation."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`offset` + `weights` · features (see `compare.features`) is the natural logarithm of the likelihood ratio.
    `thresholds` are for false match rates of 10^-1, 10^-2 and so on."""

    offset: float
    weights: tuple[float, ...]
    thresholds: tuple[float, ...]

    @property
    def threshold(self) -> float:
        """For a false match rate of 0.1 %."""
        return self.threshold_for(FMR)

    def threshold_for(self, fmr: float) -> float:
        """`fmr` is one of 0.1, 0.01, … 0.000001. Raises `ValueError` for others: a rate between is nobody's measure."""
        for power, threshold in enumerate(self.thresholds, start=1):
            if abs(fmr * 10**power - 1) < 1e-6:
                return threshold
        raise ValueError(f"no threshold for a false match rate of {fmr}")

    def threshold_among(self, fingers: int, fpir: float) -> float:
        """For searching one finger among so many: the score that somebody who is not enrolled reaches in a share `fpir`
        of the searches (false positive identification rate, ISO/IEC 19795-1 §8.6.3), at most 0.1 and as if every
        comparison erred independently at `fpir / fingers`. Extrapolated along the tail of the last two thresholds,
        for a gallery of any use: what that is worth, `benchmarks.gallery` counts. Raises `ValueError`."""
        if fingers < 1 or not 0 < fpir <= LARGEST_FPIR:
            raise ValueError(f"a share above 0, {LARGEST_FPIR} at most, of searches among one finger at least")
        power = math.log10(fingers / fpir)
        known = range(1, len(self.thresholds) + 1)
        beyond = max(power - len(self.thresholds), 0.0) * (self.thresholds[-1] - self.thresholds[-2])
        return float(np.interp(power, known, self.thresholds)) + beyond


WITH_FIELDS: Final = Calibration(
    3.1314, (10.6783, 4.0753, 16.4542, 1.9774, 13.9915, -18.0043), thresholds=(-5.81, -2.14, 0.70, 3.61, 6.48, 9.36)
)
"""Both templates come from images: common ground, ridge periods and phases are known too."""
WITHOUT_FIELDS: Final = Calibration(
    16.2368, (17.2704, 6.6164, 16.7192, 2.8466, 0.0000, 0.0000), thresholds=(-4.63, -1.26, 1.50, 4.40, 7.20, 10.00)
)
"""At least one was read from a record of minutiae alone."""
