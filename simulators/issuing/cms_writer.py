"""Signed CMS messages (RFC 5652) as a document signer or a master list signer makes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A key with its certificate; `pss` asks an RSA key to sign with RSASSA-PSS (RFC 4056) instead of PKCS #1 v1.5."""

    key: PrivateKey
    certificate: x509.Certificate
    pss: bool = False

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        """SHA-256 throughout."""
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        return self.key.sign(message, pss_padding() if self.pss else padding.PKCS1v15(), hashes.SHA256())

    @property
    def algorithm(self) -> algos.SignedDigestAlgorithm:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            return algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
        if not self.pss:
            return algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa", "parameters": core.Null()})
        sha256 = {"algorithm": "sha256", "parameters": core.Null()}
        mask = {"algorithm": "mgf1", "parameters": sha256}
        parameters = {"hash_algorithm": sha256, "mask_gen_algorithm": mask, "salt_length": 32}
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)})


def pss_padding() -> padding.PSS:
    """A salt as long as the hash (RFC 4055 §3.1)."""
    return padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)


def signed_message(
    content_type: str, content: bytes, signer: Signer, *, at: datetime, certificates: tuple[bytes, ...]
) -> bytes:
    """A ContentInfo holding SignedData version 3 with one signer; `content_type` is a dotted OID.

    The signed attributes are content type, message digest and signing time (RFC 5652 §11).
    """
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": [content_type]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
            cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": at})]}),
        ]
    )
    certificate = asn1_x509.Certificate.load(signer.der)
    info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": signer.algorithm,
        "signature": signer.sign(cms.CMSAttributes(attributes).untag().dump()),
    }
    message = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": content_type, "content": core.ParsableOctetString(content)},
        "certificates": [asn1_x509.Certificate.load(der) for der in certificates],
        "signer_infos": [info],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(message)}).dump())
