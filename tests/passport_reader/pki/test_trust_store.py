"""Whose keys are believed, on whose word, and who has withdrawn what."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl, x509

from passport_reader.document import Outcome, UnusableData
from passport_reader.pki import authentication, certificate, directory, signed_data
from passport_reader.pki.countries import of_one_state
from passport_reader.pki.revocation import RevocationList
from passport_reader.pki.trust import Source, Standing, TrustRefused, TrustStore, Word

LIST_SIGNER = "2.23.136.1.1.3"


def finding(store: TrustStore, files: dict[int, bytes], now: datetime, check: str) -> tuple[Outcome, str]:
    findings = authentication.passive(files, store, now)
    return next((item.outcome, item.code) for item in findings if item.check == check)


@pytest.fixture(scope="module")
def successor(press: Any) -> Any:
    """The CSCA's next key, self-signed."""
    return press.authority("CSCA", which=3)


def believed(*holders: Any) -> TrustStore:
    return TrustStore.from_certificates([item.der for item in holders])


def parsed(*holders: Any) -> list[certificate.Certificate]:
    return [certificate.parse(item.der) for item in holders]


def test_every_certificate_of_the_german_list_is_read_and_none_is_signed_wrongly(data: Path) -> None:
    """Seven link certificates come from keys so old that the list has dropped them."""
    german = (data / "emrtd" / "masterlist" / "DE_ML_2024-08-07-07-38-24.ml").read_bytes()
    root = next(item.der for item in signed_data.parse(german).certificates if item.self_issued)
    store = TrustStore.from_master_list(german, roots=[root])
    standings = [standing for _, standing in store.verify_all()]
    assert {kind: standings.count(kind) for kind in Standing} == {
        Standing.SELF_SIGNED: 358, Standing.CERTIFIED: 176, Standing.ISSUER_ABSENT: 7, Standing.WRONG: 0,
        Standing.UNSUPPORTED: 0,
    }  # fmt: skip
    assert store.refused == ()
    assert store.sources(store.certificates[0]) == (Source(Word.ROOTED, "DE 2024-08-07"),)


def test_a_link_certificate_leads_from_the_old_key_to_the_new_and_never_back(
    press: Any, csca: Any, successor: Any, now: datetime
) -> None:
    link = press.link(csca, successor)
    onward = believed(csca).with_links(parsed(link))
    assert finding(onward, press.passport(press.signer(successor)), now, "certificate_chain")[1] == "chain_verified"
    assert onward.sources(parsed(link)[0]) == (Source(Word.LINKED),)
    backward = believed(successor).with_links(parsed(link, csca))
    assert finding(backward, press.passport(press.signer(csca)), now, "certificate_chain")[0] is not Outcome.SUCCESSFUL


def test_links_are_followed_in_any_order_and_not_for_ever(press: Any, csca: Any) -> None:
    keys = [csca, *(replace(csca, key=press.make_key("secp256r1", 20 + turn)) for turn in range(12))]
    links, old = [], csca
    for new in keys[1:]:
        old = press.link(old, new)
        links.append(old)
    store = believed(csca).with_links(parsed(*reversed(links)))
    assert len(store.certificates) == 1 + 8


@pytest.mark.parametrize("change", [
    {"country": "XX"}, {"issuer_key": "wrong"}, {"extensions": ()},
], ids=["another country", "another key", "no authority"])  # fmt: skip
def test_what_is_no_link_is_not_followed(press: Any, csca: Any, successor: Any, change: dict[str, Any]) -> None:
    if "issuer_key" in change:
        change = {"issuer_key": press.make_key("secp256r1", 9)}
    assert len(believed(csca).with_links(parsed(press.link(csca, successor, **change))).certificates) == 1


def test_a_master_list_may_prove_its_signer_by_a_link_it_carries(press: Any, csca: Any, successor: Any) -> None:
    signer = press.purposed(successor, LIST_SIGNER)
    link = press.link(csca, successor)
    data = press.master_list(signer, [csca, successor], carried=[signer, link])
    assert len(TrustStore.from_master_list(data, roots=[csca.der]).certificates) == 2
    with pytest.raises(TrustRefused):
        TrustStore.from_master_list(press.master_list(signer, [csca]), roots=[csca.der])


def test_a_document_signer_signs_no_master_list(press: Any, csca: Any) -> None:
    with pytest.raises(TrustRefused):
        TrustStore.from_master_list(press.master_list(press.signer(csca), [csca]), roots=[csca.der])


