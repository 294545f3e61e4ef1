"""Accuracy and speed of the fingerprint core on the reference pairs.

    python -m benchmarks.fingers [--calibrate]

`--calibrate` fits the numbers of `biometrics.finger.calibration` and prints them, with the error rates of a score that
never saw the finger it judges (five folds over fingers).
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from biometrics.evaluation import ErrorRates, Pair, Scores, error_rates, evaluate, read_pairs, threshold_at
from biometrics.finger.compare import LOWEST, Evidence, Prepared, evidence, features, prepare, score
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "fingerprints"
FOLDS = 5
RIDGE = 1e-3
"""Penalty on standardised weights: keeps correlated features from taking opposite signs."""
Key = tuple[str, str]
T = TypeVar("T")


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calibrate", action="store_true")
    options = parser.parse_args(arguments)
    if not DATA.is_dir():
        print(f"fingers: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    pairs = read_pairs(DATA / "pairs.csv")
    print(f"fingers, {len(pairs)} pairs, one core of {platform.node()} ({platform.machine()})")
    templates = extracted(pairs)
    if options.calibrate:
        calibrate(pairs, templates)
    else:
        measure(pairs, templates)


def timed(
    label: str, unit: str, scale: Callable[[float, int], float], work: Callable[[], dict[Key, T]]
) -> dict[Key, T]:
    start = time.perf_counter()
    result = work()
    print(f"  {label:34}{scale(time.perf_counter() - start, len(result)):10.2f} {unit}")
    return result


def milliseconds_each(seconds: float, count: int) -> float:
    return 1000 * seconds / count


def extracted(pairs: Iterable[Pair]) -> dict[Key, FingerTemplate]:
    keys = sorted({(pair.set, name) for pair in pairs for name in (pair.a, pair.b)})
    images = {key: read(next((DATA / key[0]).glob(f"{key[1]}.*"))) for key in keys}
    extract(*images[keys[0]])  # compiles, or loads what was compiled
    return timed("extraction", "ms an image", milliseconds_each, lambda: {k: extract(*images[k]) for k in keys})


def prepared(templates: dict[Key, FingerTemplate]) -> dict[Key, Prepared]:
    prepare(next(iter(templates.values())))
    return timed("template made ready", "ms", milliseconds_each, lambda: {k: prepare(t) for k, t in templates.items()})


def measure(pairs: list[Pair], templates: dict[Key, FingerTemplate]) -> None:
    ready = prepared(templates)
    score(ready[pairs[0].set, pairs[0].a], ready[pairs[0].set, pairs[0].b])
    start = time.perf_counter()
    scores = {pair.key: score(ready[pair.set, pair.a], ready[pair.set, pair.b]) for pair in pairs}
    print(f"  {'comparisons, one to one':34}{len(pairs) / (time.perf_counter() - start):10.0f} a second")
    for evaluation in evaluate(pairs, scores):
        print_rates(evaluation.name, evaluation.rates)


def print_rates(name: str, rates: ErrorRates) -> None:
    print(
        f"  {name:34}EER {100 * rates.eer:5.2f} %   FMR100 {100 * rates.fmr100:5.2f} %   "
        f"FMR1000 {100 * rates.fmr1000:5.2f} %   ZeroFMR {100 * rates.zero_fmr:5.2f} %"
    )


def calibrate(pairs: list[Pair], templates: dict[Key, FingerTemplate]) -> None:
    bare = {key: dataclasses.replace(template, field=None) for key, template in templates.items()}
    for name, chosen in (("WITH_FIELDS", templates), ("WITHOUT_FIELDS", bare)):
        ready = prepared(chosen)
        found = [evidence(ready[pair.set, pair.a], ready[pair.set, pair.b]) for pair in pairs]
        fit_and_print(name, pairs, found)


def fit_and_print(name: str, pairs: list[Pair], found: list[Evidence | None]) -> None:
    inputs = np.array([features(one) for one in found if one is not None])
    usable = np.array([one is not None for one in found])
    mated = np.array([pair.mated for pair in pairs])
    weights = logistic(inputs, mated[usable])
    scores = np.full(len(pairs), LOWEST)
    scores[usable] = np.clip(weights[0] + inputs @ weights[1:], LOWEST, None)
    listed = ", ".join(f"{weight:.4f}" for weight in weights[1:])
    print(f"{name} = Calibration({weights[0]:.4f}, ({listed}))")
    print(f"  threshold at FMR 0.1 %: {threshold_at(scores[~mated], 1e-3):.4f}")
    print_rates("fitted on the same pairs", error_rates(scores[mated], scores[~mated]))
    unseen = cross_validated(pairs, inputs, usable, mated)
    print_rates("cross-validated over fingers", error_rates(unseen[mated], unseen[~mated]))


def logistic(inputs: npt.NDArray[np.float64], mated: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Offset and weights; both classes weigh the same in sum, so the result is a log-likelihood ratio. No weight may
    speak against its feature's meaning (similarity never lowers the score, stretch never raises it)."""
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    sign, balance = np.where(mated, 1, -1), np.where(mated, 1 / mated.sum(), 1 / (~mated).sum())
    standard = (inputs - mean) / spread

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        margin = sign * (weights[0] + standard @ weights[1:])
        pull = -balance * sign / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.concatenate([[pull.sum()], standard.T @ pull + 2 * RIDGE * weights[1:]])
        return float((balance * np.logaddexp(0, -margin)).sum() + RIDGE * (weights[1:] ** 2).sum()), gradient

    bounds = [(None, None), *[(0, None)] * (inputs.shape[1] - 1), (None, 0)]
    fitted = minimize(loss, np.zeros(inputs.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    weights = fitted[1:] / spread
    return np.concatenate([[fitted[0] - (weights * mean).sum()], weights])


def cross_validated(
    pairs: list[Pair], inputs: npt.NDArray[np.float64], usable: npt.NDArray[np.bool_], mated: npt.NDArray[np.bool_]
) -> Scores:
    fold_a = np.array([fold(pair.set, pair.a) for pair in pairs])
    fold_b = np.array([fold(pair.set, pair.b) for pair in pairs])
    rows = np.cumsum(usable) - 1
    scores = np.full(len(pairs), LOWEST)
    for held in range(FOLDS):
        train, test = usable & (fold_a != held) & (fold_b != held), usable & (fold_a == held)
        weights = logistic(inputs[rows[train]], mated[train])
        scores[test] = weights[0] + inputs[rows[test]] @ weights[1:]
    return scores


def fold(group: str, name: str) -> int:
    """By finger: all impressions of one (`102_3` is the third of finger 102) fall together."""
    return zlib.crc32(f"{group}/{name.rpartition('_')[0]}".encode()) % FOLDS


if __name__ == "__main__":
    main(sys.argv[1:])
