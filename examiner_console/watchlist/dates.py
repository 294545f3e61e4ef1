"""Birth dates of which parts may be unknown (Doc 9303-3 §4.8: fillers for a month or day), and how two agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_UNKNOWN_DATE: Final = "<<<<<<"
_LEAP_YEAR: Final = 2000


class UnusableDate(ValueError):
    """No date of any calendar year, even with its unknown parts left open."""

    code = "unusable_date"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """None is unknown. A known day without a known month is refused: no document prints one."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise UnusableDate("a birth date with a day needs its month")
        try:
            date(self.year or _LEAP_YEAR, self.month or 1, self.day or 1)
        except ValueError:
            raise UnusableDate(f"there is no day {self.year}-{self.month}-{self.day}") from None

    @classmethod
    def of(cls, day: date) -> BirthDate:
        return cls(day.year, day.month, day.day)


class Agreement(StrEnum):
    EXACT = "exact"
    PARTIAL = "partial"
    """All parts known to both agree, and the year is one of them."""
    SWAPPED = "swapped"
    DIGIT = "digit"
    YEAR = "year"
    NEAR = "near"
    """The years differ by one, a part is unknown, and the others agree."""
    UNKNOWN = "unknown"
    DIFFERENT = "different"


def parse_birth_date(text: str, today: date) -> BirthDate:
    """From six characters of the zone, YYMMDD with `<<` for what is unknown; nobody is born after `today`.

    Errors: UnusableDate.
    """
    if text == _UNKNOWN_DATE:
        return BirthDate()
    if len(text) != len(_UNKNOWN_DATE):
        raise UnusableDate("a birth date in the zone has six characters")
    year, month, day = (_number(text[start : start + 2]) for start in (0, 2, 4))
    if year is not None:
        year += today.year // 100 * 100
        year -= 100 if (year, month or 1, day or 1) > (today.year, today.month, today.day) else 0
    return BirthDate(year, month, day)


def _number(text: str) -> int | None:
    if text == "<<":
        return None
    if not (text.isascii() and text.isdigit()):
        raise UnusableDate(f"{text!r} is neither two digits nor two fillers")
    return int(text)


def agreement(one: BirthDate, other: BirthDate) -> Agreement:
    """Symmetric. Without a year known to both it is UNKNOWN, or DIFFERENT where a known part contradicts."""
    pairs = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    differing = [(a, b) for a, b in known if a != b]
    if not differing:
        if one.year is None or other.year is None:
            return Agreement.UNKNOWN
        return Agreement.EXACT if len(known) == len(pairs) else Agreement.PARTIAL
    if one.year is None or other.year is None:
        return Agreement.DIFFERENT
    if len(known) == len(pairs):
        return _slip(one, other)
    near = abs(one.year - other.year) == 1 and len(differing) == 1
    return Agreement.NEAR if near else Agreement.DIFFERENT


def _slip(one: BirthDate, other: BirthDate) -> Agreement:
    """Of two complete dates that differ: by which mistake one could have become the other."""
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return Agreement.SWAPPED
    wrong = sum(a != b for a, b in zip(_digits(one), _digits(other), strict=True))
    if wrong == 1:
        return Agreement.DIGIT
    assert one.year is not None
    assert other.year is not None
    near = abs(one.year - other.year) == 1 and (one.month, one.day) == (other.month, other.day)
    return Agreement.YEAR if near else Agreement.DIFFERENT


def _digits(known: BirthDate) -> str:
    return f"{known.year:04}{known.month:02}{known.day:02}"


UNKNOWN_BIRTH: Final = BirthDate()