def test_a_csca_may_sign_a_master_list_itself(press: Any, csca: Any) -> None:
    assert len(TrustStore.from_master_list(press.master_list(csca, [csca]), roots=[csca.der]).certificates) == 1


def test_a_list_signer_out_of_date_when_it_signed_is_refused(press: Any, csca: Any) -> None:
    signer = press.purposed(csca, LIST_SIGNER)
    with pytest.raises(TrustRefused):
        TrustStore.from_master_list(
            press.master_list(signer, [csca], at=datetime(2035, 1, 1, tzinfo=UTC)), roots=[csca.der]
        )


def test_a_certificate_of_two_lists_remembers_both(press: Any, csca: Any, successor: Any) -> None:
    lists = [
        TrustStore.from_master_list(
            press.master_list(press.purposed(csca, LIST_SIGNER), listed, at=at), roots=[csca.der]
        )
        for listed, at in (([csca], press.SIGNED), ([csca, successor], press.SIGNED + timedelta(days=1)))
    ]
    both = lists[0].merged(lists[1])
    sources = {item.der: both.sources(item) for item in both.certificates}
    assert [source.name for source in sources[csca.der]] == ["UT 2020-05-04", "UT 2020-05-05"]
    assert [source.name for source in sources[successor.der]] == ["UT 2020-05-05"]


def test_a_list_on_nobodys_authority_is_named_in_the_trust_source(press: Any, csca: Any, now: datetime) -> None:
    data = press.master_list(press.purposed(csca, LIST_SIGNER), [csca])
    files = press.passport(press.signer(csca))
    unrooted = TrustStore.from_master_list(data)
    assert finding(unrooted, files, now, "certificate_chain")[0] is Outcome.SUCCESSFUL
    assert finding(unrooted, files, now, "trust_source") == (Outcome.UNDETERMINED, "source_unverified")
    assert finding(unrooted.merged(believed(csca)), files, now, "trust_source") == (
        Outcome.SUCCESSFUL, "source_verified",
    )  # fmt: skip


@pytest.mark.parametrize("purpose", [LIST_SIGNER, "2.23.136.1.1.8", "1.3.6.1.5.5.7.3.1"])
def test_a_signer_made_for_something_else_makes_no_passports(
    press: Any, csca: Any, now: datetime, purpose: str
) -> None:
    files = press.passport(press.purposed(csca, purpose))
    assert finding(believed(csca), files, now, "certificate_chain") == (Outcome.FAILED, "signer_not_for_documents")


@pytest.mark.parametrize(("types", "expected"), [
    (b"\x13\x01P", (Outcome.SUCCESSFUL, "chain_verified")),
    (b"\x13\x02ID", (Outcome.UNDETERMINED, "document_type_unlisted")),
    (b"\x0c\x01", (Outcome.SUCCESSFUL, "chain_verified")),  # encoded wrongly, as some States do
])  # fmt: skip
def test_a_signer_of_identity_cards_makes_no_passports(
    press: Any, csca: Any, now: datetime, types: bytes, expected: tuple[Outcome, str]
) -> None:
    listed = press.tlv(0x30, b"\x02\x01\x00", press.tlv(0x31, types))
    signer = press.signer(csca, extensions=(*press.SIGNER, press.extension("2.23.136.1.1.6.2", listed)))
    assert finding(believed(csca), press.passport(signer), now, "certificate_chain") == expected


def test_a_state_makes_no_passports_of_another(press: Any, now: datetime) -> None:
    """The zone says UTO. Both States are on the list."""
    arcadia = press.authority("CSCA Arcadia", which=6, country="XA")
    files = press.passport(press.signer(arcadia, country="UT"))
    assert finding(believed(arcadia), files, now, "certificate_chain") == (
        Outcome.UNDETERMINED, "issuing_state_differs",
    )  # fmt: skip


def test_a_csca_may_name_the_states_it_certifies_for(press: Any, now: datetime) -> None:
    """By the locality of its alternative name, which is the code of the machine readable zone."""
    named = x509.GeneralName("directory_name", x509.Name.build({"locality_name": "UTO"}))
    alternative = press.extension("subject_alt_name", x509.GeneralNames([named]))
    csca = press.certify(
        "CSCA", press.make_key("secp256r1", 6), None, country="XA",
        extensions=(*press.AUTHORITY, alternative),
    )  # fmt: skip
    assert finding(believed(csca), press.passport(press.signer(csca)), now, "certificate_chain")[1] == "chain_verified"


