"""A capture watched for signs of a presentation attack, frame by frame.

watch = LivenessWatch()
watch.add(image, box, points, at)      # each tracked frame, with what a second camera saw at the time
watch.report().live                    # True, False, or None where not enough was seen
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray, Rgb
from biometrics.face.align import nose
from biometrics.face.liveness import border, eyes, motion, second_stream, stills, surroundings
from biometrics.face.liveness.fusion import report, shipped
from biometrics.face.liveness.report import Depth, LivenessReport
from biometrics.face.liveness.window import Window, face_part
from biometrics.face.template import FaceBox, Points

Network = Callable[[Rgb, FaceBox], float]

STILL_EVERY: Final = 4
"""Frames from one look at colours, edges and spectrum to the next: they change slowly and cost the most."""
MOTION_EVERY: Final = 2
KEY_EVERY: Final = 10
"""Frames after which points are chosen anew: a second at ten frames a second, so that a slow turn is seen whole."""
MOST: Final = 120
"""Frames that are remembered, as a few numbers each. Older ones are forgotten."""
ENOUGH_FRAMES, ENOUGH_SECONDS = 8, 1.0
"""Before that nobody is called living: heads turn at under 1 Hz."""
ENOUGH_PAIRS: Final = 3
LEAST_MOTION: Final = 0.25
"""Per cent of a face's width (a fifth of a pixel of the window): less is the tracking's own noise."""
STEADY_SHIFT, STEADY_GROWTH = 0.03, 0.02
"""Of a face's width since the key frame: who moves more brings other rows to the same place, and that is no flicker."""
SMALLEST: Final = 40.0
"""Pixels of a face's width: smaller ones tell nothing."""
STILLS: Final[Mapping[str, Callable[[Rgb], float]]] = {
    "moire": stills.moire,
    "softness": stills.softness,
    "black_level": stills.black_level,
    "saturation": stills.saturation,
    "hue": stills.hue,
    "highlight": stills.highlight,
    "variety": stills.variety,
}


class LivenessWatch:
    """Of one capture. It keeps numbers and one small grey picture, no frames."""

    def __init__(self, network: Network | None = None, *, empty: Gray | None = None) -> None:
        """`network` gives the log-odds of a living face in one frame (`plugin.LivenessNetwork`); `empty` is what the
        camera saw with nobody before it, left out where frames have another size."""
        self._network, self._empty = network, empty
        self._begin()

    def _begin(self) -> None:
        self._count = 0
        self._values: dict[str, list[float]] = {}
        self._times: list[float] = []
        self._shifts: list[motion.Shift] = []
        self._noses: list[complex] = []
        self._open: list[float] = []
        self._window: Window | None = None
        self._key: motion.KeyFrame | None = None
        self._key_width = 0.0

    def add(
        self,
        image: Rgb,
        box: FaceBox,
        points: Points,
        at: float,
        infrared: Gray | None = None,
        depth: Depth | None = None,
    ) -> None:
        """One tracked frame in order; `at` in seconds. `infrared` and `depth` are aligned with `image`.

        A frame whose face is under `SMALLEST` or whose points coincide (the track was lost) is left out. Somebody who
        comes nearer or goes is watched anew: evidence is of a face at one distance.
        """
        if box.width < SMALLEST or np.ptp(points, axis=0).min() < 2:
            return
        if self._window is not None and self._window.outgrown(box):
            self._begin()
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.uint8)
        self._times.append(at)
        self._noses.append(nose(points))
        self._open.append(eyes.openness(grey, points))
        self._move(grey, box, points)
        if self._count % STILL_EVERY == 0:
            self._look(face_part(image, box))
            if self._network is not None:
                self._keep("network", self._network(image, box))
            if self._empty is not None and self._empty.shape == grey.shape:
                self._keep("hidden", surroundings.hidden(self._empty, grey, box))
            self._second(box, points, infrared, depth)
        self._count += 1
        for series in (self._times, self._noses, self._open, self._shifts):
            del series[:-MOST]

    def evidence(self) -> dict[str, float]:
        """Every layer's raw value; NaN where it has not seen enough."""
        found = {name: _median(values) for name, values in self._values.items()}
        found["relief"] = eyes.relief(self._noses)
        found["blink"] = eyes.blink(np.array(self._open))
        found |= _moved(self._shifts)
        return found

    @property
    def frames(self) -> int:
        """Frames that were looked at."""
        return self._count

    def report(self, threshold: float | None = None) -> LivenessReport:
        """What is known by now; may be asked at any time. `threshold` in log-odds, instead of the shipped one."""
        seconds = self._times[-1] - self._times[0] if self._times else 0.0
        enough = self._count >= ENOUGH_FRAMES and seconds >= ENOUGH_SECONDS
        weights = shipped() if threshold is None else replace(shipped(), threshold=threshold)
        return report(self.evidence(), enough=enough, weights=weights)

    def _move(self, grey: Gray, box: FaceBox, points: Points) -> None:
        if self._window is None or not self._window.holds(box):
            self._window, self._key = Window.about(box), None
        if self._key is not None and self._count % MOTION_EVERY:
            return
        window = self._window.of(grey)
        if self._count % STILL_EVERY == 0:
            self._keep("border", border.enclosure(window))
        if self._key is not None:
            shift = self._key.shift(window)
            self._shifts.append(shift)
            if shift.face < STEADY_SHIFT and abs(box.width / self._key_width - 1) < STEADY_GROWTH:
                self._keep("flicker", motion.flicker(self._key.window, window, shift.moved))
        if self._key is None or self._count % KEY_EVERY == 0:
            pairs = self._window.points(points)[:4].reshape(2, 2, 2)
            self._key, self._key_width = motion.KeyFrame(window, pairs.mean(1)), box.width

    def _look(self, face: Rgb) -> None:
        for name, measure in STILLS.items():
            self._keep(name, measure(face))

    def _second(self, box: FaceBox, points: Points, infrared: Gray | None, depth: Depth | None) -> None:
        if infrared is not None:
            self._keep("infrared_level", second_stream.infrared_level(infrared, box))
            self._keep("infrared_contrast", second_stream.infrared_contrast(infrared, box, points))
        if depth is not None:
            self._keep("depth_relief", second_stream.depth_relief(depth, box))

    def _keep(self, name: str, value: float) -> None:
        values = self._values.setdefault(name, [])
        values.append(value)
        del values[:-MOST]


def _median(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return float(np.median(known)) if known else math.nan


def _moved(shifts: list[motion.Shift]) -> dict[str, float]:
    """residual, around: upper quartiles, % of a face's width. flat: the share of motion that no plane explains."""
    table = np.array([(s.residual, s.deformation, s.around) for s in shifts]).reshape(-1, 3)
    seen = table[~np.isnan(table[:, 0])]
    beside = table[~np.isnan(table[:, 2]), 2]
    residual, deformation = _usual(seen[:, 0]), _usual(seen[:, 1])
    still = math.isnan(deformation) or deformation < LEAST_MOTION
    return {
        "flat": math.nan if still else residual / deformation,
        "residual": residual,
        "around": _usual(beside),
    }


def _usual(values: npt.NDArray[np.float64]) -> float:
    """The upper quartile: of the pairs that show much motion, not one whose points slipped."""
    return float(100 * np.quantile(values, 0.75)) if len(values) >= ENOUGH_PAIRS else math.nan
