"""Keys beside the one that was read: document numbers in which a letter and a digit were mistaken for each other.

To try them is the caller's decision, for a chip that was told a wrong key answers later and later. Dates hold digits
alone, so only the document number can be misread this way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Final

from passport_reader import mrz
from passport_reader.protocols.access import MrzKey

LOOK_ALIKES: Final = ("0OQD", "1I", "2Z", "5S", "6G", "8B")
"""Characters of OCR-B that are taken for each other on worn pages (Doc 9303-3 §4.2)."""

MAX_EXCHANGED: Final = 2
"""Characters misread in one number; a page worse than that should be read again."""

MAX_CANDIDATES: Final = 4
"""Keys in all, the first as it was read: what a chip is asked to bear from one page."""


def candidates(key: MrzKey) -> tuple[MrzKey, ...]:
    """`key`, then those whose document number looks alike and has the same check digit, fewest exchanges first.

    The printed check digit was read right, or the zone would not have been accepted: so whatever was misread around
    it must weigh the same (Doc 9303-3 §4.9). At most `MAX_CANDIDATES`.
    """
    digit = mrz.check_digit(key.document_number)
    found = [key]
    for number in _alike(key.document_number):
        if mrz.check_digit(number) == digit:
            found.append(replace(key, document_number=number))
        if len(found) == MAX_CANDIDATES:
            break
    return tuple(found)


def _alike(number: str) -> Iterator[str]:
    others = {at: _others(character) for at, character in enumerate(number) if _others(character)}
    for count in range(1, MAX_EXCHANGED + 1):
        for places in combinations(others, count):
            for characters in product(*(others[at] for at in places)):
                changed = dict(zip(places, characters, strict=True))
                yield "".join(changed.get(at, character) for at, character in enumerate(number))


def _others(character: str) -> str:
    return next((group.replace(character, "") for group in LOOK_ALIKES if character in group), "")
