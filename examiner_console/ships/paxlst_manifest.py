"""A passenger list that came as PAXLST: its passengers, in the form of the other list. Crew is left out (Art. 16)."""

from __future__ import annotations

from datetime import date
from typing import Final

from examiner_console.law.answers import Role
from examiner_console.registries import paxlst
from examiner_console.registries.edifact import EdifactError
from examiner_console.registries.passenger_lists import ListedTraveller
from examiner_console.ships import csv_manifest
from examiner_console.ships.csv_manifest import NUMBER, SEXES, STATE, document_number, is_name
from examiner_console.ships.manifest import MOST_BYTES, Line, LineUnusable, PaxlstUnusable, checked

MOST_SEGMENTS: Final = 150_000
"""A passenger has some ten."""
_BEGINS: Final = (b"UNA", b"UNB")


def is_paxlst(data: bytes) -> bool:
    return data.lstrip()[:3] in _BEGINS


def parse_either(data: bytes, today: date) -> tuple[str, tuple[Line, ...]]:
    """ "csv" or "paxlst", and the list. Raises ManifestError."""
    if is_paxlst(data):
        return "paxlst", parse(data, today)
    return "csv", csv_manifest.parse(data, today)


def parse(data: bytes, today: date) -> tuple[Line, ...]:
    """Raises ManifestError; a line's number is the traveller's place in the interchange, from 1."""
    try:
        interchange = paxlst.parse(data.strip(), most_bytes=MOST_BYTES, most_segments=MOST_SEGMENTS)
    except EdifactError as error:
        raise PaxlstUnusable(error.number, error.segment, why=error.what) from None
    everybody = [traveller for one in interchange.lists for traveller in one.travellers]
    return checked([_line(n, one, today) for n, one in enumerate(everybody, 1) if one.role is not Role.CREW])


def _line(number: int, listed: ListedTraveller, today: date) -> Line:
    passport = next((document for document in listed.documents if document.code.startswith("P")), None)
    if passport is None or not NUMBER.fullmatch(document_number(passport.number)):
        raise LineUnusable(number, "document_number")
    nationality = (listed.nationality or passport.issuing_state).upper()
    if not STATE.fullmatch(nationality):
        raise LineUnusable(number, "nationality")
    if not listed.surname or not (is_name(listed.surname) and is_name(listed.given_names)):
        raise LineUnusable(number, "surname")
    if listed.birth_date is not None and listed.birth_date > today:
        raise LineUnusable(number, "birth_date")
    return Line(
        number=number,
        surname=listed.surname,
        given_names=listed.given_names,
        sex=listed.sex if listed.sex in SEXES else "X",
        birth_date=listed.birth_date,
        nationality=nationality,
        issuing_state=passport.issuing_state.upper() or nationality,
        document_number=document_number(passport.number),
        expires_on=passport.expires_on,
    )
