"""What the screen says: one sentence a step, and the picture beside it.

A prompt comes from the gate (`gate.view.Prompt`) or from the bio-cart's visit (`CartPrompt`); the words are ours. Every
sentence is the source text of the catalogues in `locales/`. A referral says where to walk, never why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gate.view import Prompt
from kiosk.languages import mark


class Layout(StrEnum):
    """Which arrangement of the screen a prompt needs."""

    STEP = "step"
    """Mirror or picture, sentence, steps."""
    GO = "go"
    """The way to the booth: number, arrow, plan."""
    NOTICE = "notice"
    """One large picture and one sentence."""


@dataclass(frozen=True, slots=True)
class Saying:
    sentence: str
    pictogram: str
    layout: Layout = Layout.STEP


class CartPrompt(StrEnum):
    """What the bio-cart asks of the traveller now."""

    START = "start"
    CHOOSE_LANGUAGE = "choose_language"
    PLACE_PASSPORT = "place_passport"
    KEEP_PASSPORT_STILL = "keep_passport_still"
    PLACE_PASSPORT_AGAIN = "place_passport_again"
    CHOOSE_PURPOSE = "choose_purpose"
    CHOOSE_STAY = "choose_stay"
    PLACE_FINGER = "place_finger"
    PRESS_HARDER = "press_harder"
    PRESS_LESS = "press_less"
    LAY_FINGER_FLAT = "lay_finger_flat"
    CENTRE_FINGER = "centre_finger"
    RUB_FINGER = "rub_finger"
    DRY_FINGER = "dry_finger"
    HOLD_FINGER_STILL = "hold_finger_still"
    FINGER_AGAIN = "finger_again"
    OTHER_FINGER = "other_finger"
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
    GO_TO_BOOTH = "go_to_booth"
    GO_TO_BOOTH_QUEUE = "go_to_booth_queue"
    NOT_NEEDED = "not_needed"
    CLOSED = "closed"


LOOK: Final = mark("Look at the camera")
CLOSER: Final = mark("Please come a little closer")
BACK: Final = mark("Please step back a little")
CENTRE: Final = mark("Move your face into the oval")
HOLD: Final = mark("Hold still for a moment")
MASK: Final = mark("Please uncover your nose and mouth")
GLASSES: Final = mark("Please take off your sunglasses")
EYES: Final = mark("Please open your eyes")
TURN: Final = mark("Please turn your head slowly")
WAIT: Final = mark("One moment, please")
PLACE: Final = mark("Place your passport face down, open at the photo page")
STILL: Final = mark("Please leave your passport where it is")
AGAIN: Final = mark("Please place your passport once more")
ALONE: Final = mark("One person at a time, please")
BOOTH: Final = mark("Please go to booth\u00a0{booth}")
BOOTHS: Final = mark("Please go to the inspection booths")

GATE: Final[Mapping[Prompt, Saying]] = {
    Prompt.WELCOME: Saying(mark("Please have your passport ready"), "passport"),
    Prompt.ENTER: Saying(mark("Please come in, one person at a time"), "walk"),
    Prompt.PLACE_PASSPORT: Saying(PLACE, "place"),
    Prompt.KEEP_PASSPORT_STILL: Saying(STILL, "still"),
    Prompt.PLACE_PASSPORT_AGAIN: Saying(AGAIN, "place"),
    Prompt.LOOK_AT_CAMERA: Saying(LOOK, "face"),
    Prompt.COME_CLOSER: Saying(CLOSER, "face"),
    Prompt.STEP_BACK: Saying(BACK, "face"),
    Prompt.CENTRE_FACE: Saying(CENTRE, "face"),
    Prompt.HOLD_STILL: Saying(HOLD, "face"),
    Prompt.TAKE_OFF_MASK: Saying(MASK, "face"),
    Prompt.TAKE_OFF_GLASSES: Saying(GLASSES, "face"),
    Prompt.OPEN_EYES: Saying(EYES, "face"),
    Prompt.TURN_HEAD: Saying(TURN, "face"),
    Prompt.ONE_PERSON: Saying(ALONE, "help"),
    Prompt.PLEASE_WAIT: Saying(WAIT, "clock"),
    Prompt.GO_THROUGH: Saying(mark("Please go ahead"), "ahead"),
    Prompt.TAKE_PASSPORT: Saying(mark("Please take your passport"), "passport"),
    Prompt.GO_TO_BOOTH: Saying(BOOTH, "walk", Layout.GO),
    Prompt.STAFF_COMING: Saying(mark("A member of staff is on the way to you"), "two", Layout.NOTICE),
    Prompt.EMERGENCY: Saying(mark("Please walk out through the open doors"), "exit", Layout.NOTICE),
    Prompt.CLOSED: Saying(mark("Please use another gate"), "lock", Layout.NOTICE),
}

TO_THE_BOOTHS: Final = Saying(BOOTHS, "walk", Layout.GO)
"""A referral that names no booth."""
AWAY: Final = Saying(mark("This gate is starting again"), "refresh", Layout.NOTICE)
"""The gate's service does not answer; the screen comes back by itself."""
ASK_STAFF: Final = Saying(mark("Please speak to the staff near you"), "two", Layout.NOTICE)
"""Help was asked for, and the call could not be passed on."""
MACHINE_AWAY: Final = mark("This screen is starting again")
"""The page lost its own server."""

