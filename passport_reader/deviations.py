"""Strict and lenient reading: what a file does otherwise than the standard says is noted, or ends the reading.

Files in the field are not all as Doc 9303-10 says. A lenient reader takes what is there and keeps a `Deviation` for
every liberty; a strict one raises `UnusableData` at the first. Nothing here touches what is hashed or signed: hashes
are made over a file as it came. A deviation without a bound on memory or time is no deviation but `UnusableData`.

    length_not_minimal   a length in more octets than it needs
    padding              00 or FF where a data object should begin
    trailing_bytes       octets behind the last thing that makes sense
    element_missing      a mandatory data object is not there
    element_unknown      a data object the standard does not name here
    element_repeated     a second data object where one may stand; the first counts
    element_misplaced    data objects in another order, or in the place of another
    count_wrong          so many announced, another number there
    length_wrong         a length field of a record that does not fit the record
    tag_list_wrong       the list of tags (5C) and the data objects differ
    image_type_wrong     the record names another format than the picture has
    image_size_wrong     the record names another width or height than the picture has
    version_unknown      a version this reader does not know; read as the one it knows
    value_unknown        a code outside its table
    value_malformed      a value of the wrong form or length; left out
    date_malformed       no date; left out
    text_malformed       no UTF-8; read as Latin-1
    format_mismatch      the CBEFF header announces another format than the block has
    groups_disagree      EF.COM lists other data groups than EF.SOD
    versions_disagree    EF.COM tells another LDS version than EF.SOD
    file_unreadable      a file that is not obligatory makes no sense from its header on; left out (`reading`)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from passport_reader import tlv
from passport_reader.document import Deviation, UnusableData

MAX_NOTED: Final = 100
"""Deviations kept of one file: who writes more of them says nothing new."""


class Deviations:
    """The deviations of one file, collected while it is read. `file` is its title."""

    def __init__(self, file: str, *, strict: bool = False) -> None:
        self.file = file
        self._strict = strict
        self._noted: list[Deviation] = []

    @property
    def noted(self) -> tuple[Deviation, ...]:
        """Each once, in the order they were met."""
        return tuple(self._noted)

    def note(self, code: str, detail: str = "") -> None:
        """Raise `UnusableData` when strict."""
        if self._strict:
            raise UnusableData(f"{self.file}: {code.replace('_', ' ')} ({detail})", file=self.file, deviation=code)
        deviation = Deviation(self.file, code, detail)
        if len(self._noted) < MAX_NOTED and deviation not in self._noted:
            self._noted.append(deviation)

    def objects(self, data: bytes) -> Iterator[tlv.DataObject]:
        """The data objects of a template, in order; what is none ends it, noted."""
        at = 0
        for _ in range(tlv.MAX_OBJECTS):
            at = self._without_padding(data, at)
            if at == len(data):
                return
            head = self._header(data, at)
            if head is None:
                self.note("trailing_bytes", f"{len(data) - at} octets at {at} are no data object")
                return
            yield tlv.DataObject(head.tag, data[at + head.size : at + head.total])
            at += head.total
        raise UnusableData("too many data objects", file=self.file)

    def fields(self, data: bytes, known: Sequence[int]) -> dict[int, bytes]:
        """The data objects of a template by tag. `known` are all tags it may have, in the order of the standard."""
        found: dict[int, bytes] = {}
        furthest = 0
        for item in self.objects(data):
            if item.tag not in known:
                self.note("element_unknown", f"tag {item.tag:X}")
                continue
            if item.tag in found:
                self.note("element_repeated", f"tag {item.tag:X}")
                continue
            place = known.index(item.tag)
            if place < furthest:
                self.note("element_misplaced", f"tag {item.tag:X}")
            furthest = max(furthest, place)
            found[item.tag] = item.value
        return found

    def expected(self, found: dict[int, bytes], tag: int) -> bytes:
        """A mandatory value; empty and noted where it is missing."""
        if tag not in found:
            self.note("element_missing", f"tag {tag:X}")
        return found.get(tag, b"")

    def number(self, value: bytes, tag: int, *, octets: int) -> int | None:
        """A big-endian number of 1 to `octets` octets; None, noted, for other lengths."""
        if 1 <= len(value) <= octets:
            return int.from_bytes(value, "big")
        if value:
            self.note("value_malformed", f"tag {tag:X} of {len(value)} octets")
        return None

    def _without_padding(self, data: bytes, at: int) -> int:
        """ISO/IEC 7816-4 §5.2.2.1 knows 00 and FF between data objects; Doc 9303-10 does not."""
        start = at
        while at < len(data) and data[at] in (0x00, 0xFF):
            at += 1
        if at > start:
            self.note("padding", f"{at - start} octets at {start}")
        return at

    def _header(self, data: bytes, at: int) -> tlv.Header | None:
        """The header at `at`, noted where its length is not minimal; None where no whole data object begins."""
        try:
            head = tlv.header(data, at)
        except UnusableData:
            return None
        if at + head.total > len(data):
            return None
        if not head.minimal:
            self.note("length_not_minimal", f"tag {head.tag:X}")
        return head
