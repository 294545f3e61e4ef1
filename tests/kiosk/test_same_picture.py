"""Two fingers never give one picture: the bio-cart asks again, then for another finger, and the officer hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from biometrics.capture import FingerImage, FingerPosition, Quality
from kiosk.cart_screen import FINGER_ADVICE
from kiosk.examination import PICTURES, Desks, Examination, Place
from kiosk.fingers import PLACE_AGAIN, Attempt
from kiosk.prompts import CartPrompt
from kiosk.visit import Event
from simulators.fingers import finger, impression

RIGHT, LEFT = FingerPosition.RIGHT_INDEX, FingerPosition.LEFT_INDEX


def captured(position: FingerPosition, of: str, press: int = 1) -> FingerImage:
    return FingerImage(impression(finger(61, of), seed=press), 500, position, Quality(90))


class Inline:
    """Stands where the worker processes do."""

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return function(*arguments)


class Visit:
    """Fingers of one case, out of pictures that the scanner sends in this order."""

    def __init__(self, *pictures: FingerImage) -> None:
        self.left, self.shown, self.notes = list(pictures), list[Attempt](), list[str]()
        desk = SimpleNamespace(capture=self._capture)
        desks = Desks(SimpleNamespace(), SimpleNamespace(), desk, Inline())  # type: ignore[arg-type]
        told = SimpleNamespace(note=lambda kind, case, **facts: self.notes.append(kind))
        nothing = SimpleNamespace()
        self._examination = Examination(
            desks,
            nothing,
            told,
            Place("cart-1", "NRT"),
            now=lambda: datetime.now(UTC),  # type: ignore[arg-type]
        )
        self.case = self._examination.new_case()

    async def _capture(self, position: FingerPosition, tell: Callable[[Attempt], None]) -> FingerImage:
        return self.left.pop(0)

    def finger(self, position: FingerPosition) -> Event:
        return asyncio.run(self._examination.finger(self.case, position, self.shown.append))


def test_two_fingers_are_two_pictures() -> None:
    visit = Visit(captured(RIGHT, "right_index"), captured(LEFT, "left_index"))
    assert [visit.finger(RIGHT), visit.finger(LEFT)] == [Event.FINGER_CAPTURED] * 2
    assert visit.shown == []


def test_the_right_fingers_picture_is_not_taken_for_the_left() -> None:
    copy = captured(LEFT, "right_index")
    visit = Visit(captured(RIGHT, "right_index"), copy, captured(LEFT, "left_index"))
    visit.finger(RIGHT)
    assert visit.finger(LEFT) is Event.FINGER_CAPTURED
    assert visit.case.prints[LEFT] is not copy
    assert [attempt.advice for attempt in visit.shown] == [PLACE_AGAIN]
    assert FINGER_ADVICE[PLACE_AGAIN] is CartPrompt.FINGER_AGAIN
    assert visit.notes == ["same_picture"]


def test_the_same_picture_over_and_over_leads_on_and_is_told_to_the_officer() -> None:
    visit = Visit(captured(RIGHT, "right_index"), *[captured(LEFT, "right_index")] * PICTURES)
    visit.finger(RIGHT)
    assert visit.finger(LEFT) is Event.FINGER_FAILED
    assert LEFT not in visit.case.prints
    (finding,) = [one for one in visit.case._findings() if one.check == "finger_capture"]
    assert (finding.outcome, finding.code) == ("undetermined", "same_picture")


def test_another_press_of_a_finger_is_another_picture() -> None:
    """A finger laid twice is no copy; whose finger it is, is not asked here."""
    visit = Visit(captured(RIGHT, "right_index"), captured(LEFT, "right_index", press=2))
    visit.finger(RIGHT)
    assert visit.finger(LEFT) is Event.FINGER_CAPTURED
