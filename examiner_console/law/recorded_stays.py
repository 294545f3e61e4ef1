"""Under what status and until when a landing stands that a gate recorded (Art. 9(4), 9(5); 26).

Who comes back keeps status and period. The record of the last landing says until when; without it, no longer than the
leave to come back, which never outlasts the stay (Art. 26(3)). A trusted traveller lands as a Temporary Visitor for 90
days, or as long as the exemption from a visa has it: the period is from memory, to be checked against the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from examiner_console.contract import Decision, DecisionOutcome, Direction
from examiner_console.law import travellers
from examiner_console.law.answers import VisaExempt, entry_of
from examiner_console.law.arrivals import VISITOR_PERIODS
from examiner_console.law.departures import last_day_of
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.statuses import TEMPORARY_VISITOR, permitted_until

UNTOLD: Final = ""
"""In place of a period: what it was is on the residence card, and no landing record here says so."""


@dataclass(frozen=True, slots=True)
class Stay:
    """As `LandingRecord`, for the landing that is recorded."""

    status: str
    period: str
    permitted_until: date | None


def recorded_stay(facts: Facts, decision: Decision, last: LandingRecord | None) -> Stay | None:
    """None where no landing is recorded: a national's return is confirmed, a departure is none."""
    arriving = facts.inspection.direction is Direction.ARRIVAL
    if decision.outcome is not DecisionOutcome.RECORD or not arriving:
        return None
    back = travellers.re_entry(facts)
    if back is None:
        return _visit(facts)
    if last is not None and last.status == back.status:
        until, endless = last_day_of(last)
        if endless or (until is not None and until >= facts.today):
            return Stay(last.status, last.period, until)
    return Stay(back.status, UNTOLD, back.valid_until)


def _visit(facts: Facts) -> Stay:
    exempt = entry_of(facts.answers.visa)
    most = exempt.days if isinstance(exempt, VisaExempt) else VISITOR_PERIODS[-1][0]
    period = max((days, period) for days, period in VISITOR_PERIODS if days <= max(most, VISITOR_PERIODS[0][0]))[1]
    return Stay(TEMPORARY_VISITOR, period, permitted_until(facts.today, TEMPORARY_VISITOR, period))
