"""Earlier removals and convictions that bar a landing (Art. 5(1)), and for how long.

Years are counted from the actual exit. Whether a bar stands in the way is decided by officers alone; a machine sends
the traveller to one, and says until when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from examiner_console.law import travellers
from examiner_console.law.answers import Removal, RemovalKind, entry_of
from examiner_console.law.counting import last_day
from examiner_console.law.facts import Facts
from examiner_console.law.stays import Period
from examiner_console.law.verdicts import Verdict, Weight, note, refer

BARRED: Final = "Art. 5(1)(ix)"
SPECIAL: Final = "Art. 5-2"
YEARS: Final = {
    RemovalKind.REFUSED: 1,
    RemovalKind.DEPORTED: 5,
    RemovalKind.DEPORTED_REDUCED: 1,
    RemovalKind.DEPARTURE_ORDER: 1,
    RemovalKind.CRIME_IN_JAPAN: 5,
    RemovalKind.SENTENCE: None,
    RemovalKind.DRUG_CONVICTION: None,
}
"""None: for good. The years of CRIME_IN_JAPAN and DEPORTED_REDUCED are uncertain (see the catalogue)."""
REPEATED_YEARS: Final = 10
"""Deported, after a deportation or a departure order before."""
_COUNT_AS_BEFORE: Final = frozenset({RemovalKind.DEPORTED, RemovalKind.DEPORTED_REDUCED, RemovalKind.DEPARTURE_ORDER})


@dataclass(frozen=True, slots=True)
class Bar:
    """One removal and the last day on which it bars; None for good."""

    removal: Removal
    until: date | None

    def stands(self, day: date) -> bool:
        return self.until is None or day <= self.until


def bars(removals: Sequence[Removal]) -> tuple[Bar, ...]:
    """One for each removal, oldest first."""
    ordered = sorted(removals, key=lambda removal: (removal.left_on, removal.kind))
    return tuple(Bar(removal, _until(removal, ordered[:number])) for number, removal in enumerate(ordered))


def _until(removal: Removal, earlier: Sequence[Removal]) -> date | None:
    years = YEARS[removal.kind]
    if removal.kind is RemovalKind.DEPORTED and any(known.kind in _COUNT_AS_BEFORE for known in earlier):
        years = REPEATED_YEARS
    if years is None:
        return None
    try:
        return last_day(removal.left_on, Period(years=years))
    except OverflowError:
        return date.max


def earlier_removal(facts: Facts) -> Iterator[Verdict]:
    """L18: a bar that stands refers, one that is over is noted. L19: with re-entry permission, noted beside it."""
    known = entry_of(facts.answers.removals)
    if known is None or not travellers.arriving(facts):
        return
    standing = [bar for bar in bars(known.removals) if bar.stands(facts.today)]
    for bar in bars(known.removals):
        until = "for good" if bar.until is None else f"until {bar.until}"
        detail = f"{bar.removal.kind.value} on {bar.removal.left_on}, bars {until}; today is {facts.today}"
        if bar in standing:
            yield refer(Weight.CONDITION, "landing_barred", BARRED, "earlier_removal", detail)
        else:
            yield note("earlier_removal", BARRED, "earlier_removal", detail)
    if standing and travellers.re_entry(facts) is not None:
        detail = "re-entry permission was given: the Minister may decide that the ground alone does not bar"
        yield note("bar_may_be_lifted", SPECIAL, "earlier_removal", detail)
