"""Chip authentication version 1 (Doc 9303-11 §6.2): is this the chip the data were signed for?

DG14, whose hash the State signed, holds a public key. Only the chip with the private key ends up with the same new
session keys; a copy of all files does not, and its next answer is not authentic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from passport_reader import lds, tlv
from passport_reader.arithmetic.agreement import EllipticAgreement
from passport_reader.card.apdu import SHORT_LE, Command
from passport_reader.card.messaging import Algorithm, MessagingFailed, NakedStatus
from passport_reader.document import ChipFinding, ChipRefused, Outcome, UnusableData
from passport_reader.lds import SecurityInfo
from passport_reader.protocols import access, chip_key
from passport_reader.protocols.chip_key import KeyInfo, StaticKey
from passport_reader.protocols.pace_offer import CIPHER_STRENGTH
from passport_reader.protocols.session import ChipSession

PROTOCOL: Final = "0.4.0.127.0.7.2.2.3."
"""Arc of ChipAuthenticationInfo (§9.2.7): then key agreement (1 DH, 2 ECDH), then cipher (1 to 4)."""

_LARGEST_KEY_ID: Final = 0xFFFF
_CIPHERS: Final = dict(enumerate(Algorithm, start=1))
_CHECK: Final = "chip_authentication"


@dataclass(frozen=True, slots=True)
class Offer:
    """A key of the chip and one way to use it. `key` is None where this reader cannot."""

    oid: str
    key_id: int | None
    key: StaticKey | None

    @property
    def algorithm(self) -> Algorithm:
        return _CIPHERS[int(self.oid.rpartition(".")[2])]

    @property
    def usable(self) -> bool:
        """Whether the key is of the kind that the protocol names, and its identifier one that a command can hold."""
        if self.key is None or not 0 <= (self.key_id or 0) <= _LARGEST_KEY_ID:
            return False
        return isinstance(self.key.agreement, EllipticAgreement) == self.oid.startswith(f"{PROTOCOL}2.")


def offers(infos: tuple[SecurityInfo, ...]) -> tuple[Offer, ...]:
    """Every public key with every protocol that goes with it; 3DES where the chip names none (§9.2.5)."""
    keys = chip_key.key_infos(infos)
    found = []
    for key in keys:
        named = list(_protocols(infos, key, alone=len(keys) == 1)) or [f"{PROTOCOL}{key.kind}.1"]
        found += [Offer(oid, key.key_id, key.key) for oid in named]
    return tuple(found)


def _protocols(infos: tuple[SecurityInfo, ...], key: KeyInfo, *, alone: bool) -> Iterator[str]:
    """The only key goes with every protocol of its kind, whatever identifiers the chip gives or leaves out."""
    for info in infos:
        cipher = info.oid.removeprefix(f"{PROTOCOL}{key.kind}.")
        if cipher in {"1", "2", "3", "4"} and (alone or lds.integer(info.optional) == key.key_id):
            yield info.oid


def best(offered: tuple[Offer, ...]) -> Offer | None:
    """The strongest that this reader can carry out: by what breaks first, cipher or group; then by constant time."""
    return max((offer for offer in offered if offer.usable), key=_rank, default=None)


def _rank(offer: Offer) -> tuple[int, bool, int, int]:
    assert offer.key is not None
    agreement, cipher = offer.key.agreement, CIPHER_STRENGTH[offer.algorithm]
    return min(cipher, agreement.strength), agreement.steady, agreement.strength, cipher


def finding(session: ChipSession, infos: tuple[SecurityInfo, ...] | None, *, known: bool) -> ChipFinding:
    """Perform it where DG14 offers it; afterwards the session runs on the new keys. `ChipLost` is raised as ever."""
    if infos is None or not known:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "offer_unknown")
    offered = offers(infos)
    if not offered:
        return ChipFinding(_CHECK, Outcome.NOT_SUPPORTED, "not_offered")
    chosen = best(offered)
    if chosen is None:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "algorithm_unsupported")
    try:
        _agree(session, chosen, several=len({offer.key_id for offer in offered}) > 1)
    except (ChipRefused, UnusableData) as error:
        return ChipFinding(_CHECK, Outcome.FAILED, "protocol_refused", error.code)
    return _proof(session, chosen)


def _agree(session: ChipSession, offer: Offer, *, several: bool) -> None:
    assert offer.key is not None
    agreement = offer.key.agreement
    secret = agreement.secret()
    public = agreement.public(secret)
    reference = tlv.encode(0x84, _octets(offer.key_id)) if several and offer.key_id is not None else b""
    if offer.algorithm is not Algorithm.TDES or not _set_key_agreement(session, public, reference):
        _general_authenticate(session, offer, public, reference)
    keys = access.session_keys(agreement.shared(secret, offer.key.public), offer.algorithm)
    session.channel.rekey(keys)
    session.terminal_public = agreement.compressed(public)


def _set_key_agreement(session: ChipSession, public: bytes, reference: bytes) -> bool:
    """MSE:Set KAT, the way of 3DES (§6.2.4.1). False where the chip refuses: some know the other way alone (§8.5)."""
    data = tlv.encode(0x91, public) + reference
    return session.channel.send(Command(0x00, 0x22, 0x41, 0xA6, data)).ok


def _general_authenticate(session: ChipSession, offer: Offer, public: bytes, reference: bytes) -> None:
    """MSE:Set AT and GENERAL AUTHENTICATE (§6.2.4.2)."""
    data = tlv.encode(0x80, lds.encode_oid(offer.oid)) + reference
    session.channel.send(Command(0x00, 0x22, 0x41, 0xA4, data)).require("choose chip authentication")
    data = tlv.encode(0x7C, tlv.encode(0x80, public))
    session.channel.send(Command(0x00, 0x86, 0x00, 0x00, data, SHORT_LE)).require("chip authentication")


def _proof(session: ChipSession, offer: Offer) -> ChipFinding:
    """The next command under the new keys tells a chip from its copy; an authentic refusal is authentic too."""
    try:
        session.channel.send(access.SELECT_APPLICATION)
    except (MessagingFailed, NakedStatus) as error:
        return ChipFinding(_CHECK, Outcome.FAILED, "chip_key_mismatch", error.code)
    assert offer.key is not None
    return ChipFinding(
        _CHECK, Outcome.SUCCESSFUL, "chip_key_proven", f"{offer.algorithm.name} {offer.key.agreement.name}"
    )


def _octets(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
