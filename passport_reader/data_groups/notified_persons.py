"""DG16: whom to tell when something happens to the holder (Doc 9303-10 §4.7.16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader import lds
from passport_reader.data_groups import words
from passport_reader.data_groups.biometrics import note_count
from passport_reader.data_groups.dates import Moment, written_moment
from passport_reader.deviations import Deviations
from passport_reader.lds import Ef

_PERSONS: Final = range(0xA1, 0xB0)
"""One template a person, A1 for the first; the standard counts no further than AF."""
_KNOWN: Final = (0x5F50, 0x5F51, 0x5F52, 0x5F53)


@dataclass(frozen=True, slots=True)
class NotifiedPerson:
    recorded: Moment | None
    name: str
    telephone: str
    address: tuple[str, ...]


def decode(dg16: bytes, notes: Deviations) -> tuple[NotifiedPerson, ...]:
    items = list(notes.objects(lds.content(Ef.DG16, dg16, notes)))
    persons = [item.value for item in items if item.tag in _PERSONS]
    note_count(items, len(persons), notes)
    for item in items:
        if item.tag != words.COUNT and item.tag not in _PERSONS:
            notes.note("element_unknown", f"tag {item.tag:X}")
    return tuple(_person(value, notes) for value in persons)


def _person(template: bytes, notes: Deviations) -> NotifiedPerson:
    found = notes.fields(template, _KNOWN)
    return NotifiedPerson(
        recorded=written_moment(notes.expected(found, 0x5F50), notes),
        name=words.text(notes.expected(found, 0x5F51), notes),
        telephone=words.text(found.get(0x5F52, b""), notes),
        address=words.parts(found.get(0x5F53, b""), notes),
    )
