"""From the chip's nonce to a generator that nobody outside knows: the mappings of PACE (Doc 9303-11 §4.4.3.3).

Chip authentication mapping maps like the generic one (§4.4.3.3.3); what it adds is in `chip_mapping`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from passport_reader.arithmetic.agreement import KeyAgreement
from passport_reader.card.messaging import Algorithm
from passport_reader.document import UnusableData

Exchange = Callable[[bytes], bytes]
"""Sends mapping data (tag 81), gives the chip's (tag 82)."""

Random = Callable[[int], bytes]
Secrets = Callable[[KeyAgreement], int]

LONGEST_NONCE: Final = 64
"""The chip chooses any number of blocks; 32 bytes serve every cipher."""

_CONSTANTS: Final = {
    16: ("a668892a7c41e3ca739f40b057d85904", "a4e136ac725f738b01c1f60217c188ad"),
    32: (
        "d463d65234124ef7897054986dca0a174e28df758cbaa03f240616414d5a1676",
        "54bd7255f0aaf831bec3423fcf39d69b6cbf066677d0faae5aadd99df8e53517",
    ),
}
"""c0 and c1 of §4.4.3.3.2, by the length of the nonce in bytes."""

_EXCESS_BITS: Final = 64
"""Pseudo-random bits beyond the prime's, so that the remainder is even (§4.4.3.3.2)."""


@dataclass(frozen=True, slots=True)
class Mapped:
    generator: bytes
    chip_public: bytes = b""
    """The chip's key of the generic mapping; empty with the integrated one."""


def generic(agreement: KeyAgreement, nonce: bytes, exchange: Exchange, secret: int) -> Mapped:
    """s·G + H, H agreed anonymously (§4.4.3.3.1). Raise `UnusableData`."""
    theirs = agreement.validated(exchange(agreement.public(secret)))
    scalar = int.from_bytes(nonce, "big") % agreement.order
    if not scalar:
        raise UnusableData("the nonce maps to no generator")
    return Mapped(agreement.combined(agreement.public(scalar), agreement.power(secret, theirs)), theirs)


def integrated(
    agreement: KeyAgreement, algorithm: Algorithm, nonce: bytes, exchange: Exchange, random: Random
) -> Mapped:
    """A pseudo-random element of both sides' nonces (§4.4.3.3.2). Raise `UnusableData`."""
    own = random(algorithm.key_octets)
    if exchange(own):
        raise UnusableData("the chip sends mapping data where it has none to send")
    number = int.from_bytes(pseudo_random(algorithm, nonce, own, agreement.prime.bit_length()), "big")
    return Mapped(agreement.encoded(number % agreement.prime))


def pseudo_random(algorithm: Algorithm, nonce: bytes, own: bytes, prime_bits: int) -> bytes:
    """R(s, t) of §4.4.3.3.2, figure 2: at least `prime_bits` + 64 bits. Raise `UnusableData`.

    The nonce is as many whole blocks as the key needs: 16 bytes, or 32 with AES-192 and AES-256.
    """
    length = 16 if algorithm.key_octets == 16 else 32
    if len(nonce) != length:
        raise UnusableData("the nonce is not as long as the integrated mapping wants", octets=len(nonce))
    c0, c1 = (bytes.fromhex(constant) for constant in _CONSTANTS[length])
    iv = bytes(algorithm.block)
    key, blocks = algorithm.encrypt(own, nonce, iv), b""
    while 8 * len(blocks) < prime_bits + _EXCESS_BITS:
        short = key[: algorithm.key_octets]
        blocks += algorithm.encrypt(short, c1, iv)
        key = algorithm.encrypt(short, c0, iv)
    return blocks
