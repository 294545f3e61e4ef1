"""What is asked of a portrait besides, and not of a frame at a gate: one face alone, before an even background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from biometrics.capture import NoFace, QualityComponent, Rgb
from biometrics.face.detect import detect, landmarks
from biometrics.face.quality import FaceQuality, assess
from biometrics.face.template import FaceBox

MOST_GRADIENT: Final = 6.0
"""Grey levels a pixel, in the mean of a background blurred to a hundredth of the picture's height."""
HEAD: Final = 0.45
"""Of the box's width, to each side of it: head and hair."""
BELOW: Final = 0.9
"""Of the box's height under its middle: there shoulders begin."""


@dataclass(frozen=True, slots=True)
class PortraitQuality:
    """Of the largest face; `components` are that face's and the portrait's own."""

    face: FaceQuality
    components: tuple[QualityComponent, ...]


def assess_portrait(image: Rgb) -> PortraitQuality:
    """Raise `NoFace`, `UnusableImage`."""
    faces = detect(image)
    if not faces:
        raise NoFace("No face was found in the picture.")
    box = faces[0]
    face = assess(image, box, landmarks(image, box))
    own = (_single(faces), _background(image, box))
    return PortraitQuality(face, (*face.components, *own))


def _single(faces: list[FaceBox]) -> QualityComponent:
    """The second face's width by the first's: 0 where there is none."""
    share = faces[1].width / faces[0].width if len(faces) > 1 else 0.0
    return QualityComponent("SingleFacePresent", round(100 * (1 - share)), share, "of the first face's width")


def _background(image: Rgb, box: FaceBox) -> QualityComponent:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), max(image.shape[0] / 100, 1.0))
    change = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_32F, 0, 1) / 8)
    seen = np.ones(grey.shape, bool)
    seen[round(box.centre[1] + BELOW * box.height) :] = False
    left, right = round(box.left - HEAD * box.width), round(box.left + (1 + HEAD) * box.width)
    seen[:, max(left, 0) : max(right, 0)] = False
    raw = float(change[seen].mean()) if seen.any() else 0.0
    return QualityComponent(
        "BackgroundUniformity", round(100 * min(max(1 - raw / MOST_GRADIENT, 0.0), 1.0)), raw, "grey/px"
    )
