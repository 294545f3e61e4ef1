"""X.509 certificates as States issue them, and the signatures of their keys.

Parsed with asn1crypto: `cryptography` refuses a sixth of the German master list (explicit curve parameters, trailing
data). Signatures are verified over the bytes as they came. Doc 9303-12 §7, RFC 5280, BSI TR-03111.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from asn1crypto import algos, keys, x509
from asn1crypto.core import OctetString
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from passport_reader.arithmetic import curves, domain_parameters
from passport_reader.arithmetic.domain_parameters import Curve, Point
from passport_reader.document import UnusableData

MALFORMED: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises on bytes that are not what they claim."""

_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303  documents issued before 2011 stay valid until they expire
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class Verdict(StrEnum):
    VALID = "valid"
    WRONG = "wrong"
    UNSUPPORTED = "unsupported"
    """Neither right nor wrong: the algorithm or the curve is not one this reader knows."""


@dataclass(frozen=True, slots=True)
class EllipticKey:
    curve: Curve
    point: Point


PublicKey = EllipticKey | rsa.RSAPublicKey


@dataclass(frozen=True, slots=True)
class Certificate:
    """`der` as it came, without trailing bytes. `key` is None where this reader cannot use it."""

    der: bytes = field(repr=False)
    subject: str
    issuer: str
    country: str
    serial_number: int
    not_before: datetime
    not_after: datetime
    subject_key: bytes | None
    authority_key: bytes | None
    key: PublicKey | None = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    algorithm: algos.SignedDigestAlgorithm = field(repr=False)

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
        return verify(self.key, other.algorithm, other.signature, other.signed)


def parse(der: bytes) -> Certificate:
    """Raise `UnusableData`."""
    try:
        return of(x509.Certificate.load(der))
    except MALFORMED:
        raise UnusableData("not an X.509 certificate") from None


def of(parsed: x509.Certificate) -> Certificate:
    """May raise any of `MALFORMED`: asn1crypto parses late."""
    body = parsed["tbs_certificate"]
    authority = parsed.authority_key_identifier_value
    identifier = None if authority is None else authority["key_identifier"].native
    country = parsed.subject.native.get("country_name", "")
    return Certificate(
        der=parsed.dump(),
        subject=parsed.subject.hashable,
        issuer=parsed.issuer.hashable,
        country=country.upper() if isinstance(country, str) else "",
        serial_number=parsed.serial_number,
        not_before=body["validity"]["not_before"].native,
        not_after=body["validity"]["not_after"].native,
        subject_key=parsed.key_identifier,
        authority_key=identifier,
        key=public_key(body["subject_public_key_info"]),
        signed=body.dump(),
        signature=parsed["signature_value"].native,
        algorithm=parsed["signature_algorithm"],
    )


def public_key(info: keys.PublicKeyInfo) -> PublicKey | None:
    """None for kinds and curves this reader does not know."""
    if info.algorithm in ("rsa", "rsassa_pss"):
        numbers = info["public_key"].parsed
        return rsa.RSAPublicNumbers(numbers["public_exponent"].native, numbers["modulus"].native).public_key()
    if info.algorithm != "ec":
        return None
    curve = _curve(info["algorithm"]["parameters"])
    return None if curve is None else EllipticKey(curve, curve.decode(info["public_key"].native))


def _curve(parameters: keys.ECDomainParameters) -> Curve | None:
    if parameters.name == "named":
        return domain_parameters.BY_OID.get(parameters.chosen.dotted)
    if parameters.name != "specified":
        return None
    explicit = parameters.chosen
    field_, equation = explicit["field_id"], explicit["curve"]
    if field_["field_type"].native != "prime_field":
        return None
    a, b = (int.from_bytes(_octets(equation[name]), "big") for name in ("a", "b"))
    prime = field_["parameters"].native
    return domain_parameters.matching(prime, a, b, _octets(explicit["base"]), explicit["order"].native)


def _octets(value: OctetString) -> bytes:
    return bytes(value)


def verify(key: PublicKey | None, algorithm: Any, signature: bytes, data: bytes, *, digest: str = "") -> Verdict:
    """`algorithm` as asn1crypto parsed it; `digest` names the hash where the algorithm does not."""
    try:
        kind = algorithm.signature_algo
        name = digest if algorithm["algorithm"].native in ("rsassa_pkcs1v15", "ecdsa") else algorithm.hash_algo
        hash_ = _HASHES[name]
        if isinstance(key, rsa.RSAPublicKey):
            return _verify_rsa(key, kind, algorithm, hash_, signature, data)
        if isinstance(key, EllipticKey) and kind == "ecdsa":
            return _verify_ecdsa(key, hash_, signature, data)
    except (*MALFORMED, UnsupportedAlgorithm):
        return Verdict.UNSUPPORTED
    return Verdict.UNSUPPORTED


def _verify_rsa(
    key: rsa.RSAPublicKey, kind: str, algorithm: Any, hash_: hashes.HashAlgorithm, signature: bytes, data: bytes
) -> Verdict:
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if kind == "rsassa_pss":
        parameters = algorithm["parameters"]
        mask = _HASHES[parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native]
        scheme = padding.PSS(padding.MGF1(mask), parameters["salt_length"].native)
    elif kind != "rsassa_pkcs1v15":
        return Verdict.UNSUPPORTED
    try:
        key.verify(signature, data, scheme, hash_)
    except InvalidSignature:
        return Verdict.WRONG
    return Verdict.VALID


def _verify_ecdsa(key: EllipticKey, hash_: hashes.HashAlgorithm, signature: bytes, data: bytes) -> Verdict:
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return Verdict.WRONG
    if key.curve.library is None:
        digest = hashlib.new(hash_.name, data, usedforsecurity=False).digest()
        return Verdict.VALID if curves.verify(key.curve, key.point, r, s, digest) else Verdict.WRONG
    public = ec.EllipticCurvePublicNumbers(key.point.x, key.point.y, key.curve.library).public_key()
    try:
        public.verify(signature, data, ec.ECDSA(hash_))
    except InvalidSignature:
        return Verdict.WRONG
    return Verdict.VALID
