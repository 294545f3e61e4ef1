"""Passport, visa and certificate as conditions of landing (Art. 6(1), 7(1)(i) to (iii), 7-2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from examiner_console.law import arrivals, travellers
from examiner_console.law.answers import Certificate, Clear, Visa, VisaExempt, entry_of
from examiner_console.law.counting import last_day
from examiner_console.law.facts import Facts
from examiner_console.law.statuses import STATUSES, TEMPORARY_VISITOR
from examiner_console.law.statuses_by_date import allowed_on
from examiner_console.law.stays import Period
from examiner_console.law.verdicts import Verdict, Weight, refer

VISA: Final = "Art. 6(1)"
ACTIVITY: Final = "Art. 7(1)(ii)"
PERIOD: Final = "Art. 7(1)(iii)"
PROOF: Final = "Art. 7(2), 7-2"
CERTIFICATE_LIFE: Final = Period(months=3)
"""From the day of issue; uncertain (own knowledge of whoever wrote the rules down)."""
NOT_AT_LANDING: Final = frozenset({"PERMANENT", "HSP-2"})
"""Statuses that are permitted to residents and not on landing (Art. 7(1)(ii))."""


def visa_held(facts: Facts) -> Iterator[Verdict]:
    """L01: a visa that holds, or no need of one; who comes back under an old status needs none."""
    if not travellers.landing(facts) or travellers.re_entry(facts) is not None:
        return
    if isinstance(facts.answers.visa, Clear):
        yield _refer("visa_missing", VISA, "visa_held", "a visa is needed and none is recorded")
    entry = entry_of(facts.answers.visa)
    if isinstance(entry, Visa):
        yield from _visa(entry, facts.today)
    elif isinstance(entry, VisaExempt):
        yield from _exemption(entry, facts)


def _visa(visa: Visa, today: date) -> Iterator[Verdict]:
    if visa.valid_until < today:
        detail = f"the visa was valid through {visa.valid_until}, today is {today}"
        yield _refer("visa_expired", VISA, "visa_held", detail)
    if visa.entries_left == 0:
        yield _refer("visa_used", VISA, "visa_held", "no entry is left on the visa")


def _exemption(entry: VisaExempt, facts: Facts) -> Iterator[Verdict]:
    declaration = facts.inspection.declaration
    if not travellers.visiting(facts):
        yield _refer("visa_missing", VISA, "visa_held", "exempt for a short stay only, another purpose is stated")
    elif declaration is not None and declaration.stay_days > entry.days:
        detail = f"exempt for {entry.days} days, {declaration.stay_days} are stated"
        yield _refer("visa_missing", VISA, "visa_held", detail)


def activity_shown(facts: Facts) -> Iterator[Verdict]:
    """L04(ii), L05: an activity beyond a visit is proved by a certificate, or a visa for that status."""
    if not travellers.landing(facts) or travellers.re_entry(facts) is not None or travellers.visiting(facts):
        return
    visa = entry_of(facts.answers.visa)
    has_visa = isinstance(visa, Visa) and visa.status != TEMPORARY_VISITOR
    if isinstance(facts.answers.certificate, Clear) and not has_visa:
        declaration = facts.inspection.declaration
        purpose = declaration.purpose if declaration else "none"
        detail = f"purpose {purpose}, and neither certificate nor visa for such a status"
        yield _refer("activity_unproved", ACTIVITY, "activity_shown", detail)


def certificate_holds(facts: Facts) -> Iterator[Verdict]:
    """L05: a certificate is used within three months, for a status that may be granted on landing."""
    certificate = entry_of(facts.answers.certificate)
    if certificate is None or not travellers.landing(facts):
        return
    if certificate.cancelled:
        yield _refer("certificate_cancelled", PROOF, "certificate_holds", "the certificate was cancelled")
    if (last := usable_until(certificate)) < facts.today:
        detail = f"issued on {certificate.issued_on}, usable until {last}, today is {facts.today}"
        yield _refer("certificate_expired", PROOF, "certificate_holds", detail)
    if certificate.issued_on > facts.today:
        detail = f"issued on {certificate.issued_on}, today is {facts.today}"
        yield _refer("certificate_implausible", PROOF, "certificate_holds", detail)
    if certificate.status in NOT_AT_LANDING or certificate.status not in STATUSES:
        detail = f"no landing as {certificate.status}"
        yield _refer("status_not_at_landing", ACTIVITY, "certificate_holds", detail)


class CertificateForm(StrEnum):
    PAPER = "paper"
    COPY = "copy"
    ON_DEVICE = "on_device"
    """The e-mail, shown on the applicant's own device."""


ON_DEVICE_FROM: Final = date(2023, 3, 17)


def accepts_form(form: CertificateForm, shown_on: date) -> bool:
    """L05: whether a certificate may be shown like this. A copy counts as paper does, as far as the source tells."""
    return form is not CertificateForm.ON_DEVICE or shown_on >= ON_DEVICE_FROM


def usable_until(certificate: Certificate) -> date:
    try:
        return last_day(certificate.issued_on, CERTIFICATE_LIFE)
    except OverflowError:
        return date.max


def period_conforms(facts: Facts) -> Iterator[Verdict]:
    """L04(iii): the period proposed by the certificate is one that its status may have today."""
    certificate = entry_of(facts.answers.certificate)
    if certificate is None or certificate.period is None or not travellers.landing(facts):
        return
    if certificate.status in STATUSES and not allowed_on(certificate.status, certificate.period, facts.today):
        detail = f"{certificate.status} may not be granted for {certificate.period} on {facts.today}"
        yield _refer("period_not_allowed", PERIOD, "period_conforms", detail)


def declared_visit(facts: Facts) -> Iterator[Verdict]:
    """What a visitor stated, or did not. Longer stays rest on a certificate, and who comes back states none anew."""
    if travellers.landing(facts) and travellers.visiting(facts) and travellers.re_entry(facts) is None:
        yield from arrivals.declared_stay(facts)


def _refer(code: str, article: str, rule: str, detail: str) -> Verdict:
    return refer(Weight.CONDITION, code, article, rule, detail)
