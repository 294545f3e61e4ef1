"""A living person before a station's camera, and the same seen by a near-infrared one: sources for `CameraServer.show`.

standing(person(3), seed=1)(0.5) is the frame at half a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from simulators.face_lens import Gray, Lens, Light, Rgb, Sensor, linear, near_infrared
from simulators.face_motion import Pose, Stance
from simulators.face_render import Shot, draw
from simulators.face_traits import Person

SIZE: Final = (640, 480)
UNIT: Final = 100.0
"""Millimetres in the renderer's unit: a head of 1.6 units is 160 mm wide."""
LIDS: Final = (0.0, 0.5, 1.0)
"""How far the eyes are open in what is rendered: three sheets a person are kept."""


class Sitter:
    """One person in one place: what is lit and how, where the head is for each pose."""

    def __init__(
        self, who: Person, seed: int, *, size: tuple[int, int] = SIZE, liveliness: float | None = None
    ) -> None:
        rng = np.random.default_rng((seed, 91))
        width, height = size
        self.who, self.size = who, size
        self.stance = Stance(seed, liveliness=liveliness)
        self.scale = height / 4.1 * float(rng.uniform(0.72, 1.06))
        self.centre = width * float(rng.uniform(0.46, 0.54)), height * float(rng.uniform(0.44, 0.52))
        side = float(rng.choice([-0.9, -0.4, 0.0, 0.4, 0.9]))
        self.lamp = side, float(rng.uniform(-0.6, -0.15)), 0.85
        self.ambient = float(rng.uniform(0.35, 0.6))
        self.ground = backdrop(seed, size)
        self._glare = float(rng.uniform(0.0, 0.5)) if who.traits.glasses > 0 else 0.0

    def shot(self, pose: Pose) -> Shot:
        unit = 1.6 * self.scale
        return Shot(
            scale=self.scale * pose.near,
            centre=(self.centre[0] + unit * pose.x, self.centre[1] + unit * pose.y),
            yaw=pose.yaw,
            pitch=pose.pitch,
            roll=pose.roll,
            lamp=self.lamp,
            ambient=self.ambient,
            smile=pose.smile,
        )

    def light(self, at: float, ground: Rgb | None = None) -> Light:
        """Linear light of the scene."""
        pose = self.stance(at)
        who = lidded(self.who, min(LIDS, key=lambda one: abs(one - pose.open)))
        scene = linear(draw(who, self.shot(pose), self.ground if ground is None else ground))
        return scene + self._reflections(pose) if self._glare else scene

    def infrared(self, at: float) -> Light:
        """Lit from beside the lens, so that the far background is dark."""
        red = self.light(at, np.full((*self.size[::-1], 3), 14, np.uint8))[..., 0]
        return near_infrared(red)

    def _reflections(self, pose: Pose) -> Light:
        """Of a lamp in spectacles: they wander as the head turns."""
        blank = np.zeros((*self.size[::-1], 1), np.float32)
        shot, t = self.shot(pose), self.who.traits
        for side in (-1, 1):
            x = side * t.eye_apart * t.width + 0.006 * pose.yaw + 0.03
            y = -t.eye_height + 0.006 * pose.pitch - 0.05
            middle = int(shot.centre[0] + shot.scale * x), int(shot.centre[1] + shot.scale * y)
            cv2.ellipse(blank, middle, (int(0.07 * shot.scale), int(0.035 * shot.scale)), 20, 0, 360, self._glare, -1)
        return np.asarray(cv2.GaussianBlur(blank, (0, 0), 2)[..., None], np.float32)


def standing(
    who: Person, *, seed: int, lens: Lens | None = None, size: tuple[int, int] = SIZE, liveliness: float | None = None
) -> Callable[[float], Rgb]:
    """Frames (height, width, 3). `seed` draws place, light, background, motion and, unless given, the camera."""
    sitter, sensor = Sitter(who, seed, size=size, liveliness=liveliness), Sensor(lens or Lens.drawn(seed), seed)

    def frame(at: float) -> Rgb:
        light = sitter.light(at)
        unsharp = sensor.lens.defocus(sensor.lens.focal * UNIT / sitter.scale)
        return sensor(np.asarray(cv2.GaussianBlur(light, (0, 0), max(unsharp, 0.2)), np.float32))

    return frame


def standing_infrared(who: Person, *, seed: int, size: tuple[int, int] = SIZE) -> Callable[[float], Gray]:
    """What a near-infrared camera beside the other sees of `standing` with the same seed."""
    sitter, sensor = Sitter(who, seed, size=size), Sensor(Lens.drawn(seed), seed + 1)
    return lambda at: sensor(sitter.infrared(at))


@lru_cache(maxsize=256)
def lidded(who: Person, open_: float) -> Person:
    """The same person with the eyes open by this share."""
    if open_ == 1.0:
        return who
    return replace(who, traits=replace(who.traits, eye_open=max(who.traits.eye_open * open_, 0.006)))


@lru_cache(maxsize=16)
def backdrop(seed: int, size: tuple[int, int]) -> Rgb:
    """A hall behind: a wall, door frames, pillars and signs, in focus or out of it."""
    rng = np.random.default_rng((seed, 92))
    width, height = size
    scene = np.linspace(rng.uniform(150, 220), rng.uniform(90, 190), height)[:, None, None] * np.ones((1, width, 1))
    scene = scene * rng.normal(1, 0.03, 3)
    for _ in range(int(rng.integers(2, 9))):
        left, top = int(rng.uniform(-0.1, 0.9) * width), int(rng.uniform(-0.4, 0.8) * height)
        right, bottom = left + int(rng.uniform(0.04, 0.4) * width), top + int(rng.uniform(0.2, 1.2) * height)
        part = scene[max(top, 0) : bottom, max(left, 0) : right]
        part *= rng.uniform(0.45, 1.25) * rng.normal(1, 0.08, 3)
    noise = cv2.GaussianBlur(rng.standard_normal((height, width, 1)), (0, 0), 5)[..., None]
    scene = scene * (1 + rng.uniform(0, 0.3) * noise)
    blur = float(rng.choice([1.0, 2.5, 5.0, 9.0]))
    return np.asarray(np.clip(cv2.GaussianBlur(scene, (0, 0), blur), 0, 255), np.uint8)
