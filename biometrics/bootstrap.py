"""How far error rates would move with other fingers or people: the bootstrap over subjects (ISO/IEC 19795-1 annex B).

Pairs of one finger are not independent, so fingers are drawn, with replacement and within their data set, and a pair
weighs as often as both of its fingers were drawn. A mated pair has one finger and weighs that once. What the drawing
can not show: fingers harder than all those in the list, and errors that none of its pairs makes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.evaluation import BOUNDS, POOLED, ErrorRates, Evaluation, Key, Pair, Scores, UnusablePairs

RESAMPLES: Final = 1000
SEED: Final = 1
COVERAGE: Final = 0.95
BAND: Final = tuple(10 ** (-power / 20) for power in range(100, -1, -1))
"""False match rates, 10^-5 to 1, at which the band around a DET curve is known."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Of each rate, lowest and highest, shares 0 to 1; `subjects` were drawn from. `band` is the same of the FNMR at
    each false match rate of `BAND`: rows of lowest and highest."""

    lower: ErrorRates
    upper: ErrorRates
    subjects: int
    band: tuple[tuple[float, float], ...]


def subject(pair: Pair, name: str) -> tuple[str, str]:
    """Data set, and the name without its last part: `102_3` is an impression of finger 102."""
    return pair.set, name.rpartition("_")[0] or name


def intervals(
    pairs: Sequence[Pair], scores: Mapping[Key, float], found: Sequence[Evaluation], *, resamples: int = RESAMPLES
) -> dict[str, Interval]:
    """By the names of `found`, which are data sets and `POOLED`."""
    given = {}
    for one in found:
        chosen = [pair for pair in pairs if one.name in (pair.set, POOLED)]
        known = np.array([scores.get(pair.key, -math.inf) for pair in chosen])
        given[one.name] = interval(chosen, known, resamples=resamples)
    return given


def interval(pairs: Sequence[Pair], scores: Scores, *, resamples: int = RESAMPLES) -> Interval:
    """`scores` in the order of `pairs`, -inf where there is none. The same pairs and scores give the same interval.
    Raises `UnusablePairs` where no drawing had both mated and non-mated pairs."""
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
    rates, bands = [], []
    for _ in range(resamples):
        times = drawn(rng, groups, len(known))
        weight = np.where(first == second, times[first], times[first] * times[second])
        curve = _curve(np.where(mated, weight, 0), np.where(mated, 0, weight), last)
        if curve is not None:
            rates.append(_rates(*curve))
            bands.append(_lowest(*curve, BAND))
    if not rates:
        raise UnusablePairs("too few fingers or people for intervals; without them it can be evaluated")
    (lower, upper), band = _quantiles(rates), _quantiles(bands)
    edges = tuple((float(low), float(high)) for low, high in band.T)
    return Interval(ErrorRates(*lower.tolist()), ErrorRates(*upper.tolist()), len(known), edges)


def _quantiles(drawn: Sequence[Scores]) -> Scores:
    margin = (1 - COVERAGE) / 2
    return np.quantile(np.array(drawn), [margin, 1 - margin], axis=0)


def drawn(rng: np.random.Generator, groups: Sequence[npt.NDArray[np.intp]], count: int) -> Scores:
    times = np.zeros(count)
    for group in groups:
        times[group] = np.bincount(rng.integers(len(group), size=len(group)), minlength=len(group))
    return times


def _curve(mated: Scores, others: Scores, last: npt.NDArray[np.bool_]) -> tuple[Scores, Scores] | None:
    """As `evaluation.curve`, of weighted pairs by falling score, so FMR rises; None where a kind was not drawn."""
    if not mated.sum() or not others.sum():
        return None
    fnmr = np.append(1.0, (mated.sum() - np.cumsum(mated)[last]) / mated.sum())  # equal shares are equal numbers
    fmr = np.append(0.0, np.cumsum(others)[last] / others.sum())
    return fmr, fnmr


def _rates(fmr: Scores, fnmr: Scores) -> Scores:
    """As `evaluation.error_rates`."""
    above, below = np.flatnonzero(fnmr >= fmr)[-1], np.flatnonzero(fnmr <= fmr)[0]
    at = min((below, above), key=lambda k: fmr[k] + fnmr[k])
    return np.array([(fmr[at] + fnmr[at]) / 2, *_lowest(fmr, fnmr, BOUNDS)])


def _lowest(fmr: Scores, fnmr: Scores, bounds: Sequence[float]) -> Scores:
    """FNMR at the lowest threshold that keeps each bound: FNMR falls where FMR rises."""
    return np.asarray(fnmr[np.searchsorted(fmr, bounds, "right") - 1], np.float64)
