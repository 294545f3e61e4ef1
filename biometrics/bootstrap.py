"""How far error rates would move with other fingers or people: the bootstrap over subjects (ISO/IEC 19795-1 annex B).

Pairs of one finger are not independent, so fingers are drawn, with replacement and within their data set, and a pair
weighs as often as both of its fingers were drawn. A mated pair has one finger and weighs that once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.evaluation import BOUNDS, ErrorRates, Pair, Scores

RESAMPLES: Final = 1000
SEED: Final = 1
COVERAGE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Of each rate, lowest and highest, shares 0 to 1; `subjects` were drawn from."""

    lower: ErrorRates
    upper: ErrorRates
    subjects: int


def subject(pair: Pair, name: str) -> tuple[str, str]:
    """Data set, and the name without its last part: `102_3` is an impression of finger 102."""
    return pair.set, name.rpartition("_")[0] or name


def interval(pairs: Sequence[Pair], scores: Scores, *, resamples: int = RESAMPLES) -> Interval:
    """`scores` in the order of `pairs`, -inf where there is none. The same pairs and scores give the same interval."""
    known = sorted({subject(pair, name) for pair in pairs for name in (pair.a, pair.b)})
    number = {one: k for k, one in enumerate(known)}
    first = np.array([number[subject(pair, pair.a)] for pair in pairs])
    second = np.array([number[subject(pair, pair.b)] for pair in pairs])
    mated = np.array([pair.mated for pair in pairs])
    order = np.argsort(-scores, kind="stable")
    first, second, mated, falling = first[order], second[order], mated[order], scores[order]
    last = np.append(falling[1:] != falling[:-1], True)  # a threshold lies between different scores only
    groups = [np.array([k for k, one in enumerate(known) if one[0] == name]) for name in {one[0] for one in known}]
    groups.sort(key=lambda group: int(group[0]))
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(resamples):
        times = _drawn(rng, groups, len(known))
        weight = np.where(first == second, times[first], times[first] * times[second])
        drawn.append(_rates(np.where(mated, weight, 0), np.where(mated, 0, weight), last))
    margin = (1 - COVERAGE) / 2
    lower, upper = np.nanquantile(np.array(drawn), [margin, 1 - margin], axis=0)
    return Interval(ErrorRates(*lower.tolist()), ErrorRates(*upper.tolist()), len(known))


def _drawn(rng: np.random.Generator, groups: Sequence[npt.NDArray[np.intp]], count: int) -> Scores:
    times = np.zeros(count)
    for group in groups:
        times[group] = np.bincount(rng.integers(len(group), size=len(group)), minlength=len(group))
    return times


def _rates(mated: Scores, others: Scores, last: npt.NDArray[np.bool_]) -> list[float]:
    """As `evaluation.error_rates`, of weighted pairs by falling score; not a number where a kind was not drawn."""
    if not mated.sum() or not others.sum():
        return [np.nan] * len(fields(ErrorRates))
    fnmr = np.append(1.0, (mated.sum() - np.cumsum(mated)[last]) / mated.sum())  # equal shares are equal numbers
    fmr = np.append(0.0, np.cumsum(others)[last] / others.sum())
    above, below = np.flatnonzero(fnmr >= fmr)[-1], np.flatnonzero(fnmr <= fmr)[0]
    at = min((below, above), key=lambda k: fmr[k] + fnmr[k])
    bounded = [float(fnmr[fmr <= bound].min()) for bound in BOUNDS]
    return [float(fmr[at] + fnmr[at]) / 2, *bounded]
