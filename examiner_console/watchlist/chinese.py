"""Chinese syllables in pinyin and in Wade-Giles as documents print it, without apostrophes and accents.

Without its apostrophes Wade-Giles is ambiguous: CHANG may be zhang or chang. A part of a name therefore has several
keys, and two parts are spellings of one another where they share one.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import islice, product
from typing import Final

MOST_SYLLABLES: Final = 3
MOST_KEYS: Final = 8
_INITIALS: Final = ("", *"BPMFDTNLGKHJQXRZCSYW", "ZH", "CH", "SH")
_FINALS: Final = (
    *("A", "O", "E", "AI", "EI", "AO", "OU", "AN", "EN", "ANG", "ENG", "ONG", "I", "IA", "IE", "IAO", "IU", "IAN"),
    *("IN", "IANG", "ING", "IONG", "U", "UA", "UO", "UAI", "UI", "UAN", "UN", "UANG", "UE", "ER"),
)
_WADE_INITIALS: Final = {
    "B": "P", "P": "P", "D": "T", "T": "T", "G": "K", "K": "K", "J": "CH", "Q": "CH", "X": "HS", "ZH": "CH", "CH": "CH",
    "R": "J", "Z": "TS", "C": "TS",
}  # fmt: skip
_WADE_FINALS: Final = (
    (r"^(ZH|CH|SH|R)I$", r"\1IH"), (r"^YAN$", "YEN"), (r"^YE$", "YEH"), (r"^YOU$", "YU"), (r"^YI$", "I"),
    (r"^ER$", "ERH"), (r"^(.*)IAN$", r"\1IEN"), (r"^(.*[^Y])IE$", r"\1IEH"), (r"^(.*)ONG$", r"\1UNG"), (r"^E$", "O"),
    (r"^(G|K|H)E$", r"\1O"), (r"^(D|T|N|L|Z|C|S|R|ZH|CH)UO$", r"\1O"), (r"^(J|Q|X|Y|L|N)UE$", r"\1UEH"),
)  # fmt: skip
_IMPOSSIBLE: Final = re.compile(
    r"[JQX](?!I|U)|(ZH|CH|SH|R|Z|C|S|G|K|H)I.|[GKH]I|[BPMF](U.|IANG|IA$|IU$)|W[IU].|Y[UI]?O$|V"
)
"""Leaves out most syllables that Mandarin has not. What is left over does no harm: nobody is written so."""


def wade_giles(pinyin: str) -> str:
    """One syllable of pinyin as a document prints it in Wade-Giles."""
    form = pinyin
    for pattern, by in _WADE_FINALS:
        changed = re.sub(pattern, by, form)
        if changed != form:
            form = changed
            break
    initial = next((one for one in ("ZH", "CH", "SH", *_WADE_INITIALS) if form.startswith(one)), "")
    if pinyin in ("ZI", "CI", "SI"):
        return {"ZI": "TZU", "CI": "TZU", "SI": "SSU"}[pinyin]
    return _WADE_INITIALS.get(initial, initial) + form[len(initial) :]


@cache
def _syllables() -> dict[str, tuple[str, ...]]:
    """From a spelling in either system to the pinyin syllables it may stand for."""
    found: dict[str, set[str]] = {}
    for initial, final in product(_INITIALS, _FINALS):
        syllable = initial + final
        if not _IMPOSSIBLE.search(syllable):
            found.setdefault(syllable, set()).add(syllable)
            found.setdefault(wade_giles(syllable), set()).add(syllable)
    return {spelling: tuple(sorted(meant)) for spelling, meant in found.items()}


@lru_cache(maxsize=1 << 16)
def chinese_keys(part: str) -> frozenset[str]:
    """Every reading of a part as one to three pinyin syllables, at most MOST_KEYS; empty where it has none."""
    table = _syllables()
    keys = (
        "-".join(meant)
        for split in _splits(part, MOST_SYLLABLES)
        for meant in product(*(table[spelling] for spelling in split))
    )
    return frozenset(islice(keys, MOST_KEYS))


def _splits(part: str, left: int) -> list[tuple[str, ...]]:
    """Fewest syllables first, and of those the longest first syllable first."""
    table = _syllables()
    if not left or not part:
        return []
    found: list[tuple[str, ...]] = [(part,)] if part in table else []
    for end in range(min(6, len(part) - 1), 0, -1):
        if part[:end] in table:
            found += [(part[:end], *rest) for rest in _splits(part[end:], left - 1)]
    return sorted(found, key=len)
