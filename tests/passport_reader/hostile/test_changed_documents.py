"""Passports whose files were changed, swapped or taken away, and security objects that say what was never signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from asn1crypto import cms

from passport_reader import lds, tlv
from passport_reader.document import Outcome
from passport_reader.lds import Ef
from passport_reader.pki import authentication
from simulators.issuing import FAULTS as ISSUING_FAULTS
from simulators.issuing import Passport, lds_writer
from simulators.issuing.authorities import Authority
from tests.fuzz.lying_chip import LyingChip
from tests.passport_reader.hostile.forgery import (
    Case,
    Office,
    assert_ends_as_it_must,
    doubted,
    fails,
    groups_of,
    read,
    rewritten,
    signed_anew,
    with_content,
    with_files,
)

SHA256, MD5 = "2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.5"


def taking(*files: int) -> Callable[[Office], Passport]:
    """The genuine passport with these files of another."""
    return lambda office: with_files(office.genuine, {file: office.other.files[file] for file in files})


def without(*files: int) -> Callable[[Office], Passport]:
    return lambda office: with_files(office.genuine, dict.fromkeys(files))


def saying(file: int, data: bytes) -> Callable[[Office], Passport]:
    return lambda office: with_files(office.genuine, {file: data})


def listing(hashes: list[tuple[int, bytes]], oid: str = SHA256) -> bytes:
    """An LDSSecurityObject of these entries (Doc 9303-10 §4.6.2.3)."""
    entries = [
        tlv.encode(0x30, tlv.encode(0x02, bytes([number])) + tlv.encode(0x04, digest)) for number, digest in hashes
    ]
    algorithm = tlv.encode(0x30, tlv.encode(0x06, lds.encode_oid(oid)))
    return tlv.encode(0x30, b"\x02\x01\x00" + algorithm + tlv.encode(0x30, b"".join(entries)))


def hashes_of(passport: Passport) -> list[tuple[int, bytes]]:
    return [(file & 0xFF, hashlib.sha256(data).digest()) for file, data in sorted(groups_of(passport).items())]


def signing(content: Callable[[Passport], bytes], kind: str = "2.23.136.1.1.1") -> Callable[[Office], Passport]:
    return lambda office: with_content(office.genuine, content(office.genuine), office.signer, kind)


def changing(change: Callable[[Any, Office], None]) -> Callable[[Office], Passport]:
    return lambda office: rewritten(office.genuine, lambda parsed: change(parsed, office))


def forgers_message(office: Office) -> cms.SignedData:
    """Over the stranger's data groups, by a signer that nobody certified."""
    signer = Authority(office.state, "forger").signer("current")
    forged = signed_anew(office.other, signer)
    return cms.ContentInfo.load(tlv.value(forged.files[Ef.SOD], 0x77))["content"]


def forger_signs_first(parsed: Any, office: Office) -> None:
    forged = forgers_message(office)
    parsed["certificates"] = [*forged["certificates"], *parsed["certificates"]]
    parsed["signer_infos"] = [forged["signer_infos"][0], parsed["signer_infos"][0]]


def genuine_signs_the_forgers_content(parsed: Any, office: Office) -> None:
    forged = forgers_message(office)
    parsed["encap_content_info"] = forged["encap_content_info"]
    parsed["signer_infos"] = [parsed["signer_infos"][0], forged["signer_infos"][0]]


def content_replaced(parsed: Any, office: Office) -> None:
    parsed["encap_content_info"] = forgers_message(office)["encap_content_info"]


def digest_made_to_fit(parsed: Any, office: Office) -> None:
    """The content is the forger's, and the message digest is that of the new content, under the old signature."""
    content_replaced(parsed, office)
    digest = hashlib.sha256(bytes(parsed["encap_content_info"]["content"])).digest()
    for attribute in parsed["signer_infos"][0]["signed_attrs"]:
        if attribute["type"].native == "message_digest":
            attribute["values"] = [digest]


