"""Days and periods in Japan time.

A period of stay is counted without its first day (Civil Code Art. 140) and ends with the day that bears the landing
day's number, or with the month's last day where it has none (Art. 143(2)): 31 January and one month is 28 February,
or 29 in a leap year.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

JAPAN: Final = timezone(timedelta(hours=9), "JST")
"""Fixed: Japan has kept no summer time since 1951."""
_PERIOD: Final = re.compile(r"P(?:(\d{1,2})Y)?(?:(\d{1,2})M)?(?:(\d{1,4})D)?")


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 duration of whole years, months and days, at least one day long."""

    years: int = 0
    months: int = 0
    days: int = 0

    def __str__(self) -> str:
        parts = ((self.years, "Y"), (self.months, "M"), (self.days, "D"))
        return "P" + "".join(f"{count}{unit}" for count, unit in parts if count)

    def after(self, start: date) -> date:
        """The last day of the period that follows `start`. Raises OverflowError past the year 9999."""
        month = start.year * 12 + start.month - 1 + self.years * 12 + self.months
        year, month = divmod(month, 12)
        if year > date.max.year:
            raise OverflowError("the period ends after the year 9999")
        day = min(start.day, monthrange(year, month + 1)[1])
        return date(year, month + 1, day) + timedelta(days=self.days)


def parse_period(text: str) -> Period | None:
    """None where `text` is not such a duration, or is no time at all."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    period = Period(*(int(part or 0) for part in match.groups()))
    return period if period != Period() else None


def japan_date(at: datetime) -> date:
    return at.astimezone(JAPAN).date()


def japan_time(at: datetime) -> str:
    """Hours, minutes and seconds in Japan."""
    return at.astimezone(JAPAN).strftime("%H:%M:%S")


def age_on(birth: date, day: date) -> int:
    """Whole years lived; a birthday on 29 February counts on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
