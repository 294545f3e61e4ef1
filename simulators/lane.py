"""The mechanics of a two-door lane: doors take time, bodies interrupt light, nobody walks through a closed door.

One axis along the lane, in metres, from the entry door at 0 to the exit door at 2.6:

    entry door 0   barrier 0.25   middle barriers 1.15, 1.45   barrier 2.35   exit door 2.6
                   [floor mat 0.30 .. 2.30, its front part to 1.00]

There is no interlock here on purpose: simulated hardware must not hide a fault of the gate. Fail safe is here: the
emergency button opens both doors by itself, and so does a loss of power.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

LENGTH: Final = 2.6
DESK: Final = 1.30
BEFORE: Final = -0.9
BEYOND: Final = LENGTH + 0.9
DEPTH: Final = 0.35
"""A body with a bag, front to back."""
WALK: Final = 1.1
"""Metres a second; people at gates walk slower than the 1.4 of a street."""
TRAVEL_SECONDS: Final = 0.6
"""A door leaf from closed to open."""
PASSABLE: Final = 0.8
"""How far a door must be open before a person walks through."""
HOLD_SECONDS: Final = 1.0
"""How long a door stays open after it met an obstacle."""
GAP: Final = 0.55
"""Between two people who walk close behind each other, centre to centre."""


class Contact(IntEnum):
    """Inputs as the controller is wired."""

    ENTRY_BARRIER = 0
    MIDDLE_FIRST = 1
    MIDDLE_SECOND = 2
    EXIT_BARRIER = 3
    FLOOR_MAT = 4
    ENTRY_CLOSED = 5
    EXIT_CLOSED = 6
    EMERGENCY_BUTTON = 7
    FRONT_MAT = 8


BARRIERS: Final = {
    Contact.ENTRY_BARRIER: 0.25,
    Contact.MIDDLE_FIRST: 1.15,
    Contact.MIDDLE_SECOND: 1.45,
    Contact.EXIT_BARRIER: 2.35,
}
MAT: Final = (0.30, 2.30)
FRONT_MAT: Final = (0.30, 1.00)


@dataclass(slots=True)
class DoorOpening:
    """One time a door left its closed contact, until it was back; seconds of the injected clock."""

    door: str
    opened_at: float
    closed_at: float | None = None
    emergency: bool = False


@dataclass(slots=True)
class DoorLeaf:
    """`openness` runs from 0 (closed) to 1; `wanted` is what the controller drives it to."""

    name: str
    at: float
    openness: float = 0.0
    wanted: bool = False
    hold: float = 0.0

    @property
    def closed(self) -> bool:
        return self.openness <= 0.0

    def step(self, seconds: float, obstructed: bool) -> None:
        """Move; a closing leaf that meets somebody goes back to open and waits before it tries again."""
        self.hold = max(0.0, self.hold - seconds)
        if obstructed and not self.wanted and self.openness > 0.0:
            self.hold = HOLD_SECONDS
        direction = 1.0 if self.wanted or self.hold > 0 else -1.0
        self.openness = min(1.0, max(0.0, self.openness + direction * seconds / TRAVEL_SECONDS))


@dataclass(slots=True)
class Person:
    """`x` is the middle of the body."""

    x: float
    goal: float

    def covers(self, point: float) -> bool:
        return abs(self.x - point) <= DEPTH / 2

    def over(self, start: float, end: float) -> bool:
        return self.x + DEPTH / 2 > start and self.x - DEPTH / 2 < end


@dataclass(frozen=True, slots=True)
class LaneSnapshot:
    """`inside` counts people between the doors; doors as openness from 0 to 1."""

    entry: float
    exit: float
    inside: int
    persons: tuple[float, ...]
    contacts: frozenset[Contact]
    emergency: bool


@dataclass(slots=True)
class Lane:
    """Step it with seconds; `clock` only stamps the history."""

    clock: Callable[[], float]
    entry: DoorLeaf = field(default_factory=lambda: DoorLeaf("entry", 0.0))
    exit: DoorLeaf = field(default_factory=lambda: DoorLeaf("exit", LENGTH))
    persons: list[Person] = field(default_factory=list)
    history: list[DoorOpening] = field(default_factory=list)
    button: bool = False
    released: bool = False
    """Both leaves let go: by the controller's emergency output, or without power."""
    want_entry: bool = False
    want_exit: bool = False

    @property
    def emergency(self) -> bool:
        return self.button or self.released

    def step(self, seconds: float) -> None:
        for leaf, wanted in ((self.entry, self.want_entry), (self.exit, self.want_exit)):
            was_closed = leaf.closed
            leaf.wanted = wanted or self.emergency
            leaf.step(seconds, any(person.covers(leaf.at) for person in self.persons))
            self._record(leaf, was_closed)
        for person in sorted(self.persons, key=lambda person: person.x, reverse=True):
            self._walk(person, WALK * seconds)
        self.persons = [person for person in self.persons if BEFORE < person.x < BEYOND or person.x != person.goal]

    def arrive(self, persons: int) -> None:
        """People appear before the entry and walk in, one close behind the other; the first stops at the desk."""
        for place in range(persons):
            self.persons.append(Person(x=-0.5 - GAP * place, goal=DESK - GAP * place))

    def send(self, goal: float, persons: int | None = None) -> None:
        """Tell those inside to go; of several only the first `persons`, nearest to the goal first."""
        nearest = sorted(self.persons, key=lambda person: abs(person.x - goal))
        for person in nearest[:persons]:
            person.goal = goal

    def intrude(self) -> None:
        """Somebody comes in through the exit, against the flow."""
        self.persons.append(Person(x=LENGTH + 0.5, goal=DESK + GAP))

    def contacts(self) -> frozenset[Contact]:
        on = {contact for contact, x in BARRIERS.items() if any(person.covers(x) for person in self.persons)}
        facts = {
            Contact.FLOOR_MAT: any(person.over(*MAT) for person in self.persons),
            Contact.FRONT_MAT: any(person.over(*FRONT_MAT) for person in self.persons),
            Contact.ENTRY_CLOSED: self.entry.closed,
            Contact.EXIT_CLOSED: self.exit.closed,
            Contact.EMERGENCY_BUTTON: self.button,
        }
        return frozenset(on | {contact for contact, true in facts.items() if true})

    def snapshot(self) -> LaneSnapshot:
        return LaneSnapshot(
            entry=self.entry.openness,
            exit=self.exit.openness,
            inside=sum(person.over(0.0, LENGTH) for person in self.persons),
            persons=tuple(sorted(person.x for person in self.persons)),
            contacts=self.contacts(),
            emergency=self.emergency,
        )

    def _walk(self, person: Person, step: float) -> None:
        toward = max(-step, min(step, person.goal - person.x))
        ahead = person.x + toward
        if not self._door_in_the_way(person, ahead) and not self._somebody_in_the_way(person, ahead):
            person.x = ahead

    def _door_in_the_way(self, person: Person, ahead: float) -> bool:
        return any(
            leaf.openness < PASSABLE and not person.covers(leaf.at) and abs(ahead - leaf.at) <= DEPTH / 2
            for leaf in (self.entry, self.exit)
        )

    def _somebody_in_the_way(self, person: Person, ahead: float) -> bool:
        """Nobody walks into the one before them; those who are already close may part."""
        for other in self.persons:
            gap, new_gap = abs(other.x - person.x), abs(other.x - ahead)
            if other is not person and new_gap < DEPTH and new_gap < gap:
                return True
        return False

    def _record(self, leaf: DoorLeaf, was_closed: bool) -> None:
        if was_closed and not leaf.closed:
            self.history.append(DoorOpening(leaf.name, self.clock(), emergency=self.emergency))
        elif not was_closed and leaf.closed:
            last = next(opening for opening in reversed(self.history) if opening.door == leaf.name)
            last.closed_at = self.clock()
