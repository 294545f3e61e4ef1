"""The nest of DG2, DG3 and DG4: biometric information templates (Doc 9303-10 §4.7.2 to §4.7.4, ISO/IEC 7816-11).

63, 75 or 76
└── 7F61  group template
    ├── 02    number of instances
    └── 7F60  one instance, again and again
        ├── A1    CBEFF header
        └── 5F2E  a record of ISO/IEC 19794, or
            7F2E  A1 with a block of ISO/IEC 39794
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from passport_reader import lds, tlv
from passport_reader.data_groups.dates import Moment, packed_moment
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef

FORMAT_OWNER: Final = 0x0101
"""ISO/IEC JTC 1/SC 37 in the CBEFF register of format owners."""

_HEADER: Final = (0x80, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x88)
_RECORD, _BLOCK, _STANDARDISED = 0x5F2E, 0x7F2E, 0xA1
_ENCODED: Final = (b"\xa1", b"\x64", b"\x65")
"""How a block of ISO/IEC 39794 begins; some leave out the A1 around it."""
_RANDOM: Final = 0x53
"""Octets that make the hash of a DG3 or DG4 without an instance differ from passport to passport (§4.7.3.1)."""


@dataclass(frozen=True, slots=True)
class BiometricHeader:
    """The CBEFF header, ICAO's patron format. None where the header does not say."""

    version: int | None = None
    biometric_type: int | None = None
    """2 face, 8 fingerprint, 16 iris."""
    subtype: int | None = None
    """Which finger or eye (ISO/IEC 7816-11 table 3)."""
    created: Moment | None = None
    valid: tuple[Moment, Moment] | None = None
    creator: int | None = None
    format_owner: int | None = None
    format_type: int | None = None


@dataclass(frozen=True, slots=True)
class BiometricBlock:
    """One instance. `encoded` is a block of ISO/IEC 39794 in DER, else a record of ISO/IEC 19794."""

    header: BiometricHeader
    encoded: bool
    data: bytes = field(repr=False)


def blocks(file: Ef, data: bytes, notes: Deviations) -> tuple[BiometricBlock, ...]:
    """Every instance of DG2, DG3 or DG4; none where the issuer holds none of this holder (§4.7.3.1)."""
    outer = list(notes.objects(lds.content(file, data, notes)))
    group = next((item.value for item in outer if item.tag == 0x7F61), None)
    if group is None:
        raise UnusableData(f"{file.title} holds no group of biometric templates", file=file)
    _note_unknown(outer, (0x7F61, _RANDOM), notes)
    items = list(notes.objects(group))
    _note_unknown(items, (0x02, 0x7F60, _RANDOM), notes)
    found = [item.value for item in items if item.tag == 0x7F60]
    note_count(items, len(found), notes)
    return tuple(_block(value, notes) for value in found)


def note_format(block: BiometricBlock, types: Mapping[bool, int], notes: Deviations) -> None:
    """Compare the format that the header announces with the block's; `types` are those of records and of blocks."""
    owner, kind = block.header.format_owner, block.header.format_type
    if owner not in (None, FORMAT_OWNER) or kind not in (None, types[block.encoded]):
        notes.note("format_mismatch", f"owner {owner}, type {kind}")


def note_count(items: list[tlv.DataObject], found: int, notes: Deviations) -> None:
    """Compare the number of instances (02), which stands first, with what is there."""
    if not items or items[0].tag != 0x02:
        misplaced = any(item.tag == 0x02 for item in items)
        notes.note("element_misplaced" if misplaced else "element_missing", "tag 2")
    said = next((int.from_bytes(item.value[:4], "big") for item in items if item.tag == 0x02), found)
    if said != found:
        notes.note("count_wrong", f"{said} announced, {found} there")


def _note_unknown(items: list[tlv.DataObject], known: tuple[int, ...], notes: Deviations) -> None:
    for item in items:
        if item.tag not in known:
            notes.note("element_unknown", f"tag {item.tag:X}")


def _block(template: bytes, notes: Deviations) -> BiometricBlock:
    found = notes.fields(template, (0xA1, _RECORD, _BLOCK))
    header = _header(notes.expected(found, 0xA1), notes)
    if _RECORD not in found and _BLOCK not in found:
        raise UnusableData("a biometric template holds no data block", file=notes.file)
    data = found.get(_RECORD, found.get(_BLOCK, b""))
    encoded = data[:1] in _ENCODED
    if encoded is (_RECORD in found):
        notes.note("element_misplaced", "a record in 7F2E or a block in 5F2E")
    return BiometricBlock(header, encoded, _unwrapped(data, notes) if encoded else data)


def _unwrapped(block: bytes, notes: Deviations) -> bytes:
    if block[0] != _STANDARDISED:
        notes.note("element_missing", f"tag {_STANDARDISED:X}")
        return block
    return notes.fields(block, (_STANDARDISED,)).get(_STANDARDISED, b"")


def _header(data: bytes, notes: Deviations) -> BiometricHeader:
    found = notes.fields(data, _HEADER)
    return BiometricHeader(
        version=notes.number(found.get(0x80, b""), 0x80, octets=2),
        biometric_type=notes.number(found.get(0x81, b""), 0x81, octets=3),
        subtype=notes.number(found.get(0x82, b""), 0x82, octets=1),
        created=packed_moment(found.get(0x83, b""), notes),
        valid=_period(found.get(0x85, b""), notes),
        creator=notes.number(found.get(0x86, b""), 0x86, octets=4),
        format_owner=notes.number(notes.expected(found, 0x87), 0x87, octets=2),
        format_type=notes.number(notes.expected(found, 0x88), 0x88, octets=2),
    )


def _period(value: bytes, notes: Deviations) -> tuple[Moment, Moment] | None:
    """Two packed dates, not before and not after."""
    start, end = packed_moment(value[:4], notes), packed_moment(value[4:], notes)
    return None if start is None or end is None else (start, end)
