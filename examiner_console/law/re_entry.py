"""Leave to come back (Art. 26, 26-2, 26-3): who may have it, and through which day.

These are procedures of officers and of the departure desk; the landing rules only read what was permitted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from examiner_console.law.counting import last_day
from examiner_console.law.statuses import TEMPORARY_VISITOR
from examiner_console.law.stays import Period

PERMISSION: Final = Period(years=5)
PERMISSION_SPECIAL: Final = Period(years=6)
DEEMED: Final = Period(years=1)
DEEMED_SPECIAL: Final = Period(years=2)
SAME_SHIP: Final = Period(days=15)


class Bar(StrEnum):
    """What keeps a resident from deemed re-entry (Art. 26-2(1), with the Ordinance)."""

    CANCELLATION_PENDING = "cancellation_pending"
    HELD = "held"
    """A hold under Art. 25-2."""
    DETENTION_ORDER = "detention_order"
    REFUGEE_APPLICANT = "refugee_applicant"
    """Designated Activities of an applicant for refugee status."""
    DESIGNATED_BY_MINISTER = "designated_by_minister"


@dataclass(frozen=True, slots=True)
class Resident:
    """Someone with a status who means to come back. `stay_until` is None for a stay without end."""

    status: str
    stay_until: date | None
    special_permanent: bool = False
    valid_passport: bool = True
    residence_card: bool = True
    declares_intention: bool = False
    bars: frozenset[Bar] = frozenset()


@dataclass(frozen=True, slots=True)
class Leave:
    """May come back through `until`."""

    article: str
    until: date


@dataclass(frozen=True, slots=True)
class NoLeave:
    article: str
    why: tuple[str, ...]


def permission(resident: Resident, asked_on: date) -> Leave | NoLeave:
    """L29: an officer may permit at most this long; asked for before the stay ends, and never beyond its end."""
    if _is_over(resident.stay_until, asked_on):
        return NoLeave("Art. 26(1)", ("the period of stay is over",))
    return Leave(
        "Art. 26(3)", _first(resident, asked_on, PERMISSION_SPECIAL if resident.special_permanent else PERMISSION)
    )


def deemed(resident: Resident, leaves_on: date) -> Leave | NoLeave:
    """L30: by law, for who declares the intention on departure; never beyond the end of stay."""
    why = tuple(_not_deemed(resident, leaves_on))
    if why:
        return NoLeave("Art. 26-2(1)", why)
    return Leave("Art. 26-2(2)", _first(resident, leaves_on, DEEMED_SPECIAL if resident.special_permanent else DEEMED))


def _not_deemed(resident: Resident, leaves_on: date) -> Iterator[str]:
    if _is_over(resident.stay_until, leaves_on):
        yield "the period of stay is over"
    if resident.status == TEMPORARY_VISITOR:
        yield "a Temporary Visitor holds no residence card"
    if not resident.valid_passport:
        yield "no valid passport"
    if not (resident.residence_card or resident.special_permanent):
        yield "no residence card"
    if not resident.declares_intention:
        yield "the intention to come back was not declared"
    yield from sorted(bar.value for bar in resident.bars)


def same_ship(status: str, stay_until: date | None, leaves_on: date, *, designated_ship: bool) -> Leave | NoLeave:
    """L31: a Temporary Visitor who leaves and comes back on the same designated passenger ship."""
    if status != TEMPORARY_VISITOR or not designated_ship or _is_over(stay_until, leaves_on):
        return NoLeave("Art. 26-3", ("for Temporary Visitors within their stay, on a designated passenger ship",))
    limit = last_day(leaves_on, SAME_SHIP)
    return Leave("Art. 26-3", limit if stay_until is None else min(limit, stay_until))


def _is_over(stay_until: date | None, day: date) -> bool:
    return stay_until is not None and stay_until < day


def _first(resident: Resident, day: date, longest: Period) -> date:
    limit = last_day(day, longest)
    return limit if resident.stay_until is None else min(limit, resident.stay_until)
