"""Is this traveller the person of that entry? A score from 0 to 100 that says what it rests on.

What is unknown to either side counts nothing, for or against. The points are our judgement of what tells people apart;
docs/watchlist.md has the rates of error they give on a synthetic corpus, and what that cannot show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from examiner_console.watchlist.dates import UNKNOWN_BIRTH, Agreement, BirthDate, agreement
from examiner_console.watchlist.likeness import Likeness, Sides, Told, likeness, sides
from examiner_console.watchlist.names import Name

THRESHOLD: Final = 70.0
MOST: Final = 100.0
NAME_POINTS: Final = 60.0
BIRTH_POINTS: Final = {
    Agreement.EXACT: 25.0, Agreement.SWAPPED: 18.0, Agreement.DIGIT: 16.0, Agreement.PARTIAL: 15.0,
    Agreement.YEAR: 14.0, Agreement.NEAR: 8.0, Agreement.UNKNOWN: 0.0, Agreement.DIFFERENT: -25.0,
}  # fmt: skip
SEX_POINTS: Final = (3.0, -6.0)
"""For the same and for another; a record has it wrong more often than a birth date."""
NATIONALITY_POINTS: Final = (4.0, -2.0)
"""People have several, and change them."""
DOCUMENT_POINTS: Final = 40.0
"""For the same number; another number says nothing, since everybody renews a passport."""
BESIDE_NAME: Final = BIRTH_POINTS[Agreement.EXACT] + SEX_POINTS[0] + NATIONALITY_POINTS[0]
"""The most that a traveller can have without the name and without the document's number."""
UNSPECIFIED: Final = frozenset({"", "<", "X"})
_BIRTH_WORDS: Final = {
    Agreement.EXACT: "the same", Agreement.SWAPPED: "day and month exchanged", Agreement.DIGIT: "one digit differs",
    Agreement.PARTIAL: "the same as far as known", Agreement.YEAR: "the year differs by one",
    Agreement.NEAR: "the year differs by one, a part is unknown",
    Agreement.UNKNOWN: "unknown", Agreement.DIFFERENT: "another",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """As a document or an entry describes one. None, and a sex of X or `<`, is unknown."""

    names: tuple[Name, ...]
    birth: BirthDate = UNKNOWN_BIRTH
    sex: str | None = None
    nationality: str | None = None
    document_number: str | None = None

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("a person needs a name")


@dataclass(frozen=True, slots=True)
class Listed:
    """`reference` leads to the entry; further names of the person are further `names`."""

    reference: str
    person: Person


class Evidence(NamedTuple):
    """Of names, `found` keeps the parts that were compared."""

    subject: str
    points: float
    found: str | Told


class Match(NamedTuple):
    reference: str
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def words(self) -> str:
        """One line for an officer."""
        return "; ".join(f"{one.subject} {one.found} ({one.points:+.0f})" for one in self.evidence)


def score(traveller: Person, listed: Person) -> tuple[float, tuple[Evidence, ...]]:
    """0 to 100, symmetric, with the evidence: names first. The best pair of their names counts."""
    pairs = [likeness(sides(one), sides(other)) for one in traveller.names for other in listed.names]
    return summed(max(pairs, key=lambda pair: pair.whole), beside(traveller, listed))


def summed(names: Likeness, other: tuple[Evidence, ...]) -> tuple[float, tuple[Evidence, ...]]:
    half = NAME_POINTS / 2
    named = tuple(
        Evidence(subject, half * side.likeness, side.told)
        for subject, side in (("surname", names.surname), ("given names", names.given))
    )
    evidence = named + other
    return max(0.0, min(MOST, sum(one.points for one in evidence))), evidence


def beside(traveller: Person, listed: Person) -> tuple[Evidence, ...]:
    """All evidence but the names'."""
    dates = agreement(traveller.birth, listed.birth)
    return (
        Evidence("birth date", BIRTH_POINTS[dates], _BIRTH_WORDS[dates]),
        _same("sex", _known(traveller.sex), _known(listed.sex), SEX_POINTS),
        _same("nationality", traveller.nationality, listed.nationality, NATIONALITY_POINTS),
        _same("document number", traveller.document_number, listed.document_number, (DOCUMENT_POINTS, 0.0)),
    )


def _known(sex: str | None) -> str | None:
    return None if sex in UNSPECIFIED else sex


def _same(subject: str, one: str | None, other: str | None, points: tuple[float, float]) -> Evidence:
    if not one or not other:
        return Evidence(subject, 0.0, "unknown")
    return Evidence(subject, points[0], "the same") if one == other else Evidence(subject, points[1], "another")


def ready(person: Person) -> tuple[Sides, ...]:
    return tuple(sides(name) for name in person.names)


def best_first(matches: list[Match]) -> tuple[Match, ...]:
    """By score, then by reference, so that the order of entries says nothing."""
    return tuple(sorted(matches, key=lambda match: (-match.score, match.reference)))


def search_all(traveller: Person, entries: list[Listed], threshold: float = THRESHOLD) -> tuple[Match, ...]:
    """Every entry at or over the threshold, by comparing with each: what an index must agree with."""
    found = [Match(entry.reference, *score(traveller, entry.person)) for entry in entries]
    return best_first([match for match in found if match.score >= threshold])
