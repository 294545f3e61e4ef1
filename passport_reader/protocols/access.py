"""Opening a chip: keys from the printed page, the derivation of keys, and Basic Access Control.

`session` chooses between BAC and PACE.

PassportError (document.py)
├── UnusableKey            not a key that could open any chip; noticed before the chip is asked
└── ChipRefused
    └── AccessDenied       the chip does not accept the key: wrong document, misread page, or not the chip of this page
        └── LastTrySpared  a wrong key would lock the chip, so it was not tried
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from hmac import compare_digest
from typing import Final

from passport_reader import mrz as machine_readable
from passport_reader.card.apdu import Channel, Command
from passport_reader.card.messaging import Algorithm, SessionKeys, pad
from passport_reader.document import ChipRefused, Mrz, PassportError

Random = Callable[[int], bytes]

_FOR_ENCRYPTION, _FOR_AUTHENTICATION, _FOR_PASSWORD = 1, 2, 3  # counters of the KDF, Doc 9303-11 §9.7.1

APPLICATION: Final = bytes.fromhex("A0000002471001")
"""LDS1 eMRTD application (Doc 9303-10 §3.3)."""

SELECT_APPLICATION: Final = Command(0x00, 0xA4, 0x04, 0x0C, APPLICATION)

CAN_DIGITS: Final = 6
"""Of every card access number in the field; Doc 9303-11 §4.4 calls six digits sufficient."""


class UnusableKey(PassportError):
    code = "unusable_key"


class AccessDenied(ChipRefused):
    """`data["tries_left"]` where the chip counts."""

    code = "access_denied"


class LastTrySpared(AccessDenied):
    code = "last_try_spared"


@dataclass(frozen=True, slots=True)
class MrzKey:
    """Number and dates (YYMMDD) as the MRZ prints them; unknown parts of a date are fillers. Never shown by repr.

    Raise `UnusableKey` for what no MRZ can print.
    """

    document_number: str = field(repr=False)
    birth_date: str = field(repr=False)
    expiry_date: str = field(repr=False)

    def __post_init__(self) -> None:
        dates = all(re.fullmatch("[0-9<]{6}", text) for text in (self.birth_date, self.expiry_date))
        if not dates or not re.fullmatch("[A-Z0-9<]{1,22}", self.document_number):
            raise UnusableKey("a document number or date that no machine readable zone can print")

    @classmethod
    def of(cls, mrz: Mrz) -> MrzKey:
        return cls(*machine_readable.key_fields(mrz))

    @property
    def information(self) -> str:
        """MRZ information: each field with its check digit (Doc 9303-11 §4.3.2, appendix D.2)."""
        fields = (self.document_number.ljust(9, "<"), self.birth_date, self.expiry_date)
        return "".join(text + machine_readable.check_digit(text) for text in fields)

    @property
    def chip_identifier(self) -> bytes:
        """ID_IC of terminal authentication after BAC: the number with its check digit (Doc 9303-11 §7.1.2)."""
        number = self.document_number.ljust(9, "<")
        return (number + machine_readable.check_digit(number)).encode("ascii")

    @property
    def secret(self) -> bytes:
        return sha1(self.information.encode("ascii"), usedforsecurity=False).digest()

    @property
    def password_reference(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class CanKey:
    """The card access number printed on the page (Doc 9303-11 §4.4). It opens chips with PACE alone.

    Raise `UnusableKey` unless it is `CAN_DIGITS` digits.
    """

    digits: str = field(repr=False)

    def __post_init__(self) -> None:
        if not re.fullmatch(f"[0-9]{{{CAN_DIGITS}}}", self.digits):
            raise UnusableKey(f"a card access number has {CAN_DIGITS} digits")

    @property
    def secret(self) -> bytes:
        return self.digits.encode("ascii")

    @property
    def password_reference(self) -> int:
        return 2


Key = MrzKey | CanKey


def derive(secret: bytes, counter: int, algorithm: Algorithm) -> bytes:
    """The key derivation of Doc 9303-11 §9.7.1; 3DES keys come with odd parity."""
    data = secret + counter.to_bytes(4, "big")
    digest = sha256(data) if algorithm.key_octets > 16 else sha1(data, usedforsecurity=False)
    key = digest.digest()[: algorithm.key_octets]
    return bytes(_odd_parity(octet) for octet in key) if algorithm is Algorithm.TDES else key


def session_keys(secret: bytes, algorithm: Algorithm, counter: int = 0) -> SessionKeys:
    return SessionKeys(
        algorithm,
        derive(secret, _FOR_ENCRYPTION, algorithm),
        derive(secret, _FOR_AUTHENTICATION, algorithm),
        counter,
    )


def password_key(key: Key, algorithm: Algorithm) -> bytes:
    """K_pi of PACE (Doc 9303-11 §4.4.3.3)."""
    return derive(key.secret, _FOR_PASSWORD, algorithm)


def _odd_parity(octet: int) -> int:
    return octet & 0xFE | 1 - (octet >> 1).bit_count() % 2


def select_application(channel: Channel) -> None:
    channel.send(SELECT_APPLICATION).require("select the passport application")


def basic_access(channel: Channel, key: MrzKey, random: Random = secrets.token_bytes) -> SessionKeys:
    """BAC (Doc 9303-11 §4.3.3), with the application selected. Raise `AccessDenied` or `ChipRefused`."""
    seed = key.secret[:16]
    static = session_keys(seed, Algorithm.TDES)
    challenge = channel.send(Command(0x00, 0x84, 0x00, 0x00, le=8)).require("get challenge")
    if len(challenge) != 8:
        raise ChipRefused("the challenge is not eight bytes", octets=len(challenge))
    own, own_key = random(8), random(16)
    cryptogram = _sealed(static, own + challenge + own_key)
    answer = channel.send(Command(0x00, 0x82, 0x00, 0x00, cryptogram, le=40))
    if not answer.ok:
        raise denied(answer.sw, "external authenticate")
    opened = _opened(static, answer.data)
    if opened[:8] != challenge or opened[8:16] != own:
        raise AccessDenied("the chip does not know the key of this page", step="chip cryptogram")
    shared = bytes(a ^ b for a, b in zip(own_key, opened[16:], strict=True))
    return session_keys(shared, Algorithm.TDES, int.from_bytes(challenge[4:] + own[4:], "big"))


def tries_left(sw: int) -> int | None:
    """What a status word 63Cx counts (ISO/IEC 7816-4 table 6); None where it counts nothing."""
    return sw & 0xF if sw >> 4 == 0x63C else None


def denied(sw: int, step: str) -> AccessDenied:
    left = tries_left(sw)
    data: dict[str, int] = {} if left is None else {"tries_left": left}
    return AccessDenied("the chip does not accept the key of this page", sw=sw, step=step, **data)


def _sealed(static: SessionKeys, plain: bytes) -> bytes:
    cryptogram = Algorithm.TDES.encrypt(static.encryption, plain, bytes(8))
    return cryptogram + Algorithm.TDES.mac(static.authentication, pad(cryptogram, 8))


def _opened(static: SessionKeys, answer: bytes) -> bytes:
    if len(answer) != 40:
        raise ChipRefused("the answer to external authenticate is not 40 bytes", octets=len(answer))
    cryptogram, code = answer[:32], answer[32:]
    if not compare_digest(Algorithm.TDES.mac(static.authentication, pad(cryptogram, 8)), code):
        raise AccessDenied("the chip does not know the key of this page", step="chip cryptogram")
    return Algorithm.TDES.decrypt(static.encryption, cryptogram, bytes(8))
