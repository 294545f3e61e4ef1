"""What an officer scans or types to find a case: a passport number, or the machine readable zone itself."""

from __future__ import annotations

import re
from typing import Final

from examiner_console.web.refusals import UnreadableMrz
from passport_reader.document import UnusableMrz
from passport_reader.mrz import parse

SHORTEST_ZONE: Final = 72
"""TD2, the shortest of the three formats (Doc 9303-6)."""


def passport_number(text: str) -> tuple[str, str | None]:
    """Number, and nationality where a zone was scanned. Raises `UnreadableMrz` where its check digits are wrong."""
    compact = re.sub(r"\s", "", text).upper()
    if len(compact) < SHORTEST_ZONE:
        return re.sub(r"[^A-Z0-9]", "", compact), None
    try:
        mrz = parse(compact)
    except UnusableMrz:
        raise UnreadableMrz from None
    return mrz.document_number, mrz.nationality
