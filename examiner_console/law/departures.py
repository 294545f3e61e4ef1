"""Foreign travellers leaving, since 2026-11-27 (Art. 25): who may leave by gate, and who is confirmed by an officer.

A Temporary Visitor within the period of stay leaves by the face gate; a resident who means to come back does not,
unless registered. A departure order is closed by an officer (Art. 55-2).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from examiner_console.law import registered, travellers
from examiner_console.law.answers import entry_of
from examiner_console.law.facts import Facts, LandingRecord, NoAnswer, NoLandingRecord
from examiner_console.law.statuses import ACTIVITY, TEMPORARY_VISITOR, UNLIMITED
from examiner_console.law.statuses_by_date import allowed_on, stays_until
from examiner_console.law.verdicts import Verdict, Weight, confirm, refer
from examiner_console.law.visitors import DEPARTURE, OVERSTAY, RE_ENTRY

ORDER: Final = "Art. 55-2"
RULE: Final = "departure_confirmation"


def departure_confirmation(facts: Facts) -> Iterator[Verdict]:
    """L27: confirmed by gate, or the reason why an officer looks at the stay."""
    if not travellers.leaving(facts):
        return
    if travellers.crew(facts):
        yield refer(Weight.PROCEDURE, "crew_departure", DEPARTURE, RULE, "crew leave by a desk of their own")
    elif not travellers.at_gate(facts):
        yield _refer("departure_at_bio_cart", DEPARTURE, "a bio-cart confirms no departure")
    elif isinstance(facts.landing, NoAnswer):
        yield _refer("registry_unavailable", DEPARTURE, "the registry of landings did not answer")
    elif isinstance(facts.landing, NoLandingRecord):
        yield _refer("no_landing_record", DEPARTURE, "no landing without a departure under this passport")
    else:
        yield _stay(facts.landing, facts)


def _stay(landing: LandingRecord, facts: Facts) -> Verdict:
    today = facts.today
    if landing.landed_on > today:
        return _refer("landing_record_implausible", DEPARTURE, f"landed on {landing.landed_on}, today is {today}")
    last, endless = last_day_of(landing)
    if last is None and not endless:
        return _refer("landing_record_implausible", DEPARTURE, f"no period such as {landing.period} for this status")
    until = f"until {last}" if last is not None else "without end"
    detail = f"landed on {landing.landed_on} as {landing.status}, may stay {until}, today is {today}"
    if last is not None and today > last:
        return _refer("overstay", OVERSTAY, detail)
    if registered.leaving_resident(facts):
        return confirm("registered_departure", DEPARTURE, RULE, f"registered, with re-entry permission; {detail}")
    if landing.status != TEMPORARY_VISITOR:
        return _refer("status_not_for_gate", RE_ENTRY, f"landed as {landing.status}: a booth asks about re-entry")
    if travellers.re_entry(facts) is not None:
        return _refer("re_entry_departure", RE_ENTRY, "re-entry was permitted: not by the face gate")
    return confirm("visitor_departure", DEPARTURE, RULE, detail)


def last_day_of(landing: LandingRecord) -> tuple[date | None, bool]:
    """The last day of stay, and whether the stay has none; (None, False) where neither is possible.

    As the seal says (it may have been extended), else as the Civil Code counts the period.
    """
    if landing.permitted_until is not None:
        return landing.permitted_until, False
    if not allowed_on(landing.status, landing.period, landing.landed_on):
        return None, False
    try:
        return stays_until(landing.landed_on, landing.status, landing.period), landing.period in (UNLIMITED, ACTIVITY)
    except OverflowError:
        return date.max, False


def departure_order(facts: Facts) -> Iterator[Verdict]:
    """L35: whoever leaves under a departure order is seen out by an officer, who closes it."""
    order = entry_of(facts.answers.departure_orders)
    if order is not None and travellers.leaving(facts):
        late = "its day has passed" if travellers.past(order.leave_by, facts) else "in time"
        detail = f"ordered on {order.issued_on} to leave by {order.leave_by}; {late}"
        yield refer(Weight.CONDITION, "departure_order", ORDER, "departure_order", detail)


def _refer(code: str, article: str, detail: str) -> Verdict:
    return refer(Weight.STAY, code, article, RULE, detail)
