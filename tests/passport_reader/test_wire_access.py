"""Every way in, at the wire: BAC, and PACE in each mapping, cipher and kind of domain parameters."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from passport_reader.arithmetic import agreement
from passport_reader.document import Outcome, TravelDocument
from passport_reader.lds import Ef
from passport_reader.protocols.access import CanKey
from simulators.issuing import ChipProfile, Passport
from simulators.issuing.profile import AES_128, AES_192, AES_256, TDES, Mapping, PaceChoice
from tests.passport_reader.wires import Read, found

Issue = Callable[..., Passport]

GROUPS, CURVES = (0, 1, 2), tuple(range(8, 19))
WITHOUT_OPENSSL = (9, 11)
"""brainpoolP192r1 and brainpoolP224r1."""
P224 = 10
"""Its prime makes a square root too dear for the integrated mapping (Doc 9303-11 table 12)."""
CIPHERS = (TDES, AES_128, AES_192, AES_256)
ALL = [
    PaceChoice(mapping, cipher, parameters)
    for mapping in Mapping
    for cipher in CIPHERS
    for parameters in (*GROUPS, *CURVES)
    if not (mapping is Mapping.CHIP_AUTHENTICATION and (cipher == TDES or parameters in GROUPS))
    and not (mapping is Mapping.INTEGRATED and parameters == P224)
]
LIKELY = [
    PaceChoice(Mapping.GENERIC, TDES, 13),
    PaceChoice(Mapping.GENERIC, AES_192, 11),
    PaceChoice(Mapping.GENERIC, AES_128, 2),
    PaceChoice(Mapping.INTEGRATED, AES_256, 16),
    PaceChoice(Mapping.INTEGRATED, AES_128, 0),
    PaceChoice(Mapping.CHIP_AUTHENTICATION, AES_128, 12),
]


def name(choice: PaceChoice) -> str:
    return f"{choice.mapping}-{choice.cipher}-{choice.parameters}"


def assert_opened_by_pace(document: TravelDocument, passport: Passport, choice: PaceChoice) -> None:
    domain = agreement.standardised(choice.parameters)
    assert domain is not None
    (finding,) = (finding for finding in document.findings if finding.check == "access_control")
    assert (finding.outcome, finding.code) == (Outcome.SUCCESSFUL, "pace")
    assert finding.detail.endswith(domain.name)
    assert document.files[Ef.DG2] == passport.files[Ef.DG2]
    proven = choice.mapping is Mapping.CHIP_AUTHENTICATION
    assert document.outcome("chip_authentication") is (Outcome.SUCCESSFUL if proven else Outcome.NOT_SUPPORTED)


@pytest.mark.parametrize("choice", ALL, ids=name)
def test_every_variant_of_pace_opens_a_chip(read_here: Read, issue: Issue, choice: PaceChoice) -> None:
    passport = issue(profile=ChipProfile(pace=(choice,)))
    assert_opened_by_pace(read_here(passport), passport, choice)


@pytest.mark.parametrize("choice", LIKELY, ids=name)
def test_each_kind_of_pace_opens_a_chip_over_every_wire(read: Read, issue: Issue, choice: PaceChoice) -> None:
    passport = issue(profile=ChipProfile(pace=(choice,)))
    assert_opened_by_pace(read(passport, key=CanKey(passport.can)), passport, choice)


@pytest.mark.parametrize("choice", LIKELY, ids=name)
def test_a_chip_without_extended_length_takes_the_same_in_pieces(
    read_here: Read, issue: Issue, choice: PaceChoice
) -> None:
    passport = issue(profile=ChipProfile(pace=(choice,), extended_length=False))
    assert_opened_by_pace(read_here(passport), passport, choice)


def test_of_several_offers_the_strongest_is_taken_and_named_to_the_chip(read: Read, issue: Issue) -> None:
    """Two of them differ by their parameters alone: without tag 84 the chip would not know which is meant."""
    offers = (PaceChoice(cipher=TDES), PaceChoice(parameters=9), PaceChoice(parameters=13), PaceChoice(parameters=12))
    document = read(issue(profile=ChipProfile(pace=offers)))
    (finding,) = (finding for finding in document.findings if finding.check == "access_control")
    assert (finding.code, finding.detail) == ("pace", "ECDH_GENERIC AES_128 secp256r1")


@pytest.mark.parametrize("cipher", CIPHERS)
@pytest.mark.parametrize(("mapping", "parameters"), [
    (Mapping.GENERIC, 12), (Mapping.GENERIC, 1), (Mapping.INTEGRATED, 17), (Mapping.INTEGRATED, 2),
])  # fmt: skip
def test_a_pace_info_without_parameters_takes_those_stated_beside_it(
    read_here: Read, issue: Issue, mapping: Mapping, parameters: int, cipher: int
) -> None:
    """PACEInfo of two elements and a PACEDomainParameterInfo (Doc 9303-11 §9.2.1, §9.2.2)."""
    choice = PaceChoice(mapping, cipher, parameters)
    passport = issue(profile=ChipProfile(pace=(choice,)), faults=["two_element_pace_info"])
    assert_opened_by_pace(read_here(passport), passport, choice)


def test_basic_access_control_opens_a_chip_that_knows_nothing_else(read: Read, issue: Issue) -> None:
    document = read(issue(profile=ChipProfile(pace=())))
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "bac")
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


def test_a_chip_without_basic_access_control_opens_by_pace(read: Read, issue: Issue) -> None:
    assert found(read(issue(profile=ChipProfile(basic_access=False))), "access_control")[1] == "pace"
