"""The bio-cart: carries out what `visit.TABLE` says, one traveller at a time.

Every event goes through `happen()`; every effect is a method here. A capture runs as one task, and the next one ends
it, so what a device says too late reaches nobody. What is known of the traveller is one `Case`, dropped as a whole.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, Final, Protocol

import structlog

from biometrics.capture import FingerPosition
from gate.feed import CameraFeed
from gate.passport_desk import DeskProgress, Placing
from gate.station import Clock, Health
from gate.telemetry import Telemetry
from kiosk.case import Case
from kiosk.examination import Examination
from kiosk.fingers import LEFT, RIGHT, Attempt, next_finger
from kiosk.languages import of_state
from kiosk.patience import due
from kiosk.prompts import PURPOSES, STAYS
from kiosk.stream import Change
from kiosk.visit import AT_THE_DESK, Effect, Event, State, advance

log = structlog.get_logger(__name__)

WATCH_SECONDS: Final = 0.2
DESK_LOST_SECONDS: Final = 5.0
"""A camera that is opened again within this is not worth closing the bio-cart for."""


class Device(Protocol):
    @property
    def health(self) -> Health: ...


class BioCart:
    """`run()` until cancelled. Reads and touches come from the same event loop; nothing here is shared with threads.

    `watched` are the devices without which no passport can be read.
    """

    def __init__(
        self,
        examination: Examination,
        telemetry: Telemetry,
        watched: Sequence[Device] = (),
        *,
        clock: Clock = time.monotonic,
    ) -> None:
        self.change = Change()
        self.state = State.CLOSED  # until the first look at the devices
        self.case: Case | None = None
        self.chosen: str | None = None
        self._guessed: str | None = None
        self.booth: str | None = None
        self.finger: FingerPosition | None = None
        self.attempt: Attempt | None = None
        self.advice: str | None = None
        self.warned = self.staff_called = False
        self.visits = 0
        self._examination, self._telemetry, self._watched, self._clock = examination, telemetry, watched, clock
        self._active_at = self._ready_at = clock()
        self._work: asyncio.Task[None] | None = None
        self._effects: dict[Effect, Callable[[], None]] = {
            Effect.READ_PASSPORT: self._read_passport,
            Effect.CAPTURE_FINGER: self._capture_finger,
            Effect.NOTE_MISSING: self._note_missing,
            Effect.NEXT_FINGER: self._next_finger,
            Effect.CAPTURE_FACE: self._capture_face,
            Effect.SEND: self._send,
            Effect.CALL_STAFF: self._call_staff,
            Effect.WARN: self._warn,
            Effect.REST_DEVICES: self._rest,
            Effect.DROP_DATA: self._drop,
            Effect.FORGET: self._forget,
        }

    async def run(self) -> None:
        """Watch the clock and the passport reader."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            self.watch()

    def watch(self) -> None:
        """One look at the clock and at the devices."""
        if all(device.health.ready for device in self._watched):
            self._ready_at = self._clock()
            if self.state is State.CLOSED:
                self.happen(Event.DESK_READY)
        elif self.state in AT_THE_DESK and self._clock() - self._ready_at > DESK_LOST_SECONDS:
            self.happen(Event.DESK_LOST)
        brought = due(self.state, self._clock() - self._active_at, warned=self.warned)
        if brought is not None:
            self.happen(brought)

    def happen(self, event: Event) -> None:
        before = self.state
        self.state, effects = advance(before, event)
        if event is Event.BEGIN and self.state is not before:
            self._telemetry.note("visit_began")
        if self.state is not before:
            log.info("visit", state=self.state.value, after=event.value)
            self.advice = self.attempt = None
            self.active()
        for effect in effects:
            self._effects[effect]()
        self.change.bump()

    def active(self) -> None:
        """A sign of life of the traveller."""
        self._active_at = self._clock()
        if self.warned:
            self.warned = False
            self.change.bump()

    def close(self) -> None:
        """At the end of the process: nothing of a traveller is left to finish."""
        self._rest()
        self._drop()

    def press(self, action: str, value: str) -> bool:
        """Whether there is such a button now or ever; see `kiosk.cart_screen` for the list."""
        self.active()
        match action:
            case "language":
                self.chosen = value
                self.happen(Event.LANGUAGE_CHOSEN)
            case "purpose" if value in PURPOSES:
                self._declare(Event.PURPOSE_CHOSEN, purpose=value)
            case "stay" if value.isdecimal() and int(value) in STAYS:
                self._declare(Event.STAY_CHOSEN, stay_days=int(value))
            case _ if action in TOUCHES:
                self.happen(TOUCHES[action])
            case "more" | "activity":
                pass
            case _:
                return False
        return True

    @property
    def mirror(self) -> CameraFeed:
        return self._examination.mirror

    @property
    def language(self) -> str | None:
        """Chosen by touch, else a guess from the passport."""
        document = self.case.document if self.case else None
        return self.chosen or (self._guessed if document is None else of_state(document.issuing_state))

    def _declare(self, event: Event, *, purpose: str | None = None, stay_days: int | None = None) -> None:
        if self.case is not None:
            self.case.purpose = purpose or self.case.purpose
            self.case.stay_days = stay_days or self.case.stay_days
        self.happen(event)

    # effects

    def _start(self, work: Callable[[], Coroutine[Any, Any, Event]]) -> None:
        """The one piece of work under way; what it ends in happens, unless another began meanwhile."""

        async def carried_out() -> None:
            self.happen(await work())

        self._rest()
        self._work = asyncio.get_running_loop().create_task(carried_out())
        self._work.add_done_callback(_report)

    def _rest(self) -> None:
        if self._work is not None and self._work is not asyncio.current_task():
            self._work.cancel()
        self._work = None

    def _note(self, kind: str, **data: str | int | float | bool | None) -> None:
        self._telemetry.note(kind, self.case.id if self.case else None, **data)

    def _call_staff(self) -> None:
        if not self.staff_called:
            self.staff_called = True
            self._note("help", state=self.state.value)

    def _warn(self) -> None:
        self.warned = True
        self._active_at = self._clock()

    def _drop(self) -> None:
        """What was read and captured goes; a guess at the language stays for the sentence that shows the way."""
        self._guessed = self.language
        self.case = self.finger = self.attempt = self.advice = None

    def _forget(self) -> None:
        if self.case is not None:
            self._note("abandoned")
        self._drop()
        self.chosen = self._guessed = self.booth = None
        self.warned = self.staff_called = False
        self.visits += 1

    # the pieces of the visit

    def _read_passport(self) -> None:
        case = self.case = self._examination.new_case()
        self._start(partial(self._examination.passport, case, partial(self._follow_reading, case)))

    def _follow_reading(self, case: Case, step: DeskProgress) -> None:
        if self.case is not case:
            return
        self.active()
        if step.placing in (Placing.LAID, Placing.READING) and self.state is not State.READING:
            self.happen(Event.PASSPORT_SEEN)
        elif step.placing is Placing.AGAIN:
            self.happen(Event.CHIP_LOST)

    def _capture_finger(self) -> None:
        assert self.case is not None
        self.attempt = self.advice = None
        self.finger = next_finger(RIGHT if self.state is State.RIGHT_HAND else LEFT, self.case.tried)
        if self.finger is not None:
            self._start(partial(self._examination.finger, self.case, self.finger, self._show_attempt))

    def _next_finger(self) -> None:
        self._capture_finger()
        if self.finger is None:
            self.happen(Event.HAND_EXHAUSTED)

    def _note_missing(self) -> None:
        if self.case is not None and self.finger is not None:
            self.case.note_finger(self.finger, "missing")

    def _show_attempt(self, attempt: Attempt) -> None:
        self.attempt, self.advice = attempt, attempt.advice
        if attempt.image is not None:
            self.active()
        self.change.bump()

    def _capture_face(self) -> None:
        assert self.case is not None
        self._start(partial(self._examination.face, self.case, self._advise))

    def _advise(self, advice: str | None) -> None:
        self.advice = advice
        if advice != "look_at_camera":
            self.active()
        self.change.bump()

    def _send(self) -> None:
        assert self.case is not None
        self._start(partial(self._sent, self.case))

    async def _sent(self, case: Case) -> Event:
        self.booth = await self._examination.send(case, self.language or "")
        return Event.ANSWERED


TOUCHES: Final = {
    "begin": Event.BEGIN,
    "missing": Event.FINGER_MISSING,
    "help": Event.HELP,
    "stop": Event.STOP,
    "finish": Event.STOP,
}
"""Buttons that are events as they stand."""


def _report(task: asyncio.Task[None]) -> None:
    """A fault of ours in a capture: the visit's patience moves the traveller on, the log tells a technician."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("capture_broke", error=type(error).__name__)
