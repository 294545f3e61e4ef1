"""A chip proves itself by its own keys, its clone cannot, and a terminal proves itself to the chip."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader.card.messaging import Algorithm, MessagingFailed, NakedStatus, SecureChannel
from passport_reader.protocols import access
from simulators.chip import SimulatedChip
from simulators.chip.apdu import encoded, objects
from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import CURVES, PARAMETERS
from simulators.chip.pace import offers
from simulators.issuing import ChipProfile, Holder, Passport, World
from simulators.issuing.card_verifiable import Terminal as InspectionSystem
from simulators.issuing.card_verifiable import VerifyingAuthority
from simulators.issuing.profile import AgreementChoice, Mapping, PaceChoice, SigningChoice, TerminalSuite, Written
from tests.simulators.terminal import Terminal

WORLD = World(7)
JPEG = cv2.imencode(".jpg", np.full((531, 413, 3), 90, np.uint8))[1].tobytes()
HANAKO = Holder("Ito", "Hanako", "UTO", "UTO", date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", JPEG)
ALGORITHMS = dict(enumerate(Algorithm, start=1))
CA_PROTOCOL = "04007F0007020203"


def opened(profile: ChipProfile, *faults: str) -> Terminal:
    passport = WORLD.issue(HANAKO, profile=profile)
    terminal = Terminal(SimulatedChip(passport, faults=faults), passport)
    terminal.basic_access()
    return terminal


# Chip authentication


def static_key(passport: Passport, number: int = 0) -> tuple[int, bytes]:
    """The bit string of the public key in DG14 that stands for the chip's key of that number."""
    made = passport.personalisation.agreement_keys[number]
    return made.cipher, made.group.power(made.private, made.group.generator)


def authenticate_chip(terminal: Terminal, choice: AgreementChoice, key_id: int | None = None) -> bytes:
    """Runs the protocol as Doc 9303-11 §6.2 has it, and gives the terminal's ephemeral key, compressed."""
    group = PARAMETERS[choice.parameters]
    own = group.scalar(os.urandom)
    public = group.power(own, group.generator)
    reference = b"" if key_id is None else encoded(0x84, bytes([key_id]))
    if choice.cipher == 1:
        terminal.send("002241A6", encoded(0x91, public) + reference).require("key agreement")
    else:
        protocol = bytes.fromhex(CA_PROTOCOL) + bytes([choice.agreement, choice.cipher])
        terminal.send("002241A4", encoded(0x80, protocol) + reference).require("choose")
        answer = terminal.send("00860000", encoded(0x7C, encoded(0x80, public)), le=256)
        assert answer.require("agree") == b"\x7c\x00"
    _, theirs = static_key(terminal.passport, (key_id or 1) - 1)
    terminal.rekey(openssl_agrees(group, own, theirs), ALGORITHMS[choice.cipher])
    return public[1 : 1 + group.size] if isinstance(group, Curve) else hashlib.sha1(public).digest()


def openssl_agrees(group: object, own: int, theirs: bytes) -> bytes:
    """The shared secret by OpenSSL where it knows the curve, by plain arithmetic otherwise."""
    if isinstance(group, Curve) and group.named is not None:
        peer = ec.EllipticCurvePublicKey.from_encoded_point(group.named, theirs)
        return ec.derive_private_key(own, group.named).exchange(ec.ECDH(), peer)
    if isinstance(group, Curve):
        return group.secret(own, theirs)
    p = PARAMETERS[0].p if len(theirs) == 128 else PARAMETERS[2].p
    return pow(int.from_bytes(theirs, "big"), own, p).to_bytes(len(theirs), "big")


CHOICES = [
    *(AgreementChoice(13, cipher) for cipher in range(1, 5)),
    *(AgreementChoice(parameters, 2, Written.NAMED) for parameters in CURVES),
    AgreementChoice(0, 1),
    AgreementChoice(2, 4, Written.NAMED),
    AgreementChoice(2, 2, Written.STANDARDISED),
]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda c: f"{c.parameters}-{c.cipher}-{c.written}")
def test_the_genuine_chip_agrees_on_new_keys(choice: AgreementChoice) -> None:
    terminal = opened(ChipProfile(chip_authentication=(choice,)))
    authenticate_chip(terminal, choice)
    assert terminal.read(1).data == terminal.passport.files[0x0101][:8]


