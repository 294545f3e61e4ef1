"""Faces in a frame, and five points of a face: dlib's HOG detector and its five-point landmark model.

A detector is kept per process and is not safe between threads; matching runs in worker processes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import cv2
import dlib
import numpy as np

from biometrics.capture import Rgb, UnusableImage
from biometrics.face.models import landmark_model
from biometrics.face.template import FaceBox, Points

WINDOW: Final = 80
"""Side in pixels of the smallest face the HOG detector sees (dlib's training window)."""
SMALL_IMAGE: Final = 400
"""A picture no longer than this gets a second look at twice its size: chips hold portraits from 240 pixels on."""
FAINT: Final = -0.25
"""The margin that second look is content with; it gives one face at most. Of 15 LFW pictures without, it finds 11."""
MIN_SIDE, MAX_SIDE = 64, 8192
"""Below, no face can be found; above, the picture is no camera's and costs too much memory."""


@cache
def _detector() -> Any:
    return dlib.get_frontal_face_detector()


@cache
def _landmark_model() -> Any:
    return dlib.shape_predictor(str(landmark_model()))


def detect(image: Rgb, *, smallest: int | None = None) -> list[FaceBox]:
    """Frontal faces, the largest first.

    Looks for faces from `smallest` pixels wide on, by default 80 or an eighth of the image's longer side: time goes
    with the square of the ratio. Raise `UnusableImage` where the array is no RGB picture of usable size.
    """
    _check(image)
    longest = max(image.shape[:2])
    scale = min(1.0, WINDOW / (smallest or max(WINDOW, longest / 8)))
    boxes = _boxes(image, scale)
    if not boxes and longest <= SMALL_IMAGE:
        boxes = _boxes(image, 2.0, FAINT)[:1]
    return sorted(boxes, key=lambda box: -box.width)


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


def _boxes(image: Rgb, scale: float, margin: float = 0.0) -> list[FaceBox]:
    """The most certain first. All three colours are searched: it costs no more than grey and finds more."""
    if scale != 1.0:
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=method), np.uint8)
    found, scores, _ = _detector().run(np.ascontiguousarray(image), 0, margin)
    return [
        FaceBox(at.left() / scale, at.top() / scale, at.width() / scale, at.height() / scale, float(score))
        for at, score in zip(found, scores, strict=True)
    ]
