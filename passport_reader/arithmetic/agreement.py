"""Diffie-Hellman key agreement, the same over curves and over numbers modulo a prime (Doc 9303-11 §9.6).

Elements of a group are bytes as they go over the wire (§9.4.5): an uncompressed point, or an unsigned integer. What a
chip sends is used only after `validated`; the other functions take validated elements and secrets of `secret`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from hashlib import sha1
from typing import Protocol

from passport_reader.arithmetic import curves, point_encoding
from passport_reader.arithmetic.domain_parameters import BY_PARAMETER_ID as CURVES
from passport_reader.arithmetic.domain_parameters import Curve
from passport_reader.arithmetic.groups import BY_PARAMETER_ID as GROUPS
from passport_reader.arithmetic.groups import Group
from passport_reader.document import UnusableData


class KeyAgreement(Protocol):
    """Domain parameters, and what can be computed with them. Raises `UnusableData` where a result is no element."""

    @property
    def name(self) -> str: ...

    @property
    def strength(self) -> int:
        """Bits of work to break it (NIST SP 800-57 part 1, table 2)."""
        ...

    @property
    def steady(self) -> bool:
        """Whether secrets are handled in constant time, by OpenSSL."""
        ...

    @property
    def prime(self) -> int: ...

    @property
    def order(self) -> int:
        """Secrets are below it."""
        ...

    @property
    def public_tag(self) -> int:
        """Tag of an element in a public key data object (Doc 9303-11 tables 10 and 11)."""
        ...

    def secret(self) -> int: ...

    def public(self, secret: int) -> bytes:
        """The standard generator to the power of `secret`."""
        ...

    def validated(self, element: bytes) -> bytes:
        """The element as it came. Raise `UnusableData` for what is none, or lies in a small subgroup."""
        ...

    def power(self, secret: int, element: bytes) -> bytes: ...

    def combined(self, left: bytes, right: bytes) -> bytes:
        """The group operation."""
        ...

    def shared(self, secret: int, element: bytes) -> bytes:
        """The secret both sides come to, of fixed length (§9.7.1)."""
        ...

    def same(self, left: bytes, right: bytes) -> bool:
        """Whether two elements give the same shared secrets."""
        ...

    def compressed(self, element: bytes) -> bytes:
        """Comp() of BSI TR-03110-3 A.2.2.3, by which terminal authentication names a public key."""
        ...

    @property
    def encodes(self) -> bool:
        """Whether `encoded` is defined."""
        ...

    def encoded(self, number: int) -> bytes:
        """The element of a pseudo-random number below `prime`: the integrated mapping (§4.4.3.3.2)."""
        ...


@dataclass(frozen=True, slots=True)
class EllipticAgreement:
    curve: Curve

    @property
    def name(self) -> str:
        return self.curve.name

    @property
    def strength(self) -> int:
        return self.curve.n.bit_length() // 2

    @property
    def steady(self) -> bool:
        return self.curve.library is not None

    @property
    def prime(self) -> int:
        return self.curve.p

    @property
    def order(self) -> int:
        return self.curve.n

    @property
    def public_tag(self) -> int:
        return 0x86

    def secret(self) -> int:
        return 1 + secrets.randbelow(self.order - 1)

    def public(self, secret: int) -> bytes:
        return self.curve.encode(curves.multiply_generator(self.curve, secret))

    def validated(self, element: bytes) -> bytes:
        """On the curve is enough: every curve here has cofactor 1, and the point at infinity has no encoding."""
        self.curve.decode(element)
        return element

    def power(self, secret: int, element: bytes) -> bytes:
        return self.curve.encode(curves.multiply(self.curve, secret, self.curve.decode(element)))

    def combined(self, left: bytes, right: bytes) -> bytes:
        return self.curve.encode(curves.add(self.curve, self.curve.decode(left), self.curve.decode(right)))

    def shared(self, secret: int, element: bytes) -> bytes:
        return curves.agree(self.curve, secret, self.curve.decode(element)).to_bytes(self.curve.octets, "big")

    def same(self, left: bytes, right: bytes) -> bool:
        return self.compressed(left) == self.compressed(right)

    def compressed(self, element: bytes) -> bytes:
        return element[1 : 1 + self.curve.octets]

    @property
    def encodes(self) -> bool:
        return point_encoding.suits(self.curve)

    def encoded(self, number: int) -> bytes:
        return self.curve.encode(point_encoding.encode(self.curve, number))


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    group: Group

    @property
    def name(self) -> str:
        return self.group.name

    @property
    def strength(self) -> int:
        return 80 if self.group.p.bit_length() < 2048 else 112

    @property
    def steady(self) -> bool:
        return False

    @property
    def prime(self) -> int:
        return self.group.p

    @property
    def order(self) -> int:
        return self.group.largest_secret + 1

    @property
    def public_tag(self) -> int:
        return 0x84

    def secret(self) -> int:
        return 1 + secrets.randbelow(self.order - 1)

    def public(self, secret: int) -> bytes:
        return self._encode(pow(self.group.g, secret, self.group.p))

    def validated(self, element: bytes) -> bytes:
        self.group.decode(element)
        return element

    def power(self, secret: int, element: bytes) -> bytes:
        return self._encode(pow(_integer(element), secret, self.group.p))

    def combined(self, left: bytes, right: bytes) -> bytes:
        return self._encode(_integer(left) * _integer(right) % self.group.p)

    def shared(self, secret: int, element: bytes) -> bytes:
        return self.power(secret, element).rjust(self.group.octets, b"\0")

    def same(self, left: bytes, right: bytes) -> bool:
        return _integer(left) == _integer(right)

    def compressed(self, element: bytes) -> bytes:
        """Of the fewest octets, whatever the chip sent (Doc 9303-11 §7.1.4.1.3, §9.4.1)."""
        return sha1(element.lstrip(b"\0"), usedforsecurity=False).digest()

    @property
    def encodes(self) -> bool:
        return self.group.q is not None

    def encoded(self, number: int) -> bytes:
        if self.group.q is None:
            raise UnusableData("the order of the group is not known", group=self.name)
        return self._encode(pow(number, (self.group.p - 1) // self.group.q, self.group.p))

    def _encode(self, number: int) -> bytes:
        """The fewest octets (Doc 9303-11 §9.4.1). 0 and 1 generate nothing."""
        if number <= 1:
            raise UnusableData("the result is the neutral element", group=self.name)
        return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _integer(element: bytes) -> int:
    return int.from_bytes(element, "big")


def standardised(parameter_id: int) -> KeyAgreement | None:
    """Doc 9303-11 table 12; None for an identifier that stands for nothing there."""
    if parameter_id in CURVES:
        return EllipticAgreement(CURVES[parameter_id])
    return FieldAgreement(GROUPS[parameter_id]) if parameter_id in GROUPS else None
