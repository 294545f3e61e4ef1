"""Chips made to look genuine: keys that are no keys, proofs of something else, and offers that cannot be kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from passport_reader import tlv
from passport_reader.document import ChipRefused, Outcome
from passport_reader.lds import Ef
from passport_reader.protocols.access import AccessDenied
from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import CURVES, PARAMETERS, ModularGroup
from simulators.issuing import ChipProfile, Passport
from simulators.issuing.authorities import Authority
from simulators.issuing.profile import AgreementChoice, Mapping, PaceChoice, SigningChoice
from tests.fuzz.lying_chip import LyingChip, Meddling
from tests.passport_reader.hostile.forgery import (
    FULL,
    Case,
    Office,
    assert_ends_as_it_must,
    doubted,
    ends,
    fails,
    read,
    with_files,
)

OK, REFUSED = b"\x90\x00", b"\x6a\x80"
NONCE, MAPPED, AGREED, TOKEN, CHIP_DATA = 0x80, 0x82, 0x84, 0x86, 0x8A
"""Of a chip's answers in PACE (Doc 9303-11 §4.4.4.2)."""
BRAINPOOL, DIFFIE_HELLMAN = 13, 2

CURVE = CURVES[BRAINPOOL]
GROUP = PARAMETERS[DIFFIE_HELLMAN]
assert isinstance(CURVE, Curve)
assert isinstance(GROUP, ModularGroup)

Answer = Callable[[bytes, bytes], bytes]
"""From the terminal's value and the chip's to the value that is sent."""


def in_pace(tag: int, lie: Answer) -> Meddling:
    """Changes one value of the chip's in PACE, knowing what the terminal sent for it."""

    def meddled(command: bytes, answer: bytes) -> bytes:
        if command[1] != 0x86 or answer[-2:] != OK:
            return answer
        told = {item.tag: item.value for item in tlv.objects(tlv.value(answer[:-2], 0x7C))}
        if tag not in told:
            return answer
        sent = next((item.value for item in tlv.objects(tlv.value(command[4:], 0x7C))), b"")
        told[tag] = lie(sent, told[tag])
        return tlv.encode(0x7C, b"".join(tlv.encode(each, value) for each, value in told.items())) + OK

    return meddled


def pace(meddling: Meddling, choice: PaceChoice | None = None) -> Callable[[Office], LyingChip]:
    """A chip that takes basic access too: what it spoils in PACE must not end in silence."""
    profile = FULL if choice is None else replace(FULL, pace=(choice,))
    return lambda office: LyingChip(office.passport(profile), inside=meddling)


def pace_alone(meddling: Meddling) -> Callable[[Office], LyingChip]:
    return lambda office: LyingChip(office.genuine, inside=meddling, faults=["pace_only"])


def always(value: bytes) -> Answer:
    return lambda sent, honest: value


def reflected(sent: bytes, honest: bytes) -> bytes:
    return sent


def negated(sent: bytes, honest: bytes) -> bytes:
    """The terminal's own point, mirrored: the shared x coordinate would be one that the terminal made alone."""
    half = len(sent) // 2
    return sent[: half + 1] + (CURVE.p - int.from_bytes(sent[half + 1 :], "big")).to_bytes(half, "big")


def off_curve(sent: bytes, honest: bytes) -> bytes:
    return honest[:-1] + bytes([honest[-1] ^ 1])


def number(value: int) -> Answer:
    return always(value.to_bytes(GROUP.size, "big"))


def downgrade(meddling: Meddling, choice: PaceChoice | None = None) -> Case:
    return fails("access_control", "pace_downgraded_to_bac", pace(meddling, choice))


FIELD = PaceChoice(parameters=DIFFIE_HELLMAN)
INTEGRATED = PaceChoice(Mapping.INTEGRATED)
MAPPING = replace(FULL, pace=(PaceChoice(Mapping.CHIP_AUTHENTICATION),), chip_authentication=())


# Proofs of the chip


def proving(meddling: Meddling, profile: ChipProfile = FULL, *faults: str) -> Callable[[Office], LyingChip]:
    return lambda office: LyingChip(office.passport(profile), inside=meddling, faults=faults)


def signing(lie: Callable[[bytes], bytes]) -> Meddling:
    """Of active authentication."""
    return lambda command, answer: lie(answer) if command[1] == 0x88 else answer


