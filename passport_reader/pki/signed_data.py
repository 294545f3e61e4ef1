"""CMS SignedData (RFC 5652 §5): EF.SOD (Doc 9303-10 §4.6.2), EF.CardSecurity, master lists, deviation lists.

Read within bounds: a few certificates and signers are honest, thousands are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any, Final

from asn1crypto import cms

from passport_reader import lds, tlv
from passport_reader.document import UnusableData
from passport_reader.pki import certificate, signatures
from passport_reader.pki.certificate import Certificate
from passport_reader.pki.keys import MALFORMED
from passport_reader.pki.signatures import HASH_OIDS, SignatureAlgorithm, Verdict, digest

__all__ = [
    "SecurityObject",
    "SignedData",
    "Signer",
    "SignerName",
    "card_security",
    "digest",
    "parse",
    "security_object",
]

MAX_CERTIFICATES: Final = 8
"""Carried in one message. An EF.SOD has one, a master list its signer's and the CSCA's."""

MAX_SIGNERS: Final = 4
"""Doc 9303-10 and -12 recommend one."""


@dataclass(frozen=True, slots=True)
class SignerName:
    """How a message, or a list, points at a certificate: by issuer and serial number, or by key identifier."""

    issuer: str = ""
    serial_number: int | None = None
    subject_key: bytes | None = None

    def names(self, found: Certificate) -> bool:
        if self.subject_key is not None:
            return found.subject_key == self.subject_key
        return (found.issuer, found.serial_number) == (self.issuer, self.serial_number)


@dataclass(frozen=True, slots=True)
class Signer:
    """`attributes` are the signed attributes as a SET, None where only the content is signed."""

    name: SignerName
    certificate: Certificate | None
    digest: str
    """Empty for a hash this reader does not know."""
    signing_time: datetime | None
    message_digest: bytes | None = field(repr=False)
    attributes: bytes | None = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: SignatureAlgorithm = field(repr=False)

    @property
    def hash_name(self) -> str:
        """The hash under the signature: the algorithm's own, else the message's."""
        return self.algorithm.hash_name or self.digest

    def signed(self, content: bytes, signer: Certificate) -> Verdict:
        """Whether this certificate's key signed the content. Whether it is to be trusted is not asked here."""
        if not self.digest:
            return Verdict.UNSUPPORTED
        if self.attributes is None:
            return self._verified(signer, content)
        if not compare_digest(digest(self.digest, content), self.message_digest or b""):
            return Verdict.WRONG
        verdict = self._verified(signer, self.attributes)
        return self._verified(signer, _in_order(self.attributes)) if verdict is Verdict.WRONG else verdict

    def _verified(self, signer: Certificate, signed: bytes) -> Verdict:
        return signatures.verify(signer.key, self.algorithm, self.signature, signed, digest=self.digest)


def _in_order(attributes: bytes) -> bytes:
    """DER sorts a SET OF by its encodings. Some signers sign it sorted and write it unsorted (RFC 5652 §5.4)."""
    encoded = [tlv.encode(item.tag, item.value) for item in tlv.objects(tlv.value(attributes, 0x31))]
    return tlv.encode(0x31, b"".join(sorted(encoded)))


@dataclass(frozen=True, slots=True)
class SignedData:
    content_type: str
    """Dotted object identifier."""
    content: bytes = field(repr=False)
    certificates: tuple[Certificate, ...]
    signers: tuple[Signer, ...]
    """One at least."""

    @property
    def signer(self) -> Signer:
        """The one that counts where there should be one only."""
        return self.signers[0]

    def verify(self) -> Verdict:
        """Every signer whose certificate is here signed this content; the worst of their verdicts."""
        found = {
            Verdict.UNSUPPORTED if item.certificate is None else item.signed(self.content, item.certificate)
            for item in self.signers
        }
        return next(verdict for verdict in (Verdict.WRONG, Verdict.UNSUPPORTED, Verdict.VALID) if verdict in found)


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
    count = len(parsed["signer_infos"])
    if not 1 <= count <= MAX_SIGNERS:
        raise UnusableData("signed by nobody, or by too many", signers=count)
    found = tuple(_certificates(parsed))
    encapsulated = parsed["encap_content_info"]
    content_type = encapsulated["content_type"].dotted
    return SignedData(
        content_type=content_type,
        content=bytes(encapsulated["content"]),
        certificates=found,
        signers=tuple(_signer(info, content_type, found) for info in parsed["signer_infos"]),
    )


