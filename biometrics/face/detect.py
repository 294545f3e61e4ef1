"""Faces in a frame, and five points of a face: dlib's HOG detector, its max-margin network where that finds
nothing, and its five-point landmark model.

A detector is kept per process and is not safe between threads; matching runs in worker processes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Protocol

import cv2
import dlib
import numpy as np

from biometrics.capture import Rgb, UnusableImage
from biometrics.face.mmod import hard_faces
from biometrics.face.models import landmark_model
from biometrics.face.template import FaceBox, Points

WINDOW: Final = 80
"""Side in pixels of the smallest face the HOG detector sees (dlib's training window)."""
SMALL_IMAGE, SMALL_FACE = 400, 40
"""In a picture no longer than the first, the network looks for faces from the second on: chips hold portraits from 240
pixels on."""
HARD_SHARE: Final = 1 / 6
"""Of a larger picture's longer side, as wide is the smallest face the network looks for: 107 pixels of 640. Farther
away a traveller is asked to come closer anyway."""
MIN_SIDE, MAX_SIDE = 64, 8192
"""Below, no face can be found; above, the picture is no camera's and costs too much memory."""


class Detector(Protocol):
    """`detect` is one."""

    def __call__(self, image: Rgb, *, smallest: int | None = None, thorough: bool = True) -> list[FaceBox]: ...


@cache
def _detector() -> Any:
    return dlib.get_frontal_face_detector()


@cache
def _landmark_model() -> Any:
    return dlib.shape_predictor(str(landmark_model()))


def detect(image: Rgb, *, smallest: int | None = None, thorough: bool = True) -> list[FaceBox]:
    """Faces, the largest first.

    Looks for faces from `smallest` pixels wide on, by default 80 or an eighth of the image's longer side: time goes
    with the square of the ratio. Where there is no frontal face, a network that takes longer looks for leaning
    and turned ones, unless `thorough` is false. Raise `UnusableImage` where the array is no RGB picture of usable size.
    """
    _check(image)
    boxes = _frontal_faces(image, min(1.0, WINDOW / (smallest or max(WINDOW, max(image.shape[:2]) / 8))))
    if not boxes and thorough:
        boxes = hard_faces(image, smallest=_smallest_hard(image, smallest))
    return sorted(boxes, key=lambda box: -box.width)


def _smallest_hard(image: Rgb, smallest: int | None) -> float:
    longest: int = max(image.shape[:2])
    if longest <= SMALL_IMAGE:
        return float(smallest or SMALL_FACE)
    return max(float(smallest or 0), HARD_SHARE * longest)


def landmarks(image: Rgb, box: FaceBox) -> Points:
    """Five points of the face in `box`."""
    corners = (box.left, box.top, box.left + box.width - 1, box.top + box.height - 1)
    shape = _landmark_model()(image, dlib.rectangle(*(round(value) for value in corners)))
    return np.array([(part.x, part.y) for part in shape.parts()], np.float64)


def _check(image: Rgb) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise UnusableImage("A face is looked for in an RGB picture of 8 bits.")
    if min(image.shape[:2]) < MIN_SIDE or max(image.shape[:2]) > MAX_SIDE:
        raise UnusableImage(f"A picture of a face has sides of {MIN_SIDE} to {MAX_SIDE} pixels.")


def _frontal_faces(image: Rgb, scale: float) -> list[FaceBox]:
    """All three colours are searched: it costs no more than grey and finds more."""
    if scale != 1.0:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    found, scores, _ = _detector().run(np.ascontiguousarray(image), 0, 0.0)
    return [
        FaceBox(at.left() / scale, at.top() / scale, at.width() / scale, at.height() / scale, float(score))
        for at, score in zip(found, scores, strict=True)
    ]
