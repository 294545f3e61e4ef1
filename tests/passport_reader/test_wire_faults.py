"""Every fault by name ends in the finding that names it, and a chip may leave or forget at every command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from passport_reader.card.messaging import MessagingFailed
from passport_reader.document import ChipLost, Outcome, PassportError, TravelDocument
from passport_reader.lds import Ef
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import AccessDenied
from passport_reader.reading import Wishes, read_document
from simulators import chip, issuing
from simulators.chip import SimulatedChip
from simulators.issuing import ChipProfile, Passport
from simulators.issuing.profile import AgreementChoice, SigningChoice, TerminalSuite
from tests.passport_reader.wires import Dropping, InProcessCard, Read, found, key_of

Issue = Callable[..., Passport]
InspectionSystem = Callable[..., Terminal]

WHOLE = ChipProfile(
    chip_authentication=(AgreementChoice(),),
    active_authentication=SigningChoice(),
    terminal_authentication=TerminalSuite.ECDSA_SHA256,
    optional_groups=frozenset({3, 7, 11, 12, 13, 16}),
)
"""A chip with everything; its signature is longer than a protected short answer holds."""

S, F, U = Outcome.SUCCESSFUL, Outcome.FAILED, Outcome.UNDETERMINED

OF_CHIPS = {
    "bac_only": ("access_control", F, "pace_downgraded_to_bac"),
    "pace_only": ("access_control", S, "pace"),
    "pace_fails_then_bac": ("access_control", F, "pace_downgraded_to_bac"),
    "clone": ("chip_authentication", F, "chip_key_mismatch"),
}
RAISED = {"wrong_authentication_token": AccessDenied, "lies_in_mac": MessagingFailed}
BORNE = {"extended_length_refused", "naked_6700_after_long_read", "le_over_160_refused", "le_256_answered_6b00",
         "spurious_61xx", "trailing_garbage", "aa_answer_cut", "slow"}  # fmt: skip
"""A reader gets along with them."""

OF_ISSUERS = {
    "dg2_tampered": ("sod_hash", F, "hash_mismatch"),
    "unknown_issuer": ("certificate_chain", U, "issuer_unknown"),
    "expired_signer": ("certificate_validity", F, "signed_outside_validity"),
    "revoked_signer": ("revocation", F, "revoked"),
    "sod_of_another": ("sod_hash", F, "hash_mismatch"),
    "bac_only": ("access_control", S, "bac"),
    "explicit_curve_parameters": ("sod_signature", S, "signature_valid"),
    "pss_other_hash": ("sod_signature", S, "signature_valid"),
    "two_element_pace_info": ("access_control", S, "pace"),
    "corrupt_jpeg2000": ("face_image", F, "unusable_data"),
    "dg15_stripped": ("active_authentication", U, "offer_unknown"),
    "mrz_mismatch": ("mrz", S, "check_digits_match"),
}
DEVIATING = {"image_type_wrong": "image_type_wrong", "com_incomplete": "groups_disagree"}
"""Read all the same; what is wrong is noted."""


def test_every_fault_that_can_be_ordered_is_tried_here() -> None:
    assert {*OF_CHIPS, *RAISED, *BORNE} == set(chip.FAULTS)
    assert {*OF_ISSUERS, *DEVIATING} == set(issuing.FAULTS)


@pytest.mark.parametrize("fault", OF_CHIPS)
def test_a_chip_with_a_fault_ends_in_the_finding_that_names_it(read: Read, issue: Issue, fault: str) -> None:
    check, *expected = OF_CHIPS[fault]
    assert found(read(issue(profile=WHOLE), faults=[fault]), check) == tuple(expected)


def test_a_copy_fails_every_proof(read_here: Read, issue: Issue, inspection_system: InspectionSystem) -> None:
    document = read_here(issue(profile=WHOLE), faults=["clone"], wishes=Wishes(terminal=inspection_system()))
    assert found(document, "active_authentication") == (F, "chip_key_mismatch")
    assert found(document, "terminal_authentication") == (U, "chip_not_authenticated")
    assert document.outcome("sod_hash") is S


@pytest.mark.parametrize("fault", RAISED)
def test_a_chip_that_cannot_be_spoken_with_is_refused(read: Read, issue: Issue, fault: str) -> None:
    with pytest.raises(RAISED[fault]):
        read(issue(profile=WHOLE), faults=[fault])


def assert_whole(document: TravelDocument, passport: Passport) -> None:
    """Every file that a reader reads, byte by byte, and every proof."""
    expected = {file: data for file, data in passport.files.items() if file not in {Ef.ATR_INFO, Ef.DIR}}
    assert document.files == expected
    unproven = {finding.check for finding in document.findings if finding.outcome is not S}
    assert unproven == {"revocation"}  # no list here


@pytest.mark.parametrize("fault", sorted(BORNE - {"slow"}))
def test_a_difficult_chip_is_read_to_the_last_byte_over_every_wire(
    read: Read, issue: Issue, inspection_system: InspectionSystem, fault: str
) -> None:
    passport = issue(profile=WHOLE)
    assert_whole(read(passport, faults=[fault], wishes=Wishes(details=True, terminal=inspection_system())), passport)


@pytest.mark.parametrize("faults", [["slow"], sorted(BORNE)])
def test_faults_together_are_borne_too(
    read_here: Read, issue: Issue, inspection_system: InspectionSystem, faults: list[str]
) -> None:
    """All at once the answer of active authentication is never whole, which says so."""
    passport = issue(profile=WHOLE)
    document = read_here(passport, faults=faults, wishes=Wishes(details=True, terminal=inspection_system()))
    assert document.files[Ef.DG3] == passport.files[Ef.DG3]
    signed = (S, "chip_key_proven") if faults == ["slow"] else (F, "answer_cut")
    assert found(document, "active_authentication") == signed


@pytest.mark.parametrize("fault", OF_ISSUERS)
def test_a_document_with_a_fault_ends_in_the_finding_that_names_it(
    read: Read, issue: Issue, complete: TrustStore, fault: str
) -> None:
    check, *expected = OF_ISSUERS[fault]
    assert found(read(issue(profile=WHOLE, faults=[fault]), by=complete), check) == tuple(expected)


@pytest.mark.parametrize("fault", DEVIATING)
def test_a_deviation_is_read_and_noted(read_here: Read, issue: Issue, complete: TrustStore, fault: str) -> None:
    document = read_here(issue(profile=WHOLE, faults=[fault]), by=complete)
    assert DEVIATING[fault] in {deviation.code for deviation in document.deviations}
    assert document.outcome("sod_hash") is S


def test_a_page_that_names_another_person_opens_a_chip_that_does_not(read: Read, issue: Issue) -> None:
    passport = issue(faults=["mrz_mismatch"])
    document = read(passport)
    assert document.mrz is not None
    assert document.mrz.lines == passport.chip_mrz_lines != passport.mrz_lines


def count(passport: Passport, trust: TrustStore, at: datetime, wishes: Wishes) -> int:
    card = InProcessCard(SimulatedChip(passport))
    read_document(card, key_of(passport), trust, at=at, wishes=wishes)
    return len(card.commands)


def test_a_chip_torn_away_at_any_command_is_lost_and_reads_well_again(
    issue: Issue, trust: TrustStore, at: datetime, inspection_system: InspectionSystem
) -> None:
    """The same chip every time: what it remembers without power must not count against it."""
    passport, wishes = issue(profile=WHOLE), Wishes(details=True, terminal=inspection_system())
    same = SimulatedChip(passport)
    for torn_after in range(count(passport, trust, at, wishes)):
        same.reset()
        with pytest.raises(ChipLost):
            read_document(InProcessCard(same, torn_after), key_of(passport), trust, at=at, wishes=wishes)
    same.reset()
    assert_whole(read_document(InProcessCard(same), key_of(passport), trust, at=at, wishes=wishes), passport)


def test_a_session_dropped_at_any_command_is_made_good_or_told_of(
    issue: Issue, trust: TrustStore, at: datetime, inspection_system: InspectionSystem
) -> None:
    """Files go on where they were. A proof that broke off has failed: a copy would look the same."""
    passport, wishes = issue(profile=WHOLE), Wishes(details=True, terminal=inspection_system())
    whole = 0
    for dropped_at in range(commands := count(passport, trust, at, wishes)):
        dropping = Dropping(InProcessCard(SimulatedChip(passport)), before={dropped_at})
        try:
            document = read_document(dropping, key_of(passport), trust, at=at, wishes=wishes)
        except PassportError:
            continue
        if document.outcome("terminal_authentication") is S:
            assert_whole(document, passport)
            whole += 1
        else:
            assert document.files.keys() == passport.files.keys() - {Ef.ATR_INFO, Ef.DIR, Ef.DG3}
    assert whole > commands / 2
