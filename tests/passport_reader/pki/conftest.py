"""A press for certificates, security objects and lists of every kind, also of kinds no honest State would make."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from asn1crypto import algos, cms, core, crl, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

from passport_reader.arithmetic import domain_parameters

SECURITY_OBJECT = "2.23.136.1.1.1"
BEGAN, ENDS = datetime(2016, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
SIGNED = datetime(2020, 5, 4, 12, tzinfo=UTC)
HASHES = {name: getattr(hashes, name.upper())() for name in ("sha1", "sha224", "sha256", "sha384", "sha512")}


@cache
def make_key(kind: str, which: int = 0) -> Any:
    """`rsa2048`, `dsa2048`, or a curve's name; `which` tells keys of one kind apart."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    if kind.startswith("dsa"):
        return dsa.generate_private_key(int(kind[3:]))
    curve = next(item for item in domain_parameters.CURVES if item.name == kind)
    return ec.generate_private_key(curve.library)


@dataclass(frozen=True)
class Scheme:
    """How a key signs: `hash`, and for RSA `pss` with a mask hash and a salt."""

    hash: str = "sha256"
    pss: bool = False
    mask: str = ""
    salt: int = 32

    def sign(self, key: Any, data: bytes) -> bytes:
        if isinstance(key, rsa.RSAPrivateKey):
            mask = padding.MGF1(HASHES[self.mask or self.hash])
            return key.sign(data, padding.PSS(mask, self.salt) if self.pss else padding.PKCS1v15(), HASHES[self.hash])
        if isinstance(key, dsa.DSAPrivateKey):
            return key.sign(data, HASHES[self.hash])
        return key.sign(data, ec.ECDSA(HASHES[self.hash]))

    def algorithm(self, key: Any) -> algos.SignedDigestAlgorithm:
        if self.pss:
            mask = {"algorithm": "mgf1", "parameters": {"algorithm": self.mask or self.hash}}
            given = {"hash_algorithm": {"algorithm": self.hash}, "mask_gen_algorithm": mask, "salt_length": self.salt}
            return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(given)})
        kind = {rsa.RSAPrivateKey: "rsa", dsa.DSAPrivateKey: "dsa"}
        suffix = next((name for known, name in kind.items() if isinstance(key, known)), "ecdsa")
        return algos.SignedDigestAlgorithm({"algorithm": f"{self.hash}_{suffix}"})


def public_info(key: Any, *, explicit: bool = False, compressed: bool = False) -> keys.PublicKeyInfo:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    info = keys.PublicKeyInfo.load(key.public_key().public_bytes(serialization.Encoding.DER, form))
    if compressed:
        point = serialization.PublicFormat.CompressedPoint
        octets = key.public_key().public_bytes(serialization.Encoding.X962, point)
        info = keys.PublicKeyInfo({"algorithm": info["algorithm"], "public_key": keys.ECPointBitString(octets)})
    if explicit:
        curve = next(item for item in domain_parameters.CURVES if item.library and item.library.name == key.curve.name)
        size = curve.octets
        domain = keys.SpecifiedECDomain(
            {
                "version": "ecdpVer1",
                "field_id": {"field_type": "prime_field", "parameters": core.Integer(curve.p)},
                "curve": {"a": curve.a.to_bytes(size, "big"), "b": curve.b.to_bytes(size, "big")},
                "base": curve.encode(curve.generator),
                "order": curve.n,
                "cofactor": 1,
            }
        )
        info["algorithm"]["parameters"] = keys.ECDomainParameters({"specified": domain})
    return info


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    key: Any
    der: bytes
    scheme: Scheme = field(default_factory=Scheme)

    @property
    def parsed(self) -> x509.Certificate:
        return x509.Certificate.load(self.der)

    @property
    def key_id(self) -> bytes:
        return self.parsed.key_identifier


def extension(kind: str, value: Any, *, critical: bool = False) -> dict[str, Any]:
    return {"extn_id": kind, "critical": critical, "extn_value": value}


AUTHORITY = (
    extension("basic_constraints", {"ca": True, "path_len_constraint": 0}, critical=True),
    extension("key_usage", {"key_cert_sign", "crl_sign"}, critical=True),
)
SIGNER = (extension("key_usage", {"digital_signature"}, critical=True),)


