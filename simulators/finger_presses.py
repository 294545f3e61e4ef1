"""A press of a finger on the glass: where the skin comes to lie, how it stretches, and where it leaves ink.

The distortion is that of Cappelli, Maio and Maltoni ("Modelling plastic distortion in fingerprint images", ICAPR
2001): an inner ellipse sticks, the skin far outside follows the bone's displacement and torsion, and between them a
brake of the ellipse's own shape leads from one to the other. Maps are in pixels of the sensor at 500 dpi.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from simulators.finger_conditions import Conditions
from simulators.finger_growth import Map, smooth_noise
from simulators.finger_skin import Skin

BRAKE: Final = 1.1
"""Skin elasticity, Cappelli's k: in how many half axes the slip reaches its full size. Chosen by eye."""
PAD: Final = 142.0, 196.0
"""Half axes of the fingertip pressed flat, pixels: 14 x 20 mm, 226 mm². FVC2004's sets have 178 to 239."""


@dataclass(frozen=True, slots=True)
class Press:
    """What the sensor sees, all of its shape: `ink` 0 where air is behind the glass to 1 where skin is; `load` about 1
    under the middle of the finger, falling to 0 where it lifts off and below outside."""

    ink: Map
    load: Map


def pressed(skin: Skin, how: Conditions, size: tuple[int, int], rng: np.random.Generator) -> Press:
    """`size` is the sensor's height and width."""
    from_x, from_y = _lying(skin.relief.shape, how, size)
    load = _load(from_x, from_y, skin.relief.shape, how, rng)

    def seen(values: Map, outside: float) -> Map:
        lain = cv2.remap(values, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=outside)
        return np.asarray(lain, np.float32)

    furrows = np.maximum(seen(skin.creases, 0) * min(1.0, 0.6 + how.wrinkled), seen(skin.wrinkles, 0) * how.wrinkled)
    ink = _inked(seen(skin.relief, -1), load, how, skin.wear, rng) * (1 - furrows)
    return Press(_smeared(np.asarray(ink, np.float32), how, rng), load)


def _lying(shape: tuple[int, ...], how: Conditions, size: tuple[int, int]) -> tuple[Map, Map]:
    """The place on the skin that lies at each pixel of the sensor."""
    y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    u, v = x - np.float32(size[1] / 2 + how.shift[0]), y - np.float32(size[0] / 2 + how.shift[1])
    u, v = distorted(u, v, how)
    cosine, sine = np.float32(math.cos(how.turn)), np.float32(math.sin(how.turn))
    return cosine * u - sine * v + np.float32(shape[1] / 2), sine * u + cosine * v + np.float32(shape[0] / 2)


def distorted(u: Map, v: Map, how: Conditions) -> tuple[Map, Map]:
    """Cappelli's v + Δ(v) brake(shapedist(v), k): where on the resting skin the places `u`, `v` of the sensor come
    from, pixels from the middle of the finger."""
    off = np.sqrt((u / np.float32(how.stick[0])) ** 2 + (v / np.float32(how.stick[1])) ** 2) - 1
    brake = (1 - np.cos(math.pi * np.clip(off / BRAKE, 0, 1))) / 2
    cosine, sine = math.cos(how.torsion) - 1, math.sin(how.torsion)
    move_x, move_y = cosine * u - sine * v + how.slip[0], sine * u + cosine * v + how.slip[1]
    return np.asarray(u + move_x * brake, np.float32), np.asarray(v + move_y * brake, np.float32)


def _load(from_x: Map, from_y: Map, shape: tuple[int, ...], how: Conditions, rng: np.random.Generator) -> Map:
    """Falls from the middle of the pad, which is flatter towards the joint than at the tip."""
    size = how.contact * (1 + 0.12 * how.pressure)
    tilt_x, tilt_y = rng.normal(0, 14), rng.normal(0, 22)
    u = (from_x - np.float32(shape[1] / 2 + tilt_x)) / np.float32(PAD[0] * size)
    v = (from_y - np.float32(shape[0] / 2 + tilt_y)) / np.float32(PAD[1] * size)
    v = np.where(v > 0, v * np.float32(rng.uniform(0.7, 1.0)), v)
    away = (np.abs(u) ** 2.3 + np.abs(v) ** 2.3) ** np.float32(1 / 2.3)
    uneven = 0.05 * smooth_noise(rng, from_x.shape, 70) + 0.025 * smooth_noise(rng, from_x.shape, 12)
    return np.asarray((1 - away) * 1.6 + uneven, np.float32)


def _inked(relief: Map, load: Map, how: Conditions, wear: float, rng: np.random.Generator) -> Map:
    """Ridges widen with load and water and break up without; sweat and blotches close the valleys."""
    shape = relief.shape
    dry, wet = max(0.0, -how.moisture), max(0.0, how.moisture)
    patches = 0.8 * smooth_noise(rng, shape, 80) + 0.4 * smooth_noise(rng, shape, 30)
    rim = np.minimum(load * 5, 1) - 1
    push = 0.42 * how.pressure + 0.36 * how.moisture - 0.1 + 0.4 * np.clip(load - 0.4, -0.5, 0.5) + 2.2 * rim
    push = push + (0.16 + 0.2 * abs(how.moisture)) * patches
    rough = (0.3 + 0.7 * dry + 0.35 * dry * dry + 0.3 * wear) * np.clip(1 + 0.6 * smooth_noise(rng, shape, 40), 0.2, 2)
    # dry skin leaves gaps in its ridges, and hardly ever something in its valleys
    grain = np.minimum(
        _grain(rng, shape, 1.3) * 0.6 + _grain(rng, shape, 2.4) * 0.55, np.float32(1.1 - 0.7 * min(dry, 1))
    )
    sweat = _grain(rng, shape, 3.5) + 0.6 * patches + np.float32(1.1 * wet - 2.0)
    blotches = np.maximum(sweat, 0) * np.float32(2.0 * wet + 1.5 * wet * wet) * np.clip(load * 6, 0, 1)
    contact = 1 / (1 + np.exp(np.clip(-5.5 * (relief + push + rough * grain + blotches), -30, 30)))
    film = np.float32(0.38 * wet) * cv2.GaussianBlur(contact, (0, 0), 5) * (load > 0)
    return np.asarray(contact + (1 - contact) * np.clip(film, 0, 0.6), np.float32)


def _grain(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Map:
    """Noise of deviation 1 whose grains are about `sigma` pixels."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), sigma)
    return np.asarray(noise * np.float32(2 * math.sqrt(math.pi) * sigma), np.float32)


def _smeared(ink: Map, how: Conditions, rng: np.random.Generator) -> Map:
    if how.smear < 1:
        return ink
    length = 2 * round(how.smear) + 1
    path = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, math.pi)
    reach = length / 2
    start, end = (
        (round(reach - 0.5 + s * reach * math.cos(angle)), round(reach - 0.5 + s * reach * math.sin(angle)))
        for s in (-1, 1)
    )
    cv2.line(path, start, end, 1.0, 1)
    # filter2D goes through a Fourier transform for long paths, and so a little below 0
    return np.asarray(0.5 * ink + 0.5 * np.clip(cv2.filter2D(ink, -1, path / path.sum()), 0, 1), np.float32)
