"""Who is in the lane: the simulated lane walks, the gate's own eyes count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import passage
from gate.door import Input, LaneState
from gate.journey import Event
from gate.passage import Passage
from simulators.lane import BEFORE, BEYOND, GAP, Lane

STEP = 0.02


class Watched:
    """A lane that steps in simulated time, and the gate's view of it."""

    def __init__(self, **wanted: bool) -> None:
        self.lane = Lane(lambda: 0.0, want_entry=wanted.get("entry", True), want_exit=wanted.get("exit", False))
        self.seen = passage.unwatched()
        self.now = 0.0
        self.heard: set[Event] = set()
        self.run(1.0)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP)):
            self.lane.step(STEP)
            self.now += STEP
            contacts = frozenset(Input(contact.value) for contact in self.lane.contacts())
            state = LaneState(self.now, contacts, settled=True)
            self.seen = passage.observe(self.seen, state, self.now)
            self.heard.update(passage.facts(self.seen, state))

    def come_in(self, persons: int = 1) -> None:
        self.lane.arrive(persons)
        self.run(4.0)


def test_one_person_at_the_desk_is_alone() -> None:
    watched = Watched()
    watched.come_in()
    assert watched.seen.at_desk
    assert watched.seen.alone
    assert Event.SECOND_PERSON not in watched.heard


def test_two_close_behind_each_other_are_two() -> None:
    watched = Watched()
    watched.come_in(2)
    assert watched.seen.persons == 2
    assert Event.SECOND_PERSON in watched.heard


def test_a_second_person_is_seen_standing_even_where_nobody_saw_them_come() -> None:
    watched = Watched()
    watched.come_in(2)
    inputs = frozenset(Input(contact.value) for contact in watched.lane.contacts())
    missed = passage.observe(Passage(persons=1), LaneState(9.0, inputs, settled=True), 9.0)
    assert missed.persons == 2


def test_a_second_person_who_slips_in_later_is_seen() -> None:
    watched = Watched()
    watched.come_in()
    watched.lane.arrive(1)
    watched.lane.persons[-1].goal = 0.75
    watched.run(3.0)
    assert watched.seen.persons > 1


def test_one_who_turns_back_in_the_doorway_leaves_an_empty_lane() -> None:
    watched = Watched()
    watched.lane.arrive(1)
    watched.run(0.9)
    watched.lane.send(BEFORE)
    watched.run(3.0)
    assert watched.seen.empty
    assert Event.SECOND_PERSON not in watched.heard


def test_one_who_walks_out_by_the_exit_leaves_an_empty_lane() -> None:
    watched = Watched()
    watched.come_in()
    watched.lane.want_entry, watched.lane.want_exit = False, True
    watched.lane.send(BEYOND)
    watched.run(4.0)
    assert watched.seen.empty
    assert Event.SECOND_PERSON not in watched.heard


def test_one_who_stays_when_the_other_leaves_is_noticed() -> None:
    watched = Watched()
    watched.come_in(2)
    watched.lane.want_entry, watched.lane.want_exit = False, True
    watched.seen = Passage(inputs=watched.seen.inputs, persons=1)
    watched.lane.send(BEYOND, 1)
    watched.run(4.0)
    assert watched.seen.persons == 2


def test_one_who_comes_in_through_the_exit_is_a_second_person() -> None:
    watched = Watched()
    watched.come_in()
    watched.lane.want_entry, watched.lane.want_exit = False, True
    watched.run(1.0)
    watched.lane.intrude()
    watched.run(3.0)
    assert watched.seen.persons == 2


def test_somebody_found_inside_was_not_watched_coming_in() -> None:
    inside = LaneState(1.0, frozenset({Input.FLOOR_MAT, Input.MIDDLE_FIRST}), settled=True)
    seen = passage.observe(passage.unwatched(), inside, 1.0)
    assert not seen.alone
    assert Event.PERSON_INSIDE in set(passage.facts(seen, inside))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 3), st.floats(0.45, 1.4))
def test_however_close_they_walk_more_than_one_is_never_alone(persons: int, gap: float) -> None:
    watched = Watched()
    for place in range(persons):
        watched.lane.arrive(1)
        watched.lane.persons[-1].x = -0.5 - gap * place
        watched.lane.persons[-1].goal = 1.30 - max(gap, GAP) * place
    watched.run(8.0)
    past_the_doorway = sum(x > 0.3 for x in watched.lane.snapshot().persons)
    assert past_the_doorway < 2 or not watched.seen.alone


@pytest.mark.parametrize("pause", [0.0, 0.1])
def test_a_lifted_foot_does_not_empty_the_lane(pause: float) -> None:
    stood = Passage(inputs=frozenset({Input.FLOOR_MAT}), persons=1)
    lifted = passage.tick(passage.observe(stood, LaneState(1.0, settled=True), 1.0), 1.0 + pause)
    assert not lifted.empty
    assert lifted.persons == 1
