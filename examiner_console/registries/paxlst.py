"""PAXLST: passenger lists of carriers (UN/EDIFACT directory D.02B, the WCO/IATA/ICAO guide on advance passenger
information).

`parse` is strict: segments in the order of the directory, every trailer's count and reference, every date. What the
console does not use (references of bookings, addresses, bags) is checked for its place and not kept. Nothing of an
interchange with one fault in it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from examiner_console.law.answers import Role
from examiner_console.registries.edi_dates import day_at_most, day_near, moment, prepared_at
from examiner_console.registries.edifact import MOST_BYTES, MOST_SEGMENTS, Segment, Unexpected, WrongCount, segments
from examiner_console.registries.passenger_lists import (
    Call,
    Flight,
    Interchange,
    ListedDocument,
    ListedTraveller,
    PassengerList,
)

_ROLES: Final = {"FL": Role.PASSENGER, "FM": Role.CREW, "DDT": Role.CREW, "DDU": Role.TRANSIT}
"""NAD 3035: passenger, crew member, crew member in transit, passenger in transit."""
_OF_TRAVELLER: Final = ("ATT", "DTM", "MEA", "GEI", "GIS", "FTX", "LOC", "COM", "EMP", "NAT", "RFF")
_OF_DOCUMENT: Final = ("DTM", "GEI", "GIS", "RFF", "LOC", "CPI", "QTY")
"""What may follow NAD and DOC (PAXLST D.02B, groups 4 and 5), in this order. GIS is the older name of GEI."""
_NAMES: Final = ("745", "250", "251", "266", "336", "655")
"""BGM 1001 of the guide: passengers, crew, crew list changes, flight status …"""
_COUNTED: Final = {"42": (Role.PASSENGER, Role.TRANSIT), "41": (Role.CREW,)}
"""CNT 6069: passengers, crew."""
_MOST_PARTIES: Final = 5
_NUMBER: Final = re.compile(r"[0-9]{1,6}", re.ASCII)
R = TypeVar("R")


@dataclass(slots=True)
class _Cursor:
    """The segments still to be read. Every taking moves on; the end is an error of its own."""

    rest: list[Segment]
    at: int = 0
    last: Segment = field(default_factory=lambda: Segment("", 0, ()))

    @property
    def tag(self) -> str:
        return self.rest[self.at].tag if self.at < len(self.rest) else ""

    def take(self, tag: str) -> Segment:
        if self.tag != tag:
            raise self.unexpected(tag)
        self.last = self.rest[self.at]
        self.at += 1
        return self.last

    def take_all(self, tag: str) -> list[Segment]:
        found = []
        while self.tag == tag:
            found.append(self.take(tag))
        return found

    def in_order(self, tags: Iterable[str]) -> list[Segment]:
        return [segment for tag in tags for segment in self.take_all(tag)]

    def groups(self, tag: str, read: Callable[[_Cursor], R]) -> tuple[R, ...]:
        found = []
        while self.tag == tag:
            found.append(read(self))
        return tuple(found)

    def unexpected(self, wanted: str) -> Unexpected:
        if not self.tag:
            return Unexpected(f"the interchange ends where {wanted} should follow", self.last.tag, self.last.number)
        here = self.rest[self.at]
        return Unexpected(f"has no place here, where {wanted} should follow", here.tag, here.number)


def parse(data: bytes, *, most_bytes: int = MOST_BYTES, most_segments: int = MOST_SEGMENTS) -> Interchange:
    """Raises EdifactError, which names the segment and its number."""
    cursor = _Cursor(segments(data, most_bytes=most_bytes, most_segments=most_segments))
    header = cursor.take("UNB")
    prepared = prepared_at(header)
    lists: list[PassengerList] = []
    grouped = cursor.tag == "UNG"
    if grouped:
        counted = cursor.groups("UNG", lambda inside: lists.extend(_group(inside, prepared.date())))
    else:
        lists.extend(cursor.groups("UNH", lambda inside: _message(inside, prepared.date())))
    _close(cursor.take("UNZ"), len(counted) if grouped else len(lists), header.need(4))
    if cursor.tag or not lists:
        raise cursor.unexpected("the end") if cursor.tag else Unexpected("no list at all", "UNZ", cursor.last.number)
    if len({one.reference for one in lists}) != len(lists):
        raise WrongCount("two messages have the same reference", "UNZ", cursor.last.number)
    return Interchange(header.need(1), header.need(2), header.need(4), prepared, tuple(lists))


def _close(trailer: Segment, count: int, reference: str) -> None:
    """UNT, UNE and UNZ: a count, and the reference of the header."""
    stated = trailer.need(0)
    if not _NUMBER.fullmatch(stated) or int(stated) != count:
        raise WrongCount(f"states another count than the {count} there are", trailer.tag, trailer.number)
    if trailer.need(1) != reference:
        raise WrongCount("has another reference than its header", trailer.tag, trailer.number)


def _group(cursor: _Cursor, prepared: date) -> tuple[PassengerList, ...]:
    header = cursor.take("UNG")
    if header.need(0) != "PAXLST":
        raise header.bad("a group of something other than PAXLST")
    lists = cursor.groups("UNH", lambda inside: _message(inside, prepared))
    _close(cursor.take("UNE"), len(lists), header.need(4))
    return lists


def _message(cursor: _Cursor, prepared: date) -> PassengerList:
    start, header = cursor.at, cursor.take("UNH")
    if [header.get(1, part) for part in range(4)] != ["PAXLST", "D", "02B", "UN"]:
        raise header.bad("a message other than PAXLST:D:02B:UN")
    name = cursor.take("BGM")
    if name.need(0) not in _NAMES:
        raise name.bad(f"a list other than {', '.join(_NAMES)}")
    cursor.in_order(("RFF", "DTM"))
    _parties(cursor)
    flights = cursor.groups("TDT", _flight)
    if not flights:
        raise cursor.unexpected("TDT")
    travellers = cursor.groups("NAD", lambda inside: _traveller(inside, prepared))
    part, is_last = _part(header)
    for count in cursor.take_all("CNT"):
        if part == 1 and is_last:
            _check_count(count, travellers)
    length = cursor.at + 1 - start
    _close(cursor.take("UNT"), length, header.need(0))
    return PassengerList(header.need(0), name.get(0), flights, travellers, header.get(2), part, is_last)


def _part(header: Segment) -> tuple[int, bool]:
    """UNH S010: the number of the part, and C or F: the first of several and those that follow, or the last."""
    if not header.get(3):
        return 1, True
    if not _NUMBER.fullmatch(header.get(3)) or header.get(3, 1) not in ("C", "F", ""):
        raise header.bad("a part is a number with C or F")
    return int(header.get(3)), header.get(3, 1) == "F"


def _check_count(count: Segment, travellers: tuple[ListedTraveller, ...]) -> None:
    """Of a list in one part; where it comes in several, CNT tells of all of them."""
    counted = _COUNTED.get(count.need(0))
    if counted is not None:
        number = sum(traveller.role in counted for traveller in travellers)
        stated = count.need(0, 1)
        if not _NUMBER.fullmatch(stated) or int(stated) != number:
            raise WrongCount(f"states another count than the {number} listed", count.tag, count.number)


def _parties(cursor: _Cursor) -> None:
    """Who sends the list (group 1); not kept. A traveller does not stand here, before any flight."""
    for _ in range(_MOST_PARTIES):
        if cursor.tag == "NAD" and cursor.rest[cursor.at].need(0) not in _ROLES:
            cursor.take("NAD")
            cursor.in_order(("CTA", "COM"))


def _flight(cursor: _Cursor) -> Flight:
    details = cursor.take("TDT")
    number = details.need(1)
    cursor.take_all("DTM")
    calls = cursor.groups("LOC", _call)
    return Flight(number, details.get(4) or number[:2], calls)


def _call(cursor: _Cursor) -> Call:
    """DTM 2005: 189 or 133 departs, 232 or 132 arrives."""
    place = cursor.take("LOC")
    times = {time.need(0): moment(time) for time in cursor.take_all("DTM")}
    departs, arrives = times.get("189", times.get("133")), times.get("232", times.get("132"))
    return Call(place.need(0), place.need(1), departs, arrives)


def _traveller(cursor: _Cursor, prepared: date) -> ListedTraveller:
    who = cursor.take("NAD")
    if (role := _ROLES.get(who.need(0))) is None:
        raise who.bad(f"a traveller is one of {', '.join(_ROLES)}")
    given = " ".join(name for name in (who.get(3, 1), who.get(3, 2)) if name)
    facts = cursor.in_order(_OF_TRAVELLER)
    return ListedTraveller(
        role,
        who.need(3),
        given,
        _value(facts, "ATT", "2", 2),
        _day(facts, "329", day_at_most, prepared),
        _value(facts, "NAT", "2", 1),
        _value(facts, "LOC", "178", 1),
        _value(facts, "LOC", "179", 1),
        cursor.groups("DOC", lambda inside: _document(inside, prepared)),
    )


def _document(cursor: _Cursor, prepared: date) -> ListedDocument:
    which = cursor.take("DOC")
    facts = cursor.in_order(_OF_DOCUMENT)
    expires = _day(facts, "36", day_near, prepared)
    return ListedDocument(which.need(0), which.need(1), _value(facts, "LOC", "91", 1), expires)


def _value(facts: list[Segment], tag: str, qualifier: str, element: int) -> str:
    """Of the one segment with this qualifier; "" without. Two of them would leave a choice: BadValue."""
    found = [segment for segment in facts if segment.tag == tag and segment.get(0) == qualifier]
    if len(found) > 1:
        raise found[1].bad("stands twice with the same qualifier")
    return found[0].need(element) if found else ""


def _day(facts: list[Segment], qualifier: str, read: Callable[[Segment, date], date], prepared: date) -> date | None:
    found = [segment for segment in facts if segment.tag == "DTM" and segment.get(0) == qualifier]
    if len(found) > 1:
        raise found[1].bad("stands twice with the same qualifier")
    return read(found[0], prepared) if found else None
