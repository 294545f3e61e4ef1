"""PACE (Doc 9303-11 §4.4), the terminal's side: every mapping, over curves and over numbers modulo a prime."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest

from passport_reader import lds, tlv
from passport_reader.arithmetic.agreement import KeyAgreement
from passport_reader.card.apdu import EXTENDED_LE, SHORT_LE, Channel, Command, Response
from passport_reader.card.messaging import Algorithm, SessionKeys, pad
from passport_reader.document import UnusableData
from passport_reader.protocols import access, chip_mapping, nonce_mapping
from passport_reader.protocols.access import AccessDenied, CanKey, Key, LastTrySpared
from passport_reader.protocols.chip_mapping import ChipData
from passport_reader.protocols.nonce_mapping import LONGEST_NONCE, Mapped, Random, Secrets
from passport_reader.protocols.pace_offer import Mapping, PaceInfo


@dataclass(frozen=True, slots=True)
class Established:
    """What a run of PACE ends with: the session's keys, and what later protocols refer to."""

    keys: SessionKeys
    terminal_public: bytes = field(repr=False)
    """PK_DH,IFD: terminal authentication signs it after chip authentication mapping (§7.1.2)."""
    chip_identifier: bytes = field(repr=False)
    """ID_IC = Comp(PK_DH,IC) of §7.1.2."""
    chip_data: ChipData | None = None
    """With chip authentication mapping: what the chip says to prove its key."""


def fresh_secret(agreement: KeyAgreement) -> int:
    return agreement.secret()


def authenticate(
    channel: Channel,
    key: Key,
    info: PaceInfo,
    *,
    several: bool,
    secret: Secrets = fresh_secret,
    random: Random = secrets.token_bytes,
) -> Established:
    """The four steps of Doc 9303-11 §4.4.1; `info` is supported. `several` are offered: say which (tag 84).

    Raise `AccessDenied` where the chip does not accept the key or cannot prove that it knows it (`LastTrySpared`
    where one more wrong card access number would lock it), `ChipRefused` or `UnusableData` where it does not go along.
    """
    agreement, algorithm = info.agreement, info.algorithm
    assert agreement is not None
    assert algorithm is not None
    _select(channel, key, info, several=several)
    nonce = _nonce(_step(channel, b"", 0x80), access.password_key(key, algorithm), algorithm)
    mapped = _map(channel, info, nonce, secret, random)

    own_secret = secret(agreement)
    own = agreement.power(own_secret, mapped.generator)
    theirs = agreement.validated(_step(channel, tlv.encode(0x83, own), 0x84))
    if agreement.same(own, theirs):
        raise UnusableData("the chip sent back the terminal's own key")
    keys = access.session_keys(agreement.shared(own_secret, theirs), algorithm)
    sealed = _prove(channel, own_token=token(keys, info, theirs), their_token=token(keys, info, own))
    return Established(keys, own, agreement.compressed(theirs), _chip_data(info, mapped, keys, sealed))


def _map(channel: Channel, info: PaceInfo, nonce: bytes, secret: Secrets, random: Random) -> Mapped:
    agreement, algorithm, mapping = info.agreement, info.algorithm, info.mapping
    assert agreement is not None
    assert algorithm is not None
    assert mapping is not None

    def exchange(data: bytes) -> bytes:
        return _step(channel, tlv.encode(0x81, data), 0x82, optional=mapping.integrated)

    if mapping.integrated:
        return nonce_mapping.integrated(agreement, algorithm, nonce, exchange, random)
    return nonce_mapping.generic(agreement, nonce, exchange, secret(agreement))


def _chip_data(info: PaceInfo, mapped: Mapped, keys: SessionKeys, sealed: bytes) -> ChipData | None:
    if info.mapping is not Mapping.CHIP_AUTHENTICATION:
        return None
    assert info.agreement is not None
    assert info.parameter_id is not None
    return ChipData(info.agreement, info.parameter_id, mapped.chip_public, chip_mapping.opened(keys, sealed))


def token(keys: SessionKeys, info: PaceInfo, public: bytes) -> bytes:
    """The authentication token over the other side's key (Doc 9303-11 §4.4.3.4)."""
    assert info.agreement is not None
    data = tlv.encode(0x06, lds.encode_oid(info.oid)) + tlv.encode(info.agreement.public_tag, public)
    content = tlv.encode(0x7F49, data)
    algorithm = keys.algorithm
    return algorithm.mac(keys.authentication, pad(content, 8) if algorithm is Algorithm.TDES else content)


def _select(channel: Channel, key: Key, info: PaceInfo, *, several: bool) -> None:
    """MSE:Set AT (Doc 9303-11 §4.4.4.1)."""
    data = tlv.encode(0x80, lds.encode_oid(info.oid)) + tlv.encode(0x83, bytes([key.password_reference]))
    if several and info.parameter_id is not None:
        data += tlv.encode(0x84, bytes([info.parameter_id]))
    answer = channel.send(Command(0x00, 0x22, 0xC1, 0xA4, data))
    left = access.tries_left(answer.sw)
    if left is None:
        answer.require("choose PACE")
    elif left <= 1 and isinstance(key, CanKey):
        raise LastTrySpared("a wrong card access number would lock the chip", sw=answer.sw, tries_left=left)


def _general_authenticate(channel: Channel, data: bytes, *, last: bool = False) -> Response:
    """GENERAL AUTHENTICATE (Doc 9303-11 §4.4.4.2); the chain bit is set but for the last.

    The chip's element is about as long as the terminal's: where that fills a short command, the answer may be
    extended too, which this command is allowed without being told so (§9.3.1.2).
    """
    template = tlv.encode(0x7C, data)
    le = SHORT_LE if len(template) < SHORT_LE else EXTENDED_LE
    return channel.send(Command(0x00 if last else 0x10, 0x86, 0x00, 0x00, template, le))


def _step(channel: Channel, data: bytes, answer: int, *, optional: bool = False) -> bytes:
    """The data object `answer` of the chip; where it is optional, empty if it is not there."""
    found = tlv.value(_general_authenticate(channel, data).require("general authenticate"), 0x7C)
    return b"" if optional and not found else tlv.value(found, answer)


def _nonce(sealed: bytes, key: bytes, algorithm: Algorithm) -> bytes:
    if not 0 < len(sealed) <= LONGEST_NONCE or len(sealed) % algorithm.block:
        raise UnusableData("the encrypted nonce is no whole number of blocks", octets=len(sealed))
    return algorithm.decrypt(key, sealed, bytes(algorithm.block))


def _prove(channel: Channel, *, own_token: bytes, their_token: bytes) -> bytes:
    """Exchange the tokens. The encrypted chip authentication data, empty where there are none (table 4)."""
    answer = _general_authenticate(channel, tlv.encode(0x85, own_token), last=True)
    if not answer.ok:
        raise access.denied(answer.sw, "general authenticate")
    found = {item.tag: item.value for item in tlv.objects(tlv.value(answer.data, 0x7C))}
    if not compare_digest(found.get(0x86, b""), their_token):
        raise AccessDenied("the chip does not know the key of this page", step="chip token")
    return found.get(0x8A, b"")
