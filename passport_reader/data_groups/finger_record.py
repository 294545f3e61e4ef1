"""Finger image records of ISO/IEC 19794-4:2005.

FIR\\0 010\\0, length, device, resolutions, depth, compression   32 octets (§7.1)
└── length, position, view, quality, impression, size            14 octets, again for every view (§7.2),
                                                                 then the picture
"""

from __future__ import annotations

from typing import Final

from passport_reader.data_groups.fingers import POSITIONS, Finger
from passport_reader.data_groups.picture import JPEG, JPEG_2000, RAW, WSQ
from passport_reader.data_groups.records import Record, measured
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData

IDENTIFIER: Final = b"FIR\0"
STANDARD: Final = "ISO/IEC 19794-4:2005"
HEADER: Final = 32
VIEW: Final = 14
MAX_VIEWS: Final = 40
"""Ten fingers, and more views of each than any State takes."""

_VERSION: Final = b"010\0"
_IMPRESSIONS: Final = {
    0: "live_plain", 1: "live_rolled", 2: "nonlive_plain", 3: "nonlive_rolled", 4: "latent", 8: "swipe",
    9: "live_contactless",
}  # table 8  # fmt: skip
_FORMATS: Final = {0: RAW, 1: "packed", 2: WSQ, 3: JPEG, 4: JPEG_2000, 5: "image/png"}  # table 5
_INCH, _CENTIMETRE = 1, 2  # table 4


def fingers(data: bytes, notes: Deviations) -> tuple[Finger, ...]:
    """Every view of a record. The last goes to the end of the record whatever its length says."""
    record = Record(data, notes)
    if data[:4] != IDENTIFIER:
        raise UnusableData("DG3 holds no finger image record of ISO/IEC 19794-4", file=notes.file)
    if data[4:8] != _VERSION:
        notes.note("version_unknown", data[4:8].hex())
    if record.number(8, 6) != len(data):
        notes.note("length_wrong", f"the record says {record.number(8, 6)} octets and has {len(data)}")
    if record.number(28, 1) != 8:
        notes.note("value_unknown", f"{record.number(28, 1)} bits a pixel")
    return _views(record, record.number(18, 1))


def _views(record: Record, announced: int) -> tuple[Finger, ...]:
    """`announced` are fingers; each may have several views, so the octets tell how many follow."""
    found: list[Finger] = []
    positions: set[int] = set()
    at, size = HEADER, len(record.data)
    while at < size and len(found) < MAX_VIEWS:
        end = at + record.number(at, 4)
        positions.add(record.number(at + 4, 1))
        last = len(positions) >= announced and record.number(at + 6, 1) >= record.number(at + 5, 1)
        if not at + VIEW < end <= size or (last and end != size):
            record.notes.note("length_wrong", f"view {len(found) + 1} says {end - at} octets, {size - at} are there")
            end = size
        found.append(_view(record, at, end))
        at = end
    if len(positions) != announced:
        record.notes.note("count_wrong", f"{announced} fingers announced, {len(positions)} there")
    return tuple(found)


def _view(record: Record, at: int, end: int) -> Finger:
    if at + VIEW >= end:
        raise UnusableData("the finger image record is shorter than it says", file=record.notes.file)
    said = record.number(at + 9, 2), record.number(at + 11, 2)
    announced = _FORMATS.get(record.number(29, 1), "")
    picture, (width, height) = measured(record.data[at + VIEW : end], said, announced, record.notes)
    quality = record.number(at + 7, 1)
    return Finger(
        picture=picture,
        standard=STANDARD,
        position=record.named(at + 4, POSITIONS),
        impression=record.named(at + 8, _IMPRESSIONS),
        width=width,
        height=height,
        resolution=_resolution(record),
        view=record.number(at + 6, 1),
        quality=(quality,) if quality <= 100 else (),
    )


def _resolution(record: Record) -> tuple[int, int] | None:
    """Of the image, not of the scanner; pixels per centimetre are turned into pixels per inch."""
    across, down, unit = record.number(24, 2), record.number(26, 2), record.number(19, 1)
    if unit == _CENTIMETRE:
        return round(across * 2.54), round(down * 2.54)
    return (across, down) if unit == _INCH else None
