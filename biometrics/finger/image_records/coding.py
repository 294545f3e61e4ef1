"""A picture as a record holds it: compressed or not, of a size and resolution that the record states."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
from PIL import Image

from biometrics.capture import Gray, UnusableImage
from biometrics.finger import image_wsq
from biometrics.finger.image import MOST_PIXELS, decode
from biometrics.finger.parameters import DPI


class Coding(StrEnum):
    """ISO/IEC 19794-4 table 5 (2005), ANSI/NIST-ITL table "compression codes"."""

    RAW = "raw"
    PACKED = "packed"
    WSQ = "wsq"
    JPEG = "jpeg"
    JPEG_LOSSLESS = "jpeg_lossless"
    JPEG_2000 = "jpeg2000"
    JPEG_2000_LOSSLESS = "jpeg2000_lossless"
    PNG = "png"


_STARTS: Final = {
    Coding.WSQ: (image_wsq.START,),
    Coding.JPEG: (b"\xff\xd8\xff",),
    Coding.JPEG_LOSSLESS: (b"\xff\xd8\xff",),
    Coding.JPEG_2000: (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    Coding.JPEG_2000_LOSSLESS: (b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"),
    Coding.PNG: (b"\x89PNG",),
}


@dataclass(frozen=True, slots=True)
class CodedImage:
    """`width`, `height` in pixels and `dpi` as the record says; `depth` bits a pixel."""

    data: bytes = field(repr=False)
    coding: Coding
    width: int
    height: int
    dpi: int
    depth: int = 8

    @classmethod
    def of(cls, pixels: Gray, dpi: int = DPI, coding: Coding = Coding.RAW) -> CodedImage:
        """Raises `UnusableImage` for a coding that is only read, or a picture that it cannot hold."""
        height, width = pixels.shape
        return cls(_encoded(pixels, coding), coding, width, height, dpi)

    def pixels(self) -> Gray:
        """Decoded now. Raises `UnusableImage` for damage, and for another size than the record states."""
        if self.width * self.height > MOST_PIXELS:
            raise UnusableImage("the image has too many pixels for a print")
        if self.coding in (Coding.RAW, Coding.PACKED):
            return _unpacked(self.data, self.width, self.height, self.depth)
        if not self.data.startswith(_STARTS[self.coding]):
            raise UnusableImage(f"the image is announced as {self.coding} and is not")
        found, _ = decode(self.data)
        if found.shape != (self.height, self.width):
            raise UnusableImage("the image has another size than its record says")
        return found


def _unpacked(data: bytes, width: int, height: int, depth: int) -> Gray:
    """Grey levels of 1 to 8 bits, the first pixel in the highest bits, stretched to 0 to 255."""
    if not 1 <= depth <= 8:
        raise UnusableImage(f"uncompressed images of {depth} bits a pixel are not read")
    count = width * height
    if not count or len(data) * 8 < count * depth:
        raise UnusableImage("there are fewer samples than width and height say")
    if depth == 8:
        return np.frombuffer(data, np.uint8, count=count).reshape(height, width).copy()
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=count * depth).reshape(count, depth)
    levels = bits @ (1 << np.arange(depth - 1, -1, -1, dtype=np.uint16))
    return np.asarray(levels * 255 // ((1 << depth) - 1), dtype=np.uint8).reshape(height, width)


def _encoded(pixels: Gray, coding: Coding) -> bytes:
    if coding in (Coding.RAW, Coding.PACKED):
        return np.ascontiguousarray(pixels).tobytes()
    if coding is Coding.WSQ:
        return image_wsq.encode(pixels)
    out = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    if coding is Coding.PNG:
        picture.save(out, "PNG")
    elif coding is Coding.JPEG:
        picture.save(out, "JPEG", quality=95)
    elif coding is Coding.JPEG_2000_LOSSLESS:
        picture.save(out, "JPEG2000")
    elif coding is Coding.JPEG_2000:
        picture.save(out, "JPEG2000", irreversible=True, quality_layers=[10])
    else:
        raise UnusableImage(f"{coding} is read and not written")
    return out.getvalue()
