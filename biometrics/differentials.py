"""Differential performance (ISO/IEC 19795-10): do error rates at one threshold differ between groups of people?

A tool that counts. It proves no fairness and no lack of it: what it says holds for the people in the list alone, and
groups that differ in age, light or camera differ for those reasons too.

One threshold holds for all groups, as it does at a gate. A pair is within a group where both samples are of it, and
across it where one is. Intervals are drawn over subjects (`bootstrap`); where no error was met, up to the exact
binomial bound of as many trials as there are subjects. A group of few subjects is shown and not ranked, and `unknown`
is no group to rank. A comparison without a score matches at no threshold (see `evaluation`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.bootstrap import COVERAGE, RESAMPLES, SEED, drawn
from biometrics.evaluation import Key, Pair
from biometrics.subjects import UNKNOWN, Subjects

ENOUGH: Final = 30
"""Subjects of a group that is ranked: with fewer, a group without any error may still have one in ten
(1 - 0.025^(1/30) = 12 %)."""

Numbers = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rate:
    """`errors` of `pairs`; their share and its 95 % interval, 0 to 1, None where there are no pairs."""

    errors: int
    pairs: int
    value: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Group:
    """FNMR of mated and FMR of non-mated pairs within the group; the same of pairs across it."""

    name: str
    subjects: int
    fnmr: Rate
    fmr: Rate
    fnmr_across: Rate
    fmr_across: Rate

    @property
    def ranked(self) -> bool:
        return self.subjects >= ENOUGH and self.name != UNKNOWN


@dataclass(frozen=True, slots=True)
class Differential:
    """How far one rate differs over the ranked groups that have pairs; None where fewer than two do.

    `ratio` is the highest by the lowest, None where the lowest is 0. `gini` is the Gini coefficient for few groups
    (NISTIR 8429, GARBE): 0 where all are equal, 1 where one group has all the errors. `chance` is the share of random
    deals of the same group sizes to the same people in which highest and lowest lie as far apart; None where a person
    is in several groups.
    """

    groups: int
    ratio: float | None
    gini: float | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column: its groups by name, and the differentials within them."""

    column: str
    groups: tuple[Group, ...]
    fnmr: Differential
    fmr: Differential


def differentials(
    pairs: Sequence[Pair],
    scores: Mapping[Key, float],
    subjects: Subjects,
    columns: Sequence[str],
    threshold: float,
    *,
    resamples: int = RESAMPLES,
) -> list[Attribute]:
    """One a column. The same arguments give the same numbers. Raise `UnusableSubjects`."""
    subjects.checked(columns, pairs)
    people = _People.of(pairs, subjects)
    known = np.array([scores.get(pair.key, -math.inf) for pair in pairs])
    mated = np.array([pair.mated for pair in pairs])
    wrong = np.where(mated, known < threshold, known >= threshold)
    return [_attribute(_Column.of(pairs, subjects, name), people, mated, wrong, resamples) for name in columns]


@dataclass(frozen=True, slots=True)
class _People:
    """Numbers of the people of each pair's samples; `sets` are the people of each data set."""

    first: Numbers
    second: Numbers
    sets: tuple[Numbers, ...]
    count: int

    @classmethod
    def of(cls, pairs: Sequence[Pair], subjects: Subjects) -> _People:
        both = [(subjects.person(pair.set, pair.a), subjects.person(pair.set, pair.b)) for pair in pairs]
        known = sorted({person for pair in both for person in pair})
        number = {person: k for k, person in enumerate(known)}
        first, second = (np.array([number[pair[side]] for pair in both]) for side in (0, 1))
        names = sorted({name for name, _ in known})
        sets = tuple(np.array([k for k, one in enumerate(known) if one[0] == name]) for name in names)
        return cls(first, second, sets, len(known))

    def drawings(self, count: int) -> Iterator[Shares]:
        """How often each pair was drawn, `count` times."""
        rng = np.random.default_rng(SEED)
        for _ in range(count):
            times = drawn(rng, self.sets, self.count)
            yield np.where(self.first == self.second, times[self.first], times[self.first] * times[self.second])


@dataclass(frozen=True, slots=True)
class _Column:
    """Numbers of the groups of each pair's samples."""

    name: str
    groups: tuple[str, ...]
    first: Numbers
    second: Numbers

    @classmethod
    def of(cls, pairs: Sequence[Pair], subjects: Subjects, name: str) -> _Column:
        both = [(subjects.value(pair.set, pair.a, name), subjects.value(pair.set, pair.b, name)) for pair in pairs]
        groups = sorted({value for pair in both for value in pair}, key=lambda value: (value == UNKNOWN, value))
        number = {value: k for k, value in enumerate(groups)}
        first, second = (np.array([number[pair[side]] for pair in both]) for side in (0, 1))
        return cls(name, tuple(groups), first, second)


