"""A face as a sheet: at each place how far it stands out, and its colour. Rendering turns and lights the sheet.

The sheet is 200 x 244 samples, or half as many each way where a small picture needs no more; x from -1.15 to 1.15 and
y from -1.40 (crown) to 1.40 (below the chin).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.face_looks import MASKS, PLAIN, Look
from simulators.face_traits import BALD, WARP_SHAPE, Person

Field = npt.NDArray[np.floating[Any]]
COLUMNS, ROWS = 200, 244
HALF_WIDTH, HALF_HEIGHT = 1.15, 1.40
BLACK: Final = np.array([25, 18, 16], np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """`height` (rows, columns); `colour` (rows, columns, 3), 0 to 255; `inside` is 0 off the head, 1 at its middle."""

    height: Field
    colour: Field
    inside: Field


def step(low: float, high: float, values: Field) -> Field:
    """0 below `low`, 1 above `high`, smooth between; `high` may be the lower one."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def bell(values: Field, *, flat: bool = False) -> Field:
    """exp(-v²), or where `flat` exp(-v⁴), which falls off more steeply."""
    squares = values * values
    return np.asarray(np.exp(-(squares * squares if flat else squares)), np.float32)


def spread(coarse: Field, finest: int = 1) -> Field:
    """A coarse grid, smoothly over the sheet."""
    size = (COLUMNS // finest, ROWS // finest)
    return np.asarray(cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_CUBIC), np.float32)


@lru_cache(maxsize=64)
def surface(person: Person, smile: float = 0.0, look: Look = PLAIN, finest: int = 1) -> Surface:
    """`smile` 0 to 1; `finest` 2 is a sheet of half as many samples each way, a quarter of the cost.

    Kept for the next view: 2 MB a person.
    """
    sheet = _Sheet(person, smile, look, finest)
    height = sheet.height()
    for paint in (sheet.skin, sheet.age, sheet.eyes, sheet.brows, sheet.nose, sheet.mouth, sheet.beard, sheet.hair):
        paint()
    sheet.glasses()
    if look.sunglasses:
        sheet.dark_lenses()
    if look.mask:
        height = sheet.mask(height, MASKS[look.mask])
    colour = np.ascontiguousarray(np.clip(sheet.colour, 0, 255).transpose(1, 2, 0))
    return Surface(height, colour, sheet.inside)


