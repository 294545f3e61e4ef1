"""The plan on the referral screen: where the traveller stands, where the booth is, and the way between.

Units are those of the drawing, 968 wide and 400 high. Gates stand below, booths above, as one walks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PLACE: Final = 104
PITCH: Final = 116
WIDTH: Final = 968
CAPTION: Final = 400
"""The widest caption, two languages side by side."""
SHOWN: Final = 4
"""Places shown in a row: the one meant and its neighbours."""


@dataclass(frozen=True, slots=True)
class Place:
    """A gate or a booth on the plan; `x` is its left edge."""

    name: str
    x: int
    meant: bool

    @property
    def middle(self) -> int:
        return self.x + PLACE // 2


@dataclass(frozen=True, slots=True)
class Plan:
    booths: tuple[Place, ...]
    stations: tuple[Place, ...]
    metres: int
    right: bool

    @property
    def start(self) -> int:
        return next(place.middle for place in self.stations if place.meant)

    @property
    def end(self) -> int:
        return next(place.middle for place in self.booths if place.meant)

    @property
    def here(self) -> int:
        """Middle of the caption under the station, kept inside the drawing."""
        return _inside(self.start)

    @property
    def between(self) -> int:
        """Middle of the caption along the way."""
        return _inside((self.start + self.end) // 2)

    @property
    def route(self) -> str:
        """The dotted line as SVG path data."""
        return f"M{self.start} 256V190H{self.end}V178"


@dataclass(frozen=True, slots=True)
class Floor:
    """The part of the hall a station knows: names in the order one sees them from the left."""

    stations: tuple[str, ...]
    booths: tuple[str, ...]
    metres: int
    right: bool = True

    def plan(self, station: str, booth: str | None) -> Plan | None:
        """None where the station or the booth is not on this floor: then the number alone must do."""
        if booth not in self.booths or station not in self.stations:
            return None
        left = 10
        far = WIDTH - 16 - PITCH * (min(SHOWN, len(self.booths)) - 1) - PLACE
        near = WIDTH - 16 - PITCH * (min(SHOWN, len(self.stations)) - 1) - PLACE
        return Plan(
            booths=_row(self.booths, booth, far if self.right else left),
            stations=_row(self.stations, station, left if self.right else near),
            metres=self.metres,
            right=self.right,
        )


def _inside(middle: int) -> int:
    return min(max(middle, CAPTION // 2), WIDTH - CAPTION // 2)


def _row(names: Sequence[str], meant: str, left: int) -> tuple[Place, ...]:
    first = max(0, min(names.index(meant) - SHOWN // 2, len(names) - SHOWN))
    window = names[first : first + SHOWN]
    return tuple(Place(name, left + PITCH * index, name == meant) for index, name in enumerate(window))
