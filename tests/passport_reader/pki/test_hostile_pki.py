"""A security object may be made by anybody: it ends in a finding, soon, and never in belief."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from asn1crypto import cms, core, keys, x509
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_reader.document import ChipFinding, Outcome, UnusableData
from passport_reader.pki import authentication, certificate, known_deviations, signed_data
from passport_reader.pki.revocation import RevocationList
from passport_reader.pki.trust import TrustStore

Findings = tuple[ChipFinding, ...]


@pytest.fixture(scope="module")
def store(press: Any, csca: Any) -> TrustStore:
    return TrustStore.from_certificates([csca.der], revocation_lists=[press.revocation_list(csca)])


@pytest.fixture(scope="module")
def genuine(press: Any, csca: Any) -> dict[int, bytes]:
    return press.passport(press.signer(csca))


def outcomes(findings: Findings) -> dict[str, tuple[Outcome, str]]:
    return {item.check: (item.outcome, item.code) for item in findings}


def all_passed(findings: Findings) -> bool:
    return {item.outcome for item in findings} == {Outcome.SUCCESSFUL}


def believed(files: dict[int, bytes]) -> tuple[object, ...]:
    """Everything of a security object that anybody signed, and by whom."""
    read = signed_data.security_object(files[0x011D])
    signer = read.signed.signer
    assert signer.certificate is not None
    return read.hashes, read.hash_name, signer.attributes, signer.signature, signer.certificate.signed


def test_the_genuine_passport_passes_everything(store: TrustStore, genuine: dict[int, bytes], now: datetime) -> None:
    assert all_passed(authentication.passive(genuine, store, now))


@settings(max_examples=300, deadline=None)
@given(draw=st.data())
def test_a_flipped_bit_is_noticed_or_lies_where_nobody_signed(
    store: TrustStore, genuine: dict[int, bytes], now: datetime, draw: st.DataObject
) -> None:
    """The version of a CMS message, say, is under no signature. What is believed is the same to the bit then."""
    sod = bytearray(genuine[0x011D])
    bit = draw.draw(st.integers(0, 8 * len(sod) - 1))
    sod[bit // 8] ^= 1 << bit % 8
    changed = genuine | {0x011D: bytes(sod)}
    if all_passed(authentication.passive(changed, store, now)):
        assert believed(changed) == believed(genuine)


@settings(max_examples=150, deadline=None)
@given(draw=st.data())
def test_a_flipped_bit_of_a_certificate_breaks_its_issuers_signature(
    store: TrustStore, genuine: dict[int, bytes], draw: st.DataObject
) -> None:
    (original,) = signed_data.security_object(genuine[0x011D]).signed.certificates
    der = bytearray(original.der)
    bit = draw.draw(st.integers(0, 8 * len(der) - 1))
    der[bit // 8] ^= 1 << bit % 8
    try:
        changed = certificate.parse(bytes(der))
    except UnusableData:
        return
    assert store.issuer(changed) is None or (changed.signed, changed.signature) == (original.signed, original.signature)


def rewritten(der: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    parsed = cms.ContentInfo.load(der)
    change(parsed["content"])
    return bytes(parsed.dump(force=True))


def message(press: Any, signer: Any) -> bytes:
    return press.message("2.23.136.1.1.1", press.security_object(press.groups()), signer)


def test_a_valid_signature_of_another_message_fails(press: Any, csca: Any, store: TrustStore, now: datetime) -> None:
    """The same signer's, of the same day."""
    signer = press.signer(csca)
    other = press.message("2.23.136.1.1.1", press.security_object({1: b"one", 2: b"two"}), signer)
    taken = cms.ContentInfo.load(other)["content"]["signer_infos"][0]

    def signature(parsed: cms.SignedData) -> None:
        parsed["signer_infos"][0]["signature"] = taken["signature"].native

    def signer_info(parsed: cms.SignedData) -> None:
        parsed["signer_infos"] = [taken.copy()]

    for change in (signature, signer_info):
        files = press.files(rewritten(message(press, signer), change))
        assert outcomes(authentication.passive(files, store, now))["sod_signature"] == (
            Outcome.FAILED, "signature_invalid",
        )  # fmt: skip


def test_another_signers_certificate_under_the_same_name_fails(
    press: Any, csca: Any, store: TrustStore, now: datetime
) -> None:
    files = press.passport(press.signer(csca), carried=[press.signer(csca, which=2)])
    assert outcomes(authentication.passive(files, store, now))["sod_signature"] == (Outcome.FAILED, "signature_invalid")


def test_a_self_made_csca_in_the_message_is_believed_by_nobody(
    press: Any, csca: Any, store: TrustStore, now: datetime
) -> None:
    forged = press.authority(which=66)
    signer = press.signer(forged)
    found = outcomes(authentication.passive(press.passport(signer, carried=[signer, forged]), store, now))
    assert found["sod_signature"][0] is Outcome.SUCCESSFUL
    assert found["certificate_chain"] == (Outcome.UNDETERMINED, "issuer_unknown")
    assert found["revocation"] == (Outcome.UNDETERMINED, "issuer_unknown")


