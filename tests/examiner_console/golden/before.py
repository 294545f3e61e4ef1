"""Travellers as the halls of the first three rule versions knew them: a few thousand, the same in every run.

What those versions decide about them is fixed by a digest, so that no edit of a shared rule goes unnoticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, product
from uuid import UUID

import msgspec

from examiner_console.contract import Declaration, Delivery, FingerCapture
from examiner_console.law.decide import decide
from examiner_console.law.documents import CLONE_CHECKS, REQUIRED
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord, NoAnswer, NoLandingRecord
from tests.examiner_console.samples import FACE, NOW, face, findings, inspection, passport

LANDINGS: tuple[LandingAnswer, ...] = (
    LandingRecord(date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", date(2026, 11, 30)),
    LandingRecord(date(2026, 8, 1), "TEMPORARY_VISITOR", "P90D", None),
    LandingRecord(date(2026, 11, 25), "TEMPORARY_VISITOR", "P15D", None),
    LandingRecord(date(2026, 11, 1), "TEMPORARY_VISITOR", "P7Y", None),
    LandingRecord(date(2025, 4, 1), "STUDENT", "P4Y", None),
    NoLandingRecord(),
    NoAnswer(),
)
FINGERS = (
    (FingerCapture("right_index", "captured", 80), FingerCapture("left_index", "captured", 75)),
    (FingerCapture("right_index", "captured", 80), FingerCapture("left_index", "missing")),
    (FingerCapture("right_index", "refused"),),
    (),
)
DECLARED = (Declaration("tourism", 14), Declaration("work", 300), None, Declaration("tourism", 91))
DOCUMENTS = (
    *(passport(nationality) for nationality in ("JPN", "UTO")),
    passport("UTO", birth_date=date(2012, 2, 29)),
    passport("UTO", expiry_date=date(2026, 11, 22)),
    passport("JPN", issuing_state="UTO"),
    passport("UTO", source="page", document_code="I"),
    None,
)
OUTCOMES = ("failed", "undetermined", "not_supported", "")


def travellers() -> Iterator[Facts]:
    changed = [{}, *({check: outcome} for check in (*REQUIRED, *CLONE_CHECKS, *FACE, "revocation", "passage_alone")
                     for outcome in OUTCOMES)]  # fmt: skip
    landing = cycle((*LANDINGS[:1] * 5, *LANDINGS[1:]))
    fingers, declared = cycle(FINGERS), cycle(DECLARED)
    compared = cycle((*((face(),),) * 10, (face(0.1),), (face(fmr=0.01),), ()))
    everybody = product(("gate-1", "gate-2", "bio-cart-1"), DOCUMENTS, changed)
    for number, (station, document, outcomes) in enumerate(everybody):
        seen = inspection(
            station,
            document=document,
            findings=findings(**outcomes),
            comparisons=next(compared),
            fingers=next(fingers),
            declaration=next(declared),
        )
        seen = msgspec.structs.replace(seen, id=UUID(int=number * 7919 + 1))
        at = NOW + timedelta(hours=2) if number % 41 == 0 else NOW
        deferred = number % 29 == 0
        known = Facts(seen, at, Delivery.DEFERRED if deferred else Delivery.LIVE, next(landing), 1 + number % 12)
        yield known
        live = decide(Facts(seen, NOW, landing=known.landing), "2026-11-01")
        if live.opens_exit:
            yield Facts(seen, NOW + timedelta(minutes=1), Delivery.DEFERRED, known.landing, 12, live)
