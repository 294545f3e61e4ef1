"""The contactless chip of a passport: ISO/IEC 7816-4 commands in, responses out (Doc 9303-10 §3, -11 §4).

A pure state machine, written from the standard and sharing no protocol code with the reader. Faults by name are in
`faults`, what an issuing office made of it in `personalisation`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

from simulators.chip import files
from simulators.chip.access import CAN_PASSWORD, MRZ_PASSWORD, Attempts, BasicAccess, Rng, access_information
from simulators.chip.active_authentication import signature
from simulators.chip.apdu import Command, Refused, RefusedNakedly, Response, Status, objects, parse
from simulators.chip.card_verifiable import READS_FINGERPRINTS, READS_IRIS
from simulators.chip.chaining import GET_RESPONSE, AnswerQueue, CommandChain
from simulators.chip.chip_authentication import Agreed, ChipAuthentication
from simulators.chip.faults import known
from simulators.chip.files import FileSystem
from simulators.chip.messaging import SecureChannel
from simulators.chip.pace import PaceOffer, PaceRun, offers
from simulators.chip.personalisation import AgreementKey, CurveKey, Personalisation, RsaKey
from simulators.chip.terminal_authentication import TerminalAuthentication, TrustPoints

_SLOW_SECONDS = 0.150
_CUT_AT = 231
_ACCESS_INSTRUCTIONS = {0x82, 0x84, 0x86}
_NEEDED_RIGHTS = {0x0103: READS_FINGERPRINTS, 0x0104: READS_IRIS}


class Document(Protocol):
    """What of a passport is in its chip. `files` by file identifier; see `files` for the two that need a path."""

    @property
    def files(self) -> Mapping[int, bytes]: ...
    @property
    def chip_mrz_lines(self) -> tuple[str, ...]: ...
    @property
    def can(self) -> str: ...
    @property
    def personalisation(self) -> Personalisation: ...


class SimulatedChip:
    """One chip. `handle` never raises, whatever bytes come. `rng` gives random bytes; worked examples fix it."""

    def __init__(self, passport: Document, *, faults: Collection[str] = (), rng: Rng = os.urandom) -> None:
        self._faults = known(faults)
        self._rng = rng
        self._access_information = access_information(passport.chip_mrz_lines)
        self._passwords = {
            MRZ_PASSWORD: hashlib.sha1(self._access_information.encode("ascii"), usedforsecurity=False).digest(),
            CAN_PASSWORD: passport.can.encode("ascii"),
        }
        made = passport.personalisation
        self._made = _without_keys(made, rng) if "clone" in self._faults else made
        self._attempts = Attempts()
        self._trust = TrustPoints(made.trust_points, made.today)
        self._files = FileSystem(passport.files, self, self._faults)
        self._offers = [] if "bac_only" in self._faults else offers(passport.files.get(files.CARD_ACCESS, b""))
        self._instructions = {
            0xA4: self._files.select,
            0xB0: self._files.read_binary,
            0xB1: self._files.read_binary_odd,
            0x84: self._get_challenge,
            0x82: self._external_authenticate,
            0x22: self._manage_security_environment,
            0x86: self._general_authenticate,
            0x88: self._internal_authenticate,
            0x2A: self._verify_certificate,
        }
        self.reset()

    @property
    def atr(self) -> bytes:
        """Of a contactless card (PC/SC part 3 §3.1.3.2.3.1) whose historical bytes tell of extended length, or not."""
        historical = bytes.fromhex("80730000E0" if self._made.extended_length else "8073000080")
        body = bytes([0x80 | len(historical), 0x80, 0x01]) + historical
        check = 0
        for octet in body:
            check ^= octet
        return b"\x3b" + body + bytes([check])

    @property
    def thinking_seconds(self) -> float:
        """How much longer than a good chip this one took over its last command; the link lets it pass."""
        slow = _SLOW_SECONDS if "slow" in self._faults else 0.0
        return slow + (self._attempts.delay_seconds if self._accessing else 0.0)

    def reset(self) -> None:
        """Power off and on: master file, nothing selected, no access. What it counts and believes stays."""
        self._files.reset()
        self._accessing = False
        self._channel: SecureChannel | None = None
        self._answers = AnswerQueue()
        self._end_session()

    def handle(self, command: bytes) -> bytes:
        """One command APDU in, one response APDU out."""
        try:
            parsed = parse(command)
            if parsed.ins == GET_RESPONSE:
                return self._get_response(parsed)
            self._answers.clear()
            return self._answers.first(self._handle(parsed), parsed)
        except Refused as refusal:
            self._end_session()
            return bytes(Response(status=refusal.status))

    def _handle(self, command: Command) -> bytes:
        """Raises Refused where the answer cannot go through secure messaging; the session is over then."""
        self._accessing = command.ins in _ACCESS_INSTRUCTIONS and not self._channel
        if command.extended and ("extended_length_refused" in self._faults or not self._made.extended_length):
            raise Refused(Status.WRONG_LENGTH)
        if command.cla & 0xE0:
            raise Refused(Status.UNKNOWN_CLASS)
        if command.cla & 0x0C == 0x0C:
            return self._misspoken(self._protected(command), command.ins)
        if self._channel:
            self._end_session()
        return bytes(self._perform(command))

    def _protected(self, command: Command) -> bytes:
        """Through secure messaging. New keys, where the command agreed on some, serve from the next command on."""
        channel = self._channel
        if not channel:
            raise Refused(Status.NO_SECURE_MESSAGING)
        inner = channel.open(command)
        sealed = channel.seal(self._perform(inner), odd=bool(inner.ins & 1))
        if self._agreed and self._agreed.channel is not channel:
            self._channel = self._agreed.channel
        return sealed

    def _misspoken(self, sealed: bytes, instruction: int) -> bytes:
        """The answer as a faulty chip would give it."""
        if instruction not in {0xB0, 0xB1}:
            return sealed
        if "lies_in_mac" in self._faults:
            return sealed[:-3] + bytes([sealed[-3] ^ 1]) + sealed[-2:]
        if "spurious_61xx" in self._faults and sealed.endswith(b"\x90\x00"):
            return sealed[:-2] + Status.MORE_DATA.to_bytes(2, "big")
        return sealed

    def _get_response(self, command: Command) -> bytes:
        """Plain, beside secure messaging: what it brings is already sealed."""
        try:
            return self._answers.next(command.expected or 256)
        except Refused as refusal:
            status = Status.OK if "spurious_61xx" in self._faults else refusal.status
            return bytes(Response(status=status))

    def _perform(self, command: Command) -> Response:
        try:
            whole = self._chain.joined(command)
            if whole is None:
                return Response()
            instruction = self._instructions.get(whole.ins)
            return instruction(whole) if instruction else Response(status=Status.UNKNOWN_INSTRUCTION)
        except RefusedNakedly:
            raise
        except Refused as refusal:
            return Response(status=refusal.status)

    def _end_session(self) -> None:
        self._channel = None
        self._chain = CommandChain()
        self._basic_access = BasicAccess(self._access_information, self._rng)
        self._offer: tuple[PaceOffer, int] | None = None
        self._pace: PaceRun | None = None
        self._identifier = b""
        self._by_password = False
        self._chip_authentication = ChipAuthentication(self._made.agreement_keys)
        self._agreed: Agreed | None = None
        self._terminal = TerminalAuthentication(self._trust, self._rng)
        if self._trust.points:
            self._files.write(files.CVCA, self._trust.file)

    # Rights, as the files ask for them

    @property
    def access(self) -> bool:
        return self._channel is not None

    @property
    def password_connection(self) -> bool:
        return self._channel is not None and self._by_password

    @property
    def room(self) -> int | None:
        return self._channel.room if self._channel else None

    def may_read(self, identifier: int) -> bool:
        """Fingerprints and irises need a terminal that has proven its right, where the chip knows whom to believe."""
        needed = _NEEDED_RIGHTS.get(identifier, 0) if self._trust.points else 0
        return not needed & ~self._terminal.rights

    # Access

    def _get_challenge(self, command: Command) -> Response:
        if self._channel and self._terminal.awaits_challenge:
            return Response(self._terminal.challenge())
        if "pace_only" in self._faults or not self._made.basic_access:
            raise Refused(Status.UNKNOWN_INSTRUCTION)
        if not self._files.in_application:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        if command.expected not in {8, 256}:
            raise Refused(Status.WRONG_LENGTH)
        return Response(self._basic_access.challenge())

    def _external_authenticate(self, command: Command) -> Response:
        """Of terminal authentication once chip authentication has succeeded, else of Basic Access Control."""
        if self._channel and self._agreed:
            return self._terminal.authenticate(command.data, self._identifier, self._agreed.ephemeral)
        try:
            answer, self._channel = self._basic_access.answer(command.data)
        except Refused as refusal:
            failed = refusal.status == Status.AUTHENTICATION_FAILED
            raise Refused(self._attempts.failed(MRZ_PASSWORD) if failed else refusal.status) from None
        self._attempts.succeeded()
        self._identifier = self._access_information[:10].encode("ascii")
        return Response(answer)

    def _manage_security_environment(self, command: Command) -> Response:
        """MSE:Set, by what it sets: PACE, chip authentication in its two ways, terminal authentication in its two."""
        match command.p1, command.p2:
            case 0xC1, 0xA4:
                return self._choose_password(command)
            case 0x41, 0xA4 if self._channel:
                return self._chip_authentication.choose(command.data)
            case 0x41, 0xA6 if self._channel:
                self._agreed = self._chip_authentication.set_key_agreement(command.data)
                return Response()
            case 0x81, 0xB6 if self._channel and self._trust.points:
                return self._terminal.choose_issuer(command.data)
            case 0x81, 0xA4 if self._channel and self._agreed and self._trust.points:
                return self._terminal.choose_terminal(command.data)
        raise Refused(Status.WRONG_PARAMETERS)

    def _choose_password(self, command: Command) -> Response:
        """MSE:Set AT for PACE (Doc 9303-11 §4.4.4.1); DO'84' must tell where a protocol has several parameters."""
        given = dict(objects(command.data))
        chosen = [offer for offer in self._offers if offer.protocol == given.get(0x80)]
        if 0x84 in given:
            chosen = [offer for offer in chosen if given[0x84] == bytes([offer.parameters])]
        if not chosen:
            raise Refused(Status.WRONG_DATA)
        password = int.from_bytes(given.get(0x83, b""), "big")
        if password not in self._passwords or len(chosen) > 1:
            raise Refused(Status.REFERENCE_NOT_FOUND)
        status = self._attempts.opening(password)
        self._offer, self._pace = (chosen[0], password), None
        return Response(status=status)

    def _general_authenticate(self, command: Command) -> Response:
        if self._chip_authentication.chosen:
            answer, self._agreed = self._chip_authentication.agree(command.data)
            return answer
        if self._offer is None:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        offer, password = self._offer
        if self._pace is None:
            self._pace = PaceRun(offer, self._passwords[password], self._rng, self._mapping_key())
        elif "pace_fails_then_bac" in self._faults:
            self._offer = self._pace = None
            raise Refused(Status.WRONG_DATA)
        try:
            answer_data = self._pace.step(command.data)
        except Refused as refusal:
            self._offer = self._pace = None
            failed = refusal.status == Status.AUTHENTICATION_FAILED
            raise Refused(self._attempts.failed(password) if failed else refusal.status) from None
        return Response(self._opened(self._pace, answer_data))

    def _opened(self, pace: PaceRun, answer: bytes) -> bytes:
        """The answer; after the last step the session is on."""
        if pace.channel is None:
            return answer
        self._attempts.succeeded()
        self._channel, self._identifier, self._by_password = pace.channel, pace.identifier, True
        self._offer = self._pace = None
        self._agreed = Agreed(pace.channel, pace.proven) if pace.proven else None
        if "wrong_authentication_token" in self._faults:
            return answer[:4] + bytes([answer[4] ^ 1]) + answer[5:]
        return answer

    def _mapping_key(self) -> int | None:
        return self._made.mapping_key.private if self._made.mapping_key else None

    # Authentication of chip and terminal

    def _internal_authenticate(self, command: Command) -> Response:
        """Active authentication (Doc 9303-11 §6.1.2)."""
        key = self._made.signing_key
        if key is None:
            raise Refused(Status.UNKNOWN_INSTRUCTION)
        if not self._channel or not self._files.in_application:
            raise Refused(Status.ACCESS_DENIED)
        if len(command.data) != 8:
            raise Refused(Status.WRONG_LENGTH)
        answer = signature(key, command.data, self._rng)
        cut = "aa_answer_cut" in self._faults and not command.extended
        return Response(answer[:_CUT_AT] if cut else answer)

    def _verify_certificate(self, command: Command) -> Response:
        if (command.p1, command.p2) != (0x00, 0xBE) or not self._channel or not self._trust.points:
            raise Refused(Status.WRONG_PARAMETERS)
        answer = self._terminal.verify(command.data)
        self._files.write(files.CVCA, self._trust.file)
        return answer


def _without_keys(made: Personalisation, rng: Rng) -> Personalisation:
    """The copy of a chip: other private keys where the genuine one has its own."""

    def other(key: AgreementKey) -> AgreementKey:
        return replace(key, private=key.group.scalar(rng))

    signing = made.signing_key
    if isinstance(signing, CurveKey):
        signing = replace(signing, private=signing.curve.scalar(rng))
    elif isinstance(signing, RsaKey):
        signing = replace(signing, private_exponent=signing.private_exponent ^ 6)
    return replace(
        made,
        agreement_keys=tuple(map(other, made.agreement_keys)),
        mapping_key=other(made.mapping_key) if made.mapping_key else None,
        signing_key=signing,
    )
