"""Finger image records, ISO/IEC 19794-4:2005 (version "010") and :2011 (version "020").

Errors are those of minutiae records: `RecordError` with `code` and the octet at fault. What is wrong with the picture
of one view shows when its pixels are asked for (`UnusableImage`).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from biometrics.capture import FingerPosition
from biometrics.finger.image_records.coding import CodedImage, Coding
from biometrics.finger.records import ForeignRecord, TruncatedRecord, UnusableRecord

MAGIC: Final = b"FIR\0"
MOST_BYTES: Final = 64 << 20
"""Refused above: ten slaps at 1000 dpi, uncompressed, have 40 million octets or so."""
MOST_VIEWS: Final = 255
_NOT_GIVEN, _FAILED = 254, 255
"""Codes of a quality."""
_CENTIMETRE: Final = 2
"""Scale units: 1 is pixels an inch, 2 pixels a centimetre (:2005 §7.1.8)."""
_CODES_2005: Final = (Coding.RAW, Coding.PACKED, Coding.WSQ, Coding.JPEG, Coding.JPEG_2000, Coding.PNG)
_CODES_2011: Final = (*_CODES_2005[:5], Coding.JPEG_2000_LOSSLESS, Coding.PNG)
_HEAD_2005: Final = struct.Struct(">4s4s6sHHBBHHHHBBH")
"""Format, version, length, device, level, fingers, scale units, scan and image resolution, depth, coding (table 1)."""
_VIEW_2005: Final = struct.Struct(">IBBBBBHHB")
"""Length, position, views of it, number, quality, impression, width, height, reserved (table 3)."""
_HEAD_2011: Final = struct.Struct(">4s4sIHBB")
"""Format, version, length, representations, certified, positions."""
_DEVICE_2011: Final = struct.Struct(">I9sBHH")
"""Length of the representation, date and time, technology, vendor and type of the device."""
_VIEW_2011: Final = struct.Struct(">BBBHHHHBBBHHI")
"""Position, number, scale units, capture and image resolution, depth, coding, impression, width, height, octets."""
_NO_DATE: Final = b"\xff" * 9


class Version(StrEnum):
    V2005 = "2005"
    V2011 = "2011"


@dataclass(frozen=True, slots=True)
class ImageView:
    """`code` is the position as written: 0 unknown, 1 to 10 fingers, 13 to 15 several at once (tables 2 and 7),
    others palms and combinations. `quality` 0 to 100, None where the record gives none, or says that it was to be
    computed and could not be (`failed`)."""

    image: CodedImage
    code: int = 0
    number: int = 1
    impression: int = 0
    quality: int | None = None
    failed: bool = False

    @property
    def position(self) -> FingerPosition | None:
        """None for an unknown finger and for several at once."""
        return list(FingerPosition)[self.code - 1] if 1 <= self.code <= 10 else None


@dataclass(frozen=True, slots=True)
class ImageRecord:
    views: tuple[ImageView, ...]
    version: Version


def from_iso19794_4(data: bytes) -> ImageRecord:
    """Either version. Raises `RecordError`. What stands behind the stated length is passed over, and so is extended
    data of :2011 (segmentation, annotation, comments)."""
    if len(data) > MOST_BYTES:
        raise UnusableRecord("the record is too long", offset=0)
    if data[:4] != MAGIC:
        raise ForeignRecord("not a finger image record of ISO/IEC 19794-4", offset=0)
    read = {b"010\0": _read_2005, b"020\0": _read_2011}.get(data[4:8])
    if read is None:
        raise ForeignRecord("not a version of ISO/IEC 19794-4 that is known", offset=4)
    views = read(data)
    if not views:
        raise UnusableRecord("the record holds no view", offset=8)
    return ImageRecord(views, Version.V2005 if read is _read_2005 else Version.V2011)


def to_iso19794_4(views: Sequence[ImageView], version: Version = Version.V2005) -> bytes:
    """One record. In :2005 all views share coding, depth and resolution. Raises `ValueError` for 0 or over 255 views,
    views that do not go together, and a coding that the version has no code for."""
    if not 1 <= len(views) <= MOST_VIEWS:
        raise ValueError("a record holds 1 to 255 views")
    known = _CODES_2005 if version is Version.V2005 else _CODES_2011
    if any(view.image.coding not in known for view in views):
        raise ValueError(f"a coding has no code in ISO/IEC 19794-4:{version}")
    return _written_2005(views) if version is Version.V2005 else _written_2011(views)


def _unpack(layout: struct.Struct, data: bytes, at: int) -> tuple[int, ...]:
    if at + layout.size > len(data):
        raise TruncatedRecord("the record ends early", offset=len(data))
    return layout.unpack_from(data, at)


def _coding(code: int, known: tuple[Coding, ...], offset: int) -> Coding:
    if code >= len(known):
        raise UnusableRecord(f"image coding {code} is not defined", offset=offset)
    return known[code]


def _dpi(resolution: int, unit: int, offset: int) -> int:
    if unit not in (1, _CENTIMETRE) or not resolution:
        raise UnusableRecord("the record states no resolution", offset=offset)
    return round(resolution * 2.54) if unit == _CENTIMETRE else resolution


def _read_2005(data: bytes) -> tuple[ImageView, ...]:
    head = _unpack(_HEAD_2005, data, 0)
    length = int.from_bytes(data[8:14])
    if length > len(data):
        raise TruncatedRecord(f"the record says {length} octets and has {len(data)}", offset=8)
    unit, resolution, depth = head[6], head[9], head[11]
    dpi, coding = _dpi(resolution, unit, 24), _coding(head[12], _CODES_2005, 29)
    found: list[ImageView] = []
    at = _HEAD_2005.size
    while at < length and len(found) < MOST_VIEWS:
        size, code, _, number, quality, impression, width, height, _ = _unpack(_VIEW_2005, data, at)
        if size < _VIEW_2005.size or at + size > length:
            raise UnusableRecord(f"a view's length of {size} octets does not fit", offset=at)
        image = CodedImage(data[at + _VIEW_2005.size : at + size], coding, width, height, dpi, depth)
        found.append(_view(image, (code, number, impression), quality))
        at += size
    return tuple(found)


def _read_2011(data: bytes) -> tuple[ImageView, ...]:
    _, _, length, count, certified, _ = _unpack(_HEAD_2011, data, 0)
    if length > len(data):
        raise TruncatedRecord(f"the record says {length} octets and has {len(data)}", offset=8)
    found: list[ImageView] = []
    at = _HEAD_2011.size
    for _ in range(min(count, MOST_VIEWS)):
        size = _unpack(_DEVICE_2011, data, at)[0]
        if size < _DEVICE_2011.size or at + size > length:
            raise UnusableRecord(f"a representation's length of {size} octets does not fit", offset=at)
        found.append(_representation(data[: at + size], at + _DEVICE_2011.size, bool(certified)))
        at += size
    return tuple(found)


def _representation(data: bytes, at: int, certified: bool) -> ImageView:
    """From the quality blocks on; `data` ends with the representation."""
    blocks = _unpack(struct.Struct(">B"), data, at)[0]
    quality = data[at + 1] if blocks and at + 1 < len(data) else _NOT_GIVEN
    at += 1 + 5 * blocks
    if certified:
        at += 1 + 3 * _unpack(struct.Struct(">B"), data, at)[0]
    values = _unpack(_VIEW_2011, data, at)
    code, number, unit, _, _, resolution, _, depth, coded, impression, width, height, size = values
    start = at + _VIEW_2011.size
    if start + size > len(data):
        raise UnusableRecord("the image reaches beyond its representation", offset=start - 4)
    coding = _coding(coded, _CODES_2011, at + 12)
    image = CodedImage(data[start : start + size], coding, width, height, _dpi(resolution, unit, at + 2), depth)
    return _view(image, (code, number, impression), quality)


def _view(image: CodedImage, about: tuple[int, int, int], quality: int) -> ImageView:
    return ImageView(image, *about, quality if quality <= 100 else None, failed=quality == _FAILED)


def _code(view: ImageView) -> int:
    """Of the view's quality."""
    unknown = _FAILED if view.failed else _NOT_GIVEN
    return unknown if view.quality is None else view.quality


