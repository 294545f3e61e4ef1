"""Days and times of a DTM or UNB segment (UN/EDIFACT C507 and S004), checked to the digit.

Most have a year of two digits. A birth is the latest such day that is not after the list was prepared, so that somebody
over a hundred years old is read a hundred years too young; an expiry is the one nearest to it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final

from examiner_console.registries.edifact import Segment

_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_SHORT, _LONG = "101", "102"
"""DTM 2379: YYMMDD and CCYYMMDD; without it the guide means the first."""
_SHORT_MOMENT, _LONG_MOMENT = "201", "203"
"""YYMMDDHHMM and CCYYMMDDHHMM."""
_LAST_YEAR: Final = 9999


def prepared_at(header: Segment) -> datetime:
    """UNB S004: YYMMDD:HHMM (of this century), or CCYYMMDD:HHMM as syntax version 4 has it."""
    day, clock = header.need(3), header.need(3, 1)
    return _read(header, ("20" if len(day) == 6 else "") + day + clock)


def moment(segment: Segment) -> datetime:
    value, form = segment.need(0, 1), segment.get(0, 2)
    if form not in (_SHORT_MOMENT, _LONG_MOMENT):
        raise segment.bad(f"a time is of the form {_SHORT_MOMENT} or {_LONG_MOMENT}")
    return _read(segment, "20" + value if form == _SHORT_MOMENT else value)


def day_at_most(segment: Segment, prepared: date) -> date:
    """The day itself where the year has four digits; it may not be after `prepared` either."""
    found = [day for day in _days(segment, prepared) if day <= prepared]
    if not found:
        raise segment.bad("a day after the list was prepared")
    return max(found)


def day_near(segment: Segment, prepared: date) -> date:
    return min(_days(segment, prepared), key=lambda day: abs(day - prepared))


def _days(segment: Segment, prepared: date) -> list[date]:
    """All that the digits may mean: 29 February is not a day of every century. Raises BadValue where there is none."""
    value, form = segment.need(0, 1), segment.get(0, 2) or _SHORT
    if form not in (_SHORT, _LONG) or len(value) != (6 if form == _SHORT else 8) or not _DIGITS.fullmatch(value):
        raise segment.bad("a day is YYMMDD, or CCYYMMDD with the form 102")
    if form == _LONG:
        return [_read(segment, value + "0000").date()]
    century = prepared.year // 100
    found = [_date(year * 100 + int(value[:2]), value[2:]) for year in (century - 1, century, century + 1)]
    if not (days := [day for day in found if day is not None]):
        raise segment.bad("no such day")
    return days


def _date(year: int, rest: str) -> date | None:
    try:
        return date(year, int(rest[:2]), int(rest[2:4])) if 0 < year <= _LAST_YEAR else None
    except ValueError:
        return None


def _read(segment: Segment, value: str) -> datetime:
    """CCYYMMDDHHMM, without an offset."""
    if len(value) != 12 or not _DIGITS.fullmatch(value):
        raise segment.bad("a time is digits, of the length that its form says")
    day, hour, minute = _date(int(value[:4]), value[4:8]), int(value[8:10]), int(value[10:])
    if day is None or hour > 23 or minute > 59:
        raise segment.bad("no such time")
    return datetime.combine(day, time(hour, minute))
