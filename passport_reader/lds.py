"""The logical data structure: which files a chip has, and what stands in the ones without a signature of their own.

Doc 9303-10 §4 (files, tags, short identifiers), §4.7 (data groups); Doc 9303-11 §9.2 (SecurityInfos).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from passport_reader import tlv
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData


class Ef(IntEnum):
    """File identifiers. The short identifier is the last byte (Doc 9303-10 tables 38 and 39).

    EF.CardSecurity stands in the master file under the identifier that EF.SOD has in the application: here it goes by
    its path from the master file.
    """

    CARD_ACCESS = 0x011C
    SOD = 0x011D
    COM = 0x011E
    DG1 = 0x0101
    DG2 = 0x0102
    DG3 = 0x0103
    DG4 = 0x0104
    DG5 = 0x0105
    DG6 = 0x0106
    DG7 = 0x0107
    DG8 = 0x0108
    DG9 = 0x0109
    DG10 = 0x010A
    DG11 = 0x010B
    DG12 = 0x010C
    DG13 = 0x010D
    DG14 = 0x010E
    DG15 = 0x010F
    DG16 = 0x0110
    DIR = 0x2F00
    ATR_INFO = 0x2F01
    CARD_SECURITY = 0x3F00_011D

    @property
    def identifier(self) -> bytes:
        """The two octets that SELECT takes."""
        return (self & 0xFFFF).to_bytes(2, "big")

    @property
    def short_identifier(self) -> int:
        return 0x1E if self is Ef.DIR else self & 0x1F

    @property
    def title(self) -> str:
        """As in the names of dumped files: EF_SOD, EF_DG1, EF_CardAccess …"""
        return _TITLES.get(self, f"EF_{self.name}")


_TITLES: Final = {Ef.CARD_ACCESS: "EF_CardAccess", Ef.CARD_SECURITY: "EF_CardSecurity"}


def data_group(number: int) -> Ef:
    return Ef(0x0100 + number)


_TAGS: Final = {
    0x61: 1, 0x75: 2, 0x63: 3, 0x76: 4, 0x65: 5, 0x66: 6, 0x67: 7, 0x68: 8,
    0x69: 9, 0x6A: 10, 0x6B: 11, 0x6C: 12, 0x6D: 13, 0x6E: 14, 0x6F: 15, 0x70: 16,
}  # fmt: skip
"""Tag of a data group's template, to its number (Doc 9303-10 table 39)."""

_TAG_OF_FILE: Final = {data_group(number): tag for tag, number in _TAGS.items()} | {Ef.COM: 0x60, Ef.SOD: 0x77}


@dataclass(frozen=True, slots=True)
class CommonData:
    """EF.COM (Doc 9303-10 §4.6.1): unsigned, so good for telling what to read, never for telling what is missing."""

    lds_version: str
    """Four digits, 0107 or 0108; empty where there is none."""
    data_groups: tuple[int, ...]
    unicode_version: str = ""
    """Six digits such as 040000."""


@dataclass(frozen=True, slots=True)
class SecurityInfo:
    """One entry of EF.CardAccess or DG14; what the fields mean depends on `oid`."""

    oid: str
    required: tlv.DataObject
    optional: tlv.DataObject | None


def content(file: Ef, data: bytes, notes: Deviations | None = None) -> bytes:
    """What is inside the outermost template of a file, whose tag must be the file's own."""
    head = tlv.header(data)
    if head.tag != _TAG_OF_FILE[file]:
        raise UnusableData(f"{file.title} begins with the tag of another file", file=file, tag=head.tag)
    return _inside(file.title, head, data, notes or Deviations(file.title))


def _inside(title: str, head: tlv.Header, data: bytes, notes: Deviations) -> bytes:
    if head.total > len(data):
        raise UnusableData(f"{title} is cut off", file=title)
    if not head.minimal:
        notes.note("length_not_minimal", f"tag {head.tag:X}")
    if head.total < len(data):
        notes.note("trailing_bytes", f"{len(data) - head.total} octets behind the file")
    return data[head.size : head.total]


