"""Finger minutiae records, ISO/IEC 19794-2:2005 §8 (record format "FMR", version " 20").

RecordError            code, offset of the octet at fault
├── TruncatedRecord    ends before its own counts say
├── ForeignRecord      another format or version
└── UnusableRecord     counts or values the standard does not allow

Coordinates in a record are in its own pixels; templates are at 500 dpi, so reading and writing converts.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.capture import BiometricError, FingerPosition, Quality
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.minutiae import Minutiae, MinutiaKind
from biometrics.finger.parameters import DPI

MAGIC: Final = b"FMR\0 20\0"
"""Format identifier and version, §8.3.1 and §8.3.2."""
MOST_BYTES: Final = 1 << 20
"""Refused above: 16 fingers of 255 minutiae with extended data stay far below."""
PIXELS_PER_CM: Final = round(DPI / 2.54)
"""197, as §8.3.8 counts resolution."""
_HEADER: Final = struct.Struct(">IHHHHHBB")
"""Length, capture equipment, size x and y, resolution x and y, views, reserved (§8.3.3 to §8.3.10)."""
_VIEW: Final = struct.Struct(">BBBB")
"""Position, view number and impression type, quality, minutiae (§8.4.1)."""
_MINUTIA: Final = struct.Struct(">HHBB")
"""Kind and x, y, angle, quality (§8.4.2)."""
_FULL_TURN: Final = 256
"""Angles are in units of 360°/256, §8.4.2.4."""


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


@dataclass(frozen=True, slots=True)
class View:
    """One finger view of a record; `position` None is an unknown finger (code 0)."""

    template: FingerTemplate
    position: FingerPosition | None = None
    number: int = 0
    impression: int = 0
    """Table 3: 0 is a live plain print."""


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record. `equipment` is the capture device's identifier and certification, as written."""

    views: tuple[View, ...]
    equipment: int = 0


def to_iso19794_2(templates: Sequence[FingerTemplate | View]) -> bytes:
    """One record of 1 to 255 views. Coordinates are rounded to pixels at 197 pixels/cm; the best 255 minutiae of a
    view are kept. Raises `ValueError` for no views or too many."""
    if not 1 <= len(templates) <= 255:
        raise ValueError("a record holds 1 to 255 finger views")
    views = [one if isinstance(one, View) else View(one) for one in templates]
    body = b"".join(_written_view(view) for view in views)
    width = max(view.template.width for view in views)
    height = max(view.template.height for view in views)
    length = len(MAGIC) + _HEADER.size + len(body)
    return MAGIC + _HEADER.pack(length, 0, width, height, PIXELS_PER_CM, PIXELS_PER_CM, len(views), 0) + body


def _written_view(view: View) -> bytes:
    found = view.template.minutiae.chosen(np.arange(min(len(view.template.minutiae), 255)))
    code = 0 if view.position is None else view.position.code
    head = _VIEW.pack(code, view.number << 4 | view.impression, view.template.quality.value, len(found))
    unit = _FULL_TURN / (2 * math.pi)
    octets = [
        _MINUTIA.pack(
            int(kind) << 14 | min(max(round(float(x)), 0), 0x3FFF),
            min(max(round(float(y)), 0), 0x3FFF),
            round(float(direction) * unit) % _FULL_TURN,
            min(max(round(100 * float(quality)), 1), 100),  # 0 would say that no quality is given
        )
        for x, y, direction, quality, kind in zip(
            found.x, found.y, found.direction, found.quality, found.kind, strict=True
        )
    ]
    return head + b"".join(octets) + struct.pack(">H", 0)


def from_iso19794_2(data: bytes) -> Record:
    """Raises `RecordError`. Passed over: extended data (ridge counts, cores and deltas, vendors'), and what stands
    behind the stated length (vendors hand out buffers of fixed size)."""
    if len(data) > MOST_BYTES:
        raise UnusableRecord("the record is too long", offset=0)
    if data[: len(MAGIC)] != MAGIC[: len(data)]:
        raise ForeignRecord("not a finger minutiae record of ISO/IEC 19794-2:2005", offset=0)
    reader = _Reader(data)
    reader.take(len(MAGIC))
    length, equipment, width, height, resolution_x, resolution_y, count, _ = reader.unpack(_HEADER)
    if length > len(data):
        raise TruncatedRecord(f"the record says {length} octets and has {len(data)}", offset=8)
    if not resolution_x or not resolution_y:
        raise UnusableRecord("the record states no resolution", offset=18)
    scale = DPI / 2.54 / resolution_x, DPI / 2.54 / resolution_y
    if PIXELS_PER_CM == resolution_x == resolution_y:
        scale = 1.0, 1.0  # 500 dpi, rounded to whole pixels a centimetre
    views = tuple(_read_view(reader, (width, height), scale) for _ in range(count))
    if reader.offset > length:
        raise UnusableRecord("the views reach beyond the length stated", offset=8)
    return Record(views, equipment)


class _Reader:
    """Walks a record; whatever reaches beyond its end raises `TruncatedRecord`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.offset = 0

    def take(self, length: int) -> bytes:
        if self.offset + length > len(self._data):
            raise TruncatedRecord("the record ends early", offset=len(self._data))
        self.offset += length
        return self._data[self.offset - length : self.offset]

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        return layout.unpack(self.take(layout.size))


def _read_view(reader: _Reader, size: tuple[int, int], scale: tuple[float, float]) -> View:
    start = reader.offset
    code, number_and_impression, quality, count = reader.unpack(_VIEW)
    if code > len(FingerPosition):
        raise UnusableRecord(f"finger position {code} is none of one finger", offset=start)
    if quality > 100:
        raise UnusableRecord(f"quality {quality} is above 100", offset=start + 2)
    found = [_read_minutia(reader, scale) for _ in range(count)]
    (extended,) = reader.unpack(struct.Struct(">H"))
    reader.take(extended)
    columns = np.array(found, np.float32).reshape(count, 5).T
    minutiae = Minutiae(columns[0], columns[1], columns[2], columns[3], columns[4].astype(np.uint8))
    template = FingerTemplate(
        minutiae.chosen(np.argsort(-minutiae.quality, kind="stable")),
        round(size[0] * scale[0]),
        round(size[1] * scale[1]),
        Quality(quality),
    )
    position = None if code == 0 else list(FingerPosition)[code - 1]
    return View(template, position, number_and_impression >> 4, number_and_impression & 0xF)


def _read_minutia(reader: _Reader, scale: tuple[float, float]) -> tuple[float, float, float, float, int]:
    """x, y, direction, quality 0 to 1 (0 = none given, §8.4.2.5, is taken as middling) and kind."""
    offset = reader.offset
    kind_and_x, y, angle, quality = reader.unpack(_MINUTIA)
    kind = kind_and_x >> 14
    if kind > max(MinutiaKind):
        raise UnusableRecord("minutia type 3 is reserved", offset=offset)
    if quality > 100:
        quality = 0  # vendors write 254 and 255 for "not given"
    direction = angle * (2 * math.pi / _FULL_TURN)
    return (kind_and_x & 0x3FFF) * scale[0], (y & 0x3FFF) * scale[1], direction, (quality or 50) / 100, kind
