"""Fingers as pictures: Type-4 (grey, 500 dpi, binary) and Type-14 (variable resolution, tagged).

SP 500-290 §8.4 and §8.14.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from biometrics.capture import FingerPosition
from biometrics.finger.an2k.transaction import AnyRecord, BinaryRecord, TaggedRecord, number, tagged
from biometrics.finger.image_records.coding import CodedImage, Coding
from biometrics.finger.parameters import DPI
from biometrics.finger.records import Unsayable, UnusableRecord

_TYPE_4: Final = struct.Struct(">IBB6sBHHB")
"""Length, IDC, impression, positions, resolution, width, height, coding; then the picture."""
_NO_POSITION: Final = 255
_BY_NAME: Final = {
    "NONE": Coding.RAW,
    "WSQ20": Coding.WSQ,
    "WSQ": Coding.WSQ,
    "JPEGB": Coding.JPEG,
    "JPEGL": Coding.JPEG_LOSSLESS,
    "JP2": Coding.JPEG_2000,
    "JP2L": Coding.JPEG_2000_LOSSLESS,
    "PNG": Coding.PNG,
}
_BY_CODE: Final = ("NONE", "WSQ20", "JPEGB", "JPEGL", "JP2", "JP2L", "PNG")
"""Table 15: what Type-4 counts and Type-14 spells."""
_NAMES: Final = {coding: name for name, coding in _BY_NAME.items() if name != "WSQ"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One finger of a slap (14.021): pixels of the picture."""

    code: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class FingerPicture:
    """`code` is the first position listed: 0 unknown, 1 to 10, 11 to 15 thumbs and slaps, 19 a whole joint, …
    `missing` are amputated or bandaged fingers (14.018), `nfiq` NFIQ 1 by finger, 1 the best (14.022)."""

    image: CodedImage
    code: int
    impression: int
    segments: tuple[Segment, ...] = ()
    missing: tuple[tuple[int, str], ...] = ()
    nfiq: tuple[tuple[int, int], ...] = ()

    @property
    def position(self) -> FingerPosition | None:
        return list(FingerPosition)[self.code - 1] if 1 <= self.code <= 10 else None


def finger_picture(record: AnyRecord, transmitted: str = "") -> FingerPicture:
    """Of a record of Type 4, 13 or 14; `transmitted` is field 1.012, pixels a millimetre, which Type-4 may refer to.
    Raises `UnusableRecord` where size, resolution or coding are missing; the picture itself is decoded later."""
    if isinstance(record, BinaryRecord) and record.type == 4:
        return _from_type_4(record, transmitted)
    if isinstance(record, TaggedRecord) and record.type in (13, 14):
        return _from_tagged(record)
    raise UnusableRecord(f"Type {record.type} holds no picture of a finger that is read", offset=0)


def _from_type_4(record: BinaryRecord, transmitted: str) -> FingerPicture:
    if len(record.octets) < _TYPE_4.size:
        raise UnusableRecord("a record of Type 4 is shorter than its header", offset=0)
    _, _, impression, positions, native, width, height, code = _TYPE_4.unpack_from(record.octets)
    if code >= len(_BY_CODE):
        raise UnusableRecord(f"image coding {code} is not defined", offset=_TYPE_4.size - 1)
    dpi = _per_inch(transmitted) if native else DPI
    image = CodedImage(record.octets[_TYPE_4.size :], _BY_NAME[_BY_CODE[code]], width, height, dpi)
    return FingerPicture(image, 0 if positions[0] == _NO_POSITION else positions[0], impression)


def _per_inch(per_millimetre: str) -> int:
    try:
        return max(DPI, min(round(float(per_millimetre) * 25.4), 4000))
    except (ValueError, OverflowError):
        return DPI  # 1.012 is mandatory with Type 4; the least it may say


