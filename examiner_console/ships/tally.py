"""Who is ashore and who is back, by scans at the gangway, in whatever order they arrive.

Where somebody is follows from the scan with the latest instant, so that a hand-held that delivers late changes nothing
that came after. Of two scans at one instant the one ashore holds: rather missing than taken for back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Way(StrEnum):
    ASHORE = "ashore"
    BACK = "back"


class Counted(StrEnum):
    """What became of a scan."""

    COUNTED = "counted"
    TWICE = "twice"
    """The person stood there already: nothing is counted again."""
    LATER = "later"
    """A scan of a later instant is known: this one came late and changes nothing."""
    UNSEEN = "unseen"
    """Back without having been seen leaving: counted, and told."""
    NO_PERMISSION = "no_permission"
    UNKNOWN = "unknown"
    """On no list of this call."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person was last seen. None: never at the gangway, so on board as far as anybody knows."""

    way: Way | None = None
    at: datetime | None = None


NOWHERE: Final = Place()


@dataclass(frozen=True, slots=True)
class Tally:
    never_left: int = 0
    ashore: int = 0
    back: int = 0

    @property
    def permitted(self) -> int:
        return self.never_left + self.ashore + self.back

    def missing(self, now: datetime, departs_at: datetime) -> int:
        """Who is ashore when the ship sails."""
        return self.ashore if now >= departs_at else 0


def seen(place: Place, way: Way, at: datetime) -> tuple[Place, Counted]:
    """The place after a scan, and what became of the scan."""
    if place.at is not None and (at, way is Way.ASHORE) < (place.at, place.way is Way.ASHORE):
        return place, Counted.LATER
    if place.way is way:
        return Place(way, at), Counted.TWICE
    counted = Counted.UNSEEN if place.way is None and way is Way.BACK else Counted.COUNTED
    return Place(way, at), counted


def tally(places: Iterable[Place]) -> Tally:
    """Of those who have permission."""
    ways = [place.way for place in places]
    return Tally(ways.count(None), ways.count(Way.ASHORE), ways.count(Way.BACK))


def placed(scans: Iterable[tuple[Hashable, Way, datetime]]) -> Mapping[Hashable, Place]:
    """All scans at once, by person: what scan by scan must come to."""
    found: dict[Hashable, Place] = {}
    for person, way, at in scans:
        found[person] = seen(found.get(person, NOWHERE), way, at)[0]
    return found
