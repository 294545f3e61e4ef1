"""Whether a tree that contradicts a signed root holds the same leaves in another order.

The signature says the root at `bad` leaves; up to `good` all is as signed. Two leaves between them that changed places,
one that was put elsewhere in the ledger, or a few in any order among themselves are found by trying. What takes too
many trials counts as not found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from math import factorial
from typing import Final

HASHES: Final = 30_000_000
"""To spend on one kind of trial: about half a minute."""
PATH: Final = 20
"""Hashes from a million leaves' edge to the root."""
Trial = tuple[bytes, ...]


def is_reordered(leaves: Sequence[bytes], good: int, bad: int, root: bytes) -> bool:
    before = _peaks(leaves[:good])
    return any(_root(before, trial) == root for trial in _trials(leaves, good, bad))


def _trials(leaves: Sequence[bytes], good: int, bad: int) -> Iterator[Trial]:
    window = tuple(leaves[good:bad])
    width = len(window)
    affordable = HASHES // (width + PATH)
    if width * width // 2 <= affordable:
        yield from _exchanged(window)
    if width * len(leaves) <= affordable:
        yield from _replaced(window, [*leaves[:good], *leaves[bad:]])
    if width < 13 and factorial(width) <= affordable:
        yield from permutations(window)


def _exchanged(window: Trial) -> Iterator[Trial]:
    for one, other in combinations(range(len(window)), 2):
        trial = list(window)
        trial[one], trial[other] = trial[other], trial[one]
        yield tuple(trial)


def _replaced(window: Trial, others: Sequence[bytes]) -> Iterator[Trial]:
    for place in range(len(window)):
        for other in others:
            yield (*window[:place], other, *window[place + 1 :])


def _peaks(leaves: Sequence[bytes]) -> list[tuple[int, bytes]]:
    peaks: list[tuple[int, bytes]] = []
    for leaf in leaves:
        _push(peaks, leaf)
    return peaks


def _push(peaks: list[tuple[int, bytes]], leaf: bytes) -> None:
    height, node = 0, leaf
    while peaks and peaks[-1][0] == height:
        node = hashlib.sha256(b"\x01" + peaks.pop()[1] + node).digest()
        height += 1
    peaks.append((height, node))


def _root(before: Sequence[tuple[int, bytes]], more: Sequence[bytes]) -> bytes:
    peaks = list(before)
    for leaf in more:
        _push(peaks, leaf)
    node = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        node = hashlib.sha256(b"\x01" + left + node).digest()
    return node
