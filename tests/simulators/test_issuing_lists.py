"""What states publish of their signers: signed, and readable by who never saw the writer."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from simulators.chip.card_verifiable import CVCA, INSPECTION_SYSTEM, parse
from simulators.issuing import STATES, World, lists
from simulators.issuing.card_verifiable import FINGERPRINTS, VerifyingAuthority
from simulators.issuing.profile import TerminalSuite

WORLD = World(7)
SIGNER = WORLD.document_signer("D")


def opened(message: bytes) -> tuple[str, core.Sequence]:
    """Content type and content, after the signature was found right under its own certificate."""
    signed = cms.ContentInfo.load(message)["content"]
    info = signed["signer_infos"][0]
    certificates = [x509.load_der_x509_certificate(item.chosen.dump()) for item in signed["certificates"]]
    signer, root = sorted(certificates, key=lambda certificate: certificate.subject == certificate.issuer)
    public = signer.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(info["signature"].native, info["signed_attrs"].untag().dump(), ec.ECDSA(SHA256()))
    signer.verify_directly_issued_by(root)
    content = signed["encap_content_info"]["content"].native
    assert hashlib.sha256(content).digest() in info["signed_attrs"].dump()
    return signed["encap_content_info"]["content_type"].dotted, core.Sequence.load(content)


def test_a_deviation_list_names_the_signer_and_what_is_wrong() -> None:
    known = lists.Known(SIGNER, lists.DG_HASH_WRONG, 11, "hash of DG11 computed wrongly")
    kind, content = opened(WORLD.deviation_list([known]))
    assert kind == "2.23.136.1.1.7"
    (deviation,) = core.SetOf.load(content[1].dump(), spec=core.Sequence)
    serial = x509.load_der_x509_certificate(SIGNER).serial_number
    assert core.Integer(serial).dump() in deviation.dump()
    assert core.ObjectIdentifier("2.23.136.1.1.7.2.2").dump() in deviation.dump()


def test_a_defect_list_names_the_certificate_by_its_hash() -> None:
    kind, content = opened(WORLD.defect_list([lists.Known(SIGNER, lists.CERTIFICATE_REVOKED)]))
    assert kind == "0.4.0.127.0.7.3.1.5"
    assert hashlib.sha256(SIGNER).digest() in content[2].dump()


def attributes(ldif: str, name: str) -> list[bytes]:
    """Values of a binary attribute, lines unfolded (RFC 2849)."""
    lines = ldif.replace("\n ", "").splitlines()
    return [base64.b64decode(line.partition(":: ")[2]) for line in lines if line.startswith(f"{name}:: ")]


def test_the_directory_holds_signers_revocation_lists_and_the_master_list() -> None:
    ldif = WORLD.directory().decode("ascii")
    assert max(map(len, ldif.splitlines())) <= 76
    assert attributes(ldif, "userCertificate;binary") == [WORLD.document_signer(code) for code in STATES]
    assert attributes(ldif, "pkdMasterListContent") == [WORLD.master_list()]
    assert len([x509.load_der_x509_crl(der) for der in attributes(ldif, "certificateRevocationList;binary")]) == 23


@pytest.mark.parametrize("suite", TerminalSuite)
def test_a_terminals_chain_hangs_together(suite: TerminalSuite) -> None:
    authority = VerifyingAuthority("UT", suite, "test")
    system = authority.terminal("JP", rights=FINGERPRINTS, with_link=True)
    issuer = parse(authority.first, None)
    roles = []
    for der in (authority.first, *system.chain):
        certificate = parse(der, issuer.verifier)
        assert certificate.authority == issuer.holder
        assert issuer.verifier.verifies(certificate.signature, certificate.body)
        roles.append(certificate.role)
        issuer = certificate
    assert (roles[0], roles[1], roles[-1]) == (CVCA, CVCA, INSPECTION_SYSTEM)
    assert issuer.verifier.verifies(system.key.sign(b"message"), b"message")


def test_the_reference_chain_of_card_verifiable_certificates_is_read(data: Path) -> None:
    folder = data / "emrtd" / "cvcerts"
    issuer = None
    for name in ("CVCA", "DVD", "IS"):
        certificate = parse((folder / f"cert{name}_orig.cvcert").read_bytes(), issuer and issuer.verifier)
        issuer = issuer or certificate
        assert issuer.verifier.verifies(certificate.signature, certificate.body)
        issuer = certificate