def _from_tagged(record: TaggedRecord) -> FingerPicture:
    values = {tag: number(record.text(tag), 0) for tag in (6, 7, 8, 9, 12)}
    coding = _BY_NAME.get(record.text(11).strip())
    if not values[6] or not values[7] or coding is None:
        raise UnusableRecord("the picture's size or coding is missing", offset=0)
    if values[8] not in (1, 2) or not values[9]:
        raise UnusableRecord("the picture's resolution is missing", offset=0)
    dpi = round(values[9] * 2.54) if values[8] == 2 else values[9]
    image = CodedImage(record.fields.get(999, b""), coding, values[6], values[7], dpi, values[12] or 8)
    return FingerPicture(
        image,
        number((record.rows(13) or [["0"]])[0][0], 0),
        number(record.text(3), 0),
        tuple(Segment(*row) for row in _numbers(record, 21, 5)),
        tuple((number(row[0], 0), row[1]) for row in record.rows(18) if len(row) == 2),
        tuple((row[0], row[1]) for row in _numbers(record, 22, 2)),
    )


def _numbers(record: TaggedRecord, tag: int, width: int) -> list[list[int]]:
    """Rows of exactly `width` whole numbers; others are passed over."""
    rows = [[number(item, -1) for item in row] for row in record.rows(tag)]
    return [row for row in rows if len(row) == width and min(row) >= 0]


def type_4(
    image: CodedImage, idc: int, code: int = 0, impression: int = 0, *, others: Sequence[int] = ()
) -> BinaryRecord:
    """At 500 dpi; `others` are up to five more positions that the print may be of. Raises `Unsayable`, a `ValueError`,
    for another resolution (Type 14 is for those) and for what has no place in its field."""
    if image.dpi != DPI or not 0 <= idc <= 255:
        raise Unsayable("Type 4 is for pictures of 500 dpi, and counts to 255")
    if image.coding not in _NAMES:
        raise Unsayable(f"Type 4 has no code for a picture coded as {image.coding}")
    if len(others) > 5 or not all(0 <= one <= 255 for one in (code, impression, *others)):
        raise Unsayable("Type 4 holds six positions, each of one octet")
    if max(image.width, image.height) > 0xFFFF:
        raise Unsayable("Type 4 holds pictures of up to 65535 pixels each way")
    positions = bytes([code, *others]).ljust(6, b"\xff")
    coding = _BY_CODE.index(_NAMES[image.coding])
    length = _TYPE_4.size + len(image.data)
    return BinaryRecord(
        4, _TYPE_4.pack(length, idc, impression, positions, 0, image.width, image.height, coding) + image.data
    )


def type_14(
    image: CodedImage,
    idc: int,
    code: int,
    *,
    agency: str,
    date: str,
    impression: int = 0,
    segments: Sequence[Segment] = (),
    missing: Sequence[tuple[int, str]] = (),
    nfiq: Sequence[tuple[int, int]] = (),
    comment: str = "",
) -> TaggedRecord:
    """`agency` is the source, `date` YYYYMMDD of capture; `segments`, `missing` and `nfiq` as in `FingerPicture`;
    `comment` is field 14.020. Raises `Unsayable`, a `ValueError`, for a coding that has no name there."""
    if image.coding not in _NAMES:
        raise Unsayable(f"Type 14 has no name for a picture coded as {image.coding}")
    values = {2: f"{idc:02}", 3: impression, 4: agency, 5: date, 6: image.width, 7: image.height, 8: 1}
    values |= {9: image.dpi, 10: image.dpi, 11: _NAMES[image.coding], 12: image.depth, 13: code}
    if missing:
        values[18] = "\x1e".join(f"{finger}\x1f{why}" for finger, why in missing)
    if segments:
        rows = ((one.code, one.left, one.right, one.top, one.bottom) for one in segments)
        values[21] = "\x1e".join("\x1f".join(map(str, row)) for row in rows)
    if comment:
        values[20] = comment
    if nfiq:
        values[22] = "\x1e".join(f"{finger}\x1f{value}" for finger, value in nfiq)
    return tagged(14, {tag: str(value).encode() for tag, value in values.items()} | {999: image.data})
