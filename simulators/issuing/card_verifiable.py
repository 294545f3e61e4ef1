"""Country verifying certification authorities and the terminals below them (BSI TR-03110-1 §2.5, -3 §C, §D).

A state's CVCA decides who may read fingerprints in its passports: it certifies document verifiers of other states,
and each of those certifies the inspection systems of its own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from random import Random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from simulators.chip.curves import Curve
from simulators.chip.domain_parameters import CURVES
from simulators.issuing.ber import oid, tlv
from simulators.issuing.profile import TerminalSuite

_INSPECTION_SYSTEMS = "0.4.0.127.0.7.3.1.2.1"  # id-IS
_TERMINAL_AUTHENTICATION = "0.4.0.127.0.7.2.2.2"  # id-TA
_CVCA, _FOREIGN_DV, _TERMINAL = 0xC0, 0x40, 0x00
FINGERPRINTS, IRISES = 0x01, 0x02
"""Rights (BSI TR-03110-4 §C.4.1)."""
_CURVES = {"sha1": 13, "sha224": 10, "sha256": 13, "sha384": 16, "sha512": 17}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - a suite of the standard's
    "sha256": hashes.SHA256(),
    "sha512": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class CurveTerminalKey:
    curve: Curve
    private: int = field(repr=False)
    hash_name: str

    def sign(self, message: bytes) -> bytes:
        return self.curve.sign(self.private, message, self.hash_name, os.urandom)

    def public(self, *, with_parameters: bool) -> bytes:
        """Data objects of the key (BSI TR-03110-3 §D.3.3); the domain parameters stand in a CVCA's alone."""
        curve, size = self.curve, self.curve.size
        point = tlv(0x86, curve.power(self.private, curve.generator))
        if not with_parameters:
            return point
        numbers = ((0x81, curve.p), (0x82, curve.a), (0x83, curve.b))
        field_elements = b"".join(tlv(tag, value.to_bytes(size, "big")) for tag, value in numbers)
        order = tlv(0x85, curve.order.to_bytes((curve.order.bit_length() + 7) // 8, "big"))
        return field_elements + tlv(0x84, curve.generator) + order + point + tlv(0x87, b"\x01")

    @property
    def pkcs8(self) -> bytes:
        """For a token or a file. Raises ValueError for a curve that no library here knows."""
        if self.curve.named is None:
            raise ValueError(f"{self.curve.name} has no library behind it")
        return _pkcs8(ec.derive_private_key(self.private, self.curve.named))


@dataclass(frozen=True, slots=True)
class RsaTerminalKey:
    key: rsa.RSAPrivateKey = field(repr=False)
    hash_name: str
    pss: bool

    def sign(self, message: bytes) -> bytes:
        algorithm = _HASHES[self.hash_name]
        if not self.pss:
            return self.key.sign(message, padding.PKCS1v15(), algorithm)
        return self.key.sign(message, padding.PSS(padding.MGF1(algorithm), algorithm.digest_size), algorithm)

    def public(self, *, with_parameters: bool) -> bytes:
        """Modulus and exponent (BSI TR-03110-3 §D.3.1)."""
        numbers = self.key.public_key().public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        return tlv(0x81, modulus) + tlv(0x82, numbers.e.to_bytes(3, "big"))

    @property
    def pkcs8(self) -> bytes:
        return _pkcs8(self.key)


TerminalKey = CurveTerminalKey | RsaTerminalKey


@dataclass(frozen=True, slots=True)
class Terminal:
    """What an inspection system has: its key, and the chain from below the CVCA down to itself, links first."""

    key: TerminalKey
    chain: tuple[bytes, ...]
    cvca: bytes
    """The CVCA certificate the chain starts under when the chip knows the newest one."""


class VerifyingAuthority:
    """A state's CVCA, which changed keys once: `first`, `current`, and the link between them."""

    def __init__(self, country: str, suite: TerminalSuite, label: str) -> None:
        self._country, self._suite = country, suite
        self._random = Random(f"{label}/{country}/{suite}")
        self._first_key, self._key = (new_key(suite, self._random) for _ in range(2))
        own, renewed = self._reference("CVCA", 1), self._reference("CVCA", 2)
        first, now = (date(2014, 1, 1), date(2030, 1, 1)), (date(2020, 1, 1), date(2044, 1, 1))
        self.first = self._certificate(own, self._first_key, own, self._first_key, _CVCA | 3, first)
        self.current = self._certificate(renewed, self._key, renewed, self._key, _CVCA | 3, now)
        self.link = self._certificate(own, self._first_key, renewed, self._key, _CVCA | 3, now)

    def terminal(
        self,
        verifier_country: str,
        *,
        rights: int = FINGERPRINTS,
        years: tuple[date, date] = (date(2024, 1, 1), date(2040, 1, 1)),
        with_link: bool = False,
    ) -> Terminal:
        """An inspection system of another country, by way of that country's document verifier."""
        verifier_key, key = new_key(self._suite, self._random), new_key(self._suite, self._random)
        verifier = f"{verifier_country}DVHALL00001".encode()
        system = f"{verifier_country}GATE000001".encode()
        issuer = self._reference("CVCA", 2)
        chain = (
            self._certificate(issuer, self._key, verifier, verifier_key, _FOREIGN_DV | 3, years),
            self._certificate(verifier, verifier_key, system, key, _TERMINAL | rights, years),
        )
        return Terminal(key, (self.link, *chain) if with_link else chain, self.current)

    def _reference(self, mnemonic: str, number: int) -> bytes:
        """Country, mnemonic and sequence number (BSI TR-03110-3 §A.6.1)."""
        return f"{self._country}{mnemonic}{number:05}".encode()

    def _certificate(
        self,
        authority: bytes,
        signer: TerminalKey,
        holder: bytes,
        key: TerminalKey,
        authorisation: int,
        years: tuple[date, date],
    ) -> bytes:
        """With its template 7F21 (BSI TR-03110-3 §C.1)."""
        suite = oid(f"{_TERMINAL_AUTHENTICATION}.{self._suite >> 8}.{self._suite & 0xFF}")
        parameters = authorisation & 0xC0 == _CVCA
        body = tlv(
            0x7F4E,
            tlv(0x5F29, b"\x00")
            + tlv(0x42, authority)
            + tlv(0x7F49, suite + key.public(with_parameters=parameters))
            + tlv(0x5F20, holder)
            + tlv(0x7F4C, oid(_INSPECTION_SYSTEMS) + tlv(0x53, bytes([authorisation])))
            + tlv(0x5F25, _digits(years[0]))
            + tlv(0x5F24, _digits(years[1])),
        )
        return tlv(0x7F21, body + tlv(0x5F37, signer.sign(body)))


def new_key(suite: TerminalSuite, random: Random) -> TerminalKey:
    """A curve key that follows from `random`, or a fresh RSA key."""
    hash_name = suite.name.rpartition("_")[2].lower()
    if suite >> 8 == 1:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return RsaTerminalKey(key, hash_name, pss="PSS" in suite.name)
    curve = CURVES[_CURVES[hash_name]]
    return CurveTerminalKey(curve, curve.scalar(random.randbytes), hash_name)


def _digits(day: date) -> bytes:
    """YYMMDD, a byte for a digit."""
    return bytes(int(digit) for digit in f"{day:%y%m%d}")


def _pkcs8(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    encoding, form = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())
