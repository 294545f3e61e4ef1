"""Every hash and signature States use, on named and explicit curves; and from when a weak one counts no more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from asn1crypto import algos
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passport_reader.arithmetic import curves, domain_parameters
from passport_reader.document import ChipFinding, Outcome, UnusableData
from passport_reader.pki import authentication, keys, signatures
from passport_reader.pki.policy import AlgorithmPolicy
from passport_reader.pki.signatures import Family, SignatureAlgorithm, Verdict
from passport_reader.pki.trust import Standing, TrustStore

HASHES = ("sha1", "sha224", "sha256", "sha384", "sha512")


def found(findings: tuple[ChipFinding, ...], check: str) -> tuple[Outcome, str]:
    return next((item.outcome, item.code) for item in findings if item.check == check)


def passive(press: Any, csca: Any, files: dict[int, bytes], now: datetime, **more: Any) -> tuple[ChipFinding, ...]:
    return authentication.passive(files, TrustStore.from_certificates([csca.der]), now, **more)


@pytest.mark.parametrize("hash_name", HASHES)
@pytest.mark.parametrize(("kind", "pss"), [("rsa2048", False), ("rsa2048", True), ("secp256r1", False)])
def test_every_hash_under_every_kind_of_signature(
    press: Any, csca: Any, now: datetime, kind: str, pss: bool, hash_name: str
) -> None:
    signer = press.signer(csca, kind)
    scheme = press.Scheme(hash_name, pss=pss, salt=20)
    files = press.passport(signer, scheme=scheme, digest=hash_name, hash_name=hash_name)
    findings = passive(press, csca, files, now)
    for check in ("sod_hash", "sod_signature", "certificate_chain"):
        assert found(findings, check)[0] is Outcome.SUCCESSFUL, check


def test_pss_takes_hash_mask_and_salt_from_the_signer_info(press: Any, csca: Any, now: datetime) -> None:
    """All three differ from each other and from the hash of the data groups."""
    scheme = press.Scheme("sha384", pss=True, mask="sha512", salt=11)
    files = press.passport(press.signer(csca, "rsa2048"), scheme=scheme, digest="sha224")
    assert found(passive(press, csca, files, now), "sod_signature") == (Outcome.SUCCESSFUL, "signature_valid")


@pytest.mark.parametrize("curve", ["secp192r1", "secp224r1", "secp384r1", "secp521r1", "brainpoolP256r1",
                                   "brainpoolP384r1", "brainpoolP512r1"])  # fmt: skip
@pytest.mark.parametrize(
    "form", [{}, {"explicit": True}, {"compressed": True}], ids=["named", "explicit", "compressed"]
)
def test_curves_by_name_by_parameters_and_with_compressed_points(
    press: Any, csca: Any, now: datetime, curve: str, form: dict[str, bool]
) -> None:
    info = press.public_info(press.make_key(curve, 1), **form)
    files = press.passport(press.signer(csca, curve, info=info))
    findings = passive(press, csca, files, now)
    assert found(findings, "sod_signature") == (Outcome.SUCCESSFUL, "signature_valid")
    assert found(findings, "certificate_chain") == (Outcome.SUCCESSFUL, "chain_verified")


def test_dsa_is_known_and_not_verified(press: Any, csca: Any, now: datetime) -> None:
    files = press.passport(press.signer(csca, "dsa2048"))
    assert found(passive(press, csca, files, now), "sod_signature") == (Outcome.UNDETERMINED, "algorithm_unsupported")


def test_a_chain_under_a_dsa_key_is_undetermined(press: Any, now: datetime) -> None:
    csca = press.authority(kind="dsa2048")
    files = press.passport(press.signer(csca))
    store = TrustStore.from_certificates([csca.der])
    findings = authentication.passive(files, store, now)
    assert found(findings, "certificate_chain") == (Outcome.UNDETERMINED, "algorithm_unsupported")
    assert [standing for _, standing in store.verify_all()] == [Standing.UNSUPPORTED]


def elliptic(curve: domain_parameters.Curve, point: bytes) -> asn1_keys.PublicKeyInfo:
    named = {"algorithm": "ec", "parameters": asn1_keys.ECDomainParameters({"named": curve.oid})}
    return asn1_keys.PublicKeyInfo({"algorithm": named, "public_key": asn1_keys.ECPointBitString(point)})


@pytest.mark.parametrize("curve", domain_parameters.CURVES, ids=lambda curve: curve.name)
def test_a_compressed_point_is_the_point_on_every_curve(curve: domain_parameters.Curve) -> None:
    for y in (curve.y, curve.p - curve.y):
        octets = bytes([2 + y % 2]) + curve.x.to_bytes(curve.octets, "big")
        assert keys.public_key(elliptic(curve, octets)) == keys.EllipticKey(curve, domain_parameters.Point(curve.x, y))


@pytest.mark.parametrize("curve", domain_parameters.CURVES, ids=lambda curve: curve.name)
def test_a_compressed_point_off_the_curve_is_refused(curve: domain_parameters.Curve) -> None:
    for octets in (b"\2" + bytes([0xFF]) * curve.octets, b"\3", b"\2" + bytes(curve.octets + 1)):
        with pytest.raises(UnusableData):
            keys.public_key(elliptic(curve, octets))


def altered(press: Any, field: str, value: Any) -> Any:
    """A key with explicit parameters that are not quite a named curve's."""
    info = press.public_info(press.make_key("secp256r1", 1), explicit=True)
    info["algorithm"]["parameters"].chosen[field] = value
    return info


