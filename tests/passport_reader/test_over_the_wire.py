"""The same suite three times: the chip in this process, over vpcd's protocol, and through pcscd and pyscard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from passport_reader.card.messaging import MessagingFailed
from passport_reader.data_groups.portrait_stream import Arriving
from passport_reader.document import ChipLost, ChipRefused, Outcome
from passport_reader.lds import Ef
from passport_reader.pki.trust import TrustStore
from passport_reader.protocols.access import AccessDenied, CanKey, MrzKey
from passport_reader.reading import Listener, Progress, ReadingCancelled, Wishes, read_document
from simulators.issuing import ChipProfile, Passport
from tests.passport_reader.wires import Lay, Read, found, key_of

Issue = Callable[..., Passport]


@pytest.mark.parametrize("state", ["JPN", "UTO", "XAA", "QMA"])
def test_a_genuine_passport_passes_every_check_that_can_be_made(read: Read, issue: Issue, state: str) -> None:
    """Four States: AES and 3DES, NIST and brainpool, ECDSA, RSA and RSA-PSS."""
    passport = issue(state)
    document = read(passport)
    assert document.mrz is not None
    assert document.mrz.lines == passport.mrz_lines
    assert document.face is not None
    assert document.face.data == passport.portrait
    for check in ("mrz", "access_control", "sod_hash", "sod_signature", "certificate_chain", "certificate_validity",
                  "face_image"):  # fmt: skip
        assert document.outcome(check) is Outcome.SUCCESSFUL, check
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "pace")
    assert found(document, "revocation") == (Outcome.UNDETERMINED, "no_revocation_list")
    for check in ("active_authentication", "chip_authentication", "terminal_authentication"):
        assert found(document, check) == (Outcome.NOT_SUPPORTED, "not_offered")
    assert set(document.files) >= {Ef.COM, Ef.SOD, Ef.DG1, Ef.DG2, Ef.DG14, Ef.CARD_ACCESS}
    assert {file: passport.files[file] for file in document.files} == document.files


def test_the_card_access_number_opens_a_chip_too(read: Read, issue: Issue) -> None:
    passport = issue("UTO")
    assert found(read(passport, key=CanKey(passport.can)), "access_control") == (Outcome.SUCCESSFUL, "pace")


@pytest.mark.parametrize("form", ["TD1", "TD2"])
def test_cards_are_read_like_passports(read: Read, issue: Issue, form: str) -> None:
    document = read(issue("UTO", format=form))
    assert document.mrz is not None
    assert document.mrz.format == form


def test_an_old_chip_that_never_offered_pace_opens_by_basic_access_control(read: Read, issue: Issue) -> None:
    document = read(issue("UTO", faults=["bac_only"]))
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "bac")
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


@pytest.mark.parametrize("fault", ["bac_only", "pace_fails_then_bac"])
def test_a_downgrade_to_basic_access_control_is_never_silent(read: Read, issue: Issue, fault: str) -> None:
    """`bac_only` hides EF.CardAccess, as a relay would; the signed DG14 still tells of PACE."""
    document = read(issue("UTO"), faults=[fault])
    assert found(document, "access_control") == (Outcome.FAILED, "pace_downgraded_to_bac")
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL


def test_a_card_access_number_never_falls_back(laid: Lay, issue: Issue, trust: TrustStore, at: datetime) -> None:
    passport = issue("UTO")
    with laid(passport, faults=["pace_fails_then_bac"]) as card, pytest.raises(ChipRefused):
        read_document(card, CanKey(passport.can), trust, at=at)


@pytest.mark.parametrize("faults", [[], ["bac_only"]])
def test_the_wrong_page_opens_nothing(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime, faults: list[str]
) -> None:
    wrong = MrzKey("AB1234567", "900504", "310302")
    with laid(issue("UTO"), faults=faults) as card, pytest.raises(AccessDenied):
        read_document(card, wrong, trust, at=at)


def test_a_chip_that_does_not_know_its_own_password_is_refused(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = issue("UTO")
    with laid(passport, faults=["wrong_authentication_token"]) as card, pytest.raises(AccessDenied):
        read_document(card, key_of(passport), trust, at=at)


def test_an_answer_that_was_changed_on_the_way_ends_the_reading(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime
) -> None:
    passport = issue("UTO")
    with laid(passport, faults=["lies_in_mac"]) as card, pytest.raises(MessagingFailed):
        read_document(card, key_of(passport), trust, at=at)


@pytest.mark.parametrize("fault", [
    "extended_length_refused", "naked_6700_after_long_read", "le_over_160_refused", "le_256_answered_6b00",
])  # fmt: skip
def test_a_chip_that_refuses_long_reads_is_read_in_shorter_ones(read: Read, issue: Issue, fault: str) -> None:
    passport = issue("JPN")
    document = read(passport, faults=[fault])
    assert document.face is not None
    assert document.face.data == passport.portrait
    assert found(document, "access_control") == (Outcome.SUCCESSFUL, "pace")


@pytest.mark.parametrize(("fault", "check", "expected"), [
    ("dg2_tampered", "sod_hash", (Outcome.FAILED, "hash_mismatch")),
    ("sod_of_another", "sod_hash", (Outcome.FAILED, "hash_mismatch")),
    ("unknown_issuer", "certificate_chain", (Outcome.UNDETERMINED, "issuer_unknown")),
    ("expired_signer", "certificate_validity", (Outcome.FAILED, "signed_outside_validity")),
])  # fmt: skip
def test_a_bad_document_ends_in_the_finding_that_names_it(
    read: Read, issue: Issue, fault: str, check: str, expected: tuple[Outcome, str]
) -> None:
    document = read(issue("UTO", faults=[fault]))
    assert found(document, check) == expected
    assert found(document, "sod_signature") == (Outcome.SUCCESSFUL, "signature_valid")


@pytest.mark.parametrize("torn_after", [1, 3, 7, 12])
def test_a_chip_torn_away_is_lost_and_reads_well_when_laid_again(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime, torn_after: int
) -> None:
    passport = issue("UTO")
    with laid(passport, tear_after=torn_after) as card, pytest.raises(ChipLost):
        read_document(card, key_of(passport), trust, at=at)
    with laid(passport) as card:
        assert read_document(card, key_of(passport), trust, at=at).outcome("sod_hash") is Outcome.SUCCESSFUL


def test_progress_counts_every_file_to_its_end(laid: Lay, issue: Issue, trust: TrustStore, at: datetime) -> None:
    told: list[Progress] = []
    passport = issue("UTO")
    with laid(passport) as card:
        read_document(card, key_of(passport), trust, at=at, listener=Listener(progress=told.append))
    whole = [item.file for item in told if item.done == item.total]
    assert whole == ["EF_SOD", "EF_DG1", "EF_DG2", "EF_DG14", "EF_COM"]
    assert all(0 < item.done <= item.total for item in told)


def test_the_portrait_can_be_looked_at_while_it_arrives(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime
) -> None:
    """Face detection need not wait for the end of the longest file."""
    arrived: list[Arriving] = []
    passport = issue("JPN")
    with laid(passport, faults=["extended_length_refused"]) as card:
        read_document(card, key_of(passport), trust, at=at, listener=Listener(portrait=arrived.append))
    assert [item.whole for item in arrived].index(True) == len(arrived) - 1
    assert arrived[-1].data == passport.portrait
    early, whole = arrived[len(arrived) // 2].rows(), arrived[-1].rows()
    assert early is not None
    assert whole is not None
    assert whole.shape == (540, 414, 3)
    assert 200 < len(early) < 300
    assert (early == whole[: len(early)]).all()
    assert arrived[0].rows() is None


def test_a_cancelled_reading_stops_within_one_command(laid: Lay, issue: Issue, trust: TrustStore, at: datetime) -> None:
    told: list[Progress] = []
    passport = issue("UTO")
    with laid(passport) as card, pytest.raises(ReadingCancelled):
        read_document(
            card,
            key_of(passport),
            trust,
            at=at,
            listener=Listener(progress=told.append, cancelled=lambda: len(told) == 2),
        )
    assert len(told) == 2


def test_an_optional_file_that_makes_no_sense_ends_nothing(
    laid: Lay, issue: Issue, trust: TrustStore, at: datetime
) -> None:
    genuine = issue("UTO", profile=ChipProfile(optional_groups=frozenset({11, 13})))
    garbled = replace(genuine, files={**genuine.files, Ef.DG13: b"\x6d\x80\x00\x00"})
    with laid(garbled) as card:
        document = read_document(card, key_of(garbled), trust, at=at, wishes=Wishes(details=True))
    assert ("EF_DG13", "file_unreadable") in [(item.file, item.code) for item in document.deviations]
    assert Ef.DG11 in document.files
    assert Ef.DG13 not in document.files
    assert document.outcome("sod_hash") is Outcome.SUCCESSFUL
