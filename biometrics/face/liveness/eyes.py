"""Eyes that close and a nose that stands out: what the five points tell over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.face.template import Points

Series = npt.NDArray[np.float64]
WIDE, HIGH = 24, 16


def relief(noses: Sequence[complex]) -> float:
    """How much the nose moves against the eyes, places (`align.nose`) over time: deviation in per cent of the eyes'
    distance beyond what differs from one frame to the next. On a plane it moves with them; a head that turns by 3°
    moves it by 2 %."""
    if len(noses) < 6:
        return float("nan")
    places = np.array([(place.real, place.imag) for place in noses])
    jitter = np.diff(places, axis=0).var(axis=0) / 2
    return float(100 * np.sqrt(max(float((places.var(axis=0) - jitter).sum()), 1e-8)))


def openness(grey: Gray, points: Points) -> float:
    """How dark the eyes are against the skin about them, 0 to 1: it falls when lids close."""
    return float(np.mean([_dark(grey, points[i], points[j]) for i, j in ((0, 1), (2, 3))]))


def _dark(grey: Gray, a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    middle, width = (a + b) / 2, max(float(np.hypot(*(b - a))), 4.0)
    scale = WIDE / (1.5 * width)
    turn = np.array([[scale, 0, WIDE / 2 - middle[0] * scale], [0, scale, HIGH / 2 - middle[1] * scale]])
    patch = cv2.warpAffine(grey, turn, (WIDE, HIGH), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    skin = max(float(np.percentile(patch, 85)), 1.0)
    # The mean over the opening, not its darkest place: lashes stay dark when lids close.
    opening = patch[HIGH // 2 - 3 : HIGH // 2 + 3, WIDE // 2 - 6 : WIDE // 2 + 6]
    return float(1 - opening.mean() / skin)


BLINK_FRAMES: Final = 5


def blink(series: Series) -> float:
    """The deepest dip of the openness below its median, in deviations of its usual change between frames."""
    if len(series) < 8:
        return float("nan")
    noise = max(float(np.median(np.abs(np.diff(series)))) / 0.6745, 0.004)
    middle = float(np.median(series))
    return float((middle - series.min()) / noise)
