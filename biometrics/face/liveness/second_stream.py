"""What a near-infrared or a depth camera beside the colour camera tells about a face.

Displays send no near-infrared light. Inks of dye are clear to it, so a print is flat there; toner is not, so a print
may still look like a face. Skin of every colour is bright at 850 nm (Angelopoulou, "Understanding the color of human
skin", SPIE 2001) and eyes are darker.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.face.liveness.report import Depth
from biometrics.face.template import FaceBox, Points

SKIN: Final = (0.36, 0.42)
"""Reach of what is skin in every face, in widths and heights of its box: hair and what is behind have contrast, too."""
EYE: Final = (0.17, 0.12)
"""Reach of an eye and of the hole that would be cut for it, in widths of the face."""
ENOUGH_DEPTH: Final = 0.6
"""Share of the face's samples that must have been measured."""


def infrared_level(infrared: Gray, box: FaceBox) -> float:
    """Median grey level of the face, by 255."""
    return float(np.median(_inner(infrared, box)) / 255)


def infrared_contrast(infrared: Gray, box: FaceBox, points: Points) -> float:
    """From the darkest to the brightest twentieth of the face, by its median: nostrils, lips, shade of the relief. Not
    of the eyes: they may look through the holes of a mask. NaN where the points leave no face."""
    seen = np.zeros(infrared.shape, np.uint8)
    (x, y), reach = box.centre, (int(SKIN[0] * box.width), int(SKIN[1] * box.height))
    cv2.ellipse(seen, (int(x), int(y)), reach, 0, 0, 360, 255, -1)
    for x, y in points[:4].reshape(2, 2, 2).mean(1):
        reach = (int(EYE[0] * box.width), int(EYE[1] * box.width))
        cv2.ellipse(seen, (int(x), int(y)), reach, 0, 0, 360, 0, -1)
    face, kept = (cv2.resize(_inner(one, box), (32, 32), interpolation=cv2.INTER_AREA) for one in (infrared, seen))
    skin = face[kept > 250]
    if skin.size < face.size // 8:
        return float("nan")
    low, middle, high = np.percentile(skin, (5, 50, 95))
    return float((high - low) / max(float(middle), 8.0))


def depth_relief(depth: Depth, box: FaceBox) -> float:
    """rms in mm of what a curved sheet (a quadratic, as bent paper is) does not explain: a nose. NaN with too few
    samples. `box` in pixels of the depth picture."""
    face = _inner(depth, box).astype(np.float64)
    y, x = np.mgrid[-1 : 1 : face.shape[0] * 1j, -1 : 1 : face.shape[1] * 1j]
    known = face > 0
    if known.sum() < max(50, ENOUGH_DEPTH * face.size):
        return float("nan")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1)[known]
    off = face[known] - terms @ np.linalg.lstsq(terms, face[known], rcond=None)[0]
    # Three deviations cut flying pixels at edges.
    kept = off[np.abs(off) < 3 * max(float(off.std()), 0.1)]
    return float(np.sqrt((kept**2).mean()))


def _inner(field: Gray | Depth, box: FaceBox) -> npt.NDArray[np.float32]:
    height, width = field.shape[:2]
    left, top = int(np.clip(box.left + 0.1 * box.width, 0, width - 2)), int(np.clip(box.top, 0, height - 2))
    right = int(np.clip(box.left + 0.9 * box.width, left + 2, width))
    bottom = int(np.clip(box.top + 0.95 * box.height, top + 2, height))
    return field[top:bottom, left:right].astype(np.float32)
