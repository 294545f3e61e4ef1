"""EF.ATR/INFO: what the card can do (Doc 9303-10 §3.11.2, ISO/IEC 7816-4 §12.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader.deviations import Deviations

_CAPABILITIES, _EXTENDED_LENGTHS = 0x47, 0x7F66
_KNOWN: Final = frozenset((
    0x43, 0x46, _CAPABILITIES, 0x49, 0x4F, 0x5F52, 0x65, 0x66, 0x67, 0x78, 0x82, 0xE0, _EXTENDED_LENGTHS,
))  # fmt: skip
"""What may stand there."""
_CHAINING, _EXTENDED = 0x80, 0x40  # of the third byte of card capabilities (table 119)


@dataclass(frozen=True, slots=True)
class CardCapabilities:
    """EF.ATR/INFO. None where the card does not say."""

    command_chaining: bool | None = None
    extended_length: bool | None = None
    longest_command: int | None = None
    """Octets of a whole command APDU, and of a response."""
    longest_response: int | None = None


def card_capabilities(data: bytes, notes: Deviations) -> CardCapabilities:
    """Card capabilities (ISO/IEC 7816-4 §12.1.1.9) and extended length information (§12.7.1), in any order."""
    found: dict[int, bytes] = {}
    for item in notes.objects(data):
        if item.tag not in _KNOWN:
            notes.note("element_unknown", f"tag {item.tag:X}")
        found.setdefault(item.tag, item.value)
    chaining, extended = third_byte(found.get(_CAPABILITIES, b""))
    command, response = _lengths(found[_EXTENDED_LENGTHS], notes) if _EXTENDED_LENGTHS in found else (None, None)
    return CardCapabilities(
        command_chaining=chaining,
        extended_length=extended,
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


def third_byte(table: bytes) -> tuple[bool | None, bool | None]:
    """Of card capabilities, in the file or in historical bytes: command chaining, and extended length fields."""
    third = table[2:3]
    return (bool(third[0] & _CHAINING), bool(third[0] & _EXTENDED)) if third else (None, None)
