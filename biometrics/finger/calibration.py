"""Numbers fitted to data: what makes a score a log-likelihood ratio, and which threshold means which error rate.

Fitted by `python -m benchmarks.finger_calibration` on all 2,940 mated and 28,160 other pairs of FVC2004 DB1-4 B and
U.are.U: rates measured on these same pairs are a little too good; the command prints those of a score that never saw
the finger it judges. A threshold is the lowest score at which at most that share of the 28,160 non-mated pairs would
match, before `compare.doubt` is taken off: so they are a little stricter than that. Under one in a thousand they are
extrapolated, by an exponential tail through the highest two hundred scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FMR: Final = 0.001
"""The false match rate that `Calibration.threshold` stands for."""
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


WITH_FIELDS: Final = Calibration(
    3.1314, (10.6783, 4.0753, 16.4542, 1.9774, 13.9915, -18.0043), thresholds=(-5.81, -2.14, 0.70, 3.61, 6.48, 9.36)
)
"""Both templates come from images: common ground, ridge periods and phases are known too."""
WITHOUT_FIELDS: Final = Calibration(
    16.2368, (17.2704, 6.6164, 16.7192, 2.8466, 0.0000, 0.0000), thresholds=(-4.63, -1.26, 1.50, 4.40, 7.20, 10.00)
)
"""At least one was read from a record of minutiae alone."""
