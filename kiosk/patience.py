"""How long the bio-cart waits, and for what: pure, asked a few times a second.

A time-out warns first and then leaves twenty seconds to say "more time" (WCAG 2.2, 2.2.1); any touch, a passport laid,
a finger on the glass or a face in front of the camera starts the wait again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kiosk.visit import ASKING, PARTING, Event, State

QUIET_SECONDS: Final[Mapping[State, float]] = dict.fromkeys(ASKING, 45.0) | {
    State.LANGUAGE: 30.0,
    State.PASSPORT: 60.0,
}
"""Finding a passport in a bag takes longer than choosing from a list."""
GRACE_SECONDS: Final = 20.0
PARTING_SECONDS: Final = 20.0
"""Long enough to read the number of a booth twice in a second language."""
READING_SECONDS: Final = 60.0
SENDING_SECONDS: Final = 15.0
"""The console has two seconds, the disk the rest; longer means that something is broken."""


def due(state: State, idle: float, *, warned: bool) -> Event | None:
    """What the clock brings after `idle` seconds without activity in this state."""
    if state in ASKING:
        if warned:
            return Event.TIMEOUT if idle >= GRACE_SECONDS else None
        return Event.QUIET if idle >= QUIET_SECONDS[state] else None
    if state in PARTING:
        return Event.TIMEOUT if idle >= PARTING_SECONDS else None
    limit = {State.READING: READING_SECONDS, State.SENDING: SENDING_SECONDS}.get(state)
    return Event.TIMEOUT if limit is not None and idle >= limit else None