def certify(
    name: str,
    key: Any,
    issuer: Holder | None,
    *,
    extensions: Sequence[Mapping[str, Any]],
    country: str = "UT",
    years: tuple[datetime, datetime] = (BEGAN, ENDS),
    serial: int = 7,
    scheme: Scheme | None = None,
    info: keys.PublicKeyInfo | None = None,
    issuer_key: Any = None,
) -> Holder:
    """Signed by `issuer`, or by its own key where there is none; `issuer_key` signs instead of the issuer's."""
    scheme = scheme or (issuer.scheme if issuer else Scheme())
    info = info or public_info(key)
    subject = x509.Name.build({"country_name": country, "common_name": name})
    key_id = hashlib.sha1(bytes(info["public_key"])).digest()
    authority = issuer.key_id if issuer else key_id
    signing = issuer_key or (issuer.key if issuer else key)
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": serial,
            "signature": scheme.algorithm(signing),
            "issuer": issuer.parsed.subject if issuer else subject,
            "validity": {"not_before": moment(years[0]), "not_after": moment(years[1])},
            "subject": subject,
            "subject_public_key_info": info,
            "extensions": [
                extension("key_identifier", key_id),
                extension("authority_key_identifier", {"key_identifier": authority}),
                *extensions,
            ],
        }
    )
    made = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": scheme.algorithm(signing),
            "signature_value": scheme.sign(signing, body.dump()),
        }
    )
    return Holder(key, made.dump(), Scheme() if scheme.pss else scheme)


def moment(at: datetime) -> x509.Time:
    return x509.Time({"utc_time": at})


def authority(name: str = "CSCA", kind: str = "secp256r1", which: int = 0, **more: Any) -> Holder:
    return certify(name, make_key(kind, which), None, extensions=AUTHORITY, **more)


def link(old: Holder, new: Holder, name: str = "CSCA", **more: Any) -> Holder:
    """The new key, certified by the old one."""
    return certify(name, new.key, old, **({"extensions": AUTHORITY, "serial": 8} | more))


def signer(issuer: Holder, kind: str = "secp256r1", which: int = 1, **more: Any) -> Holder:
    key = make_key(kind, which)
    made = certify("Signer", key, issuer, **({"extensions": SIGNER} | more))
    return replace(made, scheme=Scheme())


def message(
    content_type: str,
    content: bytes,
    by: Holder,
    *,
    scheme: Scheme | None = None,
    digest: str = "sha256",
    at: datetime | None = SIGNED,
    carried: Sequence[Holder] | None = None,
    by_key: bool = False,
    mangle: Callable[[list[Any]], list[Any]] = lambda attributes: attributes,
) -> bytes:
    """A CMS message; `mangle` changes the signed attributes before they are signed."""
    scheme = scheme or by.scheme
    listed: list[Any] = [
        {"type": "content_type", "values": [content_type]},
        {"type": "message_digest", "values": [hashlib.new(digest, content).digest()]},
    ]
    listed += [{"type": "signing_time", "values": [cms.Time({"utc_time": at})]}] if at else []
    attributes = cms.CMSAttributes([cms.CMSAttribute(item) for item in mangle(listed)])
    named = {"issuer": by.parsed.issuer, "serial_number": by.parsed.serial_number}
    sid = {"subject_key_identifier": by.key_id} if by_key else {"issuer_and_serial_number": named}
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(sid),
        "digest_algorithm": {"algorithm": digest},
        "signed_attrs": attributes,
        "signature_algorithm": scheme.algorithm(by.key),
        "signature": scheme.sign(by.key, attributes.untag().dump()),
    }
    signed = {
        "version": "v3",
        "digest_algorithms": [{"algorithm": digest}],
        "encap_content_info": {"content_type": content_type, "content": core.ParsableOctetString(content)},
        "certificates": [item.parsed for item in ([by] if carried is None else carried)],
        "signer_infos": [info],
    }
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([length]) if length < 128 else bytes([0x80 | len(octets)]) + octets) + content


