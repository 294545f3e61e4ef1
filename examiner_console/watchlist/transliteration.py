"""National letters as the machine readable zone writes them (Doc 9303-3 §6): Latin, Cyrillic and Arabic script.

A letter may have several forms, because States choose (Ü is UE, UXX or U). `mrz_forms` gives all that one name may
have, the recommended one first.
"""

from __future__ import annotations

import unicodedata
from itertools import islice, product
from typing import Final

MOST_FORMS: Final = 16
"""A name of many such letters has thousands of forms; one State applies one rule throughout, so few of them occur."""


class UnwritableName(ValueError):
    """A name holds a character that Doc 9303-3 §6 has no form for. `character` is that one."""

    code = "unwritable_name"

    def __init__(self, character: str) -> None:
        super().__init__(f"the name holds {character!r}, which has no form in the zone; write it in Latin letters")
        self.character = character


_LATIN: Final = {
    "Ä": "AE A", "Å": "AA A", "Æ": "AE", "Ð": "D", "Đ": "D", "Ĳ": "IJ", "ı": "I", "Ł": "L", "Ñ": "N NXX", "Ŋ": "N",
    "Ö": "OE O", "Ø": "OE", "Œ": "OE", "ẞ": "SS", "ß": "SS", "Þ": "TH", "Ü": "UE UXX U", "Ħ": "H", "ĸ": "Q", "Ŧ": "T",
    "Ŀ": "L", "Ə": "E",
}  # fmt: skip
_CYRILLIC: Final = {
    "А": "A", "Б": "B", "В": "V", "Г": "G H", "Ґ": "G", "Д": "D", "Е": "E", "Ё": "E IO", "Ж": "ZH Z", "З": "Z",
    "И": "I Y", "І": "I", "Ї": "I", "Й": "I", "К": "K", "Л": "L", "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R",
    "С": "S", "Т": "T", "У": "U", "Ў": "U", "Ф": "F", "Х": "KH H", "Ц": "TS C", "Ч": "CH C", "Ш": "SH S",
    "Щ": "SHCH SHT", "Ъ": "IE", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "IU", "Я": "IA", "Є": "IE", "Ђ": "D", "Ѓ": "G",
    "Ѕ": "DZ", "Ј": "J", "Ќ": "K", "Љ": "LJ", "Њ": "NJ", "Ћ": "C", "Џ": "DZ DJ",
}  # fmt: skip
_ARABIC: Final = {
    "ء": "XE", "آ": "XAA", "أ": "XAE", "ؤ": "U", "إ": "I", "ئ": "XI", "ا": "A", "ب": "B", "ة": "XTA XAH", "ت": "T",
    "ث": "XTH", "ج": "J", "ح": "XH", "خ": "XKH", "د": "D", "ذ": "XDH", "ر": "R", "ز": "Z", "س": "S", "ش": "XSH",
    "ص": "XSS", "ض": "XDZ", "ط": "XTT", "ظ": "XZZ", "ع": "E", "غ": "G", "ف": "F", "ق": "Q", "ك": "K", "ل": "L",
    "م": "M", "ن": "N", "ه": "H", "و": "W", "ى": "XAY", "ي": "Y", "پ": "P", "چ": "XC", "ژ": "XZH", "گ": "XG",
}  # fmt: skip
_TABLE: Final = {letter: tuple(forms.split(" ")) for letter, forms in (_LATIN | _CYRILLIC | _ARABIC).items()}
_APART: Final = frozenset(" -‐‑–<")
"""What the zone writes as a filler between the parts of a name; an apostrophe or full stop it leaves out (§4.6)."""
_LEFT_OUT: Final = frozenset("'’`´ʼ.,")


def mrz_forms(name: str) -> tuple[str, ...]:
    """The forms, recommended first, of one identifier in A to Z and `<`. Errors: UnwritableName."""
    prepared = unicodedata.normalize("NFC", name.strip())
    forms = islice(product(*(_forms(letter) for letter in prepared)), MOST_FORMS)
    return tuple(dict.fromkeys(_closed("".join(parts)) for parts in forms))


def mrz_form(name: str) -> str:
    """The recommended form alone. Errors: UnwritableName."""
    return mrz_forms(name)[0]


def _forms(letter: str) -> tuple[str, ...]:
    upper = letter if letter in _TABLE else letter.upper()
    if upper in _TABLE:
        return _TABLE[upper]
    if letter in _APART:
        return ("<",)
    if letter in _LEFT_OUT or unicodedata.combining(letter):
        return ("",)
    plain = unicodedata.normalize("NFD", upper)[:1]
    if "A" <= plain <= "Z":
        return (plain,)
    raise UnwritableName(letter)


def _closed(form: str) -> str:
    return "<".join(part for part in form.split("<") if part)
