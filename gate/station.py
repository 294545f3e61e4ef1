"""Devices under supervision: one owner thread each, opened again after every loss.

StationError              code
└── DeviceUnavailable     the device is lost now; its supervisor is trying to get it back
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import structlog

from biometrics.capture import DeviceLost

T = TypeVar("T")
R = TypeVar("R")
Clock = Callable[[], float]

FIRST_PAUSE: Final = 0.1
"""Seconds before the second attempt; a replugged USB device enumerates in about that time."""
LONGEST_PAUSE: Final = 5.0
"""A person who plugs a device back in should not wait longer than this to see it work."""
STOP_SECONDS: Final = 5.0


class StationError(Exception):
    code = "station_error"


class DeviceUnavailable(StationError):
    code = "device_unavailable"

    def __init__(self, device: str) -> None:
        super().__init__(f"{device} does not answer")
        self.device = device


class Condition(StrEnum):
    OPENING = "opening"
    READY = "ready"
    LOST = "lost"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Health:
    """`since` is the clock's second of the last change; `attempts` counts failed openings in a row."""

    device: str
    condition: Condition
    since: float
    attempts: int = 0
    reason: str = ""
    """Name of the error type: stable, and never content of a device."""

    @property
    def ready(self) -> bool:
        return self.condition is Condition.READY


def pause_before(attempt: int) -> float:
    """Seconds to wait before attempt 1, 2, 3, …: doubling from 0.1 s to 5 s."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 16))


@dataclass(slots=True)
class _Job(Generic[T]):
    run: Callable[[T], None]
    future: Future[Any]
    """Resolved by `run`, or refused by the supervisor."""


class Supervisor(Generic[T]):
    """Keeps one device open from its owner thread; nothing else ever touches the device.

    `work(device, stopping)` runs in the owner thread until the device fails or `stopping` is set; without it the
    thread serves `call()`. An exception of a type in `lost` means that the device is gone: it is closed and opened
    again, with exponential back-off from 0.1 s to 5 s. `on_health` is called from the owner thread.
    """

    def __init__(
        self,
        name: str,
        open: Callable[[], T],
        close: Callable[[T], None],
        *,
        on_health: Callable[[Health], None] = lambda health: None,
        clock: Clock = time.monotonic,
        work: Callable[[T, threading.Event], None] | None = None,
        lost: tuple[type[Exception], ...] = (DeviceLost, OSError),
    ) -> None:
        self.name = name
        self._open, self._close, self._work, self._lost = open, close, work or self._serve, lost
        self._on_health, self._clock = on_health, clock
        self._stopping = threading.Event()
        self._jobs: queue.Queue[_Job[T]] = queue.Queue(maxsize=16)
        self._health = Health(name, Condition.OPENING, clock())
        self._log = structlog.get_logger("gate.station").bind(device=name)
        self._thread = threading.Thread(target=self._run, name=f"owner of {name}", daemon=True)

    @property
    def health(self) -> Health:
        return self._health

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the device and end its thread. Callers still waiting get `DeviceUnavailable`."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    async def call(self, function: Callable[[T], R]) -> R:
        """Run `function(device)` in the owner thread. Raise `DeviceUnavailable` while there is no device."""
        if not self._health.ready:
            raise DeviceUnavailable(self.name)
        future: Future[R] = Future()
        try:
            self._jobs.put_nowait(_Job(lambda device: future.set_result(function(device)), future))
        except queue.Full:
            raise DeviceUnavailable(self.name) from None
        return await asyncio.wrap_future(future)

    def _run(self) -> None:
        attempts = 0
        while not self._stopping.is_set():
            try:
                device = self._open()
            except self._lost as error:
                attempts += 1
                self._tell(Condition.LOST, attempts, type(error).__name__)
                self._refuse_jobs()
                self._stopping.wait(pause_before(attempts))
                continue
            attempts = 0
            self._tell(Condition.READY)
            self._own(device)
        self._refuse_jobs()
        self._tell(Condition.STOPPED)

    def _own(self, device: T) -> None:
        try:
            self._work(device, self._stopping)
        except self._lost as error:
            self._tell(Condition.LOST, 1, type(error).__name__)
        finally:
            self._shut(device)
        self._stopping.wait(0 if self._stopping.is_set() else FIRST_PAUSE)

    def _shut(self, device: T) -> None:
        try:
            self._close(device)
        except self._lost as error:
            self._log.warning("close_failed", error=type(error).__name__)

    def _serve(self, device: T, stopping: threading.Event) -> None:
        while not stopping.is_set():
            try:
                job = self._jobs.get(timeout=0.1)
            except queue.Empty:
                continue
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                job.run(device)
            except self._lost as error:
                job.future.set_exception(DeviceUnavailable(self.name))
                raise error
            except Exception as error:
                job.future.set_exception(error)

    def _refuse_jobs(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(DeviceUnavailable(self.name))

    def _tell(self, condition: Condition, attempts: int = 0, reason: str = "") -> None:
        before = self._health
        since = before.since if before.condition is condition else self._clock()
        self._health = Health(self.name, condition, since, attempts, reason)
        if before.condition is not condition:
            self._log.info("device", condition=condition.value, reason=reason)
            self._on_health(self._health)
