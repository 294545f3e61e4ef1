"""X.509 certificates as States issue them (Doc 9303-12 §7.1, RFC 5280), read for what an inspection asks of them.

Parsed with asn1crypto: `cryptography` refuses a sixth of the German master list (explicit curve parameters, trailing
data). Signatures are verified over the bytes as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import x509

from passport_reader import tlv
from passport_reader.document import UnusableData
from passport_reader.pki import signatures
from passport_reader.pki.keys import MALFORMED, EllipticKey, PublicKey, public_key
from passport_reader.pki.signatures import SignatureAlgorithm, Verdict

__all__ = ["MALFORMED", "Certificate", "EllipticKey", "PublicKey", "Verdict", "of", "parse", "public_key"]

MAX_OCTETS: Final = 16 * 1024
"""Of one certificate. The largest of the German master list has 2,299."""

MAX_NAME_PARTS: Final = 64
"""Of one name. The German master list has 7 at most; comparing names costs per part."""

_DOCUMENT_TYPES: Final = "2.23.136.1.1.6.2"  # documentTypeList, Doc 9303-12 §7.1.1.6
_UNDERSTOOD: Final = frozenset(
    {"authority_key_identifier", "key_identifier", "key_usage", "private_key_usage_period", "basic_constraints",
     "extended_key_usage", "subject_alt_name", "issuer_alt_name", "crl_distribution_points", "certificate_policies",
     _DOCUMENT_TYPES, "2.23.136.1.1.6.1"}  # and nameChange
)  # fmt: skip
"""Extensions whose meaning this reader keeps to, by asn1crypto's names (Doc 9303-12 table 6)."""

Period = tuple[datetime | None, datetime | None]
"""From and to, both included; None where it is open."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`der` as it came, without trailing bytes. `key` is None where this reader cannot use it."""

    der: bytes = field(repr=False)
    subject: str
    issuer: str
    country: str
    """Two letters, or three where the State wrote those, upper case; empty where the subject names none."""
    serial_number: int
    not_before: datetime
    not_after: datetime
    subject_key: bytes | None
    authority_key: bytes | None
    key: PublicKey | None = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: SignatureAlgorithm = field(repr=False)
    consistent: bool
    """The signature is of the algorithm that the signed part names (RFC 5280 §4.1.1.2)."""
    certifies: bool
    """It may sign certificates: by basic constraints or by key usage. Eleven certificates of the German master
    list lack one of the two; no document signer has either."""
    usage: frozenset[str] | None
    """Key usage in asn1crypto's words; None where the certificate does not say."""
    purposes: frozenset[str]
    """Extended key usage, dotted. A document signer has none (Doc 9303-12 table 6)."""
    signs_during: Period | None
    """Private key usage period (RFC 3280 §4.2.1.4)."""
    document_types: frozenset[str]
    """First letters of the MRZ's document code that a document signer signs for; empty where it does not say."""
    states: frozenset[str]
    """Issuing States as in the MRZ, which the subject's alternative name gives as locality (Doc 9303-12 §7.1.1.2)."""
    unknown_critical: bool
    """It carries an extension that must be understood and is not (RFC 5280 §4.2)."""

    @property
    def self_issued(self) -> bool:
        return self.subject == self.issuer

    def valid_at(self, at: datetime) -> bool:
        return self.not_before <= at <= self.not_after

    def may_have_issued(self, other: Certificate) -> bool:
        """By key identifiers where both certificates have them, else by name (RFC 5280 §4.2.1.1)."""
        if self.subject_key is not None and other.authority_key is not None:
            return self.subject_key == other.authority_key
        return self.subject == other.issuer

    def issued(self, other: Certificate) -> Verdict:
        """Whether this certificate's key signed the other's."""
        if not other.consistent:
            return Verdict.WRONG
        return signatures.verify(self.key, other.algorithm, other.signature, other.signed)


def parse(der: bytes) -> Certificate:
    """Raise `UnusableData`."""
    if len(der) > MAX_OCTETS:
        raise UnusableData("a certificate is too large", octets=len(der))
    try:
        return of(x509.Certificate.load(der))
    except MALFORMED:
        raise UnusableData("not an X.509 certificate") from None


