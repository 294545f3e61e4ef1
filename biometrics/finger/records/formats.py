"""Reads a minutiae record of any format with a header, and writes one in the format asked for."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from biometrics.finger.extract import FingerTemplate
from biometrics.finger.records import ansi, card, iso2005, iso2011
from biometrics.finger.records.errors import ForeignRecord, TruncatedRecord, Unsayable, UnusableRecord
from biometrics.finger.records.landmarks import converted
from biometrics.finger.records.octets import MOST_BYTES
from biometrics.finger.records.record import RIDGE_COUNTS, Format, Record, View

_LEAST_2005: Final = 24
"""Octets of an ISO/IEC 19794-2:2005 record without views."""
_LEAST_2004: Final = 26
"""Of an ANSI INCITS 378-2004 record."""
_LEAST_2009: Final = 21
_MAGICS: Final = (iso2005.MAGIC, ansi.MAGIC_2004_ZERO, iso2011.MAGIC, ansi.MAGIC_AMENDED)
_READERS: Final = {
    Format.ISO_2005: iso2005.read,
    Format.ISO_2011: iso2011.read,
    Format.ANSI_2004: ansi.read_2004,
    Format.ANSI_2009: ansi.read_2009,
}
_WRITERS: Final = {
    Format.ISO_2005: iso2005.written,
    Format.ISO_2011: iso2011.written,
    Format.ANSI_2004: ansi.written_2004,
    Format.ANSI_2009: ansi.written_2009,
}


def read(data: bytes) -> Record:
    """Of the format its content shows; octets behind the stated length are passed over (vendors hand out buffers of
    fixed size). Card formats have no header and are not recognised. Raises `RecordError`."""
    if len(data) > MOST_BYTES:
        raise UnusableRecord("the record is too long", offset=0)
    form, length = _detected(data)
    if form in (Format.ANSI_2004, Format.ANSI_2009):
        length = len(data)  # published samples state an octet or two less than they have; the counts decide
    return _READERS[form](data[:length])


def write(record: Record, form: Format) -> bytes:
    """Each format's module says what it loses; a card format takes the first view. Raises `Unsayable`, a `ValueError`,
    for no view, too many, or what the format cannot say."""
    if not 1 <= len(record.views) <= 255:
        raise Unsayable("a record holds 1 to 255 finger views")
    if form in card.OCTETS:
        return card.written(record.views[0].template, form)
    for name, value, most in _bounded(record):
        if not 0 <= value <= most:
            raise Unsayable(f"no record can say a {name} of {value}: it goes from 0 to {most}")
    try:
        return _WRITERS[form](_spoken(record, form))
    except (struct.error, OverflowError) as error:
        raise Unsayable("a value of the record does not fit its field in this format") from error


def _spoken(record: Record, form: Format) -> Record:
    """With extended areas as `form` has them. Where it is not known what they were read from, ridge counts alone."""
    source = record.format
    if source is form:
        return record
    if source in _WRITERS:
        views = [replace(view, extended=converted(view, source, form)) for view in record.views]
    else:
        views = [
            replace(view, extended=tuple(one for one in view.extended if one.identifier == RIDGE_COUNTS))
            for view in record.views
        ]
    return replace(record, views=tuple(views))


def _bounded(record: Record) -> Iterator[tuple[str, int, int]]:
    """Name, value and greatest value of what a caller may have set too high in any format."""
    yield from (("device identifier", record.equipment, 0xFFFF), ("product owner", record.owner, 0xFFFF))
    yield "product identifier", record.product, 0xFFFF
    for view in record.views:
        yield from (("width", view.template.width, 0xFFFF), ("height", view.template.height, 0xFFFF))
        yield from (("view number", view.number, 0xFF), ("impression type", view.impression, 0xFF))
        yield from (("position code", view.code, 0xFF), ("placement of endings", view.ending, 0xF))
        yield "quality", view.template.quality.value, 100


def _detected(data: bytes) -> tuple[Format, int]:
    """The format, and the length it states, which `data` has."""
    magic = data[:8]
    of_2005, of_2011 = iso2005.MAGIC, iso2011.MAGIC
    if magic == ansi.MAGIC_2004_ZERO:
        form, length, least = Format.ANSI_2004, _length_2004(data), _LEAST_2004
    elif magic == of_2005:
        form, length = _of_2004_or_2005(data)
        least = _LEAST_2005 if form is Format.ISO_2005 else _LEAST_2004
    elif magic in (of_2011, ansi.MAGIC_AMENDED):
        length, least = _number(data, 8, 4), iso2011.HEADER_SIZE
        form = Format.ANSI_2009
    elif any(known.startswith(data) for known in _MAGICS):
        raise TruncatedRecord("the record ends early", offset=len(data))
    else:
        raise ForeignRecord("not a finger minutiae record of ISO/IEC 19794-2 or ANSI INCITS 378", offset=0)
    if length > len(data):
        raise TruncatedRecord(f"the record says {length} octets and has {len(data)}", offset=8)
    if magic == of_2011 and _representations_fill(data[:length]):
        form = Format.ISO_2011
    elif form is Format.ANSI_2009:
        least = _LEAST_2009
    if length < least:
        raise UnusableRecord(f"a record of {length} octets is too short", offset=8)
    return form, length


def _of_2004_or_2005(data: bytes) -> tuple[Format, int]:
    """ISO has a length of 4 octets, under 2^20 here, so the upper two are under 26 and the lower two, if those are
    0, at least 24. ANSI has 2 octets of at least 26, or 0 and 4 more, whose upper two are small."""
    upper = _number(data, 8, 2)
    if upper >= _LEAST_2004:
        return Format.ANSI_2004, _length_2004(data)
    lower = _number(data, 10, 2)
    if upper or lower >= _LEAST_2005:
        return Format.ISO_2005, upper << 16 | lower
    return Format.ANSI_2004, _length_2004(data)


def _length_2004(data: bytes) -> int:
    """2 octets, or 0 and then 4 more."""
    return _number(data, 8, 2) or _number(data, 10, 4)


def _representations_fill(data: bytes) -> bool:
    """Whether, read as ISO/IEC 19794-2:2011, the lengths of the representations add up to the record's. In a
    record of ANSI INCITS 378-2009, which has the same identifier and version, owner and sensor stand there."""
    if len(data) < iso2011.HEADER_SIZE:
        return False
    offset = iso2011.HEADER_SIZE
    for _ in range(_number(data, 12, 2)):
        length = int.from_bytes(data[offset : offset + 4])
        if length < iso2011.LEAST_REPRESENTATION or offset + length > len(data):
            return False
        offset += length
    return offset == len(data)


def _number(data: bytes, offset: int, size: int) -> int:
    if offset + size > len(data):
        raise TruncatedRecord("the record ends early", offset=len(data))
    return int.from_bytes(data[offset : offset + size])


def to_iso19794_2(templates: Sequence[FingerTemplate | View]) -> bytes:
    """One record of 2005 with 1 to 255 views. Raises `Unsayable` as `write` does."""
    return write(Record(tuple(one if isinstance(one, View) else View(one) for one in templates)), Format.ISO_2005)


def from_iso19794_2(data: bytes) -> Record:
    """A record of 2005 and of no other format. Raises `RecordError`."""
    record = read(data)
    if record.format is not Format.ISO_2005:
        raise ForeignRecord("not a finger minutiae record of ISO/IEC 19794-2:2005", offset=0)
    return record
