"""What is wrong with a picture of a face, and the one thing its owner can do about it.

Measures carry the names of ISO/IEC 29794-5 (OFIQ) where they mean the same. They are simple and uncalibrated: they
guide a traveller, and are never mixed into a comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from biometrics.capture import Quality, Rgb
from biometrics.face.align import MEAN_FACE, chip
from biometrics.face.detect import landmarks
from biometrics.face.template import FaceBox, Points

ENOUGH_WIDTH: Final = 100.0
"""Pixels across the detector's box: a chip of 150 is then enlarged less than twice."""
MOST_WIDTH: Final = 0.62
"""Of the shorter side: nearer, chin or hair leave the frame."""
MOST_OFF_CENTRE: Final = 0.22
"""Of the frame's width or height."""
MOST_TURN: Final = 0.30
"""How far the base of the nose is from its usual place, by eye distance. 98 % of LFW lies below."""
MOST_ROLL: Final = 18.0
"""Degrees."""
ENOUGH_SHARPNESS: Final = 0.005
"""Variance of the chip's Laplacian by its variance: 99 % of LFW's pictures lie above, 95 % of them below when blurred
by 3 pixels."""
LUMINANCE: Final = (35.0, 225.0)
"""Mean grey of the chip: beyond, eyes and mouth are no longer told apart."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in pixels or as shares of the frame, angles in degrees, luminance 0 to 255."""

    width: float
    width_of_frame: float
    off_centre: float
    cut_off: bool
    turn: float
    roll: float
    sharpness: float
    luminance: float


def assess(image: Rgb, box: FaceBox, points: Points | None = None) -> Quality:
    """0 to 100, the worst of the measures; and advice where the traveller can do better.

    Advice is one of come_closer, step_back, centre_face, look_at_camera, hold_still: the first that applies, in this
    order, for a face too far away cannot be judged for the rest. Poor light lowers the value and gives no advice.
    """
    found = measure(image, box, landmarks(image, box) if points is None else points)
    return Quality(_value(found), _advice(found))


def measure(image: Rgb, box: FaceBox, points: Points) -> Measures:
    height, width = image.shape[:2]
    x, y = box.centre
    face = chip(image, points)
    gray = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return Measures(
        width=box.width,
        width_of_frame=box.width / min(height, width),
        off_centre=max(abs(x / width - 0.5), abs(y / height - 0.5)),
        cut_off=box.left < 0 or box.top < 0 or box.left + box.width > width or box.top + box.height > height,
        turn=_turn(points),
        roll=_roll(points),
        sharpness=float(cv2.Laplacian(gray, cv2.CV_32F).var() / max(gray.var(), 1.0)),
        luminance=float(gray.mean()),
    )


def _eyes(points: Points) -> tuple[complex, complex]:
    """Middles of the eye at the left and at the right of the image."""
    as_complex = points @ np.array([1, 1j])
    return complex(as_complex[2:4].mean()), complex(as_complex[0:2].mean())


def _nose(points: Points) -> complex:
    """Where the base of the nose lies in a frame whose unit is the eyes' distance and whose origin is their middle."""
    left, right = _eyes(points)
    return (complex(points[4] @ np.array([1, 1j])) - (left + right) / 2) / ((right - left) or 1)


USUAL_NOSE: Final = _nose(MEAN_FACE)


def _turn(points: Points) -> float:
    """Yaw moves the nose sideways, pitch up and down; up and down is half as telling, for noses differ in length."""
    off = _nose(points) - USUAL_NOSE
    return max(abs(off.real), abs(off.imag) / 2)


def _roll(points: Points) -> float:
    left, right = _eyes(points)
    return float(np.degrees(np.angle(right - left)))


def _advice(found: Measures) -> str | None:
    if found.width < ENOUGH_WIDTH:
        return "come_closer"
    if found.width_of_frame > MOST_WIDTH:
        return "step_back"
    if found.cut_off or found.off_centre > MOST_OFF_CENTRE:
        return "centre_face"
    if found.turn > MOST_TURN or abs(found.roll) > MOST_ROLL:
        return "look_at_camera"
    return "hold_still" if found.sharpness < ENOUGH_SHARPNESS else None


def _value(found: Measures) -> int:
    """Each measure is 1 where it is as good as it need be and 0.5 where advice begins."""
    low, high = LUMINANCE
    parts = (
        found.width / ENOUGH_WIDTH / 2,
        1.5 - found.width_of_frame / MOST_WIDTH,
        0.4 if found.cut_off else 1.5 - found.off_centre / MOST_OFF_CENTRE,
        1.5 - found.turn / MOST_TURN,
        1.5 - abs(found.roll) / MOST_ROLL,
        found.sharpness / ENOUGH_SHARPNESS / 2,
        1.0 if low <= found.luminance <= high else 0.3,
    )
    return round(100 * float(np.clip(min(parts), 0, 1)))
