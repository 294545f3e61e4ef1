"""The part of a picture about a face, at a scale where the face is always equally wide: a window that stays put.

Motion is measured between frames of one window. It is laid anew when the face has left its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np

from biometrics.capture import Gray, Rgb
from biometrics.face.template import FaceBox, Points

FACE: Final = 64
"""Pixels of the window that a face's box is wide: sub-pixel tracking at this scale is near 0.1 % of a face."""
REACH: Final = 1.9
"""Widths of the face that the window goes out from its middle, each way."""
SIDE: Final = int(2 * REACH * FACE)
STRAYED: Final = 0.3
"""Widths the face may move before the window is laid anew."""
RESIZED: Final = 1.2


@dataclass(frozen=True, slots=True)
class Window:
    """Pixels x, y of the picture at the window's corner, and window pixels to one of the picture."""

    left: float
    top: float
    scale: float

    @classmethod
    def about(cls, box: FaceBox) -> Self:
        scale = FACE / box.width
        x, y = box.centre
        return cls(x - REACH * box.width, y - REACH * box.width, scale)

    def holds(self, box: FaceBox) -> bool:
        width = FACE / self.scale
        x, y = box.centre
        off = max(abs(x - self.left - REACH * width), abs(y - self.top - REACH * width))
        return off < STRAYED * width and not self.outgrown(box)

    def outgrown(self, box: FaceBox) -> bool:
        return not 1 / RESIZED < box.width * self.scale / FACE < RESIZED

    def of(self, grey: Gray) -> Gray:
        """(SIDE, SIDE), by area where it shrinks, or a display's pixels would alias a second time. Beyond the picture
        its last row or column goes on: a black edge there would be taken for a frame."""
        side = max(round(SIDE / self.scale), 1)
        left, top = round(self.left), round(self.top)
        height, width = grey.shape
        x0, y0 = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
        x1, y1 = max(min(left + side, width), x0 + 1), max(min(top + side, height), y0 + 1)
        margins = max(y0 - top, 0), max(top + side - y1, 0), max(x0 - left, 0), max(left + side - x1, 0)
        part = cv2.copyMakeBorder(grey[y0:y1, x0:x1], *margins, cv2.BORDER_REPLICATE)
        way = cv2.INTER_AREA if side > SIDE else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(part, (SIDE, SIDE), interpolation=way), np.uint8)

    def points(self, points: Points) -> Points:
        return np.asarray((points - (self.left, self.top)) * self.scale, np.float64)


def face_part(image: Rgb, box: FaceBox) -> Rgb:
    """The box, cut off at the picture's edge; a view."""
    height, width = image.shape[:2]
    left, top = int(np.clip(box.left, 0, width - 2)), int(np.clip(box.top, 0, height - 2))
    right = int(np.clip(box.left + box.width, left + 2, width))
    bottom = int(np.clip(box.top + box.height, top + 2, height))
    return image[top:bottom, left:right]
