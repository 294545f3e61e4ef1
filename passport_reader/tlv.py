"""BER-TLV as chips write it (ISO/IEC 8825-1, ISO/IEC 7816-4 §5.2.2), read within bounds.

A length is believed only if the bytes are there: nothing is allocated by what a chip claims. Indefinite lengths,
tags over three bytes, lengths over four and more than `MAX_OBJECTS` siblings are `UnusableData`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from passport_reader.document import UnusableData

MAX_OBJECTS: Final = 512
"""Siblings in one template. The largest honest one is a SOD's list of 16 data groups."""

MAX_HEADER: Final = 7
"""Three bytes of tag and 83 xx xx xx: no file of a chip reaches 16 MB."""


@dataclass(frozen=True, slots=True)
class Header:
    """`size` is the length of the header itself, `length` that of the value."""

    tag: int
    length: int
    size: int
    minimal: bool = True
    """The length is written in as few octets as it needs, as DER demands and Doc 9303-10 §4.2 too."""

    @property
    def total(self) -> int:
        return self.size + self.length


@dataclass(frozen=True, slots=True)
class DataObject:
    tag: int
    value: bytes


def header(data: bytes, at: int = 0) -> Header:
    """The tag and length at `at`; the value need not be there yet."""
    try:
        size = 1
        if data[at] & 0x1F == 0x1F:
            size = 2 if data[at + 1] < 0x80 else 3
            if data[at + size - 1] >= 0x80:
                raise UnusableData("a tag is longer than three bytes")
        tag = int.from_bytes(data[at : at + size], "big")
        first = data[at + size]
        if first < 0x80:
            return Header(tag, first, size + 1)
        count = first & 0x7F
        if not 1 <= count <= MAX_HEADER - 4 or at + size + 1 + count > len(data):
            raise UnusableData("a length is indefinite, too long or cut off", tag=tag)
        length = int.from_bytes(data[at + size + 1 : at + size + 1 + count], "big")
        return Header(tag, length, size + 1 + count, minimal=length >= max(0x80, 1 << 8 * (count - 1)))
    except IndexError:
        raise UnusableData("a tag or length is cut off") from None


def objects(data: bytes, *, at_most: int = MAX_OBJECTS) -> Iterator[DataObject]:
    """Every data object of a template, in order."""
    at = 0
    for _ in range(at_most + 1):
        if at == len(data):
            return
        head = header(data, at)
        if at + head.total > len(data):
            raise UnusableData("a value is longer than what surrounds it", tag=head.tag)
        yield DataObject(head.tag, data[at + head.size : at + head.total])
        at += head.total
    raise UnusableData("too many data objects")


def value(data: bytes, *path: int) -> bytes:
    """The value of the first object with tag `path[0]`, within it `path[1]`, and so on."""
    for tag in path:
        found = next((item.value for item in objects(data) if item.tag == tag), None)
        if found is None:
            raise UnusableData(f"data object {tag:X} is missing", tag=tag)
        data = found
    return data


def encode(tag: int, content: bytes) -> bytes:
    length = len(content)
    octets = b"" if length < 0x80 else length.to_bytes((length.bit_length() + 7) // 8, "big")
    head = bytes([length]) if length < 0x80 else bytes([0x80 | len(octets)]) + octets
    return tag.to_bytes((max(tag, 1).bit_length() + 7) // 8, "big") + head + content
