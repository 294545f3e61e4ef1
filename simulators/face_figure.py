"""One person drawn many times: a film's frame instead of a photograph, at an eighth of the cost.

Each sheet is lit once, as if the head stood straight: within the ten degrees that a head moves, light wanders little.
The turn itself is the renderer's own, worked out for every third pixel each way.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import cv2
import numpy as np

from simulators.face_looks import Look
from simulators.face_render import Body, Rgb, Shot, about, lit, places
from simulators.face_surface import Field, Surface, step, surface
from simulators.face_traits import Person

EVERY: Final = 3
"""Pixels each way for one sample of the turn."""
WIDE: Final = 12.0
"""Degrees of yaw from which a thin false edge appears beside the head, and is taken away."""


@dataclass(slots=True, eq=False)
class _Sheet:
    surface: Surface
    colour: Rgb
    edge: Field


@dataclass(slots=True)
class Figure:
    """`lamp`, `ambient` as in `Shot`; `light` is the share of the hall's by day. Holds a megabyte a look."""

    person: Person
    lamp: tuple[float, float, float] = (-0.2, -0.4, 0.85)
    ambient: float = 0.48
    light: float = 1.0
    _sheets: dict[tuple[Person, Look, int], _Sheet] = field(default_factory=dict)

    def draw(self, shot: Shot, image: Rgb) -> None:
        """Into `image` (height, width, 3), in place; the shot's own lamp does not count."""
        shot = replace(shot, lamp=self.lamp, ambient=self.ambient)
        body = Body(self.person, shot, image)
        body.light *= self.light
        body.draw()
        self._lay(self._sheet(shot), shot, image)
        if shot.look.hat:
            body.hat()

    def _sheet(self, shot: Shot) -> _Sheet:
        key = (self.person, shot.look, shot.finest)
        if key not in self._sheets:
            made = surface(self.person, shot.smile, shot.look, shot.finest)
            straight = replace(shot, yaw=0.0, pitch=0.0, roll=0.0)
            colour = np.clip(lit(self.person, made, straight) * np.float32(self.light), 0, 255).astype(np.uint8)
            self._sheets[key] = _Sheet(made, colour, step(0.0, 0.06, made.inside))
        return self._sheets[key]

    def _lay(self, sheet: _Sheet, shot: Shot, image: Rgb) -> None:
        left, top, part = about(shot, image)
        if not part.size:
            return
        height, width = part.shape[:2]
        coarse = -(-height // EVERY), -(-width // EVERY)
        across, down = (
            cv2.resize(at, (coarse[1] * EVERY, coarse[0] * EVERY))[:height, :width]
            for at in places(sheet.surface, shot, coarse, (left, top), EVERY)
        )
        seen = cv2.remap(sheet.colour, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        cover = cv2.remap(sheet.edge, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        if abs(shot.yaw) > WIDE:
            cover = cv2.morphologyEx(cover, cv2.MORPH_OPEN, np.ones((11, 11), np.uint8))
        part[...] = cv2.blendLinear(seen, np.ascontiguousarray(part), cover, 1 - cover)
