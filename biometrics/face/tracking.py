"""One person's face, followed from frame to frame: where it is, whether it is still the same, and who else is there.

    tracker = FaceTracker()
    for frame in camera.frames():
        track = tracker.follow(frame.image, frame.at)

Finding a face costs ten to forty milliseconds, following it one or two. So the five points are found again from where
they were; the detector looks again at the face's surroundings when the points are in doubt, and every so often when
they are not. `Track.number` changes whenever it may be somebody else: what was collected of one number must never be
mixed with what comes under another.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np

from biometrics.capture import Rgb
from biometrics.face.align import MEAN_FACE, chip, similarity
from biometrics.face.detect import landmarks
from biometrics.face.template import FaceBox, Points, Vector
from biometrics.face.tracking_rivals import Rivals
from biometrics.face.tracking_search import Search, around

CONFIRM_SECONDS: Final = 0.3
"""Between two looks of the detector at a face whose points are in no doubt."""
BLIND_SECONDS: Final = 0.6
"""A turned head is no frontal face to the detector; for so long its points are believed without it."""
REJOIN_SECONDS: Final = 0.4
"""A face seen again within this, at its place and looking as before, is the same; later it is a new one."""
REMEMBER_SECONDS: Final = 2.0
"""For so long a face is first looked for where the last one was, also after a gap: where only the network sees it and
the machine is busy, finding it in the whole frame takes longer than `REJOIN_SECONDS`, and would for ever."""
SAME: Final = 0.6
"""Likeness of two looks in a row, -1 to 1, above which there is no doubt. Of the pairs of different people 97 % lie
below; one rendered person turning by 8 degrees at once has 0.88 in the median."""
OTHER: Final = 0.4
"""Below, it is taken for somebody else. Between, the embeddings of the best frames decide."""
MOST_SHIFT: Final = 0.35
"""Of the face's width between two frames; a person walking past at 1 m/s makes 0.3 at 25 frames a second."""
MOST_GROWTH: Final = 1.25
SETTLED: Final = 0.04
"""Of the box's width. Laid over a box that is off by a twelfth, the points are off by 6 % of LFW's in the median."""
LOOK: Final = (22, 24)
"""Columns and rows a face is reduced to for its look."""
FIT: Final = 0.09
"""Root mean square of the points' distance from the mean face laid over them, by the box's width: 99 % of LFW lie
below."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Box and points are in pixels of the frame. `confirmed`: the detector saw a face there in this frame."""

    number: int
    box: FaceBox
    points: Points = field(repr=False)
    confirmed: bool
    alone: bool
    """Nobody else is near enough to be the one who is meant."""
    at: float
    look: Vector = field(repr=False)


class FaceTracker:
    """Frames come in order, `at` in seconds. Not safe between threads."""

    def __init__(self) -> None:
        self._search = Search()
        self._rivals = Rivals()
        self._track: Track | None = None
        self._confirmed_at = 0.0
        self._numbers = 0

    def follow(self, image: Rgb, at: float) -> Track | None:
        """The face in this frame, None while there is none. Raise `UnusableImage`."""
        last = self._track
        if last is not None and at - last.at > REMEMBER_SECONDS:
            self._track = last = None
        found = self._moved(image, last, at) if last is not None else None
        if found is None:
            found = self._found(image, last, at)
        if found is None:
            return None
        if last is not None and found.number == last.number and at - last.at > REJOIN_SECONDS:
            found = replace(found, number=self._another())
        alone = not self._rivals.watch(image, found.box)
        self._track = found = replace(found, alone=alone)
        return found

    def _moved(self, image: Rgb, last: Track, at: float) -> Track | None:
        """The face where its points lead, or near there; None where it is lost."""
        points = settled(image, last)
        seen = _look(image, points)
        likely = _plausible(last, points) and float(last.look @ seen) >= SAME
        there = (
            replace(last, box=carried(last, points), points=points, confirmed=False, at=at, look=seen)
            if likely
            else None
        )
        if there is not None and at - self._confirmed_at < CONFIRM_SECONDS:
            return there
        box = around(image, last.box) or (around(image, last.box, hard=True) if likely else None)
        if there is None or (box is not None and not _overlaps(box, there.box)):
            return None if box is None else self._taken(image, box, last, at)
        if box is not None:
            self._confirmed_at = at
            return replace(there, confirmed=True)
        return there if at - self._confirmed_at < BLIND_SECONDS else None

    def _found(self, image: Rgb, last: Track | None, at: float) -> Track | None:
        box = self._search.glance(image)
        if box is None:
            return None
        return self._taken(image, box, last, at)

    def _taken(self, image: Rgb, box: FaceBox, last: Track | None, at: float) -> Track:
        """A detected face, under the number of the `last` one where it can be no other."""
        points = landmarks(image, box)
        seen = _look(image, points)
        same = last is not None and _near(last, points) and float(last.look @ seen) >= OTHER
        number = last.number if last is not None and same else self._another()
        self._confirmed_at = at
        return Track(number, box, points, True, True, at, seen)

    def _another(self) -> int:
        """The number of a face that may be anybody's."""
        self._numbers += 1
        self._rivals.begin()
        return self._numbers


