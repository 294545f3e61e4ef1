"""Compares what a document says in several places: the page's machine readable zone, DG1, and the plain values of DG11.

They are copies of one another (Doc 9303-10 §4.7.1). Each difference is told by field, and by how grave it is: a camera
confuses characters that look alike, offices cut long names in different places, and neither is a forgery for certain.
Yet none of them is agreement.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from passport_reader.document import ChipFinding, Mrz, Outcome
from passport_reader.mrz import FILLER, field_spans

CHECK: Final = "mrz_matches_chip"
_ALIKE: Final = tuple(map(frozenset, ("0ODQ", "1IL", "2Z", "5S", "6G", "8B", "UV", "MN", "EF", "CG")))
"""What is confused in worn OCR-B, by camera or by eye; the first six are the usual ones of a keyboard's zone too."""
_MOST_ALIKE: Final = 2  # characters of one field: more are not misread, but another value
_TRANSCRIBED: Final[dict[str, tuple[str, ...]]] = {
    "Å": ("AA", "A"), "Ä": ("AE", "A"), "Æ": ("AE",), "Ð": ("D",), "Ñ": ("N", "NXX"), "Ö": ("OE", "O"), "Ø": ("OE",),
    "Ü": ("UE", "UXX", "U"), "Þ": ("TH",), "Đ": ("D",), "Ħ": ("H",), "Ĳ": ("IJ",), "Ł": ("L",), "Ŋ": ("N",),
    "Œ": ("OE",), "Ŧ": ("T",), "ẞ": ("SS",),
}  # fmt: skip
"""Latin letters whose transcription is more, or may be more, than the letter without its mark (Doc 9303-3 §6 A)."""


class Gravity(StrEnum):
    """Least grave first."""

    TRUNCATION = "truncation"
    """Words cut short on one side, or left out at the end."""
    LOOK_ALIKE = "look_alike"
    """One or two characters that are easily misread for each other."""
    REAL = "real"
    """Another value."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`field`: of the zone, or `check_digit` or `format`; `page` and `other` are what stands there, fillers kept.

    `source`: dg1 or dg11. `columns`: where in the field they differ, counted from zero; empty where lengths differ.
    """

    field: str
    source: str
    gravity: Gravity
    page: str
    other: str
    columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """Plain values of DG11 (Doc 9303-10 §4.7.11), None where not given; names as `SURNAME<<GIVEN<NAMES`, or blanks."""

    full_name: str | None = None
    personal_number: str | None = None
    birth_date: date | None = None


def differences(page: Mrz, chip: Mrz) -> tuple[Difference, ...]:
    """Every field in which the page's zone and DG1 differ, in printed order, check digits last."""
    if page.format != chip.format:
        return (Difference("format", "dg1", Gravity.REAL, page.format, chip.format),)
    return (*_field_differences(page, chip), *_digit_differences(page, chip))


def _field_differences(page: Mrz, chip: Mrz) -> Iterator[Difference]:
    for name, line, start, end in field_spans(page.format):
        ours, theirs = page.lines[line][start:end], chip.lines[line][start:end]
        if ours != theirs:
            gravity = _gravity_of_names(ours, theirs) if name == "names" else _gravity(ours, theirs)
            yield Difference(name, "dg1", gravity, ours, theirs, _columns(ours, theirs))


def _digit_differences(page: Mrz, chip: Mrz) -> Iterator[Difference]:
    """A check digit that differs though its field does not, says that one of the two was not computed but made."""
    columns = len(page.lines[0])
    fields = {line * columns + at for _, line, start, end in field_spans(page.format) for at in range(start, end)}
    for place, (ours, theirs) in enumerate(zip(page.text, chip.text, strict=True)):
        if place not in fields and ours != theirs:
            yield Difference("check_digit", "dg1", _gravity(ours, theirs), ours, theirs, (0,))


def _columns(ours: str, theirs: str) -> tuple[int, ...]:
    return tuple(at for at, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one != other)