def attributes_taken_away(parsed: Any, office: Office) -> None:
    """The signature of the attributes is passed off as one of the content."""
    parsed["signer_infos"][0]["signed_attrs"] = None


def signature_emptied(parsed: Any, office: Office) -> None:
    parsed["signer_infos"][0]["signature"] = b""


def digest_named_otherwise(parsed: Any, office: Office) -> None:
    parsed["signer_infos"][0]["digest_algorithm"] = {"algorithm": "md5"}


def certificate_taken_away(parsed: Any, office: Office) -> None:
    parsed["certificates"] = []


def unlisted(*files: int) -> Callable[[Office], Passport]:
    def made(office: Office) -> Passport:
        listed = {file: data for file, data in groups_of(office.genuine).items() if file not in files}
        return signed_anew(office.genuine, office.signer, listed=listed)

    return made


def clone(office: Office) -> LyingChip:
    return LyingChip(office.genuine, faults=["clone"])


def hiding_clone(office: Office) -> LyingChip:
    """Its EF.COM, which nobody signs, says that there is nothing to prove."""
    common = lds_writer.presence({Ef.DG1: b"", Ef.DG2: b""}, "0107")
    return LyingChip(with_files(office.genuine, {Ef.COM: common}), faults=["clone"])


def clone_with_its_own_keys(office: Office) -> Passport:
    """The genuine holder's files, DG14 and DG15 of a chip that the forger has, and that chip's keys."""
    swapped = {file: office.other.files[file] for file in (Ef.DG14, Ef.DG15)}
    return replace(with_files(office.genuine, swapped), personalisation=office.other.personalisation)


