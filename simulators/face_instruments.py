"""Presentation attack instruments as sheets of light: paper with its inks, screens with their pixels.

A `Sheet` says what each place of it sends to the camera, apart from how it is held. Figures are of ordinary things:
ISO 12647-2 papers and inks for black and white points, data sheets for pixel pitches. None was measured here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from simulators.face_lens import Light, Rgb, linear

Picture = Callable[[float], Rgb]


@dataclass(frozen=True, slots=True)
class Framing:
    """Where the face is in a picture, as shares of its width and height, and the eyes' middles (left, right of it)."""

    width: float = 0.573
    centre: tuple[float, float] = (0.5, 0.47)
    eyes: tuple[tuple[float, float], tuple[float, float]] = ((0.38, 0.44), (0.62, 0.44))


@dataclass(frozen=True, slots=True)
class Ink:
    """`black`, `white`: reflectance; `strength` of colours; `gloss` of the mirror image of a lamp; `carbon`: how much
    of the picture near-infrared light sees (inks of dye are clear to it, toner is not); `screen`: halftone lines in an
    inch, 0 for grain too fine to see."""

    black: float
    white: float
    strength: float
    tint: tuple[float, float, float]
    gloss: float
    carbon: float
    screen: float


@dataclass(frozen=True, slots=True)
class Display:
    """`pitch` mm; `peak` light of white; `black` share of it; `warmth` gains of red and blue against the hall's
    light; `gloss` of the glass; `glow` what it reflects of the hall; `band` depth and `period` rows of the dimming
    that a rolling shutter makes into bands, `drift` in turns a second."""

    pitch: float
    peak: float
    black: float
    gains: tuple[float, float, float]
    gamma: float
    gloss: float
    glow: float
    band: float
    period: float
    drift: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """`extent` in mm with borders; `light` (rows, columns, 4) of the time: RGB as premultiplied light, and what of
    it covers the scene; `density` samples in a mm; `glass` (rows, columns) share that is a lit display."""

    extent: tuple[float, float]
    density: float
    light: Callable[[float], Light]
    infrared: Callable[[float], Light]
    gloss: float
    display: Display | None = None
    ink: Ink | None = None
    glass: Light = field(default_factory=lambda: np.zeros((1, 1), np.float32))


def ink(rng: np.random.Generator, *, glossy: bool) -> Ink:
    tint = rng.normal(1, 0.03, 3)
    return Ink(
        black=float(rng.uniform(0.008, 0.03) if glossy else rng.uniform(0.03, 0.07)),
        white=float(rng.uniform(0.72, 0.9)),
        strength=float(rng.uniform(0.85, 1.1) if glossy else rng.uniform(0.65, 0.95)),
        tint=(float(tint[0]), float(tint[1]), float(tint[2])),
        gloss=float(rng.uniform(0.25, 0.8)) if glossy else 0.0,
        carbon=float(rng.choice([0.1, 0.3, 0.8])),
        screen=float(rng.choice([0, 0, 85, 133])),
    )


def display(rng: np.random.Generator, pitch: tuple[float, float]) -> Display:
    red, blue = float(rng.normal(0.96, 0.05)), float(rng.normal(1.1, 0.07))
    return Display(
        pitch=float(rng.uniform(*pitch)),
        peak=float(rng.uniform(0.55, 1.4)),
        black=float(rng.uniform(0.0005, 0.003)),
        gains=(red, 1.0, blue),
        gamma=float(rng.uniform(0.95, 1.15)),
        gloss=float(rng.choice([0.02, 0.15, 0.4])),
        glow=float(rng.uniform(0.008, 0.04)),
        band=float(rng.choice([0.0, 0.0, 0.03, 0.08])),
        period=float(rng.uniform(60, 400)),
        drift=float(rng.uniform(0.2, 5)),
    )


