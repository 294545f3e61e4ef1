"""Error rates as ISO/IEC 19795-1 counts them, and their plot."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.det_plot import det_svg
from biometrics.evaluation import (
    POOLED,
    Pair,
    UnusablePairs,
    UnusableScores,
    error_rates,
    evaluate,
    read_pairs,
    read_scores,
    threshold_at,
    write_scores,
)

some_scores = st.lists(st.floats(-10, 10), min_size=1, max_size=60).map(np.array)


def test_separated_scores_have_no_errors() -> None:
    rates = error_rates(np.array([5.0, 6.0, 7.0]), np.array([1.0, 2.0]))
    assert (rates.eer, rates.fmr100, rates.zero_fmr) == (0, 0, 0)


def test_the_equal_error_rate_is_where_both_rates_cross() -> None:
    """One of four mates scores under one of four others: 25 % of each are wrong at a threshold between 2 and 4."""
    rates = error_rates(np.array([2.0, 6.0, 7.0, 8.0]), np.array([0.0, 0.5, 1.0, 4.0]))
    assert rates.eer == pytest.approx(0.25)


def test_fnmr_is_taken_at_the_lowest_threshold_the_bound_allows() -> None:
    mated = np.array([0.5, 1.5, 2.5, 3.5])
    others = np.concatenate([np.zeros(148), [1.0, 2.0]])
    rates = error_rates(mated, others)
    assert rates.fmr100 == 0.25  # above 1.0 one of 150 others is left, and the mate at 0.5 is lost
    assert rates.zero_fmr == 0.5


@given(some_scores, some_scores)
def test_stricter_bounds_never_lose_fewer_mates(mated: np.ndarray, others: np.ndarray) -> None:
    rates = error_rates(mated, others)
    assert 0 <= rates.fmr100 <= rates.fmr1000 <= rates.fmr10000 <= rates.zero_fmr <= 1
    assert 0 <= rates.eer <= 1


@given(some_scores, some_scores, st.floats(0.1, 10), st.floats(-5, 5))
def test_only_the_order_of_scores_matters(mated: np.ndarray, others: np.ndarray, scale: float, shift: float) -> None:
    mated, others = np.round(mated), np.round(others)
    assert error_rates(mated * scale + shift, others * scale + shift) == error_rates(mated, others)


@given(some_scores, st.sampled_from([0.0, 0.001, 0.01, 0.1]))
def test_the_threshold_keeps_its_bound(others: np.ndarray, bound: float) -> None:
    assert (others >= threshold_at(others, bound)).mean() <= bound


def test_a_pair_without_a_score_is_a_failure_to_match() -> None:
    pairs = [
        Pair("s", "1", "2", True),
        Pair("s", "1", "3", True),
        Pair("s", "1", "4", False),
        Pair("s", "2", "4", False),
    ]
    known = {pairs[0].key: 5.0, pairs[2].key: 1.0, pairs[3].key: 2.0}
    (_, pooled) = evaluate(pairs, known)
    assert pooled.rates.zero_fmr == 0.5
    assert pooled.mated[0] == -np.inf


def test_sets_are_rated_apart_and_together() -> None:
    pairs = [Pair(group, "1", str(k), k < 3) for group in ("b", "a") for k in (2, 3)]
    found = evaluate(pairs, {pair.key: float(pair.mated) for pair in pairs})
    assert [one.name for one in found] == ["a", "b", POOLED]
    assert len(found[-1].mated) == 2


def test_a_pool_without_mates_is_refused() -> None:
    with pytest.raises(UnusablePairs):
        evaluate([Pair("s", "1", "2", False)], {})


@pytest.mark.parametrize(
    "text",
    ["", "set,a,b\ns,1,2\n", "set,a,b,mated\n", "set,a,b,mated\ns,1,2,yes\n", "set,a,b,mated\ns,1\n", "\x00\xff"],
)
def test_what_is_no_pair_list_is_a_typed_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "pairs.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(UnusablePairs):
        read_pairs(tmp_path / "pairs.csv")


@pytest.mark.parametrize("text", ["set,a,b,mated\n", "set,a,b,score\ns,1,2,high\n", "set,a,b,score\ns,1,2,nan\n"])
def test_what_is_no_score_file_is_a_typed_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "scores.csv").write_text(text)
    with pytest.raises(UnusableScores):
        read_scores(tmp_path / "scores.csv")


def test_scores_come_back_exactly(tmp_path: Path) -> None:
    write_scores(tmp_path / "s.csv", [("set", "a", "b, c", 1 / 3)])
    assert read_scores(tmp_path / "s.csv") == {("set", "a", "b, c"): 1 / 3}


def test_the_plot_has_a_curve_and_a_name_for_every_set() -> None:
    rng = np.random.default_rng(1)
    pairs = [Pair(group, "1", str(k), k < 200) for group in ("first", "<second>") for k in range(600)]
    known = {pair.key: float(rng.normal(3 if pair.mated else 0)) for pair in pairs}
    root = ElementTree.fromstring(det_svg(evaluate(pairs, known)))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"first", "<second>", POOLED, "False match rate", "False non-match rate"} <= set(texts)
    widths = [element.get("stroke-width") for element in root.iter("{http://www.w3.org/2000/svg}path")]
    assert widths.count("1.5") == 4  # two curves, and their lines in the legend
    assert widths.count("2.6") == 2
