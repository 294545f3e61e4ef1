"""One name, several spellings: the keys under which two spellings of one name meet.

Each reading folds a part of a name by the rules of one way of writing; parts that share a key are spellings of one
another by that reading. The rules are ours, made from the published systems: Hepburn and kunrei for Japanese, pinyin
and Wade-Giles for Chinese, the spellings in use of Korean surnames, the Cyrillic and Arabic tables of Doc 9303-3 §6
with the English and French habits beside them, and the Latin letters that States write in two or three ways.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from examiner_console.watchlist.chinese import chinese_keys
from examiner_console.watchlist.korean import KOREAN_SURNAMES

_LATIN: Final = ((r"([A-Z])XX", r"\1"), (r"AE", "A"), (r"OE", "O"), (r"UE", "U"), (r"AA", "A"), (r"SZ|SS", "S"))
_CYRILLIC: Final = (
    (r"SHCH|SHTCH|SCHTSCH|SHT", "W"), (r"ZH", "J0"), (r"TCH|TSCH|CH", "C0"), (r"SCH|SH", "S0"), (r"KH", "H"),
    (r"TZ|TS", "C"), (r"(OFF|OW)$", "OV"), (r"(EFF|EW)$", "EV"), (r"(OVA|EVA)$", r"\1"), (r"[IYJ]+([AUOE])", r"I\1"),
    (r"^(IE|YE|JE)", "E"), (r"(?<=[AEOU])I?E", "E"), (r"[IYJ]+$", "I"), (r"[YJ](?!0)", "I"), (r"I+", "I"), (r"X", "KS"),
    (r"IO", "E"), (r"PH", "F"),
)  # fmt: skip
_ARABIC: Final = (
    (r"^X(?=[A-Z])|X(?=[A-Z])", ""), (r"^(AL|EL|UL)(?=.{4})", ""), (r"^ABD(UL|EL|AL|OUL)?", "ABD"), (r"OU", "U"),
    (r"TH", "T"), (r"DH|DZ", "D"), (r"KH", "K"), (r"GH", "G"), (r"SH|CH", "S"), (r"PH", "F"), (r"Q|C", "K"),
    (r"DJ", "J"), (r"V", "F"), (r"P", "B"), (r"Z", "Z"), (r"(A|E)H$", ""), (r"(?<=.)[AEIOUYW]", ""), (r"^[AEIOU]", "A"),
    (r"(.)\1+", r"\1"),
)  # fmt: skip
_HEPBURN: Final = (
    (r"TCH", "CCH"), (r"SH(?=[AUO])", "SY"), (r"SHI", "SI"), (r"CH(?=[AUO])", "TY"), (r"CHI", "TI"),
    (r"CCH|CTY|CTI", "TTI"), (r"TSU", "TU"), (r"J(?=[AUO])", "ZY"), (r"JI", "ZI"), (r"FU", "HU"), (r"DZU|DU", "ZU"),
    (r"DI", "ZI"), (r"M(?=[BMP])", "N"), (r"O[UO]|OH(?![AIUEO])", "O"), (r"UU|UH(?![AIUEO])", "U"), (r"YY", "Y"),
)  # fmt: skip
_KANA: Final = re.compile(
    r"(?:(?:[KSTNHMRGZDBP]Y[AUO])|[KSTNHMYRWGZDBP]?[AIUEO]|N(?![AIUEOY])|([KSTPGDBZ])(?=\1))+"
)  # one mora after another; a doubled consonant stands for the small tsu
_ARABIC_SHORTEST: Final = 3
"""Consonants: with fewer, skeletons of unrelated names meet."""
SURE: Final = ("ja", "zh", "ko", "la")
"""Readings whose systems are exact; the others fold more than one name together."""


@lru_cache(maxsize=1 << 17)
def readings(part: str) -> frozenset[str]:
    """Keys of the form "ja:SATO"; a part of one letter has none, an initial reads in no way."""
    if len(part) < 2:
        return frozenset()
    keys = {f"la:{_folded(part, _LATIN)}", f"cy:{_folded(part, _CYRILLIC)}"}
    kana = _folded(part, _HEPBURN)
    if _KANA.fullmatch(kana):
        keys.add(f"ja:{kana}")
    skeleton = _folded(part, _ARABIC)
    if len(skeleton) >= _ARABIC_SHORTEST:
        keys.add(f"ar:{skeleton}")
    keys |= {f"zh:{key}" for key in chinese_keys(part)}
    keys |= {f"ko:{key}" for key in KOREAN_SURNAMES.get(part, ())}
    return frozenset(keys)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _folded(part: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, by in rules:
        part = _compiled(pattern).sub(by, part)
    return part


def is_sure(key: str) -> bool:
    return key[:2] in SURE
