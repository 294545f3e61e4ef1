"""Text, lists and pictures in the optional data groups (Doc 9303-10 §4.7.5 to §4.7.16)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from passport_reader.data_groups import picture as pictures
from passport_reader.data_groups.biometrics import note_count
from passport_reader.data_groups.picture import Picture
from passport_reader.deviations import Deviations

TAG_LIST: Final = 0x5C
COUNT: Final = 0x02


def text(value: bytes, notes: Deviations) -> str:
    """UTF-8 (§4.7.11). Anything else is read octet by octet, so that a person can still make out most of it."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        notes.note("text_malformed", f"{len(value)} octets")
        return value.decode("latin-1")


def parts(value: bytes, notes: Deviations) -> tuple[str, ...]:
    """Components with a filler character between them: of an address, or the numbers of other documents."""
    return tuple(part for part in text(value, notes).split("<") if part)


def image(value: bytes, notes: Deviations) -> Picture | None:
    """An encoded picture; None for an empty value, noted where it is neither JPEG nor JPEG 2000."""
    if not value:
        return None
    found = pictures.of(value)
    if found.media_type not in (pictures.JPEG, pictures.JPEG_2000):
        notes.note("value_malformed", f"a picture of unknown kind, {len(value)} octets")
    return found


def listed(template: bytes, tag: int, notes: Deviations) -> tuple[bytes, ...]:
    """A counted list: the number (02), then objects of one tag."""
    items = list(notes.objects(template))
    found = tuple(item.value for item in items if item.tag == tag)
    note_count(items, len(found), notes)
    for item in items:
        if item.tag not in (COUNT, tag):
            notes.note("element_unknown", f"tag {item.tag:X}")
    return found


def compare_tag_list(found: Mapping[int, bytes], in_list: Collection[int], notes: Deviations) -> None:
    """The list of tags (5C) that opens DG11 and DG12, with what follows. Tags `in_list` may stand for their A0."""
    if TAG_LIST not in found:
        notes.note("element_missing", f"tag {TAG_LIST:X}")
        return
    told = {0xA0 if tag in in_list else tag for tag in _tags(found[TAG_LIST], notes)}
    if differing := sorted(told ^ (found.keys() - {TAG_LIST})):
        notes.note("tag_list_wrong", " ".join(f"{tag:X}" for tag in differing[:8]))


def _tags(value: bytes, notes: Deviations) -> Iterator[int]:
    """Tags of one or two octets, one behind the other (ISO/IEC 7816-4 §8.5.1)."""
    at = 0
    while at < len(value):
        size = 2 if value[at] & 0x1F == 0x1F else 1
        if at + size > len(value):
            notes.note("value_malformed", "a list of tags is cut off")
            return
        yield int.from_bytes(value[at : at + size], "big")
        at += size