def _gravity(ours: str, theirs: str) -> Gravity:
    if len(ours) != len(theirs):
        return Gravity.REAL
    different = [frozenset(pair) for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    alike = all(any(pair <= group for group in _ALIKE) for pair in different)
    return Gravity.LOOK_ALIKE if alike and len(different) <= _MOST_ALIKE else Gravity.REAL


def _gravity_of_names(ours: str, theirs: str) -> Gravity:
    return Gravity.TRUNCATION if _truncated(_words(ours), _words(theirs)) else _gravity(ours, theirs)


def _words(names: str) -> tuple[list[str], list[str]]:
    """Those of the primary identifier, those of the secondary."""
    primary, _, secondary = names.strip(FILLER).partition(FILLER * 2)
    return primary.split(FILLER), [word for word in secondary.split(FILLER) if word]


def _truncated(ours: tuple[list[str], list[str]], theirs: tuple[list[str], list[str]]) -> bool:
    """Whether each word of one side begins the other's, the last ones missing (Doc 9303-4 §4.2.3). Never a surname."""
    pairs = [pair for one, other in zip(ours, theirs, strict=True) for pair in zip_longest(one, other, fillvalue="")]
    return all(one.startswith(other) or other.startswith(one) for one, other in pairs) and all(pairs[0])


def detail_differences(page: Mrz, details: Details) -> tuple[Difference, ...]:
    """Where the page's zone and DG11 differ. A name in another script than Latin is not compared."""
    return tuple(
        found
        for found in (
            _name_difference(page, details.full_name),
            _number_difference(page, details.personal_number),
            _birth_difference(page, details.birth_date),
        )
        if found is not None
    )


def _name_difference(page: Mrz, full_name: str | None) -> Difference | None:
    """DG11's name is not cut and keeps its marks; apostrophes are left out of a zone, hyphens become fillers."""
    given = re.split(r"[<\s,\-]+", re.sub(r"['’]", "", full_name or "").strip("< "))
    spelling = [_spelling(word) for word in given if word]
    printed = f"{page.surname} {page.given_names}".split()
    if not spelling or not all(spelling):
        return None
    fits = [_spelt(word, options) for word, options in zip(printed, spelling, strict=False)]
    if len(printed) > len(spelling) or None in fits:
        return Difference("names", "dg11", Gravity.REAL, " ".join(printed), full_name or "")
    whole = len(printed) == len(spelling) and all(fits)
    return None if whole else Difference("names", "dg11", Gravity.TRUNCATION, " ".join(printed), full_name or "")


def _spelling(word: str) -> list[tuple[str, ...]]:
    """How each letter may be transcribed; empty where one is not Latin."""
    letters = [_transcribed(letter) for letter in unicodedata.normalize("NFC", word.upper())]
    return [] if () in letters else letters


def _transcribed(letter: str) -> tuple[str, ...]:
    if letter in _TRANSCRIBED:
        return _TRANSCRIBED[letter]
    plain = "".join(one for one in unicodedata.normalize("NFD", letter) if not unicodedata.combining(one))
    return (plain,) if plain.isascii() and plain.isalpha() else ()


def _spelt(printed: str, spelling: list[tuple[str, ...]]) -> bool | None:
    """True where the letters may be printed so, False where the printed word is a beginning of them, else None.

    Ends of what is matched are kept as a set, so that no name, however long, takes more than letters times length.
    """
    ends, cut = {0}, False
    for options in spelling:
        cut = cut or any(option.startswith(printed[end:]) for end in ends for option in options)
        ends = {end + len(option) for end in ends for option in options if printed.startswith(option, end)}
    return True if len(printed) in ends else False if cut else None


def _number_difference(page: Mrz, number: str | None) -> Difference | None:
    """A personal number stands in the zone's optional data, where the state prints it at all."""
    if not number or not page.optional_data:
        return None
    wanted = re.sub(r"[^A-Z0-9]", "", number.upper())
    printed = [re.sub(FILLER, "", optional) for optional in page.optional_data]
    if wanted in printed:
        return None
    nearest = min((_gravity(one, wanted) for one in printed), key=list(Gravity).index)
    return Difference("optional_data", "dg11", nearest, " ".join(printed), wanted)


def _birth_difference(page: Mrz, born: date | None) -> Difference | None:
    if born is None or page.birth_date is None or born == page.birth_date:
        return None
    ours, theirs = f"{page.birth_date:%y%m%d}", f"{born:%y%m%d}"
    if ours == theirs:
        return None  # the zone has no century
    return Difference("birth_date", "dg11", _gravity(ours, theirs), ours, theirs, _columns(ours, theirs))


def agreement_finding(page: Mrz | None, chip: Mrz | None, details: Details | None = None) -> ChipFinding:
    """`mrz_matches_chip`: page and chip say the same, character for character (Doc 9303-10 §4.7.1).

    The code tells the gravest difference, the detail every field that differs and how; no value is told.
    """
    if page is None or chip is None:
        return ChipFinding(CHECK, Outcome.UNDETERMINED, "one_side_missing")
    if page.format.startswith("MRV"):
        return ChipFinding(CHECK, Outcome.UNDETERMINED, "page_is_a_visa")
    found = differences(page, chip) + detail_differences(page, details or Details())
    if not found:
        return ChipFinding(CHECK, Outcome.SUCCESSFUL)
    gravest = max((one.gravity for one in found), key=list(Gravity).index)
    code = {
        Gravity.TRUNCATION: "page_truncated_otherwise",
        Gravity.LOOK_ALIKE: "page_looks_like_chip",
        Gravity.REAL: "page_differs_from_chip",
    }[gravest]
    detail = ", ".join(f"{one.field} of {one.source}: {one.gravity.value}" for one in found)
    return ChipFinding(CHECK, Outcome.FAILED, code, detail)
