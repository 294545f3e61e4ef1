"""EF.CardAccess, DG14 and DG15: what the chip offers to do and its public keys (Doc 9303-11 §9.2, Doc 9303-10 §4.7.15).

The entries by their kind, for people and for lists. The protocols take the plain `SecurityInfo` and judge it
themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from passport_reader import lds, tlv
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef, SecurityInfo

_BSI: Final = "0.4.0.127.0.7.2.2."
_PUBLIC_KEY, _TERMINAL, _CHIP, _PACE = (f"{_BSI}{arc}." for arc in (1, 2, 3, 4))
_ACTIVE: Final = "2.23.136.1.1.5"
_DIRECTORY: Final = "2.23.136.1.1.13"


@dataclass(frozen=True, slots=True)
class PaceOffer:
    """PACEInfo (§9.2.1). `parameter_id` is None in the two-element form some chips still write."""

    oid: str
    version: int | None
    parameter_id: int | None


@dataclass(frozen=True, slots=True)
class PaceParameters:
    """PACEDomainParameterInfo (§9.2.2); `parameters` is the AlgorithmIdentifier in DER."""

    oid: str
    parameter_id: int | None
    parameters: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChipAuthenticationOffer:
    """ChipAuthenticationInfo (§9.2.5)."""

    oid: str
    version: int | None
    key_id: int | None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A SubjectPublicKeyInfo in DER: of ChipAuthenticationPublicKeyInfo (§9.2.6), or DG15's."""

    algorithm: str
    """Object identifier of the algorithm."""
    der: bytes = field(repr=False)
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class ActiveAuthenticationOffer:
    """ActiveAuthenticationInfo (§9.2.4); it stands there for ECDSA alone."""

    version: int | None
    signature_algorithm: str


@dataclass(frozen=True, slots=True)
class TerminalAuthenticationOffer:
    """TerminalAuthenticationInfo (§9.2.8). `trust_points` is the file identifier of EF.CVCA where it is not 011C."""

    version: int | None
    trust_points: int | None


@dataclass(frozen=True, slots=True)
class DirectoryCopy:
    """EFDIRInfo (§9.2.10): EF.DIR, which has no signature of its own, signed along with DG14."""

    directory: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OtherInfo:
    """Of a kind that Doc 9303 does not name."""

    oid: str


Info = (
    PaceOffer
    | PaceParameters
    | ChipAuthenticationOffer
    | PublicKey
    | ActiveAuthenticationOffer
    | TerminalAuthenticationOffer
    | DirectoryCopy
    | OtherInfo
)


def card_access(data: bytes, notes: Deviations) -> tuple[Info, ...]:
    return tuple(typed(info) for info in lds.security_infos(data, notes))


def data_group_14(dg14: bytes, notes: Deviations) -> tuple[Info, ...]:
    return card_access(lds.content(Ef.DG14, dg14, notes), notes)


def data_group_15(dg15: bytes, notes: Deviations) -> PublicKey:
    """Active authentication's key (Doc 9303-10 §4.7.15)."""
    found = notes.fields(lds.content(Ef.DG15, dg15, notes), (0x30,))
    if 0x30 not in found:
        raise UnusableData("DG15 holds no public key", file=Ef.DG15)
    return public_key(tlv.encode(0x30, found[0x30]), None)


def public_key(der: bytes, key_id: int | None) -> PublicKey:
    return PublicKey(lds.decode_oid(tlv.value(der, 0x30, 0x30, 0x06)), der, key_id)


def typed(info: SecurityInfo) -> Info:
    """Raise `UnusableData` for an entry whose fields are not those of its kind."""
    kind = next((prefix for prefix in _KINDS if f"{info.oid}.".startswith(prefix)), "")
    return _KINDS[kind](info) if kind else OtherInfo(info.oid)


def _pace(info: SecurityInfo) -> Info:
    number = lds.integer(info.optional)
    if info.oid.count(".") == _PACE.count("."):  # without the arc of a cipher: domain parameters alone
        return PaceParameters(info.oid, number, _der(info.required))
    return PaceOffer(info.oid, lds.integer(info.required), number)


def _chip(info: SecurityInfo) -> Info:
    return ChipAuthenticationOffer(info.oid, lds.integer(info.required), lds.integer(info.optional))


def _chip_key(info: SecurityInfo) -> Info:
    return public_key(_der(info.required), lds.integer(info.optional))


def _active(info: SecurityInfo) -> Info:
    if info.optional is None or info.optional.tag != 0x06:
        raise UnusableData("ActiveAuthenticationInfo names no signature algorithm")
    return ActiveAuthenticationOffer(lds.integer(info.required), lds.decode_oid(info.optional.value))


def _terminal(info: SecurityInfo) -> Info:
    file = tlv.value(info.optional.value, 0x04) if info.optional is not None else b""
    return TerminalAuthenticationOffer(lds.integer(info.required), int.from_bytes(file[:2], "big") if file else None)


def _directory(info: SecurityInfo) -> Info:
    return DirectoryCopy(info.required.value)


_KINDS: Final[dict[str, Callable[[SecurityInfo], Info]]] = {
    _PUBLIC_KEY: _chip_key,
    _TERMINAL: _terminal,
    _CHIP: _chip,
    _PACE: _pace,
    f"{_ACTIVE}.": _active,
    f"{_DIRECTORY}.": _directory,
}


def _der(item: tlv.DataObject) -> bytes:
    return tlv.encode(item.tag, item.value)
