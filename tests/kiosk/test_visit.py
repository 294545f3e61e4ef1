"""The visit's table: total, kind to exempt persons, and closed over its states."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kiosk.visit import ASKING, EXEMPT, HANDS, TABLE, Effect, Event, State, advance

events = st.lists(st.sampled_from(Event), max_size=60)
BIOMETRIC = {Effect.CAPTURE_FINGER, Effect.NEXT_FINGER, Effect.CAPTURE_FACE}


def walk(state: State, steps: list[Event]) -> list[tuple[State, tuple[Effect, ...]]]:
    trail = []
    for event in steps:
        state, effects = advance(state, event)
        trail.append((state, effects))
    return trail


def test_every_state_answers_every_event() -> None:
    assert set(TABLE) == set(product(State, Event))


@given(events)
def test_a_visit_begins_and_ends_nowhere_else_than_at_start(steps: list[Event]) -> None:
    """Whoever comes after a time-out meets an empty start screen, whatever happened before."""
    trail = walk(State.START, steps)
    for (before, _), (after, effects) in zip([(State.START, ()), *trail], trail, strict=False):
        if after in (State.START, State.CLOSED) and before not in (State.START, State.CLOSED):
            assert Effect.FORGET in effects


@given(events)
def test_an_exempt_person_is_never_asked_for_fingers_or_a_face(steps: list[Event]) -> None:
    for state in EXEMPT:
        for after, effects in walk(state, steps):
            if after in (State.START, State.CLOSED, State.DONE):
                break
            assert after not in HANDS | {State.FACE}
            assert not BIOMETRIC & set(effects)


@given(st.sampled_from(State))
def test_help_is_heard_in_every_state_and_loses_nothing(state: State) -> None:
    assert advance(state, Event.HELP) == (state, (Effect.CALL_STAFF,))


@given(st.sampled_from(sorted(ASKING)))
def test_a_time_out_warns_first_and_then_forgets(state: State) -> None:
    assert advance(state, Event.QUIET) == (state, (Effect.WARN,))
    after, effects = advance(state, Event.TIMEOUT)
    assert after is State.START
    assert Effect.FORGET in effects


def test_a_lost_scanner_or_camera_does_not_keep_the_traveller() -> None:
    assert advance(State.RIGHT_HAND, Event.SCANNER_LOST)[0] is State.FACE
    assert advance(State.FACE, Event.CAMERA_LOST)[0] is State.SENDING


def test_every_state_can_be_reached_and_left() -> None:
    reached = {State.START}
    while True:
        further = {advance(state, event)[0] for state, event in product(reached, Event)} - reached
        if not further:
            break
        reached |= further
    assert reached == set(State)
    assert all(any(advance(state, event)[0] is not state for event in Event) for state in State)
