"""Foreign travellers leaving (Art. 25): a Temporary Visitor within the period of stay may leave by gate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from examiner_console.contract import Direction, StationKind
from examiner_console.law.documents import is_foreign
from examiner_console.law.facts import Facts, LandingRecord, NoAnswer, NoLandingRecord
from examiner_console.law.statuses import TEMPORARY_VISITOR, allowed, permitted_until
from examiner_console.law.verdicts import Verdict, Weight, confirm, refer

DEPARTURE: Final = "Art. 25(1)"
OVERSTAY: Final = "Art. 24(iv)(b)"
RE_ENTRY: Final = "Art. 26(1)"
RULE: Final = "visitor_leaving"


def visitor_leaving(facts: Facts) -> Iterator[Verdict]:
    """Departure confirmation by gate, or the reason why an officer must look at the stay."""
    inspection = facts.inspection
    if not is_foreign(inspection.document) or inspection.direction is not Direction.DEPARTURE:
        return
    if inspection.kind is not StationKind.GATE:
        yield _refer("departure_at_bio_cart", DEPARTURE, "a bio-cart confirms no departure")
    elif isinstance(facts.landing, NoAnswer):
        yield _refer("registry_unavailable", DEPARTURE, "the registry of landings did not answer")
    elif isinstance(facts.landing, NoLandingRecord):
        yield _refer("no_landing_record", DEPARTURE, "no landing without a departure under this passport")
    else:
        yield _stay(facts.landing, facts.today)


def _stay(landing: LandingRecord, today: date) -> Verdict:
    if landing.landed_on > today:
        return _refer("landing_record_implausible", DEPARTURE, f"landed on {landing.landed_on}, today is {today}")
    if landing.status != TEMPORARY_VISITOR:
        return _refer("status_not_for_gate", RE_ENTRY, f"landed as {landing.status}: a booth asks about re-entry")
    last = last_day(landing)
    if last is None:
        return _refer("landing_record_implausible", DEPARTURE, f"no period such as {landing.period} for this status")
    facts = f"landed on {landing.landed_on} for {landing.period}, may stay until {last}, today is {today}"
    if today > last:
        return _refer("overstay", OVERSTAY, facts)
    return confirm("visitor_departure", DEPARTURE, RULE, facts)


def last_day(landing: LandingRecord) -> date | None:
    """As the seal says (it may have been extended), else as the period counts; None where neither is possible."""
    if landing.permitted_until is not None:
        return landing.permitted_until
    if not allowed(landing.status, landing.period):
        return None
    return permitted_until(landing.landed_on, landing.status, landing.period)


def _refer(code: str, article: str, detail: str) -> Verdict:
    return refer(Weight.STAY, code, article, RULE, detail)
