"""Every hash and signature States use, on named and explicit curves; and from when a weak one counts no more."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from passport_reader.document import ChipFinding, Outcome
from passport_reader.pki import authentication
from passport_reader.pki.policy import AlgorithmPolicy
from passport_reader.pki.trust import TrustStore

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
    scheme = press.scheme(hash_name, pss=pss, salt=20)
    files = press.passport(signer, scheme=scheme, digest=hash_name, hash_name=hash_name)
    findings = passive(press, csca, files, now)
    for check in ("sod_hash", "sod_signature", "certificate_chain"):
        assert found(findings, check)[0] is Outcome.SUCCESSFUL, check


def test_pss_takes_hash_mask_and_salt_from_the_signer_info(press: Any, csca: Any, now: datetime) -> None:
    """All three differ from each other and from the hash of the data groups."""
    scheme = press.scheme("sha384", pss=True, mask="sha512", salt=11)
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
        more |= {"scheme": press.scheme("sha1")}
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
    csca = press.authority(scheme=press.scheme("sha1"))
    findings = passive(press, csca, press.passport(press.signer(csca)), now)
    policy = next(item for item in findings if item.check == "algorithm_policy")
    assert policy.code == "algorithm_weak"
    assert policy.detail == "SHA-1 in the signature of the signer's certificate, 2016-01-01"
