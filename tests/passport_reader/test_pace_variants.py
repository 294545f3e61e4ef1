"""PACE in every variant of Doc 9303-11 tables 2, 3 and 12, and with chips that answer anything at any step.

The chip here is the least that can be one: a channel that keeps the other side's secrets.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from passport_reader import tlv
from passport_reader.arithmetic.agreement import KeyAgreement
from passport_reader.card.apdu import Command, Response
from passport_reader.card.messaging import Algorithm, pad
from passport_reader.document import ChipRefused, PassportError, UnusableData
from passport_reader.protocols import access, nonce_mapping, pace
from passport_reader.protocols.access import AccessDenied, CanKey, LastTrySpared, MrzKey, UnusableKey
from passport_reader.protocols.chip_key import StaticKey
from passport_reader.protocols.pace_offer import PACE, Mapping, PaceInfo

KEY = MrzKey("T22000129", "640812", "101031")
VARIANTS = [
    info
    for mapping in Mapping
    for cipher in range(1, 5)
    for parameter_id in (0, 1, 2, *range(8, 19))
    if (info := PaceInfo(f"{PACE}{mapping}.{cipher}", 2, parameter_id)).supported
]
SOME = [PaceInfo(f"{PACE}{arcs}", 2, number) for arcs, number in [("2.2", 12), ("1.1", 0), ("4.4", 12), ("3.2", 0)]]
CHIP_MAPPING = PaceInfo(f"{PACE}6.2", 2, 12)

Answers = Callable[[int, bytes], bytes | int]
"""From the number of a GENERAL AUTHENTICATE and the honest answer to what the chip answers."""


@dataclass
class PaceChip:
    info: PaceInfo
    key: access.Key = KEY
    answers: Answers = lambda step, honest: honest
    chooses: int = 0x9000
    commands: list[Command] = field(default_factory=list)
    static: int = 0

    def __post_init__(self) -> None:
        assert self.info.agreement is not None
        assert self.info.algorithm is not None
        self.domain: KeyAgreement = self.info.agreement
        self.algorithm: Algorithm = self.info.algorithm
        self.nonce = secrets.token_bytes(32 if self.algorithm.key_octets > 16 else 16)
        self.static = self.domain.secret()

    @property
    def static_key(self) -> StaticKey:
        return StaticKey(self.domain, self.domain.public(self.static))

    def send(self, command: Command) -> Response:
        self.commands.append(command)
        if command.ins == 0x22:
            return Response(b"", self.chooses)
        ((_, content),) = [(item.tag, item.value) for item in tlv.objects(tlv.value(command.data, 0x7C))] or [(0, b"")]
        step = len(self.commands) - 2
        honest = [self._nonce, self._map, self._agree, self._confirm][step](content)
        answer = self.answers(step, tlv.encode(0x7C, honest))
        return Response(answer, 0x9000) if isinstance(answer, bytes) else Response(b"", answer)

    def _nonce(self, _: bytes) -> bytes:
        key = access.password_key(self.key, self.algorithm)
        return tlv.encode(0x80, self.algorithm.encrypt(key, self.nonce, bytes(self.algorithm.block)))

    def _map(self, theirs: bytes) -> bytes:
        if self.info.mapping in (Mapping.DH_INTEGRATED, Mapping.ECDH_INTEGRATED):
            stream = nonce_mapping.pseudo_random(self.algorithm, self.nonce, theirs, self.domain.prime.bit_length())
            self.generator = self.domain.encoded(int.from_bytes(stream, "big") % self.domain.prime)
            return tlv.encode(0x82, b"")
        self.mapping = self.domain.secret()
        scalar = int.from_bytes(self.nonce, "big") % self.domain.order
        self.generator = self.domain.combined(self.domain.public(scalar), self.domain.power(self.mapping, theirs))
        return tlv.encode(0x82, self.domain.public(self.mapping))

    def _agree(self, theirs: bytes) -> bytes:
        secret = self.domain.secret()
        self.own, self.theirs = self.domain.power(secret, self.generator), theirs
        self.keys = access.session_keys(self.domain.shared(secret, theirs), self.algorithm)
        return tlv.encode(0x84, self.own)

    def _confirm(self, theirs: bytes) -> bytes:
        proof = tlv.encode(0x86, pace.token(self.keys, self.info, self.theirs))
        if self.info.mapping is Mapping.CHIP_AUTHENTICATION:
            proof += tlv.encode(0x8A, self._chip_data())
        return proof

    def _chip_data(self) -> bytes:
        factor = pow(self.static, -1, self.domain.order) * self.mapping % self.domain.order
        plain = pad(factor.to_bytes(len(self.domain.compressed(self.own)), "big"), 16)
        iv = self.algorithm.counter_iv(self.keys.encryption, b"\xff" * 16)
        return self.algorithm.encrypt(self.keys.encryption, plain, iv)


def run(chip: PaceChip, key: access.Key = KEY) -> pace.Established:
    return pace.authenticate(chip, key, chip.info, several=False)


@pytest.mark.parametrize("info", VARIANTS, ids=lambda info: info.title)
def test_every_variant_opens_a_chip(info: PaceInfo) -> None:
    chip = PaceChip(info)
    established = run(chip)
    assert established.keys == chip.keys
    assert (established.chip_data is not None) == (info.mapping is Mapping.CHIP_AUTHENTICATION)
    assert established.chip_data is None or established.chip_data.proves(chip.static_key)


@pytest.mark.parametrize(("arcs", "number", "lengths"), [
    ("2.2", 12, {256}),
    ("1.2", 2, {256, 65536}),
])  # fmt: skip
def test_elements_longer_than_a_short_answer_are_asked_for_in_an_extended_one(
    arcs: str, number: int, lengths: set[int]
) -> None:
    chip = PaceChip(PaceInfo(PACE + arcs, 2, number))
    run(chip)
    assert {command.le for command in chip.commands if command.le is not None} == lengths


def test_the_variants_are_all_that_the_standard_names() -> None:
    """DH: 3 groups, 2 mappings. ECDH: 11 curves, integrated 10. 4 ciphers each. Chip authentication: 11 and 3."""
    assert len(VARIANTS) == 3 * 2 * 4 + 11 * 4 + 10 * 4 + 11 * 3


@pytest.mark.parametrize("oid", ["2.5", "2.0", "5.2", "7.2", "6.1", "1.2", "3.2"])
def test_what_the_standard_does_not_name_is_not_supported(oid: str) -> None:
    """Cipher, mapping, 3DES with chip authentication, a group of the other kind."""
    assert not PaceInfo(PACE + oid, 2, 12).supported
    assert not PaceInfo(f"{PACE}2.2", 1, 12).supported
    assert not PaceInfo(f"{PACE}2.2", 2, 0).supported


@pytest.mark.parametrize("info", SOME, ids=lambda info: info.title)
def test_the_wrong_key_opens_nothing(info: PaceInfo) -> None:
    with pytest.raises(AccessDenied):
        run(PaceChip(info, key=MrzKey("T22000128", "640812", "101031")))


@pytest.mark.parametrize("info", [*SOME, CHIP_MAPPING], ids=lambda info: info.title)
@given(step=st.integers(0, 3), answer=st.one_of(st.binary(max_size=300), st.integers(0, 0xFFFF)))
@settings(max_examples=40, deadline=None)
def test_no_garbage_at_any_step_opens_a_session(info: PaceInfo, step: int, answer: bytes | int) -> None:
    """Any bytes but a whole template, which is the next test's matter."""
    assume(answer != 0x9000 and not (isinstance(answer, bytes) and answer.startswith(b"\x7c")))
    with pytest.raises(PassportError):
        run(PaceChip(info, answers=lambda now, honest: answer if now == step else honest))


