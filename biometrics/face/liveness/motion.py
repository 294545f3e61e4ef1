"""How a face moves: as a solid head does, or as a picture on a plane; and whether what is about it moves along.

Points of the face are followed from a key frame. Two pictures of a plane differ by a homography (Hartley and Zisserman
§13.1), so what a homography does not explain is depth or expression. A station's camera stands still: the hall
behind a living face does not move, a picture's background does with its hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.face.liveness.window import FACE, SIDE

Places = npt.NDArray[np.float32]
"""Shape (n, 2), x, y in pixels of the window."""

ENOUGH: Final = 12
"""Followed points that say something about a motion."""
FAINTEST: Final = 4e-5
"""Smaller eigenvalue of the structure tensor (OpenCV's scale): below, a corner is the sensor's noise."""
SLIPPED: Final = 20.0
"""Mean difference in grey levels about a followed point: more, and it is another place."""
_STOP: Final = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 12, 0.02)


@dataclass(frozen=True, slots=True)
class Shift:
    """Of one pair of frames, in shares of a face's width. `residual`: what no plane's motion explains, rms;
    `deformation`: motion about the mean; `face`, `around`: how far the face and its surroundings went, NaN where too
    few points were followed."""

    residual: float
    deformation: float
    face: float
    around: float
    moved: tuple[float, float] = (0.0, 0.0)
    """Of the face, x, y in pixels of the window."""


class KeyFrame:
    """Points worth following in one window: of the face without its eyes, and beside it."""

    def __init__(self, window: Gray, eyes: npt.NDArray[np.float64]) -> None:
        self.window = window
        self._face = _corners(window, _face_mask(eyes), 60)
        self._around = _corners(window, _AROUND, 40)

    def shift(self, window: Gray) -> Shift:
        starts = np.concatenate([self._face, self._around])
        if not len(starts):
            return Shift(float("nan"), float("nan"), float("nan"), float("nan"))
        ends, good = _followed(self.window, window, starts)
        of_face = np.arange(len(starts)) < len(self._face)
        residual, deformation, moved = _planar(starts[good & of_face], ends[good & of_face])
        beside = good & ~of_face
        around = float("nan")
        if beside.sum() >= ENOUGH // 2:
            # The median of each direction: what trembles by noise stays in its place.
            around = float(np.hypot(*np.median(ends[beside] - starts[beside], axis=0))) / FACE
        return Shift(residual, deformation, float(np.hypot(*moved)) / FACE, around, moved)


def _followed(before: Gray, after: Gray, starts: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Where the points went, by Lucas and Kanade, and which were found again."""
    blank = np.zeros_like(starts[:, None])
    ends, good, error = cv2.calcOpticalFlowPyrLK(
        before, after, starts[:, None], blank, winSize=(11, 11), maxLevel=2, criteria=_STOP
    )
    return np.asarray(ends[:, 0], np.float32), np.asarray((good[:, 0] > 0) & (error[:, 0] < SLIPPED))


def _planar(starts: Places, ends: Places) -> tuple[float, float, tuple[float, float]]:
    nothing = float("nan"), float("nan"), (float("nan"), float("nan"))
    if len(starts) < ENOUGH:
        return nothing
    moved = ends - starts
    x, y = (float(value) for value in np.median(moved, 0))
    deformation = float(np.sqrt(((moved - moved.mean(0)) ** 2).sum(1).mean()))
    plane, _ = cv2.findHomography(starts, ends, cv2.LMEDS)
    if plane is None:
        return nothing
    expected = cv2.perspectiveTransform(starts[:, None], plane)[:, 0]
    off = np.sort(((ends - expected) ** 2).sum(1))
    # The worst fifth may be points that slipped.
    residual = float(np.sqrt(off[: max(ENOUGH, int(0.8 * len(off)))].mean()))
    return residual / FACE, deformation / FACE, (x, y)


def _corners(window: Gray, mask: Gray, most: int) -> Places:
    found = cv2.goodFeaturesToTrack(window, most, 0.01, 4, mask=mask, blockSize=5)
    if found is None:
        return np.zeros((0, 2), np.float32)
    strength = cv2.cornerMinEigenVal(window, 5)
    places = np.asarray(found[:, 0], np.float32)
    strong = strength[places[:, 1].astype(int), places[:, 0].astype(int)] > FAINTEST
    return np.asarray(places[strong], np.float32)


def _face_mask(eyes: npt.NDArray[np.float64]) -> Gray:
    """A face's middle, but not the eyes: they turn by themselves, also in the holes of a mask."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    middle = SIDE // 2, SIDE // 2
    cv2.ellipse(mask, middle, (int(0.40 * FACE), int(0.50 * FACE)), 0, 0, 360, 255, -1)
    for x, y in eyes:
        cv2.ellipse(mask, (int(x), int(y)), (int(0.14 * FACE), int(0.08 * FACE)), 0, 0, 360, 0, -1)
    return mask


def _around() -> Gray:
    """Beside the face and above it, beyond hair and ears; not below, where shoulders are."""
    mask = np.full((SIDE, SIDE), 255, np.uint8)
    middle = SIDE // 2
    mask[middle + int(0.5 * FACE) :] = 0
    cv2.rectangle(mask, (middle - int(1.1 * FACE), middle - int(1.35 * FACE)), (middle + int(1.1 * FACE), SIDE), 0, -1)
    return mask


_AROUND: Final = _around()


def flicker(before: Gray, after: Gray, moved: tuple[float, float] = (0.0, 0.0)) -> float:
    """rms in per cent of what changes in whole rows between two windows: a display's dimming, seen by a sensor that
    reads row after row. The face is first laid where it was (`moved`, pixels); the median over columns leaves out what
    else moves."""
    back = np.array([[1, 0, -moved[0]], [0, 1, -moved[1]]], np.float32)
    laid = cv2.warpAffine(after, back, after.shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rows = [_columns(one) for one in (before, np.asarray(laid, np.uint8))]
    change = np.median(np.log(rows[1] / rows[0]), axis=1)
    return float(100 * (change - cv2.blur(change[:, None], (1, 31))[:, 0]).std())


def _columns(window: Gray) -> npt.NDArray[np.float32]:
    """(60, 32) of the face's breadth."""
    middle, half = SIDE // 2, int(0.7 * FACE)
    part = window[:, middle - half : middle + half]
    return cv2.resize(part, (32, 60), interpolation=cv2.INTER_AREA).astype(np.float32) + np.float32(4)
