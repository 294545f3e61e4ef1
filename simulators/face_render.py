"""A person before a lens: the face's sheet turned, lit and laid over head, hair, neck and clothes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.face_looks import PLAIN, Look
from simulators.face_surface import HALF_HEIGHT, HALF_WIDTH, ROWS, Field, Surface, step, surface
from simulators.face_traits import BALD, Colour, Person, hsv

Rgb = npt.NDArray[np.uint8]
PIVOT: Final = 0.35
"""Depth of the axis a head turns about, in the units of the sheet."""
SUBPIXEL: Final = 4
"""Bits of a pixel's fraction that OpenCV's drawing takes."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Angles in degrees: yaw turns to the right of the image, pitch downward, roll clockwise.

    `scale` is pixels to the unit (a face is about 1.5 units across), `centre` pixels x, y; `lamp` points to the lamp
    (x right, y down, z to the lens); `ambient` is the share of light from everywhere.
    """

    scale: float
    centre: tuple[float, float]
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    lamp: tuple[float, float, float] = (-0.35, -0.45, 0.85)
    ambient: float = 0.42
    smile: float = 0.0
    look: Look = PLAIN
    finest: int = 1
    """2 for a sheet of half as many samples each way: enough below 80 pixels to the unit."""

    @property
    def rotation(self) -> npt.NDArray[np.float32]:
        yaw, pitch, roll = np.radians([self.yaw, self.pitch, self.roll])
        about_y = [[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]]
        about_x = [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        about_z = [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
        return np.asarray(np.array(about_z) @ np.array(about_x) @ np.array(about_y), np.float32)


def draw(person: Person, shot: Shot, scene: Rgb) -> Rgb:
    """The person over a copy of `scene`."""
    image = scene.copy()
    body = Body(person, shot, image)
    body.draw()
    sheet = surface(person, shot.smile, shot.look, shot.finest)
    _lay(sheet, lit(person, sheet, shot), shot, image)
    if shot.look.hat:
        body.hat()
    return image


class Body:
    """All that is not the face, as flat shapes; the face is laid over it."""

    def __init__(self, person: Person, shot: Shot, image: Rgb) -> None:
        self.person, self.shot, self.image = person, shot, image
        self.light = shot.ambient + (1 - shot.ambient) * 0.75

    def draw(self) -> None:
        if self.person.traits.baldness < BALD:
            self._hair()
        self._neck()
        self._clothes()
        self._ears()

    def _hair(self) -> None:
        t, volume = self.person.traits, max(self.person.traits.hair_volume, 0.0)
        colour = self.person.hair * 0.75
        half = (0.86 + 0.5 * volume) * t.width
        if t.hair_length > 0:
            angles = np.linspace(0, np.pi, 24)
            bottom = 0.15 + t.hair_length
            lower = [(half * np.cos(a), bottom + 0.2 * np.sin(a)) for a in angles]
            self._fill([(-half, -0.2), *lower[::-1], (half, -0.2)], colour, turns=True)
        high = 1.10 * t.crown / 1.25 + 0.6 * volume
        around = np.linspace(0, 2 * np.pi, 64)
        dome = [(1.02 * half * np.cos(a), max(-0.22 + high * np.sin(a), -2.0)) for a in around]
        self._fill([(x, min(y, 0.4)) for x, y in dome], colour, turns=True)

    def _neck(self) -> None:
        half = 0.42 * self.person.traits.width
        self._fill([(-half, 0.5), (half, 0.5), (half + 0.1, 1.6), (-half - 0.1, 1.6)], self.person.skin * 0.6)

    def _clothes(self) -> None:
        random = np.random.default_rng(self.person.seed + 1)
        cloth = hsv(random.random(), random.uniform(0.05, 0.5), random.uniform(0.15, 0.7))
        across = np.linspace(-2.0, 2.0, 41)
        below = (self.image.shape[0] - self.shot.centre[1]) / self.shot.scale + 0.1
        top = [(x, 1.28 + 0.10 * abs(x) ** 1.6 + 0.5 * max(abs(x) - 1.6, 0) ** 2 * 8) for x in across]
        self._fill([(-2.0, below), *top, (2.0, below)], cloth)
        self._fill([(-0.34, 1.27), (0.34, 1.27), (0.0, 1.75)], self.person.skin * 0.66)

    def hat(self) -> None:
        """A knitted cap down to the brows; drawn over the face."""
        t, angles = self.person.traits, np.linspace(0, np.pi, 32)
        half, brim = 0.93 * t.width, min(-0.42, -t.eye_height - 0.9 * t.brow_height)
        high = t.crown + brim + 0.22
        lift = 0.2 * np.sin(np.radians(self.shot.pitch)), 0.12 * np.sin(np.radians(self.shot.yaw))
        dome = [(half * np.cos(a) + lift[1], brim + lift[0] - high * np.sin(a)) for a in angles]
        colour = hsv(np.random.default_rng(self.person.seed + 2).random(), 0.4, 0.4)
        self._fill(dome, colour, turns=True)
        band = [(x + lift[1], brim + lift[0] + d) for x, d in ((-half, 0), (half, 0), (half, -0.22), (-half, -0.22))]
        self._fill(band, colour * 0.85, turns=True)

    def _ears(self) -> None:
        t, shift = self.person.traits, 0.2 * np.sin(np.radians(self.shot.yaw))
        around = np.linspace(0, 2 * np.pi, 32)
        for side in (-1, 1):
            middle = side * 0.80 * t.width * np.cos(np.radians(self.shot.yaw)) - shift
            ear = [(middle + 0.10 * np.cos(a), 0.08 + 0.24 * t.ears * np.sin(a)) for a in around]
            self._fill(ear, self.person.skin * 0.72, turns=True)

    def _fill(self, outline: list[tuple[float, float]], colour: Colour, *, turns: bool = False) -> None:
        points = np.asarray(outline, np.float64)
        if turns:
            points = points @ self.shot.rotation[:2, :2].T.astype(np.float64) if self.shot.roll else points
        pixels = (points * self.shot.scale + self.shot.centre) * 2**SUBPIXEL
        shade = [float(value) for value in np.clip(colour * self.light * 1.1, 0, 255)]
        cv2.fillPoly(self.image, [np.round(pixels).astype(np.int32)], shade, cv2.LINE_AA, SUBPIXEL)


def lit(person: Person, sheet: Surface, shot: Shot) -> Field:
    """Colour of the sheet under the lamp: matte, a little gloss, and darker in the hollows."""
    t, finest = person.traits, sheet.height.shape[0] / ROWS
    normal = _normals(sheet, 1.1 * finest)
    lamp = np.asarray(shot.lamp, np.float32) / np.float32(np.linalg.norm(shot.lamp))
    halfway = lamp + np.array([0, 0, 1], np.float32)
    matte = np.clip(_toward(normal, shot.rotation.T @ lamp), 0, 1)
    shine = np.clip(_toward(normal, shot.rotation.T @ halfway / np.float32(np.linalg.norm(halfway))), 0, 1) ** 24
    deep = cv2.GaussianBlur(sheet.height, (0, 0), 7.7 * finest) - sheet.height
    light = (shot.ambient + (1 - shot.ambient) * 1.12 * matte) * np.clip(1 - 1.4 * deep, 0.55, 1.15)
    gloss = 255 * t.gloss * shine * (sheet.colour.mean(2) > 60)
    colour = cv2.merge([sheet.colour[..., plane] * light + gloss for plane in range(3)])
    return np.asarray((colour - 110) * t.contrast + 110, np.float32)


def _normals(sheet: Surface, blur: float) -> tuple[Field, Field, Field]:
    """Unit vectors x, y, z at right angles to the sheet."""
    rows, columns = sheet.height.shape
    down, across = np.gradient(cv2.GaussianBlur(sheet.height, (0, 0), blur))
    x, y = -across * np.float32((columns - 1) / (2 * HALF_WIDTH)), -down * np.float32((rows - 1) / (2 * HALF_HEIGHT))
    z = 1 / np.sqrt(x * x + y * y + 1)
    return x * z, y * z, z


def _toward(normal: tuple[Field, Field, Field], direction: Field) -> Field:
    """Dot product at each place."""
    x, y, z = normal
    return np.asarray(x * direction[0] + y * direction[1] + z * direction[2], np.float32)


def _lay(sheet: Surface, colour: Field, shot: Shot, image: Rgb) -> None:
    """Into `image`, in place: each pixel shows one place of the sheet."""
    left, top, part = about(shot, image)
    if not part.size:
        return
    at_x, at_y = places(sheet, shot, part.shape[:2], (left, top))
    seen = cv2.remap(colour, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    edge = step(0.0, 0.06, sheet.inside).astype(np.float32)
    cover = cv2.remap(edge, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)[..., None]
    part[...] = np.clip(part + (seen - part) * cover, 0, 255)


def about(shot: Shot, image: Rgb) -> tuple[int, int, Rgb]:
    """What of `image` the head may cover, and its corner; of no size where that is outside."""
    reach_x, reach_y = 1.45 * shot.scale, 1.65 * shot.scale
    left, top = max(int(shot.centre[0] - reach_x), 0), max(int(shot.centre[1] - reach_y), 0)
    right, bottom = max(int(shot.centre[0] + reach_x) + 1, 0), max(int(shot.centre[1] + reach_y) + 1, 0)
    return left, top, image[top:bottom, left:right]


def places(
    sheet: Surface, shot: Shot, shape: tuple[int, ...], corner: tuple[int, int], every: int = 1
) -> tuple[Any, Any]:
    """Sample positions for cv2.remap, of every so-manieth pixel from `corner` on. A damped fixed point on the depth;
    nine rounds settle angles up to 25°."""
    y, x = every * np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32) + np.float32((every - 1) / 2)
    x = (x + corner[0] - np.float32(shot.centre[0])) / np.float32(shot.scale)
    y = (y + corner[1] - np.float32(shot.centre[1])) / np.float32(shot.scale)
    inverse = np.linalg.inv(shot.rotation[:2, :2])
    drift_x, drift_y = inverse @ shot.rotation[:2, 2]
    flat_x, flat_y = inverse[0, 0] * x + inverse[0, 1] * y, inverse[1, 0] * x + inverse[1, 1] * y
    rows, columns = sheet.height.shape
    to_column, to_row = (columns - 1) / (2 * HALF_WIDTH), (rows - 1) / (2 * HALF_HEIGHT)
    height = sheet.height.astype(np.float32)

    def sample(depth: Any) -> tuple[Any, Any]:
        off = depth - np.float32(PIVOT)
        column = (flat_x - drift_x * off + np.float32(HALF_WIDTH)) * np.float32(to_column)
        return column, (flat_y - drift_y * off + np.float32(HALF_HEIGHT)) * np.float32(to_row)

    depth: Any = np.full(shape, 0.45, np.float32)
    for _ in range(9 if abs(drift_x) + abs(drift_y) > 1e-6 else 0):
        seen = cv2.remap(height, *sample(depth), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        depth = np.float32(0.45) * depth + np.float32(0.55) * seen
    return sample(depth)
