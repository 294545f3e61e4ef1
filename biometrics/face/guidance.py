"""From what is wrong with each frame to what is said: one sentence at a time, at once, and without flicker.

A frame may be wrong about a person: a blink is no closed eye, a missed detection no absence. So each piece of advice
has a time for which frames must agree on it; the ones that are plain in a single frame have none. And a sentence that
was just taken back does not return at once: who reads "come closer" and "step back" in turn reads neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Advice(StrEnum):
    """The first that applies is given: one too far away cannot be judged for the rest."""

    ONE_PERSON = "one_person"
    COME_CLOSER = "come_closer"
    STEP_BACK = "step_back"
    CENTRE_FACE = "centre_face"
    HOLD_STILL = "hold_still"
    TAKE_OFF_GLASSES = "take_off_glasses"
    TAKE_OFF_MASK = "take_off_mask"
    LOOK_AT_CAMERA = "look_at_camera"
    OPEN_EYES = "open_eyes"
    TURN_HEAD = "turn_head"


SENTENCES: Final[Mapping[Advice, str]] = {
    Advice.ONE_PERSON: "one person at a time",
    Advice.COME_CLOSER: "come closer",
    Advice.STEP_BACK: "step back",
    Advice.CENTRE_FACE: "move the face to the middle",
    Advice.TAKE_OFF_MASK: "take off the mask",
    Advice.TAKE_OFF_GLASSES: "take off the sunglasses",
    Advice.LOOK_AT_CAMERA: "look at the camera",
    Advice.OPEN_EYES: "open the eyes",
    Advice.HOLD_STILL: "hold still",
    Advice.TURN_HEAD: "turn the head slowly",
}
"""For terminals; screens have their own words in the traveller's language."""
NO_FACE: Final = "no_face"
"""A frame without one, which is said as `look_at_camera`."""
PATIENCE: Final[Mapping[str, float]] = {
    NO_FACE: 0.25,
    Advice.LOOK_AT_CAMERA: 0.1,
    Advice.TAKE_OFF_MASK: 0.3,
    Advice.TAKE_OFF_GLASSES: 0.3,
    Advice.OPEN_EYES: 0.5,
    Advice.HOLD_STILL: 0.3,
}
"""Seconds for which frames must agree. A blink lasts 0.1 to 0.4 s; the detector misses single frames of a head that
moves; telling somebody bare-faced to take off a mask is worse than telling the masked a little late."""
RETURN_SECONDS: Final = 0.7
"""Before a sentence that was taken back is said again: about the time of reading three words."""


class Guide:
    """`say` for each frame, in order; `at` in seconds, of any clock that does not run back."""

    def __init__(self) -> None:
        self._said: str | None = None
        self._finding: str | None = None
        self._since = 0.0
        self._left: dict[str | None, float] = {}

    def say(self, finding: str | None, at: float) -> str | None:
        """What to tell the person now, given what is wrong with this frame (an `Advice`, `NO_FACE`, None)."""
        if finding != self._finding:
            self._finding, self._since = finding, at
        wanted = Advice.LOOK_AT_CAMERA.value if finding == NO_FACE else finding
        if wanted == self._said or at - self._since < PATIENCE.get(finding or "", 0.0):
            return self._said
        left = self._left.get(wanted)
        if left is not None and at - left < RETURN_SECONDS:
            return self._said
        self._left[self._said] = at
        self._said = wanted
        return wanted
