"""Travellers as stations report them, for the console's tests: every check passed unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Declaration,
    Delivery,
    Direction,
    Document,
    Evidence,
    EvidenceBundle,
    EvidenceKind,
    Finding,
    FingerCapture,
    Inspection,
    StationKind,
    encode,
    seal,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""Noon in Japan."""
PASSED = ("mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity")
FACE = ("face_capture", "face_liveness", "face_morphing", "page_portrait")
KEYS = {name: Ed25519PrivateKey.generate() for name in ("gate-1", "gate-2", "bio-cart-1")}
STATIONS: Mapping[str, tuple[StationKind, Direction]] = {
    "gate-1": (StationKind.GATE, Direction.DEPARTURE),
    "gate-2": (StationKind.GATE, Direction.ARRIVAL),
    "bio-cart-1": (StationKind.BIO_CART, Direction.ARRIVAL),
}


def passport(nationality: str = "JPN", **changes: Any) -> Document:
    document = Document(
        source="chip",
        document_code="P",
        issuing_state=nationality,
        document_number="TR1234567",
        nationality=nationality,
        surname="TABIBITO",
        given_names="HARU",
        birth_date=date(1990, 4, 1),
        sex="F",
        expiry_date=date(2030, 1, 1),
        mrz="P<" + nationality + "TABIBITO<<HARU".ljust(83, "<"),
    )
    return msgspec.structs.replace(document, **changes)


def findings(**outcomes: str) -> tuple[Finding, ...]:
    """All successful, clone checks not offered; `sod_hash="failed"` changes one, "" leaves it out."""
    found = dict.fromkeys(
        (*PASSED, "mrz_matches_chip", "passage_alone", "face_capture", "face_liveness", "face_morphing"), "successful"
    )
    found |= {"chip_authentication": "not_supported", "active_authentication": "not_supported"} | outcomes
    return tuple(Finding(check, CheckOutcome(outcome)) for check, outcome in found.items() if outcome)


def face(score: float = 0.9, **changes: Any) -> Comparison:
    outcome = CheckOutcome.SUCCESSFUL if score >= 0.5 else CheckOutcome.FAILED
    compared = Comparison("face", "live_face", "chip_face", score, 0.5, 0.001, "dlib", outcome)
    return msgspec.structs.replace(compared, **changes)


def inspection(station: str = "gate-1", nationality: str = "JPN", at: datetime = NOW, **changes: Any) -> Inspection:
    kind, direction = STATIONS[station]
    seen = Inspection(
        id=uuid4(),
        station=station,
        kind=kind,
        direction=direction,
        port="HND",
        started_at=at - timedelta(seconds=8),
        completed_at=at - timedelta(seconds=1),
        document=passport(nationality),
        findings=findings(),
        comparisons=(face(),),
    )
    return msgspec.structs.replace(seen, **changes)


def arrival(at: datetime = NOW, **changes: Any) -> Inspection:
    """A foreign arrival at the bio-cart, both index fingers given, fourteen days for tourism."""
    fingers = (FingerCapture("right_index", "captured", 80), FingerCapture("left_index", "captured", 75))
    declaration = Declaration("tourism", 14, "Hotel, Tokyo")
    more: dict[str, Any] = {"fingers": fingers, "declaration": declaration, **changes}
    return inspection("bio-cart-1", "UTO", at, **more)


def pictures(id: UUID) -> EvidenceBundle:
    return EvidenceBundle(
        id,
        (
            Evidence(EvidenceKind.LIVE_FACE, "image/jpeg", b"\xff\xd8 a live face \xff\xd9"),
            Evidence(EvidenceKind.FINGER_IMAGE, "image/png", b"\x89PNG a finger", "right_index"),
        ),
    )


def envelope(
    message: msgspec.Struct, purpose: str, station: str = "gate-1", delivery: Delivery = Delivery.LIVE
) -> bytes:
    return encode(seal(encode(message), purpose=purpose, key=station, private_key=KEYS[station], delivery=delivery))
