"""What a face is reduced to. These types travel between a worker and its caller, so they need no model and no library
that runs one: a caller that only carries a template never loads a network.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from biometrics.capture import Quality

Points = npt.NDArray[np.float64]
"""Shape (5, 2): x, y in pixels of the outer and inner corner of the eye at the right of the image, the outer and inner
corner of the eye at its left, and the base of the nose."""
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Pixels of the image given; `score` is the detector's margin (above 0, mostly under 3)."""

    left: float
    top: float
    width: float
    height: float
    score: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.left + self.width / 2, self.top + self.height / 2


@dataclass(frozen=True, slots=True, eq=False)
class FaceTemplate:
    """`vector` has shape (128,), float32, length one; box and landmarks are in pixels of the picture given."""

    vector: Vector = field(repr=False)
    box: FaceBox
    landmarks: Points = field(repr=False)
    quality: Quality
