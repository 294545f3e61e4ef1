"""How a foreign traveller leaves: through which day a resident may come back (Art. 26, 26-2), and what follows where
the departure was ordered (Art. 55-2, 5(1)(ix)).

Nothing here goes beyond the end of stay, and what no registry answered is never taken for a permission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from examiner_console.law import re_entry
from examiner_console.law.answers import DepartureOrder, Hit, ReEntryKind, Removal, RemovalKind, Removals, is_silent
from examiner_console.law.departures import last_day_of
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.re_entry import Bar, Leave, NoLeave, Resident
from examiner_console.law.removals import bars

ASKS_HOW: Final = frozenset({"status_not_for_gate", "re_entry_departure"})
OVERSTAY: Final = "overstay"
_PERMITTED: Final = "Art. 26(1)"
_COUNT_AGAINST: Final = frozenset({RemovalKind.DEPORTED, RemovalKind.DEPORTED_REDUCED, RemovalKind.DEPARTURE_ORDER})


class Way(StrEnum):
    """What a resident's departure is recorded as."""

    PERMISSION = "re_entry_permission"
    DEEMED = "deemed_re_entry"
    FOR_GOOD = "for_good"


@dataclass(frozen=True, slots=True)
class Said:
    """What the officer found at the booth. `permitted_until` is read in the passport, where no registry answered."""

    card: bool = False
    special_permanent: bool = False
    declares: bool = False
    bars: frozenset[Bar] = frozenset()
    permitted_until: date | None = None


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """`bar_until` is the last day on which landing is barred; `certain` is false where the rule is from memory."""

    late: bool
    bar_until: date | None
    certain: bool


def leave(way: Way, facts: Facts, said: Said) -> Leave | NoLeave | None:
    """Through which day the resident may come back, or why not. None for who leaves for good."""
    if way is Way.FOR_GOOD:
        return None
    resident = _resident(facts, said)
    if resident is None:
        return NoLeave(_PERMITTED, ("no landing with a period of stay is known",))
    if way is Way.DEEMED:
        return re_entry.deemed(resident, facts.today)
    return _permitted(resident, facts, said)


def _resident(facts: Facts, said: Said) -> Resident | None:
    landing, document = facts.landing, facts.inspection.document
    if not isinstance(landing, LandingRecord) or document is None or landing.landed_on > facts.today:
        return None
    last, endless = last_day_of(landing)
    if last is None and not endless:
        return None
    entry = facts.answers.re_entry
    special = said.special_permanent or (isinstance(entry, Hit) and entry.entry.special_permanent)
    return Resident(
        status=landing.status,
        stay_until=last,
        special_permanent=special,
        valid_passport=document.expiry_date >= facts.today,
        residence_card=said.card,
        declares_intention=said.declares,
        bars=said.bars,
    )


def _permitted(resident: Resident, facts: Facts, said: Said) -> Leave | NoLeave:
    """Bounded by what was permitted, and by the most that may be permitted today."""
    longest = re_entry.permission(resident, facts.today)
    if isinstance(longest, NoLeave):
        return longest
    until = _given_until(facts, said)
    if until is None:
        return NoLeave(_PERMITTED, ("no re-entry permission is known",))
    if until < facts.today:
        return NoLeave(_PERMITTED, ("the re-entry permission is over",))
    return replace(longest, until=min(longest.until, until))


def _given_until(facts: Facts, said: Said) -> date | None:
    answer = facts.answers.re_entry
    if isinstance(answer, Hit):
        return answer.entry.valid_until if answer.entry.kind is ReEntryKind.PERMISSION else None
    return said.permitted_until if is_silent(answer) else None


def fulfilled(order: DepartureOrder, left_on: date, known: Sequence[Removal]) -> Fulfilled:
    """In time through the day of the order. Late is counted as a deportation, the longer bar: uncertain, since the
    catalogue (L18, L35) says nothing of who leaves late."""
    late = left_on > order.leave_by
    this = Removal(RemovalKind.DEPORTED if late else RemovalKind.DEPARTURE_ORDER, left_on)
    earlier = [removal for removal in known if removal.left_on < left_on]
    return Fulfilled(late, bars([*earlier, this])[-1].until, certain=not late)


def was_removed(answer: object) -> bool:
    """A registry knows of a deportation or of an order before, which an officer's word does not undo."""
    found = answer.entry if isinstance(answer, Hit) else None
    return isinstance(found, Removals) and any(removal.kind in _COUNT_AGAINST for removal in found.removals)
