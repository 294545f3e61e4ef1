"""Records of ISO/IEC 19794: big-endian fields at fixed places, and the deviations of what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from passport_reader.data_groups import picture as pictures
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData


@dataclass(frozen=True, slots=True)
class Record:
    """Big-endian fields of a record that may end before they do."""

    data: bytes
    notes: Deviations

    def number(self, at: int, octets: int) -> int:
        if at + octets > len(self.data):
            raise UnusableData("the record is cut off", file=self.notes.file)
        return int.from_bytes(self.data[at : at + octets], "big")

    def named(self, at: int, names: Mapping[int, str]) -> str:
        """An octet by its table; empty, noted, where the table does not know it."""
        code = self.number(at, 1)
        if code not in names:
            self.notes.note("value_unknown", f"{code:X} at {at}")
        return names.get(code, "")


def measured(
    data: bytes, said: tuple[int | None, int | None], said_type: str, notes: Deviations
) -> tuple[Picture, tuple[int, int]]:
    """The picture with its kind and size, compared with what its record says; the picture's own word counts."""
    picture = pictures.of(data)
    if picture.media_type != said_type:
        notes.note("image_type_wrong", f"{said_type} announced, {picture.media_type} there")
    size = pictures.size(picture)
    if size is not None and None not in said and size != said:
        notes.note("image_size_wrong", f"{said[0]} x {said[1]} announced, {size[0]} x {size[1]} there")
    return picture, size or (said[0] or 0, said[1] or 0)
