"""Commands and responses of ISO/IEC 7816-4 §5.1, short and extended, and the plain channel to a card.

A channel is anything with `send(command) -> response`. The plain one collects what a chip announces by 61xx; secure
messaging (`messaging.SecureChannel`) is one more channel on top of it. Both send a long command in pieces where the
card said that it takes it so (command chaining, §5.3.3; Doc 9303-11 §9.3.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, Protocol

from passport_reader.document import Card, ChipRefused

SHORT_DATA: Final = 255
SHORT_LE: Final = 256
EXTENDED_LE: Final = 65536
MAX_COLLECTED: Final = EXTENDED_LE
"""More than this under one command is a chip that never ends."""
MAX_PIECES: Final = 2 * MAX_COLLECTED // SHORT_LE
"""Nor do honest ones bring it in more pieces: a few are shorter than they could be."""
MORE_FOLLOWS: Final = 0x10
"""Bit 5 of the class: this is not the last piece of a command (§5.4.1)."""


class Status(IntEnum):
    """Status words by name (ISO/IEC 7816-4 table 6, Doc 9303-10 §3.6.3.3, Doc 9303-11)."""

    OK = 0x9000
    END_OF_FILE = 0x6282
    AUTHENTICATION_FAILED = 0x6300
    WRONG_LENGTH = 0x6700
    SECURITY_STATUS_NOT_SATISFIED = 0x6982
    AUTHENTICATION_BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    MESSAGING_OBJECTS_MISSING = 0x6987
    MESSAGING_OBJECTS_INCORRECT = 0x6988
    WRONG_DATA = 0x6A80
    FILE_NOT_FOUND = 0x6A82
    WRONG_PARAMETERS = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    INSTRUCTION_NOT_SUPPORTED = 0x6D00
    CLASS_NOT_SUPPORTED = 0x6E00
    UNKNOWN = 0x6F00


def status_name(sw: int) -> str:
    """Such as `6A82 file not found`; the number alone where the standard gives it no name."""
    known = Status._value2member_map_.get(sw)
    return f"{sw:04X}" if known is None else f"{sw:04X} {Status(sw).name.lower().replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class Command:
    """`le` is the greatest length of answer wanted, 1 to 65536; None asks for no data."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @property
    def header(self) -> bytes:
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def extended(self) -> bool:
        return len(self.data) > SHORT_DATA or (self.le or 0) > SHORT_LE

    def encode(self) -> bytes:
        """The shorter form that fits. A length of 256 or 65536 is written as zeros."""
        if not self.extended:
            lc = bytes([len(self.data)]) if self.data else b""
            le = b"" if self.le is None else bytes([self.le % SHORT_LE])
            return self.header + lc + self.data + le
        lc = b"\0" + len(self.data).to_bytes(2, "big") if self.data else b""
        le = b"" if self.le is None else (self.le % EXTENDED_LE).to_bytes(2, "big")
        return self.header + lc + self.data + (le if lc or not le else b"\0" + le)

    def pieces(self, longest: int | None) -> tuple[Command, ...]:
        """The commands to send in turn, with at most `longest` bytes of data each; the last alone asks for an answer.

        None: the card takes every length, or has not said that it chains. One that chains takes short commands only.
        """
        if longest is None or len(self.data) <= longest:
            return (self,)
        parts = [self.data[at : at + longest] for at in range(0, len(self.data), longest)]
        le = None if self.le is None else min(self.le, SHORT_LE)
        first = (replace(self, cla=self.cla | MORE_FOLLOWS, data=part, le=None) for part in parts[:-1])
        return (*first, replace(self, data=parts[-1], le=le))


@dataclass(frozen=True, slots=True)
class Response:
    data: bytes
    sw: int

    @property
    def ok(self) -> bool:
        return self.sw == Status.OK

    def require(self, what: str) -> bytes:
        """The data, or `ChipRefused` that names the step and the status word."""
        if not self.ok:
            raise ChipRefused(f"{what}: {status_name(self.sw)}", sw=self.sw, step=what)
        return self.data


class Channel(Protocol):
    """Raises `ChipLost`; what else depends on the layer."""

    def send(self, command: Command) -> Response: ...


class PlainChannel:
    """Straight to the card. 61xx is followed by GET RESPONSE, 6Cxx by the length the card wants (§5.1.3).

    `longest` is the most data of one command, None where the card takes all or does not chain.
    """

    def __init__(self, card: Card) -> None:
        self._card = card
        self.longest: int | None = None

    def send(self, command: Command) -> Response:
        """The answer to the last piece, or to the first that is refused."""
        *first, last = command.pieces(self.longest)
        for piece in first:
            answer = self._exchange(piece)
            if not answer.ok:
                return answer
        return self._exchange(last)

    def _exchange(self, command: Command) -> Response:
        data, sw = self._card.transmit(command.encode())
        if sw >> 8 == 0x6C and not data:
            data, sw = self._card.transmit(replace(command, le=sw & 0xFF or SHORT_LE).encode())
        collected = bytearray(data)
        for _ in range(MAX_PIECES):
            if sw >> 8 != 0x61 or len(collected) > MAX_COLLECTED:
                break
            more = Command(command.cla & 0x03, 0xC0, 0, 0, le=sw & 0xFF or SHORT_LE)
            data, sw = self._card.transmit(more.encode())
            if not data:
                break
            collected += data
        return Response(bytes(collected), sw)
