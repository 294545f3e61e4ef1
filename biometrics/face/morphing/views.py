"""A reference and a live face laid over each other: what the cues of morphing are measured on.

Both are brought to the chip of `biometrics.face.align`; dense flow bends the live face onto the reference, so that what
differs is the person, the light and the picture, and not the pose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb
from biometrics.face.align import SIDE, chip
from biometrics.face.embed import MEAN_COLOUR
from biometrics.face.template import Points

Levels = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

LIGHT: Final = 25
"""Pixels of a chip over which light is taken as even."""
SMOOTH: Final = 4.0
"""Pixels by which the flow is smoothed: a mouth moves as one, a nose does."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Chips of 150 x 150. `bent` is the live face in the reference's shape and colours, `flow` how far it was bent."""

    reference: Rgb = field(repr=False)
    live: Rgb = field(repr=False)
    bent: Levels = field(repr=False)
    flow: Levels = field(repr=False)

    @property
    def halfway(self) -> Rgb:
        """The reference with the live face mixed into it in equal parts, softly to the face's edge."""
        reference = self.reference.astype(np.float32)
        return np.asarray(np.clip(reference + _soft() / 2 * (self.bent - reference), 0, 255), np.uint8)


def overlay(reference: Rgb, reference_points: Points, live: Rgb, live_points: Points) -> Overlay:
    """Raise `UnusableImage` where points coincide."""
    here, there = chip(reference, reference_points), chip(live, live_points)
    finder: Any = cv2
    dense = finder.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dense.setFinestScale(1)
    found = dense.calc(_structure(here), _structure(there), None)
    flow = np.asarray(cv2.GaussianBlur(found, (0, 0), SMOOTH), np.float32)
    return Overlay(here, there, _coloured(_bent(there, flow), here), flow)


@cache
def face() -> Flags:
    """Where the face is in a chip, without hair, ears and neck."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (SIDE // 2, 80), (42, 56), 0, 0, 360, 1, -1)
    return mask.astype(np.bool_)


@cache
def _soft() -> Levels:
    """(150, 150, 1)."""
    return np.asarray(cv2.GaussianBlur(face().astype(np.float32), (0, 0), 5), np.float32)[..., None]


def painted(chip: Rgb) -> Rgb:
    """The face painted over with the network's mean colour, softly to its edge: hair, ears, jaw and neck are left."""
    return np.asarray(chip + _soft() * (MEAN_COLOUR - chip), np.uint8)


def _structure(image: Rgb) -> npt.NDArray[np.uint8]:
    """Grey by its surroundings' mean and contrast: a shadow is no part of a face's shape."""
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    level = grey - cv2.blur(grey, (LIGHT, LIGHT))
    contrast = np.sqrt(np.maximum(cv2.blur(level * level, (LIGHT, LIGHT)), 0))
    return np.asarray(np.clip(128 + 50 * cv2.GaussianBlur(level / (contrast + 6), (0, 0), 1), 0, 255), np.uint8)


def _bent(image: Rgb, flow: Levels) -> Levels:
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    place = x + flow[..., 0], y + flow[..., 1]
    return np.asarray(cv2.remap(image, *place, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _coloured(image: Levels, like: Rgb) -> Levels:
    """Colours moved and stretched to those of `like` within the face, in L*a*b*."""
    source, target = _lab(image), _lab(like.astype(np.float32))
    have, want = source[face()], target[face()]
    stretch = np.clip(want.std(0) / np.maximum(have.std(0), 1e-3), 0.6, 1.6)
    moved = ((source - have.mean(0)) * stretch + want.mean(0)).astype(np.float32)
    return np.asarray(255 * cv2.cvtColor(moved, cv2.COLOR_LAB2RGB), np.float32)


def _lab(image: Levels) -> Levels:
    return np.asarray(cv2.cvtColor(image / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)
