"""X.509 certificates and revocation lists of travel document issuers (Doc 9303-12 §7.1), with asn1crypto alone.

`cryptography` writes neither explicit curve parameters nor SHA-1 signatures, nor knows every curve.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import core, crl, keys, x509

from simulators.issuing.ber import integer, sequence, set_of, tlv
from simulators.issuing.signing import PrivateKey, Signer
from simulators.issuing.states import State

Years = tuple[datetime, datetime]
DOCUMENT_TYPES = "2.23.136.1.1.6.2"  # Doc 9303-12 §7.1.1.6: documentTypeList
NAME_CHANGE = "2.23.136.1.1.6.1"  # Doc 9303-12 §7.1.1.5: in a link certificate whose two names differ
MASTER_LIST_SIGNER = "2.23.136.1.1.3"  # Doc 9303-12 §7.1.1.3: extended key usage
DEVIATION_LIST_SIGNER = "2.23.136.1.1.8"
_PRIVATE_KEY_USAGE = "2.5.29.16"


@dataclass(frozen=True, slots=True)
class Extension:
    oid: str
    value: bytes
    critical: bool = False

    @property
    def der(self) -> bytes:
        critical = core.Boolean(True).dump() if self.critical else b""
        return sequence(core.ObjectIdentifier(self.oid).dump(), critical, tlv(0x04, self.value))


def name(state: State, common_name: str) -> x509.Name:
    entries = {
        "country_name": state.country,
        "organization_name": "Sekisho simulated world",
        "common_name": common_name,
    }
    return x509.Name.build(entries)


def certificate(
    subject: tuple[x509.Name, PrivateKey, int],
    issuer: tuple[x509.Name, Signer],
    years: Years,
    extensions: Sequence[Extension],
) -> bytes:
    """In DER: the subject's name, key and serial number, certified by the issuer; key identifiers are added."""
    subject_name, key, serial = subject
    issuer_name, signer = issuer
    identifiers = (
        Extension("2.5.29.14", tlv(0x04, key_identifier(key))),
        Extension("2.5.29.35", sequence(tlv(0x80, key_identifier(signer.key)))),
    )
    parts = (
        tlv(0xA0, integer(2)),
        integer(serial),
        signer.identifier.dump(),
        issuer_name.dump(),
        sequence(*map(_time, years)),
        subject_name.dump(),
        key.public_key_info,
        tlv(0xA3, sequence(*(extension.der for extension in (*identifiers, *extensions)))),
    )
    body = sequence(*parts)
    return sequence(body, signer.identifier.dump(), tlv(0x03, b"\0" + signer.sign(body)))


def revocation_list(
    issuer_name: x509.Name, signer: Signer, revoked: Mapping[int, datetime], years: Years, *, number: int = 1
) -> bytes:
    """Version 2 with its number (Doc 9303-12 §7.1.4): serial numbers with the moment each was withdrawn."""
    entries = [
        {"user_certificate": serial, "revocation_date": x509.Time({"utc_time": at})} for serial, at in revoked.items()
    ]
    content: dict[str, object] = {
        "version": "v2",
        "signature": signer.identifier,
        "issuer": issuer_name,
        "this_update": x509.Time({"utc_time": years[0]}),
        "next_update": x509.Time({"utc_time": years[1]}),
        "crl_extensions": [
            {"extn_id": "crl_number", "extn_value": core.Integer(number)},
            {"extn_id": "authority_key_identifier", "extn_value": {"key_identifier": key_identifier(signer.key)}},
        ],
    }
    if entries:
        content["revoked_certificates"] = entries
    body = crl.TbsCertList(content)
    signed = {"tbs_cert_list": body, "signature_algorithm": signer.identifier, "signature": signer.sign(body.dump())}
    return bytes(crl.CertificateList(signed).dump())


def key_identifier(key: PrivateKey) -> bytes:
    """SHA-1 of the public key's bits (RFC 5280 §4.2.1.2)."""
    bits = keys.PublicKeyInfo.load(key.public_key_info)["public_key"].untag().contents[1:]
    return hashlib.sha1(bits, usedforsecurity=False).digest()


def authority_extensions() -> tuple[Extension, ...]:
    """Certificates and lists, and no further authority below."""
    return (
        _key_usage("key_cert_sign", "crl_sign"),
        Extension("2.5.29.19", sequence(core.Boolean(True).dump(), integer(0)), critical=True),
    )


def signer_extensions(signing_years: Years | None) -> tuple[Extension, ...]:
    """Of a document signer for passports; `signing_years` end long before the certificate (private key usage)."""
    usage = [_key_usage("digital_signature"), Extension(DOCUMENT_TYPES, sequence(integer(0), set_of(tlv(0x13, b"P"))))]
    if signing_years:
        usage.append(Extension(_PRIVATE_KEY_USAGE, sequence(*map(_moment, (0x80, 0x81), signing_years))))
    return tuple(usage)


def list_signer_extensions(purpose: str) -> tuple[Extension, ...]:
    """Digital signature, and the extended key usage of that list's signer (Doc 9303-12 §7.1.1)."""
    usage = core.ObjectIdentifier(purpose).dump()
    return _key_usage("digital_signature"), Extension("2.5.29.37", sequence(usage), critical=True)


def _key_usage(*purposes: str) -> Extension:
    return Extension("2.5.29.15", x509.KeyUsage(set(purposes)).dump(), critical=True)


def _time(moment: datetime) -> bytes:
    """UTCTime until 2049 (RFC 5280 §4.1.2.5)."""
    return tlv(0x17, f"{moment:%y%m%d%H%M%SZ}".encode())


def _moment(tag: int, moment: datetime) -> bytes:
    return tlv(tag, f"{moment:%Y%m%d%H%M%SZ}".encode())
