"""The passport: present, genuine, unexpired, and the person in front of the station alone.

A check that is missing, undetermined or failed refers, each with a code of its own. Only a chip that offers no clone
check (`not_supported`) may go without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from examiner_console.contract import CheckOutcome, Direction, Document, Finding, Inspection, StationKind
from examiner_console.law.facts import Facts
from examiner_console.law.nationals import is_national
from examiner_console.law.stays import age_on
from examiner_console.law.verdicts import Verdict, Weight, refer

NOT_AUTHENTIC: Final = "document_not_authentic"
REQUIRED: Final = {
    "mrz": "mrz_unreadable",
    "access_control": "chip_not_read",
    "sod_hash": NOT_AUTHENTIC,
    "sod_signature": NOT_AUTHENTIC,
    "certificate_chain": "issuer_unknown",
    "certificate_validity": "certificate_not_valid",
    "mrz_matches_chip": "page_and_chip_differ",
}
"""Checks that must be successful, and the code that refers where one is not (Doc 9303-11 §5.1, TR-03135)."""
CLONE_CHECKS: Final = {"chip_authentication": "chip_cloned", "active_authentication": "chip_cloned"}
"""May be `not_supported` (Doc 9303-11 §6.1, §6.2 are optional for issuers); anything else but successful refers."""
OTHERS: Final = {"revocation": "certificate_revoked", "face_image": "chip_face_unusable"}
"""Refer when they failed. Other checks that failed refer as `check_failed`."""
ALONE: Final = "passage_alone"
LIVENESS: Final = "face_liveness"
MORPHING: Final = "face_morphing"
PAGE_PORTRAIT: Final = "page_portrait"
JUDGED_APART: Final = frozenset({*REQUIRED, *CLONE_CHECKS, ALONE, LIVENESS, MORPHING, PAGE_PORTRAIT})
"""Checks that have a rule, or a line above, of their own."""
CHILD_AGE: Final = 16
"""Art. 6(3)(ii): persons under 16 give neither fingerprints nor photograph."""
_WORST: Final = (CheckOutcome.FAILED, CheckOutcome.UNDETERMINED, CheckOutcome.NOT_SUPPORTED, CheckOutcome.SUCCESSFUL)


def article_for(inspection: Inspection) -> str:
    """The duty under which the document is looked at: departure or landing, national or not."""
    departure = inspection.direction is Direction.DEPARTURE
    if inspection.document is not None and is_national(inspection.document):
        return "Art. 60(1)" if departure else "Art. 61"
    return "Art. 25(1)" if departure else "Art. 7(1)(i)"


def _refer(facts: Facts, weight: Weight, code: str, rule: str, detail: str) -> Verdict:
    return refer(weight, code, article_for(facts.inspection), rule, detail)


def document_read(facts: Facts) -> Iterator[Verdict]:
    """There is a document, read from its chip, and it is a passport."""
    document = facts.inspection.document
    if document is None:
        yield _refer(facts, Weight.DOCUMENT, "no_document", "document_read", "no passport was read")
        return
    if document.source != "chip":
        yield _refer(facts, Weight.DOCUMENT, "chip_not_read", "document_read", "only the data page was read")
    if not document.document_code.startswith("P"):
        detail = "the document code is not that of a passport"
        yield _refer(facts, Weight.DOCUMENT, "not_a_passport", "document_read", detail)


def document_genuine(facts: Facts) -> Iterator[Verdict]:
    """Every required check is successful, the clone checks are or were not offered, and nothing else failed."""
    worst = worst_by_check(facts.inspection.findings)
    for check, code in REQUIRED.items():
        outcome, why = worst.get(check, (None, ""))
        if outcome is not CheckOutcome.SUCCESSFUL:
            yield _checked(facts, _sharper(code, why), check, outcome, why)
    for check, code in CLONE_CHECKS.items():
        outcome, why = worst.get(check, (None, ""))
        if outcome not in (CheckOutcome.SUCCESSFUL, CheckOutcome.NOT_SUPPORTED):
            cloned = code if outcome is CheckOutcome.FAILED else "clone_not_excluded"
            yield _checked(facts, _sharper(cloned, why), check, outcome, why)
    for check, (outcome, why) in worst.items():
        if outcome is CheckOutcome.FAILED and check not in JUDGED_APART:
            yield _checked(facts, _sharper(OTHERS.get(check, "check_failed"), why), check, outcome, why)


def worst_by_check(findings: tuple[Finding, ...]) -> dict[str, tuple[CheckOutcome, str]]:
    """A check made twice counts as its worse outcome."""
    worst: dict[str, tuple[CheckOutcome, str]] = {}
    for found in findings:
        known = worst.get(found.check)
        if known is None or _WORST.index(found.outcome) < _WORST.index(known[0]):
            worst[found.check] = (found.outcome, found.code)
    return worst


def _sharper(code: str, why: str) -> str:
    """What the finding's own code tells: a fall-back from PACE to BAC, an issuer nobody knows, a broken chain."""
    if "downgrade" in why:
        return "chip_downgraded"
    return {"issuer_unknown": "issuer_unknown", "chain_broken": NOT_AUTHENTIC}.get(why, code)


def _checked(facts: Facts, code: str, check: str, outcome: CheckOutcome | None, why: str) -> Verdict:
    detail = f"{check}: {outcome.value if outcome else 'not reported'}" + (f" ({why})" if why else "")
    return _refer(facts, Weight.DOCUMENT, code, "document_genuine", detail)


def document_unexpired(facts: Facts) -> Iterator[Verdict]:
    """Valid through its last day, in Japan's calendar."""
    document = facts.inspection.document
    if document is not None and document.expiry_date < facts.today:
        detail = f"expired on {document.expiry_date}, today is {facts.today}"
        yield _refer(facts, Weight.DOCUMENT, "document_expired", "document_unexpired", detail)


def alone(facts: Facts) -> Iterator[Verdict]:
    """One person in the lane of a gate. A bio-cart stands in the open and has no lane."""
    if facts.inspection.kind is not StationKind.GATE:
        return
    outcome, why = worst_by_check(facts.inspection.findings).get(ALONE, (None, ""))
    if outcome is not CheckOutcome.SUCCESSFUL:
        found = outcome.value if outcome else "not reported"
        detail = f"{ALONE}: {found}" + (f" ({why})" if why else "")
        yield _refer(facts, Weight.IDENTITY, "not_alone", "alone", detail)


def nationality_clear(facts: Facts) -> Iterator[Verdict]:
    """A Japanese passport says so twice; one that says it once is for an officer."""
    document = facts.inspection.document
    if document is not None and "JPN" in (document.nationality, document.issuing_state) and not is_national(document):
        detail = "nationality and issuing state differ, and one of them is Japan"
        yield _refer(facts, Weight.IDENTITY, "nationality_unclear", "nationality_clear", detail)


def is_child(facts: Facts) -> bool:
    """An unknown birth date exempts nobody."""
    document = facts.inspection.document
    return bool(document and document.birth_date and age_on(document.birth_date, facts.today) < CHILD_AGE)


def is_foreign(document: Document | None) -> bool:
    return document is not None and not is_national(document)
