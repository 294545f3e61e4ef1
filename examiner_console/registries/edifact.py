"""UN/EDIFACT as bytes: service characters, segments, elements, components (ISO 9735-1).

An interchange is read whole or not at all, within bounds. Every error names the segment, its number in the interchange
from 1, and never a value, which may be a traveller's.

    EdifactError                 `code`, `segment` (its tag, or "" before one), `number`
    ├── TooLarge                 more bytes, segments, elements or characters than the bounds allow
    ├── Malformed                not EDIFACT: service characters, an open end, a character that may not stand there
    ├── Unexpected               a segment where the message has no place for it, or none where it must have one
    ├── BadValue                 an element that is missing, or not of its form
    └── WrongCount               a trailer whose count or reference is not that of what it closes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 4 * 1024 * 1024
"""A list of 900 travellers has some 250 KiB."""
MOST_SEGMENTS: Final = 50_000
_MOST_ELEMENTS: Final = 64
_LONGEST_COMPONENT: Final = 512
"""The longest in the directory D.02B (free text, C108)."""
_CHARSETS: Final = {"UNOA": "ascii", "UNOB": "ascii", "UNOC": "latin-1"}
"""Syntax identifiers (ISO 9735-1 annex A) that a passenger list may have here. UNOA's upper case is not insisted on."""


class EdifactError(Exception):
    code = "edifact_error"

    def __init__(self, what: str, segment: str = "", number: int = 0) -> None:
        super().__init__(f"segment {number} ({segment}): {what}" if number else what)
        self.what = what
        self.segment = segment
        self.number = number


class TooLarge(EdifactError):
    code = "edifact_too_large"


class Malformed(EdifactError):
    code = "edifact_malformed"


class Unexpected(EdifactError):
    code = "edifact_unexpected_segment"


class BadValue(EdifactError):
    code = "edifact_bad_value"


class WrongCount(EdifactError):
    code = "edifact_wrong_count"


@dataclass(frozen=True, slots=True)
class Segment:
    """`elements` are those after the tag; a simple element has one component. `number` counts from 1."""

    tag: str
    number: int
    elements: tuple[tuple[str, ...], ...]

    def get(self, element: int, component: int = 0) -> str:
        """ "" where it is left out."""
        parts = self.elements[element] if element < len(self.elements) else ()
        return parts[component] if component < len(parts) else ""

    def need(self, element: int, component: int = 0) -> str:
        """Raises BadValue where it is left out."""
        if not (value := self.get(element, component)):
            raise self.bad(f"element {element + 1}, component {component + 1} is missing")
        return value

    def bad(self, what: str) -> BadValue:
        return BadValue(what, self.tag, self.number)


@dataclass(frozen=True, slots=True)
class _Service:
    """The service characters (ISO 9735-1 §7). `release` and `repetition` may be unused: a space."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    repetition: str = " "
    terminator: str = "'"


def segments(data: bytes, *, most_bytes: int = MOST_BYTES, most_segments: int = MOST_SEGMENTS) -> list[Segment]:
    """The segments of one interchange, UNA left out. Raises EdifactError."""
    if len(data) > most_bytes:
        raise TooLarge(f"more than {most_bytes} bytes")
    text = data.decode("latin-1")
    service, start = _service(text)
    found: list[Segment] = []
    for number, raw in enumerate(_split(text, start, service), start=1):
        if number > most_segments:
            raise TooLarge(f"more than {most_segments} segments", raw[0][0][:3], number)
        found.append(_segment(raw, number))
    if not found or found[0].tag != "UNB":
        raise Unexpected("an interchange begins with UNB", found[0].tag if found else "", len(found[:1]))
    _check_charset(text, found[0])
    return found


def _service(text: str) -> tuple[_Service, int]:
    if not text.startswith("UNA"):
        return _Service(), 0
    component, element, mark, release, repetition, terminator = list(text[3:9].ljust(6, "\0"))
    used = [component, element, terminator, *(one for one in (release, repetition) if one != " ")]
    printable = all("!" <= one <= "~" and not one.isalnum() for one in used)
    if not printable or mark not in ".," or len(set(used)) != len(used):
        raise Malformed("UNA does not name five different service characters")
    return _Service(component, element, release, repetition, terminator), 9


def _split(text: str, start: int, service: _Service) -> Iterator[list[list[str]]]:
    """Elements of components, segment by segment, released characters taken for data."""
    position, number = _past_line_ends(text, start), 0
    while position < len(text):
        number += 1
        raw, position = _one(text, position, number, service)
        yield raw
        position = _past_line_ends(text, position)


def _past_line_ends(text: str, position: int) -> int:
    """Senders break lines between segments, which the standard neither needs nor counts."""
    while position < len(text) and text[position] in "\r\n":
        position += 1
    return position


def _one(text: str, position: int, number: int, service: _Service) -> tuple[list[list[str]], int]:
    tag, elements, value = text[position : position + 3], [[]], []  # type: tuple[str, list[list[str]], list[str]]
    while position < len(text):
        character = text[position]
        position += 1
        if character == service.release and service.release != " ":
            if position == len(text):
                break
            value.append(_data(text[position], tag, number))
            position += 1
        elif character in (service.component, service.element, service.terminator):
            elements[-1].append("".join(value))
            value = []
            if character == service.terminator:
                return elements, position
            if character == service.element:
                elements.append([])
            if len(elements) > _MOST_ELEMENTS or len(elements[-1]) > _MOST_ELEMENTS:
                raise TooLarge(f"more than {_MOST_ELEMENTS} elements", tag, number)
        elif character == service.repetition and service.repetition != " ":
            raise Malformed("repeated elements have no place in a passenger list", tag, number)
        else:
            value.append(_data(character, tag, number))
        if len(value) > _LONGEST_COMPONENT:
            raise TooLarge(f"a component of more than {_LONGEST_COMPONENT} characters", tag, number)
    raise Malformed("the interchange ends within a segment", tag, number)


def _data(character: str, tag: str, number: int) -> str:
    if not character.isprintable() and character != "\xa0":
        raise Malformed("a control character in the data", tag if tag.isalpha() else "", number)
    return character


def _segment(raw: list[list[str]], number: int) -> Segment:
    """A tag is three capitals, alone in its element (explicit nesting is not used by passenger lists)."""
    tag = raw[0][0]
    if len(raw[0]) != 1 or len(tag) != 3 or not (tag.isascii() and tag.isalpha() and tag.isupper()):
        raise Malformed("a segment without a tag of three capitals", "", number)
    return Segment(tag, number, tuple(tuple(element) for element in raw[1:]))


def _check_charset(text: str, header: Segment) -> None:
    charset = _CHARSETS.get(header.need(0))
    if charset is None:
        raise header.bad(f"a syntax identifier other than {', '.join(_CHARSETS)}")
    if charset == "ascii" and not text.isascii():
        raise Malformed(f"characters beyond those of {header.get(0)}", header.tag, header.number)
