"""Finger minutiae records, ANSI INCITS 378-2004 (version " 20") and 378-2009 (version "030", with Amendment 1 "035").

Angles are in units of 2°; a record with a value of 180 or more, which is reserved, is read in the 360°/256 of ISO:
a published sample of 2004 has the angles of its ISO twin, so writers exist who kept that unit.
The length is 2 octets in 2004, or 0 and then 4 more where it needs them; 4 octets in 2009.
Quality 254 is not given (of a minutia in 2004: 0), 255 failed. Tolerated: minutia type 3 (read as "other"), octets
behind the stated length and views that reach beyond it, six octets of length where two would do, version "020" for
" 20". Lost in writing: parts of a pixel and of an angle's unit; in 2004 the algorithms of qualities. Amendment 1 is
read, and written as 2009.
"""

from __future__ import annotations

import struct
from typing import Final

from biometrics.finger.extract import FingerTemplate
from biometrics.finger.records import iso2005
from biometrics.finger.records.errors import ReservedAngle, Unsayable
from biometrics.finger.records.octets import (
    ANSI_TURN,
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

MAGIC_2004: Final = b"FMR\0 20\0"
MAGIC_2004_ZERO: Final = b"FMR\0" + b"020\0"
"""As a published sample has it."""
MAGIC_2009: Final = b"FMR\0" + b"030\0"
MAGIC_AMENDED: Final = b"FMR\0" + b"035\0"
SEVERAL: Final = (13, 14, 15)
"""Four right, four left, both thumbs."""
_HEADER_2004: Final = ">HHHHHHHBB"
"""Owner, product, equipment, size x and y, resolution x and y, views, reserved."""
_HEADER_2009: Final = ">HHBHBB"
"""Owner, product, certification, sensor, views, reserved."""
_VIEW_2009: Final = ">BBBBHHHHHHB"
"""Position, number, impression, quality, its vendor and algorithm, size x and y, resolution x and y, minutiae."""


def read_2004(data: bytes) -> Record:
    """`data` may go on behind the record."""
    try:
        return _read_2004(data, ANSI_TURN)
    except ReservedAngle:
        return _read_2004(data, ISO_TURN)


def _read_2004(data: bytes, turn: int) -> Record:
    reader = Reader(data, len(MAGIC_2004))
    if reader.unpack(">H") == (0,):
        reader.take(4)
    start = reader.offset
    owner, product, equipment, width, height, across, down, count, _ = reader.unpack(_HEADER_2004)
    scale = scale_of(across, down, offset=start + 10)
    size = size_at_working_resolution(width, height, scale, offset=start + 6)
    views = tuple(iso2005.read_view(reader, size, scale, turn=turn, counted=4) for _ in range(count))
    return Record(views, equipment, owner, product, Format.ANSI_2004)


def written_2004(record: Record) -> bytes:
    """Raises `Unsayable` for what the format cannot say."""
    body = b"".join(iso2005.written_view(view, quality_code(view), turn=ANSI_TURN, counted=4) for view in record.views)
    width, height = iso2005.size_of(record)
    size = width, height, PIXELS_PER_CM, PIXELS_PER_CM
    head = struct.pack(_HEADER_2004, record.owner, record.product, record.equipment, *size, len(record.views), 0)
    length = len(MAGIC_2004) + 2 + len(head) + len(body)
    stated = struct.pack(">H", length) if length <= 0xFFFF else struct.pack(">HI", 0, length + 4)
    return MAGIC_2004 + stated + head + body


def read_2009(data: bytes) -> Record:
    """`data` may go on behind the record. `equipment` has the certification in its top bit, as in 2004."""
    try:
        return _read_2009(data, ANSI_TURN)
    except ReservedAngle:
        return _read_2009(data, ISO_TURN)


def _read_2009(data: bytes, turn: int) -> Record:
    reader = Reader(data, len(MAGIC_2009) + 4)
    owner, product, certification, sensor, count, _ = reader.unpack(_HEADER_2009)
    views = tuple(_read_view(reader, turn) for _ in range(count))
    return Record(views, (certification & 0x80) << 8 | sensor & 0x7FFF, owner, product, Format.ANSI_2009)


def _read_view(reader: Reader, turn: int) -> View:
    start = reader.offset
    code, number, impression, quality, *block, width, height, across, down, count = reader.unpack(_VIEW_2009)
    position, several = position_of(code, SEVERAL, offset=start)
    rated, rating = view_quality(quality, offset=start + 3)
    scale = scale_of(across, down, offset=start + 12)
    found = read_minutiae(reader, count, scale, turn=turn)
    extended = read_extended(reader, found.order, scale)
    template = FingerTemplate(
        found.minutiae, *size_at_working_resolution(width, height, scale, offset=start + 8), rated
    )
    qualities = (QualityBlock(quality, *block),)
    return View(
        template,
        position,
        number,
        impression,
        several,
        qualities,
        extended=extended,
        rating=rating,
        unrated=found.unrated,
    )


def written_2009(record: Record) -> bytes:
    """Raises `Unsayable` for what the format cannot say."""
    body = b"".join(_written_view(view) for view in record.views)
    certification, sensor = record.equipment >> 8 & 0x80, record.equipment & 0x7FFF
    head = struct.pack(_HEADER_2009, record.owner, record.product, certification, sensor, len(record.views), 0)
    return MAGIC_2009 + struct.pack(">I", len(MAGIC_2009) + 4 + len(head) + len(body)) + head + body


def _written_view(view: View) -> bytes:
    if view.several and view.several not in SEVERAL:
        raise Unsayable(f"this format has no position {view.several}")
    rated = view.qualities[0] if view.qualities else QualityBlock(quality_code(view))
    head = struct.pack(
        _VIEW_2009,
        view.code,
        view.number,
        view.impression,
        rated.value,
        rated.vendor,
        rated.algorithm,
        view.template.width,
        view.template.height,
        PIXELS_PER_CM,
        PIXELS_PER_CM,
        min(len(view.template.minutiae), MOST_MINUTIAE),
    )
    minutiae = written_minutiae(view.template.minutiae, turn=ANSI_TURN, unrated=view.unrated, unknown=NOT_GIVEN)
    return head + minutiae + written_extended(view.extended)
