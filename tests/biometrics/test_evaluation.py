"""Error rates as ISO/IEC 19795-1 counts them, and their plot."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.bootstrap import Interval, intervals
from biometrics.commands.rates import Evaluated, table
from biometrics.det_plot import det_svg
from biometrics.evaluation import (
    POOLED,
    ErrorRates,
    Evaluation,
    Failures,
    Key,
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


def test_scores_of_other_pairs_are_refused() -> None:
    with pytest.raises(UnusableScores, match="no pair"):
        evaluate([Pair("s", "1", "2", False), Pair("s", "1", "3", True)], {("s", "2", "1"): 1.0})


def test_failures_are_counted_by_set_and_kind() -> None:
    """Of sample 4 nothing could be made; 2 and 3 failed with each other alone, so both were acquired."""
    listed = [("1", "2", True), ("1", "4", True), ("1", "3", False), ("2", "3", False), ("2", "4", False)]
    pairs = [Pair("s", *row) for row in listed] + [Pair("t", "1", "2", True), Pair("t", "1", "3", False)]
    failed = {pairs[k].key for k in (1, 3, 4)}
    s, t, pooled = evaluate(pairs, {pair.key: float(pair.mated) for pair in pairs if pair.key not in failed})
    assert (s.failures.mated, s.failures.non_mated) == (1, 2)
    assert (s.failures.samples, s.failures.unusable, s.failures.fta) == (4, 1, 0.25)
    assert not t.failures
    assert (pooled.failures.mated, pooled.failures.samples, pooled.failures.unusable) == (1, 7, 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "set,a,b\ns,1,2\n",
        "set,a,b,mated\n",
        "set,a,b,mated\ns,1,2,yes\n",
        "set,a,b,mated\ns,1\n",
        "set,a,b,mated\npooled,1,2,1\n",
        "\x00\xff",
    ],
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


@pytest.mark.parametrize("score", ["nan", "inf", "-Infinity", "1e999", "high", ""])
def test_a_score_that_is_no_finite_number_is_refused_with_its_line(tmp_path: Path, score: str) -> None:
    (tmp_path / "scores.csv").write_text(f'set,a,b,score\n"s\ns",1,2,0.5\ns,1,3,{score}\ns,1,4,2\n')
    with pytest.raises(UnusableScores, match=r"scores\.csv, line 4: "):
        read_scores(tmp_path / "scores.csv")


def test_a_pair_scores_once(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").write_text("set,a,b,score\ns,1,2,0.5\ns,1,2,0.5\ns,1,2,0.6\n")
    with pytest.raises(UnusableScores, match="line 4: the pair has another score"):
        read_scores(tmp_path / "scores.csv")


def test_scores_come_back_exactly(tmp_path: Path) -> None:
    write_scores(tmp_path / "s.csv", [("set", "a", "b, c", 1 / 3)])
    assert read_scores(tmp_path / "s.csv") == {("set", "a", "b, c"): 1 / 3}


def two_sets() -> tuple[list[Pair], dict[Key, float]]:
    """Thirty people of two impressions in each set."""
    rng = np.random.default_rng(1)
    names = [(person, k) for person in range(30) for k in range(2)]
    both = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    pairs = [Pair(group, f"{p}_{k}", f"{q}_{m}", p == q) for group in ("first", "<second>") for (p, k), (q, m) in both]
    return pairs, {pair.key: float(rng.normal(3 if pair.mated else 0)) for pair in pairs}


def drawn(root: ElementTree.Element, kind: str) -> int:
    return sum(path.get("class") == kind for path in root.iter("{http://www.w3.org/2000/svg}path"))


def test_the_plot_has_a_curve_and_a_name_for_every_set() -> None:
    pairs, known = two_sets()
    root = ElementTree.fromstring(det_svg(evaluate(pairs, known)))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"first", "<second>", POOLED, "False match rate", "False non-match rate"} <= set(texts)
    assert drawn(root, "curve") == 3
    assert drawn(root, "band") == 0


def test_the_plot_has_bands_and_intervals_in_its_legend() -> None:
    pairs, known = two_sets()
    found = evaluate(pairs, known)
    given = intervals(pairs, known, found, resamples=50)
    picture = det_svg(found, given)
    assert picture == det_svg(found, intervals(pairs, known, found, resamples=50))
    root = ElementTree.fromstring(picture)
    assert drawn(root, "band") == 3  # the pool's, and each set's in its own small plot
    assert drawn(root, "curve") == 5
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for one in found:
        lower, upper = 100 * given[one.name].lower.eer, 100 * given[one.name].upper.eer
        assert f"EER {100 * one.rates.eer:.2f} % ({lower:.2f} to {upper:.2f})" in texts


@pytest.mark.parametrize("scale", [1, 100_000])
def test_the_table_fits_a_terminal(scale: int) -> None:
    """Also with names and ranges as wide as they come."""
    rates, least = ErrorRates(0.1, 0.9999, 0.2, 0.3, 1.0), ErrorRates(0.0999, 0.1, 0.1, 0.09996, 0.5)
    scores = np.zeros(scale)
    one = Evaluation("a set with a rather long name", scores, scores, rates, Failures(scale, scale, 2 * scale, scale))
    given = {one.name: Interval(least, rates, 100_000, ())}
    lines = table(Evaluated([one], given, stray=1, threshold=0.5)).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert f"{scale}" in lines[2]
    assert "10.0-100" in lines[3]
    assert sum(line.startswith("a set with") for line in lines) == 3  # its rates, those at the threshold, what failed
