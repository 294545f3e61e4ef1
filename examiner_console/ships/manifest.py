"""A passenger list as facts, and what is wrong with one. Nothing of a list with one fault in it is taken.

ManifestError            `code`, `line` (0 for the whole file), `column` ("" for the whole line); never a value
├── NotText              not UTF-8, or a character that no list has
├── WrongColumns         the first line does not name the columns
├── TooMany              more lines than the largest ship has people, or more bytes
├── LineUnusable         a column of this line is missing or not of its form
├── ListedTwice          this line has the passport of an earlier one (`other`)
├── NobodyListed         no line at all
└── PaxlstUnusable       not a PAXLST interchange; `why` as `registries.edifact` says it
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

MOST_LINES: Final = 10_000
"""The largest ships carry some 7,600 passengers."""
MOST_BYTES: Final = 8 * 1024 * 1024
Passport = tuple[str, str]
"""Nationality and document number."""


class ManifestError(Exception):
    code = "manifest_error"

    def __init__(self, line: int = 0, column: str = "", other: int = 0, why: str = "") -> None:
        place = f"line {line}" if line else "the list"
        super().__init__(f"{place}{f', {column}' if column else ''}: {self.code}{f' ({why})' if why else ''}")
        self.line, self.column, self.other, self.why = line, column, other, why


class NotText(ManifestError):
    code = "not_text"


class WrongColumns(ManifestError):
    code = "wrong_columns"


class TooMany(ManifestError):
    code = "too_many"


class LineUnusable(ManifestError):
    code = "line_unusable"


class ListedTwice(ManifestError):
    code = "listed_twice"


class NobodyListed(ManifestError):
    code = "nobody_listed"


class PaxlstUnusable(ManifestError):
    code = "paxlst_unusable"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`number` is the line of the file, or the traveller's place in a PAXLST. What is None was not told."""

    number: int
    surname: str
    given_names: str
    sex: str
    birth_date: date | None
    nationality: str
    issuing_state: str
    document_number: str
    expires_on: date | None

    @property
    def passport(self) -> Passport:
        return self.nationality, self.document_number

    @property
    def name(self) -> str:
        return f"{self.surname}, {self.given_names}" if self.given_names else self.surname

    def says_the_same(self, other: Line) -> bool:
        return msgspec.structs.replace(self, number=0) == msgspec.structs.replace(other, number=0)


def checked(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The list, each passport in it once. Raises NobodyListed, TooMany or ListedTwice."""
    if not lines:
        raise NobodyListed
    if len(lines) > MOST_LINES:
        raise TooMany(lines[MOST_LINES].number)
    first: dict[Passport, int] = {}
    for line in lines:
        if (other := first.setdefault(line.passport, line.number)) != line.number:
            raise ListedTwice(line.number, "document_number", other)
    return tuple(lines)


def digest(lines: Iterable[Line]) -> str:
    """SHA-256 of the lines by passport, so that the order and the numbers of a list do not count."""
    plain = [msgspec.structs.replace(line, number=0) for line in sorted(lines, key=lambda line: line.passport)]
    return hashlib.sha256(msgspec.json.encode(plain)).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """What a corrected list makes of the one before."""

    added: tuple[Line, ...]
    removed: tuple[Line, ...]
    changed: tuple[tuple[Line, Line], ...]
    """Before and after."""


def difference(before: Mapping[Passport, Line], after: Mapping[Passport, Line]) -> Difference:
    return Difference(
        added=tuple(line for passport, line in after.items() if passport not in before),
        removed=tuple(line for passport, line in before.items() if passport not in after),
        changed=tuple(
            (before[passport], line)
            for passport, line in after.items()
            if passport in before and not line.says_the_same(before[passport])
        ),
    )
