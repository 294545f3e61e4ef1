"""Proofs from the ledger's tree: that a leaf is in it, that a later tree only grew (RFC 9162 §2.1.3.1, §2.1.4.1).

Pure functions over `Subtree`, which gives the root of any run of leaves that the RFC's recursion asks for. Checking a
proof needs none of this: `verification.offline` does it by the RFC's other algorithms.
"""

from __future__ import annotations

from collections.abc import Callable

Subtree = Callable[[int, int], bytes]
"""(first leaf, how many) to the root over them, MTH(D[first : first + count])."""


def split(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2 (RFC 9162 §2.1.1)."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of leaf `index` in the tree of `size` leaves, lowest first. ValueError where it is not in it."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    path: list[bytes] = []
    first, count = 0, size
    while count > 1:
        left = split(count)
        if index < first + left:
            path.append(subtree(first + left, count - left))
            count = left
        else:
            path.append(subtree(first, left))
            first, count = first + left, count - left
    return path[::-1]


def consistency(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """That the tree of `size` leaves begins with the tree of `old`. ValueError unless 0 < old <= size.

    Empty for a tree and itself.
    """
    if not 0 < old <= size:
        raise ValueError(f"a tree of {size} leaves does not continue one of {old}")
    path: list[bytes] = []
    first, count, rest, is_whole = 0, size, old, True
    while rest != count:
        left = split(count)
        if rest <= left:
            path.append(subtree(first + left, count - left))
            count = left
        else:
            path.append(subtree(first, left))
            first, count, rest, is_whole = first + left, count - left, rest - left, False
    return ([] if is_whole else [subtree(first, count)]) + path[::-1]