def _attribute(column: _Column, people: _People, mated: Flags, wrong: Flags, resamples: int) -> Attribute:
    tally = _Tally.of(column, mated, wrong)
    shares = np.array([tally.shares(weights) for weights in people.drawings(resamples)])
    groups = []
    for number, name in enumerate(column.groups):
        members = len(np.union1d(people.first[column.first == number], people.second[column.second == number]))
        cells = range(4 * number, 4 * number + 4)
        fnmr, fmr, fnmr_across, fmr_across = (tally.rate(cell, shares, members) for cell in cells)
        groups.append(Group(name, members, fnmr, fmr, fnmr_across, fmr_across))
    deal = _Deal.of(column, people, groups, resamples)
    return Attribute(
        column.name,
        tuple(groups),
        _differential([group.fnmr for group in groups if group.ranked], deal, mated, wrong),
        _differential([group.fmr for group in groups if group.ranked], deal, ~mated, wrong),
    )


@dataclass(frozen=True, slots=True)
class _Tally:
    """Pairs by cell: four a group, mated and others within it, then mated and others across it. A pair across stands
    in two groups; `pair` and `cell` go together."""

    pair: Numbers
    cell: Numbers
    wrong: Flags
    cells: int

    @classmethod
    def of(cls, column: _Column, mated: Flags, wrong: Flags) -> _Tally:
        within, others = column.first == column.second, (~mated).astype(np.int64)
        first = 4 * column.first + 2 * ~within + others
        second = (4 * column.second + 2 + others)[~within]
        pair = np.concatenate([np.arange(len(mated)), np.flatnonzero(~within)])
        return cls(pair, np.concatenate([first, second]), wrong[pair], 4 * len(column.groups))

    def shares(self, weights: Shares) -> Shares:
        """Of errors, in each cell; NaN in one without pairs."""
        times = weights[self.pair]
        pairs = np.bincount(self.cell, times, self.cells)
        errors = np.bincount(self.cell, times * self.wrong, self.cells)
        shares: Shares = np.divide(errors, pairs, out=np.full(self.cells, np.nan), where=pairs > 0)
        return shares

    def rate(self, cell: int, shares: Shares, subjects: int) -> Rate:
        """`shares` of every drawing, (drawings, cells)."""
        here = self.cell == cell
        pairs, errors = int(here.sum()), int(self.wrong[here].sum())
        if not pairs:
            return Rate(0, 0, None, None)
        of_cell = shares[:, cell][~np.isnan(shares[:, cell])] if len(shares) else shares
        return Rate(
            errors, pairs, errors / pairs, _interval(of_cell, errors, pairs, subjects) if len(of_cell) else None
        )


def _interval(drawn_shares: Shares, errors: int, pairs: int, subjects: int) -> tuple[float, float]:
    """Where all or none are errors no drawing differs: Clopper and Pearson's bound stands in."""
    margin = (1 - COVERAGE) / 2
    low, high = np.quantile(drawn_shares, [margin, 1 - margin]).tolist()
    bound = 1 - margin ** (1 / subjects)
    if not errors:
        return 0.0, max(high, bound)
    return (min(low, 1 - bound), 1.0) if errors == pairs else (low, high)


def _differential(rates: Sequence[Rate], deal: _Deal | None, kind: Flags, wrong: Flags) -> Differential:
    values = np.array([rate.value for rate in rates if rate.value is not None])
    if len(values) < 2:
        return Differential(len(values), None, None, None)
    low, high = float(values.min()), float(values.max())
    chance = None if deal is None else deal.chance(high - low, kind, wrong)
    return Differential(len(values), high / low if low else None, gini(values), chance)


def gini(values: Shares) -> float | None:
    """Of n >= 2 shares, corrected for few groups by n / (n - 1); None where all are 0."""
    count, mean = len(values), float(values.mean())
    if not mean:
        return None
    apart = float(np.abs(values[:, None] - values[None]).sum())
    return apart / (2 * count * (count - 1) * mean)


@dataclass(frozen=True, slots=True)
class _Deal:
    """Random deals of the groups to the people, and which groups are ranked."""

    people: _People
    labels: Numbers
    ranked: Numbers
    deals: int

    @classmethod
    def of(cls, column: _Column, people: _People, groups: Sequence[Group], deals: int) -> _Deal | None:
        """None where a person is in several groups."""
        labels = np.full(people.count, -1)
        for person, label in ((people.first, column.first), (people.second, column.second)):
            labels[person] = label
        if (labels[people.first] != column.first).any() or (labels[people.second] != column.second).any() or not deals:
            return None
        return cls(people, labels, np.array([k for k, group in enumerate(groups) if group.ranked]), deals)

    def chance(self, gap: float, kind: Flags, wrong: Flags) -> float:
        rng = np.random.default_rng(SEED)
        first, second, errors = self.people.first[kind], self.people.second[kind], wrong[kind]
        as_far = sum(self._gap(rng.permutation(self.labels), first, second, errors) >= gap for _ in range(self.deals))
        return (as_far + 1) / (self.deals + 1)  # the deal that was met is one of them

    def _gap(self, labels: Numbers, first: Numbers, second: Numbers, errors: Flags) -> float:
        of, within = labels[first], labels[first] == labels[second]
        size = int(self.labels.max()) + 1
        pairs = np.bincount(of[within], minlength=size)[self.ranked]
        wrong = np.bincount(of[within & errors], minlength=size)[self.ranked]
        rates = wrong[pairs > 0] / pairs[pairs > 0]
        return float(np.ptp(rates)) if len(rates) > 1 else 0.0
