"""The live face: watch the camera, advise the traveller, keep the best frames as a template and a picture.

Used by the gate and by the bio-cart. Following and embedding run in the worker process: in a thread they would
stall the loop (architecture, "Concurrency"). A frame goes there once and stays, if it is kept, until the attempt ends.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from biometrics.capture import CaptureFailed, DeviceLost, FaceChanged, Frame, Gray, NoFace, Quality, Rgb
from biometrics.face.liveness.streams import Companion, EmptyPlace
from biometrics.face.sight import Sight, Wanted
from biometrics.face.template import FaceTemplate
from biometrics.workers import WorkerLost, Workers

from .feed import CameraFeed
from .matching import Suspicion, face_sample, forget, look_at
from .station import Clock

ENOUGH: Final = 60
"""Quality at which looking on gains nothing (0 to 100)."""
ACCEPTABLE: Final = 30
"""Lowest quality that is compared at all; below it the capture fails and an officer looks."""
MOST_STARTS: Final = 3
"""Beginnings of one capture: a worker may die, a face may change; who changes faces three times is an officer's."""


@dataclass(frozen=True, slots=True)
class FaceCapture:
    """`jpeg` is the frame as captured, for an officer; `at` the monotonic second of the frame."""

    template: FaceTemplate
    jpeg: bytes = field(repr=False)
    quality: Quality
    at: float
    liveness: Suspicion


class FaceDesk:
    """Captures one face at a time from `camera`, computing in `workers`.

    A frame of `infrared` from the same moment goes along, where there is one: a second camera that is lost takes a
    layer of liveness away, and nothing else. `nobody` tells, to any thread, that nobody is before the camera and that
    it sees what will stand behind the next person; without it that layer is missing. `liveness_threshold` is as in
    `Wanted`.
    """

    def __init__(
        self,
        camera: CameraFeed,
        workers: Workers,
        *,
        infrared: CameraFeed | None = None,
        nobody: Callable[[], bool] = lambda: False,
        liveness_threshold: float | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.camera = camera
        self._companion = Companion()
        self._place = EmptyPlace(nobody)
        camera.watch(self._place.add)
        self._liveness_threshold = liveness_threshold
        if infrared is not None:
            infrared.watch(self._companion.add)
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
        """The mean of a few frames of quality `enough`, or of the best over `acceptable` when `seconds` have passed.

        A camera that vanishes meanwhile is waited for within the same seconds; a worker that dies, or a face that
        gives way to another, begins the attempt anew. `advise` hears each `biometrics.face.guidance.Advice` as it
        comes to apply, or None when all is well. Raise `NoFace`, `FaceChanged` or `CaptureFailed` when no face was good
        enough, `WorkerLost`, and `DeviceLost` when the camera stayed away.
        """
        until = self._clock() + seconds
        for start in range(MOST_STARTS):
            try:
                return await self._attempt(until, enough, acceptable, _Said(advise))
            except (WorkerLost, FaceChanged):
                if start == MOST_STARTS - 1 or self._clock() >= until:
                    raise
        raise AssertionError("the last start returns or raises")

    async def _attempt(self, until: float, enough: int, acceptable: int, said: _Said) -> FaceCapture:
        place = self._place.picture(self._clock())
        empty = None if place is None else _grey(place.image)
        attempt = _Attempt(self._workers, Wanted(enough, acceptable, self._liveness_threshold), said, empty)
        try:
            await self._watch(attempt, until)
            return await attempt.result(acceptable)
        finally:
            attempt.forget()

    async def _watch(self, attempt: _Attempt, until: float) -> None:
        try:
            async with asyncio.timeout(until - self._clock()):
                async for frame in self.camera.frames():
                    if (await attempt.look(frame, self._companion.nearest(frame.at))).ripe:
                        return
        except TimeoutError:
            if not self.camera.health.ready:
                raise DeviceLost("the face camera does not answer") from None


class _Said:
    """Advice that changes, once."""

    def __init__(self, advise: Callable[[str | None], None]) -> None:
        self._advise = advise
        self._last: str | None = "nothing said yet"

    def __call__(self, advice: str | None) -> None:
        if advice != self._last:
            self._last = advice
            self._advise(advice)


class _Attempt:
    """The desk's end of a `biometrics.face.attempt.CaptureAttempt`, which lives in the worker under this name."""

    def __init__(self, workers: Workers, wanted: Wanted, said: _Said, empty: Gray | None) -> None:
        self._said = said
        self._workers, self._wanted, self._empty = workers, wanted, empty
        self._name = uuid.uuid4().hex
        self.looked = 0

    async def look(self, frame: Frame, infrared: Frame | None) -> Sight:
        grey = None if infrared is None else np.ascontiguousarray(infrared.image[:, :, 0])
        given = self._name, frame.image, frame.at, self._wanted
        sight = await self._workers.run(look_at, *given, infrared=grey, empty=self._empty)
        self.looked += 1
        self._said(sight.advice)
        return sight

    async def result(self, acceptable: int) -> FaceCapture:
        if not self.looked:
            raise NoFace("no single face was seen")
        sample = await self._workers.run(face_sample, self._name)
        if sample.template.quality.value < acceptable:
            raise CaptureFailed("no frame was good enough to compare")
        return FaceCapture(sample.template, sample.jpeg, sample.template.quality, sample.at, sample.liveness)

    def forget(self) -> None:
        """However it ended: nothing of the traveller stays in the worker."""
        self._workers.submit(forget, self._name)


def _grey(image: Rgb) -> Gray:
    """Luma of ITU-R BT.601, as OpenCV has it, which this process does not load."""
    return np.rint(image @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.uint8)
