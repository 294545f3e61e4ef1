"""Active authentication, the chip's side (Doc 9303-11 §6.1): a signature over the terminal's challenge."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from simulators.chip.access import Rng
from simulators.chip.personalisation import CurveKey, RsaKey

TRAILERS = {"sha1": b"\xbc", "sha224": b"\x38\xcc", "sha256": b"\x34\xcc", "sha384": b"\x36\xcc", "sha512": b"\x35\xcc"}
"""Of ISO/IEC 9796-2 §8.1.3: one byte says SHA-1, two name the hash by its number in ISO/IEC 10118-3."""
_HEADER = b"\x6a"
"""Part of the message is to be recovered, and no padding precedes it."""


def signature(key: RsaKey | CurveKey, challenge: bytes, rng: Rng) -> bytes:
    """For RSA as long as the modulus; for ECDSA r and s side by side, or in DER where the chip is made so."""
    if isinstance(key, RsaKey):
        return _recoverable(key, challenge, rng)
    plain = key.curve.sign(key.private, challenge, key.hash_name, rng)
    half = len(plain) // 2
    r, s = int.from_bytes(plain[:half], "big"), int.from_bytes(plain[half:], "big")
    return encode_dss_signature(r, s) if key.der else plain


def _recoverable(key: RsaKey, challenge: bytes, rng: Rng) -> bytes:
    """Scheme 1 of ISO/IEC 9796-2: the chip's own random M1 can be recovered, the challenge is the rest, M2."""
    octets, trailer = (key.modulus.bit_length() + 7) // 8, TRAILERS[key.hash_name]
    own = rng(octets - len(_HEADER) - hashlib.new(key.hash_name).digest_size - len(trailer))
    digest = hashlib.new(key.hash_name, own + challenge, usedforsecurity=False).digest()
    representative = int.from_bytes(_HEADER + own + digest + trailer, "big")
    return pow(representative, key.private_exponent, key.modulus).to_bytes(octets, "big")
