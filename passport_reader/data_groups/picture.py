"""Pictures of a chip: their kind, their size, and a decoder that cannot be blown up.

What a picture is, its own first octets say: some States write the wrong type into the record around it. How large it
is and what it costs to decode is told from its headers before anything is decoded.
"""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from passport_reader.data_groups import jpeg2000
from passport_reader.document import UnusableData

JPEG: Final = "image/jpeg"
JPEG_2000: Final = "image/jp2"
WSQ: Final = "image/x-wsq"
RAW: Final = "application/octet-stream"
"""Samples of one octet, row by row; or octets that are none of the above."""

MAX_PIXELS: Final = 4_000_000
"""A portrait of 35 x 45 mm at 1,200 dpi, or two inches of finger at 1,000; what claims more is not decoded."""
MAX_SCANS: Final = 100
"""Of a progressive JPEG (ITU-T T.81 §G): encoders write ten or so, and each costs a walk over the whole picture."""

_FORMATS: Final = {JPEG: "JPEG", JPEG_2000: "JPEG2000"}
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15, without DHT, JPG and DAC

_WSQ_WORKER: Final = Path(__file__).with_name("wsq_worker.py")
_WSQ_SECONDS: Final = 10.0
"""The worker ends itself earlier; this is for a machine that does not let it run."""

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture and what it is."""

    data: bytes = field(repr=False)
    media_type: str


def of(data: bytes) -> Picture:
    return Picture(data, media_type(data))


def media_type(data: bytes) -> str:
    """By the first twelve octets."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith((jpeg2000.SIGNATURE, jpeg2000.CODESTREAM)):
        return JPEG_2000
    return WSQ if data.startswith(b"\xff\xa0\xff") else RAW


def size(picture: Picture) -> tuple[int, int] | None:
    """Width and height as the picture's own header says; None where there is none to be found."""
    try:
        if picture.media_type == JPEG_2000:
            found = jpeg2000.extent(picture.data)
            return found.width, found.height
        measure = {JPEG: _jpeg_size, WSQ: _wsq_size}.get(picture.media_type)
        return None if measure is None else measure(picture.data)
    except UnusableData:
        return None


def decoded(picture: Picture) -> Pixels:
    """(height, width, 3) in RGB, or (height, width) in grey. Raise `UnusableData` for corrupt or absurd pictures."""
    _require_moderate(picture)
    return _decoded_wsq(picture.data) if picture.media_type == WSQ else _decoded_here(picture)


def raw(data: bytes, width: int, height: int) -> Pixels:
    """Uncompressed samples. Raise `UnusableData` where they are fewer than width x height."""
    if not 0 < width * height <= min(MAX_PIXELS, len(data)):
        raise UnusableData("there are fewer samples than width and height say")
    return np.frombuffer(data, np.uint8, count=width * height).reshape(height, width)


def grey(pixels: Pixels) -> Pixels:
    """(height, width) of either shape, by the weights of ITU-R BT.601."""
    return pixels if pixels.ndim == 2 else np.asarray(Image.fromarray(pixels).convert("L"))


def _decoded_here(picture: Picture) -> Pixels:
    try:
        with Image.open(io.BytesIO(picture.data), formats=(_FORMATS[picture.media_type],)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise UnusableData("the picture claims to be too large")
            return np.asarray(opened.convert("L" if opened.mode in ("L", "LA", "1", "I;16") else "RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnusableData("the picture cannot be decoded") from None


def _decoded_wsq(data: bytes) -> Pixels:
    """In a process of its own, which a corrupt picture may end (`wsq_worker`)."""
    try:
        worker = subprocess.run(  # noqa: S603 - this interpreter, a file of this package
            [sys.executable, "-I", str(_WSQ_WORKER)], input=data, capture_output=True, timeout=_WSQ_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError):
        raise UnusableData("the picture cannot be decoded") from None
    width, height = (int.from_bytes(worker.stdout[at : at + 4], "big") for at in (0, 4))
    samples = np.frombuffer(worker.stdout, np.uint8, offset=8)
    if samples.size != width * height:
        raise UnusableData("the picture cannot be decoded")
    return samples.reshape(height, width)


def _require_moderate(picture: Picture) -> None:
    if picture.media_type == RAW:
        raise UnusableData("the picture is of no kind that travel documents use")
    claimed = size(picture)
    if claimed is None or not 0 < claimed[0] * claimed[1] <= MAX_PIXELS:
        raise UnusableData("the picture claims to be too large, or tells no size")
    if picture.media_type == JPEG_2000:
        jpeg2000.require_moderate(picture.data)
    if picture.media_type == JPEG and picture.data.count(b"\xff\xda") > MAX_SCANS:
        raise UnusableData("the picture has too many scans")


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the frame header (ITU-T T.81 §B.2.2)."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _wsq_size(data: bytes) -> tuple[int, int] | None:
    """From the frame header (WSQ Gray-scale Fingerprint Image Compression Specification, IAFIS-IC-0110 §B.2)."""
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xA2:
            return int.from_bytes(data[at + 8 : at + 10], "big"), int.from_bytes(data[at + 6 : at + 8], "big")
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
