"""A bio-cart's screen without devices: shown in any state, to be looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from biometrics.capture import FingerImage, FingerPosition, Frame, Quality
from kiosk import languages
from kiosk.cart import BioCart
from kiosk.cart_mode import add_state
from kiosk.cart_screen import CartScreen
from kiosk.fingers import Attempt
from kiosk.floor import Floor
from kiosk.screens import Painter
from kiosk.site import site
from kiosk.visit import State

FLOOR = Floor(("5", "6", "7", "8"), ("9", "10", "11", "12"), 30)
RIDGES = np.tile(np.where(np.arange(300) % 12 < 6, 90, 230).astype(np.uint8), (350, 1))
FAINT = FingerImage(RIDGES, 500, FingerPosition.RIGHT_INDEX, Quality(30, "press_harder"))
INDEX = FingerPosition.RIGHT_INDEX

SCREENS: dict[str, tuple[State, dict[str, Any]]] = {
    "start": (State.START, {}),
    "language": (State.LANGUAGE, {}),
    "passport": (State.PASSPORT, {}),
    "reading": (State.READING, {}),
    "again": (State.PASSPORT_AGAIN, {}),
    "purpose": (State.PURPOSE, {}),
    "stay": (State.STAY, {}),
    "finger": (State.RIGHT_HAND, {"finger": INDEX}),
    "press-harder": (
        State.RIGHT_HAND,
        {"finger": INDEX, "attempt": Attempt(1, FAINT, "press_harder"), "advice": "press_harder"},
    ),
    "other-finger": (
        State.LEFT_HAND,
        {"finger": FingerPosition.LEFT_INDEX, "attempt": Attempt(1, None, "other_finger"), "advice": "other_finger"},
    ),
    "lay-flat": (
        State.RIGHT_HAND,
        {"finger": INDEX, "attempt": Attempt(1, FAINT, "lay_flat"), "advice": "lay_flat"},
    ),
    "thumb": (State.LEFT_HAND, {"finger": FingerPosition.LEFT_THUMB, "staff_called": True}),
    "face": (State.FACE, {}),
    "sending": (State.SENDING, {}),
    "booth": (State.DONE, {"booth": "12"}),
    "booths": (State.DONE, {}),
    "not-needed": (State.NOT_NEEDED, {}),
    "closed": (State.CLOSED, {}),
    "still-there": (State.PURPOSE, {"warned": True}),
}


class StillCamera:
    """Stands where the face camera's feed does; the picture is plain grey."""

    async def frames(self) -> AsyncIterator[Frame]:
        number = 0
        while True:
            number += 1
            yield Frame(np.full((480, 640, 3), 140, np.uint8), time.monotonic(), number)
            await asyncio.sleep(0.2)


class Stage:
    def __init__(self) -> None:
        unheard = SimpleNamespace(note=lambda *facts, **more: None)
        examination = SimpleNamespace(mirror=StillCamera())
        self.cart = BioCart(examination, unheard)  # type: ignore[arg-type]
        spoken = languages.load()
        self.screen = CartScreen(
            self.cart, spoken, FLOOR, station="cart-1", number=7, default_language="en", clock=time.monotonic
        )
        self.app = site(self.screen, Painter(spoken, boot="one", shape="landscape"), boot="one")
        add_state(self.app, self.screen)

    def show(self, name: str, language: str) -> None:
        state, facts = SCREENS[name]
        plain = {"warned": False, "booth": None, "finger": None, "attempt": None, "advice": None, "staff_called": False}
        for field, value in (plain | {"chosen": language} | facts).items():
            setattr(self.cart, field, value)
        self.cart.state = state
        self.cart.change.bump()
