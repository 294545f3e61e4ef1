"""The live face: watch the camera, advise the traveller, keep the best frame as a template and a picture.

Used by the gate and by the bio-cart. Detection and embedding run in the worker process: in a thread they would
stall the loop (architecture, "Concurrency").
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from biometrics.capture import CaptureFailed, DeviceLost, NoFace, Quality
from biometrics.face.template import FaceTemplate
from biometrics.workers import Workers

from .feed import CameraFeed
from .matching import FaceSample, sample
from .station import Clock

ENOUGH: Final = 60
"""Quality at which looking on gains nothing (0 to 100)."""
ACCEPTABLE: Final = 30
"""Lowest quality that is compared at all; below it the capture fails and an officer looks."""


@dataclass(frozen=True, slots=True)
class FaceCapture:
    """`jpeg` is the frame as captured, for an officer; `at` the monotonic second of the frame."""

    template: FaceTemplate
    jpeg: bytes = field(repr=False)
    quality: Quality
    at: float


class FaceDesk:
    """Captures one face at a time from `camera`, computing in `workers`."""

    def __init__(self, camera: CameraFeed, workers: Workers, *, clock: Clock = time.monotonic) -> None:
        self.camera = camera
        self._workers = workers
        self._clock = clock

    async def capture(
        self,
        *,
        seconds: float = 12.0,
        enough: int = ENOUGH,
        acceptable: int = ACCEPTABLE,
        advise: Callable[[str | None], None] = lambda advice: None,
    ) -> FaceCapture:
        """The first frame of quality `enough`, or the best one over `acceptable` when `seconds` have passed.

        A camera that vanishes meanwhile is waited for within the same seconds. `advise` hears come_closer,
        step_back, centre_face, look_at_camera, hold_still, one_person, or None when all is well.
        Raise `NoFace` or `CaptureFailed` when no face was good enough, `DeviceLost` when the camera stayed away.
        """
        search = _Search(enough, acceptable, advise)
        try:
            async with asyncio.timeout(seconds):
                async for frame in self.camera.frames():
                    found = await self._workers.run(sample, frame.image)
                    if search.consider(found, frame.at):
                        break
        except TimeoutError:
            if search.looked == 0 and not self.camera.health.ready:
                raise DeviceLost("the face camera does not answer") from None
        return search.result()


class _Search:
    """The best sample so far, and when to stop."""

    def __init__(self, enough: int, acceptable: int, advise: Callable[[str | None], None]) -> None:
        self._enough, self._acceptable, self._advise = enough, acceptable, advise
        self._best: FaceCapture | None = None
        self._last_advice: str | None = "nothing said yet"
        self.looked = 0

    def consider(self, found: FaceSample, at: float) -> bool:
        """Whether this sample ends the search."""
        self.looked += 1
        self._say(found.advice)
        if found.template is None:
            return False
        if self._best is None or found.quality.value > self._best.quality.value:
            self._best = FaceCapture(found.template, found.jpeg, found.quality, at)
        return found.advice is None and found.quality.value >= self._enough

    def result(self) -> FaceCapture:
        if self._best is None:
            raise NoFace("no single face was seen")
        if self._best.quality.value < self._acceptable:
            raise CaptureFailed("no frame was good enough to compare")
        return self._best

    def _say(self, advice: str | None) -> None:
        if advice != self._last_advice:
            self._last_advice = advice
            self._advise(advice)
