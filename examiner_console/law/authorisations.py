"""Travel authorisation before a short stay without a visa: a bill of 10 March 2026, planned to start in fiscal 2028.

The first day is not fixed yet: that of the fiscal year stands here, and the catalogue says that it is uncertain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from examiner_console.law import travellers
from examiner_console.law.answers import Clear, entry_of
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import Verdict, Weight, refer

STARTS: Final = date(2028, 4, 1)
ARTICLE: Final = "Travel authorisation"
"""The bill's numbering is not known here."""


def needed(facts: Facts) -> bool:
    """A visa-exempt short stay from the first day on; crew and who comes back under an old status need none."""
    return (
        facts.today >= STARTS
        and travellers.landing(facts)
        and travellers.re_entry(facts) is None
        and travellers.visa_exempt(facts)
        and travellers.visiting(facts)
    )


def travel_authorisation(facts: Facts) -> Iterator[Verdict]:
    """L38. The carrier has to refuse boarding without it, so who arrives without it is for an officer."""
    if not needed(facts):
        return
    entry = entry_of(facts.answers.authorisation)
    if isinstance(facts.answers.authorisation, Clear):
        detail = f"none is recorded; needed since {STARTS}"
        yield refer(Weight.CONDITION, "authorisation_missing", ARTICLE, "travel_authorisation", detail)
    elif entry is not None and travellers.past(entry.valid_until, facts):
        detail = f"valid through {entry.valid_until}, today is {facts.today}"
        yield refer(Weight.CONDITION, "authorisation_expired", ARTICLE, "travel_authorisation", detail)
