"""Arithmetic on the standardised curves of Doc 9303-11 table 6, as far as the generic mapping needs it.

OpenSSL multiplies by its own generators and agrees on secrets; it neither adds points nor takes another generator, so
the chip does that itself, in affine coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

Point = tuple[int, int] | None
"""None is the point at infinity."""


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + a·x + b over the prime field of `p`; b is left to OpenSSL, which checks points."""

    named: ec.EllipticCurve
    p: int
    a: int
    order: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    def scalar(self, rng: Callable[[int], bytes]) -> int:
        """A private key: 0 < scalar < order."""
        while True:
            scalar = int.from_bytes(rng(self.size), "big")
            if 0 < scalar < self.order:
                return scalar

    def times_generator(self, scalar: int) -> Point:
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
        """Uncompressed (BSI TR-03111 §3.2.1). Raises ValueError for the point at infinity."""
        if point is None:
            raise ValueError("the point at infinity has no encoding")
        return b"\x04" + b"".join(coordinate.to_bytes(self.size, "big") for coordinate in point)

    def decode(self, data: bytes) -> Point:
        """Raises ValueError for what is not an uncompressed point of the curve."""
        if data[:1] != b"\x04":
            raise ValueError("only uncompressed points")
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(self.named, data).public_numbers()
        return numbers.x, numbers.y


_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1  # FIPS 186-4 §D.1.2.3
_P384 = 2**384 - 2**128 - 2**96 + 2**32 - 1  # FIPS 186-4 §D.1.2.4

CURVES = {
    12: Curve(ec.SECP256R1(), _P256, _P256 - 3, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    13: Curve(  # RFC 5639 §3.4
        ec.BrainpoolP256R1(),
        0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377,
        0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9,
        0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
    ),
    15: Curve(
        ec.SECP384R1(),
        _P384,
        _P384 - 3,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    ),
    16: Curve(  # RFC 5639 §3.6
        ec.BrainpoolP384R1(),
        0x8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53,
        0x7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826,
        0x8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565,
    ),
}
"""By the identifier of the standardised domain parameters."""
