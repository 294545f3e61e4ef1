"""How the chip lets a reader in: Basic Access Control and PACE with generic mapping (Doc 9303-11 §4.3, §4.4)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from .chip_apdu import Refused, Status, encoded, objects
from .chip_ciphers import PASSWORD, Aes, Suite, TripleDes
from .chip_curves import CURVES, Curve, Point
from .chip_messaging import SecureChannel

Rng = Callable[[int], bytes]
_ECDH_GM = bytes.fromhex("04007F000702020402")  # id-PACE-ECDH-GM, without its last arc (Doc 9303-11 §9.2.1)
_SUITES: dict[int, Suite] = {1: TripleDes(), 2: Aes(16), 3: Aes(24), 4: Aes(32)}
MRZ_PASSWORD, CAN_PASSWORD = 1, 2
"""Passwords a reader may name in MSE:Set AT (Doc 9303-11 §4.4.4.1)."""


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


@dataclass(frozen=True, slots=True)
class PaceOffer:
    """One PACEInfo: the protocol's whole OID as content bytes, and the identifier of the domain parameters."""

    protocol: bytes
    parameters: int

    @property
    def suite(self) -> Suite:
        return _SUITES[self.protocol[-1]]

    @property
    def curve(self) -> Curve:
        return CURVES[self.parameters]


def offers(security_infos: bytes) -> list[PaceOffer]:
    """The PACEInfos of an EF.CardAccess that this chip can carry out."""
    found = []
    for _, infos in objects(security_infos):
        for _, info in objects(infos):
            values = [value for _, value in objects(info)]
            if len(values) == 3 and values[0][:-1] == _ECDH_GM and values[0][-1] in _SUITES and values[2][-1] in CURVES:
                found.append(PaceOffer(values[0], values[2][-1]))
    return found


class PaceRun:
    """One run of PACE, four GENERAL AUTHENTICATE commands long (Doc 9303-11 §4.4.4.2).

    `password` is the key's input: SHA-1 of the MRZ information, or the CAN's characters.
    """

    def __init__(self, offer: PaceOffer, password: bytes, rng: Rng) -> None:
        self._offer, self._suite, self._curve = offer, offer.suite, offer.curve
        self._password, self._rng = password, rng
        self._steps = [(0, self._nonce), (0x81, self._map), (0x83, self._agree), (0x85, self._confirm)]
        self._secret_nonce = 0
        self._own = 0
        self._generator: Point = None
        self._own_public = self._peer_public = b""
        self.channel: SecureChannel | None = None
        """The session, once both tokens are right."""

    def step(self, data: bytes) -> bytes:
        """Answers the next command's dynamic authentication data. Raises Refused: 6985, 6A80, 6300."""
        wrapped = objects(data)
        if len(wrapped) != 1 or wrapped[0][0] != 0x7C or not self._steps:
            raise Refused(Status.WRONG_DATA)
        inner = objects(wrapped[0][1])
        wanted, action = self._steps.pop(0)
        if (wanted or None) != (inner[0][0] if inner else None):
            raise Refused(Status.CONDITIONS_NOT_SATISFIED)
        try:
            answer = action(inner[0][1] if inner else b"")
        except ValueError:
            raise Refused(Status.WRONG_DATA) from None
        return encoded(0x7C, encoded((wanted or 0x7F) + 1, answer))

    def _nonce(self, _: bytes) -> bytes:
        nonce = self._rng(16)
        self._secret_nonce = int.from_bytes(nonce, "big")
        return self._suite.encipher(self._suite.key(self._password, PASSWORD), bytes(self._suite.block), nonce)

    def _map(self, peer: bytes) -> bytes:
        """G' = s·G + H, with H agreed by anonymous Diffie-Hellman (Doc 9303-11 §4.4.3.3.1)."""
        curve = self._curve
        own = curve.scalar(self._rng)
        agreed = curve.times(own, curve.decode(peer))
        self._generator = curve.add(curve.times_generator(self._secret_nonce), agreed)
        return curve.encode(curve.times_generator(own))

    def _agree(self, peer: bytes) -> bytes:
        curve = self._curve
        curve.decode(peer)
        self._own = curve.scalar(self._rng)
        self._peer_public = peer
        self._own_public = curve.encode(curve.times(self._own, self._generator))
        if self._own_public == peer:
            raise ValueError("both sides gave the same key")
        return self._own_public

    def _confirm(self, token: bytes) -> bytes:
        curve, suite = self._curve, self._suite
        secret = curve.encode(curve.times(self._own, curve.decode(self._peer_public)))[1 : 1 + curve.size]
        key = suite.key(secret, 2)
        if not hmac.compare_digest(suite.token(key, self._token_input(self._own_public)), token):
            raise Refused(Status.AUTHENTICATION_FAILED)
        self.channel = SecureChannel(suite, secret)
        return suite.token(key, self._token_input(self._peer_public))

    def _token_input(self, public: bytes) -> bytes:
        """A public key data object (Doc 9303-11 §9.4.4) of the protocol and the other side's key."""
        return encoded(0x7F49, encoded(0x06, self._offer.protocol) + encoded(0x86, public))
