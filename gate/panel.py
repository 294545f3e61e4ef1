"""One life of the OSDP line (IEC 60839-11-5): a control panel with secure channel on a serial device.

Used by its owner thread alone; libosdp calls back into it from `turn`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import osdp
import serial

from biometrics.capture import DeviceLost

R = TypeVar("R")

ADDRESS: Final = 1
BAUD: Final = 115_200
"""OSDP allows 9600 to 230400; the highest every common controller speaks."""
SWITCH_ON: Final = 2
"""Control code of osdp_OUT: permanently on, aborting any timer."""
SWITCH_OFF: Final = 1


class _SerialChannel:
    """libosdp's channel on a serial device. DTR and RTS are left alone: a pty has no such lines."""

    id = 0

    def __init__(self, device: str) -> None:
        try:
            self._port = serial.Serial(device, BAUD, timeout=0, write_timeout=0, exclusive=True)
        except (serial.SerialException, OSError) as error:
            raise DeviceLost("the door's serial device cannot be opened") from error
        self.failed = False

    def read(self, size: int) -> bytes:
        return self._guarded(lambda: self._port.read(size), b"")

    def write(self, data: bytes) -> int:
        return self._guarded(lambda: self._port.write(data) or 0, 0)

    def flush(self) -> None:
        """Nothing to do: stale bytes fail their check and are skipped."""

    def close(self) -> None:
        self._port.close()

    def _guarded(self, act: Callable[[], R], otherwise: R) -> R:
        """An exception must not travel through the C library; the owner thread sees `failed` and closes."""
        try:
            return act()
        except (serial.SerialException, OSError):
            self.failed = True
            return otherwise


class Line:
    """The line to one controller over several lives: what a burst of noise ended is opened again at once, which takes
    a tenth of a second. Used by its owner thread alone."""

    def __init__(self, device: str, key: bytes) -> None:
        self._device, self._key = device, key
        self.panel = Panel(device, key)
        self._established = False

    def turn(self) -> bool:
        """Whether the secure channel stands. Raise `DeviceLost` where it stood and stands no more."""
        self.panel.turn()
        secure = self.panel.secure
        if self._established and not secure:
            raise DeviceLost("the secure channel with the door controller ended")
        self._established = self._established or secure
        return secure

    def renew(self) -> None:
        """Raise `DeviceLost` where the device itself is gone."""
        self.panel.close()
        self.panel, self._established = Panel(self._device, self._key), False

    def close(self) -> None:
        self.panel.close()


class Panel:
    """One life of the line, from opening to loss. Used by its owner thread alone."""

    def __init__(self, device: str, key: bytes) -> None:
        self._channel = _SerialChannel(device)
        flags = [osdp.LibFlag.EnforceSecure]
        info = osdp.PDInfo(ADDRESS, self._channel, scbk=key, name="lane", flags=flags)
        self._panel = osdp.ControlPanel(
            [info],
            log_level=osdp.LogLevel.Emergency,
            event_handler=self._heard,
            command_completion_handler=self._completed,
        )
        self.reports: deque[frozenset[int]] = deque()
        """Numbers of the inputs that are on, one set a report, the oldest first; the owner takes them."""
        self._sent: dict[int, bool] = {}
        self._pending = 0
        self._refused = False

    @property
    def secure(self) -> bool:
        return bool(self._panel.ctx.sc_status())

    @property
    def quiet(self) -> bool:
        """No command is under way."""
        return self._pending == 0

    def turn(self) -> None:
        """Exchange what is due. Raise `DeviceLost` where the line or a command failed."""
        self._panel.ctx.refresh()
        if self._channel.failed or self._refused:
            raise DeviceLost("the door controller does not answer")

    def assert_outputs(self, wanted: Mapping[int, bool]) -> bool:
        """Send what differs, closing before opening. Whether anything was sent."""
        changes = [(o, on) for o, on in wanted.items() if self._sent.get(o) is not on]
        for output, on in sorted(changes, key=lambda change: change[1]):
            self._submit(output, on)
        return bool(changes)

    def close(self) -> None:
        self._panel.ctx = None
        self._channel.close()

    def _submit(self, output: int, on: bool) -> None:
        command = {
            "command": osdp.Command.Output,
            "output_no": output,
            "control_code": SWITCH_ON if on else SWITCH_OFF,
            "timer_count": 0,
        }
        if not self._panel.ctx.submit_command(0, command):
            raise DeviceLost("the door controller takes no command")
        self._sent[output] = on
        self._pending += 1

    def _heard(self, _device: int, event: dict[str, Any]) -> int:
        if event["event"] == osdp.Event.Status and event["type"] == osdp.StatusReportType.Input:
            self.reports.append(frozenset(number for number, on in enumerate(event["report"]) if on))
        return 0

    def _completed(self, _device: int, _command: dict[str, Any], status: int) -> None:
        self._pending -= 1
        self._refused = self._refused or status != osdp.CompletionStatus.Ok
