"""The machine readable zone: TD1 (Doc 9303-5 §4.2), TD2 (-6 §4.2), TD3 (-4 §4.2), visas MRV-A and MRV-B (-7 §4.2).

UnusableMrz (document.py)
├── NotAnMrz         wrong number of characters, or characters outside A-Z, 0-9 and <
├── CheckDigitWrong  `data["field"]` names the field whose check digit does not fit
└── FieldUnusable    check digits fit, yet a date or the sex is none
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from passport_reader.document import Mrz, UnusableMrz

FILLER: Final = "<"
LONGEST_VALIDITY_YEARS: Final = 30
"""An expiry date further ahead than this lies in the century before. No State issues for longer than 20 years."""

_WEIGHTS: Final = (7, 3, 1)  # Doc 9303-3 §4.9
_VALUES: Final = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {FILLER: 0}


class NotAnMrz(UnusableMrz):
    code = "not_an_mrz"


class CheckDigitWrong(UnusableMrz):
    code = "check_digit_wrong"


class FieldUnusable(UnusableMrz):
    code = "field_unusable"


@dataclass(frozen=True, slots=True)
class _Field:
    """Line and columns, counted from zero."""

    line: int
    start: int
    end: int

    def of(self, lines: tuple[str, ...]) -> str:
        return lines[self.line][self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where a format keeps its fields. The check digit of a field stands right behind it."""

    name: str
    lines: int
    columns: int
    number: _Field
    birth: _Field
    sex: _Field
    expiry: _Field
    nationality: _Field
    names: _Field
    optional: tuple[_Field, ...]
    composite: tuple[_Field, ...] = ()
    """What the composite check digit, the last of its line, covers. A visa has none."""
    composite_digit: _Field | None = None


_ALL_LAYOUTS: Final = (
    _Layout(
        "TD1", 3, 30, number=_Field(0, 5, 14), birth=_Field(1, 0, 6), sex=_Field(1, 7, 8), expiry=_Field(1, 8, 14),
        nationality=_Field(1, 15, 18), names=_Field(2, 0, 30), optional=(_Field(0, 15, 30), _Field(1, 18, 29)),
        composite=(_Field(0, 5, 30), _Field(1, 0, 7), _Field(1, 8, 15), _Field(1, 18, 29)),
        composite_digit=_Field(1, 29, 30),
    ),
    _Layout(
        "TD2", 2, 36, number=_Field(1, 0, 9), birth=_Field(1, 13, 19), sex=_Field(1, 20, 21), expiry=_Field(1, 21, 27),
        nationality=_Field(1, 10, 13), names=_Field(0, 5, 36), optional=(_Field(1, 28, 35),),
        composite=(_Field(1, 0, 10), _Field(1, 13, 20), _Field(1, 21, 35)), composite_digit=_Field(1, 35, 36),
    ),
    _Layout(
        "TD3", 2, 44, number=_Field(1, 0, 9), birth=_Field(1, 13, 19), sex=_Field(1, 20, 21), expiry=_Field(1, 21, 27),
        nationality=_Field(1, 10, 13), names=_Field(0, 5, 44), optional=(_Field(1, 28, 42),),
        composite=(_Field(1, 0, 10), _Field(1, 13, 20), _Field(1, 21, 43)), composite_digit=_Field(1, 43, 44),
    ),
    _Layout(
        "MRV-A", 2, 44, number=_Field(1, 0, 9), birth=_Field(1, 13, 19), sex=_Field(1, 20, 21),
        expiry=_Field(1, 21, 27), nationality=_Field(1, 10, 13), names=_Field(0, 5, 44), optional=(_Field(1, 28, 44),),
    ),
    _Layout(
        "MRV-B", 2, 36, number=_Field(1, 0, 9), birth=_Field(1, 13, 19), sex=_Field(1, 20, 21),
        expiry=_Field(1, 21, 27), nationality=_Field(1, 10, 13), names=_Field(0, 5, 36), optional=(_Field(1, 28, 36),),
    ),
)  # fmt: skip
_LAYOUTS: Final = {layout.name: layout for layout in _ALL_LAYOUTS}
_FORMATS: Final = {90: "TD1", 72: "TD2", 88: "TD3"}
_VISAS: Final = {72: "MRV-B", 88: "MRV-A"}
_VISA: Final = "V"  # the first letter of a visa's document code, and of no other's (Doc 9303-7 §4.2.2)


