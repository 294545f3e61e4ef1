"""Prints of an inspection as templates, and registered templates compared: one to one, and with everybody else's.

Templates are records of ISO/IEC 19794-2:2005, so a comparison rests on minutiae alone. Its threshold stands for 0.01 %
false matches, within what a gate may rest a landing on (`law.registered.LARGEST_FINGER_FMR`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import cv2
from sqlalchemy import Connection, select

from biometrics.capture import BiometricError, FingerPosition
from biometrics.finger.calibration import WITHOUT_FIELDS
from biometrics.finger.compare import BACKEND, LOWEST, Prepared, prepare, score
from biometrics.finger.extract import extract
from biometrics.finger.image import decode
from biometrics.finger.records import RecordError, View, read, to_iso19794_2
from examiner_console.contract import CheckOutcome, Comparison, EvidenceKind
from examiner_console.record.evidence import EvidenceError, Vault
from examiner_console.record.registered_prints import Prints
from examiner_console.tables import evidence

FMR: Final = 0.0001
THRESHOLD: Final = WITHOUT_FIELDS.threshold_for(FMR)
SEARCH_FPIR: Final = 0.01
"""One false alarm in a hundred applications: a supervising inspector looks at each."""
_POSITIONS: Final = {position.value for position in FingerPosition}
Ready = dict[str, Prepared]


def prints_of(connection: Connection, vault: Vault, inspection: UUID) -> dict[str, bytes]:
    """The stored prints of an inspection by finger, pictures or records; those that do not open are left out."""
    e = evidence.c
    kinds = (EvidenceKind.FINGER_TEMPLATE.value, EvidenceKind.FINGER_IMAGE.value)
    query = select(e.id, e.label).where(e.inspection == inspection, e.kind.in_(kinds)).order_by(e.id)
    found: dict[str, bytes] = {}
    for row in connection.execute(query):
        if row.label in _POSITIONS and row.label not in found:
            try:
                found[row.label] = vault.open(connection, inspection, row.id)[1]
            except EvidenceError:
                continue
    return found


def prints_of_exist(connection: Connection, inspection: UUID) -> bool:
    e = evidence.c
    kinds = (EvidenceKind.FINGER_TEMPLATE.value, EvidenceKind.FINGER_IMAGE.value)
    query = select(e.id).where(e.inspection == inspection, e.kind.in_(kinds), e.label.in_(sorted(_POSITIONS)))
    return connection.execute(query.limit(1)).first() is not None


def has_face(connection: Connection, inspection: UUID) -> bool:
    e = evidence.c
    query = select(e.id).where(e.inspection == inspection, e.kind == EvidenceKind.LIVE_FACE.value)
    return connection.execute(query.limit(1)).first() is not None


def templates(given: Prints) -> dict[str, bytes]:
    """One record a finger; what is no print, or shows too little to compare, is left out."""
    made: dict[str, bytes] = {}
    for position, data in given.items():
        try:
            record = _record(data, FingerPosition(position))
            if len(read(record).views[0].template.minutiae.x):
                made[position] = record
        except (BiometricError, RecordError, cv2.error, ValueError, IndexError):
            continue
    return made


def _record(data: bytes, position: FingerPosition) -> bytes:
    if data.startswith(b"FMR\0"):
        return to_iso19794_2([View(read(data).views[0].template, position)])
    return to_iso19794_2([View(extract(*decode(data)), position)])


def ready(records: Prints) -> Ready:
    """By finger, made ready to compare."""
    return {position: prepare(read(data).views[0].template) for position, data in records.items()}


def compare_registered(registered: Ready, probe: Ready) -> Comparison:
    """The best of the fingers that both have; UNDETERMINED where they have none in common: nobody is then the same."""
    scores = [score(probe[position], held) for position, held in registered.items() if position in probe]
    best = max(scores, default=LOWEST)
    matched = CheckOutcome.SUCCESSFUL if best >= THRESHOLD else CheckOutcome.FAILED
    outcome = matched if scores else CheckOutcome.UNDETERMINED
    return Comparison("finger", "inspection", "registration", best, THRESHOLD, FMR, BACKEND, outcome)


@dataclass(frozen=True, slots=True)
class Alike:
    """A registration whose fingers are these."""

    registration: UUID
    score: float


def alike(probe: Ready, others: Iterable[tuple[UUID, Ready]]) -> list[Alike]:
    """Who of `others` has one of these fingers, the most alike first. Each is compared: nobody is passed over."""
    everybody = list(others)
    fingers = max(sum(len(held) for _, held in everybody), 1)
    threshold = max(THRESHOLD, WITHOUT_FIELDS.threshold_among(fingers, SEARCH_FPIR))
    scored = [Alike(id, compare_registered(held, probe).score) for id, held in everybody]
    return sorted((one for one in scored if one.score >= threshold), key=lambda one: -one.score)
