"""Synthetic slaps: four fingers of a hand, two thumbs or two index fingers pressed on one plate, and where they lie.

Lengths, widths and spread are drawn around those of adult hands (figures below, our choice). They try out
segmentation; how it does on people they cannot say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.finger_growth import Map, smooth_noise
from simulators.fingers import POSITIONS
from simulators.slap_skin import MARGIN, Skin, Strip, strip

MM: Final = 500 / 25.4
"""Pixels in a millimetre."""
PLATE: Final = (1600, 1500)
"""Width and height, pixels at 500 dpi: 81 x 76 mm, the usual plate for four fingers."""
WIDTHS: Final = {"thumb": 19.0, "index": 14.5, "middle": 15.0, "ring": 14.5, "little": 12.5}
"""Millimetres of contact of a tip pressed flat."""
DROPS: Final = {"index": 10.0, "middle": 0.0, "ring": 8.0, "little": 30.0}
"""Millimetres by which a tip lies below the middle finger's, along that finger."""
SPLAY: Final = {"index": -5.0, "middle": 0.0, "ring": 4.0, "little": 9.0}
"""Degrees of a finger's axis against the middle finger's in a right hand that is spread easily."""


class Arrangement(StrEnum):
    RIGHT_FOUR = "right_four"
    LEFT_FOUR = "left_four"
    THUMBS = "thumbs"
    INDEXES = "indexes"


FINGERS: Final = {
    Arrangement.RIGHT_FOUR: POSITIONS[1:5],
    Arrangement.LEFT_FOUR: POSITIONS[:5:-1],
    Arrangement.THUMBS: ("left_thumb", "right_thumb"),
    Arrangement.INDEXES: ("left_index", "right_index"),
}
"""From left to right, as the backs of the hands are seen and their prints lie."""


@dataclass(frozen=True, slots=True)
class TrueBox:
    """Of what touches of a tip above its crease: centre, width, height in pixels at 500 dpi; `angle` radians clockwise
    as seen, 0 tip up."""

    position: str
    x: float
    y: float
    width: float
    height: float
    angle: float


@dataclass(frozen=True, slots=True)
class Slap:
    """`pixels` at 500 dpi, dark ridges on light; `fingers` from left to right; `lean` as `TrueBox.angle`."""

    pixels: npt.NDArray[np.uint8]
    arrangement: Arrangement
    fingers: tuple[TrueBox, ...]
    lean: float


@dataclass(frozen=True, slots=True)
class Pose:
    """How the hand is laid down; None is drawn at random. `gap`: millimetres between neighbours' sides, 0 or less
    where they touch; `below`: how far under the crease the fingers touch, millimetres; `lean` degrees clockwise;
    `pressure` from -0.7, hardly touching, to 1.3, a blot; `dryness` from 0.05 to 0.9."""

    lean: float | None = None
    gap: float | None = None
    below: float | None = None
    pressure: float | None = None
    dryness: float | None = None


@dataclass(frozen=True, slots=True)
class _Laid:
    """A finger on the plate: the top of its contact, its axis (radians clockwise), its skin."""

    position: str
    x: float
    y: float
    angle: float
    skin: Skin

    def to_plate(self) -> npt.NDArray[np.float64]:
        """Affine matrix from the strip's pixels."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        middle = (round(self.skin.width) + 2 * MARGIN) / 2
        return np.array(
            [
                [cosine, -sine, self.x - cosine * middle + sine * MARGIN],
                [sine, cosine, self.y - sine * middle - cosine * MARGIN],
            ]
        )


def slap(
    person: int,
    arrangement: Arrangement,
    *,
    seed: int,
    missing: tuple[str, ...] = (),
    pose: Pose = Pose(),
    card: bool = False,
) -> Slap:
    """Deterministic by its arguments. `missing` fingers are not there; `card` prints a form and writing around them.
    Raises `ValueError` for a missing finger that is none of the arrangement's."""
    if strange := set(missing) - set(FINGERS[arrangement]):
        raise ValueError(f"{', '.join(sorted(strange))} would not lie there")
    rng = np.random.default_rng([person, list(Arrangement).index(arrangement), seed, 2])
    laid, lean = _hand(arrangement, pose, rng)
    there = [one for one in laid if one.position not in missing]
    strips = [strip(person, one.position, one.skin, rng) for one in there]
    ink, owner = _pressed(there, strips)
    if card:
        ink = np.maximum(ink, _form(rng))
    boxes = tuple(_true_box(one, owner == number) for number, one in enumerate(there))
    return Slap(_seen(ink, rng), arrangement, boxes, lean)


