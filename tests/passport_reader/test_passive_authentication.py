"""Does the State vouch for what the chip says? On documents of the BSI, of Germany's master list, and our own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passport_reader.arithmetic import curves, domain_parameters
from passport_reader.arithmetic.domain_parameters import Point
from passport_reader.document import ChipFinding, Outcome, UnusableData
from passport_reader.lds import Ef
from passport_reader.pki import authentication, certificate, signed_data
from passport_reader.pki.certificate import EllipticKey, Verdict
from passport_reader.pki.trust import TrustRefused, TrustStore
from simulators.issuing import Passport, World

Issue = Callable[..., Passport]
WHEN_THE_BSI_SIGNED = datetime(2008, 6, 1, tzinfo=UTC)
PASSIVE_FILES = (Ef.SOD, Ef.DG1, Ef.DG2, Ef.DG14)


def by_check(findings: tuple[ChipFinding, ...]) -> dict[str, tuple[Outcome, str]]:
    return {finding.check: (finding.outcome, finding.code) for finding in findings}


@pytest.fixture(scope="module")
def german_list(data: Path) -> bytes:
    return (data / "emrtd" / "masterlist" / "DE_ML_2024-08-07-07-38-24.ml").read_bytes()


@pytest.fixture(scope="module")
def german_root(german_list: bytes) -> bytes:
    """The CSCA that certified the signer of the list; the list carries it."""
    return next(item.der for item in signed_data.parse(german_list).certificates if item.self_issued)


def test_the_reference_data_set_is_signed_on_a_curve_with_explicit_parameters(bsi: dict[int, bytes]) -> None:
    """brainpoolP224r1, which `cryptography` does not know, with SHA-1."""
    found = by_check(authentication.passive(bsi, TrustStore(), WHEN_THE_BSI_SIGNED))
    assert found["sod_hash"] == (Outcome.SUCCESSFUL, "hashes_match")
    assert found["sod_signature"] == (Outcome.SUCCESSFUL, "signature_valid")
    assert found["certificate_chain"] == (Outcome.UNDETERMINED, "issuer_unknown")
    assert found["certificate_validity"] == (Outcome.SUCCESSFUL, "valid")
    assert found["revocation"] == (Outcome.UNDETERMINED, "issuer_unknown")
    signer = signed_data.security_object(bsi[Ef.SOD]).signed.signer.certificate
    assert signer is not None
    assert isinstance(signer.key, EllipticKey)
    assert signer.key.curve.name == "brainpoolP224r1"


def test_groups_the_security_object_does_not_list_are_named_as_unsigned(bsi: dict[int, bytes]) -> None:
    (found,) = (
        item for item in authentication.passive(bsi, TrustStore(), WHEN_THE_BSI_SIGNED) if item.check == "sod_hash"
    )
    assert found.detail == "DG1, DG2, DG3, DG14; unsigned: DG4, DG5, DG7, DG11, DG12, DG15"


def test_an_unsigned_mandatory_group_fails(bsi: dict[int, bytes]) -> None:
    listed = signed_data.security_object(bsi[Ef.SOD])
    del listed.hashes[2]
    found = authentication.hash_finding(listed, bsi)
    assert (found.outcome, found.code) == (Outcome.FAILED, "data_group_unlisted")


@pytest.mark.parametrize("file", [Ef.DG1, Ef.DG2, Ef.DG14])
def test_a_changed_data_group_fails_the_hashes_alone(bsi: dict[int, bytes], file: Ef) -> None:
    changed = bsi | {int(file): bsi[file][:-1] + bytes([bsi[file][-1] ^ 1])}
    found = by_check(authentication.passive(changed, TrustStore(), WHEN_THE_BSI_SIGNED))
    assert found["sod_hash"] == (Outcome.FAILED, "hash_mismatch")
    assert found["sod_signature"][0] is Outcome.SUCCESSFUL


def test_a_missing_portrait_leaves_the_hashes_undetermined(bsi: dict[int, bytes]) -> None:
    without = {file: content for file, content in bsi.items() if file != Ef.DG2}
    found = by_check(authentication.passive(without, TrustStore(), WHEN_THE_BSI_SIGNED))
    assert found["sod_hash"] == (Outcome.UNDETERMINED, "data_group_missing")


def test_a_changed_signature_fails(bsi: dict[int, bytes]) -> None:
    sod = bytearray(bsi[Ef.SOD])
    sod[-1] ^= 1
    found = by_check(authentication.passive(bsi | {int(Ef.SOD): bytes(sod)}, TrustStore(), WHEN_THE_BSI_SIGNED))
    assert found["sod_signature"] == (Outcome.FAILED, "signature_invalid")


def test_a_signers_hash_that_nobody_knows_decides_nothing(bsi: dict[int, bytes]) -> None:
    sod = bytearray(bsi[Ef.SOD])
    sha1 = bytes.fromhex("2B0E03021A")
    sod[sod.rindex(sha1) + 4] ^= 1  # the signer info's, after the security object's own
    found = by_check(authentication.passive(bsi | {int(Ef.SOD): bytes(sod)}, TrustStore(), WHEN_THE_BSI_SIGNED))
    assert found["sod_signature"] == (Outcome.UNDETERMINED, "algorithm_unsupported")


@pytest.mark.parametrize(("sod", "outcome", "code"), [
    (None, Outcome.UNDETERMINED, "sod_missing"), (b"\x77\x03abc", Outcome.FAILED, "sod_unusable"),
    (b"", Outcome.FAILED, "sod_unusable"),
])  # fmt: skip
def test_without_a_security_object_nothing_passes(
    bsi: dict[int, bytes], sod: bytes | None, outcome: Outcome, code: str
) -> None:
    files = {file: content for file, content in bsi.items() if file != Ef.SOD} | (
        {} if sod is None else {int(Ef.SOD): sod}
    )
    found = by_check(authentication.passive(files, TrustStore(), WHEN_THE_BSI_SIGNED))
    assert found == dict.fromkeys(authentication.PASSIVE, (outcome, code))


def test_every_certificate_of_the_german_list_has_a_usable_key(german_list: bytes, german_root: bytes) -> None:
    """541, of which 126 have explicit curve parameters. A self-signed one verifies under its own key."""
    store = TrustStore.from_master_list(german_list, roots=[german_root])
    assert len(store.certificates) == 541
    assert all(item.key is not None for item in store.certificates)
    self_signed = [item for item in store.certificates if item.self_issued and item.may_have_issued(item)]
    verdicts = [item.issued(item) for item in self_signed if item.authority_key == item.subject_key]
    assert len(verdicts) == 262
    assert set(verdicts) == {Verdict.VALID}


def test_a_list_is_refused_unless_its_signer_stands_under_a_given_root(german_list: bytes, data: Path) -> None:
    """The root beside the list is Germany's next one, made two months after the list was signed."""
    later = (data / "emrtd" / "masterlist" / "DE_ROOT_CA_CSCA07.cer").read_bytes()
    with pytest.raises(TrustRefused):
        TrustStore.from_master_list(german_list, roots=[later])


