"""Whether eyes, and nose and mouth, are seen: sunglasses, masks, a hand, shut eyes.

Only five points of a face are known, so the upright chip's fixed places stand for eyes, cheeks and mouth. Skin is what
lies between and below the eyes; a mask differs from it in colour and has no line between lips, dark glasses are darker
than skin down to the cheeks. Each measure is a weighted sum of a few such differences, 0 where a face begins to count
as covered. Weights were fitted (logistic regression) on every second of a third of LFW's pictures and on rendered
people, bare and with things painted on (`simulators.face_mishaps`); `python -m benchmarks.face_quality` prints what
they do on the rest, in which many of the same people are seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb
from biometrics.face.template import Points

Lab = npt.NDArray[np.float32]
Rows = tuple[int, int]
Columns = tuple[int, int]

NOSE: Final = ((54, 74), (66, 82))
"""Rows and columns of the chip of 150 x 150 pixels: the bridge, bare under masks and between lenses."""
CHEEKS: Final = (((60, 74), (38, 56)), ((60, 74), (92, 110)))
JAWS: Final = (((90, 108), (36, 50)), ((90, 108), (98, 112)))
LENSES: Final = (((40, 60), (34, 62)), ((40, 60), (86, 114)))
UNDER_EYES: Final = (((53, 61), (38, 58)), ((53, 61), (90, 110)))
BELOW: Final = (((72, 86), (34, 50)), ((72, 86), (98, 114)))
LOW: Final = ((100, 130), (54, 94))
MOUTH: Final = ((96, 120), (52, 96))
MASK_WEIGHTS: Final = (0.06, 0.14, -0.11, -11.81, 0.75, 1.4)
"""Of colour at the mouth and at the jaws, redness of lips, the line between them, unevenness; and the constant."""
HAND_WEIGHTS: Final = (-0.02, 0.11, -0.13, -3.9, -2.12, -1.1)
"""The same, fitted to masks and to fingers of the face's own colour: skin that is too even for a mouth."""
EYE_WEIGHTS: Final = (-4.74, -5.99, -3.90, 7.1)
"""Of the middle and the lightest of what lenses would cover, and the skin below the eyes, by the cheeks' lightness."""
LID_WEIGHTS: Final = (-0.97, -11.22, 8.47, -12.32, 4.21, 5.77, -10.12, 1.79, 4.0)
EYE_PATCH: Final = (48, 40)
EYE_WIDTH: Final = 32.0
"""Pixels of the patch between an eye's corners."""


@dataclass(frozen=True, slots=True)
class Occlusion:
    """Above 0: covered, or shut. About -3 on a bare face; the scale is the logit of the fit."""

    mouth: float
    eyes: float
    lids: float


def occlusion(image: Rgb, points: Points, lab: Lab) -> Occlusion:
    """`lab` is the chip as `lab_of` gives it."""
    return Occlusion(mouth_covered(lab), eyes_covered(lab), lids_shut(image, points))


def lab_of(chip: Rgb) -> Lab:
    """CIELAB: lightness 0 to 100, a* and b* about -100 to 100."""
    lab = cv2.cvtColor(chip, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] *= 100 / 255
    lab[..., 1:] -= 128
    return np.asarray(lab, np.float32)


def mouth_covered(lab: Lab) -> float:
    skin = (_middle(lab, NOSE) + _middle(lab, *CHEEKS)) / 2
    light = lab[..., 0]
    line = np.abs(np.diff(cv2.GaussianBlur(light[88:132, 58:90], (0, 0), 1).mean(1))).max()
    upper = float(light[30:90, 36:112].std())
    found = (
        _chroma(_middle(lab, LOW) - skin),
        _chroma(_middle(lab, *JAWS) - skin),
        float(np.percentile(_part(lab, *MOUTH)[..., 1], 92) - np.median(lab[90:130, 44:104, 1])),
        float(line) / max(upper, 2.0),
        math.log((float(light[92:128, 50:98].std()) + 0.5) / (upper + 0.5)),
    )
    return max(_weighed(found, MASK_WEIGHTS), _weighed(found, HAND_WEIGHTS))


def eyes_covered(lab: Lab) -> float:
    lenses = np.concatenate([_part(lab, *place)[..., 0].ravel() for place in LENSES])
    skin = max(float(_middle(lab, ((74, 90), (66, 82)))[0]), float(_middle(lab, *BELOW)[0]), 5.0)
    under = float(_middle(lab, *UNDER_EYES)[0])
    found = (float(np.median(lenses)) / skin, float(np.percentile(lenses, 85)) / skin, under / skin)
    return _weighed(found, EYE_WEIGHTS)


def lids_shut(image: Rgb, points: Points) -> float:
    """Of both eyes in the mean. An open eye's iris is dark over a height of its own; where lids meet is a line."""
    patches = [_eye(image, points[a], points[b]) for a, b in ((1, 0), (2, 3))]
    return float(np.mean([_weighed(_lid_differences(patch), LID_WEIGHTS) for patch in patches]))


def _eye(image: Rgb, left: Points, right: Points) -> Lab:
    """The eye upright, its corners `EYE_WIDTH` apart at row 20, grey."""
    across = right - left
    scale = EYE_WIDTH / max(float(np.hypot(*across)), 2.0)
    degrees = math.degrees(math.atan2(across[1], across[0]))
    turn: Any = cv2.getRotationMatrix2D(tuple((left + right) / 2), degrees, scale)
    turn[:, 2] += np.array([EYE_PATCH[0] / 2, EYE_PATCH[1] / 2]) - (left + right) / 2
    patch = cv2.warpAffine(image, turn, EYE_PATCH, borderMode=cv2.BORDER_REPLICATE)
    grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.float32)


def _lid_differences(patch: Lab) -> tuple[float, ...]:
    eye, skin = patch[8:32, 6:42], float(np.percentile(patch, 80))
    middle, unit = eye[4:20, 8:28], max(skin, 10.0)
    darkest = float(middle.min())
    high = float(np.percentile((eye[:, 8:28] < 0.5 * (skin + float(eye.min()))).sum(0), 90)) / 24
    upright = cv2.Sobel(eye, cv2.CV_32F, 1, 0)
    level = cv2.Sobel(eye, cv2.CV_32F, 0, 1)
    return (
        math.log(float((upright**2).mean()) / (float((level**2).mean()) + 1e-3) + 1e-3),
        float((middle < 0.5 * (skin + darkest)).mean()),
        high,
        (skin - darkest) / unit,
        high * (skin - float(np.partition(middle.ravel(), 10)[10])) / unit,
        abs(float(eye[:, :18].mean()) - float(eye[:, 18:].mean())) / unit,
        float(np.ptp(middle.mean(0))) / unit,
        float(np.ptp(middle.mean(1))) / unit,
    )


def _part(lab: Lab, rows: Rows, columns: Columns) -> Lab:
    return lab[rows[0] : rows[1], columns[0] : columns[1]]


def _middle(lab: Lab, *places: tuple[Rows, Columns]) -> Any:
    """The median colour of some places together, (3,)."""
    return np.median(np.concatenate([_part(lab, *place).reshape(-1, 3) for place in places]), axis=0)


def _chroma(difference: Any) -> float:
    return float(np.hypot(difference[1], difference[2]))


def _weighed(found: tuple[float, ...], weights: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(found, weights[:-1], strict=True)) + weights[-1]
