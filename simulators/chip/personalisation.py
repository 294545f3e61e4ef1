"""What an issuing office writes into a chip besides its files: private keys, trust points, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import Group


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """A static private key of chip authentication, and the one cipher suite it serves (1 to 4, Doc 9303-11 §9.2.7)."""

    group: Group
    private: int = field(repr=False)
    cipher: int = 2
    key_id: int | None = None


@dataclass(frozen=True, slots=True)
class RsaKey:
    """A private key of active authentication: signs by scheme 1 of ISO/IEC 9796-2 with the hash of that name."""

    modulus: int
    private_exponent: int = field(repr=False)
    hash_name: str = "sha256"


@dataclass(frozen=True, slots=True)
class CurveKey:
    """A private key of active authentication with ECDSA; `der` for chips that encode the signature against Doc 9303."""

    curve: Curve
    private: int = field(repr=False)
    hash_name: str = "sha256"
    der: bool = False


@dataclass(frozen=True, slots=True)
class Personalisation:
    agreement_keys: tuple[AgreementKey, ...] = ()
    mapping_key: AgreementKey | None = None
    """Proven by PACE with chip authentication mapping; its public half stands in EF.CardSecurity."""
    signing_key: RsaKey | CurveKey | None = None
    trust_points: tuple[bytes, ...] = ()
    """Certificates of the CVCA, the current one first; none: no terminal authentication, and nothing hidden by it."""
    today: date = date(2020, 1, 1)
    """The chip's own date: of what it last learned from a certificate (BSI TR-03110-1 §2.5)."""
    extended_length: bool = True
    basic_access: bool = True
