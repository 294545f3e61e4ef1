"""Public keys of States as they stand in certificates (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7, RFC 3279 §2.3).

A key this reader cannot use is None, never an error: the certificate may still be wanted for its name, its dates and
its serial number. Sizes are capped, so that a hostile key costs no more than an honest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from asn1crypto import keys
from asn1crypto.core import OctetString
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from passport_reader.arithmetic import domain_parameters
from passport_reader.arithmetic.domain_parameters import Curve, Point
from passport_reader.document import UnusableData

MALFORMED: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)
"""What asn1crypto raises on bytes that are not what they claim."""

MAX_RSA_BITS: Final = 8192
"""The largest of the German master list has 6144; a verification at 8192 costs 0.2 ms."""

MIN_RSA_BITS: Final = 1024
"""Shorter ones can be factored by anybody; no edition of Doc 9303 allowed them."""

MAX_EXPONENT_BITS: Final = 64
"""Honest exponents are 3 to 65537 (17 bits). A verification takes as many squarings as the exponent has bits."""


@dataclass(frozen=True, slots=True)
class EllipticKey:
    curve: Curve
    point: Point


PublicKey = EllipticKey | rsa.RSAPublicKey


def bits(key: PublicKey) -> int:
    """The size by which a key is judged: of the modulus, or of the order of the group."""
    return key.curve.n.bit_length() if isinstance(key, EllipticKey) else key.key_size


def identity(key: PublicKey | None) -> object:
    """Equal for equal keys; one and the same for all keys that cannot be used."""
    if key is None or isinstance(key, EllipticKey):
        return key and (key.curve.name, key.point)
    return key.public_numbers()


def description(key: PublicKey | None) -> str:
    """For a technician: the curve's name, or RSA and its size."""
    if key is None:
        return "unsupported key"
    return key.curve.name if isinstance(key, EllipticKey) else f"RSA {key.key_size}"


def public_key(info: keys.PublicKeyInfo) -> PublicKey | None:
    """None for kinds, curves and sizes this reader does not use; may raise any of `MALFORMED`, or `UnusableData`."""
    if info.algorithm in ("rsa", "rsassa_pss"):
        numbers = info["public_key"].parsed
        return _rsa(numbers["modulus"].native, numbers["public_exponent"].native)
    if info.algorithm != "ec":
        return None
    curve = _curve(info["algorithm"]["parameters"])
    return None if curve is None else EllipticKey(curve, _point(curve, info["public_key"].native))


def _rsa(modulus: int, exponent: int) -> rsa.RSAPublicKey | None:
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS or exponent.bit_length() > MAX_EXPONENT_BITS:
        return None
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except (ValueError, UnsupportedAlgorithm):  # an even exponent or modulus
        return None


def _curve(parameters: keys.ECDomainParameters) -> Curve | None:
    if parameters.name == "named":
        return domain_parameters.BY_OID.get(parameters.chosen.dotted)
    if parameters.name != "specified":
        return None
    explicit = parameters.chosen
    field, equation = explicit["field_id"], explicit["curve"]
    if field["field_type"].native != "prime_field" or explicit["cofactor"].native not in (None, 1):
        return None
    a, b = (int.from_bytes(_octets(equation[name]), "big") for name in ("a", "b"))
    prime = field["parameters"].native
    return domain_parameters.matching(prime, a, b, _octets(explicit["base"]), explicit["order"].native)


def _octets(value: OctetString) -> bytes:
    return bytes(value)


def _point(curve: Curve, data: bytes) -> Point:
    """Uncompressed as Doc 9303-12 §4.1.6 demands, or compressed (SEC 1 §2.3.4). Raise `UnusableData`."""
    if data[:1] not in (b"\2", b"\3"):
        return curve.decode(data)
    if curve.library is None:
        return _decompressed(curve, data)
    try:
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(curve.library, data).public_numbers()
    except ValueError:
        raise UnusableData("not a compressed point of the curve", curve=curve.name) from None
    return Point(numbers.x, numbers.y)


def _decompressed(curve: Curve, data: bytes) -> Point:
    """Only for the curves that OpenSSL lacks; each of them has p = 3 mod 4, where a root is one exponentiation."""
    x = int.from_bytes(data[1:], "big")
    y = pow(x**3 + curve.a * x + curve.b, (curve.p + 1) // 4, curve.p) if len(data) == 1 + curve.octets else 0
    point = Point(x, y if y % 2 == data[0] % 2 else curve.p - y)
    if not curve.contains(point):
        raise UnusableData("not a compressed point of the curve", curve=curve.name)
    return point
