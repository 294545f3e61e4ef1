"""The public keys a chip proves to hold, as DG14 and EF.CardSecurity state them (Doc 9303-11 §9.2.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from asn1crypto import keys

from passport_reader import lds, tlv
from passport_reader.arithmetic import agreement, groups
from passport_reader.arithmetic.agreement import EllipticAgreement, FieldAgreement, KeyAgreement
from passport_reader.document import UnusableData
from passport_reader.lds import SecurityInfo
from passport_reader.pki import certificate
from passport_reader.pki.certificate import MALFORMED, EllipticKey
from passport_reader.protocols.pace_offer import STANDARDISED

PUBLIC_KEY: Final = "0.4.0.127.0.7.2.2.1."
"""Arc of ChipAuthenticationPublicKeyInfo (§9.2.7): 1 DH, 2 ECDH."""

MAX_KEYS: Final = 8
"""Of one file; to validate a number modulo a large prime takes time, and no chip has as many."""

_PKCS3: Final = "1.2.840.113549.1.3.1"
"""dhKeyAgreement { prime, base, privateValueLength OPTIONAL }, as §9.6 wants it."""

_X942: Final = "1.2.840.10046.2.1"
"""dhpublicnumber { p, g, q, … }, as some chips were issued with (§8.5 note 2)."""


@dataclass(frozen=True, slots=True)
class StaticKey:
    """`public` was validated: it is an element of the group, and none of a small subgroup."""

    agreement: KeyAgreement
    public: bytes


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """One ChipAuthenticationPublicKeyInfo. `key` is None where this reader cannot use it."""

    kind: str
    """Last arc of the object identifier: 1 DH, 2 ECDH."""
    key_id: int | None
    key: StaticKey | None


def key_infos(infos: Iterable[SecurityInfo]) -> tuple[KeyInfo, ...]:
    """The first `MAX_KEYS` of a file."""
    stated = [info for info in infos if info.oid.startswith(PUBLIC_KEY)]
    return tuple(
        KeyInfo(info.oid.removeprefix(PUBLIC_KEY), lds.integer(info.optional), _static_key(info.required))
        for info in stated[:MAX_KEYS]
    )


def _static_key(item: tlv.DataObject) -> StaticKey | None:
    """From a SubjectPublicKeyInfo, whose domain parameters may be standardised, named or explicit."""
    try:
        algorithm, bits = tlv.objects(item.value)
        name, *parameters = tlv.objects(algorithm.value)
        oid, public = lds.decode_oid(name.value), bits.value[1:]
        if oid == STANDARDISED:
            return _standardised(lds.integer(parameters[0]), public)
        if oid in (_PKCS3, _X942):
            return _field_key(FieldAgreement(_group(oid, parameters[0])), public)
        parsed = certificate.public_key(keys.PublicKeyInfo.load(tlv.encode(item.tag, item.value)))
    except (*MALFORMED, UnusableData):
        return None
    if not isinstance(parsed, EllipticKey):
        return None
    return StaticKey(EllipticAgreement(parsed.curve), parsed.curve.encode(parsed.point))


def _standardised(parameter_id: int | None, public: bytes) -> StaticKey | None:
    chosen = None if parameter_id is None else agreement.standardised(parameter_id)
    if isinstance(chosen, FieldAgreement):
        return _field_key(chosen, public)
    return None if chosen is None else StaticKey(chosen, chosen.validated(public))


def _field_key(chosen: FieldAgreement, public: bytes) -> StaticKey:
    """The public value is an INTEGER inside the BIT STRING (PKCS #3, RFC 3279 §2.3.3)."""
    return StaticKey(chosen, chosen.validated(tlv.value(public, 0x02).lstrip(b"\0")))


def _group(oid: str, parameters: tlv.DataObject) -> groups.Group:
    prime, base, *more = (lds.integer(item) or 0 for item in tlv.objects(parameters.value))
    return groups.matching(prime, base, more[0] if oid == _X942 else None)
