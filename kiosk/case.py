"""What the bio-cart knows of one traveller, and how it is told to the console. One object: dropped, it is all gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

from PIL import Image

from biometrics.capture import FingerImage, FingerPosition
from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Declaration,
    Direction,
    Document,
    Evidence,
    EvidenceBundle,
    EvidenceKind,
    Finding,
    FingerCapture,
    Inspection,
    StationKind,
)
from gate import inspection as words
from kiosk.exemption import Exemption

if TYPE_CHECKING:
    from gate.face_desk import FaceCapture
    from gate.matching import Suspicion
    from gate.passport_desk import DeskReading


@dataclass(slots=True)
class Times:
    """Monotonic seconds of what the `transaction` event tells."""

    laid: float | None = None
    read: float | None = None
    capturing: float | None = None
    captured: float | None = None
    sending: float | None = None
    answered: float | None = None

    def seconds(self) -> dict[str, float]:
        """`read`, `capture`, `decision` and `total` (passport laid to decision), those that are known."""
        spans = {
            "read": (self.laid, self.read),
            "capture": (self.capturing, self.captured),
            "decision": (self.sending, self.answered),
            "total": (self.laid, self.answered),
        }
        return {name: round(end - start, 3) for name, (start, end) in spans.items() if start and end}


@dataclass(slots=True)
class Case:
    """Filled in as the visit goes on; never written anywhere but to the outbox."""

    id: UUID
    started_at: datetime
    reading: DeskReading | None = None
    document: Document | None = None
    exemption: Exemption | None = None
    purpose: str | None = None
    stay_days: int | None = None
    fingers: list[FingerCapture] = field(default_factory=list)
    prints: dict[FingerPosition, FingerImage] = field(default_factory=dict)
    face: FaceCapture | None = None
    face_trouble: str = "face_not_captured"
    fingers_trouble: str = ""
    comparison: Comparison | None = None
    comparison_trouble: str = ""
    morphing: Suspicion | None = None
    page_portrait: Suspicion | None = None
    times: Times = field(default_factory=Times)

    def note_finger(self, position: FingerPosition, outcome: str, image: FingerImage | None = None) -> None:
        """Record what became of a finger asked for: captured, missing or failed."""
        quality = None if image is None else image.quality.value
        self.fingers.append(FingerCapture(position.value, outcome, quality))
        if image is not None:
            self.prints[position] = image

    @property
    def tried(self) -> set[FingerPosition]:
        return {FingerPosition(finger.position) for finger in self.fingers}

    def inspection(self, *, station: str, port: str, language: str, completed_at: datetime) -> Inspection:
        return Inspection(
            id=self.id,
            station=station,
            kind=StationKind.BIO_CART,
            direction=Direction.ARRIVAL,
            port=port,
            started_at=self.started_at,
            completed_at=completed_at,
            document=self.document,
            findings=tuple(self._findings()),
            comparisons=() if self.comparison is None else (self.comparison,),
            fingers=tuple(self.fingers),
            declaration=self._declaration(),
            language=language,
        )

    def evidence(self) -> EvidenceBundle:
        """Live face, chip face, page image and prints: for an officer, after a referral."""
        items = words.pictures(self.reading, self.face)
        prints = (_print(position, image) for position, image in self.prints.items())
        return EvidenceBundle(self.id, (*items, *prints))

    def _declaration(self) -> Declaration | None:
        if self.purpose is None or self.stay_days is None:
            return None
        return Declaration(self.purpose, self.stay_days)

    def _findings(self) -> Iterable[Finding]:
        if self.reading is not None:
            yield from words.passport_findings(self.reading)
        if self.exemption is not None:
            for check in ("face_capture", "finger_capture"):
                yield Finding(check, CheckOutcome.NOT_SUPPORTED, f"exempt_{self.exemption.value}")
            return
        yield words.face_finding(self.face, self.face_trouble)
        yield from words.suspicion_findings(self.face, self.morphing, self.page_portrait)
        yield self._finger_finding()
        if self.comparison_trouble:
            yield Finding("face_comparison", CheckOutcome.UNDETERMINED, self.comparison_trouble)

    def _finger_finding(self) -> Finding:
        """`finger_capture`: one finger of each hand was captured, and nothing strange happened on the way."""
        hands = {finger.position.partition("_")[0] for finger in self.fingers if finger.outcome == "captured"}
        if hands == {"right", "left"} and not self.fingers_trouble:
            return Finding("finger_capture", CheckOutcome.SUCCESSFUL)
        return Finding("finger_capture", CheckOutcome.UNDETERMINED, self.fingers_trouble or "finger_not_captured")


def png(image: FingerImage) -> bytes:
    """The print as PNG, its resolution told (pHYs) so that a matcher at the booth need not guess."""
    file = BytesIO()
    Image.fromarray(image.pixels).save(file, "PNG", dpi=(image.dpi, image.dpi))
    return file.getvalue()


def _print(position: FingerPosition, image: FingerImage) -> Evidence:
    return Evidence(EvidenceKind.FINGER_IMAGE, "image/png", png(image), label=position.value)
