"""Elliptic curves as the chip computes on them: key agreement, the mappings of PACE, and signatures.

OpenSSL multiplies by its own generators and agrees on secrets; it neither adds points, nor takes another generator, nor
knows every standardised curve, so the chip does that itself, in affine coordinates.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

Point = tuple[int, int] | None
"""None is the point at infinity."""

Rng = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + a·x + b over the prime field of `p`, with the generator (x, y) of prime order; the cofactor is 1.

    As a group it speaks in encoded elements: uncompressed points (BSI TR-03111 §3.2.1).
    """

    name: str
    oid: str
    named: ec.EllipticCurve | None
    """None where OpenSSL's binding does not know the curve."""
    p: int
    a: int
    b: int
    x: int
    y: int
    order: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    @property
    def tag(self) -> int:
        """Of a point in a public key data object (Doc 9303-11 §9.4.4)."""
        return 0x86

    @property
    def generator(self) -> bytes:
        return self.encode((self.x, self.y))

    def scalar(self, rng: Rng) -> int:
        """A private key: 0 < scalar < order."""
        spare = self.size * 8 - self.order.bit_length()
        while True:
            scalar = int.from_bytes(rng(self.size), "big") >> spare
            if 0 < scalar < self.order:
                return scalar

    def power(self, scalar: int, element: bytes) -> bytes:
        """Raises ValueError for what is no point, or leads to none."""
        if element == self.generator:
            return self.encode(self.times_generator(scalar))
        return self.encode(self.times(scalar, self.decode(element)))

    def product(self, one: bytes, other: bytes) -> bytes:
        return self.encode(self.add(self.decode(one), self.decode(other)))

    def secret(self, scalar: int, element: bytes) -> bytes:
        """The agreed x coordinate (BSI TR-03111 §4.3.1)."""
        return self.compressed(self.power(scalar, element))

    def compressed(self, element: bytes) -> bytes:
        """Comp() of BSI TR-03110-3 A.2.2.3: the x coordinate."""
        return element[1 : 1 + self.size]

    def mapped(self, number: int) -> bytes:
        """The point encoding f_G of the integrated mapping (Doc 9303-11 §4.4.3.3.2 and appendix B).

        Raises ValueError where p is not 3 modulo 4, which the encoding needs.
        """
        p, a, b = self.p, self.a, self.b
        if p % 4 != 3:
            raise ValueError("no integrated mapping on this curve")
        alpha = -number * number % p
        x2 = -b * pow(a, -1, p) * (1 + pow(alpha + alpha * alpha, -1, p)) % p
        h2 = (x2 * x2 * x2 + a * x2 + b) % p
        root = pow(h2, p - 1 - (p + 1) // 4, p)
        if root * root * h2 % p == 1:
            return self.encode((x2, root * h2 % p))
        return self.encode((alpha * x2 % p, root * pow(number, 3, p) * h2 % p))

    def times_generator(self, scalar: int) -> Point:
        if self.named is None or not 0 < scalar < self.order:
            return self.times(scalar % self.order, (self.x, self.y))
        numbers = ec.derive_private_key(scalar, self.named).public_key().public_numbers()
        return numbers.x, numbers.y

    def add(self, one: Point, other: Point) -> Point:
        if one is None or other is None:
            return other if one is None else one
        (x1, y1), (x2, y2) = one, other
        if x1 == x2 and (y1 + y2) % self.p == 0:
            return None
        if one == other:
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.p)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.p)
        x = (slope * slope - x1 - x2) % self.p
        return x, (slope * (x1 - x) - y1) % self.p

    def times(self, scalar: int, point: Point) -> Point:
        total: Point = None
        for bit in bin(scalar)[2:]:
            total = self.add(total, total)
            if bit == "1":
                total = self.add(total, point)
        return total

    def encode(self, point: Point) -> bytes:
        """Raises ValueError for the point at infinity."""
        if point is None:
            raise ValueError("the point at infinity has no encoding")
        return b"\x04" + b"".join(coordinate.to_bytes(self.size, "big") for coordinate in point)

    def decode(self, data: bytes) -> tuple[int, int]:
        """Raises ValueError for what is not an uncompressed point of the curve."""
        if data[:1] != b"\x04" or len(data) != 1 + 2 * self.size:
            raise ValueError("only uncompressed points")
        x, y = (int.from_bytes(half, "big") for half in (data[1 : 1 + self.size], data[1 + self.size :]))
        if x >= self.p or y >= self.p or (y * y - x * x * x - self.a * x - self.b) % self.p:
            raise ValueError("not a point of the curve")
        return x, y

    def sign(self, scalar: int, message: bytes, hash_name: str, rng: Rng) -> bytes:
        """A plain ECDSA signature, r and s side by side (BSI TR-03111 §4.2.1, §5.2.1)."""
        octets = (self.order.bit_length() + 7) // 8
        digest = self._digest(message, hash_name)
        while True:
            nonce = self.scalar(rng)
            point = self.times_generator(nonce)
            r = point[0] % self.order if point else 0
            s = pow(nonce, -1, self.order) * (digest + r * scalar) % self.order
            if r and s:
                return r.to_bytes(octets, "big") + s.to_bytes(octets, "big")

    def verifies(self, public: bytes, signature: bytes, message: bytes, hash_name: str) -> bool:
        """Whether a plain signature is right. Raises ValueError where `public` is no point of the curve."""
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        point = self.decode(public)
        if len(signature) % 2 or not (0 < r < self.order and 0 < s < self.order):
            return False
        inverse = pow(s, -1, self.order)
        own = self.times_generator(self._digest(message, hash_name) * inverse % self.order)
        found = self.add(own, self.times(r * inverse % self.order, point))
        return found is not None and found[0] % self.order == r

    def _digest(self, message: bytes, hash_name: str) -> int:
        """The leftmost bits of the hash, as many as the order has."""
        digest = hashlib.new(hash_name, message, usedforsecurity=False).digest()
        return int.from_bytes(digest, "big") >> max(0, len(digest) * 8 - self.order.bit_length())
