"""Who is in the lane, told from light barriers and the floor mat. Pure: inputs and times go in, facts come out.

What the barriers can and cannot tell:

- somebody entered: the entry barrier was interrupted, and when it is free again the mat is trodden on;
- a second person: that happened again, or two sensors further apart than a body tell of somebody together, or
  somebody went out by the exit and the mat is still trodden on;
- where it cannot be told whether the same person moved to and fro or another came, it counts as another: the gate then
  asks everybody to step back, which costs a minute; the other mistake would let somebody through unseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from .door import Input, LaneState
from .journey import Event

APART: Final = (
    (Input.ENTRY_BARRIER, Input.MIDDLE_FIRST),
    (Input.ENTRY_BARRIER, Input.MIDDLE_SECOND),
    (Input.ENTRY_BARRIER, Input.EXIT_BARRIER),
    (Input.MIDDLE_FIRST, Input.EXIT_BARRIER),
    (Input.MIDDLE_SECOND, Input.EXIT_BARRIER),
    (Input.FRONT_MAT, Input.MIDDLE_SECOND),
    (Input.FRONT_MAT, Input.EXIT_BARRIER),
)
"""Pairs at least 0.45 m apart: no one body is at both. They tell of a second person who stands still, too."""
BODY: Final = frozenset(
    {
        *(Input.ENTRY_BARRIER, Input.MIDDLE_FIRST, Input.MIDDLE_SECOND, Input.EXIT_BARRIER),
        *(Input.FLOOR_MAT, Input.FRONT_MAT),
    }
)
DESK: Final = frozenset({Input.MIDDLE_FIRST, Input.MIDDLE_SECOND})
EMPTY_SECONDS: Final = 0.2
"""How long every sensor is free before the lane counts as empty: a foot lifts off the mat for less."""


@dataclass(frozen=True, slots=True)
class Passage:
    """`persons`: how many may be inside, never fewer than are, counted since the lane was last empty."""

    inputs: frozenset[Input] = frozenset()
    persons: int = 0
    seen_whole: bool = True
    """False where somebody was inside before watching began, or watching was interrupted."""
    free_since: float | None = None
    at: float = 0.0

    @property
    def occupied(self) -> bool:
        return bool(self.inputs & BODY)

    @property
    def empty(self) -> bool:
        return self.free_since is not None and self.at - self.free_since >= EMPTY_SECONDS

    @property
    def alone(self) -> bool:
        """Exactly one person came in, watched from the empty lane on."""
        return self.seen_whole and self.persons == 1

    @property
    def at_desk(self) -> bool:
        return self.persons <= 1 and bool(self.inputs & DESK) and Input.ENTRY_BARRIER not in self.inputs


def unwatched() -> Passage:
    """Before the first report, and after the door controller was lost."""
    return Passage(seen_whole=False)


def observe(before: Passage, lane: LaneState, now: float) -> Passage:
    """Take in what the lane reports at `now` (monotonic seconds)."""
    inputs = lane.inputs & BODY
    if not inputs:
        free_since = before.free_since if before.free_since is not None else now
        after = replace(before, inputs=inputs, free_since=free_since, at=now)
        return replace(after, persons=0, seen_whole=True) if after.empty else after
    persons = max(before.persons, 2 if _two_bodies(inputs) else 0)
    if _came_in(before.inputs, inputs):
        persons = max(persons, before.persons + 1)
    if _left_somebody_behind(before.inputs, inputs):
        persons = max(persons, 2)
    return replace(before, inputs=inputs, persons=persons, free_since=None, at=now)


def tick(before: Passage, now: float) -> Passage:
    """Let time pass without a report."""
    after = replace(before, at=now)
    return replace(after, persons=0, seen_whole=True) if after.empty else after


def facts(passage: Passage, lane: LaneState) -> Iterator[Event]:
    """What is true of the lane now, the gravest first."""
    if lane.emergency:
        yield Event.EMERGENCY
    if passage.persons > 1:
        yield Event.SECOND_PERSON
    if passage.occupied:
        yield Event.PERSON_INSIDE
    if passage.at_desk:
        yield Event.PERSON_AT_DESK
    if passage.empty:
        yield Event.LANE_EMPTY
    if passage.empty and lane.exit_closed:
        yield Event.LANE_CLEAR
    if lane.entry_closed:
        yield Event.ENTRY_CLOSED
    if lane.exit_closed:
        yield Event.EXIT_CLOSED


def _two_bodies(inputs: frozenset[Input]) -> bool:
    return any(first in inputs and second in inputs for first, second in APART)


def _came_in(before: frozenset[Input], now: frozenset[Input]) -> bool:
    return Input.ENTRY_BARRIER in before and Input.ENTRY_BARRIER not in now and Input.FLOOR_MAT in now


def _left_somebody_behind(before: frozenset[Input], now: frozenset[Input]) -> bool:
    return Input.EXIT_BARRIER in before and Input.EXIT_BARRIER not in now and Input.FLOOR_MAT in now
