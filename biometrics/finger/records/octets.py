"""Octets, minutiae and extended areas: what all record formats share."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.capture import FingerPosition, Quality
from biometrics.finger.image import LARGEST_SIDE, PLAUSIBLE_DPI
from biometrics.finger.minutiae import Minutiae, MinutiaKind
from biometrics.finger.parameters import DPI
from biometrics.finger.records.errors import ReservedAngle, TruncatedRecord, Unsayable, UnusableRecord
from biometrics.finger.records.record import RIDGE_COUNTS, ExtendedArea, Rating, View

MOST_BYTES: Final = 1 << 20
"""Refused above: 16 fingers of 255 minutiae with extended data stay far below."""
PIXELS_PER_CM: Final = round(DPI / 2.54)
"""197, as ISO/IEC 19794-2:2005 §8.3.8 counts resolution."""
ISO_TURN: Final = 256
"""Angles are in units of 360°/256, ISO/IEC 19794-2:2005 §8.4.2.4."""
ANSI_TURN: Final = 180
"""Angles are in units of 2°; 180 to 255 are reserved (ANSI INCITS 378)."""
MIDDLING: Final = 50
"""A quality that is not given (0 for a minutia, 254 or 255 for either) counts as this."""
NOT_GIVEN: Final = 254
FAILED: Final = 255
"""Codes of a quality; those of 2004 and 2005 write 0 for a minutia whose quality is not given."""
MOST_MINUTIAE: Final = 255
_RATINGS: Final = {NOT_GIVEN: Rating.NOT_GIVEN, FAILED: Rating.FAILED}
_MINUTIA: Final = struct.Struct(">HHB")
_AREA: Final = struct.Struct(">HH")
AREA_HEADER: Final = 4
"""Identifier and length of an extended area."""
Scale = tuple[float, float]


class Reader:
    """Walks a record; whatever reaches beyond its end raises `TruncatedRecord`."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self.data = data
        self.offset = offset

    def take(self, length: int) -> bytes:
        if self.offset + length > len(self.data):
            raise TruncatedRecord("the record ends early", offset=len(self.data))
        self.offset += length
        return self.data[self.offset - length : self.offset]

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack(layout, self.take(struct.calcsize(layout)))


def scale_of(across: int, down: int, *, offset: int) -> Scale:
    """From pixels at so many a centimetre to pixels at 500 dpi. Refused are the resolutions that images are."""
    if not across or not down:
        raise UnusableRecord("the record states no resolution", offset=offset)
    low, high = PLAUSIBLE_DPI
    if not low <= 2.54 * min(across, down) <= 2.54 * max(across, down) <= high:
        raise UnusableRecord(f"no print has a resolution of {across} x {down} pixels a centimetre", offset=offset)
    if PIXELS_PER_CM == across == down:
        return 1.0, 1.0  # 500 dpi, rounded to whole pixels a centimetre
    return DPI / 2.54 / across, DPI / 2.54 / down


def size_at_working_resolution(width: int, height: int, scale: Scale, *, offset: int) -> tuple[int, int]:
    """Of an image, whose size the record states in its own pixels; 0 where it does not know it."""
    size = round(width * scale[0]), round(height * scale[1])
    if max(size) > LARGEST_SIDE:
        raise UnusableRecord(f"an image of {width} x {height} pixels is larger than a print", offset=offset)
    return size


def position_of(code: int, several: Sequence[int], *, offset: int) -> tuple[FingerPosition | None, int]:
    """The one finger, or the code of several."""
    if code in several:
        return None, code
    if code > len(FingerPosition):
        raise UnusableRecord(f"finger position {code} is not known to this format", offset=offset)
    return (list(FingerPosition)[code - 1] if code else None), 0


def view_quality(value: int, *, offset: int) -> tuple[Quality, Rating]:
    if value in _RATINGS:
        return Quality(MIDDLING), _RATINGS[value]
    if value > 100:
        raise UnusableRecord(f"quality {value} is above 100", offset=offset)
    return Quality(value), Rating.GIVEN


def quality_code(view: View) -> int:
    """0 to 100, `NOT_GIVEN` or `FAILED`."""
    codes = {rating: code for code, rating in _RATINGS.items()}
    return codes.get(view.rating, view.template.quality.value)


@dataclass(frozen=True, slots=True)
class ReadMinutiae:
    """Best first, where each came in the record, and which have no quality of their own (`View.unrated`)."""

    minutiae: Minutiae
    order: list[int]
    unrated: tuple[int, ...]


def read_minutiae(reader: Reader, count: int, scale: Scale, *, turn: int, with_quality: bool = True) -> ReadMinutiae:
    """Type 3, reserved, is taken as "other": it says nothing about
    where the minutia is. An angle of a full turn or more raises `ReservedAngle`."""
    rows = [_read_minutia(reader, scale, turn, with_quality) for _ in range(count)]
    x, y, direction, quality, kind = np.array(rows, np.float32).reshape(count, 5).T
    unrated = quality == 0
    quality = np.where(unrated, np.float32(MIDDLING / 100), quality)
    order = np.argsort(-quality, kind="stable")
    found = Minutiae(x, y, direction, quality, kind.astype(np.uint8)).chosen(order)
    return ReadMinutiae(found, order.tolist(), tuple(np.flatnonzero(unrated[order]).tolist()))