@pytest.mark.parametrize(("state", "country", "same"), [
    ("D", "DE", True), ("JPN", "JP", True), ("CHN", "CN", True), ("KOR", "KR", True), ("EUE", "EU", True),
    ("GBD", "GB", True), ("RKS", "KS", True), ("SWE", "SE", True), ("DNK", "DE", False), ("AUT", "AU", False),
    ("PRK", "PR", False), ("", "DE", False), ("USA", "", False),
])  # fmt: skip
def test_codes_of_the_zone_and_of_certificates(state: str, country: str, same: bool) -> None:
    assert of_one_state(state, country) is same


def test_no_list_makes_an_issuer_of_what_may_not_certify(press: Any, csca: Any, now: datetime) -> None:
    middle = press.signer(csca, which=5)
    files = press.passport(press.signer(middle))
    assert finding(believed(csca, middle), files, now, "certificate_chain") == (Outcome.UNDETERMINED, "issuer_unknown")


def test_a_critical_extension_nobody_understands_leaves_the_chain_undetermined(
    press: Any, csca: Any, now: datetime
) -> None:
    strange = press.extension("1.2.3.4.5", b"\x05\x00", critical=True)
    signer = press.signer(csca, extensions=(*press.SIGNER, strange))
    expected = (Outcome.UNDETERMINED, "critical_extension_unknown")
    assert finding(believed(csca), press.passport(signer), now, "certificate_chain") == expected


def revocation(press: Any, csca: Any, store: TrustStore, now: datetime, *lists: bytes) -> tuple[Outcome, str]:
    listed = store.merged(TrustStore(revocation_lists=[RevocationList.parse(der) for der in lists]))
    return finding(listed, press.passport(press.signer(csca)), now, "revocation")


def test_a_successors_list_speaks_for_the_old_key_also_under_a_new_name(press: Any, csca: Any, now: datetime) -> None:
    renamed = press.authority("Ministry", which=3)
    link = press.link(csca, renamed, "Ministry")
    withdrawn = press.revocation_list(renamed, [7])
    linked = believed(csca).with_links(parsed(link))
    assert revocation(press, csca, linked, now, withdrawn) == (Outcome.FAILED, "revoked")
    unrelated = believed(csca, renamed)
    assert revocation(press, csca, unrelated, now, withdrawn) == (Outcome.UNDETERMINED, "no_revocation_list")


DELTA = {"extn_id": "delta_crl_indicator", "critical": True, "extn_value": 1}
INDIRECT = {"extn_id": "issuing_distribution_point", "critical": True, "extn_value": {"indirect_crl": True}}


@pytest.mark.parametrize(("extension", "serials", "expected"), [
    (DELTA, [], (Outcome.UNDETERMINED, "revocation_list_unsupported")),
    (DELTA, [7], (Outcome.FAILED, "revoked")),
    (INDIRECT, [], (Outcome.UNDETERMINED, "revocation_list_unsupported")),
    (INDIRECT, [7], (Outcome.UNDETERMINED, "revocation_list_unsupported")),
], ids=["empty delta", "delta", "empty indirect", "indirect"])  # fmt: skip
def test_an_incomplete_list_clears_nobody(
    press: Any, csca: Any, now: datetime, extension: Any, serials: list[int], expected: tuple[Outcome, str]
) -> None:
    incomplete = press.revocation_list(csca, serials, extensions=[extension])
    assert revocation(press, csca, believed(csca), now, incomplete) == expected


def test_the_newest_list_counts_and_a_list_from_the_future_does_not_clear(press: Any, csca: Any, now: datetime) -> None:
    old, new = press.revocation_list(csca, [7]), press.revocation_list(csca, at=press.SIGNED + timedelta(days=90))
    future = press.revocation_list(csca, at=now + timedelta(days=3))
    assert revocation(press, csca, believed(csca), now, new, old) == (Outcome.SUCCESSFUL, "not_revoked")
    assert revocation(press, csca, believed(csca), now, future) == (Outcome.UNDETERMINED, "revocation_list_stale")


def test_a_csca_that_withdrew_itself_is_found(press: Any, now: datetime) -> None:
    csca = press.authority(serial=1)
    withdrawn = press.revocation_list(csca, [1])
    assert revocation(press, csca, believed(csca), now, withdrawn) == (Outcome.FAILED, "issuer_revoked")


