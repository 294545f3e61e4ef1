"""ANSI/NIST-ITL transactions in traditional encoding (NIST SP 500-271, 500-290): read, changed, written."""

from biometrics.finger.an2k.images import FingerPicture, finger_picture, type_4, type_14
from biometrics.finger.an2k.minutiae import MinutiaeRecord, minutiae_in, minutiae_record, type_9, type_9_standard
from biometrics.finger.an2k.transaction import (
    BinaryRecord,
    TaggedRecord,
    Transaction,
    from_an2k,
    header,
    tagged,
    to_an2k,
)

__all__ = [
    "BinaryRecord",
    "FingerPicture",
    "MinutiaeRecord",
    "TaggedRecord",
    "Transaction",
    "finger_picture",
    "from_an2k",
    "header",
    "minutiae_in",
    "minutiae_record",
    "tagged",
    "to_an2k",
    "type_4",
    "type_9",
    "type_9_standard",
    "type_14",
]
