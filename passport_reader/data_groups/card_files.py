"""EF.ATR/INFO and EF.DIR: what the card can do, and which applications it has (Doc 9303-10 §3.11, ISO/IEC 7816-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader.data_groups import words
from passport_reader.deviations import Deviations

_CAPABILITIES, _EXTENDED_LENGTHS = 0x47, 0x7F66
_ATR_INFO: Final = frozenset((
    0x43, 0x46, _CAPABILITIES, 0x49, 0x4F, 0x5F52, 0x65, 0x66, 0x67, 0x78, 0x82, 0xE0, _EXTENDED_LENGTHS,
))  # fmt: skip
"""What ISO/IEC 7816-4 §12.2.2 lets stand in EF.ATR/INFO."""
_APPLICATION: Final = (0x4F, 0x50, 0x51, 0x52, 0x53, 0x73, 0x5F50)


@dataclass(frozen=True, slots=True)
class CardCapabilities:
    """EF.ATR/INFO. None where the card does not say."""

    command_chaining: bool | None = None
    extended_length: bool | None = None
    longest_command: int | None = None
    """Octets of a whole command APDU, and of a response."""
    longest_response: int | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """One of EF.DIR, such as A0 00 00 02 47 10 01, the passport; 20 01 to 20 03 are those of LDS 2."""

    identifier: bytes
    label: str = ""


def card_capabilities(data: bytes, notes: Deviations) -> CardCapabilities:
    """Card capabilities (ISO/IEC 7816-4 §12.1.1.9) and extended length information (§12.7.1), in any order."""
    found: dict[int, bytes] = {}
    for item in notes.objects(data):
        if item.tag not in _ATR_INFO:
            notes.note("element_unknown", f"tag {item.tag:X}")
        found.setdefault(item.tag, item.value)
    third = found.get(_CAPABILITIES, b"")[2:3]
    command, response = _lengths(found[_EXTENDED_LENGTHS], notes) if _EXTENDED_LENGTHS in found else (None, None)
    return CardCapabilities(
        command_chaining=bool(third[0] & 0x80) if third else None,
        extended_length=bool(third[0] & 0x40) if third else None,
        longest_command=command,
        longest_response=response,
    )


def _lengths(template: bytes, notes: Deviations) -> tuple[int | None, int | None]:
    values = [item.value for item in notes.objects(template) if item.tag == 0x02]
    if len(values) != 2:
        notes.note("value_malformed", f"{len(values)} lengths where two should be")
        return None, None
    command, response = (notes.number(value, 0x02, octets=4) for value in values)
    return command, response


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
