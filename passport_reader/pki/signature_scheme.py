"""Signatures as chips and inspection terminals write them: ECDSA as r and s side by side, RSA as one number.

BSI TR-03111 §5.2.1 (plain ECDSA), RFC 8017; schemes of terminal authentication: Doc 9303-11 §7.1.4, TR-03110-3 A.7.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from passport_reader.arithmetic import curves
from passport_reader.pki.certificate import EllipticKey, PublicKey

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1(),  # noqa: S303  chips and authorities of the first years know nothing better
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}

MIN_MODULUS: Final = 1024
"""Bits of an RSA key. Numbers of 829 bits have been factored, and whoever does that needs no chip."""

MAX_MODULUS: Final = 8192
"""Bits of an RSA key whose public operation still takes milliseconds; with `MAX_EXPONENT`, about ten."""

MAX_EXPONENT: Final = 256
"""Bits of a public exponent (FIPS 186-4 B.3.1)."""


class Kind(StrEnum):
    ECDSA = "ecdsa"
    PKCS1 = "rsa_pkcs1"
    PSS = "rsa_pss"


@dataclass(frozen=True, slots=True)
class Scheme:
    """`hash_name` is a key of `HASHES`; the mask and the salt of PSS follow it (Doc 9303-11 §7.1.4.1.1)."""

    kind: Kind
    hash_name: str

    @property
    def hash(self) -> hashes.HashAlgorithm:
        return HASHES[self.hash_name]

    @property
    def rsa_padding(self) -> padding.AsymmetricPadding:
        if self.kind is Kind.PSS:
            return padding.PSS(padding.MGF1(self.hash), self.hash.digest_size)
        return padding.PKCS1v15()

    def fits(self, key: PublicKey) -> bool:
        return isinstance(key, EllipticKey) == (self.kind is Kind.ECDSA)

    def verify(self, key: PublicKey, signature: bytes, data: bytes) -> bool:
        """Whether `key` signed `data`; an ECDSA signature is plain. False also where the scheme is not the key's."""
        if isinstance(key, EllipticKey):
            numbers = plain_numbers(signature)
            return self.kind is Kind.ECDSA and verify_ecdsa(key, self.hash_name, numbers, data)
        try:
            if self.fits(key):
                key.verify(signature, data, self.rsa_padding, self.hash)
                return True
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            pass
        return False


def plain_numbers(signature: bytes) -> tuple[int, int]:
    """r and s of a plain signature; (0, 0), which verifies nothing, where it has no two halves."""
    half, odd = divmod(len(signature), 2)
    if odd:
        return 0, 0
    return int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")


def plain_signature(r: int, s: int, order: int) -> bytes:
    """r and s, each as long as the order of the curve's generator."""
    octets = (order.bit_length() + 7) // 8
    return r.to_bytes(octets, "big") + s.to_bytes(octets, "big")


def verify_ecdsa(key: EllipticKey, hash_name: str, numbers: tuple[int, int], data: bytes) -> bool:
    """Whether (r, s) is the key's signature of `data`; on any curve of `domain_parameters`."""
    r, s = numbers
    if not (0 < r < key.curve.n and 0 < s < key.curve.n):
        return False
    if key.curve.library is None:
        digest = hashlib.new(hash_name, data, usedforsecurity=False).digest()
        return curves.verify(key.curve, key.point, r, s, digest)
    try:
        public = ec.EllipticCurvePublicNumbers(key.point.x, key.point.y, key.curve.library).public_key()
        public.verify(encode_dss_signature(r, s), data, ec.ECDSA(HASHES[hash_name]))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def usable(key: PublicKey | None) -> bool:
    """Whether a signature by it means something, and is checked in bounded time: a key of a chip may be any number."""
    if isinstance(key, rsa.RSAPublicKey):
        return MIN_MODULUS <= key.key_size <= MAX_MODULUS and key.public_numbers().e.bit_length() <= MAX_EXPONENT
    return key is not None