CASES: dict[str, Case] = {
    "another name in DG1": fails("sod_hash", "hash_mismatch", taking(Ef.DG1)),
    "another portrait": fails("sod_hash", "hash_mismatch", lambda office: office.passport(faults=["dg2_tampered"])),
    "another portrait, other clone checks too": fails("sod_hash", "hash_mismatch", taking(Ef.DG2, Ef.DG14, Ef.DG15)),
    "the security object of another": fails("sod_hash", "hash_mismatch", taking(Ef.SOD)),
    "a byte behind the last of DG1": fails(
        "sod_hash",
        "hash_mismatch",
        lambda office: with_files(
            office.genuine, {Ef.DG1: tlv.encode(0x61, tlv.value(office.genuine.files[Ef.DG1], 0x61) + b"\0\0")}
        ),
    ),
    "DG1 in the place of DG2": fails(
        "sod_hash", "hash_mismatch", lambda office: with_files(office.genuine, {Ef.DG2: office.genuine.files[Ef.DG1]})
    ),
    "no security object": doubted("sod_hash", "sod_missing", without(Ef.SOD)),
    "a security object of nothing": fails("sod_hash", "sod_unusable", saying(Ef.SOD, b"\x77\x00")),
    "a security object of zeros": fails(
        "sod_signature", "sod_unusable", saying(Ef.SOD, b"\x77\x82\x08\x00" + bytes(2048))
    ),
    "no portrait": doubted("sod_hash", "data_group_missing", without(Ef.DG2)),
    "no identity": doubted("sod_hash", "data_group_missing", without(Ef.DG1)),
    "no identity, for the officer": doubted("mrz", "data_group_missing", without(Ef.DG1)),
    "DG14 stripped": doubted("chip_authentication", "offer_unknown", without(Ef.DG14)),
    "DG15 stripped": doubted(
        "active_authentication", "offer_unknown", lambda office: office.passport(faults=["dg15_stripped"])
    ),
    "PACE hidden, with DG14 that tells of it": doubted(
        "access_control", "pace_offer_unknown", without(Ef.CARD_ACCESS, Ef.DG14)
    ),
    "PACE hidden": fails("access_control", "pace_downgraded_to_bac", without(Ef.CARD_ACCESS)),
    "a clone": fails("chip_authentication", "chip_key_mismatch", clone),
    "a clone, by active authentication": fails("active_authentication", "chip_key_mismatch", clone),
    "a clone whose EF.COM hides its keys": fails("active_authentication", "chip_key_mismatch", hiding_clone),
    "a clone that brings its own DG14": doubted("chip_authentication", "offer_unknown", clone_with_its_own_keys),
    "a clone that brings its own DG15": doubted("active_authentication", "key_unsigned", clone_with_its_own_keys),
    "a security object that does not list DG2": fails("sod_hash", "data_group_unlisted", unlisted(Ef.DG2)),
    "a security object that lists nothing": fails("sod_hash", "data_group_unlisted", signing(lambda _: listing([]))),
    "a security object that lists DG1 twice": fails(
        "sod_hash", "sod_unusable", signing(lambda passport: listing([*hashes_of(passport), (1, bytes(32))]))
    ),
    "a security object that lists DG17": fails(
        "sod_hash", "sod_unusable", signing(lambda passport: listing([*hashes_of(passport), (17, bytes(32))]))
    ),
    "hashes shorter than their algorithm's": fails(
        "sod_hash",
        "hash_mismatch",
        signing(lambda passport: listing([(n, digest[:4]) for n, digest in hashes_of(passport)])),
    ),
    "empty hashes": fails(
        "sod_hash",
        "hash_mismatch",
        signing(lambda passport: listing([(number, b"") for number, _ in hashes_of(passport)])),
    ),
    "hashes by an algorithm long broken": fails(
        "sod_hash",
        "sod_unusable",
        signing(lambda passport: listing([(number, bytes(16)) for number, _ in hashes_of(passport)], MD5)),
    ),
    "a signed message of another kind": fails(
        "sod_hash", "sod_unusable", signing(lambda passport: listing(hashes_of(passport)), "2.23.136.1.1.2")
    ),
    "a forger signs before the State": fails("certificate_chain", "sod_unusable", changing(forger_signs_first)),
    "a forger signs after the State": fails(
        "sod_signature", "sod_unusable", changing(genuine_signs_the_forgers_content)
    ),
    "the content of another message": fails("sod_signature", "signature_invalid", changing(content_replaced)),
    "the attributes of another message": fails("sod_signature", "signature_invalid", changing(digest_made_to_fit)),
    "no signed attributes": fails("sod_signature", "signature_invalid", changing(attributes_taken_away)),
    "an empty signature": fails("sod_signature", "signature_invalid", changing(signature_emptied)),
    "the message's digest by MD5": doubted("sod_signature", "algorithm_unsupported", changing(digest_named_otherwise)),
    "no certificate of the signer": doubted("sod_signature", "signer_missing", changing(certificate_taken_away)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_changed_document_ends_in_the_finding_that_names_it(office: Office, name: str) -> None:
    assert_ends_as_it_must(CASES[name], office)


def test_the_genuine_document_passes_whatever_is_checked(office: Office) -> None:
    document = read(LyingChip(office.genuine), office.trust)
    checks = (
        *authentication.PASSIVE,
        "access_control",
        "chip_authentication",
        "active_authentication",
        "mrz",
        "face_image",
    )
    assert {check: document.outcome(check) for check in checks} == dict.fromkeys(checks, Outcome.SUCCESSFUL)


@pytest.mark.parametrize("fault", ISSUING_FAULTS)
def test_no_fault_of_an_issuer_keeps_a_clone_from_being_one(office: Office, fault: str) -> None:
    """A copy of a passport with any other fault proves no key, and none of its files passes for another's."""
    document = read(LyingChip(office.passport(faults=[fault]), faults=["clone"]), office.trust)
    for check in ("chip_authentication", "active_authentication"):
        assert document.outcome(check) is not Outcome.SUCCESSFUL


def test_a_key_that_the_security_object_does_not_list_is_not_even_read(office: Office) -> None:
    """The State did not put it there."""
    document = read(LyingChip(unlisted(Ef.DG14, Ef.DG15)(office)), office.trust)
    for check in ("chip_authentication", "active_authentication"):
        assert document.outcome(check) is Outcome.NOT_SUPPORTED
    assert not {Ef.DG14, Ef.DG15} & set(document.files)