@dataclass(frozen=True, slots=True)
class Check:
    """A check digit: the name of what it covers, and the places, counted through all lines, of that and of itself."""

    field: str
    covered: tuple[int, ...]
    digit: int


def checks(form: str) -> tuple[Check, ...]:
    """The check digits of a format, each field's own first, the composite last."""
    layout = _LAYOUTS[form]
    named = [("document_number", layout.number), ("birth_date", layout.birth), ("expiry_date", layout.expiry)]
    if layout.name == "TD3":
        named += [("optional_data", layout.optional[0])]
    own = [Check(name, _places(layout, [field]), _places(layout, [field])[-1] + 1) for name, field in named]
    if layout.composite_digit is not None:
        digit = _places(layout, [layout.composite_digit])[0]
        own += [Check("composite", _places(layout, layout.composite), digit)]
    return tuple(own)


def _places(layout: _Layout, fields: Sequence[_Field]) -> tuple[int, ...]:
    return tuple(field.line * layout.columns + column for field in fields for column in range(field.start, field.end))


def field_spans(form: str) -> tuple[tuple[str, int, int, int], ...]:
    """(name, line, first column, column behind the last) of every field but the check digits, in printed order."""
    layout = _LAYOUTS[form]
    named = {
        "document_code": _Field(0, 0, 2), "issuing_state": _Field(0, 2, 5), "names": layout.names,
        "document_number": layout.number, "nationality": layout.nationality, "birth_date": layout.birth,
        "sex": layout.sex, "expiry_date": layout.expiry,
    }  # fmt: skip
    fields = [*named.items(), *(("optional_data", field) for field in layout.optional)]
    spans = ((name, field.line, field.start, field.end) for name, field in fields)
    return tuple(sorted(spans, key=lambda span: span[1:]))


def check_digit(text: str) -> str:
    """Doc 9303-3 §4.9. `text` holds A-Z, 0-9 and < alone."""
    return str(sum(_VALUES[c] * _WEIGHTS[i % 3] for i, c in enumerate(text)) % 10)


def parse(text: str, *, today: date | None = None) -> Mrz:
    """Lines, or all characters in one: 72, 88 or 90 of them. `today` (UTC's date unless given) settles centuries."""
    layout, lines = _split(text)
    number, optional = _document_number(layout, lines)
    _verify(layout, lines)
    surname, _, given = layout.names.of(lines).rstrip(FILLER).partition(FILLER * 2)
    now = today or datetime.now(UTC).date()
    return Mrz(
        format=layout.name,
        lines=lines,
        document_code=_plain(lines[0][:2]),
        issuing_state=_plain(lines[0][2:5]),
        surname=_plain(surname),
        given_names=_plain(given),
        document_number=number,
        nationality=_plain(layout.nationality.of(lines)),
        birth_date=birth_date(layout.birth.of(lines), now),
        sex=_sex(layout.sex.of(lines)),
        expiry_date=expiry_date(layout.expiry.of(lines), now),
        optional_data=optional,
    )


def wrong_checks(text: str) -> tuple[str, ...]:
    """The names of the check digits that do not fit, in the order of `checks`. Raises NotAnMrz."""
    layout, lines = _split(text)
    head, digit, _ = _number_and_digit(layout, lines)
    found = [("document_number", head, digit), *_checked(layout, lines)]
    return tuple(name for name, covered, printed in found if check_digit(covered) != printed)


def names_may_be_cut(mrz: Mrz) -> bool:
    """A name field that ends in a letter may have been too short for the name (Doc 9303-4, -7 §4.2.3)."""
    return not _LAYOUTS[mrz.format].names.of(mrz.lines).endswith(FILLER)


def key_fields(mrz: Mrz) -> tuple[str, str, str]:
    """Document number, birth date and expiry date as printed, which is what a chip's key is made of."""
    layout = _LAYOUTS[mrz.format]
    return mrz.document_number, layout.birth.of(mrz.lines), layout.expiry.of(mrz.lines)