def twice(kind: str) -> Callable[[list[Any]], list[Any]]:
    return lambda attributes: attributes + [item for item in attributes if item["type"] == kind]


@pytest.mark.parametrize("mangle", [
    twice("message_digest"), twice("content_type"), twice("signing_time"),
    lambda attributes: attributes[:1], lambda attributes: attributes[1:],
    lambda attributes: [{"type": "content_type", "values": ["1.2.840.113549.1.7.1"]}, *attributes[1:]],
], ids=["digest twice", "type twice", "time twice", "no digest", "no type", "another type"])  # fmt: skip
def test_signed_attributes_that_could_be_read_two_ways_are_unusable(
    press: Any, csca: Any, store: TrustStore, now: datetime, mangle: Callable[[list[Any]], list[Any]]
) -> None:
    files = press.passport(press.signer(csca), mangle=mangle)
    assert set(outcomes(authentication.passive(files, store, now)).values()) == {(Outcome.FAILED, "sod_unusable")}


@pytest.mark.parametrize(("field", "count"), [("certificates", 2000), ("signer_infos", 2000), ("signer_infos", 0)])
def test_thousands_of_certificates_or_signers_are_not_read(press: Any, csca: Any, field: str, count: int) -> None:
    def many(parsed: cms.SignedData) -> None:
        parsed[field] = [parsed[field][0].copy() for _ in range(count)]

    with pytest.raises(UnusableData):
        signed_data.parse(rewritten(message(press, press.signer(csca)), many))


def test_a_name_of_thousands_of_parts_is_not_compared(press: Any, csca: Any) -> None:
    parts = x509.RDNSequence([x509.Name.build({"common_name": "x"}).chosen[0]] * 500)
    body = csca.parsed
    body["tbs_certificate"]["subject"] = x509.Name(name="", value=parts)
    with pytest.raises(UnusableData):
        certificate.parse(body.dump(force=True))


def test_a_certificate_of_a_megabyte_is_not_parsed(press: Any, csca: Any) -> None:
    giant = press.extension("1.2.3.4", b"\x04\x83\x10\x00\x00" + bytes(2**20))
    with pytest.raises(UnusableData):
        certificate.parse(press.signer(csca, extensions=(*press.SIGNER, giant)).der)


@pytest.mark.parametrize("numbers", [
    {"modulus": 2**16384 + 1, "public_exponent": 65537}, {"modulus": 2**2047 + 1, "public_exponent": 2**2000 + 1},
    {"modulus": 2**2047 + 1, "public_exponent": 2}, {"modulus": 15, "public_exponent": 3},
], ids=["modulus", "exponent", "even", "tiny"])  # fmt: skip
def test_a_key_of_absurd_numbers_verifies_nothing_and_costs_nothing(
    press: Any, csca: Any, store: TrustStore, now: datetime, numbers: dict[str, int]
) -> None:
    info = press.public_info(press.make_key("rsa2048"))
    info["public_key"] = core.ParsableOctetBitString(keys.RSAPublicKey(numbers).dump())
    signer = press.signer(csca, "rsa2048", info=info)
    found = outcomes(authentication.passive(press.passport(signer), store, now))
    assert found["sod_signature"] == (Outcome.UNDETERMINED, "algorithm_unsupported")


def test_details_of_findings_stay_short_whatever_a_certificate_says(
    press: Any, csca: Any, store: TrustStore, now: datetime
) -> None:
    """They travel in messages that allow 512 characters."""
    files = press.passport(press.signer(csca, country="U" * 5000))
    lists = [TrustStore([certificate.parse(csca.der)], source=f"list {turn} " + "of " * 50) for turn in range(9)]
    findings = authentication.passive(files, store.merged(*lists), now)
    assert max(len(item.detail) for item in findings) <= 512


def test_no_more_than_a_few_keys_are_tried(press: Any, csca: Any) -> None:
    """A believed list in which thirty authorities share a name and a key identifier."""
    many = [
        certificate.parse(press.certify("CSCA", press.make_key("secp256r1", 100 + turn), None,
                                        extensions=press.AUTHORITY).der)
        for turn in range(30)
    ]  # fmt: skip
    store = TrustStore([replace(item, subject_key=b"same") for item in many])
    assert len(store.issuers(replace(many[0], authority_key=b"same"))) == 16