def oid(dotted: str) -> bytes:
    return bytes(core.ObjectIdentifier(dotted).dump())


def security_object(groups: Mapping[int, bytes], hash_name: str = "sha256") -> bytes:
    listed = b"".join(
        tlv(0x30, tlv(0x02, bytes([number])), tlv(0x04, hashlib.new(hash_name, data).digest()))
        for number, data in sorted(groups.items())
    )
    return tlv(0x30, b"\x02\x01\x00", algos.DigestAlgorithm({"algorithm": hash_name}).dump(), tlv(0x30, listed))


def zone(expiry: str = "270415") -> bytes:
    """Anna Maria Eriksson's, number L898902C3 (Doc 9303-4 appendix A), with another date of expiry (YYMMDD)."""
    fields = "L898902C36", "UTO", "7408122", "F", expiry + check_digit(expiry), "ZE184226B<<<<<1"
    line = "".join(fields)
    return (
        "P<UTOERIKSSON<<ANNA<MARIA".ljust(44, "<") + line + check_digit(line[:10] + line[13:20] + line[21:])
    ).encode()


def check_digit(text: str) -> str:
    values = (0 if letter == "<" else int(letter, 36) for letter in text)
    return str(sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(values)) % 10)


def dg1(expiry: str = "270415") -> bytes:
    return tlv(0x61, b"\x5f\x1f", tlv(0, zone(expiry))[1:])


def groups(**others: bytes) -> dict[int, bytes]:
    """DG1 and DG2, and others as `dg12=…`."""
    made = {1: dg1(), 2: tlv(0x75, b"portrait")}
    return made | {int(name[2:]): content for name, content in others.items()}


def files(sod: bytes, contents: Mapping[int, bytes] | None = None) -> dict[int, bytes]:
    """A chip's files by file identifier; `sod` without its template."""
    contents = groups() if contents is None else contents
    return {0x011D: tlv(0x77, sod)} | {0x0100 + number: data for number, data in contents.items()}


def passport(by: Holder, contents: Mapping[int, bytes] | None = None, **more: Any) -> dict[int, bytes]:
    contents = groups() if contents is None else contents
    hash_name = more.pop("hash_name", "sha256")
    return files(message(SECURITY_OBJECT, security_object(contents, hash_name), by, **more), contents)


def revocation_list(
    by: Holder, serials: Sequence[int] = (), *, at: datetime = SIGNED, extensions: Sequence[Mapping[str, Any]] = ()
) -> bytes:
    entries = [{"user_certificate": serial, "revocation_date": moment(at)} for serial in serials]
    body = {
        "version": "v2",
        "signature": by.scheme.algorithm(by.key),
        "issuer": by.parsed.subject,
        "this_update": moment(at),
        "next_update": moment(datetime(2028, 1, 1, tzinfo=UTC)),
        "crl_extensions": [
            {"extn_id": "authority_key_identifier", "critical": False, "extn_value": {"key_identifier": by.key_id}},
            *extensions,
        ],
    } | ({"revoked_certificates": entries} if entries else {})
    signed = crl.TbsCertList(body)
    made = {"tbs_cert_list": signed, "signature_algorithm": by.scheme.algorithm(by.key)}
    return bytes(crl.CertificateList(made | {"signature": by.scheme.sign(by.key, signed.dump())}).dump())


def master_list(by: Holder, listed: Sequence[Holder], **more: Any) -> bytes:
    content = tlv(0x30, b"\x02\x01\x00", tlv(0x31, *(item.der for item in listed)))
    return message("2.23.136.1.1.2", content, by, **more)


def purposed(issuer: Holder, purpose: str, **more: Any) -> Holder:
    """A signer of lists: with an extended key usage."""
    usage = extension("extended_key_usage", [purpose], critical=True)
    return signer(issuer, extensions=(*SIGNER, usage), **more)


@pytest.fixture(scope="session")
def press() -> ModuleType:
    """Everything above: `press.signer(csca)`. A conftest cannot be imported by name."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def now() -> datetime:
    """When passports are inspected in these tests: the signers are in date, and so is the passport."""
    return datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def csca() -> Holder:
    return authority()
