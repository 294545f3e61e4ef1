"""The structure of a transaction: a header that lists the records, and the records, tagged or binary.

Every record keeps its octets as they came, so that what is read and written again is the same to the bit; what a
record means is for `images` and `minutiae` to say. Errors are those of minutiae records (`RecordError`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from biometrics.finger.records import ForeignRecord, TruncatedRecord, UnusableRecord

FILE, GROUP, RECORD, UNIT = b"\x1c", b"\x1d", b"\x1e", b"\x1f"
"""Separators of records, fields, subfields and items (SP 500-290 §7.1)."""
BINARY: Final = frozenset({3, 4, 5, 6, 7, 8})
"""Types that open with four octets of length instead of a field .001."""
MOST_BYTES: Final = 256 << 20
MOST_RECORDS: Final = 1000
_IMAGE_FIELD: Final = 999
"""The last of its record; its octets hold separators like any others."""
_TAG_LENGTH: Final = 12
"""`14.001:` and the like: a colon further on belongs to something else."""


@dataclass(frozen=True, slots=True)
class TaggedRecord:
    """`octets` with the closing separator. `fields` by number, each without its tag."""

    type: int
    octets: bytes = field(repr=False)
    fields: dict[int, bytes] = field(repr=False)

    @property
    def idc(self) -> int:
        """Information designation character: records of one finger share it. -1 where there is none."""
        return number(self.text(2), -1)

    def text(self, tag: int) -> str:
        """A field's value; empty where it is not there."""
        return self.fields.get(tag, b"").decode("utf-8", "replace")

    def rows(self, tag: int) -> list[list[str]]:
        """Subfields and their items; none for an empty field."""
        return [part.split("\x1f") for part in self.text(tag).split("\x1e")] if self.fields.get(tag) else []


@dataclass(frozen=True, slots=True)
class BinaryRecord:
    """Types 3 to 8: length (4 octets), IDC (1), then what the type says."""

    type: int
    octets: bytes = field(repr=False)

    @property
    def idc(self) -> int:
        return self.octets[4]


AnyRecord = TaggedRecord | BinaryRecord


@dataclass(frozen=True, slots=True)
class Transaction:
    """`header` is the Type-1 record; `records` the others, in the order of its field 1.003."""

    header: TaggedRecord
    records: tuple[AnyRecord, ...]

    def of_type(self, *types: int) -> tuple[AnyRecord, ...]:
        return tuple(record for record in self.records if record.type in types)


def number(text: str, default: int) -> int:
    """A field's whole number of at most nine digits, or `default`."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def from_an2k(data: bytes) -> Transaction:
    """Raises `RecordError`: what is no transaction, ends early, or does not hold the records that 1.003 lists."""
    if len(data) > MOST_BYTES:
        raise UnusableRecord("the transaction is too long", offset=0)
    if not data.startswith((b"1.001:", b"1.01:")):
        raise ForeignRecord("not a transaction of ANSI/NIST-ITL in traditional encoding", offset=0)
    head = _tagged(data, 0, 1)
    at = len(head.octets)
    records: list[AnyRecord] = []
    for kind, idc in _contents(head):
        record = _binary(data, at, kind) if kind in BINARY else _tagged(data, at, kind)
        if record.idc != idc:
            raise UnusableRecord(f"field 1.003 lists IDC {idc} and the record has {record.idc}", offset=at)
        records.append(record)
        at += len(record.octets)
    if at != len(data):
        raise UnusableRecord("more follows than field 1.003 lists", offset=at)
    return Transaction(head, tuple(records))


def to_an2k(transaction: Transaction) -> bytes:
    """The records' octets, in order. Raises `ValueError` where the header lists others than there are."""
    there = [(record.type, record.idc) for record in transaction.records]
    if _contents(transaction.header) != there:
        raise ValueError("the header does not list the records that are there")
    return b"".join(record.octets for record in (transaction.header, *transaction.records))


