"""Fingerprints and photograph on landing (Art. 6(3)), since 2026-11-27: who is exempt, and what it means to give none.

Who is not exempt and gives none is handed over to the special inquiry officer, to whom they may still be given (Art.
7(4), 10(7)). Missing and injured fingers are no refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from examiner_console.law import arrivals, faces, travellers
from examiner_console.law.answers import Visa, entry_of
from examiner_console.law.arrivals import BIOMETRICS, CANNOT_GIVE, FINGERS, NOT_GIVEN
from examiner_console.law.documents import CHILD_AGE, is_child
from examiner_console.law.facts import Facts
from examiner_console.law.statuses import STATUSES
from examiner_console.law.verdicts import Verdict, Weight, note, refer

RULE: Final = "biometrics_on_landing"


def biometrics_on_landing(facts: Facts) -> Iterator[Verdict]:
    """L02, L03 at a bio-cart. A gate's registered users give theirs to the gate (`registered`)."""
    if not travellers.landing(facts) or travellers.at_gate(facts):
        return
    yield from arrivals.fingers_noted(facts.inspection.fingers)
    if (why := exemption(facts)) is not None:
        yield note("biometrics_exempt", BIOMETRICS, RULE, why)
        return
    fingers = facts.inspection.fingers
    given = sum(finger.outcome == "captured" for finger in fingers)
    if any(finger.outcome == "refused" for finger in fingers):
        detail = "the traveller did not give fingerprints"
        yield refer(Weight.BIOMETRICS, "biometrics_refused", NOT_GIVEN, RULE, detail)
    elif given < FINGERS and not any(finger.outcome in CANNOT_GIVE for finger in fingers):
        detail = f"{given} of {FINGERS} fingers captured"
        yield refer(Weight.BIOMETRICS, "fingers_incomplete", BIOMETRICS, RULE, detail)
    if not arrivals.has_face(facts):
        yield refer(Weight.BIOMETRICS, "face_not_captured", BIOMETRICS, RULE, "no live face was captured")


def exemption(facts: Facts) -> str | None:
    """Why this traveller need not give them, or None. What is not known exempts nobody."""
    if is_child(facts):
        return f"under {CHILD_AGE} on {facts.today}"
    back = travellers.re_entry(facts)
    if back is not None and back.special_permanent:
        return "special permanent resident"
    if (status := _exempt_status(facts)) is not None:
        return f"status {status}"
    invited = entry_of(facts.answers.invitations)
    return f"invited by {invited.organ}" if invited is not None else None


def _exempt_status(facts: Facts) -> str | None:
    """Diplomat or Official, by a re-entry permission, visa or certificate that holds."""
    visa, certificate = entry_of(facts.answers.visa), entry_of(facts.answers.certificate)
    held = [back.status for back in [travellers.re_entry(facts)] if back]
    if isinstance(visa, Visa) and visa.valid_until >= facts.today:
        held.append(visa.status)
    if certificate is not None and not certificate.cancelled:
        held.append(certificate.status)
    return next((code for code in held if code in STATUSES and STATUSES[code].biometrics_exempt), None)


def face_matches(facts: Facts) -> Iterator[Verdict]:
    """As before; who gave no photograph because none is due is compared by the officer."""
    if not _none_due(facts):
        yield from faces.face_matches(facts)


def face_alive(facts: Facts) -> Iterator[Verdict]:
    if not _none_due(facts):
        yield from faces.face_alive(facts)


def _none_due(facts: Facts) -> bool:
    return travellers.landing(facts) and not travellers.at_gate(facts) and exemption(facts) is not None
