"""What a face score means: which threshold stands for which false match rate, and how much a score speaks for one
person.

A table is as good as its pairs. Under `Calibration.least` there were too few false matches to count, and no threshold
is given: galleries extrapolate beyond it on their own account (`biometrics.face.gallery`).

    RateUnsupported       a false match rate that the calibration's pairs cannot show
    UnusablePairs         too few pairs to calibrate with, or scores that do not tell mates from others
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import BiometricError
from biometrics.evaluation import UnusablePairs, threshold_at

Scores = npt.NDArray[np.float64]

COUNTED: Final = 30
"""False matches that a threshold must rest on: then the rate is within 30 % of the true one nine times in ten, if pairs
were independent (Doddington et al., "The NIST speaker recognition evaluation", 2000)."""
RATES: Final = tuple(digit * 10.0**-power for power in range(1, 9) for digit in (5, 2, 1))
"""At which thresholds are kept, falling; 0.5 down to 10^-8."""
LEAST_MATED: Final = 30
"""Mated pairs below which no likelihood is fitted."""
STEPS: Final = 50
"""Of Newton's method; it needs about ten."""


class RateUnsupported(BiometricError):
    code = "rate_unsupported"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds (rising) at false match rates (falling), and the score's natural log-likelihood ratio as `offset` +
    `weight` · score, held within what as many pairs can show. `mated` and `non_mated` count the pairs it comes from."""

    measured_on: str
    mated: int
    non_mated: int
    rates: tuple[float, ...]
    thresholds: tuple[float, ...]
    offset: float
    weight: float

    @property
    def least(self) -> float:
        """The lowest false match rate the pairs support."""
        return self.rates[-1]

    def threshold_at(self, fmr: float) -> float:
        """The lowest score that at most a share `fmr` of strangers reach, from `least` to 0.5; between measured rates
        along the logarithm. Raise `RateUnsupported`."""
        if not self.least * (1 - 1e-9) <= fmr <= self.rates[0]:
            raise RateUnsupported(
                f"No threshold for a false match rate of {fmr:g}: the {self.non_mated:,} non-mated pairs of this "
                f"calibration support rates from {self.least:g} to {self.rates[0]:g}."
            )
        return float(np.interp(-math.log(fmr), -np.log(self.rates), self.thresholds))

    def fmr_at(self, score: float) -> float:
        """The false match rate a threshold at this score would have; outside the table its nearest end."""
        return float(np.exp(np.interp(score, self.thresholds, np.log(self.rates))))

    def llr(self, score: float) -> float:
        """Natural logarithm of how much likelier the score is between pictures of one person than of two, as fingers'
        scores are: `biometrics.fusion.fused` adds them up. Never beyond what the number of pairs can show."""
        value = self.offset + self.weight * score
        return min(max(value, -math.log(self.mated)), math.log(self.non_mated))


SHIPPED: Final = Calibration(
    "2,320 pictures of 1,241 people of LFW (protocol folds 1 to 3)",
    mated=2891,
    non_mated=2687149,
    rates=(0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001, 5e-05, 2e-05),
    thresholds=(
        *(0.84646, 0.87460, 0.88789, 0.89807, 0.90872, 0.91538, 0.92119),
        *(0.92812, 0.93287, 0.93719, 0.94264, 0.94640, 0.95038, 0.95440),
    ),
    offset=-141.859,
    weight=155.236,
)
"""Of the shipped backend, `python -m biometrics face calibrate --folder`: all pairs that those pictures make. They are
press pictures of public people, who are likelier to be told apart than relatives or one nation's travellers of one age
and sex: at a border the same threshold has more false matches than this."""


def fitted(mated: Scores, non_mated: Scores, *, measured_on: str) -> Calibration:
    """Of scores of pairs of one person and of two. Raise `UnusablePairs`."""
    rates = tuple(rate for rate in RATES if rate * len(non_mated) >= COUNTED)
    if not rates or len(mated) < LEAST_MATED:
        raise UnusablePairs(
            f"a calibration needs {LEAST_MATED} mated and {2 * COUNTED} non-mated pairs at least; "
            f"there are {len(mated)} and {len(non_mated)}"
        )
    offset, weight = _likelihood(mated, non_mated)
    thresholds = tuple(threshold_at(non_mated, rate) for rate in rates)
    return Calibration(measured_on, len(mated), len(non_mated), rates, thresholds, offset, weight)


def _likelihood(mated: Scores, non_mated: Scores) -> tuple[float, float]:
    """Logistic regression with both kinds weighing the same, by Newton's method: the log-odds are then the
    log-likelihood ratio. A little ridge keeps the weight finite where the scores part without overlap."""
    scores = np.concatenate([mated, non_mated]).astype(np.float64)
    middle, spread = (mated.mean() + non_mated.mean()) / 2, float(scores.std()) or 1.0
    x = (scores - middle) / spread
    y = np.concatenate([np.ones(len(mated)), np.zeros(len(non_mated))])
    share = np.concatenate([np.full(len(mated), 0.5 / len(mated)), np.full(len(non_mated), 0.5 / len(non_mated))])
    at = np.zeros(2)
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(at[0] + at[1] * x, -40, 40)))
        slope, bend = share * (y - p), share * p * (1 - p)
        gradient = np.array([slope.sum(), slope @ x - 1e-4 * at[1]])
        curvature = np.array([[bend.sum(), bend @ x], [bend @ x, bend @ x**2 + 1e-4]]) + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        at += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            break
    if at[1] <= 0:
        raise UnusablePairs("mated pairs score no higher than others: is the list right, and the model's input?")
    return float(at[0] - at[1] * middle / spread), float(at[1] / spread)
