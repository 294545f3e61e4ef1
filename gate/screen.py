"""What the traveller's screen shows: a pure function of the journey's state and a few hints, and its listeners."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import msgspec

from .journey import State
from .passport_desk import Placing
from .view import GateView, Prompt, Step

PROMPTS: Final[Mapping[State, Prompt]] = MappingProxyType(
    {
        State.OUT_OF_SERVICE: Prompt.CLOSED,
        State.SELF_TEST: Prompt.CLOSED,
        State.READY: Prompt.WELCOME,
        State.ENTERING: Prompt.ENTER,
        State.CLOSING_IN: Prompt.PLACE_PASSPORT,
        State.READING: Prompt.PLACE_PASSPORT,
        State.DECIDING: Prompt.PLEASE_WAIT,
        State.LEAVING: Prompt.GO_THROUGH,
        State.CLOSING_OUT: Prompt.PLEASE_WAIT,
        State.WITHDRAWING: Prompt.PLEASE_WAIT,
        State.REFERRING: Prompt.GO_TO_BOOTH,
        State.TAILGATED: Prompt.ONE_PERSON,
        State.ABANDONED: Prompt.STAFF_COMING,
        State.ATTENDED: Prompt.STAFF_COMING,
        State.EMERGENCY: Prompt.EMERGENCY,
    }
)
STEPS: Final[Mapping[State, Step]] = MappingProxyType(
    {
        State.CLOSING_IN: Step.PASSPORT,
        State.READING: Step.PASSPORT,
        State.DECIDING: Step.FACE,
        State.LEAVING: Step.DONE,
    }
)
PLACING: Final[Mapping[Placing, Prompt]] = MappingProxyType(
    {
        Placing.WAITING: Prompt.PLACE_PASSPORT,
        Placing.LAID: Prompt.KEEP_PASSPORT_STILL,
        Placing.READING: Prompt.LOOK_AT_CAMERA,
        Placing.AGAIN: Prompt.PLACE_PASSPORT_AGAIN,
        Placing.DONE: Prompt.LOOK_AT_CAMERA,
    }
)
ADVICE: Final[Mapping[str, Prompt]] = MappingProxyType(
    {
        "come_closer": Prompt.COME_CLOSER,
        "step_back": Prompt.STEP_BACK,
        "centre_face": Prompt.CENTRE_FACE,
        "look_at_camera": Prompt.LOOK_AT_CAMERA,
        "hold_still": Prompt.HOLD_STILL,
        "one_person": Prompt.ONE_PERSON,
        "take_off_mask": Prompt.TAKE_OFF_MASK,
        "take_off_glasses": Prompt.TAKE_OFF_GLASSES,
        "open_eyes": Prompt.OPEN_EYES,
        "turn_head": Prompt.TURN_HEAD,
    }
)
"""Every `biometrics.face.guidance.Advice`."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the state alone does not tell. Blank between travellers."""

    placing: Placing = Placing.WAITING
    advice: str | None = None
    face_done: bool = False
    help_called: bool = False
    language: str | None = None
    booth: str | None = None


def prompt(state: State, hints: Hints) -> Prompt:
    """The passport comes first; while the chip is read the face has the word, until it is captured."""
    if hints.help_called and state not in (State.EMERGENCY, State.LEAVING):
        return Prompt.STAFF_COMING
    if state is not State.READING:
        return PROMPTS[state]
    if hints.placing not in (Placing.READING, Placing.DONE):
        return PLACING[hints.placing]
    if hints.face_done:
        return Prompt.PLEASE_WAIT if hints.placing is Placing.DONE else Prompt.KEEP_PASSPORT_STILL
    return ADVICE.get(hints.advice or "", Prompt.LOOK_AT_CAMERA)


def step(state: State, hints: Hints) -> Step | None:
    if state is State.READING and hints.placing in (Placing.READING, Placing.DONE):
        return Step.FACE
    return STEPS.get(state)


class Screen:
    """The newest `GateView`, for whoever listens. `sequence` counts up with every change."""

    def __init__(self, station: str, number: int, direction: str) -> None:
        self._blank = GateView(station, number, direction, State.SELF_TEST.value, Prompt.CLOSED, 1)
        self.view = self._blank
        self._changed = asyncio.Condition()
        self._waking: set[asyncio.Task[None]] = set()

    def show(self, state: State, hints: Hints, *, seconds_left: float | None = None) -> None:
        shown = msgspec.structs.replace(
            self._blank,
            state=state.value,
            prompt=prompt(state, hints),
            step=step(state, hints),
            mirror=state is State.READING,
            booth=hints.booth if state is State.REFERRING else None,
            language=hints.language,
            seconds_left=seconds_left,
            sequence=self.view.sequence,
        )
        if msgspec.structs.replace(shown, seconds_left=self.view.seconds_left) != self.view:
            self.view = msgspec.structs.replace(shown, sequence=self.view.sequence + 1)
            task = asyncio.get_running_loop().create_task(self._wake())
            self._waking.add(task)
            task.add_done_callback(self._waking.discard)

    async def views(self, *, heart_beat: float = 1.0) -> AsyncIterator[GateView | None]:
        """Every view from now on, the newest at once; None each second without a change."""
        seen = 0
        while True:
            try:
                await asyncio.wait_for(self._newer_than(seen), heart_beat)
            except TimeoutError:
                yield None
                continue
            seen = self.view.sequence
            yield self.view

    async def _newer_than(self, seen: int) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self.view.sequence != seen)

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()
