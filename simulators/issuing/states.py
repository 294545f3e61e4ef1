"""The invented issuing authorities of the simulated world: who they are, and with which algorithms they sign.

The codes are those of Doc 9303-3 §5, because rules of law look at nationality; every certificate issued under one of
them says SIMULATED in its name. Utopia (UTO) is Doc 9303's specimen state; XAA and QMA are user-assigned in ISO 3166-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Suite(StrEnum):
    """Signature algorithms of a state, all of them seen among real issuers; SUITES has their details."""

    ECDSA_P256 = "ecdsa_p256"
    ECDSA_BRAINPOOL = "ecdsa_brainpool"
    RSA_PKCS1 = "rsa_pkcs1"
    RSA_PSS = "rsa_pss"
    ECDSA_P384 = "ecdsa_p384"
    ECDSA_P521 = "ecdsa_p521"
    ECDSA_BRAINPOOL224 = "ecdsa_brainpool224"
    ECDSA_BRAINPOOL384 = "ecdsa_brainpool384"
    ECDSA_BRAINPOOL512 = "ecdsa_brainpool512"
    ECDSA_EXPLICIT = "ecdsa_explicit"
    ECDSA_P256_EXPLICIT = "ecdsa_p256_explicit"
    ECDSA_SHA1 = "ecdsa_sha1"
    RSA_SHA1 = "rsa_sha1"
    RSA_SHA512 = "rsa_sha512"
    RSA_PSS_SHA1 = "rsa_pss_sha1"
    RSA_PSS_SHA512 = "rsa_pss_sha512"
    RSA_PSS_MIXED = "rsa_pss_mixed"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """How a suite signs: on a curve (by its standardised identifier, Doc 9303-11 §9.5.1), else with RSA.

    `pss_hash` is that of RSASSA-PSS where it is not the one that the content was hashed with.
    """

    hash_name: str = "sha256"
    curve: int | None = None
    explicit: bool = False
    pss: bool = False
    pss_hash: str = ""

    @property
    def signing_hash(self) -> str:
        return self.pss_hash or self.hash_name


SUITES: dict[Suite, Algorithm] = {
    Suite.ECDSA_P256: Algorithm(curve=12),
    Suite.ECDSA_BRAINPOOL: Algorithm(curve=13),
    Suite.RSA_PKCS1: Algorithm(),
    Suite.RSA_PSS: Algorithm(pss=True),
    Suite.ECDSA_P384: Algorithm("sha384", curve=15),
    Suite.ECDSA_P521: Algorithm("sha512", curve=18),
    Suite.ECDSA_BRAINPOOL224: Algorithm("sha224", curve=11),
    Suite.ECDSA_BRAINPOOL384: Algorithm("sha384", curve=16),
    Suite.ECDSA_BRAINPOOL512: Algorithm("sha512", curve=17),
    Suite.ECDSA_EXPLICIT: Algorithm(curve=13, explicit=True),
    Suite.ECDSA_P256_EXPLICIT: Algorithm(curve=12, explicit=True),
    Suite.ECDSA_SHA1: Algorithm("sha1", curve=12),
    Suite.RSA_SHA1: Algorithm("sha1"),
    Suite.RSA_SHA512: Algorithm("sha512"),
    Suite.RSA_PSS_SHA1: Algorithm("sha1", pss=True),
    Suite.RSA_PSS_SHA512: Algorithm("sha512", pss=True),
    Suite.RSA_PSS_MIXED: Algorithm(pss=True, pss_hash="sha512"),
}


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
    renamed: bool = False
    """Its CSCA had another name before its last change of keys."""


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
        State("NPL", "NP", "Nepal", _E, _T, renamed=True),
        State("AUS", "AU", "Australia", _E, _L),
        State("NZL", "NZ", "New Zealand", _E, _L),
        State("GBR", "GB", "United Kingdom", _R, _A),
        State("FRA", "FR", "France", _B, _A, renamed=True),
        State("D", "DE", "Germany", _B, _A, 1),
        State("BRA", "BR", "Brazil", _R, _T),
        State("CAN", "CA", "Canada", _P, _L),
    )
}
