"""What States and inspecting authorities say about documents that were made wrongly.

A deviation list (Doc 9303-12 §10) is a State's word on its own documents. A defect list (BSI TR-03129-2 §7) is an
inspecting authority's word on anybody's. Both only say what is known: which of it changes a finding, and why, is
decided in `leniency` and written down in docs/decisions/0007.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from asn1crypto import cms, core

from passport_reader import lds, tlv
from passport_reader.document import UnusableData
from passport_reader.pki import certificate, signatures
from passport_reader.pki.certificate import Certificate
from passport_reader.pki.keys import MALFORMED
from passport_reader.pki.signatures import HASH_OIDS
from passport_reader.pki.signed_data import SignerName, signer_name

DEVIATION_LIST: Final = "2.23.136.1.1.7"  # id-icao-DeviationList
DEFECT_LIST: Final = "0.4.0.127.0.7.3.1.5"  # id-DefectList

MAX_WORDS: Final = 200
"""Characters kept of a description, which is free text for an officer."""

MAX_DEVIATIONS: Final = 10_000
MAX_NUMBERS: Final = 1_000_000
"""Document numbers of one deviation. Italy's list of 2018 names 299,400."""


class Kind(StrEnum):
    """What is wrong; also the code of the finding `known_deviation`."""

    SIGNER_GENERIC = "certificate_or_key_deviates"
    SIGNER_SIGNATURE = "signer_certificate_signature_wrong"
    SIGNER_ENCODING = "signer_certificate_encoding_wrong"
    AUTHORITY_ENCODING = "authority_certificate_encoding_wrong"
    ACTIVE_KEY = "active_authentication_key_compromised"
    CHIP_KEY = "chip_authentication_key_compromised"
    DATA_GENERIC = "data_structure_deviates"
    GROUP_MALFORMED = "data_group_malformed"
    GROUP_HASH = "data_group_hash_wrong"
    SOD_SIGNATURE = "sod_signature_wrong"
    COM = "com_inconsistent"
    MRZ_GENERIC = "mrz_deviates"
    MRZ_DATA = "mrz_data_wrong"
    MRZ_CHECK_DIGIT = "mrz_check_digit_wrong"
    CHIP = "chip_deviates"
    NATIONAL = "national_use"
    SIGNER_REVOKED = "signer_revoked"
    SIGNER_REPLACED = "signer_certificate_replaced"
    FORBIDDEN = "electronic_part_not_to_be_used"
    """A defect nobody here can interpret, of a kind after which TR-03129-2 forbids the use of the chip's data."""
    UNKNOWN = "deviation_unknown"


_KINDS: Final = {
    f"{DEVIATION_LIST}.{arc}": kind
    for arc, kind in {
        "1": Kind.SIGNER_GENERIC, "1.1": Kind.SIGNER_SIGNATURE, "1.2": Kind.SIGNER_ENCODING,
        "1.3": Kind.AUTHORITY_ENCODING, "1.4": Kind.ACTIVE_KEY, "2": Kind.DATA_GENERIC, "2.1": Kind.GROUP_MALFORMED,
        "2.2": Kind.GROUP_HASH, "2.3": Kind.SOD_SIGNATURE, "2.4": Kind.COM, "3": Kind.MRZ_GENERIC,
        "3.1": Kind.MRZ_DATA, "3.2": Kind.MRZ_CHECK_DIGIT, "4": Kind.CHIP, "5": Kind.NATIONAL,
    }.items()
} | {
    f"{DEFECT_LIST}.{arc}": kind
    for arc, kind in {
        "1.1": Kind.SIGNER_REVOKED, "1.2": Kind.SIGNER_REPLACED, "1.3": Kind.CHIP_KEY, "1.4": Kind.ACTIVE_KEY,
        "2.1": Kind.GROUP_MALFORMED, "2.2": Kind.SOD_SIGNATURE,
    }.items()
}  # fmt: skip

_FORBIDDING: Final = (f"{DEFECT_LIST}.1.", f"{DEFECT_LIST}.2.")
"""TR-03129-2: authentication and personalisation defects of unknown meaning forbid the use of the chip's data."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The document that is asked about. What is not known for certain is empty or None, and matches nothing."""

    signer: Certificate
    country: str
    """Of the CSCA above the signer."""
    document_code: str = ""
    document_number: str = ""
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Documents:
    """Which documents are meant: all criteria that are given must be met (Doc 9303-12 §10, never one of several)."""

    country: str = ""
    """Of the CSCA above the list's signer; empty in a defect list, which may speak of any State."""
    document_type: str | None = None
    signer: SignerName | None = None
    signer_digest: bytes | None = None
    digest_name: str = ""
    issued: tuple[datetime, datetime] | None = None
    numbers: frozenset[str] | None = field(default=None, repr=False)

    def include(self, asked: Subject) -> bool:
        signer = asked.signer
        return (
            self.country in ("", asked.country)
            and (self.document_type is None or self._of_type(asked.document_code))
            and (self.signer is None or self.signer.names(signer))
            and (self.signer_digest is None or self._digested(signer))
            and (self.issued is None or self._issued(asked.issued_on))
            and (self.numbers is None or asked.document_number in self.numbers)
        )

    def _of_type(self, code: str) -> bool:
        return bool(code) and code.startswith(self.document_type or "")

    def _digested(self, signer: Certificate) -> bool:
        known = self.digest_name in signatures.HASHES
        return known and signatures.digest(self.digest_name, signer.der) == self.signer_digest

    def _issued(self, on: date | None) -> bool:
        return on is not None and self.issued is not None and self.issued[0].date() <= on <= self.issued[1].date()


