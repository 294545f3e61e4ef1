"""What lengths a card takes, as its historical bytes and its EF.ATR/INFO tell (ISO/IEC 7816-4 §12.1.1, §12.7.1).

Nothing told is nothing promised: then commands are short and in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from passport_reader import tlv
from passport_reader.card.apdu import EXTENDED_LE, SHORT_DATA, SHORT_LE
from passport_reader.document import UnusableData

EXTENDED_RESPONSE: Final = 2048
"""Longest answer asked of a card that takes extended length without telling how much of it."""

_CAPABILITIES: Final = 0x47
"""Card capabilities in EF.ATR/INFO; as compact data object 7x in the historical bytes."""
_EXTENDED_LENGTH: Final = 0x7F66
_CHAINING, _EXTENDED = 0x80, 0x40  # of the third byte of the capabilities (table 119)
_SEVERAL_BYTES: Final = 3


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`response` and `command` are the longest APDUs in bytes of data."""

    chaining: bool = False
    response: int = SHORT_LE
    command: int = SHORT_DATA

    @property
    def extended(self) -> bool:
        return self.response > SHORT_LE


def of(atr: bytes, atr_info: bytes = b"") -> Capabilities:
    """EF.ATR/INFO where there is one, else the ATR. Nothing in them is an error."""
    told = _told(_compact(_historical(atr)))
    try:
        for item in tlv.objects(atr_info):
            if item.tag == _CAPABILITIES and len(item.value) == _SEVERAL_BYTES:
                told = _told(item.value)
        return _limited(told, atr_info)
    except UnusableData:
        return told


def _told(table: bytes) -> Capabilities:
    if len(table) != _SEVERAL_BYTES:
        return Capabilities()
    chaining, extended = bool(table[2] & _CHAINING), bool(table[2] & _EXTENDED)
    return Capabilities(chaining, EXTENDED_RESPONSE, EXTENDED_LE - 1) if extended else Capabilities(chaining)


def _limited(told: Capabilities, atr_info: bytes) -> Capabilities:
    """By the extended length information: the most bytes of a command, then of a response."""
    for item in tlv.objects(atr_info):
        if item.tag == _EXTENDED_LENGTH:
            limits = [int.from_bytes(part.value, "big") for part in tlv.objects(item.value) if part.tag == 0x02]
            if len(limits) == 2 and limits[1] > SHORT_LE:
                command, response = (min(limit, EXTENDED_LE) for limit in limits)
                return replace(told, response=response, command=max(command, SHORT_DATA))
    return told


def _compact(objects: bytes) -> bytes:
    """The capabilities among compact data objects: tag and length in one byte (§12.1.1.2)."""
    while objects:
        tag, length = objects[0] >> 4, objects[0] & 0x0F
        if tag == _CAPABILITIES & 0x0F:
            return objects[1 : 1 + length]
        objects = objects[1 + length :]
    return b""


def _historical(atr: bytes) -> bytes:
    """The compact data objects in an ATR (ISO/IEC 7816-3 §8.2); empty where there are none."""
    if len(atr) < 2:
        return b""
    at, indicator = 2, atr[1] >> 4
    while indicator:
        at += indicator.bit_count()
        if not indicator & 8 or at > len(atr):
            break
        indicator = atr[at - 1] >> 4
    historical = atr[at : at + (atr[1] & 0x0F)]
    if historical[:1] == b"\x80":
        return historical[1:]
    return historical[1:-3] if historical[:1] == b"\0" else b""
