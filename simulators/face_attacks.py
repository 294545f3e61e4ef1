"""Presentation attacks on a face camera (ISO/IEC 30107-1), simulated: a picture or a recording is printed, shown on a
screen or worn as a mask, held by a hand before a station's camera, and seen through the same camera as people are.

    source = presented(portrait(person(3)), Species.PHONE, seed=1)
    camera.show(source)                      # frames by the seconds since shown

They were made from what paper, screens and lenses are known to do, not measured on any attack: what notices these may
miss every real one. Moiré comes of sampling: each harmonic of a display's grid is weakened by lens and pixel as their
transfer functions say, and then sampled at the camera's pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from simulators.face_geometry import FLAT, Hit, Place, held, meet
from simulators.face_instruments import Framing, Sheet, display, framed, ink, paper, screen, thumbs
from simulators.face_lens import Gray, Lens, Light, Rgb, Sensor, linear
from simulators.face_standing import SIZE, UNIT, Sitter, backdrop
from simulators.face_traits import Person

Source = Callable[[float], Rgb] | Rgb


class Species(StrEnum):
    PRINT_MATTE = "print, matte"
    PRINT_GLOSSY = "print, glossy"
    PRINT_BENT = "print, bent"
    PHONE = "phone"
    TABLET = "tablet"
    MONITOR = "monitor"
    REPLAY_PHONE = "replay, phone"
    REPLAY_TABLET = "replay, tablet"
    REPLAY_MONITOR = "replay, monitor"
    CUT_OUT = "cut-out mask"


PRINTS: Final = {Species.PRINT_MATTE, Species.PRINT_GLOSSY, Species.PRINT_BENT}
REPLAYS: Final = {Species.REPLAY_PHONE, Species.REPLAY_TABLET, Species.REPLAY_MONITOR}
SCREENS: Final = {
    Species.PHONE: ((68.0, 148.0), 2.5, (0.055, 0.075)),
    Species.TABLET: ((160.0, 215.0), 9.0, (0.09, 0.13)),
    Species.MONITOR: ((527.0, 296.0), 12.0, (0.18, 0.37)),
}
"""Extent in mm, bezel in mm, range of the pixel pitch in mm."""
PAPERS: Final = ((210.0, 297.0), (210.0, 297.0), (100.0, 150.0), (148.0, 210.0))
"""A4, A5 and a photograph of 10 by 15 cm."""


def presented(
    source: Source,
    species: Species,
    *,
    seed: int,
    framing: Framing | None = None,
    attacker: Person | None = None,
    lens: Lens | None = None,
    size: tuple[int, int] = SIZE,
) -> Callable[[float], Rgb]:
    """Frames (height, width, 3) of the attack. `source` is a picture, for a replay a function of the time; `framing`
    says where its face is (by default as in `simulators.faces.portrait`). `attacker` stands behind; who wears a
    cut-out mask must be given: raise ValueError."""
    scene = _scene(source, species, seed, framing or Framing(), attacker, lens, size)
    sensor = Sensor(scene.lens, seed)
    return lambda at: sensor(scene.light(at))


def presented_infrared(
    source: Source,
    species: Species,
    *,
    seed: int,
    framing: Framing | None = None,
    attacker: Person | None = None,
    lens: Lens | None = None,
    size: tuple[int, int] = SIZE,
) -> Callable[[float], Gray]:
    """What a near-infrared camera beside the other sees of `presented` with the same arguments."""
    scene = _scene(source, species, seed, framing or Framing(), attacker, lens, size)
    sensor = Sensor(scene.lens, seed + 1)
    return lambda at: sensor(np.ascontiguousarray(scene.infrared(at)[..., 0]))


class Scene:
    """A sheet before a camera, and what is behind it. `behind` and `behind_infrared` are light of the time."""

    def __init__(
        self,
        sheet: Sheet,
        place: Callable[[float], Place],
        lens: Lens,
        behind: Callable[[float], Light],
        behind_infrared: Callable[[float], Light],
        lamp: tuple[float, float],
    ) -> None:
        self.sheet, self.place, self.lens, self.lamp = sheet, place, lens, lamp
        self.behind, self.behind_infrared = behind, behind_infrared

    def light(self, at: float) -> Light:
        return self._composed(self.sheet.light(at), self.behind(at), at, lit=True)

    def infrared(self, at: float) -> Light:
        return self._composed(self.sheet.infrared(at), self.behind_infrared(at), at, lit=False)

    def _composed(self, texture: Light, scene: Light, at: float, *, lit: bool) -> Light:
        place, size = self.place(at), (scene.shape[1], scene.shape[0])
        hit = meet(place, self.sheet.extent, self.lens.focal, size)
        if hit is None:
            return scene
        seen = _sampled(texture, hit, self.sheet)
        if lit and self.sheet.display:
            glass = _sampled(self.sheet.glass[..., None].repeat(4, 2), hit, self.sheet)[..., :1]
            seen[..., :3] *= 1 + glass * (
                _grid(hit, self.sheet, self.lens, place.at[2]) * _bands(hit, self.sheet, at) - 1
            )
        if lit and self.sheet.ink and self.sheet.ink.screen:
            seen[..., :3] *= _halftone(hit, self.sheet.ink.screen, self.lens, place.at[2])
        if lit and self.sheet.gloss:
            seen[..., :3] += self.sheet.gloss * _highlight(hit, self.lamp)
        seen[..., :3] *= seen[..., 3:]
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), max(self.lens.defocus(place.at[2]), 0.2)), np.float32)
        out = scene.copy()
        part = out[hit.top : hit.top + seen.shape[0], hit.left : hit.left + seen.shape[1]]
        part[...] = part * (1 - seen[..., 3:]) + seen[..., :3]
        return out


def _scene(
    source: Source,
    species: Species,
    seed: int,
    framing: Framing,
    attacker: Person | None,
    lens: Lens | None,
    size: tuple[int, int],
) -> Scene:
    rng, camera = np.random.default_rng((seed, 61)), lens or Lens.drawn(seed)
    lamp = float(rng.normal(0, 0.3)), float(rng.uniform(-0.9, -0.2))
    if species is Species.CUT_OUT:
        if attacker is None:
            raise ValueError("somebody must wear the mask: give an attacker")
        return _worn(source, rng, framing, Sitter(attacker, seed, size=size), camera, lamp)
    face = 1.6 * size[1] / 4.1 * float(rng.uniform(0.72, 1.06))
    share = float(rng.uniform(0.30, 0.72))
    sheet, share = _sheet(source, species, rng, framing, share, 1 / face)
    distance = camera.focal * share * sheet.extent[0] / face
    radius = float(rng.uniform(110, 300)) if species is Species.PRINT_BENT else FLAT
    # What stands on a trolley or a stand hardly moves; a nervous hand moves twice as much as a calm one.
    steady = float(rng.choice([0.1, 0.5, 1.0, 2.0]))
    drift = rng.normal(0, 0.02, 2) * size * distance / camera.focal
    courses = held(rng, distance, (float(drift[0]), float(drift[1])), radius, steady)
    place = _placed(courses, radius)
    behind, dark = _background(attacker, seed, size)
    return Scene(sheet, place, camera, lambda at: behind, lambda at: dark, lamp)


def _placed(courses: tuple[Callable[[float], float], ...], radius: float) -> Callable[[float], Place]:
    def place(at: float) -> Place:
        x, y, z, yaw, pitch, roll = (course(at) for course in courses)
        return Place((x, y, z), yaw, pitch, roll, radius)

    return place


def _background(attacker: Person | None, seed: int, size: tuple[int, int]) -> tuple[Light, Light]:
    if attacker is None:
        return linear(backdrop(seed, size)), np.full((size[1], size[0], 3), 0.03, np.float32)
    sitter = Sitter(attacker, seed, size=size)
    return sitter.light(0.0), np.repeat(sitter.infrared(0.0)[..., None], 3, 2)


def _sheet(
    source: Source, species: Species, rng: np.random.Generator, framing: Framing, share: float, scale: float
) -> tuple[Sheet, float]:
    """The instrument, and the share of its width that the face takes. `scale`: mm to a pixel if the sheet were 1 mm
    of face; the sheet is sampled about as finely as the camera will see it."""
    holding = None
    if species in PRINTS:
        extent = PAPERS[int(rng.integers(len(PAPERS)))]
        margin = float(rng.choice([0.0, 6.0, 12.0]))
        holding = thumbs(rng, extent)
        density = _density(scale * share * extent[0])
        inner = extent[0] - 2 * margin, extent[1] - 2 * margin
        first = source(0.0) if callable(source) else source
        picture = framed(first, framing, inner[1] / inner[0], share)
        inks = ink(
            rng, glossy=species is Species.PRINT_GLOSSY or bool(rng.random() < 0.3 and species is Species.PRINT_BENT)
        )
        return paper(picture, extent, margin, density, inks, holding), share * inner[0] / extent[0]
    kind = Species(species.removeprefix("replay, "))
    extent, bezel, pitch = SCREENS[kind]
    share = share * (0.5 if kind is Species.MONITOR else 1.0)
    if kind is not Species.MONITOR:
        holding = thumbs(rng, extent)
    inner = extent[0] - 2 * bezel, extent[1] - 2 * bezel
    density = _density(scale * share * extent[0])
    rate = float(rng.choice([24.0, 25.0, 30.0]))

    def shown(at: float) -> Rgb:
        moving = source(np.floor(at * rate) / rate) if callable(source) else source
        return framed(moving, framing, inner[1] / inner[0], share)

    return screen(shown, extent, bezel, density, display(rng, pitch), holding), share * inner[0] / extent[0]


def _density(millimetres: float) -> float:
    """Twice as fine as the camera sees it, so that sampling it costs no sharpness. `millimetres` to a pixel of it."""
    return float(min(max(2 / millimetres, 0.6), 8.0))


def _worn(
    source: Source, rng: np.random.Generator, framing: Framing, sitter: Sitter, lens: Lens, lamp: tuple[float, float]
) -> Scene:
    """A printed face cut out along its outline, with holes for the wearer's eyes, tied on flat or bent."""
    picture = source(0.0) if callable(source) else source
    height, width = picture.shape[:2]
    eyes = np.array(framing.eyes) * (width, height)
    apart = float(np.hypot(*(eyes[1] - eyes[0])))
    t = sitter.who.traits
    own = 2 * t.eye_apart * t.width * UNIT
    own = max(own, 45.0)
    density = apart / own
    extent = width / density, height / density
    inks = ink(rng, glossy=bool(rng.random() < 0.3))
    sheet = paper(picture, extent, 0.0, density, inks, None)
    alpha = _outline(sheet.light(0.0).shape[:2], framing, eyes * sheet.light(0.0).shape[1] / width, density, rng)
    for texture in (sheet.light(0.0), sheet.infrared(0.0)):
        texture[..., 3] = alpha
    radius = float(rng.choice([FLAT, rng.uniform(90, 180)]))
    middle = (eyes.mean(0) - np.array([width, height]) / 2) / density

    def place(at: float) -> Place:
        shot = sitter.shot(sitter.stance(at))
        distance = lens.focal * UNIT / shot.scale
        offset = (np.array(shot.centre) - np.array(sitter.size) / 2) * distance / lens.focal
        return Place(
            (float(offset[0] - middle[0]), float(offset[1] - t.eye_height * UNIT - middle[1]), distance),
            -shot.yaw,
            shot.pitch,
            shot.roll,
            radius,
        )

    def dark(at: float) -> Light:
        return np.repeat(sitter.infrared(at)[..., None], 3, 2)

    return Scene(sheet, place, lens, sitter.light, dark, lamp)


