"""Who the samples of a pair list come from, in groups: a CSV with a column subject, and any others.

    subject,sex,age_band
    Ann_Lee,F,30-39

A subject is named as the samples are, but for what tells its samples apart: the sample `102_3`, and `102` or `102_3`
itself in the CSV; `Ann_Lee/Ann_Lee_0001`, and its folder `Ann_Lee`. The most particular name counts. An optional column
set restricts a row to one data set. Who is not listed, or has nothing in a column, is in the group `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from biometrics.evaluation import EvaluationError, Pair, rows

UNKNOWN: Final = "unknown"
_ANY_SET: Final = ""


class UnusableSubjects(EvaluationError):
    code = "unusable_subjects"


@dataclass(frozen=True, slots=True)
class Subjects:
    """`columns` are what can be asked for; `known` by set (empty for any) and name."""

    columns: tuple[str, ...]
    known: Mapping[tuple[str, str], Mapping[str, str]] = field(repr=False)

    def person(self, group: str, sample: str) -> tuple[str, str]:
        """Set and name of whom the sample is of, so that pairs of one person are known to belong together."""
        found = self._found(group, sample)
        return group, sample.rpartition("_")[0] or sample if found in (None, sample) else found

    def value(self, group: str, sample: str, column: str) -> str:
        found = self._found(group, sample)
        if found is None:
            return UNKNOWN
        row = self.known.get((group, found)) or self.known[_ANY_SET, found]
        return row[column] or UNKNOWN

    def _found(self, group: str, sample: str) -> str | None:
        listed = (name for name in _names(sample) if (group, name) in self.known or (_ANY_SET, name) in self.known)
        return next(listed, None)

    def checked(self, columns: Sequence[str], pairs: Sequence[Pair]) -> None:
        """Raise `UnusableSubjects` where a column is missing, or nobody of the pairs is listed."""
        if missing := [column for column in columns if column not in self.columns]:
            there = ", ".join(self.columns) or "none"
            raise UnusableSubjects(f"the subjects have no column {', '.join(missing)}; there are: {there}")
        if not any(self._found(pair.set, name) for pair in pairs for name in (pair.a, pair.b)):
            raise UnusableSubjects("no sample of the pair list is of a subject that is listed")


def _names(sample: str) -> Iterator[str]:
    name = sample
    while name:
        yield name
        name = name.rpartition("_")[0]
    if "/" in sample:
        yield sample.rpartition("/")[0]


def read_subjects(path: Path) -> Subjects:
    """Raise `UnusableSubjects`."""
    known: dict[tuple[str, str], dict[str, str]] = {}
    columns: tuple[str, ...] = ()
    for number, row in rows(path, {"subject"}, UnusableSubjects):
        columns = tuple(name for name in row if name not in ("subject", "set"))
        key = row.get("set") or _ANY_SET, row["subject"]
        if not row["subject"]:
            raise UnusableSubjects(f"{path.name}, line {number}: the subject has no name")
        if any(row[column] is None for column in columns) or None in row:
            raise UnusableSubjects(f"{path.name}, line {number}: not as many columns as the first line has")
        if key in known:
            raise UnusableSubjects(f"{path.name}, line {number}: the subject stands in a line above too")
        known[key] = {column: row[column].strip() for column in columns}
    if not known:
        raise UnusableSubjects(f"{path.name} lists no subjects")
    return Subjects(columns, known)
