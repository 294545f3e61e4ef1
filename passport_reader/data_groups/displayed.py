"""DG5 and DG7: the portrait and the signature as printed, for people to look at (Doc 9303-10 §4.7.5, §4.7.7)."""

from __future__ import annotations

from typing import Final

from passport_reader import lds
from passport_reader.data_groups import words
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations
from passport_reader.document import UnusableData
from passport_reader.lds import Ef

_TAGS: Final = {Ef.DG5: 0x5F40, Ef.DG7: 0x5F43}


def decode(file: Ef, data: bytes, notes: Deviations) -> tuple[Picture, ...]:
    """Every picture of DG5 or DG7. Raise `UnusableData` where there is none."""
    values = words.listed(lds.content(file, data, notes), _TAGS[file], notes)
    found = tuple(picture for value in values if (picture := words.image(value, notes)))
    if not found:
        raise UnusableData(f"{file.title} holds no picture", file=file)
    return found
