"""Card-verifiable certificates, by which chips know terminals: BSI TR-03110-3 appendices C (profile) and D (encoding),
which Doc 9303-12 §7.2 takes over.

A country verifying CA (CVCA) certifies document verifiers (DV), a document verifier its inspection systems (IS), and
an old key of the CVCA the next one by a link certificate. Only CVCA certificates need hold the curve; the others
inherit it from who issued them.

UnusableData (document.py)
└── CertificateRefused         not what its issuer may have issued, or not signed by it
    └── CertificateOutOfDate   in order, but not on this day
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, IntFlag
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa

from passport_reader import lds, tlv
from passport_reader.arithmetic import domain_parameters
from passport_reader.arithmetic.domain_parameters import Curve
from passport_reader.document import UnusableData
from passport_reader.pki.certificate import EllipticKey, PublicKey
from passport_reader.pki.signature_scheme import Kind, Scheme, usable

TERMINAL_AUTHENTICATION: Final = "0.4.0.127.0.7.2.2.2"  # id-TA, Doc 9303-11 §9.2.9
INSPECTION_SYSTEM: Final = "0.4.0.127.0.7.3.1.2.1"  # id-IS, TR-03110-3 C.1.5

SCHEMES: Final = {
    f"{TERMINAL_AUTHENTICATION}.1.1": Scheme(Kind.PKCS1, "sha1"),
    f"{TERMINAL_AUTHENTICATION}.1.2": Scheme(Kind.PKCS1, "sha256"),
    f"{TERMINAL_AUTHENTICATION}.1.3": Scheme(Kind.PSS, "sha1"),
    f"{TERMINAL_AUTHENTICATION}.1.4": Scheme(Kind.PSS, "sha256"),
    f"{TERMINAL_AUTHENTICATION}.1.5": Scheme(Kind.PKCS1, "sha512"),
    f"{TERMINAL_AUTHENTICATION}.1.6": Scheme(Kind.PSS, "sha512"),
    f"{TERMINAL_AUTHENTICATION}.2.1": Scheme(Kind.ECDSA, "sha1"),
    f"{TERMINAL_AUTHENTICATION}.2.2": Scheme(Kind.ECDSA, "sha224"),
    f"{TERMINAL_AUTHENTICATION}.2.3": Scheme(Kind.ECDSA, "sha256"),
    f"{TERMINAL_AUTHENTICATION}.2.4": Scheme(Kind.ECDSA, "sha384"),
    f"{TERMINAL_AUTHENTICATION}.2.5": Scheme(Kind.ECDSA, "sha512"),
}
"""TR-03110-3 A.7, tables 17 and 18. Doc 9303-11 §7.1.4 has dropped SHA-1 and PKCS #1; chips of 2008 have not."""

CERTIFICATE, BODY, SIGNATURE = 0x7F21, 0x7F4E, 0x5F37
_AUTHORITY, _HOLDER, _PUBLIC_KEY, _TEMPLATE, _EFFECTIVE, _EXPIRES = 0x42, 0x5F20, 0x7F49, 0x7F4C, 0x5F25, 0x5F24
_OID, _DISCRETIONARY = 0x06, 0x53
_MODULUS, _EXPONENT = 0x81, 0x82
_PRIME, _A, _B, _GENERATOR, _ORDER, _POINT, _COFACTOR = (
    0x81,
    0x82,
    0x83,
    0x84,
    0x85,
    0x86,
    0x87,
)  # D.3, Doc 9303-11 §9.4


class CertificateRefused(UnusableData):
    code = "certificate_refused"


class CertificateOutOfDate(CertificateRefused):
    code = "certificate_out_of_date"


class Role(IntEnum):
    """The highest two bits of an authorisation (Doc 9303-11 K.1)."""

    INSPECTION_SYSTEM = 0b00
    FOREIGN_VERIFIER = 0b01
    DOMESTIC_VERIFIER = 0b10
    COUNTRY = 0b11

    @property
    def issues(self) -> frozenset[Role]:
        if self is Role.COUNTRY:
            return frozenset(Role) - {Role.INSPECTION_SYSTEM}
        return frozenset() if self is Role.INSPECTION_SYSTEM else frozenset({Role.INSPECTION_SYSTEM})