@pytest.mark.parametrize("info", [*SOME, CHIP_MAPPING], ids=lambda info: info.title)
@given(step=st.integers(0, 3), value=st.binary(max_size=140))
@settings(max_examples=40, deadline=None)
def test_no_well_formed_lie_opens_a_session(info: PaceInfo, step: int, value: bytes) -> None:
    """The right data object with another value."""
    lie = tlv.encode(0x7C, tlv.encode((0x80, 0x82, 0x84, 0x86)[step], value))
    with pytest.raises(PassportError):
        run(PaceChip(info, answers=lambda now, honest: honest if now != step else lie if lie != honest else 0x6A80))


@pytest.mark.parametrize("info", SOME[:2], ids=lambda info: info.title)
@pytest.mark.parametrize("step", [1, 2])
def test_a_chip_that_sends_the_terminals_key_back_is_refused(info: PaceInfo, step: int) -> None:
    chip = PaceChip(info)

    def mirrored(now: int, honest: bytes) -> bytes:
        if now != step:
            return honest
        return tlv.encode(0x7C, tlv.encode(2 * now + 0x80, tlv.value(chip.commands[-1].data, 0x7C, 2 * now + 0x7F)))

    chip.answers = mirrored
    with pytest.raises((UnusableData, AccessDenied)):
        run(chip)


