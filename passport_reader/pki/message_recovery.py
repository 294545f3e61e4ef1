"""RSA signatures with partial message recovery: ISO/IEC 9796-2 scheme 1, the way of active authentication.

The signature hides a representative F = header, M1, hash of M1 and M2, trailer. The verifier knows M2 alone, its
challenge; M1 comes out of the signature (Doc 9303-11 §6.1.2.2 and appendix F).
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

_IMPLICIT: Final = 0xBC
"""The trailer of one byte: the hash is understood, and Doc 9303-11 §6.1.2.2 understands SHA-1."""

_EXPLICIT: Final = 0xCC
"""The trailer of two bytes: before it stands the identifier of the hash."""

_HASH_IDENTIFIERS: Final = {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}
"""ISO/IEC 10118-3. RIPEMD and Whirlpool (31, 32, 37) no travel document may use."""


def verify(key: rsa.RSAPublicKey, signature: bytes, tail: bytes) -> str:
    """The name of the hash in a genuine signature over a message that ends in `tail`; empty where it is not genuine.

    A signature shorter than the key lost its leading zeros, and a longer one may have more of them.
    """
    numbers = key.public_numbers()
    value = int.from_bytes(signature, "big")
    if not 0 < value < numbers.n:
        return ""
    opened = pow(value, numbers.e, numbers.n)
    octets = (numbers.n.bit_length() + 7) // 8
    for representative in (opened, numbers.n - opened):  # B.4 signs the smaller of the two, B.6 the first
        if found := hash_of(representative.to_bytes(octets, "big"), tail):
            return found
    return ""


def hash_of(representative: bytes, tail: bytes) -> str:
    """The name of the hash where F is in order and covers `tail`, else empty."""
    name, trailer = _trailer(representative)
    start = _message_start(representative)
    if not name or not start:
        return ""
    end = len(representative) - trailer - hashlib.new(name, usedforsecurity=False).digest_size
    if end < start:
        return ""
    covered = representative[start:end] + tail
    digest = hashlib.new(name, covered, usedforsecurity=False).digest()
    return name if compare_digest(digest, representative[end : len(representative) - trailer]) else ""


def _trailer(representative: bytes) -> tuple[str, int]:
    identifier, last = representative[-2:].rjust(2, b"\0")
    if last == _IMPLICIT:
        return "sha1", 1
    return (_HASH_IDENTIFIERS.get(identifier, ""), 2) if last == _EXPLICIT else ("", 0)


def _message_start(representative: bytes) -> int:
    """Where M1 begins, 0 where the header is none.

    The first nibble is 6 (01, then 1 for a part of the message recovered, then 0), then B as often as there is room
    to fill, then A: 6A where M1 fills F, as it must in Doc 9303-11.
    """
    digits = representative.hex()
    filler = digits[1:].lstrip("b")
    start, odd = divmod(len(digits) - len(filler) + 1, 2)
    return start if digits[:1] == "6" and filler[:1] == "a" and not odd else 0
