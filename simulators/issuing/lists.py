"""What states publish about their signers: master lists, deviation and defect lists, and the PKD's LDIF files.

Doc 9303-12 §9 (master list), §10 (deviation list), §5.1 (PKD), BSI TR-03129 (defect list), RFC 2849 (LDIF).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509

from simulators.issuing.ber import integer, oid, sequence, set_of, tlv
from simulators.issuing.cms_writer import signed_message
from simulators.issuing.signing import Signer

_MASTER_LIST = "2.23.136.1.1.2"  # id-icao-cscaMasterList
_DEVIATION_LIST = "2.23.136.1.1.7"  # id-icao-DeviationList
_DEFECT_LIST = "0.4.0.127.0.7.3.1.5"  # id-DefectList
DG_MALFORMED, DG_HASH_WRONG = f"{_DEVIATION_LIST}.2.1", f"{_DEVIATION_LIST}.2.2"
SOD_SIGNATURE_WRONG, COM_INCONSISTENT = f"{_DEVIATION_LIST}.2.3", f"{_DEVIATION_LIST}.2.4"
"""Deviation types about the LDS; `DG_MALFORMED` and `DG_HASH_WRONG` have the data group's number as parameter."""
AA_KEY_COMPROMISED = f"{_DEVIATION_LIST}.1.4"
CERTIFICATE_REVOKED = f"{_DEFECT_LIST}.1.1"
EPASSPORT_DG_MALFORMED, SOD_INVALID = f"{_DEFECT_LIST}.2.1", f"{_DEFECT_LIST}.2.2"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_LINE = 76
"""Characters of an LDIF line before it is folded (RFC 2849 note 2)."""


Published = tuple[str, bytes]
"""A country, and what it published, in DER."""


@dataclass(frozen=True, slots=True)
class Known:
    """Documents that one signer made and what is wrong with all of them. `data_group` where the kind needs one."""

    signer: bytes
    kind: str
    data_group: int | None = None
    description: str = ""


def master_list(certificates: Iterable[bytes], signer: Signer, root: Signer, *, at: datetime) -> bytes:
    """A signed CscaMasterList, version 0 (Doc 9303-12 §9)."""
    content = sequence(integer(0), set_of(*certificates))
    return signed_message(_MASTER_LIST, content, signer, at=at, certificates=(signer.der, root.der))


def deviation_list(known: Iterable[Known], signer: Signer, root: Signer, *, at: datetime) -> bytes:
    """A signed DeviationList, version 0: documents by their signer's issuer and serial number."""
    content = sequence(integer(0), set_of(*map(_deviation, known)))
    return signed_message(_DEVIATION_LIST, content, signer, at=at, certificates=(signer.der, root.der))


def defect_list(known: Iterable[Known], signer: Signer, root: Signer, *, at: datetime) -> bytes:
    """A signed DefectList, version 0, with the hash of each signer's certificate."""
    content = sequence(integer(0), oid(_SHA256), set_of(*map(_defect, known)))
    return signed_message(_DEFECT_LIST, content, signer, at=at, certificates=(signer.der, root.der))


def _deviation(known: Known) -> bytes:
    described = tlv(0x13, known.description.encode("ascii")) if known.description else b""
    parameters = b"" if known.data_group is None else tlv(0xA0, integer(known.data_group))
    description = sequence(described, oid(known.kind), parameters)
    documents = sequence(tlv(0xA1, _issuer_and_serial(known.signer)))
    return sequence(documents, set_of(description))


def _defect(known: Known) -> bytes:
    parameters = b"" if known.data_group is None else integer(known.data_group)
    identifier = sequence(_issuer_and_serial(known.signer))
    hashed = tlv(0x04, hashlib.sha256(known.signer).digest())
    return sequence(identifier, hashed, set_of(sequence(oid(known.kind), parameters)))


def _issuer_and_serial(der: bytes) -> bytes:
    """The two elements of IssuerAndSerialNumber (RFC 5652 §10.2.4), without their template."""
    certificate = x509.Certificate.load(der)
    return bytes(certificate.issuer.dump()) + integer(certificate.serial_number)


def ldif(signers: Iterable[Published], revocation_lists: Iterable[Published], lists: Iterable[Published]) -> bytes:
    """What the ICAO PKD offers for download: document signers, CRLs and master lists."""
    entries = [
        *_entries("dsc", signers, "pkdDownload", "userCertificate;binary"),
        *_entries("crl", revocation_lists, "cRLDistributionPoint", "certificateRevocationList;binary"),
        *_entries("ml", lists, "pkdMasterList", "pkdMasterListContent"),
    ]
    return ("version: 1\n\n" + "\n".join(entries)).encode("ascii")


def _entries(part: str, contents: Iterable[Published], kind: str, attribute: str) -> Iterator[str]:
    for country, content in contents:
        number = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        lines = (
            f"dn: cn={number},o={part},c={country},dc=data,dc=download,dc=pkd,dc=icao,dc=int",
            f"pkdVersion: {int(number[:4], 16)}",
            f"cn: {number}",
            "objectClass: top",
            f"objectClass: {kind}",
            f"{attribute}:: {base64.b64encode(content).decode('ascii')}",
        )
        yield "\n".join(_folded(line) for line in lines) + "\n"


def _folded(line: str) -> str:
    """Continuation lines begin with a space."""
    first, rest = line[:_LINE], line[_LINE:]
    return "\n ".join([first, *(rest[at : at + _LINE - 1] for at in range(0, len(rest), _LINE - 1))])
