"""One finger never stands for two: the bio-cart asks again, then for another finger, and the officer hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from biometrics.capture import FingerImage, FingerPosition, Quality
from biometrics.finger.sample import Repeat
from examiner_console.web.wording import UNDETERMINED_BY_CODE
from kiosk.cart_screen import FINGER_ADVICE
from kiosk.examination import REPEATS, Desks, Examination, Place
from kiosk.fingers import Attempt
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

    def told(self) -> tuple[str, str]:
        """What the console is told of the fingers: outcome and code."""
        sent = self.case.inspection(station="cart-1", port="NRT", language="en", completed_at=datetime.now(UTC))
        (finding,) = [one for one in sent.findings if one.check == "finger_capture"]
        return finding.outcome.value, finding.code

    def finger(self, position: FingerPosition) -> Event:
        return asyncio.run(self._examination.finger(self.case, position, self.shown.append))


def test_two_fingers_are_two_pictures() -> None:
    visit = Visit(captured(RIGHT, "right_index"), captured(LEFT, "left_index"))
    assert [visit.finger(RIGHT), visit.finger(LEFT)] == [Event.FINGER_CAPTURED] * 2
    assert visit.shown == []


@pytest.mark.parametrize(
    ("press", "repeat", "prompt"),
    [(1, Repeat.PICTURE, CartPrompt.FINGER_AGAIN), (2, Repeat.FINGER, CartPrompt.OTHER_FINGER)],
)
def test_the_right_finger_is_not_taken_for_the_left(press: int, repeat: Repeat, prompt: CartPrompt) -> None:
    again = captured(LEFT, "right_index", press=press)
    visit = Visit(captured(RIGHT, "right_index"), again, captured(LEFT, "left_index"))
    visit.finger(RIGHT)
    assert visit.finger(LEFT) is Event.FINGER_CAPTURED
    assert visit.case.prints[LEFT] is not again
    (shown,) = visit.shown
    assert shown.advice is not None
    assert FINGER_ADVICE[shown.advice] is prompt
    assert visit.notes == [repeat.value]
    assert visit.told()[0] == "successful"


@pytest.mark.parametrize(("press", "repeat"), [(1, Repeat.PICTURE), (2, Repeat.FINGER)])
def test_the_same_finger_over_and_over_leads_on_and_is_told_to_the_officer(press: int, repeat: Repeat) -> None:
    again = captured(LEFT, "right_index", press=press)
    visit = Visit(captured(RIGHT, "right_index"), *[again] * REPEATS)
    visit.finger(RIGHT)
    assert visit.finger(LEFT) is Event.FINGER_FAILED
    assert LEFT not in visit.case.prints
    assert visit.told() == ("undetermined", repeat.value)
    assert repeat.value in UNDETERMINED_BY_CODE


def test_what_happened_is_told_even_where_another_finger_was_captured() -> None:
    again = [captured(LEFT, "right_index")] * REPEATS
    visit = Visit(captured(RIGHT, "right_index"), *again, captured(FingerPosition.LEFT_MIDDLE, "left_middle"))
    assert [visit.finger(RIGHT), visit.finger(LEFT)] == [Event.FINGER_CAPTURED, Event.FINGER_FAILED]
    assert visit.finger(FingerPosition.LEFT_MIDDLE) is Event.FINGER_CAPTURED
    assert visit.told() == ("undetermined", "same_picture")
