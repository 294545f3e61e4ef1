"""A passenger list as CSV (RFC 4180), UTF-8 with or without a byte order mark; the first line names the columns.

    surname,given_names,sex,birth_date,nationality,document_number,document_expires,issuing_state

in any order. Days are written 2031-08-21, nationality and issuing state as in a passport. `given_names` may be empty,
`issuing_state` may be left out and is then the nationality. Columns with other names are an error, so that a cabin or a
telephone number is not stored by mistake.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from examiner_console.ships.manifest import (
    MOST_BYTES,
    MOST_LINES,
    Line,
    LineUnusable,
    NotText,
    TooMany,
    WrongColumns,
    checked,
)

REQUIRED: Final = ("surname", "given_names", "sex", "birth_date", "nationality", "document_number", "document_expires")
OPTIONAL: Final = ("issuing_state",)
SEXES: Final = frozenset({"F", "M", "X"})
STATE: Final = re.compile(r"[A-Z]|[A-Z]{3}", re.ASCII)
NUMBER: Final = re.compile(r"[A-Z0-9]{1,20}", re.ASCII)
FIRST_YEAR: Final = 1900
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LONGEST: Final = 100
_BESIDE_LETTERS: Final = frozenset(" -'’.,")


def parse(data: bytes, today: date) -> tuple[Line, ...]:
    """The list. `today` is the day in Japan, after which nobody was born. Raises ManifestError."""
    return checked(list(_lines(_text(data), today)))


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise TooMany
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotText(data.count(b"\n", 0, error.start) + 1) from None
    if (nul := text.find("\0")) >= 0:
        raise NotText(text.count("\n", 0, nul) + 1)
    return text


def _lines(text: str, today: date) -> Iterator[Line]:
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    names: list[str] | None = None
    taken = 0
    for number, row in _numbered(rows):
        if not any(value.strip() for value in row):
            continue
        if names is None:
            names = _columns(row, number)
            continue
        if len(row) != len(names):
            raise LineUnusable(number, "columns")
        taken += 1
        if taken > MOST_LINES:
            raise TooMany(number)
        yield _line(number, dict(zip(names, (value.strip() for value in row), strict=True)), today)


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each with the line of the file that it begins on: a quoted field may go over several."""
    while True:
        begins = rows.line_num + 1  # type: ignore[attr-defined]  # of the reader, which mypy knows as an iterator
        try:
            yield begins, next(rows)
        except StopIteration:
            return
        except csv.Error:
            raise LineUnusable(begins, "quotes") from None


def _columns(row: list[str], number: int) -> list[str]:
    names = [name.strip().lower() for name in row]
    if len(set(names)) != len(names) or not set(REQUIRED) <= set(names) <= {*REQUIRED, *OPTIONAL}:
        raise WrongColumns(number)
    return names


def _line(number: int, row: Mapping[str, str], today: date) -> Line:
    nationality = _state(number, "nationality", row["nationality"])
    issuer = row.get("issuing_state", "")
    born = _day(number, "birth_date", row["birth_date"])
    if born > today or born.year < FIRST_YEAR:
        raise LineUnusable(number, "birth_date")
    return Line(
        number=number,
        surname=_name(number, "surname", row["surname"]) or _missing(number, "surname"),
        given_names=_name(number, "given_names", row["given_names"]),
        sex=row["sex"].upper() if row["sex"].upper() in SEXES else _missing(number, "sex"),
        birth_date=born,
        nationality=nationality,
        issuing_state=_state(number, "issuing_state", issuer) if issuer else nationality,
        document_number=document_number(row["document_number"]) or _missing(number, "document_number"),
        expires_on=_day(number, "document_expires", row["document_expires"]),
    )


def document_number(text: str) -> str:
    """As in the machine readable zone; "" where it cannot be one."""
    number = re.sub(r"[\s<-]", "", text).upper()
    return number if NUMBER.fullmatch(number) else ""


def is_name(text: str) -> bool:
    """Letters of any script with what stands between them; a formula of a spreadsheet is none."""
    if len(text) > _LONGEST or (text and not unicodedata.category(text[0]).startswith("L")):
        return False
    return all(char in _BESIDE_LETTERS or unicodedata.category(char)[0] in "LM" for char in text)


def _name(number: int, column: str, text: str) -> str:
    return text if is_name(text) else _missing(number, column)


def _state(number: int, column: str, text: str) -> str:
    return text.upper() if STATE.fullmatch(text.upper()) else _missing(number, column)


def _day(number: int, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _day(number, column, "0000-00-00")
    except ValueError:
        raise LineUnusable(number, column) from None


def _missing(number: int, column: str) -> str:
    raise LineUnusable(number, column)