class _Sheet:
    """Coordinates of the sheet, and the strokes that paint it; `across` is the distance from the middle line.

    `colour` is kept as three planes, for numpy is three times as quick with them.
    """

    def __init__(self, person: Person, smile: float, look: Look, finest: int) -> None:
        self.person, self.traits, self.finest = person, person.traits, finest
        self.smile, self.look = smile, look
        self.random = np.random.default_rng(person.seed)
        self.x, self.y = self._coordinates()
        self.across = np.abs(self.x)
        self.half, self.inside = self._outline()
        self.fine = self.grain(0.9) * 2
        self.coarse = spread(self.random.standard_normal((10, 10)), finest)
        self.colour = np.empty((3, *self.inside.shape), np.float32)
        t = self.traits
        self.eye_x, self.eye_y = t.eye_apart * t.width, -t.eye_height
        self.nose_top = self.eye_y - 0.02
        self.nose_end = min(self.nose_top + t.nose_length + 0.10, t.mouth_height - 0.09)
        self.mouth_half = t.mouth_width * (1 + 0.25 * smile)
        sag = (0.06 * smile + 0.6 * t.mouth_curve) * (self.across / self.mouth_half) ** 2
        self.mouth_line = np.asarray(t.mouth_height - sag, np.float32)
        self.gap = np.asarray(0.16 * look.mouth_open * self.mouth_arc**0.7, np.float32)

    def _coordinates(self) -> tuple[Field, Field]:
        """Warped: mostly alike on both sides, for faces are."""
        across, down = np.asarray(self.person.warp, np.float32).reshape(WARP_SHAPE)
        across = 0.51 * (across - across[:, ::-1]) + 0.28 * across
        down = 0.51 * (down + down[:, ::-1]) + 0.28 * down
        x = np.linspace(-HALF_WIDTH, HALF_WIDTH, COLUMNS // self.finest, dtype=np.float32)[None, :]
        y = np.linspace(-HALF_HEIGHT, HALF_HEIGHT, ROWS // self.finest, dtype=np.float32)[:, None]
        amount = np.float32(self.traits.warp_amount)
        return x + amount * spread(across, self.finest), y + amount * spread(down, self.finest)

    def _outline(self) -> tuple[Field, Field]:
        """Half the head's width at each place, and 1 - (x / half)²."""
        t = self.traits
        y = np.clip(self.y, -1.34, 1.3)
        above = np.sqrt(np.clip(1 - (np.minimum(y, 0) / t.crown) ** 2, 0, 1))
        below = np.clip(1 - (np.maximum(y, 0) / (1.12 * t.chin)) ** t.taper, 0, 1) ** 0.55
        half = 0.80 * t.width * np.where(y < 0, above, below) * (1 - (1 - t.jaw) * step(0.1, 0.9, y)) + 1e-3
        inside = np.clip(1 - (self.x / half) ** 2, 0, 1)
        inside[(np.abs(self.y) > 1.3) | (half < 0.05)] = 0
        return half.astype(np.float32), inside.astype(np.float32)

    def grain(self, blur: float) -> Field:
        """Noise, the same on a coarser sheet but for its finest parts."""
        noise = cv2.GaussianBlur(self.random.standard_normal((ROWS, COLUMNS), np.float32), (0, 0), blur)
        if self.finest > 1:
            noise = cv2.resize(noise, self.inside.shape[::-1], interpolation=cv2.INTER_AREA)
        return np.asarray(noise, np.float32)

    def blob(self, x: float, y: float, width: float, height: float) -> Field:
        return np.asarray(np.exp(-(((self.x - x) / width) ** 2) - ((self.y - y) / height) ** 2), np.float32)

    def pair(self, x: float, y: float, width: float, height: float) -> Field:
        """A blob on each side."""
        return np.asarray(np.exp(-(((self.across - x) / width) ** 2) - ((self.y - y) / height) ** 2), np.float32)

    def paint(self, mask: Field, colour: Field) -> None:
        self.colour += (np.asarray(colour, np.float32)[:, None, None] - self.colour) * np.clip(mask, 0, 1)

    @property
    def mouth_arc(self) -> Field:
        return np.asarray(np.clip(1 - (self.across / self.mouth_half) ** 2, 0, 1), np.float32)

    # relief

    def height(self) -> Field:
        t = self.traits
        z = 0.78 * np.sqrt(self.inside) * (1 - 0.25 * (np.abs(self.y) / 1.4) ** 2)
        z += 0.045 * self.pair(self.eye_x, self.eye_y, 0.10, 0.07)
        z -= t.sockets * self.pair(self.eye_x, self.eye_y, 0.17, 0.11)
        z += t.cheeks * self.pair(0.42 * t.width, 0.28, 0.2, 0.2)
        z += t.brow_ridge * self.pair(0.28, self.eye_y - 0.75 * t.brow_height, 0.22, 0.06)
        z += self._nose_height() + self._lip_height()
        z += 0.06 * self.blob(0, 0.98 * t.chin - 0.08, 0.16, 0.12)
        return np.asarray(z * t.depth, np.float32)

    def _nose_height(self) -> Field:
        t, top, end = self.traits, self.nose_top, self.nose_end
        along = np.clip((self.y - top) / (end - top), 0, 1)
        wide = np.maximum(1.3 * t.nose_bridge + (0.62 * t.nose_width - 0.8 * t.nose_bridge) * along**1.5, 0.02)
        ridge = t.nose_depth * along**1.15 + t.nose_bump * bell((along - 0.4) / 0.2)
        ridge = ridge * bell(self.x / wide) * step(end + 0.07, end - 0.03, self.y) * step(top - 0.12, top + 0.1, self.y)
        wings = 0.30 * t.nose_width * self.pair(0.62 * t.nose_width, end - 0.03, 0.06, 0.055)
        return np.asarray(ridge + wings + t.nose_tip * self.blob(0, end - 0.05, 0.07, 0.06), np.float32)

    def _lip_height(self) -> Field:
        t, off = self.traits, self.y - self.mouth_line
        upper = bell((off + 0.7 * t.upper_lip) / (0.9 * t.upper_lip + 0.004))
        lower = bell((off - self.gap - 0.7 * t.lower_lip) / (0.9 * t.lower_lip + 0.004))
        lips = (0.05 * upper + 0.055 * lower - 0.03 * bell(off / 0.012)) * bell(self.x / self.mouth_half, flat=True)
        lips += 0.045 * self.blob(0, t.mouth_height - 0.02, 0.26, 0.13)
        lips -= 0.02 * self.blob(0, t.mouth_height + t.lower_lip + 0.07, 0.16, 0.035)
        return np.asarray(lips, np.float32)

    # colour

    @property
    def shadow(self) -> Field:
        return np.asarray(self.person.skin * 0.42, np.float32)

    def skin(self) -> None:
        t, skin = self.traits, self.person.skin
        texture = 1 + t.mottle * spread(self.random.standard_normal((7, 7)), self.finest) + 0.03 * self.fine
        self.colour[...] = skin[:, None, None] * texture
        rosy = self.pair(0.42, 0.3, 0.22, 0.18) + 0.8 * self.blob(0, self.nose_end - 0.05, 0.12, 0.1)
        self.colour[0] += 30 * t.blush * rosy
        if t.freckles > 0:
            self.paint(
                0.8 * t.freckles * step(1.5, 2.0, 4.8 * self.grain(1.5)) * self.pair(0.25, 0.2, 0.35, 0.3), skin * 0.55
            )
        self.paint(0.28 * self.pair(self.eye_x, self.eye_y - 0.01, 0.17, 0.085), self.shadow)

    def age(self) -> None:
        t, x = self.traits, self.across
        self.paint((0.10 + 0.5 * t.age) * self.pair(self.eye_x, self.eye_y + 0.11, 0.13, 0.035), self.shadow)
        fold = (x - 0.10) - 0.55 * (self.y - self.nose_end) - 0.55 * t.nose_width
        reach = step(self.nose_end - 0.06, self.nose_end + 0.02, self.y)
        reach = reach * step(t.mouth_height + 0.06, t.mouth_height - 0.04, self.y)
        self.paint((0.08 + 0.5 * t.age) * bell(fold / 0.022) * reach, self.shadow)
        for line in range(3 if t.age > 0.5 else 0):
            level = self.eye_y - t.brow_height - 0.12 - 0.10 * line + 0.04 * np.cos(4 * x)
            self.paint((t.age - 0.4) * bell((self.y - level) / 0.012) * step(0.45, 0.25, x), self.shadow)

    def eyes(self) -> None:
        t, off = self.traits, self.across - self.eye_x
        down = self.y - self.eye_y + t.eye_tilt * off
        arc = np.clip(1 - (off / t.eye_width) ** 2, 0, 1)
        opening = t.eye_open * (1 - 0.15 * self.smile) * (1 - 0.95 * self.look.eyes_closed)
        upper, lower = 1.15 * opening * arc**t.eye_round, 0.75 * opening * arc**0.9
        within = (np.abs(off) < t.eye_width).astype(np.float32)
        ball = step(-0.007, 0.007, upper + down) * step(-0.007, 0.007, lower - down) * within
        radius = np.hypot(off, down + 0.004)
        if self.look.eyes_closed > 0:
            lid = self.pair(self.eye_x, self.eye_y, 1.1 * t.eye_width, t.eye_open + 0.02)
            self.paint(self.look.eyes_closed * lid, self.person.skin * 0.85)
        self.paint(ball, np.array([232, 228, 222], np.float32))
        self.paint(ball * step(0.065, 0.055, radius), self.person.irises)
        self.paint(ball * step(0.032, 0.024, radius), BLACK / 2)
        glint = np.hypot(self.x - np.sign(self.x) * self.eye_x + 0.02, down + 0.024)
        self.paint(ball * step(0.016, 0.006, glint), np.array([250, 250, 250], np.float32))
        lash = (0.6 + 0.4 * t.lashes) * bell((down + upper) / (0.009 + 0.012 * t.lashes))
        self.paint(lash * (np.abs(off) < 1.07 * t.eye_width), BLACK)
        self.paint(0.45 * bell((down - lower) / 0.009) * (arc > 0), self.shadow)
        self.paint(0.7 * t.lid_fold * bell((down + upper + 0.035) / 0.013) * arc, self.shadow)

    def brows(self) -> None:
        t = self.traits
        off = self.across - t.brow_apart * t.width
        level = (
            self.eye_y
            - 0.62 * t.brow_height
            - 0.02
            - 0.07 * self.look.brows_up
            - 0.5 * t.brow_slope * off
            + t.brow_arch * (off - 0.03) ** 2
        )
        thick = t.brow_thick * (1.15 - 0.45 * np.clip(off / t.brow_length, -1, 1))
        mask = bell((self.y - level) / thick, flat=True) * step(t.brow_length, 0.75 * t.brow_length, np.abs(off))
        hairs = np.clip(0.85 + 0.15 * np.sign(self.fine), 0, 1)
        colour = np.asarray(self.person.hair * (0.6 - 0.36 * t.brow_dark), np.float32)
        self.paint(0.9 * mask * hairs, colour)

    def nose(self) -> None:
        t, end = self.traits, self.nose_end
        self.paint(0.85 * t.nostrils * self.pair(0.42 * t.nose_width, end + 0.005, 0.045, 0.02), BLACK)
        self.paint(0.25 * self.pair(0.85 * t.nose_width + 0.02, end - 0.03, 0.02, 0.06), self.shadow)
        under = 0.16 * step(1.1 * t.nose_width, 0, self.across) * bell((self.y - end - 0.03) / 0.025)
        self.paint(under, self.shadow)

    def mouth(self) -> None:
        t, off = self.traits, self.y - self.mouth_line
        arc = self.mouth_arc
        within = (arc > 0).astype(np.float32)
        bow = 2 * t.upper_lip * arc**0.8 * (1 - 0.25 * bell(self.x / 0.03))
        self.paint(0.85 * step(-0.01, 0.01, bow + off) * step(0.006, -0.006, off) * within, self.person.lips * 0.9)
        below = off - self.gap
        full = step(-0.006, 0.006, below) * step(-0.01, 0.01, 2 * t.lower_lip * arc**0.8 - below)
        self.paint(0.85 * full * within, self.person.lips)
        if self.look.mouth_open > 0:
            self.paint(0.95 * step(0, 0.008, off) * step(0.004, -0.004, below) * within, BLACK * 1.4)
        line = bell(off / 0.011) * step(1.08 * self.mouth_half, 0.95 * self.mouth_half, self.across)
        self.paint(0.9 * line, self.person.skin * 0.22)

    def beard(self) -> None:
        t, colour = self.traits, self.person.hair * 0.85
        hairs = np.clip(0.75 + 0.25 * self.fine, 0, 1)
        if t.beard > 0:
            low = step(t.beard_top - 0.14, t.beard_top + 0.14, self.y + 0.35 * (self.x / self.half) ** 2)
            lips = np.hypot(0.12 * self.x / (0.9 * t.mouth_width), self.y - t.mouth_height) - t.lower_lip
            self.paint(min(1.6 * t.beard, 0.95) * hairs * low * step(0.03, 0.08, lips), colour)
        if t.moustache > 0:
            level = (self.nose_end + t.mouth_height - t.upper_lip) / 2
            wide = step(1.15 * self.mouth_half, 0.8 * self.mouth_half, self.across)
            self.paint(min(1.6 * t.moustache, 0.95) * hairs * bell((self.y - level) / 0.045, flat=True) * wide, colour)
        if t.goatee > 0:
            top = t.mouth_height + 2 * t.lower_lip
            wide = bell(self.across / (0.9 * self.mouth_half + 0.03), flat=True)
            self.paint(min(1.6 * t.goatee, 0.95) * hairs * wide * step(top + 0.02, top + 0.08, self.y), colour)

    def hair(self) -> None:
        t = self.traits
        if t.baldness >= BALD:
            return
        line = -t.hair_line - (0.10 + t.hair_peak) * np.cos(3 * self.x) + 0.05 * self.coarse
        line += 0.55 * step(0.72 * t.hair_sides, t.hair_sides, np.abs(self.x / self.half))
        mask = step(0.03, -0.05, self.y - line) * (self.y < 0.30)
        if t.fringe > 0:
            edge = self.eye_y - 0.9 * t.brow_height - 0.02 + 0.03 * self.coarse
            edge -= 0.45 * np.abs(self.x - t.parting) * (1 - t.fringe)
            mask = np.maximum(mask, step(0.03, -0.03, self.y - edge))
        self.paint(mask, self.person.hair)
        strands = cv2.GaussianBlur(self.fine, (0, 0), sigmaX=0.5, sigmaY=4.0) * 2
        self.colour *= 1 + 0.3 * strands * mask

    def glasses(self) -> None:
        t = self.traits
        if t.glasses <= 0:
            return
        rim = BLACK if t.glasses < 0.6 else np.array([150, 120, 60], np.float32)
        across, down = (self.across - self.eye_x) / t.glasses_width, (self.y - self.eye_y - 0.02) / t.glasses_height
        power = t.glasses_square
        ring = (np.abs(across) ** power + np.abs(down) ** power) ** (1 / power)
        self.paint(0.95 * bell((ring - 1) / (t.glasses_rim + 0.03), flat=True), rim)
        bar = bell((self.y - self.eye_y) / 0.02)
        self.paint(0.9 * bar * (np.abs(across) > 1), rim)

    def dark_lenses(self) -> None:
        """Larger than any glasses, so that they cover these; a bar over the nose and one to each ear."""
        across, down = (self.across - self.eye_x) / 0.25, (self.y - self.eye_y - 0.03) / 0.17
        ring = (np.abs(across) ** 3 + np.abs(down) ** 3) ** (1 / 3)
        self.paint(0.97 * step(1.06, 0.98, ring), BLACK)
        self.paint(0.95 * bell((self.y - self.eye_y) / 0.025) * (np.abs(across) > 1), BLACK)

    def mask(self, height: Field, colour: Field) -> Field:
        """Cloth from the ridge of the nose, or from below it, to the chin, held by loops about the ears; returns the
        relief with it."""
        top = self.nose_end + 0.045 if self.look.under_nose else self.nose_top + 0.45 * (self.nose_end - self.nose_top)
        upper = self.y - top - 0.10 * (self.across / (0.6 * self.traits.width)) ** 2
        cloth = step(-0.012, 0.012, upper) * step(0.80, 0.76, self.across / self.half)
        pleats = 1 - 0.10 * bell(((self.y - top) % 0.17 - 0.085) / 0.012)
        self.paint(0.98 * cloth, colour)
        self.colour *= 1 - cloth * (1 - pleats)
        for end in (0.06, 0.50):
            loop = bell((self.y - top - end + 0.35 * (self.across / self.half - 0.78)) / 0.012)
            self.paint(0.8 * loop * step(0.76, 0.80, self.across / self.half), colour * 0.9)
        smooth = cv2.GaussianBlur(height, (0, 0), 9 / self.finest) + 0.04
        return np.asarray(height + (smooth - height) * cloth, np.float32)