def _hand(arrangement: Arrangement, pose: Pose, rng: np.random.Generator) -> tuple[list[_Laid], float]:
    size = float(np.clip(rng.normal(1, 0.08), 0.8, 1.2))
    gap = rng.uniform(-1.0, 4.0) if pose.gap is None else pose.gap
    below = max(rng.uniform(-5, 28), -2.0) if pose.below is None else pose.below
    lean = math.radians(float(np.clip(rng.normal(0, 9), -25, 25)) if pose.lean is None else pose.lean)
    fingers = FINGERS[arrangement]
    skins = [_worn(_skin(name, size, below, rng), pose) for name in fingers]
    apart = [(a.width + b.width) / 2 + gap * MM for a, b in pairwise(skins)]
    if len(fingers) == 2:
        apart = [apart[0] + rng.uniform(2, 20) * MM]
    across = np.concatenate([[0.0], np.cumsum(apart)])
    across -= across.mean()
    drops, angles = _reach(arrangement, size, gap, rng)
    places = [_turned(x, y, lean) for x, y in zip(across, drops, strict=True)]
    return _centred(fingers, places, [lean + a for a in angles], skins, rng), lean


def _skin(position: str, size: float, below: float, rng: np.random.Generator) -> Skin:
    hard = rng.uniform(0.8, 1.05)
    width = WIDTHS[position.split("_")[1]] * size * MM * hard
    tip = 1.5 * WIDTHS[position.split("_")[1]] * size * MM * rng.uniform(0.94, 1.06)
    lifted = rng.uniform(0.82, 1.0) if below <= 0 else 1.0
    reach = tip * lifted + max(below + rng.normal(0, 1.5), 0.0) * MM * (below > 0)
    dryness = float(np.clip(rng.normal(0.35, 0.2), 0.05, 0.9))
    return Skin(width, tip, reach, rng.uniform(5, 34), rng.normal(0, 0.25), dryness)


def _worn(skin: Skin, pose: Pose) -> Skin:
    return replace(
        skin,
        pressure=skin.pressure if pose.pressure is None else pose.pressure,
        dryness=skin.dryness if pose.dryness is None else pose.dryness,
    )


def _reach(
    arrangement: Arrangement, size: float, gap: float, rng: np.random.Generator
) -> tuple[list[float], list[float]]:
    """How far each tip lies below the highest (pixels), and its axis against the hand's (radians)."""
    if arrangement in (Arrangement.THUMBS, Arrangement.INDEXES):
        return list(rng.normal(0, 4 * MM, 2)), list(np.radians(rng.normal(0, 6, 2)))
    kinds = [name.split("_")[1] for name in FINGERS[arrangement]]
    side = 1 if arrangement is Arrangement.RIGHT_FOUR else -1
    spread = max(gap, 0) / 3
    drops = [(DROPS[kind] + rng.normal(0, 2)) * size * MM for kind in kinds]
    angles = [math.radians(side * spread * SPLAY[kind] + rng.normal(0, 1.5)) for kind in kinds]
    return drops, angles


def _turned(x: float, y: float, angle: float) -> tuple[float, float]:
    return math.cos(angle) * x - math.sin(angle) * y, math.sin(angle) * x + math.cos(angle) * y


def _centred(
    fingers: tuple[str, ...],
    places: list[tuple[float, float]],
    angles: list[float],
    skins: list[Skin],
    rng: np.random.Generator,
) -> list[_Laid]:
    """The tips in the middle of the plate's width, the highest somewhat under its upper edge."""
    tips = np.array(places)
    middle = (tips[:, 0].min() + tips[:, 0].max()) / 2
    shift_x = PLATE[0] / 2 - middle + rng.normal(0, 15)
    shift_y = rng.uniform(50, 240) - tips[:, 1].min()
    return [
        _Laid(name, x + shift_x, y + shift_y, angle, skin)
        for name, (x, y), angle, skin in zip(fingers, places, angles, skins, strict=True)
    ]


