"""What PACE a chip offers in its SecurityInfos, and which of several offers is taken (Doc 9303-11 §9.2.1, §9.2.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from passport_reader import lds, tlv
from passport_reader.arithmetic import agreement
from passport_reader.arithmetic.agreement import EllipticAgreement, KeyAgreement
from passport_reader.card.messaging import Algorithm
from passport_reader.document import UnusableData
from passport_reader.lds import SecurityInfo

PACE: Final = "0.4.0.127.0.7.2.2.4."
"""Arc of all PACE protocols (Doc 9303-11 §9.2.3): then key agreement and mapping (1 to 6), then cipher (1 to 4)."""

STANDARDISED: Final = "0.4.0.127.0.7.1.2"
"""standardizedDomainParameters of an AlgorithmIdentifier (§9.5.1)."""

_VERSION: Final = 2
_CIPHERS: Final = dict(enumerate(Algorithm, start=1))

CIPHER_STRENGTH: Final = {Algorithm.TDES: 80, Algorithm.AES_128: 128, Algorithm.AES_192: 192, Algorithm.AES_256: 256}
"""Bits of work (NIST SP 800-57 part 1, table 2; 3DES has two keys here)."""


class Mapping(IntEnum):
    """The arc after `PACE`; 5 is nothing."""

    DH_GENERIC = 1
    ECDH_GENERIC = 2
    DH_INTEGRATED = 3
    ECDH_INTEGRATED = 4
    CHIP_AUTHENTICATION = 6

    @property
    def elliptic(self) -> bool:
        return self not in (Mapping.DH_GENERIC, Mapping.DH_INTEGRATED)

    @property
    def integrated(self) -> bool:
        return self in (Mapping.DH_INTEGRATED, Mapping.ECDH_INTEGRATED)


@dataclass(frozen=True, slots=True)
class PaceInfo:
    """One way to open the chip. `parameter_id` is None in the two-element form some chips still write."""

    oid: str
    version: int
    parameter_id: int | None
    stated: KeyAgreement | None = None
    """What the chip's one PACEDomainParameterInfo says, where `parameter_id` is None."""

    @property
    def agreement(self) -> KeyAgreement | None:
        return self.stated if self.parameter_id is None else agreement.standardised(self.parameter_id)

    @property
    def mapping(self) -> Mapping | None:
        arc = int(self.oid.removeprefix(PACE).partition(".")[0])
        return Mapping(arc) if arc in list(Mapping) else None

    @property
    def algorithm(self) -> Algorithm | None:
        return _CIPHERS.get(int(self.oid.rpartition(".")[2]))

    @property
    def supported(self) -> bool:
        """Everything Doc 9303-11 tables 2, 3 and 12 allow: no 3DES with chip authentication, no integrated P-224."""
        mapping, chosen = self.mapping, self.agreement
        if mapping is None or chosen is None or self.algorithm is None or self.version != _VERSION:
            return False
        if mapping is Mapping.CHIP_AUTHENTICATION and (self.algorithm is Algorithm.TDES or self.parameter_id is None):
            return False
        fits = mapping.elliptic == isinstance(chosen, EllipticAgreement)
        return fits and (chosen.encodes or not mapping.integrated)

    @property
    def title(self) -> str:
        """For a finding: `CHIP_AUTHENTICATION AES_128 brainpoolP256r1`."""
        parts = (self.mapping, self.algorithm)
        named = [part.name for part in parts if part is not None]
        return " ".join([*named, self.agreement.name if self.agreement is not None else ""]).strip()


Rank = tuple[int, bool, bool, int, bool, int]


def rank(info: PaceInfo) -> Rank:
    """The higher, the rather it is taken; `info` is supported.

    First what breaks first, the cipher or the group: the session is no stronger. Among equals the mapping that proves
    the chip on the way, which saves chip authentication; then arithmetic in constant time; then what is left of
    strength; then the generic mapping, which needs no hashing to the group.
    """
    chosen, algorithm, mapping = info.agreement, info.algorithm, info.mapping
    assert chosen is not None
    assert algorithm is not None
    assert mapping is not None
    cipher = CIPHER_STRENGTH[algorithm]
    weakest, proves = min(cipher, chosen.strength), mapping is Mapping.CHIP_AUTHENTICATION
    return weakest, proves, chosen.steady, chosen.strength, not mapping.integrated, cipher


def ranked(infos: Iterable[PaceInfo]) -> list[PaceInfo]:
    """The supported ones, the best first."""
    return sorted((info for info in infos if info.supported), key=rank, reverse=True)


def offered(infos: Iterable[SecurityInfo]) -> tuple[PaceInfo, ...]:
    """The PACEInfos among SecurityInfos; those without a parameter identifier take the one that is stated aside."""
    relevant = [info for info in infos if info.oid.startswith(PACE)]
    stated = [info for info in relevant if info.oid.count(".") == PACE.count(".")]
    aside = _standardised(stated[0].required) if len(stated) == 1 else None
    return tuple(_pace_info(info, aside) for info in relevant if info.oid.count(".") == PACE.count(".") + 1)


def _pace_info(info: SecurityInfo, aside: KeyAgreement | None) -> PaceInfo:
    parameter_id = lds.integer(info.optional)
    return PaceInfo(info.oid, lds.integer(info.required) or 0, parameter_id, aside if parameter_id is None else None)


def _standardised(algorithm: tlv.DataObject) -> KeyAgreement | None:
    """The domain parameters of an AlgorithmIdentifier that names standardised ones.

    Explicit ones are never used: whoever writes an unsigned file would choose them, and weak ones give the password
    away (§9.2.2).
    """
    try:
        name, parameters = tlv.objects(algorithm.value)
        if lds.decode_oid(name.value) == STANDARDISED:
            return agreement.standardised(lds.integer(parameters) or 0)
    except (UnusableData, ValueError):
        return None
    return None
