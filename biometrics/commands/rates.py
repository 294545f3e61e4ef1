"""Error rates as `evaluate` prints them: a table that fits 80 columns, or JSON. Names are those of ISO/IEC 19795-1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from biometrics.bootstrap import BAND, COVERAGE, Interval
from biometrics.evaluation import POOLED, ErrorRates, Evaluation, Failures, rates_at

HEADS: Final = {"eer": "EER", "fmr100": "FMR100", "fmr1000": "FMR1000", "fmr10000": "FMR10000", "zero_fmr": "ZeroFMR"}
"""FMR100 is the FNMR at the lowest threshold whose FMR does not exceed 1/100, and so on (as FVC counts)."""
_NAME: Final = 13
_COUNTS: Final = 30
"""Columns of a set's name, and of that with the numbers of pairs; ten more for each rate make 80."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """`intervals` by name, none where none were asked for; `stray` scores belong to no pair of the list; `threshold` is
    a score of which the rates are wanted."""

    found: Sequence[Evaluation]
    intervals: Mapping[str, Interval]
    stray: int
    threshold: float | None = None


def table(result: Evaluated) -> str:
    found, given = result.found, result.intervals
    heads = "".join(f"{head:>10}" for head in HEADS.values())
    lines = [f"{'set':{_NAME}}{'mated':>7}{'non-mated':>10}{heads}"]
    for one in found:
        lines += _rows(one, given.get(one.name))
    lines += ["", "Rates in per cent; FMR100 is the FNMR at an FMR of 1/100, ZeroFMR that at none."]
    if given:
        lines.append(f"Under them {100 * COVERAGE:.0f} % intervals, by drawing fingers anew.")
    if result.threshold is not None:
        lines += ["", *_at(found, result.threshold)]
    if found[-1].failures:
        lines += ["", *_failed(found)]
    if result.stray:
        lines.append(f"{result.stray} scores belong to no pair of the list and were not counted.")
    return "\n".join(lines)


def _rows(one: Evaluation, given: Interval | None) -> Iterable[str]:
    name = one.name
    if len(name) > _NAME:
        yield name
        name = ""
    rates = "".join(f"{_per_cent(rate):>10}" for rate in _rates(one.rates).values())
    yield f"{name:{_NAME}}{len(one.mated):>7}{len(one.non_mated):>10}{rates}"
    if given is not None:
        both = zip(_rates(given.lower).values(), _rates(given.upper).values(), strict=True)
        ranges = "".join(f"{f'{_per_cent(low)}-{_per_cent(high)}':>10}" for low, high in both)
        yield f"{f'  of {given.subjects} fingers or people':{_COUNTS}}{ranges}"


def _per_cent(rate: float) -> str:
    """Two digits behind the point, fewer where that would not fit ten columns twice."""
    value = 100 * rate
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def _at(found: Sequence[Evaluation], threshold: float) -> Iterable[str]:
    yield f"at a threshold of {threshold:g}, per cent"
    yield f"{'':{_COUNTS}}{'FMR':>10}{'FNMR':>10}"
    for one in found:
        fmr, fnmr = rates_at(one, threshold)
        yield f"{one.name:{_COUNTS}}{100 * fmr:>10.3f}{100 * fnmr:>10.3f}"


def _failed(found: Sequence[Evaluation]) -> Iterable[str]:
    yield f"{'without a score':{_NAME + 2}}{'mated':>10}{'non-mated':>12}{'samples':>12}{'FTA %':>10}"
    for one in found:
        failed, name = one.failures, one.name
        if len(name) > _NAME + 2:
            yield name
            name = ""
        samples = f"{failed.unusable} of {failed.samples}"
        row = f"{failed.mated:>10}{failed.non_mated:>12}{samples:>12}{_per_cent(failed.fta):>10}"
        yield f"{name:{_NAME + 2}}{row}"
    yield "Comparisons without a score match at no threshold: mated ones are errors above,"
    yield "so the rates are false rejects and accepts. FTA: samples without any score."


def as_data(result: Evaluated) -> dict[str, Any]:
    """Shares, 0 to 1. The band of a DET curve is listed as FMR, lowest and highest FNMR."""
    pooled = result.found[-1].failures
    return {
        "missing_scores": pooled.mated + pooled.non_mated,
        "missing_count_as": "non_match",
        "scores_of_no_pair": result.stray,
        "sets": [
            {
                "set": one.name,
                "pooled": one.name == POOLED,
                "mated": len(one.mated),
                "non_mated": len(one.non_mated),
                **_rates(one.rates),
                "failures": _failures(one.failures),
                **_threshold(one, result.threshold),
                **_bounds(result.intervals.get(one.name)),
            }
            for one in result.found
        ],
    }


def _failures(failed: Failures) -> dict[str, Any]:
    return {
        "mated": failed.mated,
        "non_mated": failed.non_mated,
        "samples": failed.samples,
        "samples_without_score": failed.unusable,
        "fta": failed.fta,
    }


def _threshold(one: Evaluation, threshold: float | None) -> dict[str, Any]:
    if threshold is None:
        return {}
    fmr, fnmr = rates_at(one, threshold)
    return {"at_threshold": {"threshold": threshold, "fmr": fmr, "fnmr": fnmr}}


def _bounds(given: Interval | None) -> dict[str, Any]:
    if given is None:
        return {}
    lower, upper = _rates(given.lower), _rates(given.upper)
    return {
        "interval": {name: [lower[name], upper[name]] for name in lower},
        "subjects": given.subjects,
        "band": [[fmr, *edges] for fmr, edges in zip(BAND, given.band, strict=True)],
    }


def _rates(rates: ErrorRates) -> dict[str, float]:
    return {name: getattr(rates, name) for name in HEADS}
