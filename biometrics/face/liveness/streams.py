"""What goes along with a camera's frames: a second camera's of the same moment, and the place with nobody in it."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Final

from biometrics.capture import Frame

APART: Final = 0.06
"""Seconds: at 12 frames a second the nearest frame of a free-running second camera is at most 42 ms off, and a face
that sways moves by less than a pixel in 60."""
KEPT: Final = 8
"""Frames of the second camera that are remembered: most of a second."""
SETTLED: Final = 0.4
"""Seconds for which a place must have been empty before and after its picture: who leaves is still in a late frame, and
who enters is seen by the camera before a light barrier knows."""
AGED: Final = 3600.0
"""Seconds after which daylight may have changed more than the exposure."""


class Companion:
    """The second camera's latest frames. Both cameras' stamps are of one monotonic clock, at arrival. Safe between the
    thread that owns the camera and those that ask."""

    def __init__(self, *, apart: float = APART) -> None:
        self._apart = apart
        self._frames: deque[Frame] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, frame: Frame) -> None:
        """In order of time; one that is older than the last is left out."""
        with self._lock:
            if not self._frames or frame.at >= self._frames[-1].at:
                self._frames.append(frame)

    def nearest(self, at: float) -> Frame | None:
        """None where there is none within `apart`: a second camera that hangs then tells nothing, not something old."""
        with self._lock:
            frames = tuple(self._frames)
        place = bisect_left(frames, at, key=lambda frame: frame.at)
        near = frames[max(place - 1, 0) : place + 1]
        best = min(near, key=lambda frame: abs(frame.at - at), default=None)
        return best if best is not None and abs(best.at - at) <= self._apart else None


class EmptyPlace:
    """The newest picture of the place before a camera with nobody in it. `empty` may be asked from any thread; whoever
    owns the camera calls `add`. Without one that is certain and fresh there is none: an unknown place tells nothing."""

    def __init__(self, empty: Callable[[], bool]) -> None:
        self._empty = empty
        self._since: float | None = None
        self._waiting: Frame | None = None
        self._kept: Frame | None = None

    def add(self, frame: Frame) -> None:
        """Every frame of the camera, in order. One is kept each time that the place becomes empty."""
        if not self._empty():
            self._since = self._waiting = None
        elif self._since is None:
            self._since = frame.at
        elif self._waiting is None:
            self._waiting = frame if frame.at - self._since >= SETTLED else None
        elif frame.at - self._waiting.at >= SETTLED:
            self._kept = self._waiting

    def picture(self, at: float) -> Frame | None:
        """As known at `at`, a second of the frames' clock."""
        kept = self._kept
        return kept if kept is not None and at - kept.at <= AGED else None
