"""Evidence comes in after a referral, is sealed, and is never taken for a traveller whom no officer will see.

PicturesError               code
├── UnknownInspection       no such inspection of this station: send the inspection first
├── NotReferred             the traveller went through; the console keeps no pictures of them
└── OtherPictures           other pictures are stored under the same inspection
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from examiner_console.casework.retention import forget_if_confirmed
from examiner_console.contract import EvidenceBundle
from examiner_console.record.evidence import Vault
from examiner_console.tables import cases, evidence_keys, inspections


class PicturesError(Exception):
    code = "pictures_error"


class UnknownInspection(PicturesError):
    code = "unknown_inspection"


class NotReferred(PicturesError):
    code = "not_referred"


class OtherPictures(PicturesError):
    code = "envelope_conflict"


@dataclass(frozen=True, slots=True)
class Pictures:
    vault: Vault
    clock: Callable[[], datetime]

    def accept(self, connection: Connection, station: str, bundle: EvidenceBundle, payload: bytes) -> bool:
        """Seal and store; False where the same bundle was stored before (also when it has been erased since)."""
        self._check(connection, station, bundle)
        sha256 = hashlib.sha256(payload).digest()
        stored = connection.execute(
            select(evidence_keys.c.payload_sha256).where(evidence_keys.c.inspection == bundle.inspection)
        ).scalar()
        if stored is not None and stored != sha256:
            raise OtherPictures("other pictures are stored under this inspection")
        if stored is None:
            self.vault.store(connection, bundle, sha256, self.clock())
            forget_if_confirmed(connection, bundle.inspection, self.clock())
        return stored is None

    def _check(self, connection: Connection, station: str, bundle: EvidenceBundle) -> None:
        row = connection.execute(
            select(inspections.c.station, cases.c.inspection)
            .outerjoin(cases, cases.c.inspection == inspections.c.id)
            .where(inspections.c.id == bundle.inspection)
        ).first()
        if row is None or row.station != station:
            raise UnknownInspection("send the inspection before its pictures")
        if row.inspection is None:
            raise NotReferred("pictures are kept only of travellers an officer sees")
