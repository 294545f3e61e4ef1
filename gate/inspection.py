"""What the desks found, in the words of the contract: used by the gate and by the bio-cart.

The readers' types stay theirs; here, and only here, they are told in the published language.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Final
from uuid import UUID

import uuid6
from PIL import Image

from biometrics import capture
from biometrics.outcome import Outcome
from examiner_console.contract import (
    CheckOutcome,
    Comparison,
    Document,
    Evidence,
    EvidenceBundle,
    EvidenceKind,
    Finding,
    Inspection,
)
from passport_reader import comparison
from passport_reader.document import ChipFinding, Mrz, PageReading, TravelDocument

from .face_desk import FaceCapture
from .matching import Suspicion
from .passport_desk import DeskReading

PAGE_WIDTH: Final = 1000
"""Pixels a page image is reduced to before it leaves the station: legible at a booth, about 150 kB as JPEG."""
PAGE_JPEG_QUALITY: Final = 80


def new_inspection_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): sorts by time."""
    return UUID(int=uuid6.uuid7().int)


def document_of(mrz: Mrz, source: str) -> Document:
    """`source` is chip or page."""
    return Document(
        source=source,
        document_code=mrz.document_code,
        issuing_state=mrz.issuing_state,
        document_number=mrz.document_number,
        nationality=mrz.nationality,
        surname=mrz.surname,
        given_names=mrz.given_names,
        birth_date=mrz.birth_date,
        sex=mrz.sex,
        expiry_date=mrz.expiry_date,
        mrz=mrz.text,
    )


def finding_of(found: ChipFinding) -> Finding:
    return Finding(found.check, CheckOutcome(found.outcome.value), found.code, found.detail)


def comparison_of(compared: capture.Comparison, *, modality: str, probe: str, reference: str) -> Comparison:
    """`probe` and `reference` name the samples: live_face, chip_face, finger_image."""
    return Comparison(
        modality=modality,
        probe=probe,
        reference=reference,
        score=float(compared.score),
        threshold=float(compared.threshold),
        fmr=float(compared.fmr),
        backend=compared.backend,
        outcome=CheckOutcome.SUCCESSFUL if compared.matched else CheckOutcome.FAILED,
    )


def document_from(reading: DeskReading) -> Document | None:
    """The chip's DG1 where it was read, the page where it was not, None where neither was."""
    if reading.document is not None and reading.document.mrz is not None:
        return document_of(reading.document.mrz, "chip")
    return None if reading.page is None else document_of(reading.page.mrz, "page")


def mrz_finding(page: PageReading | None) -> Finding:
    """`mrz`: the page's machine readable zone was read and every check digit is right."""
    if page is None:
        return Finding("mrz", CheckOutcome.UNDETERMINED, "page_not_read")
    return Finding("mrz", CheckOutcome.SUCCESSFUL, detail=f"{page.mrz.format}, confidence {page.confidence:.2f}")


def agreement_finding(page: PageReading | None, document: TravelDocument | None) -> Finding:
    """`mrz_matches_chip`: page and DG1 say the same, character for character (`passport_reader.comparison`)."""
    chip = None if document is None else document.mrz
    return finding_of(comparison.agreement_finding(None if page is None else page.mrz, chip))


def passport_findings(reading: DeskReading) -> tuple[Finding, ...]:
    """Page, agreement of page and chip, every check of the chip, and what the desk itself met."""
    chip = reading.document.findings if reading.document is not None else ()
    own = (mrz_finding(reading.page), agreement_finding(reading.page, reading.document))
    return own + tuple(finding_of(found) for found in (*chip, *reading.findings))


def face_finding(captured: FaceCapture | None, code: str = "face_not_captured") -> Finding:
    """`face_capture`: one live face of sufficient quality was captured."""
    if captured is None:
        return Finding("face_capture", CheckOutcome.UNDETERMINED, code)
    return Finding("face_capture", CheckOutcome.SUCCESSFUL, detail=f"quality {captured.quality.value}")


def suspicion_findings(
    captured: FaceCapture | None, morphing: Suspicion | None, page: Suspicion | None
) -> tuple[Finding, ...]:
    """`face_liveness`: nothing spoke for a presentation attack, and enough was seen to say so. `face_morphing`: the
    chip's picture does not look blended of two people. `page_portrait`: the page shows who the chip does."""
    alive = captured.liveness if captured is not None else Suspicion(Outcome.UNDETERMINED, "face_not_captured")
    whole = morphing or Suspicion(Outcome.UNDETERMINED, "not_compared")
    printed = page or Suspicion(Outcome.UNDETERMINED, "not_compared")
    suspected = (("face_liveness", alive), ("face_morphing", whole), ("page_portrait", printed))
    return tuple(_suspected(check, found) for check, found in suspected)


def _suspected(check: str, found: Suspicion) -> Finding:
    return Finding(check, CheckOutcome(found.outcome.value), found.code, found.detail)


def language_of(document: Document | None) -> str:
    """A guess for the screen from the issuing state; empty where there is none."""
    return "" if document is None else {"JPN": "ja"}.get(document.issuing_state, "en")


def page_image(reading: DeskReading | None) -> capture.Rgb | None:
    return None if reading is None or reading.page is None else reading.page.image


def page_jpeg(page: PageReading) -> bytes:
    picture = Image.fromarray(page.image)
    picture.thumbnail((PAGE_WIDTH, picture.height))
    file = BytesIO()
    picture.save(file, "JPEG", quality=PAGE_JPEG_QUALITY)
    return file.getvalue()


def pictures(reading: DeskReading | None, captured: FaceCapture | None) -> tuple[Evidence, ...]:
    """Live face, chip face and page for the officer, those there are."""
    items: list[Evidence] = []
    if captured is not None:
        items.append(Evidence(EvidenceKind.LIVE_FACE, "image/jpeg", captured.jpeg))
    if reading is not None and reading.document is not None and reading.document.face is not None:
        face = reading.document.face
        items.append(Evidence(EvidenceKind.CHIP_FACE, face.media_type, face.data))
    if reading is not None and reading.page is not None:
        items.append(Evidence(EvidenceKind.PAGE_IMAGE, "image/jpeg", page_jpeg(reading.page)))
    return tuple(items)


def evidence_bundle(inspection: Inspection, items: Iterable[Evidence]) -> EvidenceBundle:
    return EvidenceBundle(inspection.id, tuple(items))
