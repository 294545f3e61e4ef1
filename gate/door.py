"""The two-door lane over OSDP v2 (IEC 60839-11-5:2020) with its secure channel.

The control panel runs in one owner thread on a serial device. What is wanted of the doors is one value
(`DoorCommand`), asserted again after every loss of the line; what is known of them is one value (`LaneState`).

Fail safe, in hardware: the lane controller opens both doors by itself when the emergency button is pressed or the power
fails, without this program. Fail secure: when the line is silent for three seconds it closes the exit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import structlog

from biometrics.capture import DeviceLost

from .panel import Line, Panel
from .station import Clock, Health, StationError, Supervisor

log = structlog.get_logger("gate.door")

TURN_SECONDS: Final = 0.005
"""Between two refreshes; libosdp asks for at most 0.05 s."""
CONNECT_SECONDS: Final = 4.0
SILENT_SECONDS: Final = 2.5
"""The controller reports twice a second; five missing reports mean that nothing is known."""
SETTLE_SECONDS: Final = 0.4
"""From a command's acknowledgement to a report that shows what the door did with it: reports that were waiting in the
controller when the command came leave it at one a poll (0.05 s), and a burst of footsteps makes a few."""


class Output(IntEnum):
    """Outputs of the lane controller: on means open, or lit."""

    ENTRY_OPEN = 0
    EXIT_OPEN = 1
    EMERGENCY = 2
    ENTRY_LAMP = 3
    EXIT_LAMP = 4


class Input(IntEnum):
    """Inputs of the lane controller: on means interrupted, occupied, closed, or pressed."""

    ENTRY_BARRIER = 0
    MIDDLE_FIRST = 1
    MIDDLE_SECOND = 2
    EXIT_BARRIER = 3
    FLOOR_MAT = 4
    ENTRY_CLOSED = 5
    EXIT_CLOSED = 6
    EMERGENCY_BUTTON = 7
    FRONT_MAT = 8
    """The part of the floor mat before the desk."""


class InterlockViolation(StationError):
    """Both doors were asked to open outside an emergency: a fault of this program, never carried out."""

    code = "interlock_violation"


@dataclass(frozen=True, slots=True)
class DoorCommand:
    """What the doors are to be. Raise `InterlockViolation` for both open outside an emergency."""

    entry: bool = False
    exit: bool = False
    emergency: bool = False

    def __post_init__(self) -> None:
        if self.entry and self.exit and not self.emergency:
            raise InterlockViolation("both doors asked to open")

    def outputs(self) -> dict[int, bool]:
        return {
            Output.ENTRY_OPEN: self.entry or self.emergency,
            Output.EXIT_OPEN: self.exit or self.emergency,
            Output.EMERGENCY: self.emergency,
            Output.ENTRY_LAMP: self.entry,
            Output.EXIT_LAMP: self.exit,
        }


@dataclass(frozen=True, slots=True)
class LaneState:
    """Inputs as last reported at `at` (monotonic); `settled`: the report came after every command took effect."""

    at: float
    inputs: frozenset[Input] = frozenset()
    settled: bool = False
    order: int = 0
    """Number of the command the doors had when the report was made."""

    @property
    def entry_closed(self) -> bool:
        return self.settled and Input.ENTRY_CLOSED in self.inputs

    @property
    def exit_closed(self) -> bool:
        return self.settled and Input.EXIT_CLOSED in self.inputs

    @property
    def emergency(self) -> bool:
        return Input.EMERGENCY_BUTTON in self.inputs


class Door:
    """The lane as the gate knows it. `on_lane` hears every new `LaneState`, from the owner thread."""

    def __init__(
        self,
        device: str,
        key: bytes,
        *,
        on_lane: Callable[[LaneState], None] = lambda lane: None,
        on_health: Callable[[Health], None] = lambda health: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._device, self._key, self._on_lane, self._clock = device, key, on_lane, clock
        self._wanted = DoorCommand()
        self._order = 0
        self._lane: LaneState | None = None
        self._acknowledged_at = self._heard_at = 0.0
        self.supervisor: Supervisor[Line] = Supervisor(
            "door", self._connect, Line.close, on_health=on_health, clock=clock, work=self._own
        )

    @property
    def health(self) -> Health:
        return self.supervisor.health

    @property
    def lane(self) -> LaneState | None:
        """What is known now; None while the controller does not answer."""
        return self._lane

    @property
    def wanted(self) -> DoorCommand:
        return self._wanted

    @property
    def order(self) -> int:
        """Number of the last command."""
        return self._order

    def listen(self, on_lane: Callable[[LaneState], None]) -> None:
        """Before `start`: who hears every new state of the lane, from the owner thread."""
        self._on_lane = on_lane

    def start(self) -> None:
        self.supervisor.start()

    def stop(self) -> None:
        self.supervisor.stop()

    def command(self, wanted: DoorCommand) -> None:
        """Want the doors so from now on. Returns at once; a report with this `order` shows the effect."""
        if wanted == self._wanted:
            return
        self._wanted, self._order = wanted, self._order + 1

    def _connect(self) -> Line:
        line = Line(self._device, self._key)
        give_up = self._clock() + CONNECT_SECONDS
        try:
            while not line.turn() or not line.panel.reports:
                if self._clock() > give_up:
                    raise DeviceLost("no secure channel with the door controller")
                time.sleep(TURN_SECONDS)
        except DeviceLost:
            line.close()
            raise
        return line

    def _own(self, line: Line, stopping: threading.Event) -> None:
        """A channel that ends is opened again at once, and nothing is lost unless the reports stay away too long: one
        answer that came late sends nobody back."""
        self._heard_at = self._clock()
        try:
            while not stopping.wait(TURN_SECONDS):
                try:
                    self._turn(line)
                except DeviceLost:
                    log.warning("door_line_renewed")
                    line.renew()
                if self._clock() - self._heard_at > SILENT_SECONDS:
                    raise DeviceLost("the door controller fell silent")
            self._close_quietly(line.panel)
        finally:
            self._lane = None

    def _turn(self, line: Line) -> None:
        """Raise `DeviceLost` where the channel ended or a command failed."""
        if not line.turn():
            return
        panel, order, asked = line.panel, self._order, self._wanted
        if panel.assert_outputs(asked.outputs()) or not panel.quiet:
            self._acknowledged_at = self._clock()
        while panel.reports:
            self._heard_at = self._clock()
            self._tell(panel, panel.reports.popleft(), order, self._heard_at)

    def _tell(self, panel: Panel, numbers: frozenset[int], order: int, now: float) -> None:
        inputs = frozenset(contact for contact in Input if contact in numbers)
        settled = panel.quiet and now - self._acknowledged_at > SETTLE_SECONDS
        self._lane = LaneState(now, inputs, settled, order)
        self._on_lane(self._lane)

    def _close_quietly(self, panel: Panel) -> None:
        """A gate that stops in good order leaves its doors closed, except in an emergency."""
        if self._wanted.emergency:
            return
        panel.assert_outputs(DoorCommand().outputs())
        give_up = self._clock() + 1.0
        while not panel.quiet and self._clock() < give_up:
            panel.turn()
            time.sleep(TURN_SECONDS)