CART: Final[Mapping[CartPrompt, Saying]] = {
    CartPrompt.START: Saying(mark("Get ready here while you wait"), "hand", Layout.NOTICE),
    CartPrompt.CHOOSE_LANGUAGE: Saying(mark("Choose your language"), "globe"),
    CartPrompt.PLACE_PASSPORT: Saying(PLACE, "place"),
    CartPrompt.KEEP_PASSPORT_STILL: Saying(STILL, "still"),
    CartPrompt.PLACE_PASSPORT_AGAIN: Saying(AGAIN, "place"),
    CartPrompt.CHOOSE_PURPOSE: Saying(mark("Why are you visiting Japan?"), "stay"),
    CartPrompt.CHOOSE_STAY: Saying(mark("How long will you stay?"), "stay"),
    CartPrompt.PLACE_FINGER: Saying(mark("Place your finger on the glass"), "press"),
    CartPrompt.PRESS_HARDER: Saying(mark("Press a little harder"), "press"),
    CartPrompt.PRESS_LESS: Saying(mark("Press a little more lightly"), "press"),
    CartPrompt.LAY_FINGER_FLAT: Saying(mark("Lay your finger flat on the glass"), "press"),
    CartPrompt.CENTRE_FINGER: Saying(mark("Place your finger in the middle"), "press"),
    CartPrompt.RUB_FINGER: Saying(mark("Please rub your finger and try again"), "press"),
    CartPrompt.DRY_FINGER: Saying(mark("Please dry your finger and try again"), "press"),
    CartPrompt.HOLD_FINGER_STILL: Saying(mark("Keep your finger still"), "press"),
    CartPrompt.FINGER_AGAIN: Saying(mark("Lift your finger and place it again"), "press"),
    CartPrompt.OTHER_FINGER: Saying(mark("Now use your other hand"), "press"),
    CartPrompt.LOOK_AT_CAMERA: Saying(LOOK, "face"),
    CartPrompt.COME_CLOSER: Saying(CLOSER, "face"),
    CartPrompt.STEP_BACK: Saying(BACK, "face"),
    CartPrompt.CENTRE_FACE: Saying(CENTRE, "face"),
    CartPrompt.HOLD_STILL: Saying(HOLD, "face"),
    CartPrompt.TAKE_OFF_MASK: Saying(MASK, "face"),
    CartPrompt.TAKE_OFF_GLASSES: Saying(GLASSES, "face"),
    CartPrompt.OPEN_EYES: Saying(EYES, "face"),
    CartPrompt.TURN_HEAD: Saying(TURN, "face"),
    CartPrompt.ONE_PERSON: Saying(ALONE, "help"),
    CartPrompt.PLEASE_WAIT: Saying(WAIT, "clock", Layout.NOTICE),
    CartPrompt.GO_TO_BOOTH: Saying(BOOTH, "walk", Layout.GO),
    CartPrompt.GO_TO_BOOTH_QUEUE: Saying(BOOTHS, "walk", Layout.GO),
    CartPrompt.NOT_NEEDED: Saying(mark("Welcome home: you can go straight to the gates"), "walk", Layout.NOTICE),
    CartPrompt.CLOSED: Saying(
        mark("This machine is resting: please go to the inspection booths"), "lock", Layout.NOTICE
    ),
}

FINGERS: Final[Mapping[str, str]] = {
    "right_thumb": mark("Right thumb"),
    "right_index": mark("Right index finger"),
    "right_middle": mark("Right middle finger"),
    "right_ring": mark("Right ring finger"),
    "right_little": mark("Right little finger"),
    "left_thumb": mark("Left thumb"),
    "left_index": mark("Left index finger"),
    "left_middle": mark("Left middle finger"),
    "left_ring": mark("Left ring finger"),
    "left_little": mark("Left little finger"),
}

DIRECTIONS: Final[Mapping[str, str]] = {"arrival": mark("Arrival"), "departure": mark("Departure")}

STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "passport": (mark("Passport"), "passport"),
    "stay": (mark("Stay"), "stay"),
    "fingers": (mark("Fingers"), "finger"),
    "face": (mark("Face"), "face"),
    "done": (mark("Done"), "done"),
}
"""Step to its word and pictogram."""

PURPOSES: Final[Mapping[str, tuple[str, str]]] = {
    "tourism": (mark("Holiday"), "sight"),
    "business": (mark("Business"), "work-bag"),
    "family": (mark("Family or friends"), "family"),
    "transit": (mark("Changing planes"), "transit"),
    "other": (mark("Something else"), "other"),
}
"""Purpose of `contract.Declaration` to its words and pictogram."""

STAYS: Final[Mapping[int, str]] = {
    3: mark("Up to 3 days"),
    7: mark("Up to 1 week"),
    15: mark("Up to 15 days"),
    30: mark("Up to 30 days"),
    90: mark("Up to 90 days"),
    365: mark("Longer"),
}
"""Days declared to their words. 15 and 90 days are the periods of Temporary Visitor (Ordinance, annexed table 2)."""


def verdict(bars: int) -> str:
    """What a print's quality in bars, 0 to 5, means to the traveller; four are enough."""
    if bars == 0:
        return mark("Waiting for your finger")
    return mark("Good") if bars >= 4 else mark("Not clear yet")