class Rights(IntFlag):
    """The lowest two bits of an authorisation (Doc 9303-11 K.1): what a terminal may read beside what everyone may."""

    DG3 = 1
    DG4 = 2

    @property
    def title(self) -> str:
        return ", ".join(str(right.name) for right in self) or "none"


@dataclass(frozen=True, slots=True)
class CardVerifiable:
    """`issuer` and `holder` are the authority and holder references (CAR, CHR): country, mnemonic, sequence number."""

    body: bytes = field(repr=False)
    """The object 7F4E with its header, in DER as it must be: what is signed, and what a chip is sent."""
    signature: bytes = field(repr=False)
    issuer: str
    holder: str
    role: Role
    rights: Rights
    effective: date
    expires: date
    """The last day it is valid on."""
    scheme: Scheme
    """How its key signs."""
    curve: Curve | None = field(repr=False)
    """None where it is inherited, or where the key is RSA."""
    material: rsa.RSAPublicKey | bytes = field(repr=False)
    """The RSA key, or the encoded point."""

    @property
    def self_signed(self) -> bool:
        return self.issuer == self.holder

    def key(self, inherited: Curve | None) -> PublicKey:
        """The public key, on `inherited` where it names no curve. Raise `CertificateRefused` where that is no key."""
        if isinstance(self.material, rsa.RSAPublicKey):
            return self.material
        curve = self.curve or inherited
        if curve is None:
            raise CertificateRefused(f"{self.holder} has no curve and inherits none")
        try:
            return EllipticKey(curve, curve.decode(self.material))
        except UnusableData:
            raise CertificateRefused(f"the key of {self.holder} is not on its curve") from None

    def valid_on(self, day: date) -> bool:
        return self.effective <= day <= self.expires


def parse(data: bytes) -> CardVerifiable:
    """Raise `UnusableData`."""
    parts = _distinct(tlv.value(data, CERTIFICATE))
    body = _distinct(_required(parts, BODY))
    role, rights = _authorisation(_distinct(_required(body, _TEMPLATE)))
    scheme, curve, material = _public_key(_distinct(_required(body, _PUBLIC_KEY)))
    return CardVerifiable(
        body=tlv.encode(BODY, parts[BODY]),
        signature=_required(parts, SIGNATURE),
        issuer=_reference(_required(body, _AUTHORITY)),
        holder=_reference(_required(body, _HOLDER)),
        role=role,
        rights=rights,
        effective=_date(_required(body, _EFFECTIVE)),
        expires=_date(_required(body, _EXPIRES)),
        scheme=scheme,
        curve=curve,
        material=material,
    )


def _distinct(template: bytes) -> dict[int, bytes]:
    found = list(tlv.objects(template))
    values = {item.tag: item.value for item in found}
    if len(values) != len(found):
        raise UnusableData("a certificate says something twice")
    return values


def _required(values: Mapping[int, bytes], tag: int) -> bytes:
    if tag not in values:
        raise UnusableData(f"a certificate lacks data object {tag:X}", tag=tag)
    return values[tag]


def _reference(value: bytes) -> str:
    """ISO/IEC 8859-1, of which every byte is a character; at most 16 of them (C.1.2)."""
    if not 0 < len(value) <= 16:
        raise UnusableData("a reference of a certificate is no reference", octets=len(value))
    return value.decode("latin-1")


def _date(value: bytes) -> date:
    """Six digits, one a byte: YYMMDD of this century (D.2)."""
    if len(value) != 6 or max(value) > 9:
        raise UnusableData("a date of a certificate is none")
    years, months, days = (10 * value[at] + value[at + 1] for at in (0, 2, 4))
    try:
        return date(2000 + years, months, days)
    except ValueError:
        raise UnusableData("a date of a certificate is none") from None


