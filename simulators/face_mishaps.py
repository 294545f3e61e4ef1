"""What goes wrong with a picture of a face, done to a good one: painted over it where its five points say.

    spoiled(picture, points, Mishap.MASKED, np.random.default_rng(1))

Painted masks are flat and evenly coloured, painted lids have no lashes of their own: what is caught of them says what a
measure answers to, and little about the share of real masks it would catch.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

EYES: Final = ((0.740, 0.235), (0.240, 0.235))
"""Middles of the eyes where the outer corners are at 0.86 and 0.12 across and the nose's base at 0.49, 0.63."""
CORNERS: Final = np.array([(0.860, 0.213), (0.646, 0.229), (0.121, 0.214), (0.334, 0.229), (0.490, 0.628)])
MASKS: Final = ((235, 236, 238), (150, 190, 215), (40, 42, 46), (120, 122, 126), (214, 170, 180), (228, 214, 190))
"""White, surgical blue, black, grey, pink, beige."""
FINE: Final = 16
"""Parts of a pixel that outlines are drawn to."""


class Mishap(StrEnum):
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    SIDE_LIT = "side-lit"
    MASKED = "masked"
    SUNGLASSES = "sunglasses"
    EYES_CLOSED = "eyes closed"
    HAND = "hand"


def spoiled(image: Rgb, points: Points, mishap: Mishap, random: np.random.Generator) -> Rgb:
    """A copy, (height, width, 3). `points` as `biometrics.face.template.Points`."""
    place, _ = cv2.estimateAffinePartial2D(CORNERS, points, method=cv2.LMEDS)
    return _PAINTERS[mishap](image.copy(), np.asarray(place), random)


def _blurred(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    side = float(np.hypot(place[0, 0], place[1, 0]))
    return np.asarray(cv2.GaussianBlur(image, (0, 0), side * random.uniform(0.03, 0.05)), np.uint8)


def _dark(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    return np.asarray(image * random.uniform(0.08, 0.18), np.uint8)


def _bright(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    return np.asarray(np.clip(image * random.uniform(2.4, 3.2) + 40, 0, 255), np.uint8)


def _side_lit(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    """A lamp at one side: half of the face falls off to a fifth."""
    x = np.arange(image.shape[1], dtype=np.float32)
    middle, _ = place[:, :2] @ (0.49, 0.4) + place[:, 2]
    side = float(np.hypot(place[0, 0], place[1, 0]))
    fall = 1 / (1 + np.exp(random.choice([-1, 1]) * (x - middle) / (0.12 * side)))
    return np.asarray(image * (0.2 + 0.9 * fall[None, :, None]).clip(0, 1), np.uint8)


def _masked(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    top = random.uniform(0.42, 0.55)
    outline = [(0.49, top), (0.72, top + 0.08), (1.0, 0.5), (0.98, 0.75), (0.8, 1.02), (0.49, 1.12), (0.18, 1.02)]
    colour = np.array(MASKS[int(random.integers(len(MASKS)))]) * random.uniform(0.85, 1.0)
    return _laid(image, place, [*outline, (0.0, 0.75), (-0.02, 0.5), (0.26, top + 0.08)], colour, shading=0.35)


def _hand(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    """Fingers across the mouth, of the cheek's colour."""
    x, y = place[:, :2] @ (0.25, 0.55) + place[:, 2]
    patch = image[max(int(y) - 3, 0) : int(y) + 4, max(int(x) - 3, 0) : int(x) + 4]
    colour = patch.reshape(-1, 3).mean(0) if patch.size else np.array((190, 150, 130))
    low = random.uniform(0.70, 0.74)
    for finger in range(3):
        y0, shade = low + 0.11 * finger, colour * random.uniform(0.85, 1.05)
        outline = [(-0.1, y0), (0.8, y0 + 0.02), (0.86, y0 + 0.055), (0.8, y0 + 0.1), (-0.1, y0 + 0.11)]
        image = _laid(image, place, outline, shade, shading=0.1)
    return image


def _sunglasses(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    tint = np.array((1.0, 1.0, 1.0)) * random.uniform(8, 40) + random.uniform(0, 14, 3)
    wide, high = random.uniform(0.19, 0.22), random.uniform(0.13, 0.17)
    around = np.linspace(0, 2 * np.pi, 40)
    for x, y in EYES:
        lens = [(x + wide * np.cos(a), y + 0.03 + high * np.sin(a)) for a in around]
        image = _laid(image, place, lens, tint, shading=0.08)
    bridge = [(0.40, 0.19), (0.58, 0.19), (0.58, 0.23), (0.40, 0.23)]
    return _laid(image, place, bridge, tint, shading=0.0)


def _eyes_closed(image: Rgb, place: Any, random: np.random.Generator) -> Rgb:
    """The eyes filled in from the skin around them, and a line where the lids meet."""
    around = np.linspace(0, 2 * np.pi, 32)
    hole = np.zeros(image.shape[:2], np.uint8)
    for x, y in EYES:
        _fill(hole, place, [(x + 0.13 * np.cos(a), y + 0.065 * np.sin(a)) for a in around], 255)
    image = np.asarray(cv2.inpaint(image, hole, 3, cv2.INPAINT_TELEA), np.uint8)
    for x, y in EYES:
        across = np.linspace(-0.105, 0.105, 12)
        line = [(x + a, y + 0.045 - 2.2 * a**2) for a in across]
        under = [(x + a, y + 0.062 - 2.2 * a**2) for a in across[::-1]]
        image = _laid(image, place, [*line, *under], np.array((60.0, 45.0, 40.0)), shading=0.0)
    return image


def _laid(image: Rgb, place: Any, outline: list[tuple[float, float]], colour: Any, *, shading: float) -> Rgb:
    """Something of one colour, lit in part (`shading`) as what it covers was."""
    cover = np.zeros(image.shape[:2], np.uint8)
    _fill(cover, place, outline, 255)
    side = float(np.hypot(place[0, 0], place[1, 0]))
    light = cv2.GaussianBlur(image, (0, 0), max(side / 8, 1.0)).mean(2, keepdims=True) / 128
    painted = colour * (1 - shading + shading * np.clip(light, 0.4, 1.4))
    share = cv2.GaussianBlur(cover, (0, 0), max(side / 120, 0.6)).astype(np.float32)[..., None] / 255
    return np.asarray(np.clip(image * (1 - share) + painted * share, 0, 255), np.uint8)


def _fill(image: Rgb, place: Any, outline: list[tuple[float, float]], value: int) -> None:
    pixels = (np.asarray(outline) @ place[:, :2].T + place[:, 2]) * FINE
    cv2.fillPoly(image, [np.round(pixels).astype(np.int32)], value, cv2.LINE_AA, 4)


_PAINTERS: Final[dict[Mishap, Callable[[Rgb, Any, np.random.Generator], Rgb]]] = {
    Mishap.BLURRED: _blurred,
    Mishap.DARK: _dark,
    Mishap.BRIGHT: _bright,
    Mishap.SIDE_LIT: _side_lit,
    Mishap.MASKED: _masked,
    Mishap.SUNGLASSES: _sunglasses,
    Mishap.EYES_CLOSED: _eyes_closed,
    Mishap.HAND: _hand,
}
