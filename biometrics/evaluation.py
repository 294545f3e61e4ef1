"""Error rates of a comparison algorithm (ISO/IEC 19795-1) from a pair list and a score file, and the DET plot.

EvaluationError       code
├── UnusablePairs     not a pair list
└── UnusableScores    not a score file

Pair list: CSV with columns set,a,b,mated (1 = same finger or person). Score file: set,a,b,score; higher = more alike.

A comparison without a score failed: most often because no template could be made of one of its samples. It matches at
no threshold: mated it is an error, non-mated none. So where there are such, `fmr` and `fnmr` here are what ISO/IEC
19795-1 calls false accept and false reject rate of transactions of one attempt; it keeps FMR and FNMR to completed
comparisons, and failures apart. `failures` counts them, by set and kind, so that both can be told.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
Key = tuple[str, str, str]
"""Set, and the two samples."""


class EvaluationError(Exception):
    code = "evaluation_error"


class UnusablePairs(EvaluationError):
    code = "unusable_pairs"


class UnusableScores(EvaluationError):
    code = "unusable_scores"


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two samples of one data set, and whether they come from the same finger or person."""

    set: str
    a: str
    b: str
    mated: bool

    @property
    def key(self) -> Key:
        return self.set, self.a, self.b


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """Shares, 0 to 1. `fmr100` is the FNMR at the lowest threshold whose FMR does not exceed 1/100, and so on."""

    eer: float
    fmr100: float
    fmr1000: float
    fmr10000: float
    zero_fmr: float


@dataclass(frozen=True, slots=True)
class Failures:
    """Comparisons without a score, of each kind, and samples (`a` or `b` of a pair) of which no comparison has one."""

    mated: int
    non_mated: int
    samples: int
    unusable: int

    @property
    def fta(self) -> float:
        """Failure-to-acquire rate, a share of samples, as far as a score file tells it: what has no score anywhere."""
        return self.unusable / self.samples

    def __bool__(self) -> bool:
        return bool(self.mated or self.non_mated)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One data set, or all of them pooled. Scores ascend; a missing score is -inf."""

    name: str
    mated: Scores
    non_mated: Scores
    rates: ErrorRates
    failures: Failures


POOLED: Final = "pooled"
BOUNDS: Final = (1e-2, 1e-3, 1e-4, 0.0)


def read_pairs(path: Path, *, fvc: bool = False) -> list[Pair]:
    """With `fvc` those alone that the column fvc_protocol marks 1. Raises `UnusablePairs`."""
    columns = {"set", "a", "b", "mated"} | ({"fvc_protocol"} if fvc else set())
    pairs = []
    for number, row in rows(path, columns, UnusablePairs):
        if fvc and row["fvc_protocol"] != "1":
            continue
        if row["mated"] not in ("0", "1"):
            raise UnusablePairs(f"{path.name}, line {number}: mated is neither 0 nor 1")
        if row["set"] == POOLED:
            raise UnusablePairs(f"{path.name}, line {number}: a set cannot be called {POOLED}, as all of them are")
        pairs.append(Pair(row["set"], row["a"], row["b"], row["mated"] == "1"))
    if not pairs:
        raise UnusablePairs(f"{path.name} lists no pairs")
    return pairs


def read_scores(path: Path) -> dict[Key, float]:
    """Raises `UnusableScores`, also for infinite scores: a failure to compare is a row left out, not a number."""
    scores: dict[Key, float] = {}
    for number, row in rows(path, {"set", "a", "b", "score"}, UnusableScores):
        try:
            score = float(row["score"])
        except ValueError:
            raise UnusableScores(f"{path.name}, line {number}: the score is not a number") from None
        if not math.isfinite(score):
            raise UnusableScores(
                f"{path.name}, line {number}: the score is {score}; leave out the rows of failed comparisons"
            )
        key = row["set"], row["a"], row["b"]
        if scores.setdefault(key, score) != score:
            raise UnusableScores(f"{path.name}, line {number}: the pair has another score in a line above")
    return scores


def write_scores(path: Path, scored: Iterable[tuple[str, str, str, float]]) -> None:
    """Rows of set, a, b, score."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["set", "a", "b", "score"])
        writer.writerows((group, a, b, repr(float(score))) for group, a, b, score in scored)