def _authorisation(template: Mapping[int, bytes]) -> tuple[Role, Rights]:
    """Certificate holder authorisation template (C.1.5). Only inspection systems read passports."""
    octets = _required(template, _DISCRETIONARY)
    if lds.decode_oid(_required(template, _OID)) != INSPECTION_SYSTEM or len(octets) != 1:
        raise UnusableData("a certificate is not for inspection systems")
    return Role(octets[0] >> 6), Rights(octets[0] & (Rights.DG3 | Rights.DG4))


def _public_key(values: Mapping[int, bytes]) -> tuple[Scheme, Curve | None, rsa.RSAPublicKey | bytes]:
    """What the numbered objects mean depends on the scheme (D.3, Doc 9303-11 §9.4)."""
    scheme = SCHEMES.get(lds.decode_oid(_required(values, _OID)))
    if scheme is None:
        raise UnusableData("a certificate's key is for a scheme that is none of terminal authentication")
    if scheme.kind is Kind.ECDSA:
        return scheme, _curve(values), _required(values, _POINT)
    return scheme, None, _rsa_key(_number(values, _EXPONENT), _number(values, _MODULUS))


def _rsa_key(exponent: int, modulus: int) -> rsa.RSAPublicKey:
    try:
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise UnusableData("a certificate's RSA key is none") from None
    if not usable(key):
        raise UnusableData("a certificate's RSA key is shorter or longer than any", bits=key.key_size)
    return key


def _number(values: Mapping[int, bytes], tag: int) -> int:
    return int.from_bytes(_required(values, tag), "big")


def _curve(values: Mapping[int, bytes]) -> Curve | None:
    """All of the domain parameters, perhaps without the cofactor, or none (Doc 9303-11 §9.4.4).

    A curve that is not standardised is nobody's to choose.
    """
    if not values.keys() & {_PRIME, _A, _B, _GENERATOR, _ORDER}:
        return None
    prime, a, b, order = (_number(values, tag) for tag in (_PRIME, _A, _B, _ORDER))
    curve = domain_parameters.matching(prime, a, b, _required(values, _GENERATOR), order)
    if curve is None or values.get(_COFACTOR, b"\1") != b"\1":
        raise UnusableData("a certificate's key is on a curve that is not standardised")
    return curve


@dataclass(frozen=True, slots=True)
class Vouched:
    """The end of a chain: whose key it is, and what all above let it do."""

    key: PublicKey = field(repr=False)
    scheme: Scheme
    rights: Rights


def verify_chain(root: CardVerifiable, chain: Sequence[CardVerifiable], on: date) -> Vouched:
    """`root` is believed; `chain` goes on from it, link certificates first, then a DV's, then an IS's, or a part.

    The rights are what the last CVCA certificate, the DV's and the IS's all grant (Doc 9303-11 §7.1.4.3.6). Dates are
    asked of all but CVCA certificates: a chip that nobody read for years needs the links of those years, and takes
    them although they have run out (§7.1.4.3.3). Raise `CertificateRefused` or `CertificateOutOfDate`.
    """
    curve, key = root.curve, root.key(None)
    issuer, rights = root, root.rights
    for subject in chain:
        _require_issued(issuer, key, subject)
        if subject.role is not Role.COUNTRY and not subject.valid_on(on):
            raise CertificateOutOfDate(f"{subject.holder} is valid from {subject.effective} to {subject.expires}")
        curve = subject.curve or curve
        rights = subject.rights if subject.role is Role.COUNTRY else rights & subject.rights
        issuer, key = subject, subject.key(curve)
    return Vouched(key, issuer.scheme, rights)


def _require_issued(issuer: CardVerifiable, key: PublicKey, subject: CardVerifiable) -> None:
    if subject.issuer != issuer.holder or subject.role not in issuer.role.issues:
        raise CertificateRefused(f"{subject.holder} is not issued by {issuer.holder}")
    if not issuer.scheme.verify(key, subject.signature, subject.body):
        raise CertificateRefused(f"{subject.holder} is not signed by {issuer.holder}")
