"""Residence cards (Art. 19-3, 19-6): who becomes a mid- or long-term resident, and where the card is issued."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from examiner_console.law.counting import last_day
from examiner_console.law.statuses import ACTIVITY, UNLIMITED
from examiner_console.law.statuses_by_date import allowed_on, statuses_on
from examiner_console.law.stays import Period, parse_period

SHORT: Final = Period(months=3)
"""Up to and including three months nobody becomes a resident (Art. 19-3(1)(i))."""
PORTS: Final = frozenset({"NRT", "HND", "NGO", "KIX", "CTS", "HIJ", "FUK"})
"""Airports that issue cards on landing; from memory, uncertain."""


class Issue(StrEnum):
    NONE = "none"
    AT_LANDING = "at_landing"
    LATER = "later"
    """A note in the passport: the card follows once an address is reported."""


def becomes_resident(status: str, period: str, day: date) -> bool:
    """By a landing on `day`: not for three months or less, nor as Temporary Visitor, Diplomat or Official.

    False for what is not allowed.
    """
    known = statuses_on(day).get(status)
    if known is None or not known.residence_card or not allowed_on(status, period, day):
        return False
    if period in (UNLIMITED, ACTIVITY):
        return period == UNLIMITED
    length = parse_period(period)
    return length is not None and last_day(day, length) > last_day(day, SHORT)


def issue(status: str, period: str, day: date, port: str) -> Issue:
    """L34. `port` by its three-letter code."""
    if not becomes_resident(status, period, day):
        return Issue.NONE
    return Issue.AT_LANDING if port in PORTS else Issue.LATER