def test_a_list_with_one_changed_byte_is_refused(german_list: bytes, german_root: bytes) -> None:
    changed = bytearray(german_list)
    changed[400_000] ^= 1
    with pytest.raises((TrustRefused, UnusableData)):
        TrustStore.from_master_list(bytes(changed), roots=[german_root])


def test_a_list_without_a_root_says_so(german_list: bytes) -> None:
    assert TrustStore.from_master_list(german_list).source == "master list of an unverified signer"


@pytest.fixture(scope="module")
def vouched(world: World) -> TrustStore:
    """Our world's certificates with its revocation lists."""
    return TrustStore.from_master_list(
        world.master_list(), roots=[world.master_list_root], revocation_lists=world.revocation_lists()
    )


@pytest.mark.parametrize("state", ["JPN", "UTO", "XAA", "QMA"])
def test_with_revocation_lists_every_check_passes(issue: Issue, vouched: TrustStore, at: datetime, state: str) -> None:
    found = authentication.passive(issue(state).files, vouched, at)
    assert {item.outcome for item in found} == {Outcome.SUCCESSFUL}
    assert by_check(found)["revocation"] == (Outcome.SUCCESSFUL, "not_revoked")


def test_a_withdrawn_signer_is_found(issue: Issue, vouched: TrustStore, at: datetime) -> None:
    found = by_check(authentication.passive(issue("UTO", faults=["revoked_signer"]).files, vouched, at))
    assert found["revocation"] == (Outcome.FAILED, "revoked")
    assert found["sod_signature"][0] is Outcome.SUCCESSFUL


