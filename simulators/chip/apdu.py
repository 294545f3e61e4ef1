"""Commands and responses of ISO/IEC 7816-4 §5.1 as a chip sees them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Status(IntEnum):
    """Status words this chip gives (ISO/IEC 7816-4 §5.1.3, Doc 9303-11). 61xx and 63Cx count in their last digits."""

    OK = 0x9000
    END_OF_FILE = 0x6282
    MORE_DATA = 0x6100
    AUTHENTICATION_FAILED = 0x6300
    TRIES_LEFT = 0x63C0
    WRONG_LENGTH = 0x6700
    NO_SECURE_MESSAGING = 0x6882
    NO_CHAINING = 0x6884
    ACCESS_DENIED = 0x6982
    BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_FILE = 0x6986
    OBJECTS_MISSING = 0x6987
    OBJECTS_INCORRECT = 0x6988
    WRONG_DATA = 0x6A80
    FILE_NOT_FOUND = 0x6A82
    WRONG_PARAMETERS = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00


class Refused(Exception):
    """The command ends with this status and no data."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


class RefusedNakedly(Refused):
    """The same, but outside secure messaging, and the session is gone."""


@dataclass(frozen=True, slots=True)
class Command:
    """`expected` is Ne, the most bytes wanted (0 when Le is absent); `extended` tells of lengths in three bytes."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int = 0
    extended: bool = False

    @property
    def header(self) -> bytes:
        return bytes([self.cla, self.ins, self.p1, self.p2])

    @property
    def wants_all(self) -> bool:
        """Le of zeros: whatever there is, up to the form's limit."""
        return self.expected == (65536 if self.extended else 256)


@dataclass(frozen=True, slots=True)
class Response:
    data: bytes = b""
    status: int = Status.OK

    def __bytes__(self) -> bytes:
        return self.data + self.status.to_bytes(2, "big")


def parse(raw: bytes) -> Command:
    """Cases 1 to 4, short and extended. Raises Refused with 6700 where the lengths do not add up."""
    if len(raw) < 4:
        raise Refused(Status.WRONG_LENGTH)
    header, body = (raw[0], raw[1], raw[2], raw[3]), raw[4:]
    if not body:
        return Command(*header)
    if len(body) >= 3 and body[0] == 0:
        return _extended(header, body[1:])
    if len(body) == 1:
        return Command(*header, expected=body[0] or 256)
    data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if len(data) < body[0] or len(rest) > 1:
        raise Refused(Status.WRONG_LENGTH)
    return Command(*header, data=data, expected=(rest[0] or 256) if rest else 0)


def _extended(header: tuple[int, int, int, int], body: bytes) -> Command:
    if len(body) == 2:
        return Command(*header, expected=int.from_bytes(body, "big") or 65536, extended=True)
    size = int.from_bytes(body[:2], "big")
    data, rest = body[2 : 2 + size], body[2 + size :]
    if not size or len(data) < size or len(rest) not in {0, 2}:
        raise Refused(Status.WRONG_LENGTH)
    expected = (int.from_bytes(rest, "big") or 65536) if rest else 0
    return Command(*header, data=data, expected=expected, extended=True)


def objects(data: bytes) -> list[tuple[int, bytes]]:
    """BER-TLV objects in order (tag, value); tags of one or two bytes. Raises Refused with 6A80 for anything else."""
    found: list[tuple[int, bytes]] = []
    place = 0
    try:
        while place < len(data):
            tag, place = data[place], place + 1
            if tag & 0x1F == 0x1F:
                tag, place = tag << 8 | data[place], place + 1
            size, place = data[place], place + 1
            if size > 0x82 or size == 0x80:
                raise Refused(Status.WRONG_DATA)
            if size > 0x80:
                octets = size & 0x7F
                size, place = int.from_bytes(data[place : place + octets], "big"), place + octets
            if place + size > len(data):
                raise Refused(Status.WRONG_DATA)
            found.append((tag, data[place : place + size]))
            place += size
    except IndexError:
        raise Refused(Status.WRONG_DATA) from None
    return found


def encoded(tag: int, value: bytes) -> bytes:
    """One BER-TLV object; the value at most 65,535 bytes."""
    size = len(value)
    octets = b"" if size < 0x80 else b"\x81" if size < 0x100 else b"\x82"
    length = octets + size.to_bytes(2 if size > 0xFF else 1, "big")
    return tag.to_bytes(2 if tag > 0xFF else 1, "big") + length + value