def common_data(data: bytes, notes: Deviations | None = None) -> CommonData:
    notes = notes or Deviations(Ef.COM.title)
    parts = notes.fields(content(Ef.COM, data, notes), (0x5F01, 0x5F36, 0x5C))
    if 0x5C not in parts:
        raise UnusableData("EF_COM lacks its list of data groups", file=Ef.COM)
    if unknown := [tag for tag in parts[0x5C] if tag not in _TAGS]:
        notes.note("value_unknown", f"tag {unknown[0]:X} in the list of data groups")
    return CommonData(
        lds_version=_digits(notes.expected(parts, 0x5F01), 4, notes),
        data_groups=tuple(_TAGS[tag] for tag in parts[0x5C] if tag in _TAGS),
        unicode_version=_digits(notes.expected(parts, 0x5F36), 6, notes),
    )


def _digits(value: bytes, count: int, notes: Deviations) -> str:
    """A version in ASCII digits; other octets are left out."""
    if value.isdigit() and len(value) == count:
        return value.decode("ascii")
    if value:
        notes.note("value_malformed", f"a version of {len(value)} octets that are not {count} digits")
    return ""


def machine_readable_zone(dg1: bytes, notes: Deviations | None = None) -> str:
    """The MRZ of DG1 as one string (Doc 9303-10 §4.7.1)."""
    notes = notes or Deviations(Ef.DG1.title)
    parts = notes.fields(content(Ef.DG1, dg1, notes), (0x5F1F,))
    if 0x5F1F not in parts:
        raise UnusableData("DG1 holds no MRZ", file=Ef.DG1)
    if len(parts[0x5F1F]) not in (72, 88, 90):  # TD2, TD3, TD1
        notes.note("value_malformed", f"an MRZ of {len(parts[0x5F1F])} characters")
    try:
        return parts[0x5F1F].decode("ascii")
    except UnicodeDecodeError:
        raise UnusableData("the MRZ of DG1 holds other characters than ASCII", file=Ef.DG1) from None


def security_infos(data: bytes, notes: Deviations | None = None) -> tuple[SecurityInfo, ...]:
    """A SET OF SecurityInfo: EF.CardAccess as it is, or the content of DG14.

    Inside the SET nothing is forgiven: an entry left out would be a protocol that the chip never offered.
    """
    if not data:
        return ()
    notes = notes or Deviations(Ef.CARD_ACCESS.title)
    head = tlv.header(data)
    if head.tag != 0x31:
        raise UnusableData("SecurityInfos are no SET", file=notes.file, tag=head.tag)
    return tuple(_security_info(item) for item in tlv.objects(_inside(notes.file, head, data, notes)))


def _security_info(item: tlv.DataObject) -> SecurityInfo:
    fields = list(tlv.objects(item.value))
    if item.tag != 0x30 or not 2 <= len(fields) <= 3 or fields[0].tag != 0x06:
        raise UnusableData("a SecurityInfo is not what the standard says", tag=item.tag)
    return SecurityInfo(decode_oid(fields[0].value), fields[1], fields[2] if len(fields) == 3 else None)


def integer(item: tlv.DataObject | None) -> int | None:
    """An INTEGER; None where there is none."""
    return int.from_bytes(item.value, "big", signed=True) if item is not None and item.tag == 0x02 else None


def decode_oid(octets: bytes) -> str:
    """Dotted text of an object identifier's content octets (ISO/IEC 8825-1 §8.19)."""
    if not octets or len(octets) > 32 or octets[-1] & 0x80:
        raise UnusableData("an object identifier is not whole", octets=len(octets))
    arcs, arc = [], 0
    for octet in octets:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(number) for number in (first, arcs[0] - 40 * first, *arcs[1:]))


def encode_oid(oid: str) -> bytes:
    """The inverse of `decode_oid`."""
    first, second, *rest = (int(arc) for arc in oid.split("."))
    octets = bytearray()
    for arc in (40 * first + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.insert(0, arc & 0x7F | 0x80)
        octets += bytes(septets)
    return bytes(octets)
