"""What a rendered person looks like, as numbers: about sixty traits, a warp of the face, a seed for skin and clothes.

Lengths are in units in which a head is about 1.6 wide and 2.5 high. A negative beard, moustache, glasses or freckles
means none. The ranges come of an experiment on what keeps dlib's embeddings apart: eyes, warp, nose and outline most;
make-up, moles and wrinkles little.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Colour = npt.NDArray[np.float32]
"""Shape (3,), RGB, 0 to 255."""

WARP_SHAPE: Final = (2, 5, 5)


def _trait(low: float, high: float) -> Any:
    return field(metadata={"range": (low, high)})


@dataclass(frozen=True, slots=True)
class Traits:
    width: float = _trait(0.71, 1.15)
    jaw: float = _trait(0.61, 1.15)
    chin: float = _trait(0.80, 1.18)
    crown: float = _trait(1.06, 1.32)
    taper: float = _trait(1.8, 3.4)
    ears: float = _trait(0.6, 1.4)
    eye_apart: float = _trait(0.22, 0.47)
    eye_height: float = _trait(-0.02, 0.24)
    eye_width: float = _trait(0.08, 0.20)
    eye_open: float = _trait(0.020, 0.095)
    eye_tilt: float = _trait(-0.30, 0.36)
    eye_round: float = _trait(0.5, 1.4)
    lid_fold: float = _trait(0, 1)
    lashes: float = _trait(0, 1)
    iris_hue: float = _trait(0, 1)
    iris_light: float = _trait(0.1, 1)
    brow_height: float = _trait(0.12, 0.42)
    brow_thick: float = _trait(0.006, 0.085)
    brow_length: float = _trait(0.09, 0.27)
    brow_slope: float = _trait(-0.5, 0.55)
    brow_arch: float = _trait(-0.6, 1.8)
    brow_apart: float = _trait(0.22, 0.38)
    brow_dark: float = _trait(0.0, 1.1)
    nose_length: float = _trait(0.14, 0.52)
    nose_width: float = _trait(0.06, 0.30)
    nose_depth: float = _trait(0.06, 0.48)
    nose_bridge: float = _trait(0.02, 0.09)
    nose_tip: float = _trait(-0.05, 0.14)
    nose_bump: float = _trait(-0.05, 0.09)
    nostrils: float = _trait(0.2, 1)
    mouth_height: float = _trait(0.40, 0.68)
    mouth_width: float = _trait(0.11, 0.38)
    mouth_curve: float = _trait(-0.10, 0.10)
    upper_lip: float = _trait(0.006, 0.075)
    lower_lip: float = _trait(0.010, 0.095)
    lip_red: float = _trait(0, 1)
    cheeks: float = _trait(-0.08, 0.28)
    sockets: float = _trait(0, 0.17)
    brow_ridge: float = _trait(-0.02, 0.16)
    depth: float = _trait(0.7, 1.35)
    skin_light: float = _trait(0, 1)
    skin_hue: float = _trait(0, 1)
    skin_strength: float = _trait(0, 1)
    mottle: float = _trait(0.02, 0.20)
    blush: float = _trait(0, 1)
    freckles: float = _trait(-1, 1)
    gloss: float = _trait(0.0, 0.30)
    contrast: float = _trait(0.8, 1.25)
    age: float = _trait(0, 1)
    hair_hue: float = _trait(0, 1)
    hair_light: float = _trait(0, 1)
    hair_line: float = _trait(0.15, 1.15)
    hair_sides: float = _trait(0.55, 1.25)
    hair_volume: float = _trait(-0.05, 0.45)
    hair_length: float = _trait(-1.2, 1.8)
    hair_peak: float = _trait(-0.25, 0.25)
    fringe: float = _trait(-0.7, 0.6)
    parting: float = _trait(-0.6, 0.6)
    baldness: float = _trait(-1.0, 0.5)
    beard: float = _trait(-0.9, 1)
    beard_top: float = _trait(0.20, 0.75)
    moustache: float = _trait(-0.8, 1)
    goatee: float = _trait(-1.2, 1)
    glasses: float = _trait(-1.6, 1)
    glasses_width: float = _trait(0.13, 0.25)
    glasses_height: float = _trait(0.09, 0.20)
    glasses_square: float = _trait(1.6, 5)
    glasses_rim: float = _trait(0.04, 0.16)
    warp_amount: float = _trait(0.02, 0.11)


RANGES: Final[Mapping[str, tuple[float, float]]] = {trait.name: trait.metadata["range"] for trait in fields(Traits)}
BALD: Final = 0.25
"""Baldness from which a head has no hair at all."""


@dataclass(frozen=True, slots=True)
class Person:
    """`warp` has 50 numbers, standard normal: shifts of a 5 x 5 grid across and down, mirrored for the most part."""

    traits: Traits
    warp: tuple[float, ...]
    seed: int

    @property
    def skin(self) -> Colour:
        t = self.traits
        strength = 0.22 + 0.30 * t.skin_strength + 0.16 * (1 - t.skin_light)
        return hsv(0.045 + 0.035 * t.skin_hue, strength, 0.36 + 0.62 * t.skin_light)

    @property
    def hair(self) -> Colour:
        """Grey grows with age."""
        t = self.traits
        strength = (0.05 + 0.65 * ((t.hair_hue * 7.3) % 1)) * (1 - 0.7 * max(0.0, t.age - 0.5))
        return hsv(0.02 + 0.10 * t.hair_hue, strength, 0.06 + 0.86 * t.hair_light**1.6)

    @property
    def lips(self) -> Colour:
        t = self.traits
        return hsv(0.985, 0.25 + 0.55 * t.lip_red, (0.30 + 0.55 * t.skin_light) * (1 - 0.25 * t.lip_red))

    @property
    def irises(self) -> Colour:
        t = self.traits
        return hsv(0.05 + 0.60 * t.iris_hue**2, 0.55, 0.15 + 0.45 * t.iris_light)


def hsv(hue: float, saturation: float, value: float) -> Colour:
    """Hue, saturation and value from 0 to 1."""
    pixel = np.array([[[hue % 1 * 360, saturation, value]]], np.float32)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2RGB)[0, 0] * 255, np.float32)
