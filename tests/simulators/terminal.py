"""A terminal of a few lines, to ask a simulated chip what the reader of this tree may not ask.

Secure messaging and Basic Access Control are the reader's own. PACE is computed in the chip's own groups, which the
worked examples and OpenSSL hold to the standard.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

from passport_reader import mrz
from passport_reader.card.apdu import Command, PlainChannel, Response
from passport_reader.card.messaging import Algorithm, SecureChannel
from passport_reader.protocols import access
from passport_reader.protocols.access import MrzKey
from simulators.chip import SimulatedChip
from simulators.chip.apdu import encoded, objects
from simulators.chip.ciphers import AUTHENTICATION, PASSWORD, Suite
from simulators.chip.pace import Mapping, PaceOffer, random_number
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


@dataclass(frozen=True)
class PaceDone:
    """The chip's keys of mapping and agreement, the terminal's own, what was agreed, the chip authentication data."""

    mapping_key: bytes
    public: bytes
    own_public: bytes
    secret: bytes
    sealed: bytes


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
        return (self.channel or self.plain).send(Command(0x00, 0x22, 0xC1, 0xA4, data)).sw

    def step(self, tag: int, value: bytes, *, last: bool = False) -> Response:
        """GENERAL AUTHENTICATE, protected once a session is open; `tag` 0 sends no object."""
        inner = encoded(tag, value) if tag else b""
        return (self.channel or self.plain).send(Command(0x00 if last else 0x10, 0x86, 0, 0, encoded(0x7C, inner), 256))

    def pace(self, offer: PaceOffer, password: int = MRZ, *, secret: bytes | None = None) -> PaceDone:
        """The four steps; with `secret`, as a terminal that knows that instead of the password."""
        suite, group = offer.suite, offer.group
        sealed = inside(self.step(0, b""))[0x80]
        nonce = suite.decipher(suite.key(secret or self.password(password), PASSWORD), bytes(suite.block), sealed)
        generator, mapping_key = self._mapped(offer, nonce)
        own = group.scalar(os.urandom)
        public = group.power(own, generator)
        theirs = inside(self.step(0x83, public))[0x84]
        agreed = group.secret(own, theirs)
        key = suite.key(agreed, AUTHENTICATION)
        answer = inside(self.step(0x85, _token(suite, key, offer, theirs), last=True))
        assert answer[0x86] == _token(suite, key, offer, public)
        return PaceDone(mapping_key, theirs, public, agreed, answer.get(0x8A, b""))

    def _mapped(self, offer: PaceOffer, nonce: bytes) -> tuple[bytes, bytes]:
        """The new generator, and the chip's key of the mapping where it has one."""
        group = offer.group
        if offer.mapping in {Mapping.DH_IM, Mapping.ECDH_IM}:
            other = os.urandom(offer.suite.key_size)
            assert inside(self.step(0x81, other)) == {0x82: b""}
            return group.mapped(random_number(offer.suite, nonce, other, group.p)), b""
        own = group.scalar(os.urandom)
        theirs = inside(self.step(0x81, group.power(own, group.generator)))[0x82]
        blinded = group.power(int.from_bytes(nonce, "big") % group.order, group.generator)
        return group.product(blinded, group.power(own, theirs)), theirs

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


def _token(suite: Suite, key: bytes, offer: PaceOffer, public: bytes) -> bytes:
    content = encoded(0x06, offer.protocol) + encoded(offer.group.tag, public)
    return suite.token(key, encoded(0x7F49, content))
