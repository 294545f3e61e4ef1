"""One traveller through the lane, as a table: `(State, Event) -> (State, effects)`, total and pure.

Facts that last (a door is closed, somebody is inside, a device is missing) are offered again in every state until
nothing moves: an event says what is true, not what changed, so none can be missed by arriving early.

The exit opens on one way only: DECIDING --GRANTED--> LEAVING. The entry opens only where the exit is known to be
closed: from LANE_CLEAR or EXIT_CLOSED, or in states that are entered with the exit closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias


class State(StrEnum):
    OUT_OF_SERVICE = "out_of_service"
    SELF_TEST = "self_test"
    READY = "ready"
    ENTERING = "entering"
    CLOSING_IN = "closing_in"
    READING = "reading"
    DECIDING = "deciding"
    LEAVING = "leaving"
    CLOSING_OUT = "closing_out"
    WITHDRAWING = "withdrawing"
    """Somebody unverified is inside and the exit is not known to be closed: both doors close, then the entry opens."""
    REFERRING = "referring"
    TAILGATED = "tailgated"
    ABANDONED = "abandoned"
    ATTENDED = "attended"
    EMERGENCY = "emergency"


class Event(StrEnum):
    AVAILABLE = "available"
    """Every device answers and the attendant has the gate in service."""
    SERVICE_CLOSED = "service_closed"
    DEVICE_LOST = "device_lost"
    """A camera or reader has been away for longer than its grace."""
    DOOR_LOST = "door_lost"
    """The door controller does not answer: nothing is known of doors, lane and button."""
    PERSON_INSIDE = "person_inside"
    PERSON_AT_DESK = "person_at_desk"
    """Exactly one person, past the entry barrier, at the passport desk."""
    SECOND_PERSON = "second_person"
    LANE_EMPTY = "lane_empty"
    LANE_CLEAR = "lane_clear"
    """Nobody inside and the exit closed."""
    ENTRY_CLOSED = "entry_closed"
    EXIT_CLOSED = "exit_closed"
    INSPECTED = "inspected"
    NOTHING_LAID = "nothing_laid"
    GRANTED = "granted"
    REFERRED = "referred"
    CONSOLE_SILENT = "console_silent"
    HELP = "help"
    ATTENDANT = "attendant"
    """The attendant releases whoever is inside, back through the entry."""
    SHUT_IN = "shut_in"
    """Somebody has been behind two closed doors for a while, or may have been: the doors do not answer."""
    RETRY = "retry"
    """The monitoring officer has the reading begin again."""
    EMERGENCY = "emergency"
    RESET = "reset"
    TIMEOUT = "timeout"


class Effect(StrEnum):
    OPEN_ENTRY = "open_entry"
    CLOSE_ENTRY = "close_entry"
    OPEN_EXIT = "open_exit"
    CLOSE_EXIT = "close_exit"
    OPEN_BOTH = "open_both"
    BEGIN_INSPECTION = "begin_inspection"
    BEGIN_AGAIN = "begin_again"
    """With the same traveller, from nothing."""
    STOP_INSPECTION = "stop_inspection"
    ASK_CONSOLE = "ask_console"
    REFER_LOCALLY = "refer_locally"
    """The gate gives up by itself: what is known goes to the console as deferred, which may no longer grant."""
    WITHDRAW_GRANT = "withdraw_grant"
    COMPLETE = "complete"
    """The traveller walked out with the grant: the inspection is settled."""
    FORGET = "forget"
    """Personal data leaves memory, the screen goes blank."""
    CALL_STAFF = "call_staff"
    TELL_STAFF = "tell_staff"
    """Staff are called, and the screen goes on telling the traveller what to do."""
    NOTE_ENTERED = "note_entered"
    NOTE_REFERRED = "note_referred"
    NOTE_FOUND_INSIDE = "note_found_inside"
    NOTE_TAILGATING = "note_tailgating"
    NOTE_ABANDONED = "note_abandoned"
    NOTE_EMERGENCY = "note_emergency"
    NOTE_RESET = "note_reset"


Move: TypeAlias = tuple[State, tuple[Effect, ...]]
Moves: TypeAlias = dict[Event, Move]

EMPTY: Final = frozenset({State.READY, State.SELF_TEST, State.OUT_OF_SERVICE})
"""States in which nobody is known to be inside."""

S, E, F = State, Event, Effect

_EMERGENCY: Final[Move] = (
    S.EMERGENCY,
    (F.OPEN_BOTH, F.STOP_INSPECTION, F.WITHDRAW_GRANT, F.FORGET, F.NOTE_EMERGENCY),
)
_DOOR_LOST: Final[Move] = (
    S.OUT_OF_SERVICE,
    (F.CLOSE_EXIT, F.CLOSE_ENTRY, F.STOP_INSPECTION, F.REFER_LOCALLY, F.WITHDRAW_GRANT, F.FORGET),
)
_READY: Final[Move] = (S.READY, (F.FORGET, F.CLOSE_EXIT, F.OPEN_ENTRY))
_OUT: Final[Move] = (S.OUT_OF_SERVICE, (F.CLOSE_EXIT, F.CLOSE_ENTRY, F.FORGET))
_BACK: Final[Move] = (S.REFERRING, (F.STOP_INSPECTION, F.REFER_LOCALLY, F.NOTE_REFERRED, F.OPEN_ENTRY))
"""Refer by the gate itself; only from states with the exit closed."""
_TAILGATED: Final[Move] = (
    S.TAILGATED,
    (F.STOP_INSPECTION, F.REFER_LOCALLY, F.NOTE_TAILGATING, F.OPEN_ENTRY),
)
_FOUND: Final[Move] = (S.WITHDRAWING, (F.CLOSE_EXIT, F.CLOSE_ENTRY, F.NOTE_FOUND_INSIDE))
_WITHDRAW: Final[Move] = (S.WITHDRAWING, (F.CLOSE_EXIT, F.WITHDRAW_GRANT, F.NOTE_REFERRED))
_CALL: Final[Move] = (S.ABANDONED, (F.NOTE_ABANDONED, F.CALL_STAFF))
_HELP: Final[Move] = (S.ATTENDED, (F.STOP_INSPECTION, F.REFER_LOCALLY, F.CALL_STAFF, F.NOTE_REFERRED, F.OPEN_ENTRY))
"""Nobody waits for help behind closed doors."""


def _stay(state: State, *effects: Effect) -> Move:
    return state, effects


_MOVES: Final[dict[State, Moves]] = {
    S.OUT_OF_SERVICE: {
        E.AVAILABLE: (S.SELF_TEST, (F.CLOSE_EXIT, F.CLOSE_ENTRY)),
        E.PERSON_INSIDE: _FOUND,
        E.ATTENDANT: (S.SELF_TEST, (F.CLOSE_EXIT, F.CLOSE_ENTRY)),
        E.DEVICE_LOST: _stay(S.OUT_OF_SERVICE),
        E.DOOR_LOST: _stay(S.OUT_OF_SERVICE),
        E.TIMEOUT: _stay(S.OUT_OF_SERVICE),
    },
    S.SELF_TEST: {
        E.PERSON_INSIDE: _FOUND,
        E.LANE_CLEAR: _READY,
        E.SERVICE_CLOSED: _OUT,
        E.DEVICE_LOST: _OUT,
        E.ATTENDANT: _stay(S.SELF_TEST),
        E.TIMEOUT: (S.ATTENDED, (F.CALL_STAFF,)),
    },
    S.READY: {
        E.PERSON_INSIDE: (S.ENTERING, ()),
        E.SERVICE_CLOSED: _OUT,
        E.DEVICE_LOST: _OUT,
        E.HELP: _stay(S.READY, F.CALL_STAFF),
        E.ATTENDANT: _stay(S.READY),
        E.TIMEOUT: _stay(S.READY),
    },
    S.ENTERING: {
        E.SECOND_PERSON: _TAILGATED,
        E.PERSON_AT_DESK: (S.CLOSING_IN, (F.NOTE_ENTERED, F.CLOSE_ENTRY)),
        E.LANE_EMPTY: _READY,
        E.HELP: _stay(S.ENTERING, F.CALL_STAFF),
        E.DEVICE_LOST: _BACK,
        E.ATTENDANT: _BACK,
        E.TIMEOUT: _BACK,
    },
    S.CLOSING_IN: {
        E.SECOND_PERSON: _TAILGATED,
        E.LANE_EMPTY: _READY,
        E.ENTRY_CLOSED: (S.READING, (F.BEGIN_INSPECTION,)),
        E.HELP: _HELP,
        E.DEVICE_LOST: _BACK,
        E.ATTENDANT: _BACK,
        E.TIMEOUT: _BACK,
    },
    S.READING: {
        E.SECOND_PERSON: _TAILGATED,
        E.LANE_EMPTY: (S.READY, (F.STOP_INSPECTION, F.REFER_LOCALLY, F.FORGET, F.OPEN_ENTRY)),
        E.INSPECTED: (S.DECIDING, (F.ASK_CONSOLE,)),
        E.RETRY: _stay(S.READING, F.FORGET, F.BEGIN_AGAIN),
        E.NOTHING_LAID: _BACK,
        E.HELP: _HELP,
        E.DEVICE_LOST: _BACK,
        E.ATTENDANT: _BACK,
        E.TIMEOUT: _BACK,
    },
    S.DECIDING: {
        E.SECOND_PERSON: _TAILGATED,
        E.LANE_EMPTY: (S.READY, (F.STOP_INSPECTION, F.REFER_LOCALLY, F.FORGET, F.OPEN_ENTRY)),
        E.GRANTED: (S.LEAVING, (F.OPEN_EXIT,)),
        E.REFERRED: (S.REFERRING, (F.NOTE_REFERRED, F.OPEN_ENTRY)),
        E.CONSOLE_SILENT: _BACK,
        E.HELP: _HELP,
        E.DEVICE_LOST: _stay(S.DECIDING),
        E.ATTENDANT: _BACK,
        E.TIMEOUT: _BACK,
    },
    S.LEAVING: {
        E.SECOND_PERSON: (S.WITHDRAWING, (F.CLOSE_EXIT, F.WITHDRAW_GRANT, F.NOTE_TAILGATING, F.NOTE_REFERRED)),
        E.LANE_EMPTY: (S.CLOSING_OUT, (F.CLOSE_EXIT, F.COMPLETE, F.FORGET)),
        E.HELP: _stay(S.LEAVING, F.CALL_STAFF),
        E.DEVICE_LOST: _stay(S.LEAVING),
        E.ATTENDANT: _WITHDRAW,
        E.TIMEOUT: _WITHDRAW,
    },
    S.CLOSING_OUT: {
        E.PERSON_INSIDE: (S.WITHDRAWING, (F.CLOSE_EXIT, F.NOTE_TAILGATING)),
        E.LANE_CLEAR: _READY,
        E.DEVICE_LOST: _stay(S.CLOSING_OUT),
        E.ATTENDANT: _stay(S.CLOSING_OUT, F.CLOSE_EXIT),
        E.TIMEOUT: (S.ATTENDED, (F.CALL_STAFF,)),
    },
    S.WITHDRAWING: {
        E.LANE_CLEAR: _READY,
        E.EXIT_CLOSED: (S.REFERRING, (F.OPEN_ENTRY,)),
        E.DEVICE_LOST: _stay(S.WITHDRAWING),
        E.ATTENDANT: _stay(S.WITHDRAWING, F.CLOSE_EXIT),
        E.TIMEOUT: (S.ATTENDED, (F.CALL_STAFF,)),
    },
    S.REFERRING: {
        E.LANE_EMPTY: _READY,
        E.HELP: _stay(S.REFERRING, F.CALL_STAFF),
        E.DEVICE_LOST: _stay(S.REFERRING),
        E.ATTENDANT: _stay(S.REFERRING),
        E.TIMEOUT: _CALL,
    },
    S.TAILGATED: {
        E.LANE_EMPTY: _READY,
        E.HELP: _stay(S.TAILGATED, F.CALL_STAFF),
        E.DEVICE_LOST: _stay(S.TAILGATED),
        E.ATTENDANT: _stay(S.TAILGATED),
        E.TIMEOUT: _CALL,
    },
    S.ABANDONED: {
        E.LANE_EMPTY: _READY,
        E.DEVICE_LOST: _stay(S.ABANDONED),
        E.ATTENDANT: _stay(S.ABANDONED),
        E.TIMEOUT: _stay(S.ABANDONED, F.CALL_STAFF),
    },
    S.ATTENDED: {
        E.LANE_CLEAR: (S.SELF_TEST, (F.CLOSE_EXIT, F.CLOSE_ENTRY, F.FORGET)),
        E.DEVICE_LOST: _stay(S.ATTENDED),
        E.ATTENDANT: (S.WITHDRAWING, (F.CLOSE_EXIT, F.NOTE_REFERRED)),
        E.TIMEOUT: _stay(S.ATTENDED, F.CALL_STAFF),
    },
    S.EMERGENCY: {
        E.RESET: (S.SELF_TEST, (F.CLOSE_EXIT, F.CLOSE_ENTRY, F.NOTE_RESET)),
        E.DEVICE_LOST: _stay(S.EMERGENCY),
        E.DOOR_LOST: _stay(S.EMERGENCY),
        E.ATTENDANT: _stay(S.EMERGENCY),
        E.EMERGENCY: _stay(S.EMERGENCY),
        E.TIMEOUT: _stay(S.EMERGENCY),
    },
}


def _complete() -> dict[tuple[State, Event], Move]:
    """Every state meets the three events that are the same everywhere; what is written nowhere changes nothing."""
    everywhere: Moves = {E.EMERGENCY: _EMERGENCY, E.DOOR_LOST: _DOOR_LOST}
    return {
        (s, e): ({**everywhere, E.SHUT_IN: _stay(s, F.TELL_STAFF), **_MOVES[s]}).get(e, (s, ()))
        for s in State
        for e in Event
    }


TABLE: Final[Mapping[tuple[State, Event], Move]] = MappingProxyType(_complete())

SECONDS: Final[Mapping[State, float]] = MappingProxyType(
    {
        S.SELF_TEST: 10.0,
        S.ENTERING: 15.0,
        S.CLOSING_IN: 8.0,
        S.READING: 60.0,
        S.DECIDING: 8.0,
        S.LEAVING: 12.0,
        S.CLOSING_OUT: 8.0,
        S.WITHDRAWING: 8.0,
        S.REFERRING: 20.0,
        S.TAILGATED: 20.0,
        S.ABANDONED: 30.0,
        S.ATTENDED: 30.0,
    }
)
"""Seconds until TIMEOUT, our own choice; a state that is not here waits for ever. DECIDING stands above the two
seconds of patience with the console, so that silence has its own name and this one means a fault of ours."""


def advance(state: State, event: Event) -> Move:
    """The next state and what to do, in order."""
    return TABLE[state, event]


def handles(state: State, event: Event) -> bool:
    """Whether the table says by name what the event means in this state, be it to stay."""
    return event in _MOVES[state] or event in (Event.EMERGENCY, Event.DOOR_LOST, Event.SHUT_IN)
