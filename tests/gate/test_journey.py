"""The journey table: total, and safe over every walk the world allows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate import diagram, exploration
from gate.exploration import Broken, explore
from gate.journey import SECONDS, TABLE, Effect, Event, State, advance, handles

EVERYWHERE = (Event.TIMEOUT, Event.DEVICE_LOST, Event.ATTENDANT, Event.EMERGENCY)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", EVERYWHERE)
def test_every_state_says_by_name_what_these_events_mean(state: State, event: Event) -> None:
    assert handles(state, event)


def test_the_table_is_total() -> None:
    assert set(TABLE) == {(state, event) for state in State for event in Event}


@pytest.mark.parametrize("state", State)
def test_emergency_opens_both_doors_from_every_state(state: State) -> None:
    following, effects = advance(state, Event.EMERGENCY)
    assert following is State.EMERGENCY
    assert state is State.EMERGENCY or effects[0] is Effect.OPEN_BOTH


def test_the_exit_opens_by_a_grant_while_deciding_and_by_nothing_else() -> None:
    ways = {key for key, (_, effects) in TABLE.items() if Effect.OPEN_EXIT in effects}
    assert ways == {(State.DECIDING, Event.GRANTED)}


def test_only_an_officer_ends_an_emergency() -> None:
    ways = {event for event in Event if advance(State.EMERGENCY, event)[0] is not State.EMERGENCY}
    assert ways == {Event.RESET}


def test_a_grant_that_comes_late_moves_nothing() -> None:
    for state in set(State) - {State.DECIDING}:
        assert advance(state, Event.GRANTED) == (state, ())


def test_every_state_somebody_may_stand_in_has_a_time_out_that_does_something() -> None:
    for state in SECONDS:
        assert advance(state, Event.TIMEOUT) != (state, ()), state


def test_the_lane_is_forgotten_before_the_next_traveller() -> None:
    for (state, _), (following, effects) in TABLE.items():
        if following is State.READY and state is not State.READY:
            assert Effect.FORGET in effects


def test_the_diagram_in_the_docs_is_the_table() -> None:
    page = Path(__file__).parents[2] / "docs" / "journey.md"
    assert page.read_text("utf-8") == diagram.page(), "run: python -m gate.diagram > docs/journey.md"


@dataclass
class World:
    """Doors as the lane may have them at worst, and the grant that stands."""

    state: State = State.SELF_TEST
    entry_wanted: bool = False
    exit_wanted: bool = False
    entry_maybe_open: bool = True
    exit_maybe_open: bool = True
    granted: bool = False
    inspecting: bool = False

    def possible(self, event: Event) -> bool:
        """A closed contact is reported only of a door nobody wants open; an answer only of a question."""
        if event is Event.ENTRY_CLOSED:
            return not self.entry_wanted
        if event in (Event.EXIT_CLOSED, Event.LANE_CLEAR):
            return not self.exit_wanted
        return True

    def happens(self, event: Event) -> None:
        if event is Event.ENTRY_CLOSED:
            self.entry_maybe_open = False
        if event in (Event.EXIT_CLOSED, Event.LANE_CLEAR):
            self.exit_maybe_open = False
        before = self.state
        self.state, effects = advance(before, event)
        self.granted = (self.granted or (before is State.DECIDING and event is Event.GRANTED)) and self.state in (
            State.LEAVING,
            State.CLOSING_OUT,
        )
        for effect in effects:
            self.run(effect)

    def run(self, effect: Effect) -> None:
        if effect in (Effect.OPEN_ENTRY, Effect.OPEN_BOTH):
            self.entry_wanted = self.entry_maybe_open = True
        if effect in (Effect.OPEN_EXIT, Effect.OPEN_BOTH):
            self.exit_wanted = self.exit_maybe_open = True
        if effect is Effect.OPEN_EXIT:
            assert self.granted
            assert not self.entry_maybe_open, "the exit opens only behind a closed entry"
        if effect is Effect.OPEN_ENTRY:
            assert not self.exit_maybe_open, f"the entry opens only before a closed exit ({self.state})"
        if effect is Effect.CLOSE_ENTRY:
            self.entry_wanted = False
        if effect is Effect.CLOSE_EXIT:
            self.exit_wanted = False


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(Event), max_size=120))
def test_no_walk_opens_the_exit_without_a_grant_or_both_doors_without_an_emergency(events: list[Event]) -> None:
    world = World()
    for event in events:
        if world.possible(event):
            world.happens(event)
            assert world.state is not State.LEAVING or world.granted
            assert world.state is State.EMERGENCY or not (world.entry_wanted and world.exit_wanted)
            assert not world.granted or world.state in (State.LEAVING, State.CLOSING_OUT)


LIKELY = (
    Event.LANE_CLEAR,
    Event.PERSON_INSIDE,
    Event.PERSON_AT_DESK,
    Event.ENTRY_CLOSED,
    Event.INSPECTED,
    Event.GRANTED,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(LIKELY), st.sampled_from(LIKELY), st.sampled_from(Event)), max_size=150))
def test_walks_that_get_as_far_as_the_exit_are_safe_too(events: list[Event]) -> None:
    test_no_walk_opens_the_exit_without_a_grant_or_both_doors_without_an_emergency.hypothesis.inner_test(events)


@given(st.lists(st.sampled_from(Event), max_size=60))
def test_after_an_emergency_nothing_is_granted_until_the_reset(events: list[Event]) -> None:
    state = State.EMERGENCY
    for event in events:
        if event is not Event.RESET:
            state, effects = advance(state, event)
            assert state is State.EMERGENCY
            assert not {Effect.OPEN_EXIT, Effect.CLOSE_EXIT, Effect.CLOSE_ENTRY} & set(effects)


def test_every_state_can_be_left_for_ready_again() -> None:
    reaches = {State.READY}
    for _ in State:
        reaches |= {state for (state, _), (following, _) in TABLE.items() if following in reaches}
    assert reaches == set(State)


def test_no_walk_the_world_allows_is_unsafe() -> None:
    """The nearest worlds of `exploration`; `python -m benchmarks journey` reaches all of them."""
    found = explore(most_worlds=5_000)
    assert found.worlds >= 5_000
    assert found.depth >= 5


def unsafe(
    monkeypatch: pytest.MonkeyPatch,
    moves: dict[tuple[State, Event], tuple[State, tuple[Effect, ...]]],
    begin: exploration.World | None = None,
) -> Broken:
    """What the exploration says of a table with these moves in it, from its beginning or a world further on."""

    def changed(state: State, event: Event) -> tuple[State, tuple[Effect, ...]]:
        return moves.get((state, event)) or advance(state, event)

    monkeypatch.setattr(exploration, "advance", changed)
    with pytest.raises(Broken) as raised:
        explore(begin, most_worlds=60_000)
    return raised.value


def test_an_exit_that_opens_without_a_grant_is_found_and_told_as_a_story(monkeypatch: pytest.MonkeyPatch) -> None:
    found = unsafe(monkeypatch, {(State.DECIDING, Event.REFERRED): (State.LEAVING, (Effect.OPEN_EXIT,))})
    assert found.rule.startswith("1:")
    assert "the console refers" in found.story[-1]
    assert found.story[0].startswith("the gate starts")


def test_a_grant_that_outlives_an_emergency_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {(state, Event.EMERGENCY): (State.EMERGENCY, (Effect.OPEN_BOTH,)) for state in State}
    assert unsafe(monkeypatch, moves).rule.startswith("3:")


def test_a_gate_that_calls_nobody_for_who_is_shut_in_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert unsafe(monkeypatch, {(state, Event.SHUT_IN): (state, ()) for state in State}).rule.startswith("S:")


def test_a_traveller_who_is_not_forgotten_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {
        (State.LEAVING, Event.LANE_EMPTY): (State.CLOSING_OUT, (Effect.CLOSE_EXIT,)),
        (State.CLOSING_OUT, Event.LANE_CLEAR): (State.READY, (Effect.OPEN_ENTRY,)),
    }
    seen = exploration.Report(entry_closed=True, people=1, at_desk=True, settled=True)
    doors = {"exit_wanted": True, "exit_driven": True, "exit_open": True}
    leaving = exploration.World(State.LEAVING, people=1, at_desk=True, grant=True, known=seen, **doors)  # type: ignore[arg-type]  # names of its own fields
    assert unsafe(monkeypatch, moves, leaving).rule.startswith("7:")
