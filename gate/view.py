"""What the gate tells the screen beside it: one small JSON object, sent whenever it changes. No personal data."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Prompt(StrEnum):
    """What the traveller is to do or know now. The screen owns the words; staff-only states show CLOSED."""

    WELCOME = "welcome"
    ENTER = "enter"
    PLACE_PASSPORT = "place_passport"
    KEEP_PASSPORT_STILL = "keep_passport_still"
    PLACE_PASSPORT_AGAIN = "place_passport_again"
    LOOK_AT_CAMERA = "look_at_camera"
    COME_CLOSER = "come_closer"
    STEP_BACK = "step_back"
    CENTRE_FACE = "centre_face"
    HOLD_STILL = "hold_still"
    TAKE_OFF_MASK = "take_off_mask"
    TAKE_OFF_GLASSES = "take_off_glasses"
    OPEN_EYES = "open_eyes"
    TURN_HEAD = "turn_head"
    ONE_PERSON = "one_person"
    PLEASE_WAIT = "please_wait"
    GO_THROUGH = "go_through"
    TAKE_PASSPORT = "take_passport"
    GO_TO_BOOTH = "go_to_booth"
    STAFF_COMING = "staff_coming"
    EMERGENCY = "emergency"
    CLOSED = "closed"


class Step(StrEnum):
    PASSPORT = "passport"
    FACE = "face"
    DONE = "done"


class GateView(msgspec.Struct, frozen=True):
    """`sequence` counts up with every change; `language` is a guess from the passport's issuing state."""

    station: str
    number: int
    direction: str
    state: str
    prompt: Prompt
    sequence: int
    step: Step | None = None
    mirror: bool = False
    booth: str | None = None
    language: str | None = None
    seconds_left: float | None = None
    """Until the time-out, where one runs."""
