"""The landing examination since 2026-11-27: a machine prepares it, suggests, and hands over; officers decide.

Who asks for refuge, whose health is in question, and who comes as crew has a procedure of their own (Art. 18-2, 9(2),
16), which no machine enters into.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from examiner_console.contract import CheckOutcome, Suggestion
from examiner_console.law import registered, travellers
from examiner_console.law.answers import Visa, entry_of
from examiner_console.law.arrivals import PERMISSION, visitor_suggestion
from examiner_console.law.documents import worst_by_check
from examiner_console.law.facts import Facts
from examiner_console.law.residence_cards import becomes_resident
from examiner_console.law.statuses import TEMPORARY_VISITOR
from examiner_console.law.statuses_by_date import allowed_on
from examiner_console.law.verdicts import Verdict, Weight, note, refer
from examiner_console.law.visas import NOT_AT_LANDING, usable_until

EXAMINATION: Final = "Art. 7(1)"
CREW: Final = "Art. 16"
HEALTH: Final = "Art. 9(2)"
REFUGE: Final = "Art. 18-2"
CARD: Final = "Art. 19-3, 19-6"
RULE: Final = "landing_examination"
REFUGE_PURPOSE: Final = "refuge"
"""A declared purpose that leads to a person, and to nothing else."""
HEALTH_CHECK: Final = "quarantine"
"""A check by the quarantine station's equipment, where a hall has one."""


def landing_examination(facts: Facts) -> Iterator[Verdict]:
    """L06: an inspector examines, and permits or hands over. A registered user is not sent to one by this rule."""
    if not travellers.landing(facts) or registered.eligible(facts):
        return
    if travellers.at_gate(facts):
        detail = "a foreign arrival is examined at a booth"
        yield refer(Weight.PROCEDURE, "landing_examination_required", EXAMINATION, RULE, detail)
    else:
        detail = "foreign arrival with data from a bio-cart"
        verdict = refer(Weight.PROCEDURE, "arrival_examination", PERMISSION, RULE, detail)
        yield Verdict(verdict.weight, verdict.reason, suggestion=suggestion(facts))


def suggestion(facts: Facts) -> Suggestion | None:
    """What the certificate proposes, else a visit as declared; none where status and period are not decided anew.

    Who comes back with re-entry permission or a refugee travel document keeps the old status (Art. 9(3)).
    """
    if travellers.re_entry(facts) is not None:
        return None
    certificate = entry_of(facts.answers.certificate)
    if certificate is not None:
        if certificate.period is None or certificate.cancelled or usable_until(certificate) < facts.today:
            return None
        if certificate.status in NOT_AT_LANDING:
            return None
        if not allowed_on(certificate.status, certificate.period, facts.today):
            return None
        return Suggestion(certificate.status, certificate.period, PERMISSION)
    visa = entry_of(facts.answers.visa)
    if isinstance(visa, Visa) and visa.status != TEMPORARY_VISITOR:
        return None
    return visitor_suggestion(facts.inspection.declaration)


def old_status_kept(facts: Facts) -> Iterator[Verdict]:
    """Art. 9(3): no status and no period are decided for who comes back under the old ones."""
    back = travellers.re_entry(facts)
    if back is not None and travellers.landing(facts):
        detail = f"{back.kind.value} through {back.valid_until}, status {back.status}"
        article = {"permission": "Art. 26(1)", "deemed": "Art. 26-2(1)", "same_ship": "Art. 26-3"}
        yield note("old_status_kept", article.get(back.kind.value, PERMISSION), "old_status_kept", detail)


def residence_card_due(facts: Facts) -> Iterator[Verdict]:
    """L34: who becomes a mid- or long-term resident by what is suggested is given a card, here or later."""
    if not travellers.landing(facts) or travellers.at_gate(facts):
        return
    offered = suggestion(facts)
    if offered is not None and becomes_resident(offered.status, offered.period, facts.today):
        detail = f"{offered.status} for {offered.period} makes a mid- or long-term resident"
        yield note("residence_card_due", CARD, "residence_card_due", detail)


def crew_landing(facts: Facts) -> Iterator[Verdict]:
    """L23: crew land by a permission of their own, at a desk of their own."""
    if travellers.arriving(facts) and travellers.crew(facts):
        yield refer(Weight.PROCEDURE, "crew_landing", CREW, "crew_landing", "announced by the carrier as crew")


def health_in_question(facts: Facts) -> Iterator[Verdict]:
    """L07: only after a designated doctor's diagnosis, by an officer. What is not known to be well is looked at."""
    outcome, why = worst_by_check(facts.inspection.findings).get(HEALTH_CHECK, (None, ""))
    if travellers.arriving(facts) and outcome not in (None, CheckOutcome.SUCCESSFUL):
        detail = f"{HEALTH_CHECK}: {outcome.value if outcome else ''}" + (f" ({why})" if why else "")
        yield refer(Weight.CONDITION, "doctor_first", HEALTH, "health_in_question", detail)


def refuge_asked(facts: Facts) -> Iterator[Verdict]:
    """L26: a person, in private, at once. A machine neither grants nor hinders it."""
    declaration = facts.inspection.declaration
    if travellers.arriving(facts) and declaration is not None and declaration.purpose == REFUGE_PURPOSE:
        detail = "the traveller asks for protection: private room, interpreter, nothing on a public screen"
        yield refer(Weight.HOLD, "refuge_asked", REFUGE, "refuge_asked", detail)
