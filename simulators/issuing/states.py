"""The invented issuing authorities of the simulated world: who they are, and with which algorithms they sign.

The codes are those of Doc 9303-3 §5, because rules of law look at nationality; every certificate issued under one of
them says SIMULATED in its name. Utopia (UTO) is Doc 9303's specimen state; XAA and QMA are user-assigned in ISO 3166-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Suite(StrEnum):
    """Signature algorithms of a state, all of them seen among real issuers."""

    ECDSA_P256 = "ecdsa_p256"
    ECDSA_BRAINPOOL = "ecdsa_brainpool"
    RSA_PKCS1 = "rsa_pkcs1"
    RSA_PSS = "rsa_pss"


class Pace(StrEnum):
    """PACE with generic mapping over ECDH: cipher and curve (Doc 9303-11 §9.2.1, table 5)."""

    AES128_BRAINPOOL = "aes128_brainpool"
    AES256_P256 = "aes256_p256"
    TDES_BRAINPOOL = "3des_brainpool"


@dataclass(frozen=True, slots=True)
class State:
    """`code` is the MRZ's (D for Germany, without fillers), `country` the two letters of the certificates."""

    code: str
    country: str
    name: str
    suite: Suite
    pace: Pace
    lds_version: int = 0
    """Version of the LDS security object: 0, or 1 with the LDS version inside (Doc 9303-10 §4.6.2.3)."""


_E, _B, _R, _P = Suite.ECDSA_P256, Suite.ECDSA_BRAINPOOL, Suite.RSA_PKCS1, Suite.RSA_PSS
_A, _L, _T = Pace.AES128_BRAINPOOL, Pace.AES256_P256, Pace.TDES_BRAINPOOL

STATES: dict[str, State] = {
    state.code: state
    for state in (
        State("JPN", "JP", "Japan", _E, _L),
        State("UTO", "UT", "Utopia", _B, _A),
        State("XAA", "XA", "Arcadia", _R, _T),
        State("QMA", "QM", "Marinia", _P, _A, 1),
        State("KOR", "KR", "Republic of Korea", _R, _A),
        State("USA", "US", "United States of America", _P, _T),
        State("THA", "TH", "Thailand", _B, _A),
        State("CHN", "CN", "China", _E, _L),
        State("TWN", "TW", "Taiwan", _E, _A),
        State("PHL", "PH", "Philippines", _E, _A),
        State("VNM", "VN", "Viet Nam", _P, _A),
        State("IDN", "ID", "Indonesia", _B, _T),
        State("MYS", "MY", "Malaysia", _E, _L),
        State("SGP", "SG", "Singapore", _B, _L, 1),
        State("IND", "IN", "India", _E, _A),
        State("NPL", "NP", "Nepal", _E, _T),
        State("AUS", "AU", "Australia", _E, _L),
        State("NZL", "NZ", "New Zealand", _E, _L),
        State("GBR", "GB", "United Kingdom", _R, _A),
        State("FRA", "FR", "France", _B, _A),
        State("D", "DE", "Germany", _B, _A, 1),
        State("BRA", "BR", "Brazil", _R, _T),
        State("CAN", "CA", "Canada", _P, _L),
    )
}
