"""Passports of the simulated world are what the standard says, and each fault is exactly the fault it names."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import cv2
import numpy as np
import pytest
from asn1crypto import cms
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader import mrz
from passport_reader.data_groups.face_image import portrait
from passport_reader.document import Outcome
from passport_reader.pki.authentication import passive
from passport_reader.pki.trust import TrustStore
from simulators import issuing
from simulators.chip.access import access_information
from simulators.issuing import Holder, Passport, World, mrz_composition
from simulators.issuing.states import STATES

PORTRAIT = cv2.imencode(".jpg", np.full((531, 413, 3), 128, np.uint8))[1].tobytes()
HANAKO = Holder(
    "Ito", "Hanako", "JPN", "JPN", date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", portrait_jpeg=PORTRAIT
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return World(7)


@pytest.fixture(scope="module")
def trust(world: World) -> TrustStore:
    return TrustStore.from_master_list(
        world.master_list(), roots=[world.master_list_root], revocation_lists=world.revocation_lists()
    )


def failed(passport: Passport, trust: TrustStore) -> set[str]:
    findings = passive(passport.files, trust, NOON)
    return {finding.check for finding in findings if finding.outcome is not Outcome.SUCCESSFUL}


@pytest.mark.parametrize("code", STATES)
def test_a_passport_of_every_state_passes_passive_authentication(world: World, trust: TrustStore, code: str) -> None:
    assert failed(world.issue(replace(HANAKO, issuing_state=code)), trust) == set()


@pytest.mark.parametrize(
    ("fault", "checks"),
    [
        ("dg2_tampered", {"sod_hash"}),
        ("sod_of_another", {"sod_hash"}),
        ("unknown_issuer", {"certificate_chain", "revocation", "trust_source"}),
        ("expired_signer", {"certificate_validity"}),
        ("revoked_signer", {"revocation"}),
        ("mrz_mismatch", set()),
        ("bac_only", set()),
    ],
)
def test_a_fault_fails_its_own_check_and_no_other(
    world: World, trust: TrustStore, fault: str, checks: set[str]
) -> None:
    assert failed(world.issue(HANAKO, faults={fault}), trust) == checks


def test_a_passport_of_another_world_has_an_unknown_issuer(trust: TrustStore) -> None:
    assert "certificate_chain" in failed(World(8).issue(HANAKO), trust)


def test_a_tampered_portrait_still_looks_like_a_portrait(world: World) -> None:
    face = portrait(world.issue(HANAKO, faults={"dg2_tampered"}).files[0x0102])
    picture = cv2.imdecode(np.frombuffer(face.data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert face.data != PORTRAIT


def test_a_mismatched_page_opens_the_chip_all_the_same(world: World) -> None:
    passport = world.issue(HANAKO, faults={"mrz_mismatch"})
    assert passport.mrz_lines != passport.chip_mrz_lines
    page, chip = (access_information(at) for at in (passport.mrz_lines, passport.chip_mrz_lines))
    assert page == chip


def test_the_chip_carries_the_portrait_byte_for_byte(world: World) -> None:
    face = portrait(world.issue(HANAKO).files[0x0102])
    assert (face.data, face.width, face.height) == (PORTRAIT, 413, 531)


def test_the_security_object_lists_every_data_group_with_its_hash(world: World) -> None:
    files = world.issue(HANAKO).files
    sod = cms.ContentInfo.load(files[0x011D][4:])["content"]["encap_content_info"]["content"].native
    assert all(hashlib.sha256(files[group]).digest() in sod for group in (0x0101, 0x0102, 0x010E))


def test_every_certificate_says_that_it_is_simulated(world: World) -> None:
    for der in world.country_signing_certificates():
        assert "SIMULATED" in x509.load_der_x509_certificate(der).subject.rfc4514_string()


def test_the_same_seed_gives_the_same_identities() -> None:
    one, other = World(3).issue(HANAKO), World(3).issue(HANAKO)
    assert (one.mrz_lines, one.can) == (other.mrz_lines, other.can)


names = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabc -'", min_size=0, max_size=45)


@settings(max_examples=60, deadline=None)
@given(
    surname=names.filter(lambda name: name.strip(" -'")),
    given_names=names,
    number=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=9),
    birth=st.dates(date(1930, 1, 1), date(2025, 1, 1)),
    form=st.sampled_from(["TD1", "TD2", "TD3"]),
    sex=st.sampled_from("MFX"),
)
def test_every_zone_printed_is_one_the_reader_accepts(
    surname: str, given_names: str, number: str, birth: date, form: str, sex: str
) -> None:
    holder = Holder(surname, given_names, "UTO", "D", birth, sex, date(2031, 3, 4), number, PORTRAIT, form)
    read = mrz.parse("\n".join(mrz_composition.compose(holder)))
    assert (read.format, read.document_number, read.birth_date, read.sex) == (form, number, birth, sex)


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        (replace(HANAKO, issuing_state="ZZZ"), "no issuing state"),
        (replace(HANAKO, surname="伊藤"), "transliterate"),
        (replace(HANAKO, document_number="TK12345678"), "nine characters"),
        (replace(HANAKO, format="TD9"), "no such document format"),
        (replace(HANAKO, portrait_jpeg=b"GIF89a"), "JPEG"),
        (replace(HANAKO, portrait_jpeg=b"\xff\xd8"), "no frame"),
    ],
)
def test_what_cannot_be_issued_is_refused_in_a_sentence(world: World, holder: Holder, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        world.issue(holder)


def test_an_unknown_fault_is_refused(world: World) -> None:
    with pytest.raises(issuing.UnknownFault, match="dg2_tampred"):
        world.issue(HANAKO, faults={"dg2_tampred"})
