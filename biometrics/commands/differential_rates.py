"""Error rates by group as `evaluate --subjects` prints them: tables that fit 100 columns, or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from biometrics.bootstrap import COVERAGE
from biometrics.differentials import ENOUGH, Attribute, Differential, Group, Rate
from biometrics.subjects import UNKNOWN

NOTE = "Counts of these people at this threshold. No claim of fairness, nor of its lack, follows from them alone."


def table(found: Sequence[Attribute], threshold: float) -> str:
    lines = [f"by group, at a threshold of {threshold:.6g} for all (ISO/IEC 19795-10), per cent"]
    for attribute in found:
        lines += ["", *_attribute(attribute)]
    lines += [
        "",
        f"In brackets {100 * COVERAGE:.0f} % intervals, by drawing subjects anew. Across: one sample is of the group.",
    ]
    return "\n".join([*lines, NOTE])


def _attribute(one: Attribute) -> Iterable[str]:
    yield f"{one.column:16}{'subjects':>9}{'mated':>8}{'FNMR':>21}{'within':>9}{'FMR':>22}{'across':>9}{'FMR':>7}"
    for group in one.groups:
        yield _row(group)
        if group.fnmr_across.pairs:
            rate = group.fnmr_across
            yield f"{'':16}{'':9}{rate.pairs:>8}{_rate(rate):>21}  mated pairs across groups"
    yield f"  FNMR differential: {_differential(one.fnmr)}"
    yield f"  FMR differential:  {_differential(one.fmr)}"


def _row(group: Group) -> str:
    fmr = "" if group.fmr_across.value is None else _share(group.fmr_across.value)
    row = (
        f"{group.name[:16]:16}{group.subjects:>9}{group.fnmr.pairs:>8}{_rate(group.fnmr):>21}"
        f"{group.fmr.pairs:>9}{_rate(group.fmr):>22}{group.fmr_across.pairs:>9}{fmr:>7}"
    )
    return row if group.ranked or group.name == UNKNOWN else f"{row}\n  fewer than {ENOUGH} subjects: not ranked"


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "-"
    if rate.interval is None:
        return _share(rate.value)
    low, high = map(_share, rate.interval)
    return f"{_share(rate.value)} ({low}-{high})"


def _share(value: float) -> str:
    """Two digits that count: false match rates are small."""
    return f"{100 * value:.2g}" if 0 < value < 0.00995 else f"{100 * value:.1f}"


def _differential(one: Differential) -> str:
    if one.groups < 2:
        return f"not to be told, {one.groups} groups of {ENOUGH} subjects or more with pairs"
    ratio = "the lowest is 0" if one.ratio is None else f"highest by lowest {one.ratio:.2f}"
    gini = "" if one.gini is None else f", Gini {one.gini:.2f}"
    chance = "" if one.chance is None else f"; as far apart by chance in {100 * one.chance:.1f} % of deals"
    return f"{ratio}{gini}, over {one.groups} groups{chance}"


def as_data(found: Sequence[Attribute], threshold: float) -> dict[str, Any]:
    """Shares, 0 to 1; null where there is nothing to count or to rank."""
    return {
        "threshold": threshold,
        "note": NOTE,
        "enough_subjects": ENOUGH,
        "attributes": [
            {
                "column": one.column,
                "groups": [_group(group) for group in one.groups],
                "fnmr_differential": _differential_data(one.fnmr),
                "fmr_differential": _differential_data(one.fmr),
            }
            for one in found
        ],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "group": group.name,
        "subjects": group.subjects,
        "ranked": group.ranked,
        "within": {"fnmr": _rate_data(group.fnmr), "fmr": _rate_data(group.fmr)},
        "across": {"fnmr": _rate_data(group.fnmr_across), "fmr": _rate_data(group.fmr_across)},
    }


def _rate_data(rate: Rate) -> dict[str, Any]:
    return {"errors": rate.errors, "pairs": rate.pairs, "rate": rate.value, "interval": rate.interval}


def _differential_data(one: Differential) -> dict[str, Any]:
    return {"groups": one.groups, "ratio": one.ratio, "gini": one.gini, "as_far_by_chance": one.chance}
