"""Fingers as minutiae: Type-9, in its standard fields and in the block of INCITS 378 ("M1"). SP 500-290 §8.9.

Both become the template that the rest of the house compares. Standard fields count hundredths of a millimetre from
the lower left and turn directions by half a circle (a ridge ending points away from its ridge); INCITS 378 counts
pixels from the upper left and points as ISO/IEC 19794-2 does. Other blocks (IAFIS, vendors') stay in their
record, verbatim.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.capture import FingerPosition
from biometrics.finger.an2k.images import finger_picture
from biometrics.finger.an2k.transaction import AnyRecord, TaggedRecord, Transaction, number, tagged
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.image import LARGEST_SIDE, PLAUSIBLE_DPI
from biometrics.finger.minutiae import NO_MINUTIAE, Minutiae, MinutiaKind
from biometrics.finger.parameters import DPI
from biometrics.finger.records import Rating, RecordError, Unsayable, UnusableRecord, View
from biometrics.finger.records.octets import NOT_GIVEN, quality_code, view_quality

MOST_MINUTIAE: Final = 1000
"""Refused above; a palm has as many."""
MIDDLING: Final = 0.5
"""Quality of a minutia whose record gives none."""
_HUNDREDTHS: Final = DPI / 2540
"""Pixels in 0.01 mm."""
_LEAST_QUALITY, _BEST_QUALITY = 63, 2
"""Standard fields count down from 2, the best; 0 and 1 say that nothing was measured."""
_KINDS: Final = {"A": MinutiaKind.ENDING, "B": MinutiaKind.BIFURCATION}
_LETTERS: Final = {MinutiaKind.ENDING: "A", MinutiaKind.BIFURCATION: "B", MinutiaKind.OTHER: "D"}
_MOST_STANDARD: Final = 254
"""Minutiae that standard fields count."""
_FARTHEST: Final = 9999
"""Hundredths of a millimetre in four digits."""


@dataclass(frozen=True, slots=True)
class MinutiaeRecord:
    """`code` is the finger's position as written, 0 unknown. Where the quality is not `GIVEN` the template's is 50."""

    template: FingerTemplate
    code: int
    impression: int
    rating: Rating = Rating.NOT_GIVEN

    @property
    def position(self) -> FingerPosition | None:
        return list(FingerPosition)[self.code - 1] if 1 <= self.code <= 10 else None


def minutiae_record(record: AnyRecord, height: float | None = None) -> MinutiaeRecord:
    """`height` in pixels at 500 dpi of the picture that standard fields were found in: they count from its lower edge.
    Without it the frame is as high as the minutiae reach. Raises `UnusableRecord` where neither block is there."""
    if not isinstance(record, TaggedRecord) or record.type != 9:
        raise UnusableRecord("only Type 9 holds minutiae", offset=0)
    if 137 in record.fields or 136 in record.fields:
        return _from_m1(record)
    if 12 in record.fields:
        return _from_standard(record, height)
    raise UnusableRecord("the record holds neither standard minutiae nor a block of INCITS 378", offset=0)


def minutiae_in(read: Transaction, record: AnyRecord) -> MinutiaeRecord:
    """As `minutiae_record`, with the height of the picture of the same IDC where the transaction has one."""
    return minutiae_record(record, _height_of_picture(read, record.idc))


def _height_of_picture(read: Transaction, idc: int) -> float | None:
    for record in read.of_type(4, 13, 14):
        if record.idc == idc:
            with suppress(RecordError):
                image = finger_picture(record, read.header.text(12)).image
                return image.height * DPI / image.dpi
    return None


def _from_standard(record: TaggedRecord, height: float | None) -> MinutiaeRecord:
    rows = [_standard_minutia(row) for row in _moderate(record, 12)]
    high = height or max((row[1] for row in rows), default=0.0) + 1
    flipped = [(x, high - y, turn, quality, kind) for x, y, turn, quality, kind in rows]
    wide = max((row[0] for row in rows), default=0.0) + 1
    return _whole(record, flipped, (wide, high), number((record.rows(6) or [["0"]])[0][0], 0))


def _standard_minutia(row: list[str]) -> tuple[float, float, float, float, int]:
    """Index, `XXXXYYYYTTT`, quality, type, ridge counts."""
    place = row[1] if len(row) > 3 else ""
    if not (place.isascii() and place.isdigit() and len(place) == 11):
        raise UnusableRecord("a minutia of field 9.012 has no place and direction", offset=0)
    turn = math.radians((int(place[8:]) + 180) % 360)
    level = number(row[2], 0)
    span = _LEAST_QUALITY - _BEST_QUALITY
    quality = (_LEAST_QUALITY - min(level, _LEAST_QUALITY)) / span if level >= _BEST_QUALITY else MIDDLING
    kind = _KINDS.get(row[3].strip(), MinutiaKind.OTHER)
    return int(place[:4]) * _HUNDREDTHS, int(place[4:8]) * _HUNDREDTHS, turn, quality, kind


def _from_m1(record: TaggedRecord) -> MinutiaeRecord:
    width, height, unit, across, down = (number(record.text(tag), 0) for tag in (128, 129, 130, 131, 132))
    if unit not in (1, 2) or not across or not down:
        raise UnusableRecord("fields 9.130 to 9.132 state no resolution", offset=0)
    inch = 2.54 if unit == 2 else 1.0
    across, down = round(across * inch), round(down * inch)
    if not PLAUSIBLE_DPI[0] <= min(across, down) <= max(across, down) <= PLAUSIBLE_DPI[1]:
        raise UnusableRecord(f"no print has a resolution of {across} x {down} dpi", offset=0)
    scale = DPI / across, DPI / down
    rows = [_m1_minutia(row, scale) for row in _moderate(record, 137)]
    quality = number((record.rows(135) or [[""]])[0][0], NOT_GIVEN)
    size = width * scale[0], height * scale[1]
    return _whole(record, rows, size, number(record.text(134), 0), quality)


def _m1_minutia(row: list[str], scale: tuple[float, float]) -> tuple[float, float, float, float, int]:
    """Index, x, y, direction in units of 2°, type, quality."""
    values = [number(item, -1) for item in row[1:6]]
    if len(values) < 5 or min(values[:4]) < 0 or values[2] > 179 or values[3] > max(MinutiaKind):
        raise UnusableRecord("a minutia of field 9.137 has values that are not allowed", offset=0)
    x, y, turn, kind, quality = values
    clear = quality / 100 if 0 < quality <= 100 else MIDDLING
    return x * scale[0], y * scale[1], math.radians(2 * turn), clear, kind


def _moderate(record: TaggedRecord, tag: int) -> list[list[str]]:
    rows = record.rows(tag)
    if len(rows) > MOST_MINUTIAE:
        raise UnusableRecord(f"more than {MOST_MINUTIAE} minutiae", offset=0)
    return rows


def _whole(
    record: TaggedRecord,
    rows: list[tuple[float, float, float, float, int]],
    size: tuple[float, float],
    code: int,
    quality: int = NOT_GIVEN,
) -> MinutiaeRecord:
    """The best first, as templates are."""
    if max([*size, *(max(row[:2]) for row in rows)]) > LARGEST_SIDE:
        raise UnusableRecord("the image, or where a minutia lies, is larger than a print", offset=0)
    columns = np.array(rows, np.float32).reshape(len(rows), 5).T
    found = (
        Minutiae(columns[0], columns[1], columns[2], columns[3], columns[4].astype(np.uint8)) if rows else NO_MINUTIAE
    )
    found = found.chosen(np.argsort(-found.quality, kind="stable"))
    rated, rating = view_quality(quality, offset=0)
    template = FingerTemplate(found, round(size[0]), round(size[1]), rated)
    return MinutiaeRecord(template, code, number(record.text(3), 0), rating)


def type_9(
    template: FingerTemplate, idc: int, code: int = 0, *, impression: int = 0, rating: Rating = Rating.GIVEN
) -> TaggedRecord:
    """A record with the block of INCITS 378, at 500 dpi; the best 255 minutiae."""
    found = template.minutiae.chosen(np.arange(min(len(template.minutiae), 255)))
    rows = zip(found.x, found.y, found.direction, found.kind, found.quality, strict=True)
    listed = [
        f"{index:03}\x1f{max(round(float(x)), 0)}\x1f{max(round(float(y)), 0)}"
        f"\x1f{round(math.degrees(float(turn)) / 2) % 180}\x1f{int(kind)}\x1f{max(round(100 * float(quality)), 1)}"
        for index, (x, y, turn, kind, quality) in enumerate(rows, 1)
    ]
    values = {2: f"{idc:02}", 3: impression, 4: "U", 126: "27\x1f513\x1f0", 127: "APPF\x1f0"}
    values |= {128: template.width, 129: template.height, 130: 1, 131: DPI, 132: DPI, 133: 0, 134: f"{code:02}"}
    quality = quality_code(View(template, rating=rating))
    values |= {135: f"{quality}\x1f0\x1f0", 136: len(listed)}
    if listed:
        values[137] = "\x1e".join(listed)
    return tagged(9, {tag: str(value).encode() for tag, value in values.items()})


def type_9_standard(template: FingerTemplate, idc: int, code: int = 0, *, impression: int = 0) -> TaggedRecord:
    """A record with standard fields, whose y axis runs up from the lower edge of the template's image; no ridge counts.
    The best 254 minutiae. Raises `Unsayable` for an image of more than 99.99 mm, or of no height."""
    if not 0 < template.height <= _FARTHEST * _HUNDREDTHS or template.width > _FARTHEST * _HUNDREDTHS:
        raise Unsayable("standard fields need the image's height, and hold places up to 99.99 mm")
    found = template.minutiae.chosen(np.arange(min(len(template.minutiae), _MOST_STANDARD)))
    rows = zip(found.x, found.y, found.direction, found.kind, found.quality, strict=True)
    listed = [_standard_row(index, row, template.height) for index, row in enumerate(rows, 1)]
    values = {2: f"{idc:02}", 3: impression, 4: "S", 5: "SEKISHO\x1fA", 6: f"{code:02}", 7: "T\x1fUN", 10: len(listed)}
    values |= {11: 0}
    if listed:
        values[12] = "\x1e".join(listed)
    return tagged(9, {tag: str(value).encode() for tag, value in values.items()})


def _standard_row(index: int, row: tuple[np.float32, ...], height: int) -> str:
    x, y, direction, kind, quality = (float(one) for one in row)
    right, up = (min(max(round(one / _HUNDREDTHS), 0), _FARTHEST) for one in (x, height - y))
    turn = (round(math.degrees(direction)) + 180) % 360
    level = _LEAST_QUALITY - round(min(max(quality, 0.0), 1.0) * (_LEAST_QUALITY - _BEST_QUALITY))
    return f"{index:03}\x1f{right:04}{up:04}{turn:03}\x1f{level:02}\x1f{_LETTERS[MinutiaKind(int(kind))]}"