def birth_date(yymmdd: str, today: date) -> date | None:
    """The latest such day that is not after `today`; None where day, month or year is unknown (Doc 9303-3 §4.8)."""
    return None if FILLER in yymmdd else _date(yymmdd, latest=today, field="birth_date")


def expiry_date(yymmdd: str, today: date) -> date:
    """The latest such day within `LONGEST_VALIDITY_YEARS` of `today`."""
    latest = date(today.year + LONGEST_VALIDITY_YEARS, 12, 31)
    return _date(yymmdd, latest=latest, field="expiry_date")


def _date(yymmdd: str, *, latest: date, field: str) -> date:
    if not (yymmdd.isascii() and yymmdd.isdigit()):
        raise FieldUnusable("a date of the zone holds no digits", field=field)
    year, month, day = int(yymmdd[:2]), int(yymmdd[2:4]), int(yymmdd[4:])
    for century in (latest.year // 100 * 100, latest.year // 100 * 100 - 100):
        try:
            candidate = date(century + year, month, day)
        except ValueError:
            continue  # 29 February falls in one century and not in the other
        if candidate <= latest:
            return candidate
    raise FieldUnusable("a date of the zone is none", field=field)


def _split(text: str) -> tuple[_Layout, tuple[str, ...]]:
    flat = "".join(text.split())
    if len(flat) not in _FORMATS:
        raise NotAnMrz("a machine readable zone has 72, 88 or 90 characters", characters=len(flat))
    if not all(c in _VALUES for c in flat):
        raise NotAnMrz("a machine readable zone holds A to Z, 0 to 9 and < alone", characters=len(flat))
    layout = _LAYOUTS[(_VISAS if flat.startswith(_VISA) else _FORMATS).get(len(flat), "TD1")]
    width = layout.columns
    return layout, tuple(flat[i : i + width] for i in range(0, len(flat), width))


def _document_number(layout: _Layout, lines: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The number, and the optional data without what a long number borrowed of it."""
    head, digit, optional = _number_and_digit(layout, lines)
    if check_digit(head) != digit:
        raise CheckDigitWrong("the check digit of the document number is wrong", field="document_number")
    return head.rstrip(FILLER), tuple(value for value in (item.strip(FILLER) for item in optional) if value)


def _number_and_digit(layout: _Layout, lines: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """The number with its fillers, its check digit, and what the optional data has besides.

    In TD1 and TD2 a number over nine characters has < for its check digit, and goes on in the optional data up to the
    first filler; the character before that filler is the check digit (Doc 9303-5 §4.2.2 note j, 9303-6 §4.2.2).
    """
    head = layout.number.of(lines)
    digit = lines[layout.number.line][layout.number.end]
    optional = tuple(field.of(lines) for field in layout.optional)
    if digit == FILLER and layout.name in {"TD1", "TD2"} and optional[0].strip(FILLER):
        rest, _, remaining = optional[0].partition(FILLER)
        head, digit = head + rest[:-1], rest[-1:]
        optional = (remaining, *optional[1:])
    return head, digit, optional


def _verify(layout: _Layout, lines: tuple[str, ...]) -> None:
    for name, covered, digit in _checked(layout, lines):
        if check_digit(covered) != digit:
            raise CheckDigitWrong(f"the check digit of the {name.replace('_', ' ')} is wrong", field=name)


def _checked(layout: _Layout, lines: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """(field, covered characters, printed digit); an empty personal number may print < (Doc 9303-4 §4.2.2.2)."""
    for name, field in (("birth_date", layout.birth), ("expiry_date", layout.expiry)):
        yield name, field.of(lines), lines[field.line][field.end]
    if layout.name == "TD3":
        (field,) = layout.optional
        personal, digit = field.of(lines), lines[field.line][field.end]
        yield "optional_data", personal, "0" if digit == FILLER and not personal.strip(FILLER) else digit
    if layout.composite_digit is not None:
        yield "composite", "".join(field.of(lines) for field in layout.composite), layout.composite_digit.of(lines)


def _sex(character: str) -> str:
    if character not in "MF<X":
        raise FieldUnusable("the sex of the zone is none", field="sex")
    return "X" if character == FILLER else character


def _plain(text: str) -> str:
    return " ".join(text.replace(FILLER, " ").split())