def test_another_csca_of_the_same_country_withdraws_and_clears_nothing(press: Any, csca: Any, now: datetime) -> None:
    """Hong Kong and China share two letters. The list bears China's name and Hong Kong's key."""
    other = press.authority("Another CSCA", which=5)
    forged = crl.CertificateList.load(press.revocation_list(replace(other, der=csca.der)))
    forged["tbs_cert_list"]["crl_extensions"][0]["extn_value"] = {"key_identifier": other.key_id}
    body = forged["tbs_cert_list"].dump(force=True)
    forged["signature"] = other.scheme.sign(other.key, body)
    assert revocation(press, csca, believed(csca, other), now, forged.dump(force=True))[1] == "no_revocation_list"


def folded(text: bytes, width: int = 76) -> bytes:
    return b"\r\n ".join(text[at : at + width] for at in range(0, len(text), width))


def ldif(*entries: tuple[str, bytes]) -> bytes:
    written = [
        b"dn: o=" + name.encode() + b",c=UT,dc=data\r\npkdVersion: 70\r\n"
        + folded(name.encode() + b":: " + base64.b64encode(value)) + b"\r\n"
        for name, value in entries
    ]  # fmt: skip
    return b"version: 1\r\n\r\n# of the directory\r\n and its comment goes on\r\n" + b"\r\n".join(written)


def test_a_directory_is_believed_as_far_as_it_is_signed_inside(
    press: Any, csca: Any, successor: Any, now: datetime
) -> None:
    """The passport carries no certificate: the directory has it. A list of an unknown State is left out, and said."""
    signer = press.signer(successor)
    stranger = press.authority("Stranger", which=6)
    store = TrustStore.from_ldif(
        ldif(
            ("userCertificate;binary", signer.der),
            ("cACertificate;binary", press.link(csca, successor).der),
            ("cACertificate;binary", stranger.der),
            ("certificateRevocationList;binary", press.revocation_list(successor)),
            ("pkdMasterListContent", press.master_list(press.purposed(csca, LIST_SIGNER), [csca])),
            ("pkdMasterListContent", press.master_list(stranger, [stranger])),
        ),
        roots=[csca.der],
    )
    findings = authentication.passive(press.passport(signer, carried=[]), store, now)
    assert {item.outcome for item in findings} == {Outcome.SUCCESSFUL}
    assert len(store.certificates) == 2
    assert len(store.refused) == 1
    assert "not certified by a given root" in store.refused[0]


def test_a_signer_named_by_its_key_is_found_in_the_directory(press: Any, csca: Any, now: datetime) -> None:
    others = [press.signer(csca, which=40 + turn, serial=100 + turn) for turn in range(3)]
    signer = press.signer(csca)
    data = ldif(*(("userCertificate;binary", item.der) for item in (*others, signer)))
    files = press.passport(signer, carried=[], by_key=True)
    assert finding(TrustStore.from_ldif(data, roots=[csca.der]), files, now, "sod_signature")[0] is Outcome.SUCCESSFUL


def test_values_of_a_directory_are_unfolded_and_decoded() -> None:
    data = b"version: 1\ndn: c=UT\nCN: plain\nuserCertificate;binary:: AQ\n ID\n\ndn:: Yz1YQQ==\nsn: 1\n"
    assert list(directory.entries(data)) == [
        directory.LdifEntry("c=UT", (("cn", b"plain"), ("usercertificate", b"\1\2\3"))),
        directory.LdifEntry("c=XA", (("sn", b"1"),)),
    ]


@pytest.mark.parametrize("line", [
    b"jpegPhoto:< file:///etc/passwd", b"neither name nor value", b"userCertificate:: ***",
], ids=["elsewhere", "no colon", "not base64"])  # fmt: skip
def test_a_directory_that_is_none_is_refused_and_nothing_is_fetched(line: bytes) -> None:
    with pytest.raises(UnusableData):
        TrustStore.from_ldif(b"dn: c=UT\n" + line + b"\n")


def test_a_certificate_with_an_extension_twice_is_refused(press: Any, csca: Any) -> None:
    with pytest.raises(UnusableData):
        certificate.parse(press.signer(csca, extensions=(*press.SIGNER, *press.SIGNER)).der)


def test_a_certificate_that_names_two_algorithms_was_issued_by_nobody(press: Any, csca: Any) -> None:
    altered = x509.Certificate.load(press.signer(csca).der)
    altered["signature_algorithm"] = {"algorithm": "sha512_ecdsa"}
    assert believed(csca).issuer(certificate.parse(altered.dump())) is None
