"""Password authenticated connection establishment, the chip's side (Doc 9303-11 §4.4)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from simulators.chip.access import Rng
from simulators.chip.apdu import Refused, Status, encoded, objects
from simulators.chip.ciphers import AUTHENTICATION, ENCRYPTION, PASSWORD, Aes, Suite, TripleDes, pad
from simulators.chip.domain_parameters import CURVES, PARAMETERS, Group
from simulators.chip.messaging import SecureChannel

_PACE = bytes.fromhex("04007F0007020204")  # id-PACE as content bytes (Doc 9303-11 §9.2.3)
_STANDARDISED = bytes.fromhex("04007F00070102")  # standardizedDomainParameters (Doc 9303-11 §9.5.1)
SUITES: dict[int, Suite] = {1: TripleDes(), 2: Aes(16), 3: Aes(24), 4: Aes(32)}
"""By the last arc of a protocol's object identifier."""
_WITHOUT_PARAMETERS = 13
"""What this make of chip means by a PACEInfo that names no parameters."""
_MINUS_ONE = 2**128 - 1
"""The counter whose encryption is the initial vector of the chip authentication data (Doc 9303-11 §4.4.3.5.1)."""


class Mapping(IntEnum):
    """The arc before the last of a PACE protocol's object identifier (Doc 9303-11 §9.2.3)."""

    DH_GM = 1
    ECDH_GM = 2
    DH_IM = 3
    ECDH_IM = 4
    ECDH_CAM = 6


@dataclass(frozen=True, slots=True)
class PaceOffer:
    """One PACEInfo: the protocol's whole OID as content bytes, and the identifier of the domain parameters."""

    protocol: bytes
    parameters: int

    @property
    def suite(self) -> Suite:
        return SUITES[self.protocol[-1]]

    @property
    def mapping(self) -> Mapping:
        return Mapping(self.protocol[-2])

    @property
    def group(self) -> Group:
        return PARAMETERS[self.parameters]

    @property
    def possible(self) -> bool:
        """Whether this chip can carry it out: mapping, cipher and parameters go together."""
        if self.protocol[:-2] != _PACE or self.protocol[-2] not in set(Mapping) or self.protocol[-1] not in SUITES:
            return False
        if self.mapping is Mapping.ECDH_CAM and self.protocol[-1] == 1:
            return False
        elliptic = self.mapping in {Mapping.ECDH_GM, Mapping.ECDH_IM, Mapping.ECDH_CAM}
        return self.parameters in PARAMETERS and (self.parameters in CURVES) is elliptic


def offers(security_infos: bytes) -> list[PaceOffer]:
    """The PACEInfos of an EF.CardAccess that this chip can carry out.

    One without the parameters' identifier means those of a PACEDomainParameterInfo beside it.
    """
    infos = [objects(info) for _, content in objects(security_infos) for _, info in objects(content)]
    named = [_standardised(info[1][1]) for info in infos if len(info) > 1 and info[0][1][:-1] == _PACE]
    otherwise = next((number for number in named if number is not None), _WITHOUT_PARAMETERS)
    found = []
    for (_, protocol), *rest in infos:
        if len(protocol) == len(_PACE) + 2 and rest:
            found.append(PaceOffer(protocol, rest[1][1][-1] if len(rest) > 1 else otherwise))
    return [offer for offer in found if offer.possible]


def _standardised(algorithm: bytes) -> int | None:
    """The number in an AlgorithmIdentifier of standardised domain parameters; None for any other."""
    values = [value for _, value in objects(algorithm)]
    return values[1][-1] if len(values) == 2 and values[0] == _STANDARDISED else None


