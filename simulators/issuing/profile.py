"""What a chip can be asked to be without being faulty: its protocols, its keys, its files and their formats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from simulators.issuing.states import Pace, State, Suite

TDES, AES_128, AES_192, AES_256 = 1, 2, 3, 4
"""Cipher suites, as the last arc of a protocol's object identifier (Doc 9303-11 §9.2.3)."""
_FIRST_CURVE = 8
"""Standardised domain parameters below are groups modulo a prime (Doc 9303-11 §9.5.1)."""


class Mapping(StrEnum):
    GENERIC = "gm"
    INTEGRATED = "im"
    CHIP_AUTHENTICATION = "cam"


class Written(StrEnum):
    """How a chip's public key tells its domain parameters."""

    EXPLICIT = "explicit"
    NAMED = "named"
    STANDARDISED = "standardised"


class Picture(StrEnum):
    JPEG = "jpeg"
    JPEG_2000 = "jpeg2000"


class FaceRecord(StrEnum):
    """Of DG2: the binary record, or the ASN.1 one that succeeds it."""

    ISO_19794_5 = "19794-5"
    ISO_39794_5 = "39794-5"


class TerminalSuite(IntEnum):
    """Keys and signatures of terminal authentication: the last two arcs below id-TA (BSI TR-03110-3 §A.7)."""

    RSA_SHA1 = 0x0101
    RSA_SHA256 = 0x0102
    RSA_PSS_SHA1 = 0x0103
    RSA_PSS_SHA256 = 0x0104
    RSA_SHA512 = 0x0105
    RSA_PSS_SHA512 = 0x0106
    ECDSA_SHA1 = 0x0201
    ECDSA_SHA224 = 0x0202
    ECDSA_SHA256 = 0x0203
    ECDSA_SHA384 = 0x0204
    ECDSA_SHA512 = 0x0205


@dataclass(frozen=True, slots=True)
class PaceChoice:
    """Over elliptic curves, or modulo a prime where the standardised parameters are such a group."""

    mapping: Mapping = Mapping.GENERIC
    cipher: int = AES_128
    parameters: int = 13

    @property
    def arcs(self) -> str:
        """Below id-PACE (Doc 9303-11 §9.2.3)."""
        modular = self.parameters < _FIRST_CURVE
        kind = {Mapping.GENERIC: 2 - modular, Mapping.INTEGRATED: 4 - modular, Mapping.CHIP_AUTHENTICATION: 6}
        return f"{kind[self.mapping]}.{self.cipher}"


@dataclass(frozen=True, slots=True)
class AgreementChoice:
    """A key of chip authentication version 1."""

    parameters: int = 13
    cipher: int = AES_128
    written: Written = Written.EXPLICIT

    @property
    def agreement(self) -> int:
        """The arc of key agreement: 1 modulo a prime, 2 over a curve (Doc 9303-11 §9.2.7)."""
        return 1 if self.parameters < _FIRST_CURVE else 2


@dataclass(frozen=True, slots=True)
class SigningChoice:
    """A key of active authentication: RSA of so many bits, or ECDSA where a curve is named."""

    hash_name: str = "sha256"
    curve: int | None = None
    bits: int = 2048
    explicit: bool = False
    der: bool = False
    """An ECDSA signature in DER, against Doc 9303-11 §6.1.2."""


@dataclass(frozen=True, slots=True)
class ChipProfile:
    """No PACE at all makes a chip of the first years; several PACE choices make the reader say which."""

    pace: tuple[PaceChoice, ...] = (PaceChoice(),)
    basic_access: bool = True
    chip_authentication: tuple[AgreementChoice, ...] = ()
    active_authentication: SigningChoice | None = None
    terminal_authentication: TerminalSuite | None = None
    trusts_first_cvca: bool = False
    """The chip was made before the CVCA's last change of keys: a terminal needs the link certificate."""
    extended_length: bool = True
    directory: bool = False
    lds_version: str = "0107"
    sod_version: int = 0
    signer: Suite | None = None
    """Of the document signer, where it is not the state's."""
    picture: Picture = Picture.JPEG
    face_record: FaceRecord = FaceRecord.ISO_19794_5
    optional_groups: frozenset[int] = frozenset()
    """Of 3, 7, 11, 12, 13 and 16."""


_PACE = {
    Pace.TDES_BRAINPOOL: PaceChoice(cipher=TDES),
    Pace.AES128_BRAINPOOL: PaceChoice(),
    Pace.AES256_P256: PaceChoice(cipher=AES_256, parameters=12),
}
_MODERN_PACE = {
    Pace.TDES_BRAINPOOL: (PaceChoice(Mapping.INTEGRATED, AES_128), PaceChoice(cipher=TDES)),
    Pace.AES128_BRAINPOOL: (PaceChoice(Mapping.CHIP_AUTHENTICATION), PaceChoice()),
    Pace.AES256_P256: (PaceChoice(cipher=AES_256, parameters=12),),
}
_ACTIVE = {
    Suite.ECDSA_P256: SigningChoice(curve=12),
    Suite.ECDSA_BRAINPOOL: SigningChoice(curve=13, explicit=True),
    Suite.RSA_PKCS1: SigningChoice(),
    Suite.RSA_PSS: SigningChoice("sha1", bits=1280),
}
_PLAIN = frozenset({"NPL", "XAA", "BRA"})
"""States whose passports prove no more than their files."""


def default(state: State) -> ChipProfile:
    """What the state's row says, and no more: one PACE with generic mapping, and no key in the chip."""
    lds_version = "0108" if state.lds_version else "0107"
    return ChipProfile(pace=(_PACE[state.pace],), lds_version=lds_version, sod_version=state.lds_version)


def modern(state: State) -> ChipProfile:
    """What a passport of the state would be today: most prove their chip, a few stay plain."""
    if state.code in _PLAIN:
        return default(state)
    pace = _MODERN_PACE[state.pace]
    written = Written.EXPLICIT if state.suite is Suite.ECDSA_BRAINPOOL else Written.NAMED
    parameters, cipher = pace[0].parameters, pace[0].cipher
    fingers = state.pace is Pace.AES128_BRAINPOOL and state.suite is Suite.ECDSA_BRAINPOOL
    return ChipProfile(
        pace=pace,
        chip_authentication=(AgreementChoice(parameters, cipher, written),),
        active_authentication=_ACTIVE[state.suite],
        terminal_authentication=TerminalSuite.ECDSA_SHA256 if fingers else None,
        directory=True,
        lds_version="0108",
        sod_version=1,
        picture=Picture.JPEG_2000 if state.suite is not Suite.ECDSA_P256 else Picture.JPEG,
        face_record=FaceRecord.ISO_39794_5 if state.lds_version else FaceRecord.ISO_19794_5,
        optional_groups=frozenset({3, 11, 12}) if fingers else frozenset({11}),
    )
