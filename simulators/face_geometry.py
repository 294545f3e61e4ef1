"""Where a camera's rays meet a sheet of paper or glass that is held before it: flat, or bent about its upright axis.

The camera looks along z from the origin; x goes right, y down, in millimetres. On the sheet, `across` and `down` are
millimetres from its middle, along the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simulators.face_lens import Light
from simulators.face_motion import Course, tremor

Matrix = npt.NDArray[np.float64]
FLAT: Final = 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of the sheet in mm from the camera, its turn in degrees, and its radius in mm (`FLAT`: none)."""

    at: tuple[float, float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    radius: float = FLAT

    @property
    def rotation(self) -> Matrix:
        yaw, pitch, roll = np.radians([self.yaw, self.pitch, self.roll])
        about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
        return np.array(about_z) @ np.array(about_x) @ np.array(about_y)


@dataclass(frozen=True, slots=True)
class Hit:
    """Fields over the part of the picture from `top`, `left`: where on the sheet, and the cosine-free mirror direction
    of the camera's ray (x, y, with z toward the camera as 1)."""

    top: int
    left: int
    across: Light
    down: Light
    mirror_x: Light
    mirror_y: Light


def meet(place: Place, extent: tuple[float, float], focal: float, size: tuple[int, int]) -> Hit | None:
    """None where a sheet of `extent` mm (width, height) is wholly outside the picture of `size` (width, height)."""
    box = _bounds(place, extent, focal, size)
    if box is None:
        return None
    left, top, right, bottom = box
    x = ((np.arange(left, right, dtype=np.float32) - np.float32(size[0] / 2)) / np.float32(focal))[None, :]
    y = ((np.arange(top, bottom, dtype=np.float32) - np.float32(size[1] / 2)) / np.float32(focal))[:, None]
    turn = place.rotation.astype(np.float32)
    start = -(turn.T @ np.asarray(place.at, np.float32))
    ray = [turn[0, k] * x + turn[1, k] * y + turn[2, k] for k in range(3)]
    reach = _reach(start, ray, np.float32(place.radius))
    across, down = start[0] + reach * ray[0], start[1] + reach * ray[1]
    bend = np.zeros_like(across)
    if place.radius:
        bend = np.arcsin(np.clip(across / np.float32(place.radius), -1, 1))
        across = np.float32(place.radius) * bend
    mirror_x, mirror_y = _mirror(turn, bend, x, y)
    return Hit(top, left, across, down, mirror_x, mirror_y)


def held(
    rng: np.random.Generator, distance: float, centre: tuple[float, float], radius: float, steady: float
) -> tuple[Course, ...]:
    """x, y, z in mm and yaw, pitch, roll in degrees over time, of something in a hand. `steady` 1 is usual, 0 still."""
    lean = rng.normal(0, (4, 4, 2))
    about = (centre[0], centre[1], distance, *lean)
    slow, fast = (3.0, 3.0, 4.0, 2.6, 2.2, 1.0), (0.15, 0.15, 0.1, 0.12, 0.12, 0.05)
    courses = [tremor(rng, steady * s, steady * f) for s, f in zip(slow, fast, strict=True)]
    return tuple(_about(middle, course) for middle, course in zip(about, courses, strict=True))


def _about(middle: float, course: Course) -> Course:
    return lambda at: middle + course(at)


def _reach(start: npt.NDArray[np.float32], ray: list[Light], radius: np.float32) -> Light:
    """How far along each ray; 1e9 where a bent sheet is missed."""
    if not radius:
        return np.asarray(-start[2] / ray[2], np.float32)
    a = ray[0] ** 2 + ray[2] ** 2
    b = start[0] * ray[0] + (start[2] - radius) * ray[2]
    c = start[0] ** 2 + (start[2] - radius) ** 2 - radius**2
    inside = b * b - a * c
    return np.where(inside > 0, (-b - np.sqrt(np.maximum(inside, 0))) / a, np.float32(1e9)).astype(np.float32)


def _mirror(turn: npt.NDArray[np.float32], bend: Light, x: Light, y: Light) -> tuple[Light, Light]:
    """To first order: twice the normal's tilt less the ray's own."""
    normal = [turn[k, 0] * np.sin(bend) - turn[k, 2] * np.cos(bend) for k in range(3)]
    depth = np.minimum(normal[2], np.float32(-0.1))
    return -2 * normal[0] / depth * np.float32(-1) - x, -2 * normal[1] / depth * np.float32(-1) - y


def _bounds(
    place: Place, extent: tuple[float, float], focal: float, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    half = np.array(extent) / 2
    corners = np.array([(i * half[0], j * half[1], 0) for i in (-1, 1) for j in (-1, 1)])
    if place.radius:
        angles = np.linspace(-1, 1, 9) * min(half[0] / place.radius, np.pi / 2)
        bent = [(place.radius * np.sin(a), place.radius * (1 - np.cos(a))) for a in angles]
        corners = np.array([(x, j * half[1], z) for x, z in bent for j in (-1, 1)])
    seen = corners @ place.rotation.T + place.at
    seen = seen[:, :2] / np.maximum(seen[:, 2:], 1.0) * focal + np.array(size) / 2
    left, top = np.clip(np.floor(seen.min(0)) - 2, 0, size).astype(int)
    right, bottom = np.clip(np.ceil(seen.max(0)) + 3, 0, size).astype(int)
    return None if right - left < 2 or bottom - top < 2 else (int(left), int(top), int(right), int(bottom))
