"""Chip authentication version 1 over elliptic curves (Doc 9303-11 §6.2): is this the chip the data were signed for?

DG14, whose hash the State signed, holds a public key. Only the chip with the private key ends up with the same new
session keys; a copy of all files does not, and its next answer is not authentic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from asn1crypto import keys

from passport_reader import lds, tlv
from passport_reader.arithmetic import curves, domain_parameters
from passport_reader.card.apdu import SHORT_LE, Command
from passport_reader.card.messaging import Algorithm, MessagingFailed, NakedStatus
from passport_reader.document import ChipFinding, ChipRefused, Outcome, UnusableData
from passport_reader.lds import SecurityInfo
from passport_reader.pki import certificate
from passport_reader.pki.certificate import MALFORMED, EllipticKey
from passport_reader.protocols import access
from passport_reader.protocols.session import ChipSession

PROTOCOL: Final = "0.4.0.127.0.7.2.2.3."
"""Arc of ChipAuthenticationInfo (§9.2.6): then key agreement (1 DH, 2 ECDH), then cipher (1 to 4)."""

PUBLIC_KEY: Final = "0.4.0.127.0.7.2.2.1."
"""Arc of ChipAuthenticationPublicKeyInfo (§9.2.7): 1 DH, 2 ECDH."""

_STANDARDISED: Final = "0.4.0.127.0.7.1.2"  # standardizedDomainParameters, §9.5.1
_CIPHERS: Final = dict(enumerate(Algorithm, start=1))
_CHECK: Final = "chip_authentication"


@dataclass(frozen=True, slots=True)
class Offer:
    """A key of the chip and how to use it. `key` is None where this reader cannot."""

    oid: str
    key_id: int | None
    key: EllipticKey | None

    @property
    def algorithm(self) -> Algorithm:
        return _CIPHERS[int(self.oid.rpartition(".")[2])]


def offers(infos: tuple[SecurityInfo, ...]) -> tuple[Offer, ...]:
    """Every public key of DG14 with its protocol; 3DES where the chip names none (§9.2.7)."""
    found = []
    for info in infos:
        if info.oid.startswith(PUBLIC_KEY):
            number = lds.integer(info.optional)
            found.append(Offer(_protocol(infos, number, info.oid), number, _public_key(info)))
    return tuple(found)


def _protocol(infos: tuple[SecurityInfo, ...], key_id: int | None, public_key: str) -> str:
    agreement = public_key.removeprefix(PUBLIC_KEY)
    for info in infos:
        cipher = info.oid.removeprefix(f"{PROTOCOL}{agreement}.")
        if cipher in {"1", "2", "3", "4"} and lds.integer(info.optional) == key_id:
            return info.oid
    return f"{PROTOCOL}{agreement}.1"


def _public_key(info: SecurityInfo) -> EllipticKey | None:
    """From a SubjectPublicKeyInfo, whose curve may be named, explicit, or one of the standardised numbers."""
    try:
        algorithm, bits = tlv.objects(info.required.value)
        name, *parameters = tlv.objects(algorithm.value)
        if lds.decode_oid(name.value) == _STANDARDISED:
            curve = domain_parameters.BY_PARAMETER_ID.get(lds.integer(parameters[0]) or 0)
            return None if curve is None else EllipticKey(curve, curve.decode(bits.value[1:]))
        parsed = certificate.public_key(keys.PublicKeyInfo.load(tlv.encode(info.required.tag, info.required.value)))
        return parsed if isinstance(parsed, EllipticKey) else None
    except (*MALFORMED, UnusableData):
        return None


def finding(session: ChipSession, infos: tuple[SecurityInfo, ...] | None, *, known: bool) -> ChipFinding:
    """Perform it where DG14 offers it; afterwards the session runs on the new keys. `ChipLost` is raised as ever."""
    if infos is None or not known:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "offer_unknown")
    offered = offers(infos)
    if not offered:
        return ChipFinding(_CHECK, Outcome.NOT_SUPPORTED, "not_offered")
    usable = next((offer for offer in offered if offer.key is not None and offer.key.curve.library is not None), None)
    if usable is None:
        return ChipFinding(_CHECK, Outcome.UNDETERMINED, "algorithm_unsupported")
    try:
        _agree(session, usable, several=len(offered) > 1)
    except (ChipRefused, UnusableData) as error:
        return ChipFinding(_CHECK, Outcome.FAILED, "protocol_refused", error.code)
    return _proof(session)


def _agree(session: ChipSession, offer: Offer, *, several: bool) -> None:
    assert offer.key is not None
    curve = offer.key.curve
    own = curves.private_key(curve)
    public = curve.encode(curves.public_point(own))
    reference = tlv.encode(0x84, _octets(offer.key_id)) if several and offer.key_id is not None else b""
    if offer.algorithm is Algorithm.TDES:
        _set_key_agreement(session, public, reference)
    else:
        _general_authenticate(session, offer, public, reference)
    shared = curves.agree(curve, own.private_numbers().private_value, offer.key.point)
    session.channel.rekey(access.session_keys(shared.to_bytes(curve.octets, "big"), offer.algorithm))


def _set_key_agreement(session: ChipSession, public: bytes, reference: bytes) -> None:
    """MSE:Set KAT, the way of 3DES (§6.2.4.1)."""
    data = tlv.encode(0x91, public) + reference
    session.channel.send(Command(0x00, 0x22, 0x41, 0xA6, data)).require("set key agreement")


def _general_authenticate(session: ChipSession, offer: Offer, public: bytes, reference: bytes) -> None:
    """MSE:Set AT and GENERAL AUTHENTICATE (§6.2.4.2)."""
    data = tlv.encode(0x80, lds.encode_oid(offer.oid)) + reference
    session.channel.send(Command(0x00, 0x22, 0x41, 0xA4, data)).require("choose chip authentication")
    data = tlv.encode(0x7C, tlv.encode(0x80, public))
    session.channel.send(Command(0x00, 0x86, 0x00, 0x00, data, SHORT_LE)).require("chip authentication")


def _proof(session: ChipSession) -> ChipFinding:
    """The next command under the new keys tells a chip from its copy."""
    try:
        access.select_application(session.channel)
    except (MessagingFailed, NakedStatus) as error:
        return ChipFinding(_CHECK, Outcome.FAILED, "chip_key_mismatch", error.code)
    return ChipFinding(_CHECK, Outcome.SUCCESSFUL, "chip_key_proven")


def _octets(number: int) -> bytes:
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
