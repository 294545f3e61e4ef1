"""How far two spellings lie apart: an edit distance in which the common confusions cost less.

Costs are whole tenths of an edit, so that machine code and Python agree to the last bit. They are our judgement of
which slips are common (one vowel for another, one letter doubled, a silent H), not fitted to any corpus.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from biometrics.compiled import compiled, whole

Letters = NDArray[np.uint8]
Costs = NDArray[np.int64]

EDIT: Final = 10
_CONFUSED: Final = 5
_OTHER_VOWEL: Final = 8
_VOWEL: Final = 7
_SILENT: Final = 5
_DOUBLED: Final = 3
_TURNED: Final = 6
_CLASSES: Final = ("AE", "IYJ", "OU", "CKQ", "SZX", "BP", "VFW", "DT", "G", "MN", "LR")
_H: Final = 7
FAR: Final = 1_000


def letters_of(text: str) -> Letters:
    """0 to 25, one a letter. Anything but A to Z is a fault of the caller."""
    codes = np.frombuffer(text.encode("ascii"), np.uint8) - np.uint8(65)
    assert codes.size
    assert int(codes.max()) < 26, text
    return codes


def _class_of(letter: str) -> int:
    return next((number for number, members in enumerate(_CLASSES) if letter in members), -1)


def _substitutions() -> Costs:
    costs = np.full((26, 26), EDIT, np.int64)
    alphabet = [chr(65 + number) for number in range(26)]
    for a, one in enumerate(alphabet):
        for b, other in enumerate(alphabet):
            if one == other:
                costs[a, b] = 0
            elif _class_of(one) == _class_of(other) >= 0:
                costs[a, b] = _CONFUSED
            elif one in "AEIOUY" and other in "AEIOUY":
                costs[a, b] = _OTHER_VOWEL
    return costs


def _insertions() -> Costs:
    costs = np.full(26, EDIT, np.int64)
    for letter in "AEIOUY":
        costs[ord(letter) - 65] = _VOWEL
    costs[_H] = _SILENT
    return costs


SUBSTITUTIONS: Final = _substitutions()
INSERTIONS: Final = _insertions()


def classes(text: str) -> int:
    """One bit for each class of letters that occurs, H apart.

    A letter more or less changes at most one bit, at a cost of 7 tenths for a vowel and 10 for others (a doubled letter
    and H change none); one letter for another changes at most one bit in each direction, at 10, or 8 between vowels. So
    the distance is at least 7 for each vowel's bit and 10 for each other that only one of the two has.
    """
    bits = 0
    for letter in text:
        if letter != "H":
            number = _class_of(letter)
            bits |= 1 << (number if number >= 0 else len(_CLASSES) + ord(letter) - 65)
    return bits


@compiled
def _distance(one: Letters, other: Letters, cut: bool, limit: int, swaps: Costs, single: Costs, rows: Costs) -> int:
    """Optimal string alignment; with `cut`, to the nearest beginning of `other`. FAR once it must exceed `limit`.

    `rows` is room for three rows, used in turn; no way leads past two rows that both exceed the limit.
    """
    longer = whole(other.size)
    rows[0, 0] = 0
    for j in range(1, longer + 1):
        rows[0, j] = rows[0, j - 1] + (3 if j > 1 and other[j - 1] == other[j - 2] else single[other[j - 1]])
    before = whole(0)
    for i in range(1, one.size + 1):
        a = one[i - 1]
        now, last, older = i % 3, (i - 1) % 3, (i - 2) % 3
        drop = 3 if i > 1 and one[i - 2] == a else single[a]
        rows[now, 0] = rows[last, 0] + drop
        least = rows[now, 0]
        for j in range(1, longer + 1):
            b = other[j - 1]
            add = 3 if j > 1 and other[j - 2] == b else single[b]
            best = min(rows[last, j] + drop, rows[now, j - 1] + add, rows[last, j - 1] + swaps[a, b])
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b and a != b:
                best = min(best, rows[older, j - 2] + 6)
            rows[now, j] = best
            least = min(least, best)
        if least > limit and before > limit:
            return 1_000
        before = least
    final = one.size % 3
    nearest = rows[final, longer]
    if cut:
        for j in range(longer + 1):
            nearest = min(nearest, rows[final, j])
    return whole(nearest)


@compiled
def _apart(bits: int) -> int:
    """The least cost of so many classes that one of the two has not; the first three are the vowels'."""
    cost = 0
    while bits:
        cost += 7 if bits & -bits < 8 else 10
        bits &= bits - 1
    return cost


@compiled
def _distances(
    one: Letters, own: int, cut: bool, letters: Letters, starts: Costs, bits: Costs, swaps: Costs, single: Costs,
    wanted: NDArray[np.bool_], found: Costs,
) -> None:  # fmt: skip
    """Fill `found` with the distance to each spelling; FAR beyond two tenths of an edit a letter, or unwanted."""
    longest = whole(0)
    for n in range(bits.size):
        longest = max(longest, starts[n + 1] - starts[n])
    rows = np.empty((3, longest + 1), np.int64)
    for n in range(bits.size):
        length = starts[n + 1] - starts[n]
        scale = one.size if cut else max(one.size, length)
        limit = 2 * scale
        least = _apart(own & ~bits[n])
        if not cut:
            least = max(least, _apart(bits[n] & ~own))
        if not wanted[n] or least > limit:
            found[n] = 1_000
        else:
            found[n] = _distance(one, letters[starts[n] : starts[n + 1]], cut, limit, swaps, single, rows)


def distance(one: str, other: str, cut: bool = False) -> int:
    """In tenths of an edit; symmetric unless `cut`, which compares `one` to the nearest beginning of `other`."""
    rows = np.empty((3, len(other) + 1), np.int64)
    return _distance(letters_of(one), letters_of(other), cut, FAR * FAR, SUBSTITUTIONS, INSERTIONS, rows)


class Spellings:
    """Many spellings laid out for `distances`."""

    def __init__(self, texts: list[str]) -> None:
        self._letters = letters_of("".join(texts)) if texts else np.zeros(0, np.uint8)
        self.lengths = np.array([len(text) for text in texts], np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)
        self._bits = np.array([classes(text) for text in texts], np.int64)

    def distances(self, one: str, cut: bool, wanted: NDArray[np.bool_] | None = None) -> Costs:
        """To every spelling, in tenths; FAR beyond two tenths of an edit a letter of the longer one, or unwanted."""
        if wanted is None:
            wanted = np.ones(self.lengths.size, np.bool_)
        found = np.empty(self.lengths.size, np.int64)
        own = classes(one)
        _distances(
            letters_of(one), own, cut, self._letters, self._starts, self._bits, SUBSTITUTIONS, INSERTIONS, wanted, found
        )
        return found
