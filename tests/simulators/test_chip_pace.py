"""Every way of PACE through the chip's own commands, with either password, and what failures cost."""

from __future__ import annotations

import itertools
from datetime import date

import cv2
import numpy as np
import pytest

from passport_reader.card.messaging import Algorithm, SecureChannel, SessionKeys
from passport_reader.protocols import access
from simulators.chip import SimulatedChip
from simulators.chip.ciphers import unpad
from simulators.chip.domain_parameters import CURVES, PARAMETERS
from simulators.chip.pace import PaceOffer, offers
from simulators.issuing import ChipProfile, Holder, Passport, World
from simulators.issuing.profile import Mapping as Chosen
from simulators.issuing.profile import PaceChoice
from tests.simulators.terminal import CAN, MRZ, Terminal

WORLD = World(7)
JPEG = cv2.imencode(".jpg", np.full((531, 413, 3), 90, np.uint8))[1].tobytes()
HANAKO = Holder("Ito", "Hanako", "UTO", "UTO", date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", JPEG)
ALGORITHMS = dict(enumerate(Algorithm, start=1))

MODULAR = [PaceChoice(m, c, p) for m, c, p in itertools.product(list(Chosen)[:2], range(1, 5), range(3))]
ELLIPTIC = [PaceChoice(m, c, 13) for m, c in itertools.product(Chosen, range(1, 5)) if (m, c) != (Chosen("cam"), 1)]
CURVE_BY_CURVE = [PaceChoice(m, 2, p) for m, p in itertools.product(Chosen, CURVES) if (m, p) != (Chosen("im"), 10)]
"""The integrated mapping cannot be computed over secp224r1, whose prime is 1 modulo 4."""


def issued(*choices: PaceChoice, **more: bool) -> Passport:
    return WORLD.issue(HANAKO, profile=ChipProfile(pace=choices, **more))


def first_offer(passport: Passport) -> PaceOffer:
    return offers(passport.files[0x011C])[0]


def session_keys(offer: PaceOffer, secret: bytes) -> SessionKeys:
    return access.session_keys(secret, ALGORITHMS[offer.protocol[-1]])


@pytest.mark.parametrize("choice", [*MODULAR, *ELLIPTIC, *CURVE_BY_CURVE], ids=lambda c: f"{c.arcs}-{c.parameters}")
def test_every_mapping_cipher_and_group_opens_the_chip(choice: PaceChoice) -> None:
    passport = issued(choice)
    terminal = Terminal(SimulatedChip(passport), passport)
    offer = first_offer(passport)
    assert terminal.choose_pace(offer) == 0x9000
    secret = terminal.pace(offer).secret
    terminal.channel = SecureChannel(terminal.plain, session_keys(offer, secret))
    access.select_application(terminal.session)
    assert terminal.read(1).data == passport.files[0x0101][:8]


@pytest.mark.parametrize(("faults", "proven"), [([], True), (["clone"], False)])
def test_chip_authentication_mapping_proves_the_key_of_the_card_security_file(faults: list[str], proven: bool) -> None:
    passport = issued(PaceChoice(Chosen.CHIP_AUTHENTICATION))
    terminal = Terminal(SimulatedChip(passport, faults=faults), passport)
    offer = first_offer(passport)
    terminal.choose_pace(offer)
    done = terminal.pace(offer)
    key = session_keys(offer, done.secret).encryption
    quotient = unpad(offer.suite.decipher(key, offer.suite.vector(key, 2**128 - 1), done.sealed))
    made = passport.personalisation.mapping_key
    assert made is not None
    static = offer.group.power(made.private, offer.group.generator)
    assert static in passport.files[0x3F00011D]
    assert (offer.group.power(int.from_bytes(quotient, "big"), static) == done.mapping_key) is proven


def test_the_card_security_file_is_open_after_pace() -> None:
    passport = issued(PaceChoice(Chosen.CHIP_AUTHENTICATION))
    terminal = Terminal(SimulatedChip(passport), passport)
    offer = first_offer(passport)
    terminal.choose_pace(offer)
    terminal.channel = SecureChannel(terminal.plain, session_keys(offer, terminal.pace(offer).secret))
    assert terminal.read(0x1D).data == passport.files[0x3F00011D][:8]


def test_the_card_security_file_is_closed_before_pace() -> None:
    passport = issued(PaceChoice(Chosen.CHIP_AUTHENTICATION))
    assert SimulatedChip(passport).handle(bytes.fromhex("00B09D0008")).hex() == "6982"


def test_several_parameters_of_one_protocol_must_be_told_apart() -> None:
    passport = issued(PaceChoice(parameters=12), PaceChoice(parameters=13))
    terminal = Terminal(SimulatedChip(passport), passport)
    first, second = sorted(offers(passport.files[0x011C]), key=lambda offer: offer.parameters)
    assert terminal.choose_pace(second) == 0x6A88
    assert terminal.choose_pace(second, which=True) == 0x9000
    terminal.pace(second)
    assert first.parameters == 12


def test_a_card_access_number_is_blocked_after_three_failures_and_the_zone_frees_it() -> None:
    passport = issued(PaceChoice())
    terminal = Terminal(SimulatedChip(passport), passport)
    offer = first_offer(passport)
    seen = []
    for _ in range(3):
        seen.append(terminal.choose_pace(offer, CAN))
        with pytest.raises(access.ChipRefused, match="63C"):
            terminal.pace(offer, CAN, secret=b"123")
        terminal.chip.reset()
    assert [*seen, terminal.choose_pace(offer, CAN)] == [0x9000, 0x63C2, 0x63C1, 0x6983]
    terminal.choose_pace(offer, MRZ)
    terminal.pace(offer)
    terminal.chip.reset()
    assert terminal.choose_pace(offer, CAN) == 0x9000


def test_each_failure_makes_the_next_attempt_slower() -> None:
    passport = issued(PaceChoice())
    terminal = Terminal(SimulatedChip(passport), passport)
    offer = first_offer(passport)
    delays = []
    for _ in range(7):
        terminal.choose_pace(offer)
        with pytest.raises(access.ChipRefused):
            terminal.pace(offer, secret=b"123")
        delays.append(terminal.chip.thinking_seconds)
    assert delays == [0.25, 0.5, 1, 2, 4, 8, 8]
    terminal.choose_pace(offer)
    terminal.pace(offer)
    assert terminal.chip.thinking_seconds == 0


def test_a_chip_without_basic_access_opens_by_pace_alone() -> None:
    passport = issued(PaceChoice(), basic_access=False)
    chip = SimulatedChip(passport)
    assert chip.handle(bytes.fromhex("00A4040C07A0000002471001")).hex() == "9000"
    assert chip.handle(bytes.fromhex("0084000008")).hex() == "6d00"


def test_parameters_named_beside_the_pace_info_are_meant() -> None:
    profile = ChipProfile(pace=(PaceChoice(parameters=16),))
    passport = WORLD.issue(HANAKO, profile=profile, faults={"two_element_pace_info"})
    (offer,) = offers(passport.files[0x011C])
    assert offer.parameters == 16


@pytest.mark.parametrize("value", [0, 1, -1])
def test_degenerate_keys_modulo_a_prime_stop_pace(value: int) -> None:
    passport = issued(PaceChoice(parameters=1))
    terminal = Terminal(SimulatedChip(passport), passport)
    terminal.choose_pace(first_offer(passport))
    terminal.step(0, b"")
    p = PARAMETERS[1].p
    assert terminal.step(0x81, (value % p).to_bytes(256, "big")).sw == 0x6A80