def _read_minutia(reader: Reader, scale: Scale, turn: int, with_quality: bool) -> tuple[float, ...]:
    offset = reader.offset
    kind_and_x, y, angle = reader.unpack(">HHB")
    quality = reader.take(1)[0] if with_quality else 0
    if angle >= turn:
        raise ReservedAngle(f"angle {angle} is reserved", offset=offset + 4)
    if quality > 100:
        quality = 0  # 254 and 255 are "not given" and "failed", which vendors write in 2004 and 2005 as well
    kind = kind_and_x >> 14
    place = (kind_and_x & 0x3FFF) * scale[0], (y & 0x3FFF) * scale[1]
    if max(place) > LARGEST_SIDE:
        raise UnusableRecord("a minutia lies farther out than any print reaches", offset=offset)
    return (
        *place,
        angle * (2 * math.pi / turn),
        quality / 100,
        kind if kind <= max(MinutiaKind) else MinutiaKind.OTHER,
    )


def written_minutiae(
    found: Minutiae, *, turn: int, scale: float = 1.0, unrated: Sequence[int] = (), unknown: int | None = None
) -> bytes:
    """The first 255, with a quality or, if there is no code for an `unknown` one, without. Coordinates are rounded, and
    held to 14 bits; qualities to 1 to 100, since 0 would say that none is given; those of `unrated` are `unknown`."""
    found = found.chosen(np.arange(min(len(found), MOST_MINUTIAE)))
    without, octets = frozenset(unrated), bytearray()
    columns = zip(found.x, found.y, found.direction, found.quality, found.kind, strict=True)
    for number, (x, y, direction, quality, kind) in enumerate(columns):
        octets += _MINUTIA.pack(
            int(kind) << 14 | _within(float(x) * scale, 0x3FFF),
            _within(float(y) * scale, 0x3FFF),
            round(float(direction) * turn / (2 * math.pi)) % turn,
        )
        if unknown is not None:
            octets.append(unknown if number in without else max(_within(100 * float(quality), 100), 1))
    return bytes(octets)


def _within(value: float, most: int) -> int:
    return min(max(round(value), 0), most)


def read_extended(
    reader: Reader, order: list[int], scale: Scale, *, counted: int = AREA_HEADER
) -> tuple[ExtendedArea, ...]:
    """The areas behind a view, whose lengths take in `counted` octets of header: none in ISO/IEC 19794-2:2005, 4 in
    the other formats; the other way of counting is tolerated where it alone fits. Raises `UnusableRecord` where none
    does. At another resolution than 197 pixels/cm only ridge counts are kept: other areas have coordinates in the
    record's own pixels."""
    start = reader.offset
    (total,) = reader.unpack(">H")
    data = reader.take(total)
    areas = _areas(data, counted)
    if areas is None:
        areas = _areas(data, AREA_HEADER - counted)
    if areas is None:
        raise UnusableRecord("the extended areas do not fill their length", offset=start)
    return tuple(
        ExtendedArea(one.identifier, _renumbered(one.data, order)) if one.identifier == RIDGE_COUNTS else one
        for one in areas
        if one.identifier == RIDGE_COUNTS or scale == (1.0, 1.0)
    )


def _areas(data: bytes, counted: int) -> list[ExtendedArea] | None:
    areas, at = [], 0
    while at < len(data):
        if len(data) - at < AREA_HEADER:
            return None
        identifier, length = _AREA.unpack_from(data, at)
        end = at + AREA_HEADER + length - counted
        if length < counted or end > len(data):
            return None
        areas.append(ExtendedArea(identifier, data[at + AREA_HEADER : end]))
        at = end
    return areas


def _renumbered(data: bytes, order: list[int]) -> bytes:
    """Ridge counts whose minutiae are numbered (from 0) as the template has them, not as the record had. Numbers of
    no minutia and octets that make no whole count stay as they are: published samples have both."""
    place = {before: now for now, before in enumerate(order)}
    renumbered = bytearray(data)
    for at in range(1, len(data) - 2, 3):
        for end in (at, at + 1):
            renumbered[end] = place.get(data[end], data[end])
    return bytes(renumbered)


def written_extended(areas: Sequence[ExtendedArea], *, counted: int = AREA_HEADER) -> bytes:
    """With its length in front."""
    body = b"".join(_AREA.pack(area.identifier, len(area.data) + counted) + area.data for area in areas)
    if len(body) > 0xFFFF:
        raise Unsayable("extended data are longer than a record can say")
    return struct.pack(">H", len(body)) + body
