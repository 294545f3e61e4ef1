"""Periods and deadlines counted as the Civil Code counts them (Art. 139 to 143), in Japan time.

Hours run from the instant (Art. 139). Days, months and years run from the day after (Art. 140) to the end of the last
day (Art. 141). A period of months or years ends on the day before the one that corresponds to its first day, or on the
month's last day where that month has no such day (Art. 143(2)): one month that follows 28 February is all of March.
`stays.Period.after`, which the versions up to 2026-11-26 use, ends that period on 28 March; the two differ only where
a period of months or years follows the last day of a month shorter than 31 days.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from examiner_console.law.stays import JAPAN, Period, japan_date


def last_day(before: date, period: Period) -> date:
    """The last day of `period`, whose first day is the one after `before`. Raises OverflowError past the year 9999."""
    if before >= date.max:
        raise OverflowError("the period begins after the year 9999")
    first = before + timedelta(days=1)
    months = period.years * 12 + period.months
    ends = _corresponding(first, months) if months else before
    return ends + timedelta(days=period.days)


def _corresponding(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("the period ends after the year 9999")
    if first.day > (length := monthrange(year, month + 1)[1]):
        return date(year, month + 1, length)
    return date(year, month + 1, first.day) - timedelta(days=1)


def end_of_day(day: date) -> datetime:
    """The first instant that is too late: midnight in Japan at the end of `day`."""
    return datetime.combine(day + timedelta(days=1), time(), JAPAN)


def deadline(noticed_at: datetime, period: Period) -> datetime:
    """The first instant that is too late for what must be done within `period` of a notice."""
    return end_of_day(last_day(japan_date(noticed_at), period))


def hours_after(at: datetime, hours: int) -> datetime:
    """Hours are counted from the instant itself; the answer is in Japan time."""
    return at.astimezone(JAPAN) + timedelta(hours=hours)
