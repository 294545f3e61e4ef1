"""A visit at the bio-cart, as a pure table from (state, event) to (state, effects).

`advance()` has no clock, no device and no data of the traveller: what was read and captured lives in the station that
carries the effects out. The table is total: an event that comes too late leaves the state as it is.

Persons exempt from giving fingers and photograph (Immigration Act Art. 6(3): under 16, Diplomat and Official …) pass
through states of their own, from which no edge leads to a finger or a face.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import product
from typing import Final


class State(StrEnum):
    START = "start"
    LANGUAGE = "language"
    PASSPORT = "passport"
    READING = "reading"
    PASSPORT_AGAIN = "passport_again"
    PURPOSE = "purpose"
    STAY = "stay"
    EXEMPT_PURPOSE = "exempt_purpose"
    EXEMPT_STAY = "exempt_stay"
    RIGHT_HAND = "right_hand"
    LEFT_HAND = "left_hand"
    FACE = "face"
    SENDING = "sending"
    DONE = "done"
    NOT_NEEDED = "not_needed"
    """A Japanese national: no bio-cart is needed."""
    UNREAD = "unread"
    """The passport could not be read; the booth does it."""
    CLOSED = "closed"


class Event(StrEnum):
    # touched by the traveller
    BEGIN = "begin"
    LANGUAGE_CHOSEN = "language_chosen"
    PURPOSE_CHOSEN = "purpose_chosen"
    STAY_CHOSEN = "stay_chosen"
    FINGER_MISSING = "finger_missing"
    HELP = "help"
    STOP = "stop"
    # from the devices
    PASSPORT_SEEN = "passport_seen"
    CHIP_LOST = "chip_lost"
    UNREADABLE = "unreadable"
    DOCUMENT_READ = "document_read"
    EXEMPT_READ = "exempt_read"
    NATIONAL_READ = "national_read"
    FINGER_CAPTURED = "finger_captured"
    FINGER_FAILED = "finger_failed"
    HAND_EXHAUSTED = "hand_exhausted"
    FACE_CAPTURED = "face_captured"
    FACE_FAILED = "face_failed"
    DESK_LOST = "desk_lost"
    DESK_READY = "desk_ready"
    SCANNER_LOST = "scanner_lost"
    CAMERA_LOST = "camera_lost"
    # from the console, or its silence
    ANSWERED = "answered"
    # from the clock
    QUIET = "quiet"
    TIMEOUT = "timeout"


class Effect(StrEnum):
    READ_PASSPORT = "read_passport"
    CAPTURE_FINGER = "capture_finger"
    NOTE_MISSING = "note_missing"
    NEXT_FINGER = "next_finger"
    """Offer the next finger of this hand, or raise HAND_EXHAUSTED."""
    CAPTURE_FACE = "capture_face"
    SEND = "send"
    CALL_STAFF = "call_staff"
    WARN = "warn"
    REST_DEVICES = "rest_devices"
    """Stop whatever capture runs."""
    DROP_DATA = "drop_data"
    """Let go of everything read and captured; the screen still shows the way."""
    FORGET = "forget"
    """Let go of everything, the language too."""


Step = tuple[State, tuple[Effect, ...]]

ASKING: Final = frozenset(
    {
        State.LANGUAGE,
        State.PASSPORT,
        State.PASSPORT_AGAIN,
        State.PURPOSE,
        State.STAY,
        State.EXEMPT_PURPOSE,
        State.EXEMPT_STAY,
        State.RIGHT_HAND,
        State.LEFT_HAND,
        State.FACE,
    }
)
"""States that wait for the traveller: they warn before they time out, and may be left by STOP."""

PARTING: Final = frozenset({State.DONE, State.NOT_NEEDED, State.UNREAD})
"""States that show the way for a while, then make room for the next traveller."""

AT_THE_DESK: Final = frozenset({State.START, State.LANGUAGE, State.PASSPORT, State.READING, State.PASSPORT_AGAIN})
"""States that cannot go on without the passport reader."""

EXEMPT: Final = frozenset({State.EXEMPT_PURPOSE, State.EXEMPT_STAY})
HANDS: Final = frozenset({State.RIGHT_HAND, State.LEFT_HAND})

_LEAVE: Final = (Effect.REST_DEVICES, Effect.FORGET)
_AFTER_RIGHT: Final[Step] = (State.LEFT_HAND, (Effect.CAPTURE_FINGER,))
_AFTER_LEFT: Final[Step] = (State.FACE, (Effect.CAPTURE_FACE,))
_SEND: Final[Step] = (State.SENDING, (Effect.SEND,))


def _each(states: Iterable[State], event: Event, step: Step) -> dict[tuple[State, Event], Step]:
    return {(state, event): step for state in states}


def _staying(states: Iterable[State], event: Event, *effects: Effect) -> dict[tuple[State, Event], Step]:
    return {(state, event): (state, effects) for state in states}


def _reading(state: State) -> dict[tuple[State, Event], Step]:
    """What a passport on the glass leads to, whether it was noticed first or read at once."""
    return {
        (state, Event.DOCUMENT_READ): (State.PURPOSE, ()),
        (state, Event.EXEMPT_READ): (State.EXEMPT_PURPOSE, ()),
        (state, Event.NATIONAL_READ): (State.NOT_NEEDED, (Effect.DROP_DATA,)),
        (state, Event.CHIP_LOST): (State.PASSPORT_AGAIN, ()),
        (state, Event.UNREADABLE): (State.UNREAD, (Effect.DROP_DATA,)),
        (state, Event.PASSPORT_SEEN): (State.READING, ()),
    }


TABLE: Final[Mapping[tuple[State, Event], Step]] = {
    **{(state, event): (state, ()) for state, event in product(State, Event)},
    **_staying(State, Event.HELP, Effect.CALL_STAFF),
    **_staying(ASKING, Event.QUIET, Effect.WARN),
    **_each(ASKING | PARTING | {State.READING}, Event.TIMEOUT, (State.START, _LEAVE)),
    **_each(ASKING | PARTING | {State.READING}, Event.STOP, (State.START, _LEAVE)),
    **_each(AT_THE_DESK, Event.DESK_LOST, (State.CLOSED, _LEAVE)),
    (State.CLOSED, Event.DESK_READY): (State.START, ()),
    (State.START, Event.BEGIN): (State.LANGUAGE, (Effect.READ_PASSPORT,)),
    **_reading(State.LANGUAGE),
    (State.LANGUAGE, Event.LANGUAGE_CHOSEN): (State.PASSPORT, ()),
    **_reading(State.PASSPORT),
    **_reading(State.READING),
    **_reading(State.PASSPORT_AGAIN),
    (State.PURPOSE, Event.PURPOSE_CHOSEN): (State.STAY, ()),
    (State.STAY, Event.STAY_CHOSEN): (State.RIGHT_HAND, (Effect.CAPTURE_FINGER,)),
    (State.EXEMPT_PURPOSE, Event.PURPOSE_CHOSEN): (State.EXEMPT_STAY, ()),
    (State.EXEMPT_STAY, Event.STAY_CHOSEN): _SEND,
    **_staying(HANDS, Event.FINGER_MISSING, Effect.REST_DEVICES, Effect.NOTE_MISSING, Effect.NEXT_FINGER),
    **_staying(HANDS, Event.FINGER_FAILED, Effect.NEXT_FINGER),
    **_each(HANDS, Event.SCANNER_LOST, _AFTER_LEFT),
    (State.RIGHT_HAND, Event.FINGER_CAPTURED): _AFTER_RIGHT,
    (State.RIGHT_HAND, Event.HAND_EXHAUSTED): _AFTER_RIGHT,
    (State.LEFT_HAND, Event.FINGER_CAPTURED): _AFTER_LEFT,
    (State.LEFT_HAND, Event.HAND_EXHAUSTED): _AFTER_LEFT,
    (State.FACE, Event.FACE_CAPTURED): _SEND,
    (State.FACE, Event.FACE_FAILED): _SEND,
    (State.FACE, Event.CAMERA_LOST): _SEND,
    (State.SENDING, Event.ANSWERED): (State.DONE, (Effect.DROP_DATA,)),
    (State.SENDING, Event.TIMEOUT): (State.DONE, (Effect.REST_DEVICES, Effect.DROP_DATA)),
}


def advance(state: State, event: Event) -> Step:
    """Never raises: the table is total."""
    return TABLE[state, event]
