"""Finger minutiae records, ISO/IEC 19794-2:2005 §8 (record format "FMR", version " 20").

Coordinates in a record are in its own pixels; templates are at 500 dpi, so reading and writing converts.
A minutia's quality 0 is not given; of a view's the standard cannot say so. Tolerated, as vendors write it: quality 254
(not given) and 255 (failed), minutia type 3 (read as "other"), octets behind the stated length, minutiae beyond the
stated size. Lost in writing: parts of a pixel and of an angle's unit, algorithms of qualities, dates; in what came from
another format that a view's quality is not given (it becomes a middling 50).
"""

from __future__ import annotations

import struct
from typing import Final

from biometrics.finger.extract import FingerTemplate
from biometrics.finger.records.errors import Unsayable
from biometrics.finger.records.octets import (
    ISO_TURN,
    MOST_MINUTIAE,
    PIXELS_PER_CM,
    Reader,
    Scale,
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
from biometrics.finger.records.record import Format, Record, View

MAGIC: Final = b"FMR\0 20\0"
"""Format identifier and version, §8.3.1 and §8.3.2."""
_HEADER: Final = ">IHHHHHBB"
"""Length, capture equipment, size x and y, resolution x and y, views, reserved (§8.3.3 to §8.3.10)."""
_HEADER_SIZE: Final = len(MAGIC) + struct.calcsize(_HEADER)


def read(data: bytes) -> Record:
    """`data` ends where its length says."""
    reader = Reader(data, len(MAGIC))
    _, equipment, width, height, across, down, count, _ = reader.unpack(_HEADER)
    scale = scale_of(across, down, offset=18)
    size = size_at_working_resolution(width, height, scale, offset=14)
    views = tuple(read_view(reader, size, scale, turn=ISO_TURN, counted=0) for _ in range(count))
    return Record(views, equipment, format=Format.ISO_2005)


def read_view(reader: Reader, size: tuple[int, int], scale: Scale, *, turn: int, counted: int) -> View:
    """A view of §8.4, which ANSI INCITS 378-2004 shares but for the unit of angles. `size` is at 500 dpi."""
    start = reader.offset
    code, number_and_impression, quality, count = reader.unpack(">BBBB")
    position, _ = position_of(code, (), offset=start)
    rated, rating = view_quality(quality, offset=start + 2)
    found = read_minutiae(reader, count, scale, turn=turn)
    extended = read_extended(reader, found.order, scale, counted=counted)
    return View(
        FingerTemplate(found.minutiae, *size, rated),
        position,
        number_and_impression >> 4,
        number_and_impression & 0xF,
        extended=extended,
        rating=rating,
        unrated=found.unrated,
    )


def written(record: Record) -> bytes:
    """Raises `Unsayable` for what the format cannot say."""
    own = record.format is Format.ISO_2005
    body = b"".join(
        written_view(view, quality_code(view) if own else view.template.quality.value, turn=ISO_TURN, counted=0)
        for view in record.views
    )
    width, height = size_of(record)
    length = _HEADER_SIZE + len(body)
    resolution = PIXELS_PER_CM, PIXELS_PER_CM
    return (
        MAGIC + struct.pack(_HEADER, length, record.equipment, width, height, *resolution, len(record.views), 0) + body
    )


def size_of(record: Record) -> tuple[int, int]:
    """Of the largest image: a record of 2004 or 2005 has one size."""
    return max(view.template.width for view in record.views), max(view.template.height for view in record.views)


def written_view(view: View, quality: int, *, turn: int, counted: int) -> bytes:
    if view.several:
        raise Unsayable("this format has no code for several fingers")
    if view.number > 15 or view.impression > 15:
        raise Unsayable("view numbers and impression types are 0 to 15 in this format")
    count = min(len(view.template.minutiae), MOST_MINUTIAE)
    head = bytes((view.code, view.number << 4 | view.impression, quality, count))
    return (
        head
        + written_minutiae(view.template.minutiae, turn=turn, unrated=view.unrated, unknown=0)
        + written_extended(view.extended, counted=counted)
    )