def _certificates(parsed: cms.SignedData) -> Iterator[Certificate]:
    carried = parsed["certificates"] or ()
    if len(carried) > MAX_CERTIFICATES:
        raise UnusableData("too many certificates in one message", certificates=len(carried))
    for choice in carried:
        if choice.name == "certificate":
            yield certificate.of(choice.chosen)


def _signer(info: cms.SignerInfo, content_type: str, found: tuple[Certificate, ...]) -> Signer:
    attributes = _attributes(info, content_type)
    time, named = attributes.get("signing_time"), signer_name(info["sid"])
    return Signer(
        name=named,
        certificate=next((item for item in found if named.names(item)), None),
        digest=HASH_OIDS.get(info["digest_algorithm"]["algorithm"].dotted, ""),
        signing_time=None if time is None else certificate.instant(time.native),
        message_digest=attributes["message_digest"].native if attributes else None,
        # implicitly tagged [0] in the message, but signed as the SET it is (RFC 5652 §5.4)
        attributes=b"\x31" + info["signed_attrs"].dump()[1:] if attributes else None,
        signature=info["signature"].native,
        algorithm=SignatureAlgorithm.of(info["signature_algorithm"]),
    )


def _attributes(info: cms.SignerInfo, content_type: str) -> dict[str, Any]:
    """Each once, with one value (RFC 5652 §11): of two message digests nobody could say which was signed."""
    found: dict[str, Any] = {}
    for item in info["signed_attrs"] or ():
        kind = item["type"].native
        if kind in found or len(item["values"]) != 1:
            raise UnusableData("a signed attribute does not have one value")
        found[kind] = item["values"][0]
    if found and found["content_type"].dotted != content_type:
        raise UnusableData("the signed attributes speak of another content")
    return found


def signer_name(sid: cms.SignerIdentifier) -> SignerName:
    """May raise any of `MALFORMED`."""
    if sid.name == "subject_key_identifier":
        return SignerName(subject_key=sid.native)
    return SignerName(certificate.name(sid.chosen["issuer"]), sid.chosen["serial_number"].native)


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """EF.SOD's LDSSecurityObject: the hash of every data group of the chip, by its number."""

    hash_name: str
    hashes: dict[int, bytes]
    signed: SignedData
    version: int = 0
    """0, or 1 with the version of the LDS inside (Doc 9303-10 §4.6.2.3)."""
    lds_version: str = ""
    """Four digits (0108), of version 1 alone: the signed word against EF.COM's."""


_SECURITY_OBJECT: Final = "2.23.136.1.1.1"  # id-icao-ldsSecurityObject
_CARD_SECURITY: Final = "0.4.0.127.0.7.3.2.1"  # id-SecurityObject, BSI TR-03110-3 A.1.2


def security_object(sod: bytes) -> SecurityObject:
    """Raise `UnusableData`."""
    signed = parse(lds.content(lds.Ef.SOD, sod))
    if signed.content_type != _SECURITY_OBJECT:
        raise UnusableData("EF_SOD signs something else than a security object", file=lds.Ef.SOD)
    if len(signed.signers) != 1:
        raise UnusableData("signed by other than one signer", signers=len(signed.signers))
    fields = list(tlv.objects(tlv.value(signed.content, 0x30)))
    if [item.tag for item in fields[:3]] != [0x02, 0x30, 0x30]:
        raise UnusableData("the security object is not what Doc 9303-10 says", file=lds.Ef.SOD)
    name = HASH_OIDS.get(lds.decode_oid(tlv.value(fields[1].value, 0x06)))
    if name is None:
        raise UnusableData("the security object uses an unknown hash algorithm", file=lds.Ef.SOD)
    version, lds_version = int.from_bytes(fields[0].value, "big"), _lds_version(fields)
    return SecurityObject(name, _hashes(fields[2].value), signed, version, lds_version)


def _lds_version(fields: list[tlv.DataObject]) -> str:
    if len(fields) < 4 or fields[3].tag != 0x30:
        return ""
    return tlv.value(fields[3].value, 0x13).decode("ascii", "replace")


def _hashes(listed: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for item in tlv.objects(listed):
        number = int.from_bytes(tlv.value(item.value, 0x02), "big")
        if not 1 <= number <= 16 or number in found:
            raise UnusableData("the security object lists a data group twice, or one that does not exist")
        found[number] = tlv.value(item.value, 0x04)
    return found


def card_security(data: bytes) -> SignedData:
    """EF.CardSecurity (BSI TR-03110-3 A.1.2): its content is a SET OF SecurityInfo. Raise `UnusableData`."""
    signed = parse(data)
    if signed.content_type != _CARD_SECURITY:
        raise UnusableData("EF_CardSecurity signs something else than SecurityInfos")
    return signed
