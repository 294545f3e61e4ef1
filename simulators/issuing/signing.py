"""Keys of issuers, what they sign with, and their public halves as certificates and chips carry them.

Every kind is one that real issuers use: named and explicit curve parameters, PKCS #1 v1.5 and PSS, SHA-1 to SHA-512.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from random import Random

from asn1crypto import algos, core
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import CURVES
from simulators.issuing.ber import integer, oid, sequence, tlv
from simulators.issuing.states import Algorithm

_EC_PUBLIC_KEY = "1.2.840.10045.2.1"  # RFC 5480 §2.1.1
_PRIME_FIELD = "1.2.840.10045.1.1"  # X9.62
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - documents of the first years bear it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class CurveKey:
    """`explicit` writes the curve's parameters out instead of its name."""

    curve: Curve
    private: int = field(repr=False)
    explicit: bool = False

    @property
    def public(self) -> bytes:
        return self.curve.power(self.private, self.curve.generator)

    @property
    def public_key_info(self) -> bytes:
        parameters = explicit_parameters(self.curve) if self.explicit else oid(self.curve.oid)
        return sequence(sequence(oid(_EC_PUBLIC_KEY), parameters), tlv(0x03, b"\0" + self.public))

    def sign(self, message: bytes, hash_name: str) -> bytes:
        """In DER (RFC 3279 §2.2.3)."""
        plain = self.curve.sign(self.private, message, hash_name, os.urandom)
        half = len(plain) // 2
        return encode_dss_signature(int.from_bytes(plain[:half], "big"), int.from_bytes(plain[half:], "big"))


@dataclass(frozen=True, slots=True)
class RsaKey:
    key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def public_key_info(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes, hash_name: str, *, pss: bool) -> bytes:
        algorithm = _HASHES[hash_name]
        if not pss:
            return self.key.sign(message, padding.PKCS1v15(), algorithm)
        scheme = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
        return self.key.sign(message, scheme, algorithm)


PrivateKey = CurveKey | RsaKey


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, how it signs, and its certificate in DER (empty until it is made)."""

    key: PrivateKey
    algorithm: Algorithm
    der: bytes = field(default=b"", repr=False)

    def sign(self, message: bytes) -> bytes:
        if isinstance(self.key, CurveKey):
            return self.key.sign(message, self.algorithm.hash_name)
        return self.key.sign(message, self.algorithm.signing_hash, pss=self.algorithm.pss)

    @property
    def identifier(self) -> algos.SignedDigestAlgorithm:
        """The AlgorithmIdentifier of its signatures (RFC 4055, RFC 5758)."""
        name = self.algorithm.signing_hash
        if isinstance(self.key, CurveKey):
            return algos.SignedDigestAlgorithm({"algorithm": f"{name}_ecdsa"})
        if not self.algorithm.pss:
            return algos.SignedDigestAlgorithm({"algorithm": f"{name}_rsa", "parameters": core.Null()})
        hashed = {"algorithm": name, "parameters": core.Null()}
        mask = {"algorithm": "mgf1", "parameters": hashed}
        salt = hashlib.new(name).digest_size
        parameters = {"hash_algorithm": hashed, "mask_gen_algorithm": mask, "salt_length": salt}
        return algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)})


def new_key(algorithm: Algorithm, random: Random) -> PrivateKey:
    """A curve key that follows from `random`, or a fresh RSA key: no library makes those from a seed."""
    if algorithm.curve is None:
        return RsaKey(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    curve = CURVES[algorithm.curve]
    return CurveKey(curve, curve.scalar(random.randbytes), algorithm.explicit)


def explicit_parameters(curve: Curve) -> bytes:
    """ECParameters with everything written out (RFC 3279 §2.3.5), as BSI TR-03111 asks for in certificates."""
    size = curve.size
    coefficients = sequence(*(tlv(0x04, value.to_bytes(size, "big")) for value in (curve.a, curve.b)))
    return sequence(
        integer(1),
        sequence(oid(_PRIME_FIELD), integer(curve.p)),
        coefficients,
        tlv(0x04, curve.generator),
        integer(curve.order),
        integer(1),
    )
