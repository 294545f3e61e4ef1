"""A Japanese national who returns and cannot pass a gate (Art. 61): what an officer does at the booth.

Returning is a right. There is no outcome that keeps a national out: where nationality is not proved, it is established.
No fingerprints are taken, and a live face compared at a gate is deleted after the check.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Return(StrEnum):
    CONFIRM = "confirm"
    CERTIFICATE = "certificate"
    """A return certificate, on another document that proves nationality."""
    ESTABLISH_NATIONALITY = "establish_nationality"


def at_booth(passport_until: date | None, today: date, *, proves_nationality: bool) -> Return:
    """L33: `passport_until` is None without a Japanese passport; a passport is valid through its last day."""
    if passport_until is not None and passport_until >= today:
        return Return.CONFIRM
    return Return.CERTIFICATE if proves_nationality else Return.ESTABLISH_NATIONALITY
