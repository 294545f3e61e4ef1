"""EF.DIR: which applications the card has (Doc 9303-10 §3.11.1, ISO/IEC 7816-4 §12.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader.data_groups import words
from passport_reader.deviations import Deviations

_APPLICATION: Final = (0x4F, 0x50, 0x51, 0x52, 0x53, 0x73, 0x5F50)


@dataclass(frozen=True, slots=True)
class Application:
    """One of EF.DIR, such as A0 00 00 02 47 10 01, the passport; 20 01 to 20 03 are those of LDS 2."""

    identifier: bytes
    label: str = ""


def applications(data: bytes, notes: Deviations) -> tuple[Application, ...]:
    """The application templates (61) of EF.DIR (ISO/IEC 7816-4 §12.2.3)."""
    found = []
    for item in notes.objects(data):
        if item.tag != 0x61:
            notes.note("element_unknown", f"tag {item.tag:X}")
            continue
        fields = notes.fields(item.value, _APPLICATION)
        found.append(Application(notes.expected(fields, 0x4F), words.text(fields.get(0x50, b""), notes)))
    return tuple(found)
