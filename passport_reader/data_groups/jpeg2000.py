"""What a JPEG 2000 picture will cost, told from its headers (ISO/IEC 15444-1 annexes A and I).

A few octets of a main header can ask a decoder for gigabytes: a million tiles, precincts or code blocks of four
samples, tens of thousands of layers. Every passport's portrait stays far below these limits, so more is refused before
a decoder sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from passport_reader.document import UnusableData

SIGNATURE: Final = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
"""The first box of a JP2 file (§I.5.1)."""
CODESTREAM: Final = b"\xff\x4f\xff\x51"
"""SOC and SIZ, with which every codestream begins (§A.4.1)."""

MAX_TILES: Final = 64
MAX_COMPONENTS: Final = 4
MAX_DEPTH: Final = 16
MAX_LAYERS: Final = 64
MAX_PRECINCTS: Final = 4096
"""At one resolution. Encoders write precincts of 64 x 64 and more, or one for the whole."""
MIN_CODE_BLOCK: Final = 8
"""Sum of a code block's exponents: 256 samples. Encoders write 64 x 64, some 32 x 32."""
_MAX_SEGMENTS: Final = 4096

_SIZ, _COD, _COC, _SOT, _SOD, _EOC = 0xFF51, 0xFF52, 0xFF53, 0xFF90, 0xFF93, 0xFFD9


@dataclass(frozen=True, slots=True)
class Extent:
    """Pixels across and down, and components: 1 for grey, 3 for colour."""

    width: int
    height: int
    components: int


def extent(picture: bytes) -> Extent:
    """Raise `UnusableData` where there is no whole image and tile size (SIZ, §A.5.1)."""
    data = _codestream(picture)
    if data[:4] != CODESTREAM or len(data) < 42:
        raise UnusableData("the JPEG 2000 picture has no main header")
    right, bottom, left, top = (_number(data, 8 + 4 * place, 4) for place in range(4))
    if right <= left or bottom <= top:
        raise UnusableData("the JPEG 2000 picture has no pixels")
    return Extent(right - left, bottom - top, _number(data, 40, 2))


def require_moderate(picture: bytes) -> None:
    """Raise `UnusableData` for a picture whose headers ask for more than any portrait needs."""
    data, size = _codestream(picture), extent(picture)
    _require(size.components <= MAX_COMPONENTS, "components")
    across, down, left, top = (_number(data, 24 + 4 * place, 4) for place in range(4))
    _require(across > 0 and down > 0 and _tiles(data, across, down, left, top) <= MAX_TILES, "tiles")
    depths = data[42 : 42 + 3 * _number(data, 40, 2) : 3]
    _require(all((depth & 0x7F) < MAX_DEPTH for depth in depths), "bits a sample")
    for marker, segment in _segments(data):
        if marker == _COD:
            _require(1 <= _number(segment, 2, 2) <= MAX_LAYERS, "layers")
            _require_blocks(segment[5:], size, precincts=bool(segment[0] & 1))
        elif marker == _COC:
            _require_blocks(segment[2:], size, precincts=bool(_number(segment, 1, 1) & 1))


def _tiles(data: bytes, across: int, down: int, left: int, top: int) -> int:
    right, bottom = _number(data, 8, 4), _number(data, 12, 4)
    return -((left - right) // across) * -((top - bottom) // down)


def _require_blocks(style: bytes, size: Extent, *, precincts: bool) -> None:
    """The coding style of §A.6.1 table A.15: levels, code block exponents less 2, style, transformation, precincts."""
    levels = _number(style, 0, 1)
    _require(_number(style, 1, 1) + _number(style, 2, 1) + 4 >= MIN_CODE_BLOCK, "code blocks")
    if not precincts:
        return
    for resolution, exponents in enumerate(style[5 : 6 + levels]):
        shrunk = levels - resolution
        across = size.width >> shrunk + (exponents & 15)
        down = size.height >> shrunk + (exponents >> 4)
        _require((across + 1) * (down + 1) <= MAX_PRECINCTS, "precincts")


def _require(moderate: bool, what: str) -> None:
    if not moderate:
        raise UnusableData(f"the JPEG 2000 picture asks for too many or too small {what}")


def _codestream(picture: bytes) -> bytes:
    """The codestream inside the boxes of a JP2 file (§I.4), or the picture itself where there are none."""
    at = 0
    if not picture.startswith(SIGNATURE):
        return picture
    for _ in range(_MAX_SEGMENTS):
        length, kind, head = _number(picture, at, 4), picture[at + 4 : at + 8], 8
        if length == 1:
            length, head = _number(picture, at + 8, 8), 16
        if kind == b"jp2c":
            return picture[at + head : at + length if length else None]
        if length < head:
            break
        at += length
    raise UnusableData("the JPEG 2000 picture has no codestream")


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker segments of the main header and of every tile-part header; the content behind the length."""
    at, part = 2, 0
    for _ in range(_MAX_SEGMENTS):
        if at + 2 > len(data) or (marker := _number(data, at, 2)) == _EOC:
            return
        if marker == _SOD:
            if not part or part <= at:  # the last tile-part goes to the end
                return
            at, part = part, 0
            continue
        length = _number(data, at + 2, 2)
        segment = data[at + 4 : at + 2 + length]
        if marker == _SOT:
            size = _number(segment, 2, 4)
            part = at + size if size else 0
        yield marker, segment
        at += 2 + length
    raise UnusableData("the JPEG 2000 picture has too many segments")


def _number(data: bytes, at: int, octets: int) -> int:
    if at + octets > len(data):
        raise UnusableData("the JPEG 2000 picture's header is cut off")
    return int.from_bytes(data[at : at + octets], "big")