@dataclass(frozen=True, slots=True)
class KnownDeviation:
    kind: Kind
    documents: Documents
    parts: frozenset[int] = frozenset()
    """Data groups (1 to 16, 20 for EF.SOD, 21 for EF.COM), or the field of a certificate or of the MRZ."""
    description: str = ""

    @property
    def detail(self) -> str:
        prefix = "DG" if self.kind in (Kind.GROUP_HASH, Kind.GROUP_MALFORMED) else ""
        return ", ".join(
            [f"{prefix}{part}" for part in sorted(self.parts)] + [self.description] * bool(self.description)
        )


def deviations(content: bytes, country: str) -> tuple[KnownDeviation, ...]:
    """DeviationList ::= SEQUENCE { version, digestAlgorithm OPTIONAL, deviations SET OF Deviation }.

    Doc 9303-12 §10.2. `country` is that of the CSCA above its signer: nobody deviates for another State.
    Raise `UnusableData`.
    """
    try:
        fields = list(tlv.objects(tlv.value(content, 0x30)))
        name = _hash_name(fields[1].value) if fields[1].tag == 0x30 else ""
        listed = next(item.value for item in fields if item.tag == 0x31)
        return tuple(
            found
            for item in tlv.objects(listed, at_most=MAX_DEVIATIONS)
            for found in _deviation(item.value, country, name)
        )
    except (StopIteration, RuntimeError, *MALFORMED):
        raise UnusableData("the deviation list is not what Doc 9303-12 says") from None


def _hash_name(algorithm: bytes) -> str:
    return HASH_OIDS.get(lds.decode_oid(tlv.value(algorithm, 0x06)), "")


def _deviation(data: bytes, country: str, digest_name: str) -> Iterator[KnownDeviation]:
    selected, described = list(tlv.objects(data))
    documents = _documents(selected.value, Documents(country=country, digest_name=digest_name))
    for item in tlv.objects(described.value):
        parts = {part.tag: part.value for part in tlv.objects(item.value)}
        words = parts.get(0x13, b"")[:MAX_WORDS].decode("ascii", "replace")
        kind = _KINDS.get(lds.decode_oid(parts[0x06]), Kind.UNKNOWN)
        yield KnownDeviation(kind, documents, _numbers(parts.get(0xA0, b"")), words)


def _documents(data: bytes, documents: Documents) -> Documents:
    """DeviationDocuments, implicitly tagged [0] to [5]."""
    for item in tlv.objects(data):
        match item.tag:
            case 0x80:
                documents = replace(documents, document_type=item.value.decode("ascii").rstrip("< "))
            case 0xA1:
                documents = replace(documents, signer=_issuer_and_serial(tlv.encode(0x30, item.value)))
            case 0x82:
                documents = replace(documents, signer=SignerName(subject_key=item.value))
            case 0x83:
                documents = replace(documents, signer_digest=item.value)
            case 0xA4:
                first, last = (_moment(each.value) for each in tlv.objects(item.value))
                documents = replace(documents, issued=(first, last))
            case 0xA5:
                listed = tlv.objects(item.value, at_most=MAX_NUMBERS)
                documents = replace(documents, numbers=frozenset(each.value.decode("ascii") for each in listed))
            case _:
                raise UnusableData("a criterion of a deviation is unknown", tag=item.tag)
    return documents


def _moment(value: bytes) -> datetime:
    return certificate.instant(core.GeneralizedTime.load(tlv.encode(0x18, value)).native)


def _issuer_and_serial(der: bytes) -> SignerName:
    parsed = cms.IssuerAndSerialNumber.load(der)
    return SignerName(certificate.name(parsed["issuer"]), parsed["serial_number"].native)


def _numbers(parameters: bytes) -> frozenset[int]:
    """INTEGERs, alone or in a SET or SEQUENCE; other parameters (the identifier of an extension) say nothing here."""
    if not parameters:
        return frozenset()
    found = list(tlv.objects(parameters))
    if len(found) == 1 and found[0].tag in (0x30, 0x31):
        found = list(tlv.objects(found[0].value))
    return frozenset(int.from_bytes(item.value, "big") for item in found if item.tag == 0x02 and len(item.value) == 1)


def defects(content: bytes) -> tuple[KnownDeviation, ...]:
    """DefectList ::= SEQUENCE { version, hashAlg OID, defects SET OF Defect } (BSI TR-03129-2 §7).

    Defect ::= SEQUENCE { signerIdentifier, certificateHash OPTIONAL, knownDefects SET OF { OID, parameters } }.
    Raise `UnusableData`.
    """
    try:
        _, algorithm, listed = tlv.objects(tlv.value(content, 0x30))
        name = HASH_OIDS.get(lds.decode_oid(algorithm.value), "")
        return tuple(
            found for item in tlv.objects(listed.value, at_most=MAX_DEVIATIONS) for found in _defect(item.value, name)
        )
    except MALFORMED:
        raise UnusableData("the defect list is not what TR-03129-2 says") from None


def _defect(data: bytes, digest_name: str) -> Iterator[KnownDeviation]:
    named, *hashed, known = list(tlv.objects(data))
    digest = hashed[0].value if hashed else None
    signer = signer_name(cms.SignerIdentifier.load(tlv.encode(named.tag, named.value)))
    documents = Documents(signer=signer, signer_digest=digest, digest_name=digest_name)
    for item in tlv.objects(known.value):
        oid, *parameters = list(tlv.objects(item.value))
        arc = lds.decode_oid(oid.value)
        unknown = Kind.FORBIDDEN if arc.startswith(_FORBIDDING) else Kind.UNKNOWN
        encoded = b"".join(tlv.encode(each.tag, each.value) for each in parameters)
        yield KnownDeviation(_KINDS.get(arc, unknown), documents, _numbers(encoded))