def test_a_stale_revocation_list_answers_nothing(issue: Issue, vouched: TrustStore) -> None:
    late = datetime(2060, 1, 1, tzinfo=UTC)
    found = by_check(authentication.passive(issue("UTO").files, vouched, late))
    assert found["revocation"] == (Outcome.UNDETERMINED, "revocation_list_stale")
    assert found["certificate_validity"] == (Outcome.FAILED, "certificate_expired")


def test_a_revocation_list_of_another_key_is_not_believed(issue: Issue, world: World, at: datetime) -> None:
    store = TrustStore.from_certificates(
        world.country_signing_certificates(), revocation_lists=World(8).revocation_lists()
    )
    found = by_check(authentication.passive(issue("UTO").files, store, at))
    assert found["revocation"] == (Outcome.UNDETERMINED, "no_revocation_list")


def test_a_signer_under_the_right_name_with_the_wrong_key_is_not_believed(
    issue: Issue, trust: TrustStore, at: datetime
) -> None:
    found = by_check(authentication.passive(issue("UTO", issuer="unlisted").files, trust, at))
    assert found["certificate_chain"] == (Outcome.UNDETERMINED, "issuer_unknown")


@pytest.mark.parametrize("curve", [c for c in domain_parameters.CURVES if c.library], ids=lambda curve: curve.name)
def test_own_curve_arithmetic_agrees_with_openssl(curve: domain_parameters.Curve) -> None:
    assert curve.library is not None
    assert curve.library is not None
    key, message = ec.generate_private_key(curve.library), b"message"
    signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    numbers = key.public_key().public_numbers()
    public, digest = Point(numbers.x, numbers.y), signed_data.digest("sha256", message)
    assert curves.verify(curve, public, r, s, digest)
    assert not curves.verify(curve, public, r, s, signed_data.digest("sha256", b"another"))
    assert not curves.verify(curve, public, 0, s, digest)
    assert curves.multiply(curve, 3, public) == curves.add(curve, public, curves.add(curve, public, public))


def test_a_point_off_the_curve_is_refused() -> None:
    curve = domain_parameters.BY_PARAMETER_ID[13]
    with pytest.raises(UnusableData):
        curve.decode(b"\4" + (1).to_bytes(32, "big") + (1).to_bytes(32, "big"))


def test_forged_curve_parameters_match_no_curve() -> None:
    """The attack of CVE-2020-0601: the right curve with a generator of the attacker's choice."""
    curve = domain_parameters.BY_PARAMETER_ID[13]
    forged = curve.encode(curves.add(curve, curve.generator, curve.generator))
    assert domain_parameters.matching(curve.p, curve.a, curve.b, forged, curve.n) is None
    assert domain_parameters.matching(curve.p, curve.a, curve.b, curve.encode(curve.generator), curve.n) is curve


def test_not_a_certificate() -> None:
    with pytest.raises(UnusableData):
        certificate.parse(b"0\x03abc")
