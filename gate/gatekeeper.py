"""The gate's own loop: facts and events go into the journey, effects come out, the screen follows.

One task owns the state. Devices, the console and people speak to it through one queue.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

import structlog

from . import passage
from .door import Door, Input, InterlockViolation, LaneState
from .effects import Effects
from .journey import SECONDS, Event, State, advance
from .screen import Screen
from .station import Clock, Health
from .telemetry import Telemetry

log = structlog.get_logger("gate.gatekeeper")

TICK_SECONDS: Final = 0.1
DEVICE_GRACE: Final = 5.0
"""A camera or reader may be away as long as a replugged cable takes before the traveller is sent to a booth.
The self test has no such patience: nobody is waiting, and a device that never opened was never there."""
SHUT_IN_AFTER: Final = 25.0
"""Seconds behind two closed doors, or without a word of them, until staff are called: nobody is shut in for over thirty
without that. Our own number."""
MOST_MOVES: Final = 2 * len(State)
"""Facts settle in a few moves; a table that went round in circles would be stopped here, and logged."""

DOORS_CLOSED: Final = frozenset({Input.ENTRY_CLOSED, Input.EXIT_CLOSED})

Message: TypeAlias = Event | LaneState


class Gatekeeper:
    """`devices` gives the health of every camera and reader; the door's own health is its lane state."""

    def __init__(
        self,
        *,
        door: Door,
        devices: Callable[[], Iterable[Health]],
        telemetry: Telemetry,
        screen: Screen,
        grace: float = DEVICE_GRACE,
        clock: Clock = time.monotonic,
    ) -> None:
        self._door, self._devices, self._telemetry, self._screen = door, devices, telemetry, screen
        self._grace, self._clock = grace, clock
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()
        self._passage = passage.unwatched()
        self._lane: LaneState | None = None
        self._deadline: float | None = None
        self._shut_since: float | None = None
        self._shut_told = False
        self._effects: Effects | None = None
        self.state = State.SELF_TEST
        self.entered_at = clock()
        self.in_service = True
        """As the attendant has it."""
        self.may_serve: Callable[[], bool] = lambda: True
        """Whether monitoring lets new travellers in."""

    def attach(self, effects: Effects) -> None:
        """Effects tell events back, so they are made after the gatekeeper."""
        self._effects = effects

    def tell(self, message: Message) -> None:
        """From the loop's thread only."""
        self._messages.put_nowait(message)

    def refresh(self) -> None:
        """Show what has changed beside the state at once, and not at the next tick."""
        self._messages.put_nowait(None)

    @property
    def alone(self) -> bool:
        return self._passage.alone

    @property
    def nobody_inside(self) -> bool:
        """The lane is empty and its entry closed, as it will be behind the next traveller. From any thread."""
        lane = self._lane
        return lane is not None and self._passage.empty and Input.ENTRY_CLOSED in lane.inputs

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """What the journey has under way besides this loop."""
        return () if self._effects is None else self._effects.tasks

    @property
    def button_pressed(self) -> bool:
        return self._lane is not None and self._lane.emergency

    async def run(self) -> None:
        """Until cancelled. Begin with both doors closed, whatever was before."""
        assert self._effects is not None
        self._telemetry.note("started")
        self._effects.close_exit()
        self._effects.close_entry()
        self._enter(State.SELF_TEST)
        while True:
            await self._take(await self._next())
            self._settle()
            self._show()

    async def _next(self) -> Message | None:
        try:
            return await asyncio.wait_for(self._messages.get(), TICK_SECONDS)
        except TimeoutError:
            return None

    async def _take(self, message: Message | None) -> None:
        now = self._clock()
        if isinstance(message, LaneState):
            self._watch_doors(self._lane, message)
            self._lane, self._passage = message, passage.observe(self._passage, message, now)
        elif message is not None:
            self._apply(message)
        self._passage = passage.tick(self._passage, now)
        if self._door.lane is None:
            self._lane, self._passage = None, passage.unwatched()
        self._watch_who_is_shut_in(now)
        if self._deadline is not None and now >= self._deadline:
            self._restart_timer()
            self._apply(Event.TIMEOUT)

    def _watch_who_is_shut_in(self, now: float) -> None:
        """Told once; a door that opens, or a lane that is empty, begins it anew."""
        lane = self._lane
        may_be = lane is None or (self._passage.occupied and lane.inputs >= DOORS_CLOSED)
        if not may_be:
            self._shut_since, self._shut_told = None, False
        elif self._shut_since is None:
            self._shut_since = now
        elif not self._shut_told and now - self._shut_since >= SHUT_IN_AFTER:
            self._shut_told = True
            self._apply(Event.SHUT_IN)

    def _settle(self) -> None:
        """Offer every lasting fact until none moves the state."""
        for _ in range(MOST_MOVES):
            if not any(self._apply(fact) for fact in self._facts()):
                return
        log.error("facts_do_not_settle", state=self.state.value)

    def _facts(self) -> Iterator[Event]:
        lost = [health for health in self._devices() if not health.ready]
        if self._lane is None:
            yield Event.DOOR_LOST
        grace = self._grace if self.state is not State.SELF_TEST else 0.0
        if any(self._clock() - health.since >= grace for health in lost):
            yield Event.DEVICE_LOST
        serves = self.in_service and self.may_serve()
        if not serves:
            yield Event.SERVICE_CLOSED
        lane = self._current_lane()
        if lane is not None:
            yield from passage.facts(self._passage, lane)
        if not lost and serves and lane is not None:
            yield Event.AVAILABLE

    def _current_lane(self) -> LaneState | None:
        """The last report; one from before the last command says nothing about the doors."""
        lane = self._lane
        return lane if lane is None or lane.order == self._door.order else replace(lane, settled=False)

    def _apply(self, event: Event) -> bool:
        """Whether the state moved."""
        assert self._effects is not None
        before = self.state
        following, effects = advance(before, event)
        if following is not before:
            log.info("journey", state=following.value, before=before.value, by=event.value)
            self._enter(following)
        for effect in effects:
            try:
                self._effects.run(effect)
            except InterlockViolation as violation:
                log.error("interlock", effect=effect.value, state=following.value)
                self._telemetry.note("interlock", reason=str(violation))
        return following is not before

    def _enter(self, state: State) -> None:
        self.state, self.entered_at = state, self._clock()
        self._restart_timer()

    def _restart_timer(self) -> None:
        seconds = SECONDS.get(self.state)
        self._deadline = None if seconds is None else self._clock() + seconds

    def _watch_doors(self, before: LaneState | None, now: LaneState) -> None:
        """Note every door that leaves its closed contact; `granted` tells of a grant for the exit."""
        if before is None:
            return
        assert self._effects is not None
        grant = self._effects.exit_grant
        emergency = self.state is State.EMERGENCY or now.emergency
        for contact, door in ((Input.ENTRY_CLOSED, "entry"), (Input.EXIT_CLOSED, "exit")):
            if contact in before.inputs and contact not in now.inputs:
                granted = door == "exit" and grant is not None
                self._telemetry.note("door_opened", grant, door=door, granted=granted, emergency=emergency)

    def _show(self) -> None:
        assert self._effects is not None
        left = None if self._deadline is None else max(0.0, round(self._deadline - self._clock(), 1))
        self._screen.show(self.state, self._effects.hints, seconds_left=left)
