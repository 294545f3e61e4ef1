"""Whether the station's report can be relied on at all: its clock, and whether the traveller still waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from examiner_console.contract import Delivery
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import Verdict, Weight, refer

AHEAD: Final = timedelta(seconds=60)
"""How far a station's clock may run ahead of the console's. Stations keep time by NTP; a minute is a fault."""
BEHIND: Final = timedelta(minutes=5)
"""How old a live report may be: a station gives up after 2 s, so this is a clock fault too."""
LONGEST: Final = timedelta(hours=1)
"""How long one inspection may take at a gate or bio-cart."""
ARTICLE: Final = "Art. 61-3-2"
"""Duties of immigration inspectors: without a machine to rely on, one of them acts."""


def clock(facts: Facts) -> Iterator[Verdict]:
    """A station whose clock jumped cannot vouch for the expiry and stay it was shown."""
    problem = _implausible(facts.inspection.started_at, facts.inspection.completed_at, facts)
    if problem:
        yield refer(Weight.STATION, "clock_implausible", ARTICLE, "clock", problem)


def _implausible(started: datetime, completed: datetime, facts: Facts) -> str:
    if started > completed:
        return "the inspection ended before it began"
    if completed - started > LONGEST:
        return "the inspection took more than an hour"
    if completed - facts.at > AHEAD:
        return "the inspection ended in the future"
    if facts.delivery is Delivery.LIVE and facts.at - completed > BEHIND:
        return "the inspection ended more than five minutes ago"
    return ""


def withdrawal(facts: Facts) -> Iterator[Verdict]:
    """The console had decided to open, and the station sent the traveller to a booth all the same.

    Nobody walked through the open exit, the attendant called the traveller back, or the gate failed: the station's
    events tell which. The detail is the outcome and the reason that were withdrawn, and the instant they date from.
    """
    if facts.delivery is not Delivery.DEFERRED:
        return
    if facts.decided is None:
        yield from silence(facts)
    else:
        decided = facts.decided
        detail = f"{decided.outcome.value}: {decided.reasons[0].code} ({decided.decided_at.isoformat()})"
        yield refer(Weight.STATION, "station_withdrew", ARTICLE, "withdrawal", detail)


def silence(facts: Facts) -> Iterator[Verdict]:
    """The station gave up waiting and sent the traveller to a booth: nothing may be granted any more."""
    if facts.delivery is Delivery.DEFERRED:
        yield refer(
            Weight.STATION, "console_silent", ARTICLE, "silence", "the station got no answer in time and referred"
        )
