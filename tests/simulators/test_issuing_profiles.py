"""What a chip is asked to be, it is: its files, keys, formats and signatures, by readers that share no code with it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from asn1crypto import cms
from cryptography import x509
from PIL import Image

from passport_reader import lds
from passport_reader.data_groups.face_image import portrait, require_decodable
from passport_reader.document import Outcome, UnusableData
from passport_reader.pki.authentication import passive
from passport_reader.pki.trust import TrustStore
from simulators.chip.apdu import objects
from simulators.chip.domain_parameters import CURVES
from simulators.chip.personalisation import AgreementKey
from simulators.issuing import STATES, ChipProfile, Holder, Passport, World, modern
from simulators.issuing.authorities import Authority
from simulators.issuing.profile import AgreementChoice, FaceRecord, Mapping, PaceChoice, Picture, SigningChoice, Written
from simulators.issuing.security_infos import mapping_public_key
from simulators.issuing.states import SUITES, Suite

WORLD = World(7)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
JPEG = cv2.imencode(".jpg", np.full((531, 413, 3), 128, np.uint8))[1].tobytes()
HANAKO = Holder("Ito", "Hanako", "UTO", "UTO", date(1990, 1, 2), "F", date(2030, 5, 6), "TK1234567", JPEG)

UNKNOWN_TO_OPENSSL = {
    suite for suite, made in SUITES.items() if made.explicit or made.curve == 11 or made.hash_name == "sha1"
}
"""Or rather to its binding: explicit parameters, brainpoolP224r1, and certificates with SHA-1."""


def issued(profile: ChipProfile, *faults: str) -> Passport:
    return WORLD.issue(HANAKO, profile=profile, faults=faults)


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    return TrustStore.from_master_list(
        WORLD.master_list(), roots=[WORLD.master_list_root], revocation_lists=WORLD.revocation_lists()
    )


def failed(passport: Passport, trust: TrustStore) -> set[str]:
    findings = passive(passport.files, trust, NOON)
    return {finding.check for finding in findings if finding.outcome is not Outcome.SUCCESSFUL}


@pytest.mark.parametrize("suite", Suite)
def test_a_security_object_of_every_suite_verifies(suite: Suite, trust: TrustStore) -> None:
    assert failed(issued(ChipProfile(signer=suite)), trust).isdisjoint(
        {"sod_hash", "sod_signature", "certificate_chain"}
    )


@pytest.mark.parametrize("suite", [suite for suite in Suite if suite not in UNKNOWN_TO_OPENSSL])
def test_openssl_believes_a_signer_of_every_suite(suite: Suite) -> None:
    authority = Authority(replace(STATES["UTO"], suite=suite), "test")
    root = x509.load_der_x509_certificate(authority.csca.der)
    signer = x509.load_der_x509_certificate(authority.signer("current").der)
    signer.verify_directly_issued_by(root)
    revoked = x509.load_der_x509_crl(authority.revocation_list())
    assert revoked.is_signature_valid(root.public_key())


@pytest.mark.parametrize("code", STATES)
def test_a_modern_passport_of_every_state_passes_passive_authentication(code: str, trust: TrustStore) -> None:
    passport = WORLD.issue(replace(HANAKO, issuing_state=code), profile=modern(STATES[code]))
    assert failed(passport, trust) == set()


@pytest.mark.parametrize("fault", ["explicit_curve_parameters", "pss_other_hash"])
def test_unusual_signers_are_genuine_all_the_same(fault: str, trust: TrustStore) -> None:
    passport = issued(ChipProfile(), fault)
    assert failed(passport, trust) == set()
    info = cms.ContentInfo.load(objects(passport.files[0x011D])[0][1])["content"]
    signer = info["signer_infos"][0]
    if fault == "pss_other_hash":
        hashed = signer["signature_algorithm"]["parameters"]["hash_algorithm"]["algorithm"].native
        assert (hashed, signer["digest_algorithm"]["algorithm"].native) == ("sha512", "sha256")
    else:
        key = info["certificates"][0].chosen["tbs_certificate"]["subject_public_key_info"]["algorithm"]
        assert key["parameters"].name == "specified"


@pytest.mark.parametrize("picture", Picture)
def test_a_portrait_is_a_jpeg_or_a_jpeg_2000(picture: Picture) -> None:
    face = portrait(issued(ChipProfile(picture=picture)).files[0x0102])
    require_decodable(face)
    assert face.media_type == ("image/jpeg" if picture is Picture.JPEG else "image/jp2")


def test_a_corrupt_jpeg_2000_looks_like_one_and_is_none() -> None:
    face = portrait(issued(ChipProfile(), "corrupt_jpeg2000").files[0x0102])
    assert face.media_type == "image/jp2"
    with pytest.raises(UnusableData):
        require_decodable(face)


@pytest.mark.parametrize("picture", Picture)
def test_a_tampered_portrait_shows_the_same_in_other_bytes(picture: Picture, trust: TrustStore) -> None:
    passport = issued(ChipProfile(picture=picture), "dg2_tampered")
    require_decodable(portrait(passport.files[0x0102]))
    assert failed(passport, trust) == {"sod_hash"}


def test_a_face_in_asn1_nests_as_the_sample_of_the_standard(data: Path) -> None:
    sample = (data / "emrtd" / "iso39794" / "ICAO_39794_5_AP_DG2_AllFields.dat").read_bytes()
    ours = issued(ChipProfile(face_record=FaceRecord.ISO_39794_5)).files[0x0102]
    path = [0x75, 0x7F61, 0x7F60, 0x7F2E, 0xA1, 0x65, 0xA1, 0x30, 0xA1, 0xA0, 0xA0]
    image, theirs = (nested(file, path) for file in (ours, sample))
    assert image[0x80] == JPEG
    assert theirs.keys() >= image.keys()
    assert dict(objects(image[0xA1])).keys() <= dict(objects(theirs[0xA1])).keys()


def nested(data: bytes, path: list[int]) -> dict[int, bytes]:
    """The objects in a template, by the tags that lead to it."""
    for tag in path:
        data = dict(objects(data))[tag]
    return dict(objects(data))


def test_fingers_are_wsq_images_in_their_records() -> None:
    group = nested(issued(ChipProfile(optional_groups=frozenset({3}))).files[0x0103], [0x63, 0x7F61])
    record = dict(objects(group[0x7F60]))[0x5F2E]
    assert (group[0x02], record[:8]) == (b"\x02", b"FIR\x00010\x00")
    with Image.open(io.BytesIO(record[32 + 14 :])) as image:
        assert (image.format, image.size) == ("WSQ", (300, 400))


def test_every_data_group_asked_for_is_there_listed_and_signed(trust: TrustStore) -> None:
    profile = ChipProfile(
        active_authentication=SigningChoice(curve=12), optional_groups=frozenset({3, 7, 11, 12, 13, 16})
    )
    passport = issued(profile)
    listed = lds.common_data(passport.files[0x011E]).data_groups
    assert listed == (1, 2, 3, 7, 11, 12, 13, 14, 15, 16)
    assert {0x0100 + number for number in listed} <= passport.files.keys()
    assert failed(passport, trust) == set()


@pytest.mark.parametrize("number", [11, 12])
def test_details_begin_with_the_list_of_their_tags(number: int) -> None:
    (template,) = objects(issued(ChipProfile(optional_groups=frozenset({number}))).files[0x0100 + number])
    (_, listed), *elements = objects(template[1])
    told = [tag if tag != 0xA0 else 0x5F0F for tag, _ in elements]  # other names have a template of their own
    assert listed == b"".join(tag.to_bytes(2, "big") for tag in told)


def test_data_group_14_and_card_access_tell_the_same_of_pace() -> None:
    choices = (PaceChoice(Mapping.CHIP_AUTHENTICATION), PaceChoice(Mapping.INTEGRATED, 4, 12), PaceChoice(parameters=2))
    files = issued(ChipProfile(pace=choices)).files
    told = [lds.security_infos(data) for data in (files[0x011C], objects(files[0x010E])[0][1])]
    assert told[0] == told[1]
    assert {info.oid.removeprefix("0.4.0.127.0.7.2.2.4.") for info in told[0]} == {"6.2", "4.4", "1.2"}


@pytest.mark.parametrize(
    ("written", "parameters"), [(Written.EXPLICIT, 0x30), (Written.NAMED, 6), (Written.STANDARDISED, 2)]
)
def test_a_chips_public_key_names_its_curve_in_one_of_three_ways(written: Written, parameters: int) -> None:
    passport = issued(ChipProfile(pace=(), chip_authentication=(AgreementChoice(16, 3, written),)))
    infos = lds.security_infos(objects(passport.files[0x010E])[0][1])
    told = {info.oid.removeprefix("0.4.0.127.0.7.2.2."): info for info in infos}
    assert set(told) == {"1.2", "3.2.3"}
    (_, algorithm), (_, bits) = objects(told["1.2"].required.value)
    (made,) = passport.personalisation.agreement_keys
    assert bits[1:] == made.group.power(made.private, made.group.generator)
    assert objects(algorithm)[1][0] == parameters


def test_the_public_key_of_chip_authentication_mapping_is_written_as_in_appendix_i() -> None:
    info = mapping_public_key(AgreementKey(CURVES[13], 1, key_id=13))
    printed = "3062060904007F0007020201023052300C060704007F0007010202010D034200" + "04"
    assert info.hex().upper().startswith(printed)
    assert info.hex().upper().endswith("02010D")


def test_a_stripped_data_group_15_is_still_in_the_security_object() -> None:
    passport = issued(ChipProfile(active_authentication=SigningChoice(curve=12)), "dg15_stripped")
    assert 0x010F not in passport.files
    assert 15 not in lds.common_data(passport.files[0x011E]).data_groups
    sod = cms.ContentInfo.load(objects(passport.files[0x011D])[0][1])["content"]["encap_content_info"]["content"].native
    assert b"\x02\x01\x0f\x04" in sod


def test_a_link_certificate_joins_two_keys_of_a_state_and_maybe_two_names() -> None:
    for old, new, link in zip(
        WORLD.first_country_signing_certificates(),
        WORLD.country_signing_certificates(),
        WORLD.link_certificates(),
        strict=True,
    ):
        first, current, joined = (x509.load_der_x509_certificate(der) for der in (old, new, link))
        joined.verify_directly_issued_by(first)
        assert joined.subject == current.subject
        assert joined.public_key() == current.public_key()
        renamed = first.subject != current.subject
        assert renamed == any(extension.oid.dotted_string == "2.23.136.1.1.6.1" for extension in joined.extensions)