def _written_2005(views: Sequence[ImageView]) -> bytes:
    first = views[0].image
    if any((v.image.coding, v.image.depth, v.image.dpi) != (first.coding, first.depth, first.dpi) for v in views):
        raise ValueError("views of one record of 2005 share coding, depth and resolution")
    body = b"".join(_view_2005(view, sum(other.code == view.code for other in views)) for view in views)
    fingers = len({view.code for view in views})
    resolution = (first.dpi,) * 4
    code, length = _CODES_2005.index(first.coding), (_HEAD_2005.size + len(body)).to_bytes(6)
    return _HEAD_2005.pack(MAGIC, b"010\0", length, 0, 31, fingers, 1, *resolution, first.depth, code, 0) + body


def _view_2005(view: ImageView, alike: int) -> bytes:
    image = view.image
    head = (view.code, alike, view.number, _code(view), view.impression, image.width, image.height, 0)
    return _VIEW_2005.pack(_VIEW_2005.size + len(image.data), *head) + image.data


def _written_2011(views: Sequence[ImageView]) -> bytes:
    body = b"".join(_view_2011(view) for view in views)
    positions = len({view.code for view in views})
    return _HEAD_2011.pack(MAGIC, b"020\0", _HEAD_2011.size + len(body), len(views), 0, positions) + body


def _view_2011(view: ImageView) -> bytes:
    image = view.image
    code = _code(view)
    quality = b"\0" if code == _NOT_GIVEN else bytes([1, code, 0, 0, 0, 0])
    head = (view.code, view.number, 1, *(image.dpi,) * 4, image.depth, _CODES_2011.index(image.coding))
    body = quality + _VIEW_2011.pack(*head, view.impression, image.width, image.height, len(image.data)) + image.data
    return _DEVICE_2011.pack(_DEVICE_2011.size + len(body), _NO_DATE, 0, 0, 0) + body
