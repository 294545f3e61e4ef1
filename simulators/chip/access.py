"""How a chip without PACE lets a reader in: Basic Access Control (Doc 9303-11 §4.3), and how it remembers failures."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from simulators.chip.apdu import Refused, Status
from simulators.chip.ciphers import TripleDes
from simulators.chip.messaging import SecureChannel

Rng = Callable[[int], bytes]
MRZ_PASSWORD, CAN_PASSWORD = 1, 2
"""Passwords a reader may name in MSE:Set AT (Doc 9303-11 §4.4.4.1)."""
CAN_TRIES = 3
_FIRST_DELAY, _LONGEST_DELAY = 0.25, 8.0
"""Seconds after the first failure, doubling up to the last: chips in the field slow down likewise."""


def access_information(lines: tuple[str, ...]) -> str:
    """Document number, birth and expiry dates, each with its check digit: the key's input (Doc 9303-11 §9.7.2)."""
    if len(lines) == 3:
        return lines[0][5:15] + lines[1][0:7] + lines[1][8:15]
    return lines[1][0:10] + lines[1][13:20] + lines[1][21:28]


class BasicAccess:
    """One attempt at Basic Access Control: a challenge, then an answer to it (Doc 9303-11 §4.3.3)."""

    def __init__(self, access_information: str, rng: Rng) -> None:
        self._suite = TripleDes()
        self._seed = hashlib.sha1(access_information.encode("ascii"), usedforsecurity=False).digest()[:16]
        self._rng = rng
        self._challenge = b""

    def challenge(self) -> bytes:
        self._challenge = self._rng(8)
        return self._challenge

    def answer(self, data: bytes) -> tuple[bytes, SecureChannel]:
        """The chip's cryptogram and the session. Raises Refused: 6985 without challenge, 6700, 6300."""
        challenge, self._challenge = self._challenge, b""
        if not challenge:
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        if len(data) != 40:
            raise Refused(Status.WRONG_LENGTH)
        suite, encryption = self._suite, self._suite.key(self._seed, 1)
        authentication = suite.key(self._seed, 2)
        plain = suite.decipher(encryption, bytes(8), data[:32])
        genuine = hmac.compare_digest(suite.token(authentication, data[:32]), data[32:])
        if not genuine or plain[8:16] != challenge:
            raise Refused(Status.AUTHENTICATION_FAILED)
        own = self._rng(16)
        cryptogram = suite.encipher(encryption, bytes(8), challenge + plain[:8] + own)
        secret = bytes(a ^ b for a, b in zip(plain[16:], own, strict=True))
        counter = int.from_bytes(challenge[4:] + plain[4:8], "big")
        return cryptogram + suite.token(authentication, cryptogram), SecureChannel(suite, secret, counter)


class Attempts:
    """Failed attempts at each password, in memory that keeps without power, and what they cost (Doc 9303-11 §4.4.2).

    The MRZ is never blocked, but each failure makes the next attempt slower. The CAN is: its counter goes down with
    every failure and MSE:Set AT tells of it (63Cx); at none left only the MRZ can open the chip, and resets it.
    """

    def __init__(self) -> None:
        self._left = CAN_TRIES
        self._failures = 0

    @property
    def delay_seconds(self) -> float:
        """What an access command takes longer after the failures so far."""
        return min(_FIRST_DELAY * 2.0 ** (self._failures - 1), _LONGEST_DELAY) if self._failures else 0.0

    def opening(self, password: int) -> int:
        """The status of choosing a password. Raises Refused with 6983 where it is blocked."""
        if password != CAN_PASSWORD or self._left == CAN_TRIES:
            return Status.OK
        if not self._left:
            raise Refused(Status.BLOCKED)
        return Status.TRIES_LEFT | self._left

    def failed(self, password: int) -> int:
        """The status word to answer."""
        self._failures += 1
        if password != CAN_PASSWORD:
            return Status.AUTHENTICATION_FAILED
        self._left = max(0, self._left - 1)
        return Status.TRIES_LEFT | self._left

    def succeeded(self) -> None:
        self._left, self._failures = CAN_TRIES, 0
