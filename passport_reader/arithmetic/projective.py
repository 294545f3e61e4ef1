"""Points of any curve in plain Python, for the curves that OpenSSL does not offer through `cryptography`.

One formula adds any two points, equal ones and the point at infinity among them (Renes, Costello, Batina, "Complete
addition formulas for prime order elliptic curves", 2016, equation 2), so a multiplication is the same sequence of
additions for every scalar. Python's integers still take a little longer for larger values: what is multiplied here is
used once and thrown away, and a chip that times one reader learns nothing that helps with the next.
"""

from __future__ import annotations

from typing import Final

from passport_reader.arithmetic.domain_parameters import Curve, Point

Projective = tuple[int, int, int]
"""(X : Y : Z) stands for the affine (X/Z, Y/Z)."""

INFINITY: Final[Projective] = (0, 1, 0)
_WINDOW: Final = 4
"""Bits of the scalar taken at a time: 16 multiples are prepared, and 5 additions serve 4 bits."""


def add(curve: Curve, left: Projective, right: Projective) -> Projective:
    p, a, b3 = curve.p, curve.a, 3 * curve.b
    (x1, y1, z1), (x2, y2, z2) = left, right
    xx, yy, zz = x1 * x2 % p, y1 * y2 % p, z1 * z2 % p
    xy, yz, xz = (x1 * y2 + x2 * y1) % p, (y1 * z2 + y2 * z1) % p, (x1 * z2 + x2 * z1) % p
    linear = (a * xz + b3 * zz) % p
    minus, plus = yy - linear, yy + linear
    slope = (3 * xx + a * zz) % p
    rest = (a * (xx - a * zz) + b3 * xz) % p
    return (xy * minus - yz * rest) % p, (slope * rest + plus * minus) % p, (yz * plus + xy * slope) % p


def multiply(curve: Curve, scalar: int, point: Point) -> Point | None:
    """scalar·point for 0 <= scalar < n; None is the point at infinity."""
    multiples = _multiples(curve, point)
    total = INFINITY
    for shift in range(_top(curve), -1, -_WINDOW):
        for _ in range(_WINDOW):
            total = add(curve, total, total)
        total = add(curve, total, multiples[scalar >> shift & (1 << _WINDOW) - 1])
    return affine(curve, total)


def multiply_two(curve: Curve, u: int, left: Point, v: int, right: Point) -> Point | None:
    """u·left + v·right, doubling for both at once; None is the point at infinity."""
    first, second = _multiples(curve, left), _multiples(curve, right)
    total = INFINITY
    for shift in range(_top(curve), -1, -_WINDOW):
        for _ in range(_WINDOW):
            total = add(curve, total, total)
        total = add(curve, total, first[u >> shift & (1 << _WINDOW) - 1])
        total = add(curve, total, second[v >> shift & (1 << _WINDOW) - 1])
    return affine(curve, total)


def affine(curve: Curve, point: Projective) -> Point | None:
    x, y, z = point
    if z == 0:
        return None
    inverse = pow(z, -1, curve.p)
    return Point(x * inverse % curve.p, y * inverse % curve.p)


def _multiples(curve: Curve, point: Point) -> list[Projective]:
    """0·point to 15·point."""
    found = [INFINITY]
    for _ in range((1 << _WINDOW) - 1):
        found.append(add(curve, found[-1], (point.x, point.y, 1)))
    return found


def _top(curve: Curve) -> int:
    """Where the highest window of a scalar begins."""
    return (curve.n.bit_length() - 1) // _WINDOW * _WINDOW
