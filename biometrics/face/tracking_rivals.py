"""Whether somebody else stands at the camera, while one face is followed.

The detector looks where something has changed since it last looked there, beside the followed person's own head and
body; and at a quarter of the surroundings in turn, for what changed too little or stands before the body. A hall that
stands still costs nearly nothing, and a second person who steps in is seen within a few frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from biometrics.capture import Gray, Rgb
from biometrics.face.compare import BYSTANDER
from biometrics.face.template import FaceBox
from biometrics.face.tracking_search import around, detect_within

STEP: Final = 8
"""Pixels of the frame to one of the small grey picture in which change is looked for."""
CHANGED: Final = 12
"""Grey levels by which a place of the small picture has changed; a sensor's noise, averaged over 8 x 8 pixels, is
under one."""
ENOUGH: Final = 0.2
"""Of the followed face's area: as much must have changed in one piece. A face of the least width that counts has
0.36."""
EVERY: Final = 8
"""Frames between two looks at a quarter of the surroundings: all of them within a second and a half at 25 a second."""


@dataclass(frozen=True, slots=True)
class Area:
    """Pixels of the frame; `right` and `bottom` are beyond the last."""

    left: int
    top: int
    right: int
    bottom: int


class Rivals:
    """`begin` with the first frame of a followed face, then `watch` every one."""

    def __init__(self) -> None:
        self._before: Gray | None = None
        self._rival: FaceBox | None = None
        self._quarters = 0
        self._frames = 0

    def begin(self) -> None:
        """A new face is followed: all its surroundings are looked at, one quarter a frame."""
        self._before, self._rival, self._quarters, self._frames = None, None, 4, 0

    def watch(self, image: Rgb, box: FaceBox) -> bool:
        """Whether a face is there that could be the one who is meant: at least `BYSTANDER` as wide."""
        now = _small(image)
        if self._before is None or self._before.shape != now.shape:
            self._before = now
        if self._rival is not None:
            self._rival = _other([around(image, self._rival)], box)
        if self._rival is None:
            area = self._due(image, now, box)
            if area is not None:
                self._rival = self._look(image, now, area, box)
        return self._rival is not None

    def _due(self, image: Rgb, now: Gray, box: FaceBox) -> Area | None:
        self._frames += 1
        assert self._before is not None
        changed = _changed(self._before, now, box)
        if self._quarters or (changed is None and self._frames % EVERY == 0):
            self._quarters = max(self._quarters - 1, 0)
            return _quarter(image, box, (self._frames // EVERY if not self._quarters else self._quarters) % 4)
        return changed

    def _look(self, image: Rgb, now: Gray, area: Area, box: FaceBox) -> FaceBox | None:
        assert self._before is not None
        part = image[area.top : area.bottom, area.left : area.right]
        rows, columns = slice(area.top // STEP, area.bottom // STEP), slice(area.left // STEP, area.right // STEP)
        self._before[rows, columns] = now[rows, columns]
        return _other(detect_within(part, BYSTANDER * box.width, area.left, area.top), box)


def _other(faces: list[FaceBox] | list[FaceBox | None], box: FaceBox) -> FaceBox | None:
    """The first face that is wide enough and is not the followed one, of which an area may show a part."""
    for face in faces:
        if face is None or face.width < BYSTANDER * box.width:
            continue
        if max(abs(face.centre[0] - box.centre[0]), abs(face.centre[1] - box.centre[1])) > 0.5 * box.width:
            return face
    return None


def _changed(before: Gray, now: Gray, box: FaceBox) -> Area | None:
    """Around the largest piece that has changed, beside the followed person; None where none is large enough."""
    moved: Any = (cv2.absdiff(before, now) > CHANGED).view(np.uint8)
    x, y, side = box.centre[0] / STEP, box.centre[1] / STEP, box.width / STEP
    _blank(moved, x - 0.8 * side, y - 1.0 * side, x + 0.8 * side)
    _blank(moved, x - 1.4 * side, y + 0.6 * side, x + 1.4 * side)
    if int(moved.sum()) < ENOUGH * side**2:
        return None
    _, _, pieces, _ = cv2.connectedComponentsWithStats(moved)
    left, top, width, height, count = max(pieces[1:], key=lambda piece: piece[4])
    if count < ENOUGH * side**2:
        return None
    more = 0.5 * side
    edges = (left - more, top - more, left + width + more, top + height + more)
    limits = (now.shape[1], now.shape[0]) * 2
    return Area(*(STEP * int(np.clip(edge, 0, limit)) for edge, limit in zip(edges, limits, strict=True)))


def _blank(moved: Any, left: float, top: float, right: float) -> None:
    """From `top` down: what is the person's own."""
    moved[max(round(top), 0) :, max(round(left), 0) : max(round(right), 0)] = 0


def _quarter(image: Rgb, box: FaceBox, number: int) -> Area:
    """Left, right, above or below the face, reaching into it by as much as two faces in a frame can overlap."""
    height, width = image.shape[:2]
    x, y, side = *box.centre, box.width
    edges = {
        0: (0, y - 2 * side, x - 0.2 * side, y + 2 * side),
        1: (x + 0.2 * side, y - 2 * side, width, y + 2 * side),
        2: (0, 0, width, y - 0.2 * side),
        3: (x - 1.5 * side, y + 0.3 * side, x + 1.5 * side, height),
    }[number]
    limits = (width, height, width, height)
    return Area(*(round(np.clip(edge, 0, limit)) for edge, limit in zip(edges, limits, strict=True)))


def _small(image: Rgb) -> Gray:
    size = (max(image.shape[1] // STEP, 1), max(image.shape[0] // STEP, 1))
    return np.asarray(cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY), np.uint8)
