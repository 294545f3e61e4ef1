"""A camera under supervision: its newest frame, for whoever asks, as long as it is fresh."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable

from biometrics.capture import Camera, DeviceLost, Frame

from .station import Clock, Health, Supervisor


class _Wake:
    """Sets an event of the loop from the owner thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, arrived: asyncio.Event) -> None:
        self._loop, self._arrived = loop, arrived

    def __call__(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._arrived.set)


class CameraFeed:
    """Frames of one camera. The owner thread keeps the newest frame only: a slow reader skips, it never lags."""

    def __init__(
        self,
        name: str,
        open: Callable[[], Camera],
        *,
        on_health: Callable[[Health], None] = lambda health: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._newest: Frame | None = None
        self._count = 0
        self._wakes: set[_Wake] = set()
        self._watchers: list[Callable[[Frame], None]] = []
        self._open = open
        self.supervisor: Supervisor[Camera] = Supervisor(
            name, self._enter, _leave, on_health=on_health, clock=clock, work=self._pump
        )

    @property
    def health(self) -> Health:
        return self.supervisor.health

    @property
    def newest(self) -> Frame | None:
        """The last frame, or None while the camera is lost."""
        return self._newest

    def start(self) -> None:
        self.supervisor.start()

    def stop(self) -> None:
        self.supervisor.stop()

    def watch(self, watcher: Callable[[Frame], None]) -> None:
        """Call `watcher` with every frame, in the owner thread, before anybody else sees it."""
        self._watchers.append(watcher)

    async def frames(self) -> AsyncIterator[Frame]:
        """Every newest frame from now on, each once; silent while the camera is lost. Endless: leave it by `break`."""
        loop, arrived, seen = asyncio.get_running_loop(), asyncio.Event(), self._count
        wake = _Wake(loop, arrived)
        self._wakes.add(wake)
        try:
            while True:
                await arrived.wait()
                arrived.clear()
                frame = self._newest
                if frame is not None and self._count != seen:
                    seen = self._count
                    yield frame
        finally:
            self._wakes.discard(wake)

    def _enter(self) -> Camera:
        return self._open().__enter__()

    def _pump(self, camera: Camera, stopping: threading.Event) -> None:
        try:
            for frame in camera.frames():
                for watcher in self._watchers:
                    watcher(frame)
                self._newest = frame
                self._count += 1
                for wake in tuple(self._wakes):
                    wake()
                if stopping.is_set():
                    return
            raise DeviceLost("the camera sends no more frames")
        finally:
            self._newest = None


def _leave(camera: Camera) -> None:
    camera.__exit__(None, None, None)
