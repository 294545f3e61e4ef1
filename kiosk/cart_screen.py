"""The bio-cart's visit as screens, and as public state for whoever may see no data.

Touches (`POST /touch/{action}`, form field `value` where one is named):

    begin                    start a visit
    languages / back         show and leave the list of languages
    language VALUE           ja, ja-x-plain, en …
    purpose VALUE            tourism, business, family, transit, other
    stay VALUE               days: 3, 7, 15, 30, 90, 365
    missing                  this finger is missing, hurt or bandaged
    more                     "I need more time"
    stop, finish             leave; finish on the screens that show the way
    help                     call a member of staff
    activity                 a touch anywhere

`GET /v1/state` is `CartView` as JSON, `GET /v1/events` the same as server-sent events called `view`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import msgspec

from biometrics.finger.sample import Repeat
from biometrics.picture import to_jpeg
from kiosk import prompts
from kiosk.cart import BioCart
from kiosk.case import png
from kiosk.fingers import AGAIN, GOOD
from kiosk.floor import Floor
from kiosk.languages import Languages
from kiosk.prompts import CartPrompt, Layout
from kiosk.screens import Screen
from kiosk.visit import ASKING, HANDS, State

LANGUAGES_SHOWN_SECONDS: Final = 20.0
BARS: Final = 5
STEPS: Final = ("passport", "stay", "fingers", "face", "done")
STEP_OF: Final[Mapping[State, str]] = {
    State.PASSPORT: "passport",
    State.READING: "passport",
    State.PASSPORT_AGAIN: "passport",
    State.PURPOSE: "stay",
    State.STAY: "stay",
    State.EXEMPT_PURPOSE: "stay",
    State.EXEMPT_STAY: "stay",
    State.RIGHT_HAND: "fingers",
    State.LEFT_HAND: "fingers",
    State.FACE: "face",
    State.SENDING: "done",
    State.DONE: "done",
}
PROMPT_OF: Final[Mapping[State, CartPrompt]] = {
    State.START: CartPrompt.START,
    State.LANGUAGE: CartPrompt.CHOOSE_LANGUAGE,
    State.PASSPORT: CartPrompt.PLACE_PASSPORT,
    State.READING: CartPrompt.KEEP_PASSPORT_STILL,
    State.PASSPORT_AGAIN: CartPrompt.PLACE_PASSPORT_AGAIN,
    State.PURPOSE: CartPrompt.CHOOSE_PURPOSE,
    State.STAY: CartPrompt.CHOOSE_STAY,
    State.EXEMPT_PURPOSE: CartPrompt.CHOOSE_PURPOSE,
    State.EXEMPT_STAY: CartPrompt.CHOOSE_STAY,
    State.RIGHT_HAND: CartPrompt.PLACE_FINGER,
    State.LEFT_HAND: CartPrompt.PLACE_FINGER,
    State.FACE: CartPrompt.LOOK_AT_CAMERA,
    State.SENDING: CartPrompt.PLEASE_WAIT,
    State.DONE: CartPrompt.GO_TO_BOOTH_QUEUE,
    State.NOT_NEEDED: CartPrompt.NOT_NEEDED,
    State.UNREAD: CartPrompt.GO_TO_BOOTH_QUEUE,
    State.CLOSED: CartPrompt.CLOSED,
}
TEMPLATES: Final[Mapping[State, str]] = {
    State.START: "start",
    State.LANGUAGE: "languages",
    State.PURPOSE: "choice",
    State.STAY: "choice",
    State.EXEMPT_PURPOSE: "choice",
    State.EXEMPT_STAY: "choice",
    State.RIGHT_HAND: "finger",
    State.LEFT_HAND: "finger",
    State.FACE: "face",
}
"""Every other state has the template of its prompt's layout."""
FINGER_ADVICE: Final[Mapping[str, CartPrompt]] = {
    "press_harder": CartPrompt.PRESS_HARDER,
    "press_less": CartPrompt.PRESS_LESS,
    "lay_flat": CartPrompt.LAY_FINGER_FLAT,
    "too_dry": CartPrompt.RUB_FINGER,
    "too_wet": CartPrompt.DRY_FINGER,
    "centre": CartPrompt.CENTRE_FINGER,
    "move_less": CartPrompt.HOLD_FINGER_STILL,
    AGAIN[Repeat.PICTURE]: CartPrompt.FINGER_AGAIN,
    AGAIN[Repeat.FINGER]: CartPrompt.OTHER_FINGER,
}
"""Every `biometrics.finger.advice.Advice`, and our own."""
FACE_ADVICE: Final[Mapping[str, CartPrompt]] = {
    "come_closer": CartPrompt.COME_CLOSER,
    "step_back": CartPrompt.STEP_BACK,
    "centre_face": CartPrompt.CENTRE_FACE,
    "look_at_camera": CartPrompt.LOOK_AT_CAMERA,
    "hold_still": CartPrompt.HOLD_STILL,
    "take_off_mask": CartPrompt.TAKE_OFF_MASK,
    "take_off_glasses": CartPrompt.TAKE_OFF_GLASSES,
    "open_eyes": CartPrompt.OPEN_EYES,
    "turn_head": CartPrompt.TURN_HEAD,
    "one_person": CartPrompt.ONE_PERSON,
}
"""Every `biometrics.face.guidance.Advice`."""


class CartView(msgspec.Struct, frozen=True):
    """Public state: no personal data. `finger` is the one asked for, `sequence` counts up with every change."""

    station: str
    state: State
    prompt: CartPrompt
    sequence: int
    step: str | None = None
    finger: str | None = None
    tries: int = 0
    language: str | None = None
    booth: str | None = None
    warned: bool = False