@pytest.mark.parametrize("choice", [AgreementChoice(13, 1), AgreementChoice(12, 3), AgreementChoice(2, 2)])
def test_a_clone_does_not_know_the_new_keys(choice: AgreementChoice) -> None:
    terminal = opened(ChipProfile(chip_authentication=(choice,)), "clone")
    authenticate_chip(terminal, choice)
    with pytest.raises((MessagingFailed, NakedStatus)):
        terminal.read(1)


def test_pace_inside_the_session_replaces_the_keys_of_chip_authentication() -> None:
    terminal = opened(ChipProfile(chip_authentication=(AgreementChoice(),)))
    authenticate_chip(terminal, AgreementChoice())
    (offer,) = offers(terminal.passport.files[0x011C])
    assert terminal.choose_pace(offer) == 0x9000
    keys_of_pace = access.session_keys(terminal.pace(offer).secret, ALGORITHMS[2])
    terminal.channel = SecureChannel(terminal.plain, keys_of_pace)
    assert [terminal.read(1).data for _ in range(2)] == [terminal.passport.files[0x0101][:8]] * 2


def test_one_of_several_keys_is_named_by_its_number() -> None:
    choices = (AgreementChoice(13, 2), AgreementChoice(12, 2))
    profile = ChipProfile(chip_authentication=choices)
    authenticate_chip(opened(profile), choices[1], key_id=2)
    protocol = bytes.fromhex(CA_PROTOCOL + "0202")
    assert opened(profile).send("002241A4", encoded(0x80, protocol)).sw == 0x6A88


def test_public_keys_in_data_group_14_are_those_of_the_chip() -> None:
    for choice in CHOICES[:8]:
        passport = WORLD.issue(HANAKO, profile=ChipProfile(chip_authentication=(choice,)))
        assert static_key(passport)[1] in passport.files[0x010E]


@pytest.mark.parametrize("public", [b"", b"\x04", b"\x04" + bytes(64), b"\x04" + b"\xff" * 64])
def test_a_key_that_is_no_point_leaves_the_old_session_on(public: bytes) -> None:
    terminal = opened(ChipProfile(chip_authentication=(AgreementChoice(13, 1),)))
    assert terminal.send("002241A6", encoded(0x91, public)).sw == 0x6A80
    assert terminal.read(1).ok


# Active authentication


def recovered(passport: Passport, signature: bytes) -> bytes:
    public = serialization.load_der_public_key(objects(passport.files[0x010F])[0][1])
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    return pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(len(signature), "big")


@pytest.mark.parametrize(
    ("hash_name", "trailer"),
    [("sha1", "BC"), ("sha224", "38CC"), ("sha256", "34CC"), ("sha384", "36CC"), ("sha512", "35CC")],
)
def test_an_rsa_chip_signs_the_challenge_with_message_recovery(hash_name: str, trailer: str) -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice(hash_name, bits=1536)))
    challenge = os.urandom(8)
    message = recovered(terminal.passport, terminal.send("00880000", challenge, le=192).require("sign"))
    end = bytes.fromhex(trailer)
    size = hashlib.new(hash_name).digest_size
    assert (message[:1], message[-len(end) :]) == (b"\x6a", end)
    own, digest = message[1 : -len(end) - size], message[-len(end) - size : -len(end)]
    assert hashlib.new(hash_name, own + challenge).digest() == digest


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("der", [False, True])
def test_a_chip_with_a_curve_key_signs_plainly_or_in_der(curve: int, der: bool) -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice("sha256", curve=curve, der=der)))
    challenge, known = os.urandom(8), CURVES[curve]
    signature = terminal.send("00880000", challenge, le=160).require("sign")
    point = keys.PublicKeyInfo.load(objects(terminal.passport.files[0x010F])[0][1])["public_key"].native
    assert der or len(signature) == 2 * known.size
    r, s = decode_dss_signature(signature) if der else halves(signature)
    if known.named is None:
        plain = r.to_bytes(known.size, "big") + s.to_bytes(known.size, "big")
        assert known.verifies(point, plain, challenge, "sha256")
    else:
        public = ec.EllipticCurvePublicKey.from_encoded_point(known.named, point)
        public.verify(encode_dss_signature(r, s), challenge, ec.ECDSA(hashes.SHA256()))


def halves(signature: bytes) -> tuple[int, int]:
    half = len(signature) // 2
    return int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")


