"""What lengths a card takes, as its historical bytes and its EF.ATR/INFO tell (ISO/IEC 7816-4 §12.1.1, §12.7.1).

Nothing told is nothing promised: then commands are short and in one piece.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from passport_reader import atr_info
from passport_reader.atr_info import CardCapabilities
from passport_reader.card.apdu import EXTENDED_LE, SHORT_DATA, SHORT_LE
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef

EXTENDED_RESPONSE: Final = 2048
"""Longest answer asked of a card that takes extended length without telling how much of it."""

_COMPACT_TAG: Final = 7
"""Of card capabilities among the historical bytes."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`response` and `command` are the longest APDUs in bytes of data."""

    chaining: bool = False
    response: int = SHORT_LE
    command: int = SHORT_DATA

    @property
    def extended(self) -> bool:
        return self.response > SHORT_LE


def of(atr: bytes, file: bytes = b"") -> Capabilities:
    """By EF.ATR/INFO, and by the ATR where that is silent. Nothing in them is an error."""
    chaining, extended = atr_info.third_byte(_compact(_historical(atr)))
    try:
        told = atr_info.card_capabilities(file, Deviations(Ef.ATR_INFO.title))
    except UnusableData:
        told = CardCapabilities()
    extended = extended if told.extended_length is None else told.extended_length
    chaining = chaining if told.command_chaining is None else told.command_chaining
    usual = (
        Capabilities(bool(chaining), EXTENDED_RESPONSE, EXTENDED_LE - 1) if extended else Capabilities(bool(chaining))
    )
    if told.longest_response is None or told.longest_response <= SHORT_LE:
        return usual
    longest = min(told.longest_command or 0, EXTENDED_LE)
    return replace(usual, response=min(told.longest_response, EXTENDED_LE), command=max(longest, SHORT_DATA))


def _compact(objects: bytes) -> bytes:
    """The capabilities among compact data objects: tag and length in one byte (§12.1.1.2)."""
    while objects:
        tag, length = objects[0] >> 4, objects[0] & 0x0F
        if tag == _COMPACT_TAG:
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
