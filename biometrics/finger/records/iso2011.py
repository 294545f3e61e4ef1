"""Finger minutiae records, ISO/IEC 19794-2:2011 (version "030"): a header for every representation, with date, sensor,
quality blocks and certificates (ISO/IEC 19794-1:2011 §12).

Tolerated: as in the record of 2005. Lost in writing: parts of a pixel and of an angle's unit.
Layout checked against a published sample; certificates (an authority of two octets, a scheme of one) rest on
descriptions of the format alone, no sample has one.
"""

from __future__ import annotations

import struct
from typing import Final

from biometrics.finger.extract import FingerTemplate
from biometrics.finger.records.errors import UnusableRecord
from biometrics.finger.records.octets import (
    ISO_TURN,
    MOST_MINUTIAE,
    NOT_GIVEN,
    PIXELS_PER_CM,
    Reader,
    position_of,
    quality_code,
    read_extended,
    read_minutiae,
    scale_of,
    size_at_working_resolution,
    view_quality,
    written_extended,
    written_minutiae,
)
from biometrics.finger.records.record import Format, QualityBlock, Record, View

MAGIC: Final = b"FMR\0" + b"030\0"
HEADER_SIZE: Final = 15
"""Identifier and version, length (4), representations (2), whether certificates follow (1)."""
LEAST_REPRESENTATION: Final = 34
"""Octets of a representation without minutiae, quality or certificates."""
SEVERAL: Final = (13, 14, 15, *range(40, 51))
"""Four right, four left, both thumbs; two and three fingers together (ISO/IEC 19794-4:2011 table 5)."""
_FINGER: Final = ">BBHHBHHBB"
"""Position, number, resolution x and y, impression, size x and y, octets a minutia and ending type, minutiae."""


def read(data: bytes) -> Record:
    """`data` ends where its length says."""
    reader = Reader(data, 12)
    count, certified = reader.unpack(">HB")
    views = tuple(_read_representation(reader, bool(certified)) for _ in range(count))
    return Record(views, format=Format.ISO_2011)


def _read_representation(outer: Reader, certified: bool) -> View:
    start = outer.offset
    (length,) = outer.unpack(">I")
    if length < LEAST_REPRESENTATION:
        raise UnusableRecord(f"a representation of {length} octets is too short", offset=start)
    outer.take(length - 4)
    reader = Reader(outer.data[: outer.offset], start + 4)
    captured = reader.take(9)
    technology, vendor, kind, blocks = reader.unpack(">BHHB")
    at = reader.offset
    qualities = tuple(QualityBlock(*reader.unpack(">BHH")) for _ in range(blocks))
    certificates = tuple(_certificate(reader) for _ in range(reader.take(1)[0])) if certified else ()
    rated, rating = view_quality(qualities[0].value if qualities else NOT_GIVEN, offset=at)
    at = reader.offset
    code, number, across, down, impression, width, height, flags, count = reader.unpack(_FINGER)
    position, several = position_of(code, SEVERAL, offset=at)
    scale = scale_of(across, down, offset=at + 2)
    if flags >> 4 not in (5, 6):
        raise UnusableRecord("a minutia has 5 or 6 octets", offset=at + 11)
    found = read_minutiae(reader, count, scale, turn=ISO_TURN, with_quality=flags >> 4 == 6)
    extended = read_extended(reader, found.order, scale)
    template = FingerTemplate(found.minutiae, *size_at_working_resolution(width, height, scale, offset=at + 7), rated)
    return View(
        template,
        position,
        number,
        impression,
        several,
        qualities,
        captured,
        (technology, vendor, kind),
        certificates,
        flags & 0xF,
        extended,
        rating,
        found.unrated,
    )


def _certificate(reader: Reader) -> tuple[int, int]:
    authority, scheme = reader.unpack(">HB")
    return authority, scheme


def written(record: Record) -> bytes:
    """Raises `Unsayable` for what the format cannot say."""
    certified = any(view.certificates for view in record.views)
    body = b"".join(_written_representation(view, certified) for view in record.views)
    return MAGIC + struct.pack(">IHB", HEADER_SIZE + len(body), len(record.views), certified) + body


def _written_representation(view: View, certified: bool) -> bytes:
    known = view.qualities or (QualityBlock(quality_code(view)),)
    qualities = [one for one in known if one.value != NOT_GIVEN]  # said by there being none
    body = view.captured + struct.pack(">BHHB", *view.device, len(qualities))
    body += b"".join(struct.pack(">BHH", one.value, one.vendor, one.algorithm) for one in qualities)
    if certified:
        body += bytes((len(view.certificates),))
        body += b"".join(struct.pack(">HB", *one) for one in view.certificates)
    body += struct.pack(
        _FINGER,
        view.code,
        view.number,
        PIXELS_PER_CM,
        PIXELS_PER_CM,
        view.impression,
        view.template.width,
        view.template.height,
        6 << 4 | view.ending,
        min(len(view.template.minutiae), MOST_MINUTIAE),
    )
    body += written_minutiae(view.template.minutiae, turn=ISO_TURN, unrated=view.unrated, unknown=NOT_GIVEN)
    body += written_extended(view.extended)
    return struct.pack(">I", len(body) + 4) + body
