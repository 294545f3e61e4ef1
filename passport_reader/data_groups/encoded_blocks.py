"""What all parts of ISO/IEC 39794 share (ISO/IEC 39794-1:2019): DER with implicit tags, choices, dates, quality.

Each field of a SEQUENCE has a context tag, [0], [1] and so on, so a block is a mapping from that number to its value.
Every enumeration is a CHOICE: a code, or an extension block with a fallback code for readers that do not know it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from passport_reader import tlv
from passport_reader.data_groups.dates import Moment
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData

VERSION: Final = 3
"""Generation of the versionBlock; 1 and 2 were ISO/IEC 19794:2005 and :2011."""

_CONTEXT, _NUMBER = 0x80, 0x1F


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of a SEQUENCE by their context number. A missing one reads as empty, None or no block."""

    fields: Mapping[int, bytes]
    notes: Deviations

    @classmethod
    def of(cls, data: bytes, notes: Deviations) -> Block:
        """Any number is taken: the standard lets blocks grow at their end. A repeated one counts once."""
        fields: dict[int, bytes] = {}
        for item in notes.objects(data):
            number = _context_number(item.tag)
            if number is None or number in fields:
                notes.note("element_unknown" if number is None else "element_repeated", f"tag {item.tag:X}")
                continue
            if fields and number < max(fields):
                notes.note("element_misplaced", f"tag {item.tag:X}")
            fields[number] = item.value
        return cls(fields, notes)

    def __contains__(self, number: int) -> bool:
        return number in self.fields

    def block(self, number: int) -> Block:
        return Block.of(self.fields.get(number, b""), self.notes)

    def blocks(self, number: int) -> tuple[Block, ...]:
        """A SEQUENCE OF blocks."""
        return tuple(Block.of(item.value, self.notes) for item in self.notes.objects(self.fields.get(number, b"")))

    def required(self, number: int) -> bytes:
        """Raise `UnusableData` where there is no such field."""
        if number not in self:
            raise UnusableData(f"field {number} of an ISO/IEC 39794 block is missing", file=self.notes.file)
        return self.fields[number]

    def integer(self, number: int) -> int | None:
        """An INTEGER of up to four octets."""
        value = self.fields.get(number, b"")
        if len(value) > 4:
            self.notes.note("value_malformed", f"a number of {len(value)} octets")
            return None
        return int.from_bytes(value, "big", signed=True) if value else None

    def true(self, names: Sequence[str]) -> frozenset[str]:
        """The names of the BOOLEANs that are true, the first name being field [0]."""
        return frozenset(name for number, name in enumerate(names) if any(self.fields.get(number, b"")))

    def code(self, number: int) -> int | None:
        """An enumeration's code, or the fallback of its extension block; None where there is neither."""
        if number not in self:
            return None
        choice = self.block(number)
        return choice.integer(0) if 0 in choice else choice.block(1).integer(0)

    def named(self, number: int, names: Mapping[int, str]) -> str:
        """An enumeration by its table; empty, noted, where the table does not know it."""
        code = self.code(number)
        if code is not None and code not in names:
            self.notes.note("value_unknown", f"code {code} of field {number}")
        return names.get(code, "") if code is not None else ""


def representations(data: bytes, tag: int, notes: Deviations) -> tuple[Block, ...]:
    """The representation blocks of a data block, whose APPLICATION tag must be `tag` (5 face, 4 finger)."""
    block = Block.of(tlv.value(data, tag), notes)
    if (generation := block.block(0).integer(0)) != VERSION:
        notes.note("version_unknown", f"generation {generation}")
    found = block.blocks(1)
    if not found:
        raise UnusableData("a block of ISO/IEC 39794 holds no representation", file=notes.file)
    return found


def moment(block: Block) -> Moment | None:
    """DateTimeBlock: the year, then whatever is known of the rest."""
    year, *parts = (block.integer(number) for number in range(6))
    if year is None:
        return None
    month, day, hour, minute, second = parts
    return Moment(year, month or 0, day or 0, hour, minute or 0, second or 0)


def scores(blocks: Sequence[Block]) -> tuple[int, ...]:
    """QualityBlocks: each score of 0 to 100; an algorithm that failed has none."""
    found = (block.block(1).integer(0) for block in blocks)
    return tuple(score for score in found if score is not None)


def _context_number(tag: int) -> int | None:
    """80 and A0 are [0]; 9F 1F and BF 1F are [31]."""
    first = tag if tag < 0x100 else tag >> 8
    if tag >= 0x10000 or first & 0xC0 != _CONTEXT:
        return None
    return tag & 0x7F if first & _NUMBER == _NUMBER else first & _NUMBER
