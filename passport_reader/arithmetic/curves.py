"""Elliptic curve arithmetic: OpenSSL where `cryptography` offers it, plain Python where not.

`cryptography` multiplies points in OpenSSL but neither adds two points, nor multiplies to a full point, nor knows the
small brainpool curves. `multiply` gets the full point out of two key agreements, so that secret scalars stay in
OpenSSL and only a square root and an addition run here. Curves without a `library` are computed in `projective`.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from passport_reader.arithmetic import projective
from passport_reader.arithmetic.domain_parameters import Curve, Point
from passport_reader.document import UnusableData


def multiply_generator(curve: Curve, scalar: int) -> Point:
    """scalar·G; scalar in 1 to n - 1."""
    if curve.library is None:
        return _multiplied(curve, scalar, curve.generator)
    numbers = ec.derive_private_key(scalar, curve.library).public_key().public_numbers()
    return Point(numbers.x, numbers.y)


def agree(curve: Curve, scalar: int, point: Point) -> int:
    """The x coordinate of scalar·point (ECKA, BSI TR-03111 §4.3.1); scalar in 1 to n - 1."""
    if curve.library is None:
        return _multiplied(curve, scalar, point).x
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve.library, curve.encode(point))
    shared = ec.derive_private_key(scalar, curve.library).exchange(ec.ECDH(), public)
    return int.from_bytes(shared, "big")


def multiply(curve: Curve, scalar: int, point: Point) -> Point:
    """The full point scalar·point; scalar in 1 to n - 1.

    The key agreement gives x alone, so ±y. The agreement of scalar + 1 tells which: only for the right y is
    (x, y) + point at that abscissa. The secret scalar is only ever handled by OpenSSL; the root and the addition here
    are not constant in time, but their operands are points that an eavesdropper cannot relate to the scalar.
    """
    if curve.library is None:
        return _multiplied(curve, scalar, point)
    if scalar in (1, curve.n - 1):  # the scalar beside it gives no point
        return point if scalar == 1 else Point(point.x, curve.p - point.y)
    x = agree(curve, scalar, point)
    candidate = Point(x, square_root(curve, x))
    after = agree(curve, scalar + 1, point)
    return candidate if add(curve, candidate, point).x == after else Point(x, curve.p - candidate.y)


def _multiplied(curve: Curve, scalar: int, point: Point) -> Point:
    product = projective.multiply(curve, scalar, point)
    if product is None:
        raise UnusableData("the multiple is the point at infinity", curve=curve.name)
    return product


def add(curve: Curve, left: Point, right: Point) -> Point:
    """The sum of two points. Raise `UnusableData` where it is the point at infinity."""
    p = curve.p
    if left.x == right.x:
        if (left.y + right.y) % p == 0:
            raise UnusableData("the points cancel out", curve=curve.name)
        slope = (3 * left.x**2 + curve.a) * pow(2 * left.y, -1, p) % p
    else:
        slope = (right.y - left.y) * pow(right.x - left.x, -1, p) % p
    x = (slope**2 - left.x - right.x) % p
    return Point(x, (slope * (left.x - x) - left.y) % p)


def square_root(curve: Curve, x: int) -> int:
    """y with (x, y) on the curve; by p = 3 mod 4, else Tonelli and Shanks (P-224)."""
    square = (x**3 + curve.a * x + curve.b) % curve.p
    root = pow(square, (curve.p + 1) // 4, curve.p) if curve.p % 4 == 3 else _tonelli_shanks(square, curve.p)
    if root * root % curve.p != square:
        raise UnusableData("no point of the curve has this abscissa", curve=curve.name)
    return root


def _tonelli_shanks(square: int, p: int) -> int:
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    non_residue = next(z for z in range(2, p) if pow(z, (p - 1) // 2, p) == p - 1)
    c, root, rest = pow(non_residue, odd, p), pow(square, (odd + 1) // 2, p), pow(square, odd, p)
    for step in range(twos - 1, 0, -1):
        if pow(rest, 1 << (step - 1), p) != 1:
            root, rest = root * c % p, rest * c * c % p
        c = c * c % p
    return root


def verify(curve: Curve, public: Point, r: int, s: int, digest: bytes) -> bool:
    """ECDSA (BSI TR-03111 §4.2.1.2) in plain Python: 3 to 7 ms, public values only, so timing tells nothing."""
    if not (0 < r < curve.n and 0 < s < curve.n and curve.contains(public)):
        return False
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - curve.n.bit_length())
    w = pow(s, -1, curve.n)
    total = projective.multiply_two(curve, e * w % curve.n, curve.generator, r * w % curve.n, public)
    return total is not None and total.x % curve.n == r