def random_number(suite: Suite, nonce: bytes, other_nonce: bytes, below: int) -> int:
    """The pseudo-random function R_p(s, t) of the integrated mapping (Doc 9303-11 §4.4.3.3.2).

    `nonce` is the chip's and as long as one constant; `other_nonce` is the terminal's and as long as a key.
    """
    long = len(nonce) > 16
    constants = _LONG_CONSTANTS if long else _CONSTANTS
    blocks = -(-(below.bit_length() + 64) // (8 * len(nonce)))
    zero = bytes(suite.block)
    key, drawn = suite.encipher(other_nonce, zero, nonce)[: len(other_nonce)], b""
    for _ in range(blocks):
        drawn += suite.encipher(key, zero, constants[1])
        key = suite.encipher(key, zero, constants[0])[: len(other_nonce)]
    return int.from_bytes(drawn, "big") % below


_CONSTANTS = (
    bytes.fromhex("A668892A7C41E3CA739F40B057D85904"),
    bytes.fromhex("A4E136AC725F738B01C1F60217C188AD"),
)
_LONG_CONSTANTS = (
    bytes.fromhex("D463D65234124EF7897054986DCA0A174E28DF758CBAA03F240616414D5A1676"),
    bytes.fromhex("54BD7255F0AAF831BEC3423FCF39D69B6CBF066677D0FAAE5AADD99DF8E53517"),
)
"""c0 and c1 of Doc 9303-11 §4.4.3.3.2: for 3DES and AES-128, and for the longer keys."""


class PaceRun:
    """One run of PACE, four GENERAL AUTHENTICATE commands long (Doc 9303-11 §4.4.4.2).

    `password` is the key's input: SHA-1 of the MRZ information, or the CAN's characters. `static` is the private key
    of chip authentication, where the mapping is to prove it.
    """

    def __init__(self, offer: PaceOffer, password: bytes, rng: Rng, static: int | None = None) -> None:
        self._offer, self._suite, self._group = offer, offer.suite, offer.group
        self._password, self._rng, self._static = password, rng, static
        mapping = self._map_integrated if offer.mapping in {Mapping.DH_IM, Mapping.ECDH_IM} else self._map
        self._steps: list[tuple[int, Callable[[bytes], bytes]]]
        self._steps = [(0, self._encrypt_nonce), (0x81, mapping), (0x83, self._agree), (0x85, self._confirm)]
        self._nonce = b""
        self._mapping = self._own = 0
        self._generator = self._own_public = self._peer_public = b""
        self.channel: SecureChannel | None = None
        """The session, once both tokens are right."""

    @property
    def identifier(self) -> bytes:
        """What terminal authentication calls the chip after this run (BSI TR-03110-3 §B.3: Comp of its own key)."""
        return self._group.compressed(self._own_public)

    @property
    def proven(self) -> bytes:
        """The terminal's compressed key where the mapping proved the chip, else nothing (Doc 9303-11 §7.1.2)."""
        cam = self._offer.mapping is Mapping.ECDH_CAM and self._static is not None
        return self._group.compressed(self._peer_public) if cam else b""

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
        return encoded(0x7C, answer)

    def _encrypt_nonce(self, _: bytes) -> bytes:
        integrated = self._offer.mapping in {Mapping.DH_IM, Mapping.ECDH_IM}
        self._nonce = self._rng(32 if integrated and self._suite.key_size > 16 else 16)
        key = self._suite.key(self._password, PASSWORD)
        return encoded(0x80, self._suite.encipher(key, bytes(self._suite.block), self._nonce))

    def _map(self, peer: bytes) -> bytes:
        """G' = s·G + H, with H agreed by anonymous Diffie-Hellman (Doc 9303-11 §4.4.3.3.1)."""
        group = self._group
        self._mapping = group.scalar(self._rng)
        agreed = group.power(self._mapping, peer)
        secret = int.from_bytes(self._nonce, "big") % group.order
        self._generator = group.product(group.power(secret, group.generator), agreed)
        return encoded(0x82, group.power(self._mapping, group.generator))

    def _map_integrated(self, other_nonce: bytes) -> bytes:
        """G' from both nonces, without an agreement (Doc 9303-11 §4.4.3.3.2)."""
        if len(other_nonce) != self._suite.key_size:
            raise ValueError("the other nonce is as long as a key")
        number = random_number(self._suite, self._nonce, other_nonce, self._group.p)
        self._generator = self._group.mapped(number)
        return encoded(0x82, b"")

    def _agree(self, peer: bytes) -> bytes:
        group = self._group
        self._own, self._peer_public = group.scalar(self._rng), peer
        self._own_public = group.power(self._own, self._generator)
        if self._own_public == peer:
            raise ValueError("both sides gave the same key")
        return encoded(0x84, self._own_public)

    def _confirm(self, token: bytes) -> bytes:
        suite = self._suite
        secret = self._group.secret(self._own, self._peer_public)
        key = suite.key(secret, AUTHENTICATION)
        if not hmac.compare_digest(suite.token(key, self._token_input(self._own_public)), token):
            raise Refused(Status.AUTHENTICATION_FAILED)
        self.channel = SecureChannel(suite, secret)
        own = encoded(0x86, suite.token(key, self._token_input(self._peer_public)))
        return own + self._chip_authentication_data(suite.key(secret, ENCRYPTION))

    def _chip_authentication_data(self, key: bytes) -> bytes:
        """The encrypted quotient of mapping key and static key (Doc 9303-11 §4.4.3.5.1); nothing in other mappings."""
        if self._offer.mapping is not Mapping.ECDH_CAM or self._static is None:
            return b""
        order = self._group.order
        quotient = pow(self._static, -1, order) * self._mapping % order
        plain = pad(quotient.to_bytes((order.bit_length() + 7) // 8, "big"), self._suite.block)
        return encoded(0x8A, self._suite.encipher(key, self._suite.vector(key, _MINUS_ONE), plain))

    def _token_input(self, public: bytes) -> bytes:
        """A public key data object (Doc 9303-11 §9.4.4) of the protocol and the other side's key."""
        return encoded(0x7F49, encoded(0x06, self._offer.protocol) + encoded(self._group.tag, public))
