"""Faces that lean or are turned, noisy or partly out of the picture: dlib's max-margin detection network as ONNX.

It finds what the HOG detector does not (every one of 2,320 pictures of LFW has a face, HOG alone misses 15), at several
times the cost: `detect` asks it where HOG found nothing.

King, "Max-margin object detection", 2015. The window is 80 pixels; the map of margins has a step of 8.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from biometrics.capture import Rgb
from biometrics.face.models import detection_model
from biometrics.face.template import FaceBox

WINDOW: Final = 80
"""Side in pixels of the faces the network was trained on."""
STEP, FIRST = 8, 14
"""The centre a margin stands for: three convolutions of side 5 and stride 2 without padding."""
SMALLER: Final = 5 / 6
"""From one level of the pyramid to the next, as the network was trained."""
MARGIN: Final = 20
"""Black pixels around every level: a face may reach a quarter out of the picture."""
SHORTEST: Final = 40
"""Pixels of the shorter side of the last level: there a face is twice as wide as the picture."""
MEAN_COLOUR: Final = np.array([122.782, 117.001, 104.298], np.float32)
"""As the recognition network's."""
LIKE_HOG: Final = (1.09, 0.07, 0.10)
"""Width of HOG's box by this one's, and how far its centre lies to the right and down, by its width: medians of LFW.
Landmarks and quality measures are used to HOG's boxes."""
OVERLAP: Final = 0.3
"""Intersection over union above which two windows are one face."""

Windows = list[tuple[float, float, float, float]]


@cache
def _session() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(detection_model()), options, providers=["CPUExecutionProvider"])


def hard_faces(image: Rgb, *, smallest: float) -> list[FaceBox]:
    """Faces from about `smallest` pixels wide on, the most certain first. Raise `FaceModelMissing`."""
    scale, found = WINDOW / smallest, []
    while min(image.shape[:2]) * scale >= SHORTEST:
        found += _windows(margins(_resized(image, scale)), scale)
        scale *= SMALLER
    return [_like_hog(one) for one in _distinct(sorted(found, reverse=True))]


def margins(image: Rgb) -> npt.NDArray[np.float32]:
    """Of one level; above 0 is a face."""
    around = cv2.copyMakeBorder(image, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT)
    values = (around.astype(np.float32) - MEAN_COLOUR) / np.float32(256)
    (found,) = _session().run(None, {"image": np.ascontiguousarray(values.transpose(2, 0, 1)[None])})
    return np.asarray(found[0, 0], np.float32)


def _resized(image: Rgb, scale: float) -> Rgb:
    size = round(image.shape[1] * scale), round(image.shape[0] * scale)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), np.uint8)


def _windows(found: npt.NDArray[np.float32], scale: float) -> Windows:
    """Margin, left, top and side in pixels of the picture."""
    corner = FIRST - MARGIN - (WINDOW - 1) / 2
    return [
        (float(found[row, column]), (STEP * column + corner) / scale, (STEP * row + corner) / scale, WINDOW / scale)
        for row, column in np.argwhere(found > 0).tolist()
    ]


def _distinct(found: Windows) -> Windows:
    kept: Windows = []
    for one in found:
        if all(_overlap(one, other) <= OVERLAP for other in kept):
            kept.append(one)
    return kept


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """Intersection over union, or half the covered share of the smaller if that is more: no face lies in another."""
    width, height = (max(0.0, min(a[k] + a[3], b[k] + b[3]) - max(a[k], b[k])) for k in (1, 2))
    both = width * height
    return max(both / (a[3] ** 2 + b[3] ** 2 - both), both / min(a[3], b[3]) ** 2 / 2)


def _like_hog(one: tuple[float, ...]) -> FaceBox:
    margin, left, top, side = one
    larger, right, down = LIKE_HOG
    width = larger * side
    x, y = left + side / 2 + right * width, top + side / 2 + down * width
    return FaceBox(x - width / 2, y - width / 2, width, width, margin)
