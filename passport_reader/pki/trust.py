"""Which States' keys are believed: country signing certificates (CSCA), from master lists, and revocation lists.

PassportError (document.py)
└── TrustRefused       the list is not signed by whom it must be; nothing of it is used
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from asn1crypto import crl

from passport_reader import tlv
from passport_reader.document import PassportError, UnusableData
from passport_reader.pki import certificate, signed_data
from passport_reader.pki.certificate import MALFORMED, Certificate, Verdict

MAX_CERTIFICATES: Final = 5000
"""Certificates of one master list. ICAO's holds about 600."""

_MASTER_LIST: Final = "2.23.136.1.1.2"  # id-icao-cscaMasterList, Doc 9303-12 §9.2


class TrustRefused(PassportError):
    code = "trust_refused"


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A State's CRL (Doc 9303-12 §7.1.4): the serial numbers its CSCA has withdrawn."""

    issuer: str
    authority_key: bytes | None
    issued_at: datetime
    next_at: datetime | None
    serial_numbers: frozenset[int] = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: Any = field(repr=False)

    @classmethod
    def parse(cls, der: bytes) -> RevocationList:
        """Raise `UnusableData`."""
        try:
            parsed = crl.CertificateList.load(der)
            body = parsed["tbs_cert_list"]
            entries = body["revoked_certificates"] or ()
            authority = parsed.authority_key_identifier_value
            return cls(
                issuer=parsed.issuer.hashable,
                authority_key=None if authority is None else authority["key_identifier"].native,
                issued_at=body["this_update"].native,
                next_at=body["next_update"].native,
                serial_numbers=frozenset(entry["user_certificate"].native for entry in entries),
                signed=body.dump(),
                signature=parsed["signature"].native,
                algorithm=parsed["signature_algorithm"],
            )
        except MALFORMED:
            raise UnusableData("not a certificate revocation list") from None


class TrustStore:
    """CSCA certificates, found by key identifier or by name. Immutable; share it between threads."""

    def __init__(
        self,
        certificates: Iterable[Certificate] = (),
        revocation_lists: Iterable[RevocationList] = (),
        *,
        source: str = "",
    ) -> None:
        self.certificates = tuple(certificates)
        self.revocation_lists = tuple(revocation_lists)
        self.source = source
        """For an officer: where these certificates come from, and on whose word."""

    @classmethod
    def from_certificates(cls, certificates: Iterable[bytes], *, revocation_lists: Iterable[bytes] = ()) -> TrustStore:
        """DER certificates and CRLs that someone already decided to believe. Raise `UnusableData`."""
        lists = [RevocationList.parse(der) for der in revocation_lists]
        return cls((certificate.parse(der) for der in certificates), lists, source="given certificates")

    @classmethod
    def from_master_list(
        cls, data: bytes, *, roots: Sequence[bytes] = (), revocation_lists: Iterable[bytes] = ()
    ) -> TrustStore:
        """A CSCA master list (Doc 9303-12 §9), DER.

        Its signature must verify, and its signer chain to one of `roots` (DER). Without roots the signer is taken at
        its word: the list is whole, but on nobody's authority, and `source` says so.
        Raise `UnusableData` where it is no master list, `TrustRefused` where its signature or signer is wrong.
        """
        signed = signed_data.parse(data)
        if signed.content_type != _MASTER_LIST:
            raise UnusableData("not a CSCA master list")
        if signed.verify() is not Verdict.VALID:
            raise TrustRefused("the signature of the master list does not verify")
        trusted = [certificate.parse(der) for der in roots]
        if trusted and not _chains(signed, trusted):
            raise TrustRefused("the signer of the master list was not certified by a given root")
        source = "master list verified against a root" if trusted else "master list of an unverified signer"
        lists = [RevocationList.parse(der) for der in revocation_lists]
        return cls(_listed(signed.content), lists, source=source)

    def issuers(self, issued: Certificate) -> tuple[Certificate, ...]:
        """Candidates for who signed it: by authority key identifier where there is one, and by name."""
        return tuple(
            item
            for item in self.certificates
            if (issued.authority_key is not None and item.subject_key == issued.authority_key)
            or item.subject == issued.issuer
        )

    def issuer(self, issued: Certificate) -> Certificate | None:
        """The one whose key verifies the signature."""
        return next((item for item in self.issuers(issued) if item.issued(issued) is Verdict.VALID), None)

    def revocation_list(self, issuer: Certificate) -> RevocationList | None:
        """The newest list signed by this issuer's key."""
        signed = (
            item
            for item in self.revocation_lists
            if certificate.verify(issuer.key, item.algorithm, item.signature, item.signed) is Verdict.VALID
        )
        return max(signed, key=lambda item: item.issued_at, default=None)


def _chains(signed: signed_data.SignedData, roots: Sequence[Certificate]) -> bool:
    """The signer is a root, or a root's key signed it. Doc 9303-12 §9.1: the signer hangs directly under the CSCA."""
    signer = signed.signer.certificate
    if signer is None:
        return False
    return any(signer.der == root.der or root.issued(signer) is Verdict.VALID for root in roots)


def _listed(content: bytes) -> list[Certificate]:
    """CscaMasterList ::= SEQUENCE { version, certList SET OF Certificate }. What is no certificate is left out."""
    fields = list(tlv.objects(tlv.value(content, 0x30)))
    if len(fields) < 2 or fields[1].tag != 0x31:
        raise UnusableData("the master list is not what Doc 9303-12 says")
    found = []
    for item in tlv.objects(fields[1].value, at_most=MAX_CERTIFICATES):
        try:
            found.append(certificate.parse(tlv.encode(item.tag, item.value)))
        except UnusableData:
            continue
    return found