@pytest.mark.parametrize(("field", "value"), [
    ("cofactor", 2), ("order", 2**255 - 19), ("base", domain_parameters.BY_PARAMETER_ID[12].encode(
        curves.add(domain_parameters.BY_PARAMETER_ID[12], *[domain_parameters.BY_PARAMETER_ID[12].generator] * 2))),
], ids=["cofactor", "order", "generator"])  # fmt: skip
def test_parameters_that_are_no_named_curves_are_not_trusted(
    press: Any, csca: Any, now: datetime, field: str, value: Any
) -> None:
    """The generator is the attack of CVE-2020-0601."""
    signer = press.signer(csca, info=altered(press, field, value))
    findings = passive(press, csca, press.passport(signer), now)
    assert found(findings, "sod_signature") == (Outcome.UNDETERMINED, "algorithm_unsupported")


def test_plain_signatures_are_r_and_s_side_by_side(press: Any) -> None:
    """BSI TR-03111 §5.2.1, as in German EF.CardSecurity."""
    key = press.make_key("brainpoolP256r1", 1)
    known = keys.public_key(press.public_info(key))
    r, s = decode_dss_signature(key.sign(b"message", ec.ECDSA(hashes.SHA256())))
    plain = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    algorithm = SignatureAlgorithm("0.4.0.127.0.7.1.1.4.1.3", Family.PLAIN_ECDSA, "sha256")
    assert signatures.verify(known, algorithm, plain, b"message") is Verdict.VALID
    assert signatures.verify(known, algorithm, plain, b"another") is Verdict.WRONG


def test_parameters_of_pss_that_are_absent_mean_sha1(press: Any) -> None:
    """RFC 4055 §3.1: SHA-1 for hash and mask, a salt of 20."""
    absent = algos.SignedDigestAlgorithm.load(press.tlv(0x30, press.oid("1.2.840.113549.1.1.10"), b"\x30\x00"))
    assert SignatureAlgorithm.of(absent) == SignatureAlgorithm("1.2.840.113549.1.1.10", Family.PSS, "sha1", "sha1", 20)