@pytest.mark.parametrize("sealed", [b"", bytes(7), bytes(8), bytes(80)])
def test_a_nonce_of_no_whole_blocks_or_too_many_is_refused(sealed: bytes) -> None:
    lie = tlv.encode(0x7C, tlv.encode(0x80, sealed))
    with pytest.raises(UnusableData):
        run(PaceChip(SOME[0], answers=lambda now, honest: lie if now == 0 else honest))


@pytest.mark.parametrize("sealed", [None, b"", bytes(17), bytes(32)])
def test_a_chip_that_proves_no_key_is_open_but_not_proven(sealed: bytes | None) -> None:
    def answers(now: int, honest: bytes) -> bytes:
        if now < 3:
            return honest
        data = b"" if sealed is None else tlv.encode(0x8A, sealed)
        return tlv.encode(0x7C, tlv.encode(0x86, tlv.value(honest, 0x7C, 0x86)) + data)

    chip = PaceChip(CHIP_MAPPING, answers=answers)
    data = run(chip).chip_data
    assert data is not None
    assert not data.proves(chip.static_key)


def test_a_chip_proves_no_key_but_its_own() -> None:
    data = run(PaceChip(CHIP_MAPPING)).chip_data
    assert data is not None
    assert not data.proves(PaceChip(CHIP_MAPPING).static_key)
    assert not data.proves(PaceChip(PaceInfo(f"{PACE}6.2", 2, 13)).static_key)


@pytest.mark.parametrize("status", [0x63C1, 0x63C0])
def test_the_last_try_of_a_card_access_number_is_never_used(status: int) -> None:
    chip = PaceChip(SOME[0], key=CanKey("123456"), chooses=status)
    with pytest.raises(LastTrySpared) as spared:
        run(chip, CanKey("123456"))
    assert spared.value.data["tries_left"] == status & 0xF
    assert len(chip.commands) == 1


@pytest.mark.parametrize(("key", "status"), [(CanKey("123456"), 0x63C2), (KEY, 0x63C1)])
def test_a_counted_try_that_is_not_the_last_goes_on(key: access.Key, status: int) -> None:
    chip = PaceChip(SOME[0], key=key, chooses=status)
    assert run(chip, key).keys == chip.keys


def test_a_mechanism_that_is_not_taken_is_refused() -> None:
    with pytest.raises(ChipRefused):
        run(PaceChip(SOME[0], chooses=0x6A80))


@pytest.mark.parametrize("digits", ["", "12345", "1234567", "12345a", "１２３４５６", " 123456", "123456\n"])
def test_what_is_no_card_access_number_never_reaches_a_chip(digits: str) -> None:
    with pytest.raises(UnusableKey):
        CanKey(digits)


@pytest.mark.parametrize(
    "fields", [("", "640812", "101031"), ("t22", "640812", "101031"), ("T22", "6408", "101031"), ("T22", "640812", "X")]
)
def test_what_no_zone_can_print_never_reaches_a_chip(fields: tuple[str, str, str]) -> None:
    with pytest.raises(UnusableKey):
        MrzKey(*fields)
