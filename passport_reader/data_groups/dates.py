"""Dates as chips write them: packed decimal or characters, whole or partly unknown (Doc 9303-10 §4.7.11, §4.7.12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from passport_reader.deviations import Deviations


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a time of a day. Month and day are 0 where they are unknown (Doc 9303-3 §4.8)."""

    year: int
    month: int = 0
    day: int = 0
    hour: int | None = None
    """None where no time is said."""
    minute: int = 0
    second: int = 0

    @property
    def known_day(self) -> date | None:
        return date(self.year, self.month, self.day) if self.year and self.month and self.day else None

    def __str__(self) -> str:
        day = f"{self.year:04}-{self.month:02}-{self.day:02}".replace("-00", "-xx")
        return day if self.hour is None else f"{day}T{self.hour:02}:{self.minute:02}:{self.second:02}"


def packed_moment(value: bytes, notes: Deviations) -> Moment | None:
    """Two digits an octet: CCYYMMDD, or CCYYMMDDhhmmss. None for an empty value, and, noted, for none of the kind."""
    return _moment(value.hex(), notes) if value else None


def written_moment(value: bytes, notes: Deviations) -> Moment | None:
    """The same digits as characters, or packed: the standard says one, States write both."""
    if len(value) in (4, 7):
        return packed_moment(value, notes)
    return _moment(value.decode("ascii", "replace").replace("<", "0").replace("X", "0"), notes) if value else None


def _moment(digits: str, notes: Deviations) -> Moment | None:
    if len(digits) not in (8, 14) or not (digits.isascii() and digits.isdigit()):
        notes.note("date_malformed", f"{len(digits)} characters")
        return None
    year, *rest = int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))
    moment = Moment(year, *rest)
    if not _exists(moment):
        notes.note("date_malformed", "no such day or time")
        return None
    return moment


def _exists(moment: Moment) -> bool:
    """Unknown parts stand for a leap year, a long month and a first day."""
    try:
        datetime(  # noqa: DTZ001 - a chip names no time zone
            moment.year or 2000, moment.month or 1, moment.day or 1, moment.hour or 0, moment.minute, moment.second
        )
    except ValueError:
        return False
    return True
