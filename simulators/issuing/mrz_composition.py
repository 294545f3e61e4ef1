"""Machine readable zones as an issuing office prints them: Doc 9303-4 §4.2 (TD3), -5 §4.2 (TD1), -6 §4.2 (TD2)."""

from __future__ import annotations

from datetime import date
from typing import Protocol

FORMATS = {"TD1": (3, 30), "TD2": (2, 36), "TD3": (2, 44)}
"""Lines, and characters a line."""
_WEIGHTS = (7, 3, 1)  # Doc 9303-3 §4.9


class Bearer(Protocol):
    """What of a holder is printed."""

    @property
    def surname(self) -> str: ...
    @property
    def given_names(self) -> str: ...
    @property
    def nationality(self) -> str: ...
    @property
    def issuing_state(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def sex(self) -> str: ...
    @property
    def expiry_date(self) -> date: ...
    @property
    def document_number(self) -> str: ...
    @property
    def format(self) -> str: ...


def check_digit(text: str) -> str:
    """Doc 9303-3 §4.9: weights 7, 3, 1 modulo 10; letters count from A = 10, the filler 0."""
    values = (0 if character == "<" else int(character, 36) for character in text)
    return str(sum(value * _WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def compose(bearer: Bearer) -> tuple[str, ...]:
    """The printed lines. Raises ValueError for what cannot be printed."""
    composers = {"TD1": _td1, "TD2": _td2, "TD3": _td3}
    if bearer.format not in composers:
        raise ValueError(f"no such document format: {bearer.format}; one of {', '.join(composers)}")
    lines = composers[bearer.format](bearer)
    for line in lines:
        if not all(character in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<" for character in line):
            raise ValueError("an MRZ holds A to Z, 0 to 9 and the filler alone: transliterate first (Doc 9303-3 §6)")
    return lines


def _td3(bearer: Bearer) -> tuple[str, ...]:
    number, dates = _checked(_number(bearer)), _dates(bearer)
    optional = "<" * 14 + "<"
    composite = check_digit(number + dates[0] + dates[1] + optional)
    first = f"P<{_state(bearer.issuing_state)}{_names(bearer, 39)}"
    return first, f"{number}{_state(bearer.nationality)}{dates[0]}{_sex(bearer)}{dates[1]}{optional}{composite}"


def _td2(bearer: Bearer) -> tuple[str, ...]:
    number, dates = _checked(_number(bearer)), _dates(bearer)
    optional = "<" * 7
    composite = check_digit(number + dates[0] + dates[1] + optional)
    first = f"I<{_state(bearer.issuing_state)}{_names(bearer, 31)}"
    return first, f"{number}{_state(bearer.nationality)}{dates[0]}{_sex(bearer)}{dates[1]}{optional}{composite}"


def _td1(bearer: Bearer) -> tuple[str, ...]:
    number, dates = _checked(_number(bearer)), _dates(bearer)
    first = f"I<{_state(bearer.issuing_state)}{number}{'<' * 15}"
    composite = check_digit(first[5:] + dates[0] + dates[1] + "<" * 11)
    second = f"{dates[0]}{_sex(bearer)}{dates[1]}{_state(bearer.nationality)}{'<' * 11}{composite}"
    return first, second, _names(bearer, 30)


def _checked(text: str) -> str:
    return text + check_digit(text)


def _number(bearer: Bearer) -> str:
    if len(bearer.document_number) > 9:
        raise ValueError("a document number has at most nine characters here")
    return bearer.document_number.upper().ljust(9, "<")


def _dates(bearer: Bearer) -> tuple[str, str]:
    return _checked(f"{bearer.birth_date:%y%m%d}"), _checked(f"{bearer.expiry_date:%y%m%d}")


def _state(code: str) -> str:
    return code.ljust(3, "<")


def _sex(bearer: Bearer) -> str:
    return bearer.sex if bearer.sex in {"M", "F"} else "<"


def _names(bearer: Bearer, width: int) -> str:
    """Primary and secondary identifiers, cut at the width (Doc 9303-4 §4.2.3): apostrophes vanish, all else fills."""
    parts = [
        "<".join(name.upper().replace("'", "").replace("-", " ").split())
        for name in (bearer.surname, bearer.given_names)
        if name.strip()
    ]
    return "<<".join(parts)[:width].ljust(width, "<")
