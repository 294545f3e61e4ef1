"""What may stand where in a zone: the alphabets of Doc 9303-4, -5, -6 and -7 §4.2.2, cell by cell."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from passport_reader.page.glyphs import ALPHABET, Floats

_LETTERS, _DIGITS = ALPHABET[:26], ALPHABET[26:36]
_ALPHABETS: Final = {
    "P": "P",
    "V": "V",
    "I": "ACI",
    "F": _LETTERS + "<",
    "D": _DIGITS,
    "C": _DIGITS + "<",
    "S": "MFX<",
    "A": ALPHABET,
}
"""By kind of cell. A birth date may have fillers for what is unknown (Doc 9303-3 §4.8)."""
_BOOK = "A" * 9 + "C" + "F" * 3 + "C" * 6 + "D" + "S" + "D" * 7  # number to expiry date, the same in four formats
FORMATS: Final = {
    "TD3": "P" + "F" * 43 + _BOOK + "A" * 14 + "CD",
    "MRV-A": "V" + "F" * 43 + _BOOK + "A" * 16,
    "TD1": "I"
    + "F" * 4
    + "A" * 9
    + "C"
    + "A" * 15
    + "C" * 6
    + "D"
    + "S"
    + "D" * 7
    + "F" * 3
    + "A" * 11
    + "D"
    + "F" * 30,
    "TD2": "I" + "F" * 35 + _BOOK + "A" * 7 + "D",
    "MRV-B": "V" + "F" * 35 + _BOOK + "A" * 8,
}
SHAPES: Final = {"TD3": (2, 44), "MRV-A": (2, 44), "TD1": (3, 30), "TD2": (2, 36), "MRV-B": (2, 36)}
"""Rows and columns."""


def formats_of(rows: int, columns: int) -> tuple[str, ...]:
    return tuple(name for name, shape in SHAPES.items() if shape == (rows, columns))


@cache
def allowed(form: str) -> Floats:
    """(cells, 37): 1 where a character may stand in a cell, else 0."""
    return np.array([[float(one in _ALPHABETS[kind]) for one in ALPHABET] for kind in FORMATS[form]], np.float32)
