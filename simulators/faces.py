"""Rendered people: who they are, their passport portrait, and how a camera sees them.

They are caricatures. They test logic and say nothing about accuracy: they were cast (`python -m simulators.casting`) so
that dlib's network tells all of them apart and knows each again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from simulators.face_looks import PLAIN, Look
from simulators.face_render import Rgb, Shot, draw
from simulators.face_surface import Field
from simulators.face_traits import RANGES, Person, Traits

PEOPLE_FILE: Final = Path(__file__).with_name("people.json")
PORTRAIT: Final = (413, 531)
"""35 x 45 mm at 300 dpi (Doc 9303-3 §3.9.1.1); the head fills about 70 % of the height."""
COARSE: Final = 80
"""Pixels to the unit up to which half as fine a sheet will do."""
SMILES: Final = (0.0, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class Lamp:
    """How a place is lit: `side` moves the lamp (1: at half a right angle), `ambient` and `behind` are shares of the
    hall's own light from everywhere and on what is behind, `exposure` is the camera's."""

    side: float = 0.0
    ambient: float = 1.0
    behind: float = 1.0
    exposure: float = 1.0


HALL: Final = Lamp()
SIDE: Final = Lamp(side=0.9, ambient=0.8)
BACK: Final = Lamp(ambient=0.7, behind=2.0, exposure=0.75)
"""A window behind: the camera exposes for it."""
DIM: Final = Lamp(exposure=0.45)


@cache
def people() -> tuple[Person, ...]:
    """All who were cast. Raise ValueError where the file does not fit these traits."""
    return from_record(json.loads(PEOPLE_FILE.read_text()))


def person(seed: int) -> Person:
    """One of those cast; numbers that differ by less than their count are different people."""
    return people()[seed % len(people())]


def to_record(cast: tuple[Person, ...]) -> dict[str, object]:
    """Compact and JSON: names of the traits once, then a row of numbers a person."""
    rows = [
        {"seed": one.seed, "traits": [getattr(one.traits, name) for name in RANGES], "warp": list(one.warp)}
        for one in cast
    ]
    return {"traits": list(RANGES), "people": rows}


def from_record(record: Mapping[str, Any]) -> tuple[Person, ...]:
    if record["traits"] != list(RANGES):
        raise ValueError("people.json was made for other traits; run: python -m simulators.casting")
    return tuple(
        Person(Traits(**dict(zip(RANGES, row["traits"], strict=True))), tuple(row["warp"]), row["seed"])
        for row in record["people"]
    )


@lru_cache(maxsize=128)
def portrait(who: Person) -> Rgb:
    """(531, 413, 3): frontal, neutral, evenly lit, on plain light grey. The array is shared: do not write into it."""
    width, height = PORTRAIT
    shot = Shot(scale=148, centre=(width / 2, 0.47 * height), lamp=(-0.1, -0.35, 0.9), ambient=0.55)
    ground = np.full((height, width, 3), (222, 224, 226), np.uint8)
    picture = cv2.GaussianBlur(draw(who, shot, ground), (0, 0), 0.6)
    return _with_noise(np.asarray(picture, np.float32), 1.2, who.seed)


def sketch(who: Person, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Rgb:
    """(266, 207, 3): as a portrait of half the size, without noise, at a quarter of the cost."""
    width, height = PORTRAIT[0] / 2, PORTRAIT[1] / 2
    shot = Shot(
        scale=74,
        centre=(width / 2, 0.47 * height),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        lamp=(-0.1, -0.35, 0.9),
        ambient=0.55,
        finest=2,
    )
    return draw(who, shot, np.full((round(height), round(width), 3), (222, 224, 226), np.uint8))


def view(
    who: Person,
    *,
    seed: int,
    yaw: float = 0.0,
    pitch: float = 0.0,
    roll: float = 0.0,
    light: float = 1.0,
    distance: float = 1.0,
    size: tuple[int, int] = (640, 480),
    smile: float | None = None,
    look: Look = PLAIN,
    lamp: Lamp = HALL,
) -> Rgb:
    """A frame of a station's camera, (height, width, 3). Angles in degrees; light 1 is the hall by day.

    `distance` 1 is where a traveller should stand. `seed` moves lamp, place, smile and noise a little. `smile` (0 to
    1), `look` and `lamp` are the moment's. For changes that last, give a changed person
    (`simulators.face_looks`).
    """
    random = np.random.default_rng(seed)
    width, height = size
    scale = height / 4.1 * random.uniform(0.94, 1.06) / distance
    shot = Shot(
        scale=scale,
        centre=(width * (0.5 + random.uniform(-0.03, 0.03)), height * (0.47 + random.uniform(-0.02, 0.02))),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        lamp=(random.uniform(-0.6, 0.6) + lamp.side, random.uniform(-0.6, -0.15), 0.85),
        ambient=random.uniform(0.4, 0.55) * lamp.ambient,
        smile=SMILES[int(random.integers(len(SMILES)))] if smile is None else smile,
        look=look,
        finest=1 if scale > COARSE else 2,
    )
    scene = np.asarray(np.clip(hall(size, seed % 4) * np.float32(lamp.behind), 0, 255), np.uint8)
    picture = cv2.GaussianBlur(draw(who, shot, scene), (0, 0), 0.6)
    gamma = np.float32(random.uniform(0.9, 1.1))
    exposed = 255 * (picture.astype(np.float32) / 255 * min(light * lamp.exposure, 1.6)) ** gamma
    return _with_noise(exposed, 3.0, seed)


@lru_cache(maxsize=16)
def hall(size: tuple[int, int], number: int) -> Rgb:
    """A hall out of focus: a lit wall, pillars, signs."""
    random = np.random.default_rng(900 + number)
    width, height = size
    scene = np.linspace(205, 150, height)[:, None, None] * np.array([1.0, 0.99, 0.95]) * np.ones((1, width, 1))
    edges = np.sort(random.uniform(0, width, 8)).astype(int)
    for left, right in pairwise(edges[:: int(random.integers(1, 3))]):
        top, bottom = sorted(random.integers(0, height, 2))
        scene[top:bottom, left:right] *= random.uniform(0.75, 1.12, 3)
    return np.asarray(np.clip(cv2.GaussianBlur(scene, (0, 0), width / 70), 0, 255), np.uint8)


def _with_noise(image: Field, deviation: float, seed: int) -> Rgb:
    noise = np.random.default_rng(seed).standard_normal(image.shape, np.float32)
    return np.asarray(np.clip(image + np.float32(deviation) * noise, 0, 255), np.uint8)