def implied_box(points: Points) -> FaceBox:
    """Where the detector would see a mean face of these five points."""
    fit = similarity(MEAN_FACE, points)
    side = float(np.hypot(fit[0, 0], fit[1, 0]))
    x, y = fit[:, :2] @ (0.5, 0.5) + fit[:, 2]
    return FaceBox(float(x) - side / 2, float(y) - side / 2, side, side, 0.0)


def carried(last: Track, points: Points) -> FaceBox:
    """The last box, moved and grown as the points have: nobody's face is the mean, and what sets it apart stays."""
    before, now = implied_box(last.points), implied_box(points)
    growth = now.width / before.width
    x, y = (now.centre[i] + growth * (last.box.centre[i] - before.centre[i]) for i in (0, 1))
    width, height = growth * last.box.width, growth * last.box.height
    return FaceBox(x - width / 2, y - height / 2, width, height, last.box.score)


def settled(image: Rgb, last: Track) -> Points:
    """The points near where they were. They lag behind a box that is off: where they say so, once more from theirs."""
    points = landmarks(image, last.box)
    if not _spread(points):
        return points
    there = carried(last, points)
    off = max(abs(a - b) for a, b in zip((*there.centre, there.width), (*last.box.centre, last.box.width), strict=True))
    return points if off < SETTLED * last.box.width else landmarks(image, there)


def _spread(points: Points) -> bool:
    return float(np.ptp(points, axis=0).min()) >= 4


def _look(image: Rgb, points: Points) -> Vector:
    """The face small and grey, its even light taken off, of length one: two looks compare by their dot product."""
    if not _spread(points):
        return np.zeros(LOOK[0] * LOOK[1], np.float32)
    grey = cv2.cvtColor(chip(image, points)[15:135, 20:130], cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, LOOK, interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= cv2.GaussianBlur(small, (0, 0), 6)
    small -= small.mean()
    return np.asarray(small.ravel() / max(float(np.linalg.norm(small)), 1.0), np.float32)


def _plausible(last: Track, points: Points) -> bool:
    """Whether a face could have moved so, and whether the points still make one."""
    if not _spread(points) or not _near(last, points):
        return False
    fit = similarity(MEAN_FACE, points)
    side = float(np.hypot(fit[0, 0], fit[1, 0]))
    off = MEAN_FACE @ fit[:, :2].T + fit[:, 2] - points
    return float(np.sqrt((off**2).sum(1).mean())) <= FIT * side


def _overlaps(a: FaceBox, b: FaceBox) -> bool:
    shift = np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1])
    return bool(shift <= MOST_SHIFT * b.width)


def _near(last: Track, points: Points) -> bool:
    before, now = implied_box(last.points), implied_box(points)
    shift = np.hypot(now.centre[0] - before.centre[0], now.centre[1] - before.centre[1])
    return bool(shift <= MOST_SHIFT * last.box.width) and 1 / MOST_GROWTH <= now.width / before.width <= MOST_GROWTH
