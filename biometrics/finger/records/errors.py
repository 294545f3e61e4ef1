"""What is wrong with a minutiae record.

RecordError            code, offset of the octet at fault
├── TruncatedRecord    ends before its own counts say
├── ForeignRecord      another format or version
└── UnusableRecord     counts or values the standard does not allow
    └── ReservedAngle  beyond a full turn in the format's unit
Unsayable              a `ValueError`: something that the format to be written has no place for
"""

from __future__ import annotations

from biometrics.capture import BiometricError


class RecordError(BiometricError):
    code = "record_error"

    def __init__(self, sentence: str, *, offset: int) -> None:
        super().__init__(f"{sentence} (octet {offset})")
        self.offset = offset


class TruncatedRecord(RecordError):
    code = "truncated_record"


class ForeignRecord(RecordError):
    code = "foreign_record"


class UnusableRecord(RecordError):
    code = "unusable_record"


class ReservedAngle(UnusableRecord):
    pass


class Unsayable(BiometricError, ValueError):
    """What was to be written has no place in the format asked for."""

    code = "unsayable"
