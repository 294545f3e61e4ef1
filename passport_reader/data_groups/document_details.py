"""DG12: who issued the document, when and how (Doc 9303-10 §4.7.12). Every field is optional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from passport_reader import lds
from passport_reader.data_groups import words
from passport_reader.data_groups.dates import Moment, written_moment
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations
from passport_reader.lds import Ef

_OTHER_PEOPLE, _OTHER_PERSON = 0xA0, 0x5F1A
_KNOWN: Final = (
    words.TAG_LIST, 0x5F19, 0x5F26, _OTHER_PEOPLE, 0x5F1B, 0x5F1C, 0x5F1D, 0x5F1E, 0x5F55, 0x5F56,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetails:
    """Empty or None where the issuer does not say."""

    issuing_authority: str = ""
    issue_date: Moment | None = None
    other_people: tuple[str, ...] = ()
    endorsements: str = ""
    tax_and_exit: str = ""
    front: Picture | None = None
    rear: Picture | None = None
    personalised: Moment | None = None
    personalisation_system: str = ""
    """Its serial number."""


def decode(dg12: bytes, notes: Deviations) -> DocumentDetails:
    found = notes.fields(lds.content(Ef.DG12, dg12, notes), _KNOWN)
    words.compare_tag_list(found, {_OTHER_PERSON}, notes)
    people = words.listed(found[_OTHER_PEOPLE], _OTHER_PERSON, notes) if _OTHER_PEOPLE in found else ()

    def text(tag: int) -> str:
        return words.text(found.get(tag, b""), notes)

    return DocumentDetails(
        issuing_authority=text(0x5F19),
        issue_date=written_moment(found.get(0x5F26, b""), notes),
        other_people=tuple(words.text(person, notes) for person in people),
        endorsements=text(0x5F1B),
        tax_and_exit=text(0x5F1C),
        front=words.image(found.get(0x5F1D, b""), notes),
        rear=words.image(found.get(0x5F1E, b""), notes),
        personalised=written_moment(found.get(0x5F55, b""), notes),
        personalisation_system=text(0x5F56),
    )
