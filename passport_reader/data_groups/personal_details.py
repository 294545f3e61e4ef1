"""DG11: more about the holder than the data page has room for (Doc 9303-10 §4.7.11). Every field is optional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader import lds
from passport_reader.data_groups import words
from passport_reader.data_groups.dates import Moment, written_moment
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations
from passport_reader.lds import Ef

_OTHER_NAMES, _OTHER_NAME = 0xA0, 0x5F0F
_KNOWN: Final = (
    words.TAG_LIST, 0x5F0E, _OTHER_NAMES, 0x5F10, 0x5F2B, 0x5F11, 0x5F42, 0x5F12, 0x5F13, 0x5F14, 0x5F15, 0x5F16,
    0x5F17, 0x5F18,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDetails:
    """Empty or None where the issuer does not say. Names are in national characters, surname << given names."""

    full_name: str = ""
    other_names: tuple[str, ...] = ()
    personal_number: str = ""
    birth_date: Moment | None = None
    birth_place: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    telephone: str = ""
    profession: str = ""
    title: str = ""
    summary: str = ""
    proof_of_citizenship: Picture | None = None
    other_documents: tuple[str, ...] = ()
    custody: str = ""


def decode(dg11: bytes, notes: Deviations) -> PersonalDetails:
    found = notes.fields(lds.content(Ef.DG11, dg11, notes), _KNOWN)
    words.compare_tag_list(found, {_OTHER_NAME}, notes)
    names = words.listed(found[_OTHER_NAMES], _OTHER_NAME, notes) if _OTHER_NAMES in found else ()

    def text(tag: int) -> str:
        return words.text(found.get(tag, b""), notes)

    def parts(tag: int) -> tuple[str, ...]:
        return words.parts(found.get(tag, b""), notes)

    return PersonalDetails(
        full_name=text(0x5F0E),
        other_names=tuple(words.text(name, notes) for name in names),
        personal_number=text(0x5F10),
        birth_date=written_moment(found.get(0x5F2B, b""), notes),
        birth_place=parts(0x5F11),
        address=parts(0x5F42),
        telephone=text(0x5F12),
        profession=text(0x5F13),
        title=text(0x5F14),
        summary=text(0x5F15),
        proof_of_citizenship=words.image(found.get(0x5F16, b""), notes),
        other_documents=parts(0x5F17),
        custody=text(0x5F18),
    )
