"""Foreign travellers arriving: an inspector examines at the booth (Art. 7, 9); the machine prepares and suggests.

Fingerprints and photograph are given by all but the exempt (Art. 6(3)); who does not give them is handed over to the
special inquiry officer (Art. 7(4)).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from examiner_console.contract import CheckOutcome, Declaration, Direction, FingerCapture, StationKind, Suggestion
from examiner_console.law.documents import CHILD_AGE, is_child, is_foreign
from examiner_console.law.facts import Facts
from examiner_console.law.statuses import TEMPORARY_VISITOR
from examiner_console.law.verdicts import Verdict, Weight, note, refer

PERMISSION: Final = "Art. 9(1), 9(3)"
BIOMETRICS: Final = "Art. 6(3)"
NOT_GIVEN: Final = "Art. 7(4)"
RULE: Final = "foreign_arrival"
FINGERS: Final = 2
"""Both index fingers, or their replacements (Ordinance Art. 5)."""
CANNOT_GIVE: Final = ("missing", "injured")
"""Not a failure of the traveller: noted, and shown to the officer throughout."""
VISITOR_PERIODS: Final = ((15, "P15D"), (30, "P30D"), (90, "P90D"))
"""The shortest that covers the declared days (Ordinance, appended table 2: Temporary Visitor)."""
NOT_VISITING: Final = frozenset({"work", "study", "training", "residence", "family_residence", "long_stay", "other"})
"""Declared purposes beyond Temporary Visitor: which status fits is for the officer."""


def arrival_examination(facts: Facts) -> Iterator[Verdict]:
    """Every foreign arrival goes to a booth; one who came by the bio-cart finds the case prepared."""
    if not _is_foreign_arrival(facts):
        return
    if facts.inspection.kind is StationKind.BIO_CART:
        detail = "foreign arrival with data from a bio-cart"
        verdict = refer(Weight.PROCEDURE, "arrival_examination", PERMISSION, RULE, detail)
        yield Verdict(verdict.weight, verdict.reason, suggestion=visitor_suggestion(facts.inspection.declaration))
    else:
        detail = "a foreign arrival is examined at a booth"
        yield refer(Weight.PROCEDURE, "landing_examination_required", "Art. 7(1)", RULE, detail)


def visitor_suggestion(declaration: Declaration | None) -> Suggestion | None:
    """Temporary Visitor by declared stay; none where the purpose or the length is beyond it."""
    if declaration is None or declaration.purpose in NOT_VISITING:
        return None
    fitting = (period for days, period in VISITOR_PERIODS if declaration.stay_days <= days)
    period = next(fitting, None)
    return Suggestion(TEMPORARY_VISITOR, period, PERMISSION) if period else None


def declared_stay(facts: Facts) -> Iterator[Verdict]:
    """What the traveller stated, where it is missing or beyond a visit."""
    if not _at_bio_cart(facts):
        return
    declaration = facts.inspection.declaration
    if declaration is None:
        detail = "neither purpose nor length of stay was stated"
        yield note("nothing_declared", "Art. 7(1)(ii)", "declared_stay", detail)
    elif declaration.stay_days > VISITOR_PERIODS[-1][0]:
        detail = f"{declaration.stay_days} days stated, a Temporary Visitor is granted 90 at most"
        yield note("stay_beyond_visit", "Art. 7(1)(iii)", "declared_stay", detail)


def biometrics_given(facts: Facts) -> Iterator[Verdict]:
    """Two fingers and a face, unless exempt; missing and injured fingers are noted all the way through review."""
    if not _at_bio_cart(facts):
        return
    yield from fingers_noted(facts.inspection.fingers)
    if is_child(facts):
        detail = f"under {CHILD_AGE} on {facts.today}"
        yield note("biometrics_exempt", BIOMETRICS, "biometrics_given", detail)
        return
    fingers = facts.inspection.fingers
    if any(finger.outcome == "refused" for finger in fingers):
        detail = "the traveller did not give fingerprints"
        yield refer(Weight.BIOMETRICS, "biometrics_refused", NOT_GIVEN, "biometrics_given", detail)
    given = sum(finger.outcome == "captured" for finger in fingers)
    if given < FINGERS and not any(finger.outcome in CANNOT_GIVE for finger in fingers):
        detail = f"{given} of {FINGERS} fingers captured"
        yield refer(Weight.BIOMETRICS, "fingers_incomplete", BIOMETRICS, "biometrics_given", detail)
    if not has_face(facts):
        yield refer(Weight.BIOMETRICS, "face_not_captured", BIOMETRICS, "biometrics_given", "no live face was captured")


def fingers_noted(fingers: tuple[FingerCapture, ...]) -> Iterator[Verdict]:
    for finger in fingers:
        if finger.outcome in ("missing", "injured", "failed"):
            code, detail = f"finger_{finger.outcome}", f"{finger.position}: {finger.outcome}"
            yield note(code, BIOMETRICS, "biometrics_given", detail)


def has_face(facts: Facts) -> bool:
    found = [finding.outcome for finding in facts.inspection.findings if finding.check == "face_capture"]
    return bool(found) and all(outcome is CheckOutcome.SUCCESSFUL for outcome in found)


def _is_foreign_arrival(facts: Facts) -> bool:
    return is_foreign(facts.inspection.document) and facts.inspection.direction is Direction.ARRIVAL


def _at_bio_cart(facts: Facts) -> bool:
    return _is_foreign_arrival(facts) and facts.inspection.kind is StationKind.BIO_CART
