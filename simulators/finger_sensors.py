"""What a scanner makes of a press: its window, paper, contrast, latent prints, dust and noise.

Three kinds that FVC2004 used too: an optical one with hard contrast and much paper (as DB1's), an optical one with a
keystone window and grey paper (as DB2's and U.are.U), and a thermal sweep, its lines put together by the driver (DB3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.finger_conditions import Conditions
from simulators.finger_growth import Map, smooth_noise
from simulators.finger_presses import Press

Window = Callable[[Map, np.random.Generator], Map]


@dataclass(frozen=True, slots=True)
class Sensor:
    """Grey levels are 0 to 255, `size` is height and width in pixels at 500 dpi."""

    size: tuple[int, int]
    paper: tuple[float, float]
    """Lightest and darkest paper met."""
    depth: tuple[float, float]
    """Least and most that ink darkens paper."""
    gamma: float
    """Above 1 faint contact is lost; below it, shown."""
    blur: tuple[float, float]
    noise: tuple[float, float]
    latent: float
    """Most that the print before may darken the paper, as a share of ink."""
    dust: float
    """Specks in the mean."""
    window: Window


def seen(press: Press, how: Conditions, sensor: Sensor, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Dark ridges on light, shape `sensor.size`."""
    shape = sensor.size
    tone = np.clip(1 + 0.1 * smooth_noise(rng, shape, 100) + 0.3 * np.clip(press.load - 0.6, -0.6, 0.4), 0.35, 1.25)
    ink = np.maximum(press.ink**sensor.gamma * tone, _latent(press, sensor, rng))
    paper = rng.uniform(*sensor.paper) + 4 * smooth_noise(rng, shape, 110)
    depth = rng.uniform(*sensor.depth) * (1 + 0.25 * min(0.0, how.moisture))
    grey = cv2.GaussianBlur(paper - depth * ink, (0, 0), rng.uniform(*sensor.blur))
    speckle = 1 + np.float32(0.05) * rng.standard_normal(shape, np.float32) * np.clip(press.ink, 0, 1)
    noise = rng.standard_normal(shape, np.float32) * np.float32(rng.uniform(*sensor.noise))
    dusty = _dusty(np.asarray(grey, np.float32) * speckle + noise, sensor, rng)
    return np.asarray(np.clip(sensor.window(dusty, rng), 0, 255), np.uint8)


def _latent(press: Press, sensor: Sensor, rng: np.random.Generator) -> Map:
    """Grease of the one before: a print turned about, faint, in patches."""
    strength = sensor.latent * rng.beta(1, 4)
    turned = cv2.flip(press.ink, int(rng.integers(-1, 2)))
    moved = np.roll(turned, (int(rng.integers(-60, 60)), int(rng.integers(-60, 60))), (0, 1))
    patches = np.clip(0.6 + 0.6 * smooth_noise(rng, press.ink.shape, 60), 0, 1)
    return np.asarray(strength * cv2.GaussianBlur(moved, (0, 0), 1.2) * patches, np.float32)


def _dusty(grey: Map, sensor: Sensor, rng: np.random.Generator) -> Map:
    specks = np.zeros(grey.shape, np.float32)
    for _ in range(rng.poisson(sensor.dust)):
        at = int(rng.integers(0, grey.shape[1])), int(rng.integers(0, grey.shape[0]))
        axes = int(rng.integers(1, 3)), int(rng.integers(1, 4))
        cv2.ellipse(specks, at, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(15, 110)), -1, cv2.LINE_AA)
    return np.asarray(grey - specks, np.float32)


def _whole(grey: Map, rng: np.random.Generator) -> Map:
    """Paper burnt out to white."""
    return np.asarray(np.where(grey > 232, 255, grey), np.float32)


def _keystone(grey: Map, rng: np.random.Generator) -> Map:
    """The window of a prism seen at a slant: narrower above, white outside."""
    height, width = grey.shape
    narrow = np.linspace(0.13, 0.015, height, dtype=np.float32)[:, None] * width
    x = np.arange(width, dtype=np.float32)[None, :]
    inside = np.clip(np.minimum(x - narrow, width - 1 - narrow - x), 0, 1)
    return np.asarray(grey * inside + 255 * (1 - inside), np.float32)


def _swept(grey: Map, rng: np.random.Generator) -> Map:
    """Bands of lines that the driver joined a little beside where they belong."""
    columns = np.broadcast_to(np.arange(grey.shape[1], dtype=np.float32), grey.shape)
    bands = np.cumsum(rng.random(grey.shape[0]) < 1 / 24)
    sideways = np.cumsum(rng.normal(0, 0.35, bands[-1] + 1))[bands]
    speed = 1 + 0.03 * np.interp(np.arange(grey.shape[0]), np.linspace(0, grey.shape[0], 6), rng.standard_normal(6))
    down = np.cumsum(speed) + (grey.shape[0] - speed.sum()) / 2
    from_x = columns + sideways[:, None].astype(np.float32)
    from_y = np.broadcast_to(down[:, None].astype(np.float32), grey.shape)
    return np.asarray(
        cv2.remap(grey, from_x, np.ascontiguousarray(from_y), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


SENSORS: Final = {
    "optical": Sensor((440, 400), (240, 254), (200, 250), 1.0, (0.3, 0.55), (1.5, 4), 0.15, 1.0, _whole),
    "prism": Sensor((364, 328), (180, 235), (90, 165), 0.85, (0.4, 0.75), (1.5, 4), 0.28, 9.0, _keystone),
    "sweep": Sensor((420, 300), (200, 240), (170, 225), 1.1, (0.35, 0.6), (3, 8), 0.0, 0.0, _swept),
}