def header(records: Sequence[AnyRecord], like: TaggedRecord | None = None, **values: str) -> TaggedRecord:
    """A Type-1 record that lists `records`; its other fields are those of `like`, or `values`: version, kind, date
    (YYYYMMDD), destination, originator, control (1.002, 4, 5, 7, 8, 9)."""
    listed = UNIT.join((b"1", str(len(records)).encode()))
    content = RECORD.join([listed, *(f"{record.type}\x1f{record.idc:02}".encode() for record in records)])
    tags = {"version": 2, "kind": 4, "date": 5, "destination": 7, "originator": 8, "control": 9}
    fields = (
        {11: b"19.69", 12: b"19.69"} if any(record.type == 4 for record in records) else {11: b"00.00", 12: b"00.00"}
    )
    fields |= (
        {2: b"0500"}
        | (dict(like.fields) if like else {})
        | {tags[name]: value.encode() for name, value in values.items()}
    )
    return tagged(1, fields | {3: content})


def tagged(kind: int, fields: dict[int, bytes]) -> TaggedRecord:
    """A record of these fields in the order of their numbers, its length computed. A value may not hold a separator
    that would end it, but for the picture of field 999 (`ValueError`)."""
    if any((FILE in value or GROUP in value) for tag, value in fields.items() if tag != _IMAGE_FIELD):
        raise ValueError("a field's value holds a separator of fields or records")
    body = GROUP.join(f"{kind}.{tag:03}:".encode() + fields[tag] for tag in sorted(fields) if tag != 1)
    around = len(f"{kind}.001:") + len(GROUP) + len(body) + len(FILE)
    length = around + 1
    while length != around + len(str(length)):
        length = around + len(str(length))
    octets = f"{kind}.001:{length}".encode() + GROUP + body + FILE
    return TaggedRecord(kind, octets, fields | {1: str(length).encode()})


def _contents(head: TaggedRecord) -> list[tuple[int, int]]:
    """Type and IDC of every record that field 1.003 (CNT) lists behind the header itself."""
    rows = head.rows(3)
    if not rows or any(len(row) != 2 for row in rows):
        raise UnusableRecord("field 1.003 does not list records", offset=0)
    listed = [(number(kind, -1), number(idc, -1)) for kind, idc in rows]
    if listed[0] != (1, len(listed) - 1) or len(listed) > MOST_RECORDS:
        raise UnusableRecord("field 1.003 counts otherwise than it lists", offset=0)
    if any(kind < 2 or idc < 0 for kind, idc in listed[1:]):
        raise UnusableRecord("field 1.003 lists what is no record", offset=0)
    return listed[1:]


def _binary(data: bytes, at: int, kind: int) -> BinaryRecord:
    length = int.from_bytes(data[at : at + 4])
    if length < 5:
        raise UnusableRecord(f"a record of Type {kind} cannot have {length} octets", offset=at)
    return BinaryRecord(kind, _exactly(data, at, length))


def _exactly(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise TruncatedRecord("the transaction ends within a record", offset=len(data))
    return data[at : at + length]


def _tagged(data: bytes, at: int, kind: int) -> TaggedRecord:
    found, tag, start = _tag(data, at)
    end = data.find(GROUP, start, start + _TAG_LENGTH)
    length = number(data[start : max(end, start)].decode("latin-1"), 0)
    if (found, tag) != (kind, 1) or length < start - at + 2:
        raise UnusableRecord(f"a record of Type {kind} must begin here, with its length", offset=at)
    octets = _exactly(data, at, length)
    if not octets.endswith(FILE):
        raise UnusableRecord("a record does not end where its length says", offset=at + length - 1)
    return TaggedRecord(kind, octets, _fields(octets, kind, at))


def _fields(octets: bytes, kind: int, offset: int) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at, last = 0, len(octets) - 1
    while at < last:
        found, tag, start = _tag(octets, at, offset)
        end = last if tag == _IMAGE_FIELD else octets.find(GROUP, start, last)
        end = last if end < 0 else end
        if found != kind or tag in fields:
            raise UnusableRecord("a field of another record, or one that is there twice", offset=offset + at)
        fields[tag] = octets[start:end]
        at = end + 1
    return fields


def _tag(data: bytes, at: int, offset: int = 0) -> tuple[int, int, int]:
    """Type and number of the field at `at`, and where its value starts."""
    colon = data.find(b":", at, at + _TAG_LENGTH)
    kind, _, tag = data[at : max(colon, at)].decode("latin-1").partition(".")
    values = number(kind, -1), number(tag, -1)
    if min(values) < 0:
        raise UnusableRecord("a field must begin here", offset=offset + at)
    return *values, colon + 1