def framed(picture: Rgb, framing: Framing, aspect: float, share: float) -> Rgb:
    """Cropped or extended so that the face takes `share` of the width and `aspect` is height by width."""
    height, width = picture.shape[:2]
    across = framing.width * width / share
    left, top = framing.centre[0] * width - across / 2, framing.centre[1] * height - 0.47 * across * aspect
    out = max(2, round(across)), max(2, round(across * aspect))
    shift = np.array([[1, 0, -left], [0, 1, -top]])
    return np.asarray(cv2.warpAffine(picture, shift, out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def paper(
    picture: Rgb, extent: tuple[float, float], margin: float, density: float, inks: Ink, thumbs: Light | None
) -> Sheet:
    """A print with a white margin, held by its lower edge or sides."""
    canvas = np.full((*_samples(extent, density)[::-1], 4), 1.0, np.float32)
    canvas[..., :3] = inks.white
    inset = max(1, round(margin * density)) if margin else 0
    rows, columns = canvas.shape[0] - 2 * inset, canvas.shape[1] - 2 * inset
    small = _resized(linear(picture), (columns, rows))
    mean = small.mean(2, keepdims=True)
    coloured = np.clip(mean + inks.strength * (small - mean), 0, 1) * np.asarray(inks.tint, np.float32)
    inner = canvas[inset : inset + rows, inset : inset + columns]
    inner[..., :3] = inks.black + (inks.white - inks.black) * coloured
    infrared = canvas.copy()
    infrared[inset : inset + rows, inset : inset + columns, :3] = inks.white * (1 - inks.carbon * (1 - mean))
    for sheet in (canvas, infrared):
        _hold(sheet, thumbs)
    return Sheet(extent, density, lambda at: canvas, lambda at: infrared, inks.gloss, ink=inks)


def screen(
    picture: Picture, extent: tuple[float, float], bezel: float, density: float, shown: Display, thumbs: Light | None
) -> Sheet:
    """A lit display in a dark frame. The picture may move."""
    blank = np.full((*_samples(extent, density)[::-1], 4), 1.0, np.float32)
    blank[..., :3] = 0.015
    inset = max(1, round(bezel * density))
    rows, columns = blank.shape[0] - 2 * inset, blank.shape[1] - 2 * inset
    glass = np.zeros(blank.shape[:2], np.float32)
    glass[inset : inset + rows, inset : inset + columns] = 1
    gains = np.asarray(shown.gains, np.float32) * np.float32(shown.peak)

    def light(at: float) -> Light:
        canvas = blank.copy()
        small = np.power(_resized(linear(picture(at)), (columns, rows)), np.float32(shown.gamma))
        canvas[inset : inset + rows, inset : inset + columns, :3] = (shown.black + small) * gains + shown.glow
        _hold(canvas, thumbs)
        return canvas

    dark = blank.copy()
    dark[..., :3] = 0.03
    _hold(dark, thumbs)
    if thumbs is not None:
        glass *= 1 - cv2.resize(thumbs[..., 3], glass.shape[::-1])
    return Sheet(extent, density, light, lambda at: dark, shown.gloss, display=shown, glass=glass)


def thumbs(rng: np.random.Generator, extent: tuple[float, float]) -> Light:
    """Fingers over the edges: (rows, columns, 4), one sample a millimetre."""
    width, height = round(extent[0]), round(extent[1])
    layer = np.zeros((height, width, 4), np.float32)
    skin = np.array([0.45, 0.28, 0.2]) * rng.uniform(0.4, 1.4)
    for _ in range(int(rng.integers(0, 4))):
        side, low = rng.choice([0, width]), rng.uniform(0.45, 1.0) * height
        reach = (float(rng.uniform(12, 22)), float(rng.uniform(8, 11)))
        colour = (*(float(value) for value in skin * rng.uniform(0.85, 1.1)), 1.0)
        cv2.ellipse(layer, (int(side), int(low)), (int(reach[0]), int(reach[1])), 0, 0, 360, colour, -1)
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), 1.0), np.float32)


def _hold(canvas: Light, layer: Light | None) -> None:
    if layer is not None:
        over = cv2.resize(layer, canvas.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        canvas[..., :3] = canvas[..., :3] * (1 - over[..., 3:]) + over[..., :3] * over[..., 3:]


def _samples(extent: tuple[float, float], density: float) -> tuple[int, int]:
    return max(4, round(extent[0] * density)), max(4, round(extent[1] * density))


def _resized(light: Light, size: tuple[int, int]) -> Light:
    way: Final = cv2.INTER_AREA if light.shape[1] > size[0] else cv2.INTER_CUBIC
    return np.clip(cv2.resize(light, size, interpolation=way), 0, 1).astype(np.float32)
