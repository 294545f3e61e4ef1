"""The best frames of one face, and the one template they make together.

Noise, blinks and expressions differ from frame to frame, so the mean of a few lies nearer to the person than any one.
They must be apart in time: two neighbours show the same blink. Frames live in memory, as long as their attempt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from biometrics.capture import FaceChanged, NoFace, Quality, Rgb
from biometrics.face.embed import Embedder
from biometrics.face.fusion import fused_template
from biometrics.face.template import FaceBox, FaceTemplate, Points

KEPT: Final = 3
"""What differs from frame to frame falls with the square root of their count: a fourth would take off 7 % more."""
APART_SECONDS: Final = 0.12
"""Longer than a frame at 12 a second, shorter than a traveller notices."""


@dataclass(frozen=True, slots=True, eq=False)
class BestFrame:
    image: Rgb = field(repr=False)
    box: FaceBox
    points: Points = field(repr=False)
    quality: Quality
    at: float


class BestFrames:
    """The `KEPT` frames of the highest value, at least `APART_SECONDS` from each other."""

    def __init__(self) -> None:
        self._kept: list[BestFrame] = []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def ranked(self) -> tuple[BestFrame, ...]:
        """The best first."""
        return tuple(sorted(self._kept, key=lambda frame: -frame.quality.value))

    def consider(self, frame: BestFrame) -> None:
        """A frame takes the place of a poorer neighbour in time, or of the poorest where all places are taken."""
        neighbours = [kept for kept in self._kept if abs(kept.at - frame.at) < APART_SECONDS]
        if any(kept.quality.value >= frame.quality.value for kept in neighbours):
            return
        others = [kept for kept in self._kept if kept not in neighbours]
        self._kept = sorted([*others, frame], key=lambda kept: -kept.quality.value)[:KEPT]

    def clear(self) -> None:
        self._kept = []


def fused(frames: tuple[BestFrame, ...], embedder: Embedder, *, alike: float) -> FaceTemplate:
    """The frames, best first, as one template (`fusion.fused_template`).

    Raise `FaceChanged` where two of them are less alike than `alike` (a dot product): they may be two people, and a
    mean of two people would match both. Raise `NoFace` where there is no frame.
    """
    if not frames:
        raise NoFace("No frame showed one face well enough.")
    vectors = embedder.many([embedder.crops(frame.image, frame.points, frame.box.marks) for frame in frames])
    if any(float(a @ b) < alike for a, b in combinations(vectors, 2)):
        raise FaceChanged("The face before the camera changed during the capture.")
    templates = [
        FaceTemplate(vector, frame.box, frame.points, frame.quality, embedder.name)
        for vector, frame in zip(vectors, frames, strict=True)
    ]
    return fused_template(templates)
