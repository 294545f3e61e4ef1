"""A terminal of a few lines, to ask a simulated chip what the reader of this tree may not ask.

Secure messaging and Basic Access Control are the reader's own; agreement is plain arithmetic or OpenSSL's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from passport_reader import lds, mrz
from passport_reader.card.apdu import Command, PlainChannel, Response
from passport_reader.card.messaging import Algorithm, SecureChannel
from passport_reader.protocols import access
from passport_reader.protocols.access import MrzKey
from simulators.chip import SimulatedChip
from simulators.chip.apdu import encoded, objects
from simulators.chip.pace import PaceOffer
from simulators.issuing import Passport

MRZ, CAN = 1, 2


class Field:
    """The reader's card port, straight to a chip in the same process; counts and keeps what went over it."""

    def __init__(self, chip: SimulatedChip) -> None:
        self.chip = chip
        self.atr = chip.atr
        self.commands: list[bytes] = []

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        self.commands.append(apdu)
        response = self.chip.handle(apdu)
        return response[:-2], int.from_bytes(response[-2:], "big")


@dataclass
class Terminal:
    """Speaks to one chip; `channel` is the session once one is open."""

    chip: SimulatedChip
    passport: Passport
    channel: SecureChannel | None = None
    plain: PlainChannel = field(init=False)

    def __post_init__(self) -> None:
        self.field = Field(self.chip)
        self.plain = PlainChannel(self.field)

    @property
    def session(self) -> SecureChannel:
        assert self.channel is not None
        return self.channel

    def basic_access(self) -> SecureChannel:
        access.select_application(self.plain)
        key = MrzKey.of(mrz.parse("\n".join(self.passport.mrz_lines)))
        self.channel = SecureChannel(self.plain, access.basic_access(self.plain, key))
        return self.channel

    def send(self, header: str, data: bytes = b"", le: int | None = None) -> Response:
        return self.session.send(Command(*bytes.fromhex(header), data, le))

    def read(self, short: int, size: int = 8) -> Response:
        return self.send(f"00B0{0x80 | short:02X}00", le=size)

    def choose_pace(self, offer: PaceOffer, password: int = MRZ, *, which: bool = False) -> int:
        data = encoded(0x80, offer.protocol) + encoded(0x83, bytes([password]))
        if which:
            data += encoded(0x84, bytes([offer.parameters]))
        return self.plain.send(Command(0x00, 0x22, 0xC1, 0xA4, data)).sw

    def step(self, tag: int, value: bytes, *, last: bool = False) -> Response:
        """GENERAL AUTHENTICATE outside secure messaging; `tag` 0 sends no object."""
        inner = encoded(tag, value) if tag else b""
        return self.plain.send(Command(0x00 if last else 0x10, 0x86, 0, 0, encoded(0x7C, inner), 256))

    def rekey(self, secret: bytes, algorithm: Algorithm) -> None:
        self.session.rekey(access.session_keys(secret, algorithm))

    def password(self, reference: int) -> bytes:
        if reference == CAN:
            return self.passport.can.encode()
        key = MrzKey.of(mrz.parse("\n".join(self.passport.mrz_lines)))
        return hashlib.sha1(key.information.encode()).digest()


def inside(response: Response) -> dict[int, bytes]:
    """Data objects of dynamic authentication data."""
    return dict(objects(dict(objects(response.require("general authenticate")))[0x7C]))


def security_infos(passport: Passport, file: int = 0x010E) -> tuple[lds.SecurityInfo, ...]:
    data = passport.files[file]
    return lds.security_infos(dict(objects(data))[0x6E] if data[0] == 0x6E else data)