def test_a_clone_signs_what_the_genuine_key_does_not_open() -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice("sha1", bits=1024)), "clone")
    signature = terminal.send("00880000", bytes(8), le=128).require("sign")
    assert recovered(terminal.passport, signature)[-1:] != b"\xbc"


def test_a_long_signature_comes_in_two_parts_or_with_extended_length() -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice(bits=2048)))
    assert len(terminal.send("00880000", bytes(8), le=256).data) == 256
    assert len(terminal.send("00880000", bytes(8), le=512).data) == 256


def test_some_chips_cut_a_long_signature() -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice(bits=2048)), "aa_answer_cut")
    assert len(terminal.send("00880000", bytes(8), le=256).data) == 231
    assert len(terminal.send("00880000", bytes(8), le=512).data) == 256


@pytest.mark.parametrize(("data", "status"), [(bytes(7), 0x6700), (b"", 0x6700)])
def test_a_challenge_has_eight_bytes(data: bytes, status: int) -> None:
    terminal = opened(ChipProfile(active_authentication=SigningChoice(curve=12)))
    assert terminal.send("00880000", data, le=64).sw == status


# Terminal authentication

FINGERS = 0x03
CA = AgreementChoice(13, 2)


def guarded(suite: TerminalSuite, *, trusts_first_cvca: bool = False) -> ChipProfile:
    return ChipProfile(
        chip_authentication=(CA,),
        terminal_authentication=suite,
        trusts_first_cvca=trusts_first_cvca,
        optional_groups=frozenset({3}),
    )


def present_chain(terminal: Terminal, system: InspectionSystem) -> list[int]:
    """Sends each certificate after naming its issuer; gives the status words of PSO:Verify Certificate."""
    return [present(terminal, certificate) for certificate in system.chain]


def present(terminal: Terminal, certificate: bytes) -> int:
    content = objects(certificate)[0][1]
    body = dict(objects(dict(objects(content))[0x7F4E]))
    chosen = terminal.send("002281B6", encoded(0x83, body[0x42])).sw
    return terminal.send("002A00BE", content).sw if chosen == 0x9000 else chosen


def prove(terminal: Terminal, system: InspectionSystem, ephemeral: bytes, identifier: bytes = b"") -> int:
    """By a signature over the chip, its challenge and the terminal's key; gives the chip's status word."""
    own = dict(objects(dict(objects(objects(system.chain[-1])[0][1]))[0x7F4E]))[0x5F20]
    terminal.send("002281A4", encoded(0x83, own)).require("choose the terminal's key")
    challenge = terminal.send("00840000", le=8).require("challenge")
    chip = identifier or terminal.passport.mrz_lines[1][:10].encode()
    return terminal.send("00820000", system.key.sign(chip + challenge + ephemeral)).sw


@pytest.mark.parametrize("suite", TerminalSuite)
def test_a_certified_terminal_reads_the_fingers(suite: TerminalSuite) -> None:
    terminal = opened(guarded(suite))
    ephemeral = authenticate_chip(terminal, CA)
    system = WORLD.terminal("UTO", suite)
    assert terminal.read(FINGERS).sw == 0x6982
    assert present_chain(terminal, system) == [0x9000, 0x9000]
    assert prove(terminal, system, ephemeral) == 0x9000
    assert terminal.read(FINGERS).data == terminal.passport.files[0x0103][:8]


def test_after_pace_the_chip_is_called_by_its_ephemeral_key() -> None:
    passport = WORLD.issue(HANAKO, profile=guarded(TerminalSuite.ECDSA_SHA256))
    terminal = Terminal(SimulatedChip(passport), passport)
    (offer,) = offers(passport.files[0x011C])
    terminal.choose_pace(offer)
    done = terminal.pace(offer)
    terminal.channel = SecureChannel(terminal.plain, access.session_keys(done.secret, ALGORITHMS[2]))
    access.select_application(terminal.session)
    ephemeral = authenticate_chip(terminal, CA)
    system = WORLD.terminal("UTO", TerminalSuite.ECDSA_SHA256)
    present_chain(terminal, system)
    assert prove(terminal, system, ephemeral, identifier=done.public[1:33]) == 0x9000


