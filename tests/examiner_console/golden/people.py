"""Travellers of whom everything is known and in order, on whom the golden cases change one thing each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec

from examiner_console.contract import CheckOutcome, Comparison, Declaration, Delivery, FingerCapture
from examiner_console.law.answers import (
    REGISTRIES,
    Answers,
    Certificate,
    Clear,
    Hit,
    Passenger,
    ReEntry,
    ReEntryKind,
    Registration,
    RegistrationKind,
    Role,
    Visa,
    VisaExempt,
)
from examiner_console.law.facts import Facts, LandingAnswer, LandingRecord
from tests.examiner_console.samples import NOW, face, findings, inspection, passport

TODAY: Final = date(2026, 11, 23)
GIVEN: Final = (FingerCapture("right_index", "captured", 80), FingerCapture("left_index", "captured", 75))
VISIT: Final = LandingRecord(date(2026, 9, 1), "TEMPORARY_VISITOR", "P90D", date(2026, 11, 30))
STUDY: Final = LandingRecord(date(2025, 4, 1), "STUDENT", "P4Y", date(2029, 4, 1))
CLEAR: Final = Answers(**{name: Clear() for name in REGISTRIES})
ANNOUNCED: Final = Hit(Passenger(Role.PASSENGER, "a carrier"))
BACK: Final = Hit(ReEntry(ReEntryKind.PERMISSION, "STUDENT", date(2029, 4, 1)))
EXEMPT: Final = Hit(VisaExempt(90))


def finger(score: float = 0.9, fmr: float = 0.0005) -> Comparison:
    outcome = CheckOutcome.SUCCESSFUL if score >= 0.5 else CheckOutcome.FAILED
    return Comparison("finger", "live_finger", "registration", score, 0.5, fmr, "cylinders", outcome)


def _facts(
    station: str,
    nationality: str,
    *,
    at: datetime = NOW,
    ended: datetime | None = None,
    landing: LandingAnswer = VISIT,
    document: Mapping[str, Any] | None = None,
    checks: Mapping[str, str] | None = None,
    delivery: Delivery = Delivery.LIVE,
    without_document: bool = False,
    fingers: tuple[FingerCapture, ...] = (),
    comparisons: tuple[Comparison, ...] = (face(),),
    declaration: Declaration | None = None,
    **answers: Any,
) -> Facts:
    seen = inspection(
        station,
        at=at,
        document=None if without_document else passport(nationality, **(document or {})),
        findings=findings(**(checks or {})),
        fingers=fingers,
        comparisons=comparisons,
        declaration=declaration,
    )
    seen = msgspec.structs.replace(seen, id=UUID(int=7), completed_at=ended or seen.completed_at)
    known = msgspec.structs.replace(CLEAR, passengers=ANNOUNCED)
    return Facts(seen, at, delivery, landing, answers=msgspec.structs.replace(known, **answers))


Person = Callable[..., Facts]


def _person(station: str, nationality: str, **usual: Any) -> Person:
    return lambda **changes: _facts(station, nationality, **{**usual, **changes})


_AT_CART: Final = {"fingers": GIVEN, "declaration": Declaration("tourism", 14)}
_REGISTERED: Final = Hit(Registration(RegistrationKind.FOREIGN, date(2028, 1, 1)))
_TRUSTED: Final = Hit(Registration(RegistrationKind.TRUSTED, date(2028, 1, 1)))
_BOTH: Final = (face(), finger())
PEOPLE: Final[Mapping[str, Person]] = MappingProxyType(
    {
        "a national leaving": _person("gate-1", "JPN"),
        "a national returning": _person("gate-2", "JPN"),
        "a national at a bio-cart": _person("bio-cart-1", "JPN"),
        "a visitor leaving": _person("gate-1", "UTO"),
        "a resident leaving": _person("gate-1", "UTO", landing=STUDY, re_entry=BACK),
        "a registered resident leaving": _person(
            "gate-1", "UTO", landing=STUDY, re_entry=BACK, registration=_REGISTERED, comparisons=_BOTH
        ),
        "a visitor arriving": _person("bio-cart-1", "UTO", visa=EXEMPT, **_AT_CART),
        "a visitor with a visa arriving": _person(
            "bio-cart-1", "UTO", visa=Hit(Visa("TEMPORARY_VISITOR", date(2027, 1, 1))), **_AT_CART
        ),
        "a student arriving": _person(
            "bio-cart-1",
            "UTO",
            fingers=GIVEN,
            declaration=Declaration("study", 700),
            visa=Hit(Visa("STUDENT", date(2027, 1, 1))),
            certificate=Hit(Certificate("STUDENT", date(2026, 10, 1), "P2Y")),
        ),
        "a resident coming back": _person("bio-cart-1", "UTO", re_entry=BACK, **_AT_CART),
        "a registered resident coming back": _person(
            "gate-2", "UTO", re_entry=BACK, registration=_REGISTERED, comparisons=_BOTH
        ),
        "a trusted traveller": _person("gate-2", "UTO", visa=EXEMPT, registration=_TRUSTED, comparisons=_BOTH),
        "a foreign arrival at a gate": _person("gate-2", "UTO", visa=EXEMPT),
        "crew arriving": _person("bio-cart-1", "UTO", passengers=Hit(Passenger(Role.CREW)), **_AT_CART),
        "crew leaving": _person("gate-1", "UTO", passengers=Hit(Passenger(Role.CREW))),
    }
)
USUALLY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "a national leaving": "confirm",
        "a national returning": "confirm",
        "a visitor leaving": "confirm",
        "a registered resident leaving": "confirm",
        "a registered resident coming back": "record",
        "a trusted traveller": "record",
    }
)
"""What becomes of them with nothing changed; all others are referred."""
