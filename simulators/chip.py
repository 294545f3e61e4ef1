"""The contactless chip of a passport: ISO/IEC 7816-4 commands in, responses out (Doc 9303-10 §3, -11 §4).

A pure state machine, written from the standard and sharing no protocol code with the reader. Faults by name are FAULTS.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from typing import Protocol

from .chip_access import CAN_PASSWORD, MRZ_PASSWORD, BasicAccess, PaceOffer, PaceRun, Rng, offers
from .chip_apdu import Command, Refused, RefusedNakedly, Response, Status, encoded, objects, parse
from .chip_messaging import SecureChannel
from .mrz_composition import access_information

FAULTS = {
    "bac_only": "offers no PACE, whatever its DG14 says",
    "pace_only": "knows no Basic Access Control",
    "pace_fails_then_bac": "offers PACE, then refuses to map the nonce",
    "wrong_authentication_token": "proves PACE with a wrong token",
    "lies_in_mac": "answers READ BINARY with a wrong checksum",
    "extended_length_refused": "refuses extended length, whatever EF.ATR/INFO says",
    "naked_6700_after_long_read": "answers a read of more than 231 bytes outside secure messaging and ends the session",
    "le_over_160_refused": "answers 6700 to a read of more than 160 bytes",
    "le_256_answered_6b00": "answers 6B00 to a read of 256 bytes or more",
    "slow": "takes 150 ms longer over every command",
}
EMRTD_APPLICATION = bytes.fromhex("A0000002471001")  # Doc 9303-10 §3.6.1
_CARD_ACCESS, _ATR_INFO, _SOD = 0x011C, 0x2F01, 0x011D
_MASTER_FILE = b"\x3f\x00"
_LARGEST_RESPONSE = 4096
"""What EF.ATR/INFO promises."""
_LONGEST_DATA = _LARGEST_RESPONSE - 64
"""Leaves room for secure messaging around it."""
_SLOW_SECONDS = 0.150


class Document(Protocol):
    """What of a passport is in its chip."""

    @property
    def files(self) -> Mapping[int, bytes]: ...
    @property
    def chip_mrz_lines(self) -> tuple[str, ...]: ...
    @property
    def can(self) -> str: ...


class UnknownFault(ValueError):
    pass


class SimulatedChip:
    """One chip. `handle` never raises, whatever bytes come. `rng` gives random bytes; worked examples fix it."""

    def __init__(self, passport: Document, *, faults: Collection[str] = (), rng: Rng = os.urandom) -> None:
        if unknown := set(faults) - set(FAULTS):
            raise UnknownFault(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
        self._faults = frozenset(faults)
        self._rng = rng
        self._access_information = access_information(passport.chip_mrz_lines)
        self._passwords = {
            MRZ_PASSWORD: hashlib.sha1(self._access_information.encode("ascii"), usedforsecurity=False).digest(),
            CAN_PASSWORD: passport.can.encode("ascii"),
        }
        hidden = {_CARD_ACCESS} if "bac_only" in self._faults else set()
        files = {identifier: content for identifier, content in passport.files.items() if identifier not in hidden}
        self._open_files = {key: value for key, value in files.items() if key in {_CARD_ACCESS, _ATR_INFO}}
        self._guarded_files = {key: value for key, value in files.items() if key not in {_CARD_ACCESS, _ATR_INFO}}
        self._offers = offers(files.get(_CARD_ACCESS, b""))
        self._instructions = {
            0xA4: self._select,
            0xB0: self._read_binary,
            0xB1: self._read_binary_odd,
            0x84: self._get_challenge,
            0x82: self._external_authenticate,
            0x22: self._manage_security_environment,
            0x86: self._general_authenticate,
        }
        self.reset()

    @property
    def atr(self) -> bytes:
        """Of a contactless card (PC/SC part 3 §3.1.3.2.3.1) whose historical bytes tell of extended length."""
        historical = bytes.fromhex("80730000E0")
        body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
        check = 0
        for octet in body:
            check ^= octet
        return b"\x3b" + body + bytes([check])

    @property
    def thinking_seconds(self) -> float:
        """How much longer than a good chip this one takes over each command; the link lets it pass."""
        return _SLOW_SECONDS if "slow" in self._faults else 0.0

    def reset(self) -> None:
        """Power off and on: master file, nothing selected, no access."""
        self._in_application = False
        self._file: bytes | None = None
        self._end_session()

    def handle(self, command: bytes) -> bytes:
        """One command APDU in, one response APDU out."""
        try:
            return self._handle(parse(command))
        except Refused as refusal:
            self._end_session()
            return bytes(Response(status=refusal.status))

    def _handle(self, command: Command) -> bytes:
        """Raises Refused where the answer cannot go through secure messaging; the session is over then."""
        if command.extended and "extended_length_refused" in self._faults:
            raise Refused(Status.WRONG_LENGTH)
        if command.cla & 0xE0:
            raise Refused(Status.UNKNOWN_CLASS)
        if command.cla & 0x0C != 0x0C:
            if self._channel:
                self._end_session()
            return bytes(self._perform(command))
        channel = self._channel
        if not channel:
            raise Refused(Status.NO_SECURE_MESSAGING)
        inner = channel.open(command)
        sealed = channel.seal(self._perform(inner), odd=bool(inner.ins & 1))
        if "lies_in_mac" in self._faults and inner.ins in {0xB0, 0xB1}:
            return sealed[:-3] + bytes([sealed[-3] ^ 1]) + sealed[-2:]
        return sealed

    def _perform(self, command: Command) -> Response:
        if command.cla & 0x10 and command.ins != 0x86:
            return Response(status=Status.NO_CHAINING)
        instruction = self._instructions.get(command.ins)
        if instruction is None:
            return Response(status=Status.UNKNOWN_INSTRUCTION)
        try:
            return instruction(command)
        except RefusedNakedly:
            raise
        except Refused as refusal:
            return Response(status=refusal.status)

    def _end_session(self) -> None:
        self._channel: SecureChannel | None = None
        self._basic_access = BasicAccess(self._access_information, self._rng)
        self._offer: tuple[PaceOffer, int] | None = None
        self._pace: PaceRun | None = None

    # Files

    def _select(self, command: Command) -> Response:
        if command.p1 == 0x04:
            return self._select_application(command.data)
        if command.p1 == 0x00 and command.data in {b"", _MASTER_FILE}:
            self._in_application, self._file = False, None
            return Response()
        if command.p1 != 0x02 or len(command.data) != 2:
            raise Refused(Status.WRONG_PARAMETERS)
        self._file = self._find(int.from_bytes(command.data, "big"))
        return Response()

    def _select_application(self, name: bytes) -> Response:
        if name != EMRTD_APPLICATION:
            raise Refused(Status.FILE_NOT_FOUND)
        self._in_application, self._file = True, None
        return Response()

    def _find(self, identifier: int) -> bytes:
        """A file of the master file or application, as selected; the application's need access (Doc 9303-10 §3.11)."""
        files = self._guarded_files if self._in_application else self._open_files
        if identifier not in files:
            raise Refused(Status.FILE_NOT_FOUND)
        if self._in_application and not self._channel:
            raise Refused(Status.ACCESS_DENIED)
        return files[identifier]

    def _find_short(self, short: int) -> bytes:
        """By short file identifier; 1 is EF.ATR/INFO in the master file and DG1 in the application."""
        if not self._in_application and short == 1:
            return self._find(_ATR_INFO)
        return self._find(0x0100 | short)

    def _current(self) -> bytes:
        if self._in_application and not self._channel:
            raise Refused(Status.ACCESS_DENIED)
        if self._file is None:
            raise Refused(Status.NO_CURRENT_FILE)
        return self._file

    def _read_binary(self, command: Command) -> Response:
        """ISO/IEC 7816-4 §7.2.3: P1 with its highest bit names a short file identifier, which becomes current."""
        if command.p1 & 0x80:
            self._file = self._find_short(command.p1 & 0x1F)
            return self._slice(command, command.p2, command.expected)
        return self._slice(command, command.p1 << 8 | command.p2, command.expected)

    def _read_binary_odd(self, command: Command) -> Response:
        """The same with the offset in DO'54' and the content in DO'53', for offsets above 32,767."""
        given = dict(objects(command.data))
        if 0x54 not in given:
            raise Refused(Status.WRONG_DATA)
        if identifier := command.p1 << 8 | command.p2:
            self._file = self._find_short(identifier) if identifier <= 0x1F else self._find(identifier)
        payload = command.expected - 4 if command.expected > 0x83 else command.expected - 2
        answer = self._slice(command, int.from_bytes(given[0x54], "big"), max(payload, 1))
        return Response(encoded(0x53, answer.data), answer.status)

    def _slice(self, command: Command, offset: int, wanted: int) -> Response:
        content = self._current()
        self._check_length(command)
        if offset >= len(content):
            raise Refused(Status.WRONG_OFFSET)
        chunk = content[offset : offset + min(wanted, _LONGEST_DATA)]
        at_end = offset + wanted > len(content) and not command.wants_all
        return Response(chunk, Status.END_OF_FILE if at_end else Status.OK)

    def _check_length(self, command: Command) -> None:
        wanted = command.expected
        if not wanted:
            raise Refused(Status.WRONG_LENGTH)
        if "naked_6700_after_long_read" in self._faults and wanted > 231:
            raise RefusedNakedly(Status.WRONG_LENGTH)
        if "le_over_160_refused" in self._faults and wanted > 160:
            raise Refused(Status.WRONG_LENGTH)
        if "le_256_answered_6b00" in self._faults and wanted >= 256:
            raise Refused(Status.WRONG_OFFSET)
        if self._channel and not command.extended and wanted > self._channel.room:
            raise Refused(Status.WRONG_LENGTH)

    # Access

    def _get_challenge(self, command: Command) -> Response:
        if "pace_only" in self._faults:
            raise Refused(Status.UNKNOWN_INSTRUCTION)
        if not self._in_application:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        if command.expected not in {8, 256}:
            raise Refused(Status.WRONG_LENGTH)
        return Response(self._basic_access.challenge())

    def _external_authenticate(self, command: Command) -> Response:
        answer, self._channel = self._basic_access.answer(command.data)
        return Response(answer)

    def _manage_security_environment(self, command: Command) -> Response:
        """MSE:Set AT for PACE (Doc 9303-11 §4.4.4.1)."""
        if (command.p1, command.p2) != (0xC1, 0xA4):
            raise Refused(Status.WRONG_PARAMETERS)
        given = dict(objects(command.data))
        parameters = given.get(0x84)
        chosen = [
            offer
            for offer in self._offers
            if offer.protocol == given.get(0x80) and parameters in {None, bytes([offer.parameters])}
        ]
        if not chosen:
            raise Refused(Status.WRONG_DATA)
        password = int.from_bytes(given.get(0x83, b""), "big")
        if password not in self._passwords:
            raise Refused(Status.REFERENCE_NOT_FOUND)
        self._offer, self._pace = (chosen[0], password), None
        return Response()

    def _general_authenticate(self, command: Command) -> Response:
        if self._pace is None:
            if self._offer is None:
                raise Refused(Status.CONDITIONS_NOT_SATISFIED)
            offer, password = self._offer
            self._pace, self._offer = PaceRun(offer, self._passwords[password], self._rng), None
        elif "pace_fails_then_bac" in self._faults:
            self._pace = None
            raise Refused(Status.WRONG_DATA)
        try:
            answer = self._pace.step(command.data)
        except Refused:
            self._pace = None
            raise
        if self._pace.channel:
            self._channel, self._pace = self._pace.channel, None
            if "wrong_authentication_token" in self._faults:
                answer = answer[:-1] + bytes([answer[-1] ^ 1])
        return Response(answer)