def _pressed(laid: list[_Laid], strips: list[Strip]) -> tuple[Map, npt.NDArray[np.int64]]:
    """Ink on the plate, and which finger touches where (-1 none). Skin cannot overlap: of two fingers the one whose
    axis is nearer has the place, and along the seam hardly anything touches."""
    shape = (PLATE[1], PLATE[0])
    near = np.full((len(laid), *shape), -9, np.float32)
    ink = np.zeros((len(laid), *shape), np.float32)
    for number, (one, skin) in enumerate(zip(laid, strips, strict=True)):
        for layer, values, outside in ((near, skin.near, -9.0), (ink, skin.ink, 0.0)):
            cv2.warpAffine(
                values, one.to_plate(), PLATE, dst=layer[number], borderMode=cv2.BORDER_CONSTANT, borderValue=outside
            )
    best = near.argmax(axis=0)
    ordered = np.sort(near, axis=0)
    margin = ordered[-1] - (ordered[-2] if len(laid) > 1 else -9)
    kept = np.take_along_axis(ink, best[None], axis=0)[0] * np.clip(margin * 12, 0, 1)
    touched = (cv2.blur(kept, (15, 15)) > 0.12) & (ordered[-1] > -0.2)
    return kept, np.where(touched, best, -1)


def _true_box(one: _Laid, touched: npt.NDArray[np.bool_]) -> TrueBox:
    y, x = np.nonzero(touched)
    across = math.cos(one.angle) * (x - one.x) + math.sin(one.angle) * (y - one.y)
    down = -math.sin(one.angle) * (x - one.x) + math.cos(one.angle) * (y - one.y)
    tip = down <= one.skin.tip
    left, right = np.percentile(across[tip], (0.3, 99.7))
    top, bottom = np.percentile(down[tip], (0.3, 99.9))
    centre = _turned((left + right) / 2, (top + bottom) / 2, one.angle)
    return TrueBox(
        one.position, one.x + centre[0], one.y + centre[1], float(right - left), float(bottom - top), one.angle
    )


def _form(rng: np.random.Generator) -> Map:
    """A card's rules, heading and scribbles, as ink."""
    sheet = np.zeros((PLATE[1], PLATE[0]), np.uint8)
    cv2.rectangle(sheet, (6, 8), (PLATE[0] - 8, PLATE[1] - 8), (200,), 3)
    heading = "FOUR FINGERS TAKEN TOGETHER"
    cv2.putText(sheet, heading, (60, 62), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (220,), 4, cv2.LINE_AA)
    for _ in range(2):
        x, y = rng.uniform(60, PLATE[0] - 200), rng.uniform(900, PLATE[1] - 150)
        steps = np.cumsum(rng.normal(0, 40, (9, 2)), axis=0) + np.array([x, y])
        cv2.polylines(sheet, [steps.astype(np.int32)], False, (170,), 4, cv2.LINE_AA)
    return np.asarray(sheet.astype(np.float32) / 255, np.float32)


def _seen(ink: Map, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """The plate's paper, contrast, blur, dirt and noise."""
    paper, depth = rng.uniform(225, 250), rng.uniform(120, 200)
    dirt = (rng.random(ink.shape, dtype=np.float32) > 0.9997).astype(np.float32)
    ink = np.maximum(ink, 2 * cv2.GaussianBlur(dirt, (0, 0), rng.uniform(1, 2.5)))
    blurred = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.6, 0.9))
    noise = rng.standard_normal(ink.shape, dtype=np.float32) * np.float32(rng.uniform(1.5, 5))
    shade = 4 * smooth_noise(rng, (ink.shape[0], ink.shape[1]), 300)
    return np.asarray(np.clip(paper - depth * blurred + noise + shade, 0, 255), np.uint8)
