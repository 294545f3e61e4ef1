"""A lane controller at the true wire: an OSDP v2 peripheral with secure channel on a pty, and a lane behind it.

Whoever opens `device` with the right key is the control panel. Faults: `bus_cut` (bytes go nowhere), `unplugged` (the
device vanishes), `power_loss` (the controller is dead and both doors spring open), `frozen` (it answers, but no input
is ever reported again).
"""

from __future__ import annotations

import contextlib
import os
import pty
import secrets
import tempfile
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import osdp

from .lane import BEFORE, BEYOND, Contact, DoorOpening, Lane, LaneSnapshot

ADDRESS: Final = 1
CONTACTS: Final = 16
OUTPUTS: Final = 8
TURN_SECONDS: Final = 0.005
REPORT_SECONDS: Final = 0.5
"""Unchanged inputs are reported as often, so that silence can be told from calm."""
ALONE_SECONDS: Final = 3.0
"""Without the control panel for as long, the controller closes the exit by itself."""
FAULTS: Final = frozenset({"bus_cut", "unplugged", "power_loss", "frozen"})

ENTRY_OPEN, EXIT_OPEN, EMERGENCY = 0, 1, 2


class _Line:
    """Our end of the pty, as libosdp's channel; `cut` swallows every byte."""

    id = 0

    def __init__(self) -> None:
        self.cut = False
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        os.set_blocking(self._ours, False)
        # Our own handle on their side keeps the line alive while no control panel has it open.
        self._theirs = theirs
        self.path = os.ttyname(theirs)

    def read(self, size: int) -> bytes:
        try:
            data = os.read(self._ours, size)
        except (BlockingIOError, OSError):
            return b""
        return b"" if self.cut else data

    def write(self, data: bytes) -> int:
        if self.cut:
            return len(data)
        try:
            return os.write(self._ours, data)
        except (BlockingIOError, OSError):
            return len(data)

    def flush(self) -> None:
        """A pty has no buffer of its own to empty."""

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


class LaneServer:
    """`device` and `key` are for the gate; everything else is for the hall. `speed` scales the lane's time."""

    def __init__(self, *, speed: float = 1.0, clock: Callable[[], float] = time.time, key: bytes | None = None) -> None:
        self.key = key or secrets.token_bytes(16)
        self._speed = speed
        self._changed = threading.Condition()
        self._lane = Lane(clock)
        self._folder = tempfile.TemporaryDirectory(prefix="sekisho-door-")
        self.device = str(Path(self._folder.name) / "lane")
        self._fault: str | None = None
        self._line: _Line | None = None
        self._heard_at = time.monotonic()
        self._plug_in()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lane controller", daemon=True)
        self._thread.start()

    # What people do

    def enter(self, persons: int = 1) -> None:
        self._act(lambda: self._lane.arrive(persons))

    def leave_by_exit(self, persons: int | None = None) -> None:
        self._act(lambda: self._lane.send(BEYOND, persons))

    def leave_by_entry(self, persons: int | None = None) -> None:
        self._act(lambda: self._lane.send(BEFORE, persons))

    def intrude_by_exit(self) -> None:
        self._act(self._lane.intrude)

    def press_emergency(self) -> None:
        self._act(lambda: setattr(self._lane, "button", True))

    def release_emergency(self) -> None:
        self._act(lambda: setattr(self._lane, "button", False))

    # What can be seen

    @property
    def lane(self) -> LaneServer:
        """The people and the mechanics are reached through the server, which owns their clock."""
        return self

    @property
    def snapshot(self) -> LaneSnapshot:
        with self._changed:
            return self._lane.snapshot()

    @property
    def history(self) -> tuple[DoorOpening, ...]:
        with self._changed:
            return tuple(replace(opening) for opening in self._lane.history)

    def wait_for(self, condition: Callable[[LaneSnapshot], bool], seconds: float = 20.0) -> LaneSnapshot:
        """Return the first snapshot that fulfils `condition`; raise TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self._lane.snapshot()), seconds):
                raise TimeoutError("the lane never came to that")
            return self._lane.snapshot()

    # What breaks

    def fault(self, name: str) -> None:
        """Raise ValueError for a name that is not in FAULTS."""
        if name not in FAULTS:
            raise ValueError(f"no such fault: {name}")
        with self._changed:
            self._fault = name
            self._lane.released = self._lane.released or name == "power_loss"
            if self._line is not None:
                self._line.cut = name in ("bus_cut", "power_loss")
            if name == "unplugged":
                self._unplug()

    def repair(self) -> None:
        with self._changed:
            fault, self._fault = self._fault, None
            if fault == "power_loss":
                self._lane.released = self._lane.want_entry = self._lane.want_exit = False
            if fault == "unplugged":
                self._plug_in()
            if self._line is not None:
                self._line.cut = False

    def close(self) -> None:
        self._closing.set()
        self._thread.join(5.0)
        self._unplug()
        self._folder.cleanup()

    # The controller

    def _plug_in(self) -> None:
        line = _Line()
        info = osdp.PDInfo(ADDRESS, line, scbk=self.key, name="lane", flags=[osdp.LibFlag.EnforceSecure])
        abilities = [
            (osdp.Capability.OutputControl, 1, OUTPUTS),
            (osdp.Capability.ContactStatusMonitoring, 1, CONTACTS),
            (osdp.Capability.CommunicationSecurity, 1, 1),
        ]
        self._device = osdp.PeripheralDevice(
            info, osdp.PDCapabilities(abilities), log_level=osdp.LogLevel.Emergency, command_handler=self._obey
        )
        self._reported: frozenset[Contact] | None = None
        self._reported_at = 0.0
        self._line = line
        os.symlink(line.path, self.device)

    def _unplug(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            self._device.ctx = None
            line.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.device)

    def _obey(self, command: dict[str, Any]) -> tuple[int, None]:
        """osdp_OUT: code 2 is permanently on, code 1 permanently off."""
        if command["command"] == osdp.Command.Output:
            on = command["control_code"] == 2
            number = command["output_no"]
            if number == ENTRY_OPEN:
                self._lane.want_entry = on
            elif number == EXIT_OPEN:
                self._lane.want_exit = on
            elif number == EMERGENCY:
                self._lane.released = on
        return 0, None

    def _run(self) -> None:
        before = time.monotonic()
        while not self._closing.wait(TURN_SECONDS):
            now = time.monotonic()
            with self._changed:
                self._turn(now, (now - before) * self._speed)
                self._changed.notify_all()
            before = now

    def _turn(self, now: float, seconds: float) -> None:
        self._lane.step(min(seconds, 0.1))
        if self._line is None or self._fault == "power_loss":
            return
        self._device.ctx.refresh()
        if self._device.is_sc_active() and not self._line.cut:
            self._heard_at = now
            self._report(now)
        elif now - self._heard_at > ALONE_SECONDS:
            self._lane.want_exit = False
            self._reported = None

    def _report(self, now: float) -> None:
        contacts = self._lane.contacts()
        if self._fault == "frozen" or (contacts == self._reported and now - self._reported_at < REPORT_SECONDS):
            return
        bits = bytes(number in contacts for number in range(CONTACTS))
        event = {"event": osdp.Event.Status, "type": osdp.StatusReportType.Input, "report": bits}
        if self._device.ctx.submit_event(event):
            self._reported, self._reported_at = contacts, now

    def _act(self, action: Callable[[], None]) -> None:
        with self._changed:
            action()
