"""The portrait of a DG2 that is still being read, so that whoever looks at it can start before the file ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from passport_reader import tlv
from passport_reader.data_groups import face_block, face_record, picture
from passport_reader.data_groups.records import Record
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef

_SIGNATURE: Final = 12
"""Octets that tell a picture's kind."""

_HEAD: Final = 4096
"""Octets before a picture's begin at the most: headers, and some hundred feature points."""

_END_OF_IMAGE: Final = b"\xff\xd9"  # ITU-T T.81 table B.1

_UNFILLED: Final = 128
"""What a decoder fills in for coefficients that never came: the middle grey."""

_BROKEN_OFF: Final = 18
"""Rows above the break that are not final: at most 16 of one row of blocks, and two that chroma is smoothed by."""


@dataclass(frozen=True, slots=True)
class PictureStart:
    """The first portrait is `file[offset : offset + length]`; what follows a picture in there is harmless."""

    offset: int
    length: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Arriving:
    """What is there so far of an encoded picture of `length` bytes."""

    data: bytes = field(repr=False)
    media_type: str
    length: int

    @property
    def whole(self) -> bool:
        return len(self.data) >= self.length

    def rows(self) -> picture.Pixels | None:
        """The upper rows that can be decoded so far, RGB (rows, width, 3); None where there are none yet.

        Of JPEG alone: a baseline one grows from the top, a progressive one is coarse at first. A picture too large or
        of odd make is None too: what is wrong with it is for the reading of the whole file to say.
        """
        if self.media_type != picture.JPEG:
            return None
        try:
            pixels = picture.decoded(picture.Picture(self.data + _END_OF_IMAGE, picture.JPEG))
        except UnusableData:
            return None
        rgb = pixels if pixels.ndim == 3 else np.repeat(pixels[..., np.newaxis], 3, axis=2)
        if self.whole:
            return rgb
        filled = np.flatnonzero((rgb != _UNFILLED).any(axis=(1, 2)))
        count = filled[-1] + 1 - _BROKEN_OFF if len(filled) else 0
        return rgb[:count] if count > 0 else None


class PortraitStream:
    """Fed with DG2 as it grows; tells what there is of the portrait after every piece that brought some of it."""

    def __init__(self, tell: Callable[[Arriving], None]) -> None:
        self._tell = tell
        self._start: PictureStart | None = None
        self._told = 0

    def feed(self, partial: bytes | bytearray) -> None:
        """`partial` is all of the file so far."""
        self._start = self._start or first_portrait_bytes(bytes(partial[:_HEAD]))
        if self._start is None:
            return
        data = bytes(partial[self._start.offset : self._start.offset + self._start.length])
        if len(data) > self._told:
            self._told = len(data)
            self._tell(Arriving(data, self._start.media_type, self._start.length))


def first_portrait_bytes(partial: bytes) -> PictureStart | None:
    """From the first octets of a DG2 (some 120 as a rule); None where they do not tell, not yet or not at all.

    Cheap: call it after every answer of the chip. Who gets None at the end of the file decodes that as a whole.
    """
    try:
        block, end = _descended(partial, 0, tlv.MAX_HEADER, (0x75, 0x7F61, 0x7F60, (0x5F2E, 0x7F2E)))
        start, end = _in_block(partial, block, end)
        kind = picture.media_type(_octets(partial, start, min(_SIGNATURE, end - start)))
    except UnusableData:
        return None
    return PictureStart(start, end - start, kind) if kind in (picture.JPEG, picture.JPEG_2000) else None


def _in_block(partial: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the picture begins and ends in a biometric data block."""
    if _octets(partial, at, 1) == b"\xa1":
        path = (0xA1, face_block.TAG, 0xA1, 0x30, *(0xA0 + number for number in face_block.PICTURE_PATH[:-1]), 0x80)
        return _descended(partial, at, end, path)
    head = _octets(partial, at, face_record.HEADER + face_record.INFORMATION)
    if not head.startswith(face_record.IDENTIFIER):
        raise UnusableData("DG2 holds no facial record", file=Ef.DG2)
    start = at + face_record.picture_place(Record(head, Deviations(Ef.DG2.title)))
    first_of_several = int.from_bytes(head[12:14], "big") > 1
    block_end = at + face_record.HEADER + int.from_bytes(head[14:18], "big")
    stop = block_end if first_of_several and start < block_end < end else end
    if start >= stop:
        raise UnusableData("the facial record is shorter than it says", file=Ef.DG2)
    return start, stop


def _descended(partial: bytes, at: int, end: int, path: Sequence[int | tuple[int, ...]]) -> tuple[int, int]:
    """The extent of the value under a path of tags. The outermost object may reach beyond `end`."""
    for depth, wanted in enumerate(path):
        tags = wanted if isinstance(wanted, tuple) else (wanted,)
        for _ in range(tlv.MAX_OBJECTS):
            head = tlv.header(partial, at)
            if depth and at + head.total > end:
                raise UnusableData("a value is longer than what surrounds it", file=Ef.DG2, tag=head.tag)
            if head.tag in tags:
                at, end = at + head.size, at + head.total
                break
            at += head.total
            if not depth or at >= end:
                raise UnusableData("DG2 holds no portrait where it should", file=Ef.DG2)
        else:
            raise UnusableData("too many data objects", file=Ef.DG2)
    return at, end


def _octets(partial: bytes, at: int, count: int) -> bytes:
    if at + count > len(partial):
        raise UnusableData("not there yet", file=Ef.DG2)
    return partial[at : at + count]
