"""Signed CMS messages (RFC 5652) as a document signer or a list signer makes them."""

from __future__ import annotations

import hashlib
from datetime import datetime

from asn1crypto import cms, core, x509

from simulators.issuing.signing import Signer


def signed_message(
    content_type: str, content: bytes, signer: Signer, *, at: datetime, certificates: tuple[bytes, ...]
) -> bytes:
    """A ContentInfo holding SignedData version 3 with one signer; `content_type` is a dotted OID.

    The signed attributes are content type, message digest and signing time (RFC 5652 §11).
    """
    digest = {"algorithm": signer.algorithm.hash_name}
    hashed = hashlib.new(signer.algorithm.hash_name, content, usedforsecurity=False).digest()
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": [content_type]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashed]}),
            cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": at})]}),
        ]
    )
    certificate = x509.Certificate.load(signer.der)
    info = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}},
        "digest_algorithm": digest,
        "signed_attrs": attributes,
        "signature_algorithm": signer.identifier,
        "signature": signer.sign(cms.CMSAttributes(attributes).untag().dump()),
    }
    message = {
        "version": "v3",
        "digest_algorithms": [digest],
        "encap_content_info": {"content_type": content_type, "content": core.ParsableOctetString(content)},
        "certificates": [x509.Certificate.load(der) for der in certificates],
        "signer_infos": [info],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(message)}).dump())
