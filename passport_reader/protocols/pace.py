"""PACE with generic mapping over elliptic curves (Doc 9303-11 §4.4), the terminal's side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final

from passport_reader import lds, tlv
from passport_reader.arithmetic import curves, domain_parameters
from passport_reader.arithmetic.domain_parameters import Curve, Point
from passport_reader.card.apdu import SHORT_LE, Channel, Command
from passport_reader.card.messaging import Algorithm, SessionKeys, pad
from passport_reader.document import ChipRefused, UnusableData
from passport_reader.protocols import access

PACE: Final = "0.4.0.127.0.7.2.2.4."
"""Arc of all PACE protocols (Doc 9303-11 §9.2.5): then mapping (1 to 6), then cipher (1 to 4)."""

_ECDH_GM: Final = PACE + "2."
_CIPHERS: Final = dict(enumerate(Algorithm, start=1))

Scalar = Callable[[Curve], int]


@dataclass(frozen=True, slots=True)
class PaceInfo:
    """One way to open the chip. `parameter_id` is None in the two-element form some chips still write."""

    oid: str
    version: int
    parameter_id: int | None

    @property
    def curve(self) -> Curve | None:
        return None if self.parameter_id is None else domain_parameters.BY_PARAMETER_ID.get(self.parameter_id)

    @property
    def algorithm(self) -> Algorithm:
        return _CIPHERS[int(self.oid.rpartition(".")[2])]

    @property
    def supported(self) -> bool:
        """Generic mapping over a curve that `cryptography` knows, the cipher one of the four."""
        cipher = self.oid.removeprefix(_ECDH_GM)
        known = self.curve is not None and self.curve.library is not None
        return self.oid.startswith(_ECDH_GM) and cipher in {"1", "2", "3", "4"} and self.version == 2 and known


def offered(infos: Iterable[lds.SecurityInfo]) -> tuple[PaceInfo, ...]:
    """The PACEInfos among SecurityInfos; PACEDomainParameterInfos, four arcs long, are none."""
    return tuple(
        PaceInfo(info.oid, lds.integer(info.required) or 0, lds.integer(info.optional))
        for info in infos
        if info.oid.startswith(PACE) and info.oid.count(".") == PACE.count(".") + 1
    )


def fresh_scalar(curve: Curve) -> int:
    return curves.private_key(curve).private_numbers().private_value


def authenticate(
    channel: Channel, key: access.Key, info: PaceInfo, *, several: bool, scalar: Scalar = fresh_scalar
) -> SessionKeys:
    """The four steps of Doc 9303-11 §4.4.1. `several` parameter sets are offered: say which (§4.4.4.1, tag 84).

    Raise `access.AccessDenied` where the chip does not accept the key or cannot prove that it knows it,
    `ChipRefused` or `UnusableData` where the chip does not go along.
    """
    curve, algorithm = info.curve, info.algorithm
    assert curve is not None
    _select(channel, key, info, several=several)
    sealed = _step(channel, b"", answer=0x80, last=False)
    nonce = _nonce(sealed, access.password_key(key, algorithm), algorithm)

    mapping = scalar(curve)
    theirs = _exchange(channel, curve, curves.multiply_generator(curve, mapping), 0x81, 0x82)
    generator = mapped(curve, nonce, curves.multiply(curve, mapping, theirs))

    secret = scalar(curve)
    own = curves.multiply(curve, secret, generator)
    theirs = _exchange(channel, curve, own, 0x83, 0x84)
    if theirs.x == own.x:
        raise UnusableData("the chip sent back the terminal's own key")
    shared = curves.agree(curve, secret, theirs).to_bytes(curve.octets, "big")
    keys = access.session_keys(shared, algorithm)
    _prove(channel, own_token=token(keys, info, theirs), their_token=token(keys, info, own))
    return keys


def mapped(curve: Curve, nonce: int, shared: Point) -> Point:
    """The ephemeral generator s·G + H (Doc 9303-11 §4.4.3.3.1)."""
    scalar = nonce % curve.n
    if not scalar:
        raise UnusableData("the nonce maps to no generator")
    return curves.add(curve, curves.multiply_generator(curve, scalar), shared)


def token(keys: SessionKeys, info: PaceInfo, public: Point) -> bytes:
    """The authentication token over the other side's key (Doc 9303-11 §4.4.3.4)."""
    assert info.curve is not None
    data = tlv.encode(0x06, lds.encode_oid(info.oid)) + tlv.encode(0x86, info.curve.encode(public))
    content = tlv.encode(0x7F49, data)
    algorithm = keys.algorithm
    return algorithm.mac(keys.authentication, pad(content, 8) if algorithm is Algorithm.TDES else content)


def _select(channel: Channel, key: access.Key, info: PaceInfo, *, several: bool) -> None:
    """MSE:Set AT (Doc 9303-11 §4.4.4.1)."""
    data = tlv.encode(0x80, lds.encode_oid(info.oid)) + tlv.encode(0x83, bytes([key.password_reference]))
    if several and info.parameter_id is not None:
        data += tlv.encode(0x84, bytes([info.parameter_id]))
    answer = channel.send(Command(0x00, 0x22, 0xC1, 0xA4, data))
    if answer.sw >> 4 != 0x63C:  # 63Cx: so many tries are left, the mechanism is chosen all the same
        answer.require("choose PACE")


def _step(channel: Channel, data: bytes, *, answer: int, last: bool) -> bytes:
    """GENERAL AUTHENTICATE (Doc 9303-11 §4.4.4.2); the chain bit is set but for the last."""
    command = Command(0x00 if last else 0x10, 0x86, 0x00, 0x00, tlv.encode(0x7C, data), SHORT_LE)
    return tlv.value(channel.send(command).require("general authenticate"), 0x7C, answer)


def _nonce(sealed: bytes, key: bytes, algorithm: Algorithm) -> int:
    if not sealed or len(sealed) % algorithm.block:
        raise UnusableData("the encrypted nonce is no whole number of blocks", octets=len(sealed))
    return int.from_bytes(algorithm.decrypt(key, sealed, bytes(algorithm.block)), "big")


def _exchange(channel: Channel, curve: Curve, own: Point, ours: int, theirs: int) -> Point:
    return curve.decode(_step(channel, tlv.encode(ours, curve.encode(own)), answer=theirs, last=False))


def _prove(channel: Channel, *, own_token: bytes, their_token: bytes) -> None:
    try:
        received = _step(channel, tlv.encode(0x85, own_token), answer=0x86, last=True)
    except ChipRefused as refusal:
        raise access.AccessDenied("the chip does not accept the key of this page", **refusal.data) from None
    if not compare_digest(received, their_token):
        raise access.AccessDenied("the chip does not know the key of this page", step="chip token")
