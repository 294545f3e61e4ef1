"""Error rates of a comparison algorithm (ISO/IEC 19795-1) from a pair list and a score file, and the DET plot.

EvaluationError       code
├── UnusablePairs     not a pair list
└── UnusableScores    not a score file

Pair list: CSV with columns set,a,b,mated (1 = same finger or person). Score file: set,a,b,score; higher = more alike.
A pair without a score is a failure to match: mated it counts as a false non-match at every threshold.
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
    def key(self) -> tuple[str, str, str]:
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
class Evaluation:
    """One data set, or all of them pooled. Scores ascend; a missing score is -inf."""

    name: str
    mated: Scores
    non_mated: Scores
    rates: ErrorRates


POOLED: Final = "pooled"
BOUNDS: Final = (1e-2, 1e-3, 1e-4, 0.0)


def read_pairs(path: Path, *, fvc: bool = False) -> list[Pair]:
    """With `fvc` those alone that the column fvc_protocol marks 1. Raises `UnusablePairs`."""
    columns = {"set", "a", "b", "mated"} | ({"fvc_protocol"} if fvc else set())
    pairs = []
    for number, row in enumerate(_rows(path, columns, UnusablePairs), start=2):
        if fvc and row["fvc_protocol"] != "1":
            continue
        if row["mated"] not in ("0", "1"):
            raise UnusablePairs(f"{path.name}, line {number}: mated is neither 0 nor 1")
        pairs.append(Pair(row["set"], row["a"], row["b"], row["mated"] == "1"))
    if not pairs:
        raise UnusablePairs(f"{path.name} lists no pairs")
    return pairs


def read_scores(path: Path) -> dict[tuple[str, str, str], float]:
    """Raises `UnusableScores`."""
    scores = {}
    for number, row in enumerate(_rows(path, {"set", "a", "b", "score"}, UnusableScores), start=2):
        try:
            score = float(row["score"])
        except ValueError:
            score = math.nan
        if math.isnan(score):
            raise UnusableScores(f"{path.name}, line {number}: the score is not a number")
        scores[row["set"], row["a"], row["b"]] = score
    return scores


def write_scores(path: Path, scored: Iterable[tuple[str, str, str, float]]) -> None:
    """Rows of set, a, b, score."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["set", "a", "b", "score"])
        writer.writerows((group, a, b, repr(float(score))) for group, a, b, score in scored)


def _rows(path: Path, columns: set[str], unusable: type[EvaluationError]) -> Iterator[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = columns - set(reader.fieldnames or ())
            if missing:
                raise unusable(f"{path.name} has no column {', '.join(sorted(missing))}")
            for row in reader:
                if any(row[column] is None for column in columns):
                    raise unusable(f"{path.name}, line {reader.line_num}: too few columns")
                yield row
    except OSError as error:
        raise unusable(f"{path.name} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise unusable(f"{path.name} is not a CSV file") from None


def evaluate(pairs: Sequence[Pair], scores: Mapping[tuple[str, str, str], float]) -> list[Evaluation]:
    """One evaluation a data set by name, then all pooled; a set without mated or without other pairs is left out
    and only counts in the pool. Raises `UnusablePairs` where the pool itself lacks either."""
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for pair in pairs:
        score = scores.get(pair.key, -math.inf)
        for name in (pair.set, POOLED):
            mated, others = groups.setdefault(name, ([], []))
            (mated if pair.mated else others).append(score)
    if POOLED not in groups or not all(groups[POOLED]):
        raise UnusablePairs("error rates need at least one mated and one other pair")
    names = sorted(name for name in groups if name != POOLED and all(groups[name]))
    return [_evaluated(name, *groups[name]) for name in (*names, POOLED)]


def _evaluated(name: str, mated: Sequence[float], others: Sequence[float]) -> Evaluation:
    ascending, also = np.sort(np.asarray(mated, np.float64)), np.sort(np.asarray(others, np.float64))
    return Evaluation(name, ascending, also, error_rates(ascending, also))


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


def threshold_at(non_mated: Scores, bound: float) -> float:
    """The lowest score at which at most a share `bound` of non-mated pairs would match (just above the one that
    would be too many)."""
    descending = np.sort(non_mated)[::-1]
    allowed = math.floor(bound * len(descending))
    if allowed >= len(descending):
        return float(descending[-1])
    return float(np.nextafter(descending[allowed], np.inf))
