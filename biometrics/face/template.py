"""What a face is reduced to. These types travel between a worker and its caller, so they need no model and no library
that runs one: a caller that only carries a template never loads a network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import Quality

Points = npt.NDArray[np.float64]
"""Shape (5, 2): x, y in pixels of the outer and inner corner of the eye at the right of the image, the outer and inner
corner of the eye at its left, and the base of the nose."""
Marks = npt.NDArray[np.float64]
"""Shape (5, 2): middle of the eye at the left of the image, of the other, tip of the nose, left and right corner of the
mouth: what detectors like YuNet give, and networks like ArcFace are aligned by."""
Vector = npt.NDArray[np.float32]
DLIB: Final = "dlib-resnet-29"
"""The backend that is shipped."""


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Pixels of the image given; `score` is the detector's margin (HOG's is above 0 and mostly under 3; others have
    other scales). `marks` where the detector tells them."""

    left: float
    top: float
    width: float
    height: float
    score: float
    marks: Marks | None = field(default=None, repr=False, compare=False)

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True, slots=True, eq=False)
class FaceTemplate:
    """`vector` is float32 of length one, of the backend's dimension (128 for dlib's); box and landmarks are in pixels
    of the picture given. Templates of two backends do not compare."""

    vector: Vector = field(repr=False)
    box: FaceBox
    landmarks: Points = field(repr=False)
    quality: Quality
    backend: str = DLIB