class CartScreen:
    """What the site shows of a bio-cart."""

    def __init__(
        self, cart: BioCart, languages: Languages, floor: Floor, *, station: str, number: int, default_language: str,
        clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self.cart, self.change = cart, cart.change
        self._languages, self._floor = languages, floor
        self._station, self._number, self._default = station, number, default_language
        self._clock = clock
        self._choosing: tuple[State, float] | None = None

    async def touch(self, action: str, value: str) -> bool:
        if action == "languages":
            self.cart.active()
            self._choosing = (self.cart.state, self._clock() + LANGUAGES_SHOWN_SECONDS)
        elif action == "language" and value not in self._languages:
            return False
        else:
            self._choosing = None if action != "activity" else self._choosing
            if action != "back" and not self.cart.press(action, value):
                return False
        self.change.bump()
        return True

    async def preview(self) -> AsyncIterator[bytes]:
        """The camera's frames while a face is asked for."""
        if self.cart.state is not State.FACE:
            return
        async for frame in self.cart.mirror.frames():
            if self.cart.state is not State.FACE or self.change.closed:
                return
            yield to_jpeg(frame.image, quality=70)

    def print_picture(self) -> bytes | None:
        """The last print as PNG, while that finger is on the screen."""
        attempt = self.cart.attempt
        if attempt is None or attempt.image is None:
            return None
        return png(attempt.image)

    def view(self) -> CartView:
        cart = self.cart
        return CartView(
            station=self._station,
            state=cart.state,
            prompt=self._prompt(),
            sequence=self.change.number,
            step=STEP_OF.get(cart.state),
            finger=cart.finger.value if cart.finger and cart.state in HANDS else None,
            tries=cart.attempt.number if cart.attempt else 0,
            language=cart.language,
            booth=cart.booth,
            warned=cart.warned,
        )

    def screen(self) -> Screen:
        cart = self.cart
        first = self._languages.choose(cart.language, self._default)
        saying = prompts.CART[self._prompt()]
        template = self._template(saying.layout)
        finger = prompts.FINGERS[cart.finger.value] if cart.finger else ""
        facts: dict[str, Any] = {
            "layout": f"{template} {cart.visits}",
            "visit": cart.visits,
            "state": cart.state.value,
            "name": cart.state.value,
            "sentence": saying.sentence,
            "values": {"booth": cart.booth or ""},
            "pictogram": saying.pictogram,
            "staff_called": cart.staff_called,
            "steps": steps(cart.state),
            "booth": cart.booth,
            "plan": self._floor.plan(str(self._number), cart.booth),
            "right": self._floor.right,
            "may_stop": cart.state in ASKING | {State.READING},
            "choices": choices(cart.state),
            "finger": finger,
            "hand": "left" if cart.state is State.LEFT_HAND else "right",
            "which": cart.finger.value.partition("_")[2] if cart.finger else "index",
            "nth": 2 if cart.state is State.LEFT_HAND else 1,
            "bars": bars(cart),
            "verdict": prompts.verdict(bars(cart)),
            "print_id": f"{cart.visits}-{cart.finger}-{cart.attempt.number if cart.attempt else 0}",
        }
        return Screen(f"cart/{template}.html", first, self._languages.beside(first), facts)

    def _prompt(self) -> CartPrompt:
        cart = self.cart
        if cart.state is State.DONE and cart.booth:
            return CartPrompt.GO_TO_BOOTH
        if cart.state in HANDS and cart.attempt is not None:
            return FINGER_ADVICE.get(cart.advice or "", _after(cart))
        if cart.state is State.FACE and cart.advice is not None:
            return FACE_ADVICE.get(cart.advice, CartPrompt.LOOK_AT_CAMERA)
        return PROMPT_OF[cart.state]

    def _template(self, layout: Layout) -> str:
        if self._choosing is not None:
            state, until = self._choosing
            if state is self.cart.state and self._clock() < until:
                return "languages"
            self._choosing = None
        if self.cart.warned:
            return "still_there"
        return TEMPLATES.get(self.cart.state, layout.value)


def _after(cart: BioCart) -> CartPrompt:
    """What to say after a try without advice: once more, where a print was seen and was not good enough."""
    image = cart.attempt.image if cart.attempt else None
    again = image is not None and image.quality.value < GOOD
    return CartPrompt.FINGER_AGAIN if again else CartPrompt.PLACE_FINGER


def bars(cart: BioCart) -> int:
    """Quality as bars, 0 to 5; four are enough."""
    image = cart.attempt.image if cart.attempt else None
    return 0 if image is None else min(BARS, image.quality.value * BARS // 100 + 1)


def choices(state: State) -> list[dict[str, str]]:
    """Buttons of the declaration."""
    if state in (State.PURPOSE, State.EXEMPT_PURPOSE):
        purposes = prompts.PURPOSES.items()
        return [{"action": "purpose", "value": key, "word": word, "icon": icon} for key, (word, icon) in purposes]
    stays = prompts.STAYS.items()
    return [{"action": "stay", "value": str(days), "word": word, "icon": "stay"} for days, word in stays]


def steps(state: State) -> list[dict[str, str]]:
    now = STEP_OF.get(state)
    place = STEPS.index(now) if now else -1
    marks = ["done" if i < place else "now" if i == place else "next" for i in range(len(STEPS))]
    words = (prompts.STEPS[step] for step in STEPS)
    return [{"mark": mark, "word": word, "pictogram": icon} for mark, (word, icon) in zip(marks, words, strict=True)]
