"""DG2 and DG3: face and fingers in their templates (Doc 9303-10 §4.7.2, §4.7.3), and the pictures inside."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import wsq  # noqa: F401 - registers the WSQ codec with Pillow
from PIL import Image

from simulators.issuing.ber import tlv

RIGHT_INDEX, LEFT_INDEX = 2, 7
"""Finger positions (ISO/IEC 19794-4:2005 table 6)."""
_CBEFF_FINGER = {RIGHT_INDEX: 0x09, LEFT_INDEX: 0x0A}
"""The same as biometric subtypes (Doc 9303-10 table 37)."""
_JPEG_2000 = b"\x00\x00\x00\x0cjP  "
_DPI = 500


def face(picture: bytes, size: tuple[int, int], *, wrong_type: bool = False) -> bytes:
    """DG2 with one portrait, JPEG or JPEG 2000: CBEFF header, then ISO/IEC 19794-5:2005 §5."""
    width, height = size
    kind = int(picture.startswith(_JPEG_2000)) ^ wrong_type
    image = b"\x01" + bytes([kind]) + width.to_bytes(2, "big") + height.to_bytes(2, "big") + bytes([1, 2, 0, 0, 0, 0])
    image += picture
    # Length, no feature points, nothing said of gender, eyes, hair, properties, expression and pose (§5.5).
    information = (20 + len(image)).to_bytes(4, "big") + bytes(16)
    record = b"FAC\x00010\x00" + (14 + len(information) + len(image)).to_bytes(4, "big") + b"\x00\x01"
    header = tlv(0x80, b"\x01\x01") + tlv(0x81, b"\x02") + tlv(0x82, b"\x00")
    header += tlv(0x87, b"\x01\x01") + tlv(0x88, b"\x00\x08")
    template = tlv(0x7F60, tlv(0xA1, header) + tlv(0x5F2E, record + information + image))
    return tlv(0x75, tlv(0x7F61, tlv(0x02, b"\x01") + template))


def face_in_asn1(picture: bytes, size: tuple[int, int]) -> bytes:
    """DG2 with one portrait in the ASN.1 record of ISO/IEC 39794-5, first edition, with its size and format."""
    picture_format = b"\x03" if picture.startswith(_JPEG_2000) else b"\x02"
    dimensions = tlv(0x80, _unsigned(size[0])) + tlv(0x81, _unsigned(size[1]))
    information = tlv(0xA0, tlv(0x80, picture_format)) + tlv(0xA7, dimensions)
    image = tlv(0x80, picture) + tlv(0xA1, information)
    representation = tlv(0x30, tlv(0x80, b"\x00") + tlv(0xA1, tlv(0xA0, tlv(0xA0, image))))
    version = tlv(0x80, b"\x03") + tlv(0x81, (2019).to_bytes(2, "big"))
    block = tlv(0x65, tlv(0xA0, version) + tlv(0xA1, representation))
    header = tlv(0x80, b"\x01\x01") + tlv(0x81, b"\x02") + tlv(0x82, b"\x00")
    header += tlv(0x87, b"\x01\x01") + tlv(0x88, b"\x00\x2a")
    template = tlv(0x7F60, tlv(0xA1, header) + tlv(0x7F2E, tlv(0xA1, block)))
    return tlv(0x75, tlv(0x7F61, tlv(0x02, b"\x01") + template))


def fingers(images: Mapping[int, bytes]) -> bytes:
    """DG3 with a template for each finger, by position: WSQ inside ISO/IEC 19794-4:2005 §7."""
    templates = b"".join(_finger(position, images[position]) for position in sorted(images))
    return tlv(0x63, tlv(0x7F61, tlv(0x02, bytes([len(images)])) + templates))


def _finger(position: int, image: bytes) -> bytes:
    with Image.open(io.BytesIO(image)) as opened:
        width, height = opened.size
    view = bytes([position, 1, 1, 100, 0]) + width.to_bytes(2, "big") + height.to_bytes(2, "big") + b"\x00"
    view = (4 + len(view) + len(image)).to_bytes(4, "big") + view + image
    resolution = _DPI.to_bytes(2, "big") * 4
    general = b"\x00\x00" + b"\x00\x1f" + b"\x01" + b"\x01" + resolution + b"\x08\x02" + b"\x00\x00"
    record = b"FIR\x00010\x00" + (14 + len(general) + len(view)).to_bytes(6, "big") + general + view
    header = tlv(0x81, b"\x08") + tlv(0x82, bytes([_CBEFF_FINGER[position]]))
    header += tlv(0x87, b"\x01\x01") + tlv(0x88, b"\x00\x07")
    return tlv(0x7F60, tlv(0xA1, header) + tlv(0x5F2E, record))


def jpeg_2000(jpeg: bytes) -> bytes:
    """The same picture as a JP2 file, about a fortieth of its raw size. Raises ValueError for what is no picture."""
    written = io.BytesIO()
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
            picture.save(written, "JPEG2000", quality_mode="rates", quality_layers=[40])
    except OSError as error:
        raise ValueError(f"the portrait cannot be decoded: {error}") from None
    return written.getvalue()


def corrupt(picture: bytes) -> bytes:
    """A JPEG 2000 codestream whose first marker segments are gone; the file around it stays."""
    start = picture.index(b"\xff\x4f\xff\x51")
    return picture[: start + 4] + bytes(60) + picture[start + 64 :]


def ridges(seed: int) -> bytes:
    """A whorl of ridges as 300 x 400 pixels of WSQ: for holders whose fingers nobody drew."""
    rows, columns = np.mgrid[0:400, 0:300].astype(np.float64)
    distance = np.hypot(rows - 180 - seed % 40, columns - 150)
    wave = 128 + 90 * np.cos(distance / 1.5 + 0.6 * np.arctan2(rows - 180, columns - 150))
    written = io.BytesIO()
    Image.fromarray(wave.astype(np.uint8)).save(written, "WSQ")
    return written.getvalue()


def jpeg_size(jpeg: bytes) -> tuple[int, int]:
    """Width and height from the start-of-frame segment (ITU-T T.81 §B.2.2). Raises ValueError for anything else."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("the portrait must be a JPEG file")
    place = 2
    while place + 9 <= len(jpeg) and jpeg[place] == 0xFF:
        if 0xC0 <= jpeg[place + 1] <= 0xC2:
            return int.from_bytes(jpeg[place + 7 : place + 9], "big"), int.from_bytes(
                jpeg[place + 5 : place + 7], "big"
            )
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    raise ValueError("the portrait's JPEG file has no frame")


def with_remark(picture: bytes, remark: bytes) -> bytes:
    """The same picture in other bytes: a comment segment after the start of a JPEG (ITU-T T.81 §B.2.4.5), a box of
    nothing behind the end of a JPEG 2000 file."""
    if picture.startswith(_JPEG_2000):
        return picture + (8 + len(remark)).to_bytes(4, "big") + b"free" + remark
    return picture[:2] + b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark + picture[2:]


def _unsigned(value: int) -> bytes:
    """The content of a DER INTEGER that is not negative."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big")
