"""Fits the numbers of `biometrics.finger.calibration` and prints them.

    python -m benchmarks.finger_calibration

A logistic regression on the features of `biometrics.finger.compare`. `cross_validated` judges each finger by a fit
that never saw it: five folds over fingers, or a whole data set left out.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from biometrics.evaluation import Pair, Scores, threshold_at
from biometrics.finger.calibration import MEASURED_TO
from biometrics.finger.compare import HIGHEST, LOWEST, Evidence, doubt, features

FOLDS: Final = 5
RIDGE: Final = 1e-3
"""Penalty on standardised weights: keeps correlated features from taking opposite signs."""
TAIL: Final = 200
"""Highest non-mated scores through which the exponential tail is laid."""
POWERS: Final = 6

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sample:
    """Pairs and what was found of each; `inputs` holds the features of those that are `usable`, `doubts` what is taken
    off their scores for little common ground."""

    pairs: Sequence[Pair]
    inputs: Numbers
    doubts: Scores
    usable: Flags
    mated: Flags


def sampled(pairs: Sequence[Pair], found: Sequence[Evidence | None]) -> Sample:
    return Sample(
        pairs,
        np.array([features(one) for one in found if one is not None]),
        np.array([doubt(one) for one in found if one is not None]),
        np.array([one is not None for one in found]),
        np.array([pair.mated for pair in pairs]),
    )


def fitted(sample: Sample) -> tuple[Numbers, Scores]:
    """Offset and weights, and the score of every pair."""
    weights = logistic(sample.inputs, sample.mated[sample.usable])
    scale, shift = likelihood(weights[0] + sample.inputs @ weights[1:], sample.mated[sample.usable])
    weights = scale * weights
    weights[0] += shift
    scores = np.full(len(sample.pairs), LOWEST)
    scores[sample.usable] = np.clip(weights[0] + sample.inputs @ weights[1:] - sample.doubts, LOWEST, HIGHEST)
    return weights, scores


def logistic(inputs: Numbers, mated: Flags) -> Numbers:
    """Offset and weights; both classes weigh the same in sum, so the result is a log-likelihood ratio. No weight may
    speak against its feature's meaning (similarity never lowers the score; stretch, the last, never raises it)."""
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    sign, balance = np.where(mated, 1, -1), np.where(mated, 1 / mated.sum(), 1 / (~mated).sum())
    standard = (inputs - mean) / spread

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        margin = sign * (weights[0] + standard @ weights[1:])
        pull = -balance * sign / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.concatenate([[pull.sum()], standard.T @ pull + 2 * RIDGE * weights[1:]])
        return float((balance * np.logaddexp(0, -margin)).sum() + RIDGE * (weights[1:] ** 2).sum()), gradient

    bounds = [(None, None), *[(0, None)] * (inputs.shape[1] - 1), (None, 0)]
    result = minimize(loss, np.zeros(inputs.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = result[1:] / spread
    return np.concatenate([[result[0] - (weights * mean).sum()], weights])


def likelihood(scores: Scores, mated: Flags) -> tuple[float, float]:
    """Scale and shift that make a score the logarithm of the ratio of densities where both classes are: between the
    highest tenth of the others and the lowest tenth of the mated. Elsewhere one of them is too rare to tell."""
    low, high = np.quantile(scores[~mated], 0.9), np.quantile(scores[mated], 0.1)
    near = (scores >= low) & (scores <= high)
    balance = np.where(mated, 1 / mated.sum(), 1 / (~mated).sum())[near]
    sign, inputs = np.where(mated[near], 1, -1), scores[near]

    def loss(line: Numbers) -> float:
        return float((balance * np.logaddexp(0, -sign * (line[0] * inputs + line[1]))).sum())

    scale, shift = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return float(scale), float(shift)


def by_finger(pair: Pair, name: str) -> int:
    """All impressions of one finger (`102_3` is the third of finger 102) fall together."""
    return zlib.crc32(f"{pair.set}/{name.rpartition('_')[0]}".encode()) % FOLDS


def by_set(pair: Pair, name: str) -> str:
    return pair.set


def cross_validated(sample: Sample, fold: Callable[[Pair, str], int | str] = by_finger) -> Scores:
    """The score of each pair by a fit without any pair that has a finger of its first one's fold."""
    first = np.array([fold(pair, pair.a) for pair in sample.pairs])
    second = np.array([fold(pair, pair.b) for pair in sample.pairs])
    rows = np.cumsum(sample.usable) - 1
    scores = np.full(len(sample.pairs), LOWEST)
    for held in np.unique(first):
        train = sample.usable & (first != held) & (second != held)
        test = sample.usable & (first == held)
        taught, mated = sample.inputs[rows[train]], sample.mated[train]
        weights = logistic(taught, mated)
        scale, shift = likelihood(weights[0] + taught @ weights[1:], mated)
        plain = weights[0] + sample.inputs[rows[test]] @ weights[1:]
        scores[test] = scale * plain + shift - sample.doubts[rows[test]]
    return scores


def thresholds(non_mated: Scores) -> tuple[float, ...]:
    """For false match rates of 10^-1 to 10^-POWERS; measured as far as `MEASURED_TO`, then along the tail."""
    rates = [10.0**-power for power in range(1, POWERS + 1)]
    highest = np.sort(non_mated)[-TAIL:]
    slope = float((highest - highest[0]).mean())
    base = len(non_mated) / TAIL
    return tuple(
        threshold_at(non_mated, rate) if rate >= MEASURED_TO else float(highest[0]) - slope * math.log(rate * base)
        for rate in rates
    )


def main() -> None:
    from benchmarks.fingers import evidences, extracted, pairs_of_reference, records_read_back

    pairs = pairs_of_reference()
    templates = extracted(pairs)
    for name, chosen in (("WITH_FIELDS", templates), ("WITHOUT_FIELDS", records_read_back(templates))):
        sample = sampled(pairs, evidences(pairs, chosen))
        weights, scores = fitted(sample)
        listed = ", ".join(f"{weight:.4f}" for weight in weights[1:])
        limits = ", ".join(f"{limit:.2f}" for limit in thresholds(scores[~sample.mated]))
        print(f"{name}: Final = Calibration({weights[0]:.4f}, ({listed}), thresholds=({limits}))")


if __name__ == "__main__":
    main()