def rows(path: Path, columns: set[str], unusable: type[EvaluationError]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers, and what stands in `columns` and others."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = columns - set(reader.fieldnames or ())
            if missing:
                raise unusable(f"{path.name} has no column {', '.join(sorted(missing))}")
            for row in reader:
                if any(row[column] is None for column in columns):
                    raise unusable(f"{path.name}, line {reader.line_num}: too few columns")
                yield reader.line_num, row
    except OSError as error:
        raise unusable(f"{path.name} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise unusable(f"{path.name} is not a CSV file") from None


def evaluate(pairs: Sequence[Pair], scores: Mapping[Key, float]) -> list[Evaluation]:
    """One evaluation a data set by name, then all pooled; a set without mated or without other pairs is left out
    and only counts in the pool. Raises `UnusablePairs` where the pool itself lacks either, and `UnusableScores` where
    no pair has a score."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.set, []).append(pair)
    rated = {name: group for name, group in sorted(groups.items()) if len({pair.mated for pair in group}) == 2}
    if len({pair.mated for pair in pairs}) < 2:
        raise UnusablePairs("error rates need at least one mated and one non-mated pair")
    if not any(pair.key in scores for pair in pairs):
        raise UnusableScores("no pair of the list has a score")
    return [_evaluated(name, group, scores) for name, group in [*rated.items(), (POOLED, list(pairs))]]


def _evaluated(name: str, pairs: Sequence[Pair], scores: Mapping[Key, float]) -> Evaluation:
    known = np.array([scores.get(pair.key, -math.inf) for pair in pairs])
    mated = np.array([pair.mated for pair in pairs])
    ascending, also = np.sort(known[mated]), np.sort(known[~mated])
    return Evaluation(name, ascending, also, error_rates(ascending, also), failures(pairs, scores))


def failures(pairs: Sequence[Pair], scores: Mapping[Key, float]) -> Failures:
    """`pairs` are at least one."""
    failed = [pair for pair in pairs if pair.key not in scores]
    samples = {(pair.set, name) for pair in pairs for name in (pair.a, pair.b)}
    usable = {(pair.set, name) for pair in pairs if pair.key in scores for name in (pair.a, pair.b)}
    mated = sum(pair.mated for pair in failed)
    return Failures(mated, len(failed) - mated, len(samples), len(samples - usable))


def curve(mated: Scores, non_mated: Scores) -> tuple[Scores, Scores]:
    """FMR and FNMR at every threshold (`score >= threshold` matches), from the lowest score to above all of them."""
    mated, non_mated = np.sort(mated), np.sort(non_mated)
    thresholds = np.unique(np.concatenate([mated, non_mated, [np.inf]]))
    fmr = (len(non_mated) - np.searchsorted(non_mated, thresholds, "left")) / len(non_mated)
    fnmr = np.searchsorted(mated, thresholds, "left") / len(mated)
    return fmr, fnmr


def error_rates(mated: Scores, non_mated: Scores) -> ErrorRates:
    """The EER is the mean of FMR and FNMR at that threshold next to their crossing where their sum is least."""
    fmr, fnmr = curve(mated, non_mated)
    below, above = np.flatnonzero(fnmr <= fmr)[-1], np.flatnonzero(fnmr >= fmr)[0]
    at = min((below, above), key=lambda k: fmr[k] + fnmr[k])
    bounded = [float(fnmr[fmr <= bound].min()) for bound in BOUNDS]
    return ErrorRates(float(fmr[at] + fnmr[at]) / 2, *bounded)


def rates_at(one: Evaluation, threshold: float) -> tuple[float, float]:
    """FMR and FNMR, shares, where `score >= threshold` matches."""
    return float((one.non_mated >= threshold).mean()), float((one.mated < threshold).mean())


def threshold_at(non_mated: Scores, bound: float) -> float:
    """The lowest score at which at most a share `bound` of non-mated pairs would match (just above the one that
    would be too many)."""
    descending = np.sort(non_mated)[::-1]
    allowed = math.floor(bound * len(descending))
    if allowed >= len(descending):
        return float(descending[-1])
    return float(np.nextafter(descending[allowed], np.inf))
