"""Intervals of error rates: around the rates, from fingers and not from pairs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.bootstrap import BAND, _curve, _rates, interval, subject
from biometrics.evaluation import Pair, Scores, UnusablePairs, error_rates

LEVELS = st.lists(st.integers(0, 12), min_size=1, max_size=40)


@given(LEVELS, LEVELS)
def test_pairs_of_weight_one_give_the_plain_rates(mated: list[int], others: list[int]) -> None:
    scores = np.array(mated + others, float)
    truth = np.array([True] * len(mated) + [False] * len(others))
    order = np.argsort(-scores, kind="stable")
    falling, kind = scores[order], truth[order]
    last = np.append(falling[1:] != falling[:-1], True)
    curve = _curve(np.where(kind, 1.0, 0.0), np.where(kind, 0.0, 1.0), last)
    assert curve is not None
    weighted = _rates(*curve)
    plain = dataclasses.astuple(error_rates(np.array(mated, float), np.array(others, float)))
    assert weighted == pytest.approx(plain, abs=1e-9)


def people(count: int, seed: int) -> tuple[list[Pair], Scores]:
    """Every pair of three impressions each; a person's mated scores go together."""
    rng = np.random.default_rng(seed)
    ease = rng.normal(3, 1, count)
    names = [(person, k) for person in range(count) for k in range(3)]
    pairs, scores = [], []
    for i, (p, k) in enumerate(names):
        for q, m in names[:i]:
            pairs.append(Pair("s", f"{q}_{m}", f"{p}_{k}", p == q))
            scores.append(rng.normal(ease[p], 0.3) if p == q else rng.normal())
    return pairs, np.array(scores)


def test_the_rates_lie_in_their_interval_and_more_people_narrow_it() -> None:
    widths = []
    for count in (8, 40):
        pairs, scores = people(count, 1)
        mated = np.array([pair.mated for pair in pairs])
        rates = error_rates(scores[mated], scores[~mated])
        found = interval(pairs, scores, resamples=200)
        assert found.subjects == count
        assert found.lower.eer <= rates.eer <= found.upper.eer
        assert found.lower.fmr100 <= rates.fmr100 <= found.upper.fmr100
        widths.append(found.upper.eer - found.lower.eer)
    assert widths[1] < widths[0]


def test_the_band_falls_with_the_false_match_rate_and_meets_the_intervals() -> None:
    pairs, scores = people(20, 3)
    found = interval(pairs, scores, resamples=100)
    lower, upper = np.array(found.band).T
    assert len(lower) == len(BAND)
    assert (lower <= upper).all()
    assert (np.diff(lower) <= 0).all()
    assert (np.diff(upper) <= 0).all()
    at = int(np.argmin(np.abs(np.log10(BAND) + 2)))
    assert (lower[at], upper[at]) == pytest.approx((found.lower.fmr100, found.upper.fmr100))


def test_one_finger_alone_has_no_interval() -> None:
    with pytest.raises(UnusablePairs, match="too few"):
        interval([Pair("s", "1_1", "1_2", mated=True)], np.array([1.0]), resamples=20)


def test_the_same_pairs_give_the_same_interval() -> None:
    pairs, scores = people(8, 2)
    assert interval(pairs, scores, resamples=50) == interval(pairs, scores, resamples=50)


@pytest.mark.parametrize(("name", "whose"), [("102_3", "102"), ("012_10_1", "012_10"), ("alone", "alone")])
def test_a_subject_is_the_name_without_its_impression(name: str, whose: str) -> None:
    assert subject(Pair("s", name, name, mated=True), name) == ("s", whose)
