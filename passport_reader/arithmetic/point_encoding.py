"""From a number to a point of a curve, so that nobody knows the point's logarithm (Doc 9303-11 appendix B.2).

The method of Brier and others (2010) in affine coordinates. Defined for primes p = 3 mod 4, which all standardised
curves have but P-224.
"""

from __future__ import annotations

from passport_reader.arithmetic.domain_parameters import Curve, Point
from passport_reader.document import UnusableData


def suits(curve: Curve) -> bool:
    """Table 12 of Doc 9303-11 marks the one curve that cannot be used with the integrated mapping."""
    return curve.p % 4 == 3


def encode(curve: Curve, number: int) -> Point:
    """The point of `number`, 0 <= number < p. Raise `UnusableData` for 0, 1 and p - 1, which have none."""
    p, a, b = curve.p, curve.a, curve.b
    if not suits(curve):
        raise UnusableData("no point encoding on this curve", curve=curve.name)
    if number in (0, 1, p - 1):
        raise UnusableData("the pseudo-random number maps to no point", curve=curve.name)
    alpha = -(number**2) % p
    x2 = -b * pow(a, -1, p) * (1 + pow(alpha + alpha**2, -1, p)) % p
    x3 = alpha * x2 % p
    h2 = (x2**3 + a * x2 + b) % p
    inverse_root = pow(h2, p - 1 - (p + 1) // 4, p)
    if inverse_root**2 * h2 % p == 1:
        return Point(x2, inverse_root * h2 % p)
    return Point(x3, inverse_root * number**3 * h2 % p)
