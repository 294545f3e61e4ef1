"""How alike two names are: side by side, given names and surname exchanged, parts missing, joined or added."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from examiner_console.watchlist.names import Name
from examiner_console.watchlist.parts import Alike, Form, How, alike, every_form, forms, joined, pair_joined

_JOINED: Final = 0.97
_EXCHANGED: Final = 0.93
_UNDIVIDED: Final = 0.9
"""One of the two has all names in one identifier."""
_PART_MORE: Final = 0.06
_MOST_MORE: Final = 0.18


class Way(StrEnum):
    """How the names had to be laid side by side."""

    EXCHANGED = "in the other's place"
    JOINED = "parts written as one"
    UNDIVIDED = "all names in one field"


class Absent(StrEnum):
    """Why a side was not compared."""

    UNKNOWN = "unknown to one of the two"
    NEITHER = "neither has any; the surname is the whole name"
    ONE = "one of the two has none"


class Pair(NamedTuple):
    """Two parts that were taken for one another, in A to Z."""

    one: str
    other: str
    how: How

    def __str__(self) -> str:
        return self.one if self.how is How.SAME else f"{self.one} and {self.other}: {self.how.value}"


class Told(NamedTuple):
    """What a likeness rests on; `extra` are the parts that only one of the two has."""

    pairs: tuple[Pair, ...] = ()
    extra: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    absent: Absent | None = None

    def also(self, way: Way) -> Told:
        return self._replace(ways=(*self.ways, way))

    def __str__(self) -> str:
        """One line in English."""
        if self.absent:
            return self.absent.value
        extra = [f"only one of the two has {' '.join(self.extra)}"] if self.extra else []
        return ", ".join(["; ".join([*map(str, self.pairs), *extra]), *self.ways])


class Side(NamedTuple):
    likeness: float
    told: Told


class Likeness(NamedTuple):
    """`surname` and `given` between 0 and 1; their mean is the name's."""

    surname: Side
    given: Side

    @property
    def whole(self) -> float:
        return (self.surname.likeness + self.given.likeness) / 2


class Sides(NamedTuple):
    """A name made ready: `given` is None where unknown."""

    surname: tuple[Form, ...]
    given: tuple[Form, ...] | None
    cut: bool

    @property
    def whole(self) -> tuple[Form, ...]:
        return self.surname + (self.given or ())


def sides(name: Name) -> Sides:
    given = None if name.given is None else forms(name.given, name.cut)
    return Sides(forms(name.surname, name.cut and not name.given), given, name.cut)


def likeness(one: Sides, other: Sides) -> Likeness:
    """Symmetric; 1 for the same name. Given names that one of the two has not count nothing."""
    cut = one.cut or other.cut
    ways = [_straight(one, other, cut)]
    if one.given and other.given:
        ways.append(_exchanged(one, other, cut))
    elif one.given is not None and other.given is not None and min(len(one.whole), len(other.whole)) > 1:
        ways.append(_undivided(one, other, cut))
    return max(ways, key=lambda way: way.whole)


def _straight(one: Sides, other: Sides, cut: bool) -> Likeness:
    surname = compare(one.surname, other.surname, cut)
    if one.given and other.given:
        return Likeness(surname, compare(one.given, other.given, cut))
    if one.given is None or other.given is None:
        return Likeness(surname, Side(0.0, Told(absent=Absent.UNKNOWN)))
    if not one.given and not other.given:
        return Likeness(surname, Side(surname.likeness, Told(absent=Absent.NEITHER)))
    return Likeness(surname, Side(0.0, Told(absent=Absent.ONE)))


def _exchanged(one: Sides, other: Sides, cut: bool) -> Likeness:
    assert one.given
    assert other.given
    pair = (compare(one.surname, other.given, cut), compare(one.given, other.surname, cut))
    first, second = (Side(side.likeness * _EXCHANGED, side.told.also(Way.EXCHANGED)) for side in pair)
    return Likeness(first, second)


def _undivided(one: Sides, other: Sides, cut: bool) -> Likeness:
    found = compare(one.whole, other.whole, cut)
    side = Side(found.likeness * _UNDIVIDED, found.told.also(Way.UNDIVIDED))
    return Likeness(side, side)


def compare(one: tuple[Form, ...], other: tuple[Form, ...], cut: bool) -> Side:
    """Each part of the shorter side finds its own of the longer one, in any order; symmetric.

    Parts that only one side has lower it, unless the document cut the name: what is missing is then unknown.
    """
    shorter, longer = sorted((one, other), key=lambda side: (len(side), side))
    best = _assigned(shorter, longer, cut)
    if len(longer) > 1:
        ways = [_whole(shorter, longer)]
        if len(longer) > len(shorter):
            ways += [_lowered(_assigned(shorter, way, cut)) for way in pair_joined(longer)]
        best = max([best, *ways], key=lambda side: side.likeness)
    return best


def _whole(shorter: tuple[Form, ...], longer: tuple[Form, ...]) -> Side:
    one, other = joined(shorter), joined(longer)
    found = alike(one, other)
    return Side(found.likeness * _JOINED, Told((Pair(one.text, other.text, found.how),), ways=(Way.JOINED,)))


def _lowered(side: Side) -> Side:
    return Side(side.likeness * _JOINED, side.told.also(Way.JOINED))


def _assigned(shorter: tuple[Form, ...], longer: tuple[Form, ...], cut: bool) -> Side:
    table = [[alike(one, other) for other in longer] for one in shorter]
    total, chosen = _best(table)
    more = len(longer) - len(shorter)
    lost = 0.0 if cut else min(_MOST_MORE, _PART_MORE * more)
    pairs = tuple(
        Pair(one.text, longer[at].text, table[n][at].how)
        for n, (one, at) in enumerate(zip(shorter, chosen, strict=True))
    )
    extra = tuple(form.text for at, form in enumerate(longer) if at not in chosen)
    return Side(max(0.0, total / len(shorter) - lost), Told(pairs, extra))


def _best(table: list[list[Alike]]) -> tuple[float, tuple[int, ...]]:
    """The assignment of rows to columns of their own with the greatest sum; there are no more rows than columns."""
    found: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for row in table:
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for taken, (total, chosen) in found.items():
            for at, cell in enumerate(row):
                if taken & 1 << at:
                    continue
                way = (total + cell.likeness, (*chosen, at))
                mask = taken | 1 << at
                if mask not in following or way[0] > following[mask][0]:
                    following[mask] = way
        found = following
    return max(found.values(), key=lambda way: way[0])


def side_forms(name: Sides) -> tuple[frozenset[Form], frozenset[Form]]:
    """Every form of the surname, and of the given names."""
    return every_form(name.surname), every_form(name.given or ()) if name.given else frozenset()
