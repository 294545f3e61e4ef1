"""Numbers fitted to data: what makes a score a log-likelihood ratio, and which threshold means which error rate.

Fitted by `python -m benchmarks.fingers --calibrate` on all 2,940 mated and 28,160 other pairs of FVC2004 DB1-4 B and
U.are.U: rates measured on these same pairs are a little too good. The threshold is the lowest score at which at most
one in a thousand of the 28,160 non-mated pairs would match.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FMR: Final = 0.001
"""The false match rate that `Calibration.threshold` stands for."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`offset` + `weights` · features (see `compare.features`) is the natural logarithm of the likelihood ratio."""

    offset: float
    weights: tuple[float, ...]
    threshold: float


WITH_FIELDS: Final = Calibration(4.2953, (7.9237, 2.6523, 1.0459, 10.9436, -16.3551), threshold=0.3068)
"""Both templates come from images: common ground and ridge periods are known too."""
WITHOUT_FIELDS: Final = Calibration(9.8677, (11.2725, 3.9683, 1.6983, 4.8692, 0.0), threshold=0.6666)
"""At least one was read from a record of minutiae alone."""
