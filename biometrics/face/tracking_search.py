"""Where a face is looked for that is not known yet: a glance a frame, the likeliest place first.

A whole frame searched for every size of face takes the time of several frames. Travellers stand near the lens, so large
faces are looked for first, everywhere; then smaller ones; then masked and turned ones, which take the network. A tall
frame (a lens that sees people of 100 to 205 cm, on its side) is searched in bands, one a frame, the one where a face
was last seen first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.capture import Rgb
from biometrics.face.detect import MIN_SIDE, detect
from biometrics.face.mmod import hard_faces
from biometrics.face.template import FaceBox

SIZES: Final = (0.26, 1 / 6)
"""Faces looked for first and in the next round, from this share of the frame's width or, where it is less, height on.
Where a traveller should stand a face has 0.3; who is smaller than 80 pixels of 480 wants nothing of this station."""
SIZES_TALL: Final = (0.15, 0.12)
"""The same of a tall frame's width: it sees as far across as it must and three times as far up, so faces are small."""
TALL: Final = 1.4
"""A frame taller than this, by its width, is searched in bands of its width, one beginning at every half of it."""
SURROUNDINGS: Final = 0.45
"""Of the box's width on each side, for a look at a face that has moved."""


@dataclass(frozen=True, slots=True)
class Band:
    """Rows `top` to `bottom` of the frame."""

    top: int
    bottom: int


class Search:
    """`glance` at each frame until it gives a face."""

    def __init__(self) -> None:
        self._count = 0
        self._last_row: float | None = None

    def glance(self, image: Rgb) -> FaceBox | None:
        """The largest face of a glance, the traveller's: who stands nearer is meant. Raise `UnusableImage`."""
        bands = self._ordered(bands_of(image))
        turn, self._count = self._count, self._count + 1
        band = bands[turn % len(bands)]
        near, far = (share * min(image.shape[:2]) for share in (SIZES if len(bands) == 1 else SIZES_TALL))
        part, turn = image[band.top : band.bottom], turn // len(bands) % 3
        faces = detect_within(part, far if turn == 1 else near, 0, band.top, hard=turn == 2)
        if not faces:
            return None
        self._count, self._last_row = 0, faces[0].centre[1]
        return faces[0]

    def _ordered(self, bands: list[Band]) -> list[Band]:
        row = self._last_row
        if row is None:
            return bands
        return sorted(bands, key=lambda band: abs((band.top + band.bottom) / 2 - row))


def bands_of(image: Rgb) -> list[Band]:
    """The middle one first: most heads are there."""
    height, width = image.shape[:2]
    if height <= TALL * width:
        return [Band(0, height)]
    count = -(-(height - width) // (width // 2)) + 1
    tops = [round(top) for top in np.linspace(0, height - width, count)]
    return sorted((Band(top, top + width) for top in tops), key=lambda band: abs(band.top + width / 2 - height / 2))


def around(image: Rgb, box: FaceBox, *, hard: bool = False) -> FaceBox | None:
    """The face within a box's surroundings that lies nearest to it; `hard` as in `detect_within`."""
    more = SURROUNDINGS * box.width
    left, top = round(max(box.left - more, 0)), round(max(box.top - more, 0))
    right, bottom = round(box.left + box.width + more), round(box.top + box.height + more)
    faces = detect_within(image[top : max(bottom, 0), left : max(right, 0)], 0.85 * box.width, left, top, hard=hard)
    if not faces:
        return None
    x, y = box.centre
    return min(faces, key=lambda face: float(np.hypot(face.centre[0] - x, face.centre[1] - y)))


def detect_within(part: Rgb, smallest: float, left: int, top: int, *, hard: bool = False) -> list[FaceBox]:
    """Faces of a part of a frame, the largest first, in pixels of the frame; none where the part is too small. With
    `hard` those that the network sees: masked, turned."""
    if min(part.shape[:2]) < MIN_SIDE:
        return []
    part, size = np.ascontiguousarray(part), max(round(smallest), 1)
    faces = hard_faces(part, smallest=size) if hard else detect(part, smallest=size, thorough=False)
    moved = [FaceBox(face.left + left, face.top + top, face.width, face.height, face.score) for face in faces]
    return sorted(moved, key=lambda face: -face.width)
