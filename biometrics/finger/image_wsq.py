"""WSQ (IAFIS-IC-0110, ISO/IEC 19794-4 annex), kept from taking anybody down.

The decoder is the NIST's C: damaged pictures end it with a segmentation fault, and a small file may claim four
gigabytes. So first the markers in front of the coefficients are checked here (order, lengths, size, tables that fill
what they announce), and what passes is decoded in a process of its own, with bounded memory and time. The check
alone would not do: of 502 damaged pictures that passed it, one still ended the decoder with a segmentation fault.
The process costs about 35 ms.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import _wsq
import numpy as np

from biometrics.capture import Gray, UnusableImage

START: Final = b"\xff\xa0"
END: Final = b"\xff\xa1"
FRAME, BLOCK, TRANSFORM, QUANTISATION, HUFFMAN, RESTART, COMMENT = 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8
MOST_PIXELS: Final = 16_000_000
"""Four fingers at 1000 dpi have 10 million; the decoder wants 12 octets for each."""
SMALLEST_SIDE: Final = 16
"""Five levels of wavelets leave nothing of less, and the decoder does not look."""
BIT_RATE: Final = 0.75
"""Bits a pixel that the encoder strives for, about 12:1, the FBI's rate. The package takes the number and heeds it not:
every rate gives the same octets, so there is no option for it here."""
_LENGTHS: Final = {FRAME: 17, BLOCK: 3, QUANTISATION: 389, RESTART: 4}
"""Of segments whose length the specification fixes, their own two octets included."""
_SECONDS: Final = 20
"""To wait for the process; 16 million pixels take under two."""
_WORKER: Final = Path(__file__).with_name("image_wsq_worker.py")


def decode(data: bytes) -> Gray:
    """Shape (height, width). Raises `UnusableImage` for whatever is not a whole WSQ picture of moderate size."""
    width, height = size(data)
    try:
        worker = subprocess.run(  # noqa: S603 - this interpreter, a file of this package
            [sys.executable, "-I", str(_WORKER)], input=data, capture_output=True, timeout=_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError):
        raise UnusableImage("the WSQ image is damaged") from None
    samples = np.frombuffer(worker.stdout, np.uint8)
    if samples.size != width * height:
        raise UnusableImage("the WSQ image is damaged")
    return samples.reshape(height, width).copy()


def encode(pixels: Gray) -> bytes:
    """Raises `UnusableImage` for less than 16 pixels across or more than 16 million. Lossy."""
    height, width = pixels.shape
    _require_moderate(width, height)
    return bytes(_wsq.compress(np.ascontiguousarray(pixels, np.uint8).tobytes(), height, width, BIT_RATE))


def size(data: bytes) -> tuple[int, int]:
    """Width and height, by the frame header, of a picture whose tables hold together. Raises `UnusableImage`."""
    if not data.startswith(START):
        raise UnusableImage("not a WSQ image")
    if END not in data[-64:]:  # some writers pad
        raise UnusableImage("the WSQ image is incomplete")
    seen: set[int] = set()
    found, at = (0, 0), 2
    while BLOCK not in seen:
        kind, length = _segment(data, at)
        body = data[at + 4 : at + 2 + length]
        if kind == FRAME:
            found = int.from_bytes(body[4:6]), int.from_bytes(body[2:4])
            _require_moderate(*found)
        if kind == HUFFMAN:
            _require_whole_tables(body)
        if kind == BLOCK and not {FRAME, TRANSFORM, QUANTISATION, HUFFMAN} <= seen:
            raise UnusableImage("the WSQ image lacks a table")
        seen.add(kind)
        at += 2 + length
    return found


def _segment(data: bytes, at: int) -> tuple[int, int]:
    """The marker at `at` and its segment's length."""
    if at + 4 > len(data) or data[at] != 0xFF or not FRAME <= data[at + 1] <= COMMENT:
        raise UnusableImage("the WSQ image has no marker where one must stand")
    kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
    if length < 2 or at + 2 + length > len(data) or length != _LENGTHS.get(kind, length):
        raise UnusableImage("a table of the WSQ image has an impossible length")
    return kind, length


def _require_moderate(width: int, height: int) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise UnusableImage("the WSQ image is too small for a print")
    if width * height > MOST_PIXELS:
        raise UnusableImage("the image has too many pixels for a print")


def _require_whole_tables(body: bytes) -> None:
    """Number, 16 counts of codes, the codes' values; one table or more."""
    at = 0
    while at < len(body):
        codes = sum(body[at + 1 : at + 17])
        at += 17 + codes
        if codes > 256 or at > len(body):
            raise UnusableImage("a code table of the WSQ image does not hold what it announces")