def test_chip_authentication_mapping_is_enough_for_a_terminal() -> None:
    profile = replace(
        guarded(TerminalSuite.ECDSA_SHA256), chip_authentication=(), pace=(PaceChoice(Mapping.CHIP_AUTHENTICATION),)
    )
    passport = WORLD.issue(HANAKO, profile=profile)
    terminal = Terminal(SimulatedChip(passport), passport)
    (offer,) = offers(passport.files[0x011C])
    terminal.choose_pace(offer)
    done = terminal.pace(offer)
    terminal.channel = SecureChannel(terminal.plain, access.session_keys(done.secret, ALGORITHMS[2]))
    access.select_application(terminal.session)
    system = WORLD.terminal("UTO", TerminalSuite.ECDSA_SHA256)
    present_chain(terminal, system)
    assert prove(terminal, system, done.own_public[1:33], identifier=done.public[1:33]) == 0x9000
    assert terminal.read(FINGERS).ok


def test_a_chain_that_ended_before_the_chips_own_date_is_refused() -> None:
    terminal = opened(guarded(TerminalSuite.ECDSA_SHA256))
    authenticate_chip(terminal, CA)
    authority = VerifyingAuthority("UT", TerminalSuite.ECDSA_SHA256, "7/cvca")
    ended = authority.terminal("JP", years=(date(2015, 1, 1), date(2019, 1, 1)))
    assert present_chain(terminal, ended) == [0x6300, 0x6A88]


def test_a_terminal_without_the_right_reads_no_fingers() -> None:
    terminal = opened(guarded(TerminalSuite.ECDSA_SHA256))
    ephemeral = authenticate_chip(terminal, CA)
    system = WORLD.terminal("UTO", TerminalSuite.ECDSA_SHA256, rights=0)
    present_chain(terminal, system)
    assert prove(terminal, system, ephemeral) == 0x9000
    assert terminal.read(FINGERS).sw == 0x6982


def test_an_old_chip_learns_the_new_cvca_by_its_link() -> None:
    suite = TerminalSuite.ECDSA_SHA384
    terminal = opened(guarded(suite, trusts_first_cvca=True))
    ephemeral = authenticate_chip(terminal, CA)
    assert present_chain(terminal, WORLD.terminal("UTO", suite)) == [0x6A88, 0x6A88]
    system = WORLD.terminal("UTO", suite, with_link=True)
    assert present_chain(terminal, system) == [0x9000, 0x9000, 0x9000]
    assert prove(terminal, system, ephemeral) == 0x9000
    references = terminal.send("00B09C00", le=36).require("EF.CVCA")
    assert references == b"\x42\x0bUTCVCA00002\x42\x0bUTCVCA00001".ljust(36, b"\0")


def test_a_chain_of_another_state_is_not_believed() -> None:
    terminal = opened(guarded(TerminalSuite.ECDSA_SHA256))
    authenticate_chip(terminal, CA)
    assert present_chain(terminal, WORLD.terminal("D", TerminalSuite.ECDSA_SHA256)) == [0x6A88, 0x6A88]


def test_a_signature_for_another_session_opens_nothing() -> None:
    terminal = opened(guarded(TerminalSuite.RSA_SHA256))
    authenticate_chip(terminal, CA)
    system = WORLD.terminal("UTO", TerminalSuite.RSA_SHA256)
    present_chain(terminal, system)
    assert prove(terminal, system, os.urandom(32)) == 0x6300
    assert terminal.read(FINGERS).sw == 0x6982


def test_without_chip_authentication_no_terminal_is_heard() -> None:
    terminal = opened(guarded(TerminalSuite.ECDSA_SHA256))
    system = WORLD.terminal("UTO", TerminalSuite.ECDSA_SHA256)
    present_chain(terminal, system)
    assert terminal.send("002281A4", encoded(0x83, b"JPGATE000001")).sw == 0x6A86


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 400), flip=st.integers(1, 255))
def test_a_certificate_with_any_byte_changed_is_refused(place: int, flip: int) -> None:
    terminal = opened(guarded(TerminalSuite.ECDSA_SHA256))
    authenticate_chip(terminal, CA)
    system = WORLD.terminal("UTO", TerminalSuite.ECDSA_SHA256)
    whole = bytearray(objects(system.chain[0])[0][1])
    whole[place % len(whole)] ^= flip
    terminal.send("002281B6", encoded(0x83, b"UTCVCA00002")).require("choose")
    assert terminal.send("002A00BE", bytes(whole)).sw in {0x6A80, 0x6300}


def test_a_chip_that_knows_no_authority_hides_nothing() -> None:
    profile = replace(guarded(TerminalSuite.ECDSA_SHA256), terminal_authentication=None)
    assert opened(profile).read(FINGERS).ok
