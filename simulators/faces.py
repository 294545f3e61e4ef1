"""Rendered people: who they are, their passport portrait, and how a camera sees them.

They are caricatures. They test logic and say nothing about accuracy: they were cast (`python -m simulators.casting`) so
that dlib's network tells all of them apart and knows each again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from simulators.face_render import Rgb, Shot, draw
from simulators.face_surface import Field
from simulators.face_traits import RANGES, Person, Traits

PEOPLE_FILE: Final = Path(__file__).with_name("people.json")
PORTRAIT: Final = (413, 531)
"""35 x 45 mm at 300 dpi (Doc 9303-3 §3.9.1.1); the head fills about 70 % of the height."""
SMILES: Final = (0.0, 0.2, 0.4)


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
) -> Rgb:
    """A frame of a station's camera, (height, width, 3). Angles in degrees; light 1 is the hall by day.

    `distance` 1 is where a traveller should stand. `seed` moves lamp, place, smile and noise a little.
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
        lamp=(random.uniform(-0.6, 0.6), random.uniform(-0.6, -0.15), 0.85),
        ambient=random.uniform(0.4, 0.55),
        smile=SMILES[int(random.integers(len(SMILES)))],
    )
    picture = cv2.GaussianBlur(draw(who, shot, _hall(size, seed % 4)), (0, 0), 0.6)
    exposed = 255 * (picture.astype(np.float32) / 255 * min(light, 1.6)) ** np.float32(random.uniform(0.9, 1.1))
    return _with_noise(exposed, 3.0, seed)


def living(who: Person, *, seed: int, light: float = 1.0, fps: float = 4.0) -> Callable[[float], Rgb]:
    """A source for `CameraServer.show`: somebody who stands there, seldom quite still.

    Five views are rendered now (half a second); after that a frame costs a shift of one of them.
    """
    random = np.random.default_rng(seed)
    poses = [(0.0, 0.0, 0.0), *random.uniform((-8, -5, -3), (8, 5, 3), (4, 3))]
    views = [
        view(who, seed=seed, yaw=float(yaw), pitch=float(pitch), roll=float(roll), light=light)
        for yaw, pitch, roll in poses
    ]

    def frame(seconds: float) -> Rgb:
        """The frontal view every other time; a sway of a few pixels."""
        moment = int(seconds * fps)
        image = views[0] if moment % 2 == 0 else views[1 + moment // 2 % (len(views) - 1)]
        sway = np.array([[1, 0, 3 * np.sin(1.3 * seconds)], [0, 1, 2 * np.sin(0.9 * seconds)]], np.float32)
        moved = cv2.warpAffine(image, sway, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)

    return frame


@lru_cache(maxsize=16)
def _hall(size: tuple[int, int], number: int) -> Rgb:
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
