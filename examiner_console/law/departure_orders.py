"""The departure order (Art. 24-3, 55-2 and what follows): for overstayers who come forward by themselves.

Officers issue it and close it. It leaves a bar of one year (`removals`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from examiner_console.law.counting import deadline, last_day
from examiner_console.law.stays import Period, japan_date

LONGEST: Final = Period(days=15)
"""From the day the order is given; from memory, uncertain."""


@dataclass(frozen=True, slots=True)
class Overstayer:
    """The conditions of Art. 24-3, as an officer found them."""

    appeared: bool
    """Came forward with the intention to leave."""
    only_overstayed: bool
    """No other ground of deportation applies."""
    no_sentence: bool
    not_removed_before: bool
    will_leave_promptly: bool


@dataclass(frozen=True, slots=True)
class Order:
    """To leave on or before `leave_by`; `before` is the first instant that is too late."""

    leave_by: date
    before: datetime


def order(person: Overstayer, at: datetime) -> Order | tuple[str, ...]:
    """The longest order that may be given at `at`, or why none may."""
    why = tuple(_against(person))
    if why:
        return why
    return Order(last_day(japan_date(at), LONGEST), deadline(at, LONGEST))


def _against(person: Overstayer) -> Iterator[str]:
    if not person.appeared:
        yield "did not come forward"
    if not person.only_overstayed:
        yield "another ground of deportation applies"
    if not person.no_sentence:
        yield "was sentenced"
    if not person.not_removed_before:
        yield "was removed, or left under an order, before"
    if not person.will_leave_promptly:
        yield "is not sure to leave promptly"
