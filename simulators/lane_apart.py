"""A lane whose controller is a process of its own, as a real one is a computer of its own.

Beside everything else that a hall simulates, the controller's thread would answer later than OSDP allows (0.2 s), and
gates would take their doors for lost.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from simulators.door import LaneServer
from simulators.lane import DoorOpening, LaneSnapshot

CLOSE_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 0.05
"""How long one look may wait for something to change; others who ask wait as long."""


class LaneApart:
    """What halls and gates' tests need of a `LaneServer`, whose names and meanings these are. The process ends with
    this one, however that ends. Safe between threads."""

    def __init__(self) -> None:
        spawned = get_context("spawn")
        self._line, theirs = spawned.Pipe()
        self._asking = threading.Lock()
        self._process = spawned.Process(target=_serve, args=(theirs,), name="lane controller", daemon=True)
        self._process.start()
        theirs.close()

    @property
    def key(self) -> bytes:
        return bytes(self._ask("key"))

    @property
    def device(self) -> str:
        return str(self._ask("device"))

    @property
    def snapshot(self) -> LaneSnapshot:
        found: LaneSnapshot = self._ask("snapshot")
        return found

    @property
    def history(self) -> Sequence[DoorOpening]:
        found: Sequence[DoorOpening] = self._ask("history")
        return found

    def enter(self, persons: int = 1) -> None:
        self._ask("enter", persons)

    def leave_by_exit(self) -> None:
        self._ask("leave_by_exit")

    def leave_by_entry(self) -> None:
        self._ask("leave_by_entry")

    def press_emergency(self) -> None:
        self._ask("press_emergency")

    def release_emergency(self) -> None:
        self._ask("release_emergency")

    def fault(self, name: str) -> None:
        self._ask("fault", name)

    def repair(self) -> None:
        self._ask("repair")

    def wait_for(self, condition: Callable[[LaneSnapshot], bool], seconds: float = 20.0) -> LaneSnapshot:
        """Return the first snapshot seen that fulfils `condition`; raise TimeoutError."""
        give_up = time.monotonic() + seconds
        found = self.snapshot
        while not condition(found):
            if time.monotonic() > give_up:
                raise TimeoutError("the lane never came to that")
            found = self._ask("unlike", found)
        return found

    def close(self) -> None:
        self._line.close()
        self._process.join(CLOSE_SECONDS)

    def _ask(self, name: str, *given: Any) -> Any:
        with self._asking:
            self._line.send((name, given))
            return self._line.recv()


def _serve(line: Connection) -> None:
    """Answer until the other end is closed or gone. Ctrl-C in a terminal is for the hall, which then closes this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.closing(LaneServer()) as lane, contextlib.suppress(EOFError, OSError):
        while True:
            name, given = line.recv()
            if name == "unlike":
                line.send(_unlike(lane, *given))
            else:
                found = getattr(lane, name)
                line.send(found(*given) if callable(found) else found)


def _unlike(lane: LaneServer, before: LaneSnapshot) -> LaneSnapshot:
    """The next snapshot that differs, or the newest after a moment."""
    with contextlib.suppress(TimeoutError):
        return lane.wait_for(lambda now: now != before, PATIENCE_SECONDS)
    return lane.snapshot
