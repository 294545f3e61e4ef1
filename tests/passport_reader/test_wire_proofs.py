"""What chip, document and terminal prove at the wire, with every kind of key and signature."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from PIL import Image

from passport_reader.document import Outcome, TravelDocument
from passport_reader.lds import Ef, data_group
from passport_reader.pki.terminal import Terminal
from passport_reader.pki.trust import TrustStore
from passport_reader.reading import Listener, Progress, Wishes, read_document
from simulators.chip import SimulatedChip
from simulators.issuing import STATES, ChipProfile, Passport, World, modern
from simulators.issuing.profile import (
    AES_128,
    AES_192,
    AES_256,
    TDES,
    AgreementChoice,
    FaceRecord,
    Mapping,
    PaceChoice,
    Picture,
    SigningChoice,
    TerminalSuite,
    Written,
)
from simulators.issuing.states import Suite
from tests.passport_reader.wires import Dropping, InProcessCard, Lay, Read, found, key_of

Issue = Callable[..., Passport]
InspectionSystem = Callable[..., Terminal]

PROVEN = (Outcome.SUCCESSFUL, "chip_key_proven")
AUTHORISED = (Outcome.SUCCESSFUL, "authorised")
GUARDED = ChipProfile(
    chip_authentication=(AgreementChoice(),),
    terminal_authentication=TerminalSuite.ECDSA_SHA256,
    optional_groups=frozenset({3}),
)
MAPPED = ChipProfile(
    pace=(PaceChoice(Mapping.CHIP_AUTHENTICATION),),
    terminal_authentication=TerminalSuite.ECDSA_SHA256,
    optional_groups=frozenset({3}),
)
MODULAR = ChipProfile(
    pace=(PaceChoice(Mapping.GENERIC, AES_128, 2),),
    chip_authentication=(AgreementChoice(1, AES_128),),
    terminal_authentication=TerminalSuite.ECDSA_SHA256,
    optional_groups=frozenset({3}),
)


@pytest.mark.parametrize("state", STATES)
def test_a_passport_of_today_passes_every_check_it_offers(
    read_here: Read, issue: Issue, complete: TrustStore, inspection_system: InspectionSystem, state: str
) -> None:
    profile = modern(STATES[state])
    terminal = inspection_system(state) if profile.terminal_authentication else None
    wishes = Wishes(details=True, terminal=terminal)
    document = read_here(issue(state, profile=profile), wishes=wishes, by=complete)
    unoffered = {finding.check for finding in document.findings if finding.outcome is Outcome.NOT_SUPPORTED}
    proofs = {
        "chip_authentication": profile.chip_authentication,
        "active_authentication": profile.active_authentication,
        "terminal_authentication": terminal,
    }
    assert unoffered == {check for check, offered in proofs.items() if not offered}
    rest = {finding.outcome for finding in document.findings if finding.check not in unoffered}
    assert rest == {Outcome.SUCCESSFUL}
    assert document.deviations == ()
    assert {data_group(number) for number in profile.optional_groups} <= set(document.files)


# Chip authentication


AGREEMENTS = [
    *(AgreementChoice(parameters, cipher) for parameters in (8, 11, 12, 18) for cipher in (TDES, AES_256)),
    *(AgreementChoice(parameters, AES_128) for parameters in (0, 1, 2)),
    *(AgreementChoice(parameters, AES_192, Written.NAMED) for parameters in (2, 9, 13, 17)),
    *(AgreementChoice(parameters, TDES, Written.STANDARDISED) for parameters in (0, 13)),
]


@pytest.mark.parametrize(
    "choice", AGREEMENTS, ids=lambda choice: f"{choice.parameters}-{choice.cipher}-{choice.written}"
)
def test_a_chip_proves_itself_by_every_kind_of_key(read_here: Read, issue: Issue, choice: AgreementChoice) -> None:
    assert found(read_here(issue(profile=ChipProfile(chip_authentication=(choice,)))), "chip_authentication") == PROVEN


@pytest.mark.parametrize(
    "choices", [(AgreementChoice(2, AES_128),), (AgreementChoice(13, TDES), AgreementChoice(12, AES_256))]
)
@pytest.mark.parametrize("extended", [True, False])
def test_a_chip_proves_one_of_its_keys_over_every_wire(
    read: Read, issue: Issue, choices: tuple[AgreementChoice, ...], extended: bool
) -> None:
    profile = ChipProfile(chip_authentication=choices, extended_length=extended, optional_groups=frozenset({7}))
    document = read(issue(profile=profile), wishes=Wishes(details=True))
    assert found(document, "chip_authentication") == PROVEN
    assert Ef.DG7 in document.files  # read with the new keys


# Active authentication


SIGNING = [
    *(SigningChoice(hash_name, bits=bits) for hash_name in ("sha1", "sha256", "sha512") for bits in (1024, 1280)),
    *(SigningChoice(hash_name, bits=2048) for hash_name in ("sha224", "sha384")),
    SigningChoice("sha1", curve=9),
    SigningChoice("sha224", curve=10),
    SigningChoice("sha256", curve=12, der=True),
    SigningChoice("sha256", curve=13, explicit=True),
    SigningChoice("sha384", curve=16, der=True),
    SigningChoice("sha512", curve=18),
]


@pytest.mark.parametrize("choice", SIGNING, ids=lambda choice: f"{choice.curve or choice.bits}-{choice.hash_name}")
def test_a_chip_signs_with_every_kind_of_key(read_here: Read, issue: Issue, choice: SigningChoice) -> None:
    document = read_here(issue(profile=ChipProfile(active_authentication=choice)))
    assert found(document, "active_authentication") == PROVEN


@pytest.mark.parametrize(
    "choice", [SigningChoice(bits=3072), SigningChoice(curve=12), SigningChoice(curve=13, der=True)]
)
@pytest.mark.parametrize("extended", [True, False])
def test_a_chip_signs_over_every_wire(read: Read, issue: Issue, choice: SigningChoice, extended: bool) -> None:
    document = read(issue(profile=ChipProfile(active_authentication=choice, extended_length=extended)))
    assert found(document, "active_authentication") == PROVEN


# Terminal authentication


def assert_fingers_read(document: TravelDocument, passport: Passport) -> None:
    assert found(document, "terminal_authentication") == AUTHORISED
    assert document.files[Ef.DG3] == passport.files[Ef.DG3]


@pytest.mark.parametrize("suite", TerminalSuite, ids=lambda suite: suite.name)
def test_a_terminal_of_every_suite_reads_the_fingers(
    read_here: Read, issue: Issue, inspection_system: InspectionSystem, suite: TerminalSuite
) -> None:
    profile = ChipProfile(
        chip_authentication=(AgreementChoice(),), terminal_authentication=suite, optional_groups=frozenset({3})
    )
    passport = issue(profile=profile)
    assert_fingers_read(read_here(passport, wishes=Wishes(terminal=inspection_system("UTO", suite))), passport)


@pytest.mark.parametrize("profile", [GUARDED, MODULAR, MAPPED], ids=["elliptic", "modular", "mapping"])
def test_a_terminal_reads_the_fingers_over_every_wire(
    read: Read, issue: Issue, inspection_system: InspectionSystem, profile: ChipProfile
) -> None:
    passport = issue(profile=profile)
    assert_fingers_read(read(passport, wishes=Wishes(terminal=inspection_system())), passport)


@pytest.mark.parametrize("faults", [["bac_only"], ["extended_length_refused"], ["naked_6700_after_long_read"]])
def test_a_terminal_reads_the_fingers_of_a_difficult_chip(
    read_here: Read, issue: Issue, inspection_system: InspectionSystem, faults: list[str]
) -> None:
    passport = issue(profile=GUARDED)
    document = read_here(passport, faults=faults, wishes=Wishes(terminal=inspection_system()))
    assert_fingers_read(document, passport)


def test_a_chip_made_before_the_last_change_of_keys_is_led_over_the_link(
    read: Read, issue: Issue, inspection_system: InspectionSystem
) -> None:
    profile = ChipProfile(
        chip_authentication=(AgreementChoice(),),
        terminal_authentication=TerminalSuite.ECDSA_SHA256,
        trusts_first_cvca=True,
        optional_groups=frozenset({3}),
    )
    passport = issue(profile=profile)
    assert_fingers_read(read(passport, wishes=Wishes(terminal=inspection_system(link=True))), passport)
    document = read(passport, wishes=Wishes(terminal=inspection_system()))
    assert found(document, "terminal_authentication") == (Outcome.UNDETERMINED, "certificate_refused")
    assert Ef.DG3 not in document.files


@pytest.mark.parametrize("profile", [GUARDED, MAPPED], ids=["elliptic", "mapping"])
def test_a_session_dropped_among_the_fingers_is_proven_anew(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime, inspection_system: InspectionSystem, profile: ChipProfile
) -> None:
    """DG3 is open to nobody but a terminal that has proven itself in this very session."""
    passport = issue(profile=profile)
    with laid(passport) as card:
        dropping = Dropping(card)

        def drop(progress: Progress) -> None:
            if progress.file == "EF_DG3" and dropping.times < 2:
                dropping.before.add(dropping.commands)

        document = read_document(
            dropping,
            key_of(passport),
            trust,
            at=at,
            wishes=Wishes(terminal=inspection_system()),
            listener=Listener(progress=drop),
        )
    assert dropping.times == 2
    assert_fingers_read(document, passport)
    assert found(document, "chip_authentication") == PROVEN


@pytest.mark.parametrize("profile", [GUARDED, MAPPED], ids=["elliptic", "mapping"])
def test_a_copy_slipped_in_among_the_fingers_is_found(
    issue: Issue, trust: TrustStore, at: datetime, inspection_system: InspectionSystem, profile: ChipProfile
) -> None:
    passport = issue(profile=profile)
    card = InProcessCard(SimulatedChip(passport))
    copy = SimulatedChip(passport, faults=["clone"])

    def swap(progress: Progress) -> None:
        card.chip = copy if progress.file == "EF_DG3" else card.chip

    wishes = Wishes(terminal=inspection_system())
    document = read_document(card, key_of(passport), trust, at=at, wishes=wishes, listener=Listener(progress=swap))
    assert found(document, "chip_authentication") == (Outcome.FAILED, "chip_key_mismatch")
    assert found(document, "terminal_authentication") == (Outcome.UNDETERMINED, "chip_not_authenticated")
    assert Ef.DG3 not in document.files


# The document


@pytest.mark.parametrize("suite", Suite)
@pytest.mark.parametrize("version", [0, 1])
def test_a_document_signed_in_every_suite_is_verified(
    read_here: Read, issue: Issue, complete: TrustStore, suite: Suite, version: int
) -> None:
    document = read_here(issue(profile=ChipProfile(signer=suite, sod_version=version)), by=complete)
    for check in ("sod_hash", "sod_signature", "certificate_chain", "certificate_validity", "revocation"):
        assert document.outcome(check) is Outcome.SUCCESSFUL, check


@pytest.mark.parametrize("record", FaceRecord)
@pytest.mark.parametrize("picture", Picture)
def test_a_portrait_of_every_format_is_read(read: Read, issue: Issue, record: FaceRecord, picture: Picture) -> None:
    document = read(issue(profile=ChipProfile(face_record=record, picture=picture)))
    assert found(document, "face_image") == (Outcome.SUCCESSFUL, "decoded")
    assert document.face is not None
    assert (document.face.width, document.face.height) == (414, 540)


@pytest.mark.parametrize("extended", [True, False])
def test_a_file_beyond_32_kilobytes_is_read_to_its_end(read: Read, issue: Issue, world: World, extended: bool) -> None:
    """The rest of it is out of the reach of READ BINARY with an even instruction (Doc 9303-10 §3.6.3)."""
    noise = np.random.default_rng(2).integers(0, 255, (300, 240, 3), dtype=np.uint8)
    written = io.BytesIO()
    Image.fromarray(noise).save(written, "JPEG", quality=80)
    holder = replace(issue().holder, portrait_jpeg=written.getvalue())
    passport = world.issue(holder, profile=ChipProfile(extended_length=extended))
    assert len(passport.files[Ef.DG2]) > 0x9000
    assert read(passport).files[Ef.DG2] == passport.files[Ef.DG2]
