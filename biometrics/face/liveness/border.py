"""Straight edges about a face: the frame of a screen, the margin of a print."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.face.liveness.window import FACE, SIDE

LEAN: Final = 14.0
"""Degrees an edge may lean from upright or level."""
LEAST: Final = 0.4
"""Widths of the face that an edge must be long."""
CLOSED: Final = 1.6
NEAR: Final = 0.6
"""Widths from the middle: nearer are hair, ears, glasses."""


@cache
def _detector() -> Any:
    return cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE)


def enclosure(window: Gray) -> float:
    """How far straight edges enclose the face: 0 for none, 1 for both sides or a corner, up to 3 for a whole frame.
    `window` is as `Window.of` gives it. One edge alone is a door frame behind, and counts nothing."""
    lines = _detector().detect(window)[0]
    if lines is None:
        return 0.0
    ends = (np.asarray(lines, np.float64).reshape(-1, 4) - SIDE / 2) / FACE
    step = ends[:, 2:] - ends[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    angle = np.degrees(np.arctan2(step[:, 1], step[:, 0])) % 180
    x, y = ((ends[:, 2:] + ends[:, :2]) / 2).T
    upright = (np.abs(angle - 90) < LEAN) & (length > LEAST)
    level = (np.minimum(angle, 180 - angle) < LEAN) & (length > LEAST)
    left = _longest(upright & (x < -NEAR), x, length)
    right = _longest(upright & (x > NEAR), x, length)
    above = _longest(level & (y < -NEAR), y, length)
    below = _longest(level & (y > NEAR + 0.2), y, length)
    return float(left * right + above * max(left, right) + below * max(left, right))


def _longest(chosen: npt.NDArray[np.bool_], place: npt.NDArray[np.float64], length: npt.NDArray[np.float64]) -> float:
    """0 to 1. Pieces of one edge are summed: those within 0.1 widths of one another. `CLOSED` widths close a side."""
    if not chosen.any():
        return 0.0
    bins = np.round(place[chosen] / 0.1).astype(int)
    totals = np.bincount(bins - bins.min(), length[chosen])
    return float(np.clip((totals.max() - 0.5) / (CLOSED - 0.5), 0.0, 1.0))