def test_a_security_object_that_lists_a_group_twice_is_unusable(
    press: Any, csca: Any, store: TrustStore, now: datetime
) -> None:
    entry = press.tlv(0x30, b"\x02\x01\x01", press.tlv(0x04, bytes(32)))
    algorithm = press.tlv(0x30, press.oid("2.16.840.1.101.3.4.2.1"))
    doubled = press.tlv(0x30, b"\x02\x01\x00", algorithm, press.tlv(0x30, entry, entry))
    files = press.files(press.message("2.23.136.1.1.1", doubled, press.signer(csca)))
    assert outcomes(authentication.passive(files, store, now))["sod_hash"] == (Outcome.FAILED, "sod_unusable")


def test_attributes_signed_in_order_and_written_out_of_order_are_verified(
    press: Any, csca: Any, store: TrustStore, now: datetime
) -> None:
    def reversed_(parsed: cms.SignedData) -> None:
        attributes = parsed["signer_infos"][0]["signed_attrs"]
        contents = b"".join(item.dump() for item in reversed(list(attributes)))
        parsed["signer_infos"][0]["signed_attrs"] = cms.CMSAttributes.load(press.tlv(0x31, contents))

    sod = rewritten(message(press, press.signer(csca)), reversed_)
    assert all_passed(authentication.passive(press.files(sod), store, now))


READERS: dict[str, Callable[[bytes], object]] = {
    "message": signed_data.parse,
    "revocation list": RevocationList.parse,
    "directory": TrustStore.from_ldif,
    "deviations": lambda data: known_deviations.deviations(data, "UT"),
    "defects": known_deviations.defects,
}


@pytest.fixture(scope="module")
def samples(press: Any, csca: Any) -> dict[str, bytes]:
    """One honest input for each reader."""
    tlv, signer = press.tlv, press.signer(csca)
    oids = [press.oid(f"{arc}.2.1") for arc in (known_deviations.DEVIATION_LIST, known_deviations.DEFECT_LIST)]
    period = tlv(0xA4, *(tlv(0x18, b"20200101000000Z") for _ in range(2)))
    meant = tlv(0x30, tlv(0x80, b"P<"), tlv(0x82, signer.key_id), period, tlv(0xA5, tlv(0x13, b"L898902C3")))
    deviation = tlv(0x30, meant, tlv(0x31, tlv(0x30, tlv(0x13, b"words"), oids[0], tlv(0xA0, b"\x02\x01\x0c"))))
    defect = tlv(0x30, tlv(0x80, signer.key_id), tlv(0x31, tlv(0x30, oids[1], tlv(0x31, b"\x02\x01\x0c"))))
    return {
        "message": press.passport(signer)[0x011D][4:],
        "revocation list": press.revocation_list(csca, [7]),
        "directory": b"dn: c=UT\nuserCertificate;binary:: " + base64.b64encode(signer.der) + b"\n\n",
        "deviations": tlv(0x30, b"\x02\x01\x00", tlv(0x31, deviation)),
        "defects": tlv(0x30, b"\x02\x01\x00", press.oid("2.16.840.1.101.3.4.2.1"), tlv(0x31, defect)),
    }


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)
@given(draw=st.data())
def test_damaged_input_is_read_or_refused_with_a_typed_error(
    samples: dict[str, bytes], name: str, draw: st.DataObject
) -> None:
    READERS[name](samples[name])
    damaged = bytearray(samples[name])
    for _ in range(draw.draw(st.integers(1, 3))):
        damaged[draw.draw(st.integers(0, len(damaged) - 1))] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(UnusableData):
        READERS[name](bytes(damaged[: draw.draw(st.integers(1, len(damaged)))]))


@pytest.mark.parametrize("name", READERS)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_typed_error(name: str, data: bytes) -> None:
    with contextlib.suppress(UnusableData):
        READERS[name](data)


@pytest.mark.parametrize("read", [signed_data.parse, certificate.parse, RevocationList.parse])
def test_deep_nesting_ends_at_once(press: Any, read: Callable[[bytes], object]) -> None:
    nested = b""
    for _ in range(3000):
        nested = press.tlv(0x30, nested)
    with pytest.raises(UnusableData):
        read(nested)


def test_card_security_is_judged_by_the_same_rules(press: Any, csca: Any, store: TrustStore, now: datetime) -> None:
    infos = press.tlv(0x31, press.tlv(0x30, press.oid("0.4.0.127.0.7.2.2.4.2.4"), b"\x02\x01\x02"))
    data = press.message("0.4.0.127.0.7.3.2.1", infos, press.signer(csca))
    signed = signed_data.card_security(data)
    assert authentication.card_security(signed, store, now).outcome is Outcome.SUCCESSFUL
    stranger = press.signer(press.authority("Stranger", which=6))
    foreign = signed_data.card_security(press.message("0.4.0.127.0.7.3.2.1", infos, stranger))
    assert authentication.card_security(foreign, store, now).code == "issuer_unknown"
    with pytest.raises(UnusableData):
        signed_data.card_security(message(press, press.signer(csca)))
