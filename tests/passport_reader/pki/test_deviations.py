"""What States own up to explains a failure, and never makes one pass (docs/decisions/0007)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from asn1crypto import algos, cms

from passport_reader.document import ChipFinding, Outcome, UnusableData
from passport_reader.pki import authentication, leniency
from passport_reader.pki.trust import TrustRefused, TrustStore

DEVIATION_LIST, DEVIATION_SIGNER = "2.23.136.1.1.7", "2.23.136.1.1.8"
DEFECT_LIST = "0.4.0.127.0.7.3.1.5"
DG12 = b"\x6c\x03one"

Deviate = Callable[..., TrustStore]


def by_check(findings: tuple[ChipFinding, ...]) -> dict[str, tuple[Outcome, str]]:
    return {item.check: (item.outcome, item.code) for item in findings}


@pytest.fixture
def deviate(press: Any, csca: Any) -> Deviate:
    """A store that believes a deviation list: `deviate("2.2", part=12, numbers=["L898902C3"])`."""

    def made(arc: str, *, part: int | None = None, by: Any = None, **criteria: Any) -> TrustStore:
        tlv = press.tlv
        described = tlv(0x13, b"as announced") + press.oid(f"{DEVIATION_LIST}.{arc}")
        described += b"" if part is None else tlv(0xA0, tlv(0x02, bytes([part])))
        deviation = tlv(0x30, tlv(0x30, *criterion(press, criteria)), tlv(0x31, tlv(0x30, described)))
        digest = bytes(algos.DigestAlgorithm({"algorithm": "sha256"}).dump())
        content = tlv(0x30, b"\x02\x01\x00", digest, tlv(0x31, deviation))
        signer = by or press.purposed(csca, DEVIATION_SIGNER)
        store = TrustStore.from_certificates([csca.der])
        return store.with_deviation_list(press.message(DEVIATION_LIST, content, signer))

    return made


def criterion(press: Any, criteria: dict[str, Any]) -> list[bytes]:
    tlv, made = press.tlv, []
    if "type" in criteria:
        made.append(tlv(0x80, criteria["type"]))
    if "signer" in criteria:
        named = {"issuer": criteria["signer"].parsed.issuer, "serial_number": criteria["signer"].parsed.serial_number}
        made.append(b"\xa1" + cms.IssuerAndSerialNumber(named).dump()[1:])
    if "key" in criteria:
        made.append(tlv(0x82, criteria["key"]))
    if "digest" in criteria:
        made.append(tlv(0x83, hashlib.sha256(criteria["digest"]).digest()))
    if "issued" in criteria:
        made.append(tlv(0xA4, *(tlv(0x18, f"{day}000000Z".encode()) for day in criteria["issued"])))
    if "numbers" in criteria:
        made.append(tlv(0xA5, *(tlv(0x13, number.encode()) for number in criteria["numbers"])))
    return made


@pytest.fixture
def deviating(press: Any, csca: Any) -> dict[int, bytes]:
    """A passport whose DG12 is not the one that was signed."""
    return press.passport(press.signer(csca), press.groups(dg12=DG12)) | {0x010C: DG12 + b"!"}


CRITERIA = [{}, {"numbers": ["X1", "L898902C3"]}, {"type": b"P<"}, {"issued": ("20200101", "20201231")},
            {"numbers": ["L898902C3"], "type": b"P", "issued": ("20200504", "20200504")}]  # fmt: skip
OTHERS = [{"numbers": ["X1"]}, {"type": b"ID"}, {"issued": ("20190101", "20191231")},
          {"numbers": ["L898902C3"], "type": b"C"}, {"key": b"another"}]  # fmt: skip


@pytest.mark.parametrize("criteria", CRITERIA, ids=str)
def test_a_wrong_hash_the_state_has_announced_is_undetermined(
    deviate: Deviate, deviating: dict[int, bytes], now: datetime, criteria: dict[str, Any]
) -> None:
    found = by_check(authentication.passive(deviating, deviate("2.2", part=12, **criteria), now))
    assert found["sod_hash"] == (Outcome.UNDETERMINED, "known_deviation")
    assert found["known_deviation"] == (Outcome.UNDETERMINED, "data_group_hash_wrong")


@pytest.mark.parametrize("criteria", OTHERS, ids=str)
def test_documents_that_do_not_meet_every_criterion_are_not_meant(
    deviate: Deviate, deviating: dict[int, bytes], now: datetime, criteria: dict[str, Any]
) -> None:
    found = by_check(authentication.passive(deviating, deviate("2.2", part=12, **criteria), now))
    assert found["sod_hash"] == (Outcome.FAILED, "hash_mismatch")
    assert "known_deviation" not in found


@pytest.mark.parametrize("group", [1, 2, 14, 15])
def test_no_list_excuses_who_the_holder_is_or_the_keys_of_the_chip(
    press: Any, csca: Any, deviate: Deviate, now: datetime, group: int
) -> None:
    contents = press.groups(dg14=b"\x6e\x011", dg15=b"\x6f\x012")
    files = press.passport(press.signer(csca), contents)
    files[0x0100 + group] += b"!"
    found = by_check(authentication.passive(files, deviate("2.2", part=group), now))
    assert found["sod_hash"] == (Outcome.FAILED, "hash_mismatch")


def test_a_wrong_hash_beside_the_announced_one_still_fails(
    deviate: Deviate, deviating: dict[int, bytes], now: datetime
) -> None:
    found = authentication.passive(deviating | {0x0102: b"\x75\x01!"}, deviate("2.2", part=12), now)
    assert by_check(found)["sod_hash"] == (Outcome.FAILED, "hash_mismatch")


def test_nothing_is_excused_where_the_signature_is_wrong(
    press: Any, csca: Any, deviate: Deviate, deviating: dict[int, bytes], now: datetime
) -> None:
    forged = press.passport(press.signer(csca, which=8), press.groups(dg12=DG12), carried=[press.signer(csca)])
    found = by_check(authentication.passive(deviating | {0x011D: forged[0x011D]}, deviate("2.2", part=12), now))
    assert found["sod_signature"] == (Outcome.FAILED, "signature_invalid")
    assert found["sod_hash"] == (Outcome.FAILED, "hash_mismatch")


def test_an_announced_wrong_signature_of_the_security_object_excuses_nothing(
    press: Any, csca: Any, deviate: Deviate, now: datetime
) -> None:
    """Whoever forged one would name a listed document."""
    forged = press.passport(press.signer(csca, which=8), carried=[press.signer(csca)])
    found = by_check(authentication.passive(forged, deviate("2.3"), now))
    assert found["sod_signature"] == (Outcome.FAILED, "signature_invalid")
    assert found["known_deviation"] == (Outcome.UNDETERMINED, "sod_signature_wrong")


def test_a_wrongly_signed_certificate_is_excused_by_its_digest_and_not_by_its_name(
    press: Any, csca: Any, deviate: Deviate, now: datetime
) -> None:
    signer = press.signer(csca, issuer_key=press.make_key("secp256r1", 9))
    files = press.passport(signer)
    by_digest = by_check(authentication.passive(files, deviate("1.1", digest=signer.der), now))
    assert by_digest["certificate_chain"] == (Outcome.UNDETERMINED, "known_deviation")
    by_name = by_check(authentication.passive(files, deviate("1.1", signer=signer), now))
    assert by_name["certificate_chain"] == (Outcome.FAILED, "chain_broken")


def test_an_announced_wrong_validity_of_the_signer_is_undetermined(
    press: Any, csca: Any, deviate: Deviate, now: datetime
) -> None:
    signer = press.signer(csca, years=(datetime(2021, 1, 1, tzinfo=now.tzinfo), now))
    found = by_check(authentication.passive(press.passport(signer), deviate("1.2", part=5, signer=signer), now))
    assert found["certificate_validity"] == (Outcome.UNDETERMINED, "known_deviation")


def test_a_compromised_key_takes_the_success_of_a_clone_check_back(
    press: Any, csca: Any, deviate: Deviate, now: datetime
) -> None:
    found = authentication.passive(press.passport(press.signer(csca)), deviate("1.4"), now)
    clone = [ChipFinding(f"{kind}_authentication", Outcome.SUCCESSFUL) for kind in ("active", "chip")]
    revised = by_check(leniency.hardened((*found, *clone)))
    assert revised["active_authentication"] == (Outcome.UNDETERMINED, "known_deviation")
    assert revised["chip_authentication"] == (Outcome.SUCCESSFUL, "")


def test_a_list_is_used_only_when_its_state_signed_it_for_that_purpose(press: Any, csca: Any, deviate: Deviate) -> None:
    stranger = press.authority("Stranger", which=6)
    for signer in (press.signer(csca), press.purposed(csca, "2.23.136.1.1.3"),
                   press.purposed(stranger, DEVIATION_SIGNER)):  # fmt: skip
        with pytest.raises(TrustRefused):
            deviate("2.2", part=12, by=signer)


def test_no_state_deviates_for_another(
    press: Any, csca: Any, deviate: Deviate, deviating: dict[int, bytes], now: datetime
) -> None:
    neighbour = press.authority("Neighbour", which=6, country="XN")
    signer = press.purposed(neighbour, DEVIATION_SIGNER, country="XN")
    content = press.tlv(0x30, press.oid(f"{DEVIATION_LIST}.2.2"), press.tlv(0xA0, b"\x02\x01\x0c"))
    listed = press.tlv(0x31, press.tlv(0x30, press.tlv(0x30), press.tlv(0x31, content)))
    data = press.message(DEVIATION_LIST, press.tlv(0x30, b"\x02\x01\x00", listed), signer)
    store = TrustStore.from_certificates([csca.der, neighbour.der]).with_deviation_list(data)
    assert len(store.known) == 1
    assert by_check(authentication.passive(deviating, store, now))["sod_hash"] == (Outcome.FAILED, "hash_mismatch")


def test_a_list_of_another_kind_or_shape_is_refused(press: Any, csca: Any) -> None:
    store, signer = TrustStore.from_certificates([csca.der]), press.purposed(csca, DEVIATION_SIGNER)
    for kind, content in ((DEFECT_LIST, b"\x30\x00"), (DEVIATION_LIST, b"\x30\x00"), (DEVIATION_LIST, b"\x04\x01a")):
        with pytest.raises(UnusableData):
            store.with_deviation_list(press.message(kind, content, signer))


def defects(press: Any, signer: Any, arc: str, root: Any, parameters: bytes = b"") -> bytes:
    tlv = press.tlv
    known = tlv(0x31, tlv(0x30, press.oid(f"{DEFECT_LIST}.{arc}"), parameters))
    defect = tlv(0x30, tlv(0x80, signer.key_id), known)
    content = tlv(0x30, b"\x02\x01\x00", press.oid("2.16.840.1.101.3.4.2.1"), tlv(0x31, defect))
    return press.message(DEFECT_LIST, content, press.signer(root))


@pytest.mark.parametrize(("arc", "check", "expected"), [
    ("1.1", "revocation", (Outcome.FAILED, "revoked")),
    ("1.3", "known_deviation", (Outcome.UNDETERMINED, "chip_authentication_key_compromised")),
    ("2.1", "known_deviation", (Outcome.UNDETERMINED, "data_group_malformed")),
    ("1.99", "known_deviation", (Outcome.FAILED, "electronic_part_not_to_be_used")),
    ("4.3", "known_deviation", (Outcome.UNDETERMINED, "deviation_unknown")),
])  # fmt: skip
def test_defects_an_inspecting_authority_knows_of(
    press: Any, csca: Any, now: datetime, arc: str, check: str, expected: tuple[Outcome, str]
) -> None:
    operator, signer = press.authority("Inspections", which=7, country="XO"), press.signer(csca)
    store = TrustStore.from_certificates([csca.der], revocation_lists=[press.revocation_list(csca)])
    store = store.with_defect_list(defects(press, signer, arc, operator, b"\x0a\x01\x00"), roots=[operator.der])
    assert by_check(authentication.passive(press.passport(signer), store, now))[check] == expected
    with pytest.raises(TrustRefused):
        store.with_defect_list(defects(press, signer, arc, operator), roots=[csca.der])
