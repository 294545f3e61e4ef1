"""The chip's two cipher suites: keys from secrets, encryption, message authentication (Doc 9303-11 §9.6 to §9.8)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

ENCRYPTION, AUTHENTICATION, PASSWORD = 1, 2, 3
"""Counters of the key derivation function (Doc 9303-11 §9.7.1)."""


class Suite(Protocol):
    """`block` bytes are one cipher block, and as many make the send sequence counter."""

    @property
    def block(self) -> int: ...
    @property
    def key_size(self) -> int: ...
    def key(self, secret: bytes, counter: int) -> bytes: ...
    def vector(self, key: bytes, counter: int) -> bytes: ...
    def encipher(self, key: bytes, vector: bytes, data: bytes) -> bytes: ...
    def decipher(self, key: bytes, vector: bytes, data: bytes) -> bytes: ...
    def mac(self, key: bytes, padded: bytes) -> bytes: ...
    def token(self, key: bytes, message: bytes) -> bytes: ...


def pad(data: bytes, block: int) -> bytes:
    """ISO/IEC 9797-1 padding method 2."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def unpad(data: bytes) -> bytes:
    """Raises ValueError where no padding ends the data."""
    stripped = data.rstrip(b"\x00")
    if not stripped.endswith(b"\x80"):
        raise ValueError("no padding")
    return stripped[:-1]


def _run(context: CipherContext, data: bytes) -> bytes:
    return context.update(data) + context.finalize()


@dataclass(frozen=True, slots=True)
class TripleDes:
    """Two-key triple DES in CBC mode, MAC algorithm 3 of ISO/IEC 9797-1, SHA-1."""

    block: int = 8
    key_size: int = 16

    def key(self, secret: bytes, counter: int) -> bytes:
        digest = hashlib.sha1(secret + counter.to_bytes(4, "big"), usedforsecurity=False).digest()[:16]
        return bytes(octet & 0xFE | (octet >> 1).bit_count() % 2 ^ 1 for octet in digest)  # odd parity

    def vector(self, key: bytes, counter: int) -> bytes:
        return bytes(8)

    def encipher(self, key: bytes, vector: bytes, data: bytes) -> bytes:
        return _run(Cipher(TripleDES(key + key[:8]), modes.CBC(vector)).encryptor(), data)

    def decipher(self, key: bytes, vector: bytes, data: bytes) -> bytes:
        return _run(Cipher(TripleDES(key + key[:8]), modes.CBC(vector)).decryptor(), data)

    def mac(self, key: bytes, padded: bytes) -> bytes:
        first, second = TripleDES(key[:8] * 3), TripleDES(key[8:] * 3)
        chained = _run(Cipher(first, modes.CBC(bytes(8))).encryptor(), padded)[-8:]
        crossed = _run(Cipher(second, modes.ECB()).decryptor(), chained)  # noqa: S305 - one block, as 9797-1 has it
        return _run(Cipher(first, modes.ECB()).encryptor(), crossed)  # noqa: S305

    def token(self, key: bytes, message: bytes) -> bytes:
        return self.mac(key, pad(message, 8))


@dataclass(frozen=True, slots=True)
class Aes:
    """AES with keys of 16, 24 or 32 bytes in CBC mode, CMAC of eight bytes, SHA-1 or (longer keys) SHA-256."""

    size: int
    block: int = 16

    @property
    def key_size(self) -> int:
        return self.size

    def key(self, secret: bytes, counter: int) -> bytes:
        message = secret + counter.to_bytes(4, "big")
        if self.size == 16:
            return hashlib.sha1(message, usedforsecurity=False).digest()[:16]
        return hashlib.sha256(message).digest()[: self.size]

    def vector(self, key: bytes, counter: int) -> bytes:
        block = counter.to_bytes(16, "big")
        return _run(Cipher(algorithms.AES(key), modes.ECB()).encryptor(), block)  # noqa: S305 - §9.8.7.1: E(KSenc, SSC)

    def encipher(self, key: bytes, vector: bytes, data: bytes) -> bytes:
        return _run(Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor(), data)

    def decipher(self, key: bytes, vector: bytes, data: bytes) -> bytes:
        return _run(Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor(), data)

    def mac(self, key: bytes, padded: bytes) -> bytes:
        mac = CMAC(algorithms.AES(key))
        mac.update(padded)
        return mac.finalize()[:8]

    def token(self, key: bytes, message: bytes) -> bytes:
        return self.mac(key, message)
