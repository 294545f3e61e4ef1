"""Registered users of the automated gate: landing is recorded instead of sealed (Art. 9(4), 9(8); Ordinance 7(3), 7-2).

The record holds name, nationality, date of birth, sex, landing date and port. Fingers and face are given to the gate
and compared; whatever refers, by any rule, sends a registered user to a booth like anybody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from examiner_console.contract import CheckOutcome, Direction, Document
from examiner_console.law import travellers
from examiner_console.law.answers import Registration, RegistrationKind, entry_of
from examiner_console.law.arrivals import BIOMETRICS, has_face
from examiner_console.law.counting import last_day
from examiner_console.law.facts import Facts, LandingRecord
from examiner_console.law.stays import Period, japan_date
from examiner_console.law.verdicts import Verdict, Weight, note, record, refer

RECORD: Final = "Art. 9(4), 9(8)"
TRUSTED: Final = "Art. 9(5)"
FINGER: Final = "finger"
REGISTERED_FINGER: Final = "registration"
LARGEST_FINGER_FMR: Final = 0.0005
"""0.05 % false matches for finger verification (Commission Implementing Decision (EU) 2019/329)."""
SECOND_SCREENING: Final = Period(months=3)
"""A trusted traveller's second screening follows the first within this."""


@dataclass(frozen=True, slots=True)
class LandingEntry:
    """What is recorded instead of a seal (Ordinance Art. 7-2)."""

    surname: str
    given_names: str
    nationality: str
    birth_date: date | None
    sex: str
    landed_on: date
    port: str


def entry_of_landing(document: Document, landed_at: datetime, port: str) -> LandingEntry:
    """L08. The landing day is the one in Japan."""
    return LandingEntry(
        surname=document.surname,
        given_names=document.given_names,
        nationality=document.nationality,
        birth_date=document.birth_date,
        sex=document.sex,
        landed_on=japan_date(landed_at),
        port=port,
    )


def second_screening_by(first_passed_on: date) -> date:
    """L09: the last day on which a trusted traveller's second screening counts."""
    return last_day(first_passed_on, SECOND_SCREENING)


def registration(facts: Facts) -> Registration | None:
    return entry_of(facts.answers.registration)


def eligible(facts: Facts) -> bool:
    """At a gate, with a registration that holds, under which this landing may be recorded."""
    held = registration(facts)
    return (
        held is not None
        and travellers.landing(facts)
        and travellers.at_gate(facts)
        and not any(True for _ in _excluded(held, facts))
        and (held.kind is RegistrationKind.TRUSTED or travellers.re_entry(facts) is not None)
    )


def recorded_landing(facts: Facts) -> Iterator[Verdict]:
    """L08, L09: opens when nothing refers."""
    held = registration(facts)
    document = facts.inspection.document
    if held is None or document is None or not eligible(facts):
        return
    article = TRUSTED if held.kind is RegistrationKind.TRUSTED else RECORD
    detail = f"registered as {held.kind.value} through {held.valid_until}; landing on {facts.today} is recorded"
    yield record("registered_landing", article, "recorded_landing", detail)


def registered_biometrics(facts: Facts) -> Iterator[Verdict]:
    """A registered user at a gate gives fingers and photograph, and the fingers are those registered."""
    if travellers.at_gate(facts) and (eligible(facts) or leaving_resident(facts)):
        yield from _compared(facts)


def _compared(facts: Facts) -> Iterator[Verdict]:
    arriving = facts.inspection.direction is Direction.ARRIVAL
    article, rule = BIOMETRICS if arriving else "Art. 25(1)", "registered_biometrics"
    compared = [
        found
        for found in facts.inspection.comparisons
        if found.modality == FINGER and found.reference == REGISTERED_FINGER
    ]
    if not compared:
        yield refer(Weight.BIOMETRICS, "fingers_not_compared", article, rule, "no finger was compared")
    elif not all(f.outcome is CheckOutcome.SUCCESSFUL and f.score >= f.threshold for f in compared):
        yield refer(Weight.BIOMETRICS, "fingers_not_matched", article, rule, "a finger did not match the registration")
    elif max(found.fmr for found in compared) > LARGEST_FINGER_FMR:
        detail = f"the threshold stands for more than {LARGEST_FINGER_FMR:.2%} false matches"
        yield refer(Weight.BIOMETRICS, "finger_threshold_too_low", article, rule, detail)
    if arriving and not has_face(facts):
        yield refer(Weight.BIOMETRICS, "face_not_captured", article, rule, "no live face was captured")


def registration_excluded(facts: Facts) -> Iterator[Verdict]:
    """Why a registration does not open the gate today, for the officer's eye: the booth examines all the same."""
    held = registration(facts)
    if held is None or not travellers.at_gate(facts) or not travellers.landing(facts):
        return
    for why in _excluded(held, facts):
        article = TRUSTED if held.kind is RegistrationKind.TRUSTED else RECORD
        yield note("registration_excluded", article, "registration_excluded", why)


def _excluded(held: Registration, facts: Facts) -> Iterator[str]:
    if held.valid_until < facts.today:
        yield f"the registration ended on {held.valid_until}, today is {facts.today}"
    if held.kind is not RegistrationKind.TRUSTED:
        return
    if held.hand_missing:
        yield "all fingers of one hand are missing"
    known = entry_of(facts.answers.removals)
    if known is not None and any("DEPORTED" in removal.kind.name for removal in known.removals):
        yield "deported before"
    if not travellers.visiting(facts):
        yield "a trusted traveller lands as a Temporary Visitor"


def leaving_resident(facts: Facts) -> bool:
    """A registered resident who leaves by a gate with re-entry permission that holds."""
    held = registration(facts)
    return (
        held is not None
        and held.kind is RegistrationKind.FOREIGN
        and held.valid_until >= facts.today
        and travellers.at_gate(facts)
        and travellers.leaving(facts)
        and travellers.re_entry(facts) is not None
        and isinstance(facts.landing, LandingRecord)
    )
