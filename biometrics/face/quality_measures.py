"""What a picture of a face is judged by, measured from the frame, the face's box and its five points.

Names are those of ISO/IEC 29794-5 (OFIQ) where the meaning is the same. The measures are our own, simple ones: the
figures are not those that OFIQ would print, and nothing here claims conformance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from biometrics.capture import Gray, Rgb
from biometrics.face.align import MEAN_FACE, chip, eyes, nose
from biometrics.face.quality_occlusion import Lab, lab_of, occlusion
from biometrics.face.template import FaceBox, Points

FACE: Final = (slice(28, 132), slice(34, 116))
"""Rows and columns of the chip that show the face and little else."""
DARK, LIGHT = 25, 247
"""Grey levels beyond which nothing is told apart; OFIQ counts the same two tails."""
NOSE_DEPTH: Final = 0.40
"""Of the distance between the eyes: how far the nose's base stands before the eyes' corners. Anatomy; rendered people
turned by 24 degrees show 0.3."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Angles in degrees: yaw to the right of the image, pitch downward, roll clockwise; pitch from five points is rough
    (noses differ by 15 degrees' worth). Shares are 0 to 1."""

    inter_eye_distance: float
    """Pixels between the middles of the eyes, as they would be seen from the front."""
    head_size: float
    """The box's width as a share of the frame's shorter side."""
    off_centre: float
    """Of the box's middle from the frame's, as a share of the frame; up and down only where the frame is not tall."""
    margin: float
    """From the box to the nearest edge of the frame, in widths of the box; below 0 the face is cropped."""
    yaw: float
    pitch: float
    roll: float
    sharpness: float
    """Variance of the chip's Laplacian by its own variance."""
    luminance_mean: float
    """0 to 1 over the face."""
    luminance_variance: float
    """Of the same scale."""
    under_exposed: float
    over_exposed: float
    """Share of the face darker or lighter than what is told apart."""
    dynamic_range: float
    """Entropy of the face's grey levels, bits, 0 to 8."""
    illumination_uniformity: float
    """0 to 1: the darker half of the face by the lighter one, left and right."""
    natural_colour: float
    """Distance in CIELAB from the colours of skin under white light; 0 within them."""
    mouth_covered: float
    eyes_covered: float
    eyes_shut: float
    """As `quality_occlusion.Occlusion`."""
    mouth_open: float
    """Share of the mouth much darker than the skin around it."""


def measure(image: Rgb, box: FaceBox, points: Points) -> Measures:
    face = chip(image, points)
    lab = lab_of(face)
    grey = np.asarray(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), np.uint8)
    inner = np.ascontiguousarray(grey[FACE])
    levels = cv2.calcHist([inner], [0], None, [256], [0, 256]).ravel() / inner.size
    covered = occlusion(image, points, lab)
    yaw, pitch, roll = angles(points)
    left, right = eyes(points)
    height, width = image.shape[:2]
    return Measures(
        inter_eye_distance=abs(right - left) / max(math.cos(math.radians(yaw)), 0.5),
        head_size=box.width / min(height, width),
        off_centre=_off_centre(box, width, height),
        margin=_margin(box, width, height),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        sharpness=sharpness(grey),
        luminance_mean=float(inner.mean()) / 255,
        luminance_variance=float((inner / 255).var()),
        under_exposed=float(levels[:DARK].sum()),
        over_exposed=float(levels[LIGHT:].sum()),
        dynamic_range=-float((levels * np.log2(np.maximum(levels, 1e-12))).sum()),
        illumination_uniformity=_uniformity(inner),
        natural_colour=_unnatural(lab),
        mouth_covered=covered.mouth,
        eyes_covered=covered.eyes,
        eyes_shut=covered.lids,
        mouth_open=_mouth_open(lab),
    )


USUAL_NOSE: Final = nose(MEAN_FACE)


def angles(points: Points) -> tuple[float, float, float]:
    """Yaw, pitch, roll: the nose's base moves against the eyes as far as it stands before them."""
    off = nose(points) - USUAL_NOSE
    left, right = eyes(points)
    yaw, pitch = (math.degrees(math.asin(min(max(part / NOSE_DEPTH, -1), 1))) for part in (off.real, -off.imag))
    return yaw, pitch, float(np.degrees(np.angle(right - left)))


def sharpness(grey: Gray) -> float:
    values = grey.astype(np.float32)
    return float(cv2.Laplacian(values, cv2.CV_32F).var() / max(float(values.var()), 1.0))


TALL: Final = 1.4
"""A frame this much taller than wide is there to see people of all heights: nobody need stand in its middle."""


def _off_centre(box: FaceBox, width: int, height: int) -> float:
    x, y = box.centre
    across = abs(x / width - 0.5)
    return across if height > TALL * width else max(across, abs(y / height - 0.5))


def _margin(box: FaceBox, width: int, height: int) -> float:
    edges = (box.left, box.top, width - box.left - box.width, height - box.top - box.height)
    return min(edges) / max(box.width, 1.0)


def _uniformity(face: Gray) -> float:
    middle = face.shape[1] // 2
    left, right = float(np.median(face[:, :middle])), float(np.median(face[:, middle:]))
    return (min(left, right) + 1) / (max(left, right) + 1)


def _unnatural(lab: Lab) -> float:
    """OFIQ's box of skin colours: a* 5 to 25, b* 5 to 35."""
    _, a, b = (float(value) for value in np.median(lab[FACE].reshape(-1, 3), axis=0))
    return math.hypot(max(5 - a, 0, a - 25), max(5 - b, 0, b - 35))


def _mouth_open(lab: Lab) -> float:
    skin = float(np.median(lab[60:90, 40:110, 0]))
    return float((lab[98:118, 58:90, 0] < 0.4 * skin).mean())
