"""What the years and a poor camera do to a data page, as levels with names.

| level | ink | paper | picture |
|---|---|---|---|
| new | whole | a pattern hardly seen in the zone | sharp, even light, no compression |
| light | specks rubbed off, about one scratch | a faint pattern | light falls off by 15 %, JPEG 85 |
| medium | every third character lost some ink, about three scratches | a clear pattern, a stain or two | blurred by 0.08 mm, light by 30 %, JPEG 65 |
| heavy | most characters lost some ink and some most of it, about seven scratches | a strong pattern, stains | blurred by 0.12 mm, light by 45 %, JPEG 45 |

Lengths are millimetres, brightness is 0 to 255.
"""  # noqa: E501 - a table

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Singles = npt.NDArray[np.float32]

_SPECK, _PATCH = 0.25, 2.5  # sizes of what is rubbed off: a fibre of the paper's surface, a fingertip's ridge
_LEAST_LEFT = 0.12  # ink that has sunk into the paper stays


@dataclass(frozen=True, slots=True)
class Wear:
    """One level. `spared`: what rubbing must exceed, in deviations of a smooth noise, to take ink off; none above 4."""

    spared: float
    scratches: float
    """Mean number across the zone; three of ten are dark."""
    stains: float
    """Mean number on the page."""
    pattern: float
    """Strength of the guilloche within the zone, 0 to 1."""
    misprint: float
    """How far a character stands off its place, one deviation."""
    blur: float
    """One deviation, on the page."""
    shade: float
    """Share of the light that is missing at the page's darker edge."""
    noise: float
    quality: int
    """Of JPEG; 0: not compressed."""


WEAR = {
    "new": Wear(9.0, 0, 0, 0.02, 0.0, 0.03, 0.03, 1.5, 0),
    "light": Wear(1.78, 1, 0.3, 0.10, 0.02, 0.05, 0.15, 4, 85),
    "medium": Wear(1.54, 3, 1, 0.20, 0.02, 0.08, 0.30, 6, 65),
    "heavy": Wear(1.06, 7, 2, 0.30, 0.02, 0.12, 0.45, 9, 45),
}


def rubbed(ink: Singles, wear: Wear, scale: float, zone_top: float, rng: np.random.Generator) -> Singles:
    """What is left of the ink (height, width), 0 to 1, `scale` pixels a millimetre; scratches cross the zone."""
    if wear.spared > 4:
        return ink
    rubbing = noise(rng, ink.shape, _SPECK * scale) + 0.8 * noise(rng, ink.shape, _PATCH * scale)
    left = ink * np.clip(1 - 1.5 * (rubbing - np.float32(wear.spared)), _LEAST_LEFT, 1)
    height, width = ink.shape
    for _ in range(rng.poisson(wear.scratches)):
        start = np.array([rng.uniform(0, width), rng.uniform(zone_top * scale, height)])
        angle, length = rng.uniform(-0.6, 0.6), rng.uniform(10, 60) * scale
        end = start + length * np.array([np.cos(angle), np.sin(angle)])
        thickness = max(1, round(rng.uniform(0.04, 0.2) * scale))
        level = 0.0 if rng.random() < 0.7 else 0.7
        cv2.line(left, start.astype(int).tolist(), end.astype(int).tolist(), level, thickness, cv2.LINE_AA)
    return np.asarray(left, np.float32)


def stained(paper: Singles, wear: Wear, scale: float, rng: np.random.Generator) -> Singles:
    """The paper (height, width, 3) with stains: yellowish, with soft edges, a fingertip to a coin in size."""
    height, width = paper.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    for _ in range(rng.poisson(wear.stains)):
        centre, reach = rng.uniform(0, [width, height]), rng.uniform(3, 12, 2) * scale
        inside = np.exp(-((((x - centre[0]) / reach[0]) ** 2 + ((y - centre[1]) / reach[1]) ** 2) ** 2))
        tint = rng.uniform(8, 35) * np.array([0.6, 0.8, 1.0], np.float32)
        paper = paper - inside[..., None] * tint
    return np.asarray(paper, np.float32)


def guilloche(width: float, height: float, scale: float, rng: np.random.Generator) -> Singles:
    """Four families of wavy lines in colours of their own: what they add to the paper, (height, width, 3)."""
    rows, columns = round(height * scale), round(width * scale)
    y, x = (axis / np.float32(scale) for axis in np.mgrid[0:rows, 0:columns].astype(np.float32))
    added = np.zeros((rows, columns, 3), np.float32)
    for _ in range(4):
        wave, bend, phase = *rng.uniform(0.15, 0.8, 2), rng.uniform(0, 6)
        lines = y / rng.uniform(0.5, 1.2) + rng.uniform(1, 4) * np.sin(wave * x + phase)
        lines += rng.uniform(0, 2) * np.sin(bend * y + 0.1 * x)
        drawn = np.exp(-(((lines - np.round(lines)) / 0.16) ** 2))
        added += drawn[..., None] * rng.uniform(-185, 5, 3).astype(np.float32)
    slope = 2 * rng.uniform(-40, 25, 3) * np.clip(x / width, 0, 1)[..., None]
    return np.asarray(added + slope, np.float32)


def noise(rng: np.random.Generator, shape: tuple[int, ...], grain: float) -> Singles:
    """Smooth noise of about unit variance, its features `grain` pixels large."""
    rows, columns = (max(int(side / grain), 2) for side in shape[:2])
    coarse = rng.standard_normal((rows, columns), np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)
