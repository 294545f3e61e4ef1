"""Card-verifiable certificates as the chip checks them (BSI TR-03110-3 §C.1, §D)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from simulators.chip.apdu import Refused, Status, encoded, objects
from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import curve_of_order

_TERMINAL_AUTHENTICATION = bytes.fromhex("04007F0007020202")  # id-TA as content bytes
_HASHES: dict[int, hashes.HashAlgorithm] = {1: hashes.SHA1(), 2: hashes.SHA256(), 5: hashes.SHA512()}  # noqa: S303 - old terminals
_RSA = {
    1: (1, False), 2: (2, False), 3: (1, True), 4: (2, True), 5: (5, False), 6: (5, True),
}  # fmt: skip
"""Last arc below id-TA-RSA, to hash and whether RSASSA-PSS (BSI TR-03110-3 §A.7.2)."""
_ECDSA = {1: "sha1", 2: "sha224", 3: "sha256", 4: "sha384", 5: "sha512"}
CVCA, DOMESTIC_DV, FOREIGN_DV, INSPECTION_SYSTEM = 0xC0, 0x80, 0x40, 0x00
"""Roles: the two highest bits of the authorisation (BSI TR-03110-4 §C.4.1)."""
READS_FINGERPRINTS, READS_IRIS = 0x01, 0x02


@dataclass(frozen=True, slots=True)
class RsaVerifier:
    modulus: int
    exponent: int
    arc: int

    def verifies(self, signature: bytes, message: bytes) -> bool:
        number, pss = _RSA[self.arc]
        algorithm = _HASHES[number]
        scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size) if pss else padding.PKCS1v15()
        try:
            rsa.RSAPublicNumbers(self.exponent, self.modulus).public_key().verify(signature, message, scheme, algorithm)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class CurveVerifier:
    curve: Curve
    point: bytes
    arc: int

    def verifies(self, signature: bytes, message: bytes) -> bool:
        return self.curve.verifies(self.point, signature, message, _ECDSA[self.arc])


Verifier = RsaVerifier | CurveVerifier


@dataclass(frozen=True, slots=True)
class Certificate:
    """`authority` and `holder` are references as the certificates spell them; `rights` the bits below the role."""

    authority: bytes
    holder: bytes
    verifier: Verifier
    authorisation: int
    effective: date
    expires: date
    body: bytes
    signature: bytes

    @property
    def role(self) -> int:
        return self.authorisation & 0xC0

    @property
    def rights(self) -> int:
        return self.authorisation & 0x3F


def parse(data: bytes, issuer: Verifier | None) -> Certificate:
    """A body and a signature, with or without the template around. Raises Refused with 6A80 for anything else.

    `issuer` lends its curve to a key that has no domain parameters of its own (§D.3.3).
    """
    try:
        given = dict(objects(data))
        if 0x7F21 in given:
            given = dict(objects(given[0x7F21]))
        body = dict(objects(given[0x7F4E]))
        authorisation = dict(objects(body[0x7F4C]))[0x53]
        return Certificate(
            body[0x42],
            body[0x5F20],
            _verifier(body[0x7F49], issuer),
            authorisation[-1],
            _date(body[0x5F25]),
            _date(body[0x5F24]),
            encoded(0x7F4E, given[0x7F4E]),
            given[0x5F37],
        )
    except (KeyError, IndexError, ValueError):
        raise Refused(Status.WRONG_DATA) from None


def _verifier(key: bytes, issuer: Verifier | None) -> Verifier:
    """Raises ValueError or KeyError."""
    given = dict(objects(key))
    protocol = given[0x06]
    if protocol[:-2] != _TERMINAL_AUTHENTICATION:
        raise ValueError("no key of terminal authentication")
    if protocol[-2] == 1 and protocol[-1] in _RSA:
        return RsaVerifier(int.from_bytes(given[0x81], "big"), int.from_bytes(given[0x82], "big"), protocol[-1])
    curve = curve_of_order(int.from_bytes(given[0x85], "big")) if 0x85 in given else None
    if curve is None and isinstance(issuer, CurveVerifier):
        curve = issuer.curve
    if curve is None or protocol[-2] != 2 or protocol[-1] not in _ECDSA:
        raise ValueError("no key this chip can use")
    curve.decode(given[0x86])
    return CurveVerifier(curve, given[0x86], protocol[-1])


def _date(digits: bytes) -> date:
    """Six unpacked BCD digits, YYMMDD. Raises ValueError."""
    if len(digits) != 6 or max(digits) > 9:
        raise ValueError("not a date")
    year, month, day = (10 * digits[at] + digits[at + 1] for at in (0, 2, 4))
    return date(2000 + year, month, day)