def _outline(shape: tuple[int, ...], framing: Framing, eyes: Light, density: float, rng: np.random.Generator) -> Light:
    alpha = np.zeros(shape, np.float32)
    rows, columns = shape
    half = framing.width * columns / 2 * float(rng.uniform(0.92, 1.1))
    middle = int(framing.centre[0] * columns), int(framing.centre[1] * rows)
    cv2.ellipse(alpha, middle, (int(half), int(1.38 * half)), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    for x, y in eyes:
        hole = int(rng.uniform(11, 15) * density), int(rng.uniform(6, 9) * density)
        cv2.ellipse(alpha, (int(x), int(y)), hole, 0, 0, 360, 0.0, -1, cv2.LINE_AA)
    return alpha


def _sampled(texture: Light, hit: Hit, sheet: Sheet) -> Light:
    rows, columns = texture.shape[:2]
    x = (hit.across / np.float32(sheet.extent[0]) + np.float32(0.5)) * columns - np.float32(0.5)
    y = (hit.down / np.float32(sheet.extent[1]) + np.float32(0.5)) * rows - np.float32(0.5)
    return np.asarray(cv2.remap(texture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)


def _grid(hit: Hit, sheet: Sheet, lens: Lens, distance: float) -> Light:
    """Red, green and blue stripes side by side, rows with dark seams: 1 in the mean, (rows, columns, 3)."""
    assert sheet.display is not None
    cycles = distance / lens.focal / sheet.display.pitch
    weak = _passed(cycles, lens, lens.defocus(distance))
    turn = np.float32(2 * np.pi / sheet.display.pitch)
    rows = 1 + np.float32(0.35 * weak) * np.cos(turn * hit.down)
    # A stripe a third of the pitch wide has 2 sinc(1/3) = 1.65 in its first harmonic.
    stripes = [
        1 + np.float32(1.65 * weak) * np.cos(turn * hit.across - np.float32(2 * np.pi * k / 3)) for k in (-1, 0, 1)
    ]
    return np.asarray(np.dstack(stripes) * rows[..., None], np.float32)


def _halftone(hit: Hit, lines: float, lens: Lens, distance: float) -> Light:
    """Dots of black ink at 45°, as far as lens and pixels let them through."""
    pitch = 25.4 / lines
    weak = _passed(distance / lens.focal / pitch, lens, lens.defocus(distance))
    turn = np.float32(2 * np.pi / pitch / np.sqrt(2))
    u, v = turn * (hit.across + hit.down), turn * (hit.across - hit.down)
    return np.asarray(1 + np.float32(0.3 * weak) * (np.cos(u) + np.cos(v)), np.float32)[..., None]


def _passed(cycles: float, lens: Lens, defocus: float) -> float:
    """Share of a harmonic of `cycles` to a pixel that optics and a pixel's light-sensitive part leave. Only a part of a
    lens's blur lies before the sampling; demosaicking makes the rest."""
    blur = np.hypot(0.35 * lens.blur, defocus)
    return float(abs(np.sinc(cycles * lens.fill)) * np.exp(-2 * (np.pi * blur * cycles) ** 2))


def _bands(hit: Hit, sheet: Sheet, at: float) -> Light:
    shown = sheet.display
    assert shown is not None
    rows = (np.arange(hit.across.shape[0], dtype=np.float32) + hit.top) / np.float32(shown.period)
    return np.asarray(1 + shown.band * np.sin(2 * np.pi * (rows + shown.drift * at)), np.float32)[:, None, None]


def _highlight(hit: Hit, lamp: tuple[float, float]) -> Light:
    """The mirror image of a lamp, wide for it is a soft one."""
    off = (hit.mirror_x - np.float32(lamp[0])) ** 2 + (hit.mirror_y - np.float32(lamp[1])) ** 2
    return np.asarray(np.exp(-off / np.float32(0.012)), np.float32)[..., None]
