"""CMS SignedData (RFC 5652 §5) as it stands in an EF.SOD (Doc 9303-10 §4.6.2) and in a master list (Doc 9303-12 §9)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any

from asn1crypto import cms

from passport_reader import lds, tlv
from passport_reader.document import UnusableData
from passport_reader.pki import certificate
from passport_reader.pki.certificate import MALFORMED, Certificate, Verdict

_HASH_NAMES = ("sha1", "sha224", "sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Signer:
    """The one signer. `attributes` are the signed attributes as a SET, None where only the content is signed."""

    certificate: Certificate | None
    digest: str
    signing_time: datetime | None
    message_digest: bytes | None = field(repr=False)
    attributes: bytes | None = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedData:
    content_type: str
    """Dotted object identifier."""
    content: bytes = field(repr=False)
    certificates: tuple[Certificate, ...]
    signer: Signer

    def verify(self) -> Verdict:
        """The signer's certificate signed this content. Whether that certificate is to be trusted is not asked here."""
        signer = self.signer
        if signer.certificate is None or signer.digest not in _HASH_NAMES:
            return Verdict.UNSUPPORTED
        signed = self.content
        if signer.attributes is not None:
            if not compare_digest(digest(signer.digest, self.content), signer.message_digest or b""):
                return Verdict.WRONG
            signed = signer.attributes
        return certificate.verify(
            signer.certificate.key, signer.algorithm, signer.signature, signed, digest=signer.digest
        )


def digest(name: str, data: bytes) -> bytes:
    """Raise `UnusableData` for a hash no travel document may use."""
    if name not in _HASH_NAMES:
        raise UnusableData("a hash algorithm that travel documents do not use")
    return hashlib.new(name, data, usedforsecurity=False).digest()


def parse(data: bytes) -> SignedData:
    """Raise `UnusableData`."""
    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            raise UnusableData("not CMS signed data")
        return _signed_data(info["content"])
    except MALFORMED:
        raise UnusableData("the signed data is not what RFC 5652 says") from None


def _signed_data(parsed: cms.SignedData) -> SignedData:
    found = tuple(_certificates(parsed))
    if len(parsed["signer_infos"]) != 1:
        raise UnusableData("signed by other than one signer", signers=len(parsed["signer_infos"]))
    encapsulated = parsed["encap_content_info"]
    return SignedData(
        content_type=encapsulated["content_type"].dotted,
        content=bytes(encapsulated["content"]),
        certificates=found,
        signer=_signer(parsed["signer_infos"][0], encapsulated["content_type"].dotted, found),
    )


def _certificates(parsed: cms.SignedData) -> Iterator[Certificate]:
    for choice in parsed["certificates"] or ():
        if choice.name == "certificate":
            yield certificate.of(choice.chosen)


def _signer(info: cms.SignerInfo, content_type: str, found: tuple[Certificate, ...]) -> Signer:
    attributes = {item["type"].native: item["values"][0] for item in info["signed_attrs"] or ()}
    if attributes and attributes["content_type"].dotted != content_type:
        raise UnusableData("the signed attributes speak of another content")
    time = attributes.get("signing_time")
    return Signer(
        certificate=_named(info["sid"], found),
        digest=info["digest_algorithm"]["algorithm"].native,
        signing_time=None if time is None else time.native,
        message_digest=attributes["message_digest"].native if attributes else None,
        # implicitly tagged [0] in the message, but signed as the SET it is (RFC 5652 §5.4)
        attributes=b"\x31" + info["signed_attrs"].dump()[1:] if attributes else None,
        signature=info["signature"].native,
        algorithm=info["signature_algorithm"],
    )


def _named(sid: cms.SignerIdentifier, found: tuple[Certificate, ...]) -> Certificate | None:
    if sid.name == "subject_key_identifier":
        return next((item for item in found if item.subject_key == sid.native), None)
    issuer, serial = sid.chosen["issuer"].hashable, sid.chosen["serial_number"].native
    return next((item for item in found if (item.issuer, item.serial_number) == (issuer, serial)), None)


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """EF.SOD's LDSSecurityObject: the hash of every data group of the chip, by its number."""

    hash_name: str
    hashes: dict[int, bytes]
    signed: SignedData


_SECURITY_OBJECT = "2.23.136.1.1.1"  # id-icao-ldsSecurityObject
_HASH_OIDS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


def security_object(sod: bytes) -> SecurityObject:
    """Raise `UnusableData`."""
    signed = parse(lds.content(lds.Ef.SOD, sod))
    if signed.content_type != _SECURITY_OBJECT:
        raise UnusableData("EF_SOD signs something else than a security object", file=lds.Ef.SOD)
    fields = list(tlv.objects(tlv.value(signed.content, 0x30)))
    if len(fields) < 3 or fields[1].tag != 0x30 or fields[2].tag != 0x30:
        raise UnusableData("the security object is not what Doc 9303-10 says", file=lds.Ef.SOD)
    name = _HASH_OIDS.get(lds.decode_oid(tlv.value(fields[1].value, 0x06)))
    if name is None:
        raise UnusableData("the security object uses an unknown hash algorithm", file=lds.Ef.SOD)
    return SecurityObject(name, dict(_group_hash(item) for item in tlv.objects(fields[2].value)), signed)


def _group_hash(item: tlv.DataObject) -> tuple[int, bytes]:
    number = int.from_bytes(tlv.value(item.value, 0x02), "big")
    if not 1 <= number <= 16:
        raise UnusableData("the security object lists a data group that does not exist", number=number)
    return number, tlv.value(item.value, 0x04)