def agreeing(lie: Callable[[bytes], bytes]) -> Meddling:
    """Of chip authentication: GENERAL AUTHENTICATE and MSE:Set KAT."""
    step = (b"\x22\x41\xa6", b"\x86\x00\x00")
    return lambda command, answer: lie(answer) if command[1:4] in step and command[4:5] != b"\x7c\x00" else answer


def with_an_earlier_signature() -> Meddling:
    """The signature of the challenge before, which this very chip made."""
    made: list[bytes] = []

    def meddled(command: bytes, answer: bytes) -> bytes:
        if command[1] != 0x88:
            return answer
        made.append(answer)
        return made[-2] if len(made) > 1 else bytes(64) + OK

    return meddled


def of_another_chip(office: Office) -> LyingChip:
    """Everything but the signing key is genuine: a clone that got hold of the other private key."""
    keys = office.genuine.personalisation
    other = replace(keys, signing_key=office.other.personalisation.signing_key)
    return LyingChip(replace(office.genuine, personalisation=other))


def with_another_agreement_key(office: Office) -> LyingChip:
    keys = office.genuine.personalisation
    other = replace(keys, agreement_keys=office.other.personalisation.agreement_keys)
    return LyingChip(replace(office.genuine, personalisation=other))


def mapping_chip(office: Office, chip: str = "one") -> Passport:
    return office.passport(MAPPING, chip=chip)


def mapping_clone(office: Office) -> LyingChip:
    return LyingChip(mapping_chip(office), faults=["clone"])


def mapping_without_security(office: Office) -> Passport:
    return with_files(mapping_chip(office), {Ef.CARD_SECURITY: None})


def mapping_with_a_forgers_security(office: Office) -> Passport:
    """The forger's chip proves the forger's key, which the forger signed."""
    forged = office.passport(MAPPING, authority=Authority(office.state, "forger"), chip="forged")
    files = {Ef.CARD_SECURITY: forged.files[Ef.CARD_SECURITY]}
    return replace(with_files(mapping_chip(office), files), personalisation=forged.personalisation)


def mapping_with_the_security_of_another(office: Office) -> Passport:
    files = {Ef.CARD_SECURITY: mapping_chip(office, "other").files[Ef.CARD_SECURITY]}
    return with_files(mapping_chip(office), files)


def mapping_hidden(office: Office) -> LyingChip:
    """A clone whose EF.CardAccess offers the generic mapping alone, as if it had never offered to prove itself."""
    both = replace(MAPPING, pace=(*MAPPING.pace, PaceChoice()))
    plain = office.passport(replace(MAPPING, pace=(PaceChoice(),)))
    return LyingChip(with_files(office.passport(both), {Ef.CARD_ACCESS: plain.files[Ef.CARD_ACCESS]}), faults=["clone"])


RSA = replace(FULL, active_authentication=SigningChoice(bits=1024))
TRIPLE = replace(FULL, chip_authentication=(AgreementChoice(cipher=1),))