@pytest.mark.parametrize(("kind", "oid"), [("rsa2048", "1.2.840.113549.1.1.1"), ("secp256r1", "1.2.840.10045.2.1")])
def test_old_signers_name_the_key_in_the_place_of_the_signature(press: Any, kind: str, oid: str) -> None:
    key = press.make_key(kind)
    signature = press.Scheme("sha224").sign(key, b"message")
    algorithm = SignatureAlgorithm.of(algos.SignedDigestAlgorithm.load(press.tlv(0x30, press.oid(oid), b"\5\0")))
    known = keys.public_key(press.public_info(key))
    assert signatures.verify(known, algorithm, signature, b"message", digest="sha224") is Verdict.VALID


WEAK = [({"scheme": "sha1"}, "SHA-1"), ({"hash_name": "sha1"}, "SHA-1"), ({"kind": "rsa1024"}, "RSA 1024"),
        ({"kind": "secp192r1"}, "secp192r1")]  # fmt: skip


@pytest.mark.parametrize(("weakness", "named"), WEAK, ids=["signature", "hashes", "rsa", "curve"])
@pytest.mark.parametrize(("year", "expected"), [
    (2013, (Outcome.SUCCESSFUL, "legacy_algorithms_accepted")), (2014, (Outcome.FAILED, "algorithm_weak")),
])  # fmt: skip
def test_what_is_weak_counts_for_documents_signed_before_2014(
    press: Any, weakness: dict[str, str], named: str, year: int, expected: tuple[Outcome, str]
) -> None:
    years = (datetime(2010, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
    csca = press.authority("Old CSCA", years=years)
    more = dict(weakness)
    signer = press.signer(csca, more.pop("kind", "secp256r1"), years=years)
    if "scheme" in more:
        more |= {"scheme": press.Scheme("sha1")}
    at = datetime(year, 6, 1, tzinfo=UTC)
    files = press.passport(signer, press.groups(dg1=press.dg1("230415")), at=at, **more)
    findings = passive(press, csca, files, datetime(2019, 1, 1, tzinfo=UTC))
    assert found(findings, "sod_signature")[0] is Outcome.SUCCESSFUL
    policy = next(item for item in findings if item.check == "algorithm_policy")
    assert (policy.outcome, policy.code) == expected
    assert named in policy.detail


def test_a_day_long_before_the_date_of_expiry_is_not_believed(press: Any) -> None:
    """A forger with SHA-1 writes 2013 into the signature, and 2027 into the passport."""
    years = (datetime(2010, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
    csca = press.authority("Old CSCA", years=years)
    signer, at = press.signer(csca, years=years), datetime(2013, 6, 1, tzinfo=UTC)
    findings = passive(press, csca, press.passport(signer, at=at, hash_name="sha1"), datetime(2019, 1, 1, tzinfo=UTC))
    assert found(findings, "algorithm_policy") == (Outcome.FAILED, "algorithm_weak")


def test_a_signature_without_a_day_is_judged_by_the_last_day_it_can_have_been_made(press: Any, csca: Any) -> None:
    """Here the inspection's: the signer's certificate does not say until when its key signs."""
    files = press.passport(press.signer(csca), at=None, hash_name="sha1")
    early, late = (datetime(year, 6, 1, tzinfo=UTC) for year in (2020, 2024))
    policy = AlgorithmPolicy(sha1_before=date(2022, 1, 1))
    assert found(passive(press, csca, files, early, policy=policy), "algorithm_policy")[0] is Outcome.SUCCESSFUL
    assert found(passive(press, csca, files, late, policy=policy), "algorithm_policy")[0] is Outcome.FAILED
    issued = {"policy": policy, "issued_on": date(2020, 5, 4)}
    assert found(passive(press, csca, files, late, **issued), "algorithm_policy")[0] is Outcome.SUCCESSFUL


def test_a_signer_certified_with_sha1_is_judged_by_the_day_it_was_certified(press: Any, now: datetime) -> None:
    csca = press.authority(scheme=press.Scheme("sha1"))
    findings = passive(press, csca, press.passport(press.signer(csca)), now)
    policy = next(item for item in findings if item.check == "algorithm_policy")
    assert policy.code == "algorithm_weak"
    assert policy.detail == "SHA-1 in the signature of the signer's certificate, 2016-01-01"