def of(parsed: x509.Certificate) -> Certificate:
    """May raise any of `MALFORMED`, for asn1crypto parses late, or `UnusableData`."""
    der, body = parsed.dump(), parsed["tbs_certificate"]
    if len(der) > MAX_OCTETS:
        raise UnusableData("a certificate is too large", octets=len(der))
    extensions = _extensions(body)
    authority = _value(extensions, "authority_key_identifier")
    subject_key = _value(extensions, "key_identifier")
    constraints, usage = _value(extensions, "basic_constraints"), _value(extensions, "key_usage")
    purposes = _value(extensions, "extended_key_usage")
    allowed = None if usage is None else frozenset(usage.native)
    is_authority = constraints is not None and constraints["ca"].native is True
    return Certificate(
        der=der,
        subject=name(body["subject"]),
        issuer=name(body["issuer"]),
        country=_country(body["subject"]),
        serial_number=body["serial_number"].native,
        not_before=instant(body["validity"]["not_before"].native),
        not_after=instant(body["validity"]["not_after"].native),
        subject_key=None if subject_key is None else subject_key.native,
        authority_key=None if authority is None else authority["key_identifier"].native,
        key=public_key(body["subject_public_key_info"]),
        signed=body.dump(),
        signature=parsed["signature_value"].native,
        algorithm=SignatureAlgorithm.of(parsed["signature_algorithm"]),
        consistent=parsed["signature_algorithm"].dump() == body["signature"].dump(),
        certifies=is_authority or "key_cert_sign" in (allowed or ()),
        usage=allowed,
        purposes=frozenset() if purposes is None else frozenset(item.dotted for item in purposes),
        signs_during=_period(_value(extensions, "private_key_usage_period")),
        document_types=_document_types(extensions.get(_DOCUMENT_TYPES)),
        states=_states(extensions),
        unknown_critical=any(
            item["critical"].native and known not in _UNDERSTOOD for known, item in extensions.items()
        ),
    )


def name(parsed: x509.Name) -> str:
    """A distinguished name made comparable (RFC 5280 §7.1: case, spaces and string types do not count)."""
    if len(parsed.chosen) > MAX_NAME_PARTS:
        raise UnusableData("a distinguished name has too many parts", parts=len(parsed.chosen))
    comparable: str = parsed.hashable
    return comparable


def instant(value: Any) -> datetime:
    """A moment with time zone; `ValueError` for asn1crypto's year zero, which no calendar has."""
    if not isinstance(value, datetime):
        raise ValueError("not a moment")
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def _country(subject: x509.Name) -> str:
    country = subject.native.get("country_name", "")
    return country.upper() if isinstance(country, str) and len(country) in (2, 3) else ""


def _extensions(body: x509.TbsCertificate) -> dict[str, x509.Extension]:
    """By name, or dotted where asn1crypto knows none. RFC 5280 §4.2: never two of a kind, for which would count?"""
    found: dict[str, x509.Extension] = {}
    for item in body["extensions"]:
        kind = item["extn_id"].native
        if kind in found:
            raise UnusableData("a certificate has an extension twice")
        found[kind] = item
    return found


def _value(extensions: Mapping[str, x509.Extension], kind: str) -> Any:
    return extensions[kind]["extn_value"].parsed if kind in extensions else None


def _period(parsed: Any) -> Period | None:
    if parsed is None:
        return None
    start, end = parsed["not_before"].native, parsed["not_after"].native
    return (None if start is None else instant(start), None if end is None else instant(end))


def _document_types(extension: x509.Extension | None) -> frozenset[str]:
    """SEQUENCE { version, SET OF PrintableString }. Several States encode it wrongly, and it is not critical: what
    cannot be read says nothing."""
    if extension is None:
        return frozenset()
    try:
        listed = tlv.value(bytes(extension["extn_value"]), 0x30, 0x31)
        return frozenset(item.value.decode("ascii").rstrip("<") for item in tlv.objects(listed))
    except (UnusableData, UnicodeDecodeError, *MALFORMED):
        return frozenset()


def _states(extensions: Mapping[str, x509.Extension]) -> frozenset[str]:
    """Not critical, and encoded wrongly by some: what cannot be read says nothing."""
    try:
        alternatives = _value(extensions, "subject_alt_name") or ()
        names = [item.chosen.native for item in alternatives if item.name == "directory_name"]
        return frozenset(name["locality_name"] for name in names if isinstance(name.get("locality_name"), str))
    except MALFORMED:
        return frozenset()
