"""Intervals of error rates: around the rates, from fingers and not from pairs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.bootstrap import _rates, interval, subject
from biometrics.evaluation import Pair, Scores, error_rates

LEVELS = st.lists(st.integers(0, 12), min_size=1, max_size=40)


@given(LEVELS, LEVELS)
def test_pairs_of_weight_one_give_the_plain_rates(mated: list[int], others: list[int]) -> None:
    scores = np.array(mated + others, float)
    truth = np.array([True] * len(mated) + [False] * len(others))
    order = np.argsort(-scores, kind="stable")
    falling, kind = scores[order], truth[order]
    last = np.append(falling[1:] != falling[:-1], True)
    weighted = _rates(np.where(kind, 1.0, 0.0), np.where(kind, 0.0, 1.0), last)
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


def test_the_same_pairs_give_the_same_interval() -> None:
    pairs, scores = people(8, 2)
    assert interval(pairs, scores, resamples=50) == interval(pairs, scores, resamples=50)


@pytest.mark.parametrize(("name", "whose"), [("102_3", "102"), ("012_10_1", "012_10"), ("alone", "alone")])
def test_a_subject_is_the_name_without_its_impression(name: str, whose: str) -> None:
    assert subject(Pair("s", name, name, mated=True), name) == ("s", whose)
