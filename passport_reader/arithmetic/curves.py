"""The little arithmetic on elliptic curves that OpenSSL does not offer through `cryptography`.

`cryptography` multiplies points in OpenSSL but neither adds two points, nor multiplies to a full point, nor knows the
small brainpool curves. `multiply` gets the full point out of two key agreements, so that secret scalars stay in
OpenSSL and only a square root and an addition run here. `verify` checks ECDSA on the curves OpenSSL lacks.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from passport_reader.arithmetic.domain_parameters import Curve, Point
from passport_reader.document import UnusableData


def private_key(curve: Curve) -> ec.EllipticCurvePrivateKey:
    """A fresh key pair. Its scalar is at most n - 2, which `multiply` needs."""
    if curve.library is None:
        raise UnusableData("no key agreement on this curve", curve=curve.name)
    while True:
        key = ec.generate_private_key(curve.library)
        if key.private_numbers().private_value < curve.n - 1:
            return key


def public_point(key: ec.EllipticCurvePrivateKey) -> Point:
    numbers = key.public_key().public_numbers()
    return Point(numbers.x, numbers.y)


def multiply_generator(curve: Curve, scalar: int) -> Point:
    """scalar·G, computed by OpenSSL; scalar in 1 to n - 1."""
    if curve.library is None:
        raise UnusableData("no key agreement on this curve", curve=curve.name)
    return public_point(ec.derive_private_key(scalar, curve.library))


def agree(curve: Curve, scalar: int, point: Point) -> int:
    """The x coordinate of scalar·point (ECKA, BSI TR-03111 §4.3.1), computed by OpenSSL; scalar in 1 to n - 1."""
    if curve.library is None:
        raise UnusableData("no key agreement on this curve", curve=curve.name)
    public = ec.EllipticCurvePublicKey.from_encoded_point(curve.library, curve.encode(point))
    shared = ec.derive_private_key(scalar, curve.library).exchange(ec.ECDH(), public)
    return int.from_bytes(shared, "big")


def multiply(curve: Curve, scalar: int, point: Point) -> Point:
    """The full point scalar·point; scalar in 1 to n - 2.

    The key agreement gives x alone, so ±y. The agreement of scalar + 1 tells which: only for the right y is
    (x, y) + point at that abscissa. The secret scalar is only ever handled by OpenSSL; the root and the addition here
    are not constant in time, but their operands are points that an eavesdropper cannot relate to the scalar.
    """
    x = agree(curve, scalar, point)
    y = _square_root(curve, x)
    after = agree(curve, scalar + 1, point)
    candidate = Point(x, y)
    return candidate if add(curve, candidate, point).x == after else Point(x, curve.p - y)


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


def _square_root(curve: Curve, x: int) -> int:
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
    """ECDSA (BSI TR-03111 §4.2.1.2) in plain Python: 10 to 20 ms, public values only, so timing tells nothing."""
    if not (0 < r < curve.n and 0 < s < curve.n and curve.contains(public)):
        return False
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - curve.n.bit_length())
    w = pow(s, -1, curve.n)
    total = _double_multiply(curve, e * w % curve.n, r * w % curve.n, public)
    return total is not None and total.x % curve.n == r


def _double_multiply(curve: Curve, u: int, v: int, public: Point) -> Point | None:
    """u·G + v·public by Shamir's trick; None is the point at infinity."""
    choices = (None, curve.generator, public, _sum(curve, curve.generator, public))
    total: Point | None = None
    for bit in range(curve.n.bit_length() - 1, -1, -1):
        total = _sum(curve, total, total)
        total = _sum(curve, total, choices[(u >> bit & 1) + 2 * (v >> bit & 1)])
    return total


def _sum(curve: Curve, left: Point | None, right: Point | None) -> Point | None:
    if left is None or right is None:
        return left or right
    if left.x == right.x and (left.y + right.y) % curve.p == 0:
        return None
    return add(curve, left, right)