CASES: dict[str, Case] = {
    "a mapping key at infinity": downgrade(in_pace(MAPPED, always(b"\0"))),
    "a mapping key of zeros": downgrade(in_pace(MAPPED, always(b"\4" + bytes(64)))),
    "a mapping key beside the curve": downgrade(in_pace(MAPPED, off_curve)),
    "a mapping key of another form": downgrade(in_pace(MAPPED, lambda sent, honest: b"\2" + honest[1:33])),
    "no mapping key": downgrade(in_pace(MAPPED, always(b""))),
    "an ephemeral key at infinity": downgrade(in_pace(AGREED, always(b"\0"))),
    "an ephemeral key beside the curve": downgrade(in_pace(AGREED, off_curve)),
    "the terminal's own key back": downgrade(in_pace(AGREED, reflected)),
    "the terminal's own key mirrored": downgrade(in_pace(AGREED, negated)),
    "a nonce of nothing": downgrade(in_pace(NONCE, always(b""))),
    "a nonce of seven bytes": downgrade(in_pace(NONCE, always(bytes(7)))),
    "a nonce of a kilobyte": downgrade(in_pace(NONCE, always(bytes(1024)))),
    "a nonce of somebody else": ends(AccessDenied, pace(in_pace(NONCE, always(bytes(16))))),
    "a wrong token": ends(AccessDenied, pace(in_pace(TOKEN, always(bytes(8))))),
    "the terminal's own token back": ends(AccessDenied, pace(in_pace(TOKEN, reflected))),
    "an empty token": ends(AccessDenied, pace(in_pace(TOKEN, always(b"")))),
    "half a token": ends(AccessDenied, pace(in_pace(TOKEN, lambda sent, honest: honest[:4]))),
    "mapping data where there are none": downgrade(in_pace(MAPPED, always(bytes(16))), INTEGRATED),
    "the number zero": downgrade(in_pace(MAPPED, number(0)), FIELD),
    "the number one": downgrade(in_pace(MAPPED, number(1)), FIELD),
    "the element of order two": downgrade(in_pace(MAPPED, number(GROUP.p - 1)), FIELD),
    "the prime itself": downgrade(in_pace(AGREED, number(GROUP.p)), FIELD),
    "a number outside the subgroup": downgrade(in_pace(AGREED, number(5)), FIELD),
    "a number of a megabit": downgrade(in_pace(MAPPED, always(b"\xff" * 60_000)), FIELD),
    "PACE spoiled where there is nothing else": ends(ChipRefused, pace_alone(in_pace(MAPPED, off_curve))),
    "a refused agreement": fails("chip_authentication", "protocol_refused", proving(agreeing(lambda answer: REFUSED))),
    "an agreement that is none": fails("chip_authentication", "chip_key_mismatch", with_another_agreement_key),
    "an agreement that is none, by 3DES": fails(
        "chip_authentication", "chip_key_mismatch", proving(lambda command, answer: answer, TRIPLE, "clone")
    ),
    "a signature of another chip": fails("active_authentication", "chip_key_mismatch", of_another_chip),
    "a signature of an earlier challenge": fails(
        "active_authentication", "chip_key_mismatch", proving(with_an_earlier_signature())
    ),
    "a signature of zeros": fails(
        "active_authentication", "chip_key_mismatch", proving(signing(lambda answer: bytes(64) + OK))
    ),
    "a signature of ones": fails(
        "active_authentication", "chip_key_mismatch", proving(signing(lambda answer: b"\xff" * 64 + OK))
    ),
    "no signature": fails("active_authentication", "answer_cut", proving(signing(lambda answer: OK))),
    "a refused signature": fails("active_authentication", "protocol_refused", proving(signing(lambda answer: REFUSED))),
    "an RSA signature of zeros": fails(
        "active_authentication", "chip_key_mismatch", proving(signing(lambda answer: bytes(128) + OK), RSA)
    ),
    "an RSA signature of one": fails(
        "active_authentication", "chip_key_mismatch", proving(signing(lambda answer: bytes(127) + b"\1" + OK), RSA)
    ),
    "a recovered message without its end": fails(
        "active_authentication", "answer_cut", proving(signing(lambda answer: answer[:100] + OK), RSA)
    ),
    "an RSA signature of a clone": fails(
        "active_authentication", "chip_key_mismatch", proving(lambda command, answer: answer, RSA, "clone")
    ),
    "a mapping that proves another key": fails("chip_authentication", "chip_key_mismatch", mapping_clone),
    "a mapping that proves nothing": fails(
        "chip_authentication", "chip_key_mismatch", proving(in_pace(CHIP_DATA, always(b"")), MAPPING)
    ),
    "a mapping factor of zeros": fails(
        "chip_authentication", "chip_key_mismatch", proving(in_pace(CHIP_DATA, always(bytes(48))), MAPPING)
    ),
    "EF.CardSecurity of another chip": fails(
        "chip_authentication", "chip_key_mismatch", mapping_with_the_security_of_another
    ),
    "EF.CardSecurity by a forger": doubted("chip_authentication", "issuer_unknown", mapping_with_a_forgers_security),
    "the mapping hidden": fails("access_control", "pace_downgraded", mapping_hidden),
    "EF.CardSecurity stripped": doubted("chip_authentication", "card_security_missing", mapping_without_security),
}


@pytest.mark.parametrize("name", CASES)
def test_a_protocol_lie_ends_in_the_finding_that_names_it(office: Office, name: str) -> None:
    assert_ends_as_it_must(CASES[name], office)


def test_the_mapping_chip_proves_itself_where_nobody_lies(office: Office) -> None:
    assert read(LyingChip(mapping_chip(office)), office.trust).outcome("chip_authentication") is Outcome.SUCCESSFUL
