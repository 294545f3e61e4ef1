"""The portrait of DG2: CBEFF nesting (Doc 9303-10 §4.7.2) around an ISO/IEC 19794-5:2005 facial record."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from passport_reader import tlv
from passport_reader.document import FaceImage, UnusableData
from passport_reader.lds import Ef, content

_RECORD_HEADER: Final = 14  # ISO/IEC 19794-5:2005 §5.4: FAC, version, length, number of facial images
_FACIAL_INFORMATION: Final = 20  # §5.5
_FEATURE_POINT: Final = 8  # §5.6
_IMAGE_INFORMATION: Final = 12  # §5.7

_JPEG: Final = b"\xff\xd8\xff"
_JP2: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAM: Final = b"\xff\x4f\xff\x51"

MAX_PIXELS: Final = 16_000_000
"""No passport's portrait comes near; a picture that claims more is not decoded."""


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Big-endian fields of a record that may end before they do."""

    data: bytes

    def number(self, at: int, octets: int) -> int:
        if at + octets > len(self.data):
            raise UnusableData("the facial record is cut off", file=Ef.DG2)
        return int.from_bytes(self.data[at : at + octets], "big")


def portrait(dg2: bytes) -> FaceImage:
    """The first facial image. Raise `UnusableData` where there is none that a reader could show."""
    template = tlv.value(content(Ef.DG2, dg2), 0x7F61, 0x7F60)
    record = next((item.value for item in tlv.objects(template) if item.tag in (0x5F2E, 0x7F2E)), b"")
    if record[:4] != b"FAC\0":
        raise UnusableData("DG2 holds no facial record of ISO/IEC 19794-5", file=Ef.DG2)
    return _first_image(_Cursor(record))


def _first_image(record: _Cursor) -> FaceImage:
    if record.number(12, 2) < 1:
        raise UnusableData("the facial record holds no image", file=Ef.DG2)
    block = record.number(_RECORD_HEADER, 4)
    points = record.number(_RECORD_HEADER + 4, 2)
    information = _RECORD_HEADER + _FACIAL_INFORMATION + points * _FEATURE_POINT
    width, height = record.number(information + 2, 2), record.number(information + 4, 2)
    start, end = information + _IMAGE_INFORMATION, _RECORD_HEADER + block
    if not start < end <= len(record.data):
        raise UnusableData("the facial record is shorter than it says", file=Ef.DG2)
    picture = record.data[start:end]
    return FaceImage(picture, media_type(picture), width, height)


def media_type(picture: bytes) -> str:
    """By the picture's own first bytes, not by what the record says: some States write the wrong type."""
    if picture.startswith(_JPEG):
        return "image/jpeg"
    if picture.startswith((_JP2, _CODESTREAM)):
        return "image/jp2"
    raise UnusableData("the portrait is neither JPEG nor JPEG 2000", file=Ef.DG2)


def require_decodable(face: FaceImage) -> None:
    """Raise `UnusableData` where the picture cannot be shown: cut off, corrupt, or absurdly large."""
    try:
        with Image.open(io.BytesIO(face.data), formats=("JPEG", "JPEG2000")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise UnusableData("the portrait claims to be too large", file=Ef.DG2)
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusableData("the portrait cannot be decoded", file=Ef.DG2) from None
