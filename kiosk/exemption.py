"""Who is never prompted for fingers or photograph (Immigration Act Art. 6(3)), as far as a passport tells.

Special permanent residents and guests of the state are exempt too; no passport says so, the inspector knows.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from examiner_console.contract import Document

JAPAN: Final = "JPN"
AGE: Final = 16
"""Art. 6(3)(ii): persons under 16."""
OFFICIAL_CODES: Final = frozenset({"PD", "PO"})
"""Diplomatic and official passports (Doc 9303-4 §4.2.2, document codes): the statuses Diplomat and Official."""


class Exemption(StrEnum):
    NATIONAL = "national"
    UNDER_16 = "under_16"
    OFFICIAL = "diplomat_or_official"
    AGE_UNKNOWN = "age_unknown"
    """The birth date is partly unknown: this may be a child, so the inspector asks instead."""


def exemption_of(document: Document, today: date) -> Exemption | None:
    """None where both fingers and the face are to be given."""
    if document.nationality == JAPAN:
        return Exemption.NATIONAL
    if document.document_code in OFFICIAL_CODES:
        return Exemption.OFFICIAL
    if document.birth_date is None:
        return Exemption.AGE_UNKNOWN
    return Exemption.UNDER_16 if age(document.birth_date, today) < AGE else None


def age(born: date, today: date) -> int:
    """Whole years; who is born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
