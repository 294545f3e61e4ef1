"""A carrier's passenger list as it goes over the wire: PAXLST (UN/EDIFACT D.02B), written from what a carrier knows.

It shares no code with whoever reads it. `Dialect` chooses the service characters, the line ends and the groups, since
carriers differ in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

PASSENGER: Final = "FL"
CREW: Final = "FM"
CREW_IN_TRANSIT: Final = "DDT"
IN_TRANSIT: Final = "DDU"
_CREW: Final = (CREW, CREW_IN_TRANSIT)


@dataclass(frozen=True, slots=True)
class Paper:
    number: str
    issued_by: str = ""
    expires: date | None = None
    kind: str = "P"


@dataclass(frozen=True, slots=True)
class Aboard:
    surname: str
    given_names: str = ""
    sex: str = ""
    born: date | None = None
    nationality: str = ""
    seat_of: str = PASSENGER
    booking: str = ""
    embarked: str = ""
    leaves: str = ""
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Flight:
    """Times on the clocks of the two airports."""

    number: str
    carrier: str
    origin: str
    destination: str
    departs: datetime
    arrives: datetime


@dataclass(frozen=True, slots=True)
class Dialect:
    """`marks`: component, element, decimal, release, reserved, terminator; announced in UNA unless they are usual."""

    marks: str = ":+.? '"
    line_end: str = ""
    grouped: bool = True
    announced: bool = True
    charset: str = "UNOA"

    def segment(self, tag: str, *elements: str | Sequence[str]) -> str:
        """Elements left empty at the end are left out."""
        parts = [self._element(element) for element in elements]
        while parts and not parts[-1]:
            parts.pop()
        return self.marks[1].join((tag, *parts)) + self.marks[5] + self.line_end

    def _element(self, element: str | Sequence[str]) -> str:
        pieces = [element] if isinstance(element, str) else list(element)
        while pieces and not pieces[-1]:
            pieces.pop()
        return self.marks[0].join(map(self._escaped, pieces))

    def _escaped(self, value: str) -> str:
        special = {self.marks[0], self.marks[1], self.marks[3], self.marks[5]} | ({self.marks[4]} - {" "})
        return "".join(self.marks[3] + one if one in special else one for one in value)


USUAL: Final = Dialect()


def written(
    flight: Flight,
    people: Sequence[Aboard],
    *,
    sent_at: datetime,
    reference: str = "1",
    parts: int = 1,
    sender: str = "SIMAIR",
    dialect: Dialect = USUAL,
) -> bytes:
    """One interchange: the people of a flight, dealt out to so many messages. Passengers and crew may be mixed."""
    stamp = (f"{sent_at:%y%m%d}", f"{sent_at:%H%M}")
    say = dialect.segment
    lines = [say("UNB", (dialect.charset, "4"), (sender, "ZZ"), ("SEKISHO", "ZZ"), stamp, reference, "", "APIS")]
    if dialect.grouped:
        lines.append(say("UNG", "PAXLST", (sender, "ZZ"), ("SEKISHO", "ZZ"), stamp, reference, "UN", ("D", "02B")))
    for part in range(parts):
        lines += _message(flight, people, part, parts, dialect)
    if dialect.grouped:
        lines.append(say("UNE", str(parts), reference))
    lines.append(say("UNZ", "1" if dialect.grouped else str(parts), reference))
    head = f"UNA{dialect.marks}{dialect.line_end}" if dialect.announced else ""
    return (head + "".join(lines)).encode("latin-1")


def _message(flight: Flight, people: Sequence[Aboard], part: int, parts: int, dialect: Dialect) -> list[str]:
    say, reference = dialect.segment, f"PAX{part + 1}"
    share = people[part::parts]
    lines = [
        say(
            "UNH",
            reference,
            ("PAXLST", "D", "02B", "UN", "IATA"),
            f"{flight.number}/{flight.departs:%y%m%d}",
            (f"{part + 1:02}", "F" if part + 1 == parts else "C"),
        ),
        say("BGM", "745"),
        say("NAD", "MS", "", "", "OPERATIONS DESK"),
        say("COM", ("555 0100", "TE"), ("555 0101", "FX")),
        say("TDT", "20", flight.number, "", "", flight.carrier),
        say("LOC", "125", flight.origin),
        say("DTM", ("189", f"{flight.departs:%y%m%d%H%M}", "201")),
        say("LOC", "87", flight.destination),
        say("DTM", ("232", f"{flight.arrives:%y%m%d%H%M}", "201")),
        *(line for person in share for line in _aboard(person, dialect)),
        *_counts(people, dialect),
    ]
    return [*lines, say("UNT", str(len(lines) + 1), reference)]


def _counts(people: Sequence[Aboard], dialect: Dialect) -> Iterator[str]:
    """Of all parts together."""
    crew = sum(person.seat_of in _CREW for person in people)
    yield dialect.segment("CNT", ("42", str(len(people) - crew)))
    if crew:
        yield dialect.segment("CNT", ("41", str(crew)))


def _aboard(person: Aboard, dialect: Dialect) -> Iterator[str]:
    say = dialect.segment
    yield say("NAD", person.seat_of, "", "", (person.surname, person.given_names))
    if person.sex:
        yield say("ATT", "2", "", person.sex)
    if person.born:
        yield say("DTM", ("329", f"{person.born:%y%m%d}"))
    for function, airport in (("178", person.embarked), ("179", person.leaves)):
        if airport:
            yield say("LOC", function, airport)
    if person.nationality:
        yield say("NAT", "2", person.nationality)
    if person.booking:
        yield say("RFF", ("AVF", person.booking))
    for paper in person.papers:
        yield say("DOC", (paper.kind, "110", "111"), paper.number)
        if paper.expires:
            yield say("DTM", ("36", f"{paper.expires:%y%m%d}"))
        if paper.issued_by:
            yield say("LOC", "91", paper.issued_by)
