"""Signatures by the keys of States: RSA PKCS #1 v1.5, RSASSA-PSS, ECDSA; SHA-1 and the SHA-2 family.

Doc 9303-12 §4.1.6, RFC 8017, RFC 4055 (parameters of PSS), RFC 5758 and BSI TR-03111 (ECDSA). DSA, which Doc 9303 once
allowed, is told apart from nonsense but not verified. Whether an algorithm is strong enough is asked in `policy`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from passport_reader.arithmetic import curves
from passport_reader.document import UnusableData
from passport_reader.pki.keys import MALFORMED, EllipticKey, PublicKey

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303  documents issued before 2014 stay valid until they expire
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

HASH_OIDS: Final = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}


class Verdict(StrEnum):
    VALID = "valid"
    WRONG = "wrong"
    UNSUPPORTED = "unsupported"
    """Neither right nor wrong: the algorithm or the curve is not one this reader knows."""


class Family(StrEnum):
    PKCS1 = "RSA PKCS #1 v1.5"
    PSS = "RSASSA-PSS"
    ECDSA = "ECDSA"
    PLAIN_ECDSA = "plain ECDSA"
    """r and s side by side, without DER (BSI TR-03111 §5.2.1)."""
    UNKNOWN = "unknown"


_RSA: Final = "1.2.840.113549.1.1."
_X962: Final = "1.2.840.10045."
_PLAIN: Final = "0.4.0.127.0.7.1.1.4.1."  # ecdsa-plain-signatures, BSI TR-03111 §5.2.1

_ALGORITHMS: Final = (
    {_RSA + "1": (Family.PKCS1, "")}  # rsaEncryption: CMS of old signers names the key instead of the signature
    | {_RSA + arc: (Family.PKCS1, name) for arc, name in zip(("5", "14", "11", "12", "13"), HASHES, strict=True)}
    | {_X962 + arc: (Family.ECDSA, "") for arc in ("2.1", "4")}
    | {_X962 + "4.1": (Family.ECDSA, "sha1")}
    | {_X962 + f"4.3.{arc}": (Family.ECDSA, name) for arc, name in enumerate(HASHES) if arc}
    | {_PLAIN + str(arc): (Family.PLAIN_ECDSA, name) for arc, name in enumerate(HASHES, start=1)}
)
"""Object identifier of a signature, to its family and hash; the hash is empty where it stands elsewhere."""

_PSS_OID: Final = _RSA + "10"
_MGF1: Final = "1.2.840.113549.1.1.8"


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """`hash_name` is empty where the message names the hash, not the signature; mask and salt (octets) are of PSS."""

    oid: str
    family: Family
    hash_name: str = ""
    mask: str = ""
    salt: int = 0

    @classmethod
    def of(cls, parsed: Any) -> SignatureAlgorithm:
        """From asn1crypto's AlgorithmIdentifier; may raise any of `MALFORMED`."""
        oid = parsed["algorithm"].dotted
        if oid == _PSS_OID:
            return cls._pss(parsed["parameters"])
        family, name = _ALGORITHMS.get(oid, (Family.UNKNOWN, ""))
        return cls(oid, family, name)

    @classmethod
    def _pss(cls, parameters: Any) -> SignatureAlgorithm:
        """RFC 4055 §3.1; what is absent there means SHA-1 and a salt of 20, which asn1crypto fills in."""
        generator = parameters["mask_gen_algorithm"]
        name = HASH_OIDS.get(parameters["hash_algorithm"]["algorithm"].dotted, "")
        mask = HASH_OIDS.get(generator["parameters"]["algorithm"].dotted, "")
        usual = generator["algorithm"].dotted == _MGF1 and parameters["trailer_field"].native == "trailer_field_bc"
        family = Family.PSS if usual and name and mask else Family.UNKNOWN
        return cls(_PSS_OID, family, name, mask, parameters["salt_length"].native)


def digest(name: str, data: bytes) -> bytes:
    """Raise `UnusableData` for a hash no travel document may use."""
    if name not in HASHES:
        raise UnusableData("a hash algorithm that travel documents do not use")
    return hashlib.new(name, data, usedforsecurity=False).digest()


def verify(
    key: PublicKey | None, algorithm: SignatureAlgorithm, signature: bytes, data: bytes, *, digest: str = ""
) -> Verdict:
    """`digest` names the hash where the algorithm does not."""
    hash_ = HASHES.get(algorithm.hash_name or digest)
    if hash_ is None:
        return Verdict.UNSUPPORTED
    try:
        if isinstance(key, rsa.RSAPublicKey) and algorithm.family in (Family.PKCS1, Family.PSS):
            return _verify_rsa(key, algorithm, hash_, signature, data)
        if isinstance(key, EllipticKey) and algorithm.family in (Family.ECDSA, Family.PLAIN_ECDSA):
            plain = algorithm.family is Family.PLAIN_ECDSA
            return _verify_ecdsa(key, hash_, _der(signature) if plain else signature, data)
    except (*MALFORMED, UnsupportedAlgorithm):
        return Verdict.UNSUPPORTED
    return Verdict.UNSUPPORTED


def _verify_rsa(
    key: rsa.RSAPublicKey, algorithm: SignatureAlgorithm, hash_: hashes.HashAlgorithm, signature: bytes, data: bytes
) -> Verdict:
    scheme: padding.AsymmetricPadding = padding.PKCS1v15()
    if algorithm.family is Family.PSS:
        scheme = padding.PSS(padding.MGF1(HASHES[algorithm.mask]), algorithm.salt)
    try:
        key.verify(signature, data, scheme, hash_)
    except InvalidSignature:
        return Verdict.WRONG
    return Verdict.VALID


def _der(plain: bytes) -> bytes:
    half = len(plain) // 2
    return encode_dss_signature(int.from_bytes(plain[:half], "big"), int.from_bytes(plain[half:], "big"))


def _verify_ecdsa(key: EllipticKey, hash_: hashes.HashAlgorithm, signature: bytes, data: bytes) -> Verdict:
    try:
        r, s = decode_dss_signature(signature)
    except ValueError:
        return Verdict.WRONG
    if key.curve.library is None:
        right = curves.verify(key.curve, key.point, r, s, digest(hash_.name, data))
        return Verdict.VALID if right else Verdict.WRONG
    public = ec.EllipticCurvePublicNumbers(key.point.x, key.point.y, key.curve.library).public_key()
    try:
        public.verify(signature, data, ec.ECDSA(hash_))
    except InvalidSignature:
        return Verdict.WRONG
    return Verdict.VALID
