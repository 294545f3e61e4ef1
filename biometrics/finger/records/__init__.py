"""Finger minutiae records: `read(octets)` whatever the format, `write(record, format)`.

ISO/IEC 19794-2:2005 (`iso2005`) and :2011 (`iso2011`), the card formats of both (`card`), ANSI INCITS 378-2004
and -2009 (`ansi`). ISO/IEC 39794-2 is neither read nor written: its ASN.1 module was not to be found, and tags guessed
by analogy would speak to no one.
"""

from biometrics.finger.records.errors import ForeignRecord, RecordError, TruncatedRecord, Unsayable, UnusableRecord
from biometrics.finger.records.formats import from_iso19794_2, read, to_iso19794_2, write
from biometrics.finger.records.record import ExtendedArea, Format, QualityBlock, Rating, Record, RidgeCount, View

__all__ = [
    "ExtendedArea",
    "ForeignRecord",
    "Format",
    "QualityBlock",
    "Rating",
    "Record",
    "RecordError",
    "RidgeCount",
    "TruncatedRecord",
    "Unsayable",
    "UnusableRecord",
    "View",
    "from_iso19794_2",
    "read",
    "to_iso19794_2",
    "write",
]
