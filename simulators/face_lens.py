"""A station's camera after the scene: the same for people and for what is held up in their place.

Light is linear, float32, 1 where a white sheet would be. Lenses, sensors and compressions are drawn at random within
what small indoor cameras have, so that nothing in a picture's noise or sharpness says what stood before the lens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
Gray = npt.NDArray[np.uint8]
Light = npt.NDArray[np.float32]

GAMMA: Final = 2.2
_LINEAR: Final = ((np.arange(256) / 255.0) ** GAMMA).astype(np.float32)
_STEPS: Final = 4096
_ENCODED: Final = (255 * (np.arange(_STEPS) / (_STEPS - 1)) ** (1 / GAMMA)).astype(np.float32)
_SLACK: Final = 48
"""The noise field is larger than a picture by this; each picture sees another cut of it."""


def linear(picture: Rgb | Gray) -> Light:
    """Of an encoded picture, any shape."""
    return np.asarray(_LINEAR[picture], np.float32)


def encoded(light: Light) -> Rgb | Gray:
    """As a picture, any shape; more light than white is white."""
    return np.rint(_ENCODED[np.clip(light * (_STEPS - 1), 0, _STEPS - 1).astype(np.uint16)]).astype(np.uint8)


def near_infrared(red: Light) -> Light:
    """Light at 850 nm of what shines red by so much: skin of any colour is bright, lips and irises lose theirs."""
    return np.asarray(0.9 * np.power(red, 0.55), np.float32)


@dataclass(frozen=True, slots=True)
class Lens:
    """`focal` in pixels; `focus` in mm; `blur` is the lens's own, as a deviation in pixels; `pupil` is the diameter in
    mm that sets what is out of focus; `fill` the light-sensitive share of a pixel's side (a sensor that skips lines
    has little); `noise` in grey levels; `quality` as libjpeg counts it; `balance` gains of red, green, blue."""

    focal: float = 554.0
    focus: float = 600.0
    blur: float = 0.6
    pupil: float = 1.2
    fill: float = 0.8
    noise: float = 2.5
    quality: int = 88
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    exposure: float = 1.0
    sharpening: float = 0.3

    @classmethod
    def drawn(cls, seed: int) -> Self:
        rng = np.random.default_rng((seed, 71))
        red, blue = (float(value) for value in rng.normal(1, 0.035, 2))
        return cls(
            focus=float(rng.uniform(420, 900)),
            blur=float(rng.uniform(0.4, 1.2)),
            pupil=float(rng.uniform(0.7, 1.7)),
            fill=float(rng.choice([0.35, 0.6, 0.9])),
            noise=float(rng.uniform(1.0, 4.0)),
            quality=int(rng.integers(78, 96)),
            balance=(red, 1.0, blue),
            exposure=float(rng.uniform(0.8, 1.25)),
            sharpening=float(rng.choice([0.0, 0.3, 0.7])),
        )

    def defocus(self, distance: float) -> float:
        """Deviation in pixels of the blur at `distance` mm: the circle of confusion is focal x pupil x |1/d - 1/f|."""
        return self.focal * self.pupil * abs(1 / distance - 1 / self.focus) / 4


class Sensor:
    """Light to pictures, with noise that differs from one to the next."""

    def __init__(self, lens: Lens, seed: int) -> None:
        self.lens = lens
        self._rng = np.random.default_rng((seed, 72))
        self._field: Light = np.zeros((0, 0), np.float32)

    def __call__(self, light: Light) -> Rgb:
        """(height, width, 3) light to RGB, (height, width) to grey."""
        lens = self.lens
        gains = np.float32(lens.exposure) * np.asarray(lens.balance if light.ndim == 3 else 1.0, np.float32)
        soft = cv2.GaussianBlur(light, (0, 0), lens.blur)
        seen = np.clip(soft * gains * np.float32(_STEPS - 1), 0, _STEPS - 1).astype(np.uint16)
        encoded: Any = _ENCODED[seen]
        if lens.sharpening:
            encoded += lens.sharpening * (encoded - cv2.GaussianBlur(encoded, (0, 0), 1.0))
        encoded += self._noise(encoded.shape)
        picture = np.clip(np.rint(encoded), 0, 255).astype(np.uint8)
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, lens.quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)

    def _noise(self, shape: tuple[int, ...]) -> Light:
        height, width = shape[:2]
        if (
            self._field.shape[0] < height + _SLACK
            or self._field.shape[1] < width + _SLACK
            or self._field.shape[2:] != shape[2:]
        ):
            larger = (height + _SLACK, width + _SLACK, *shape[2:])
            self._field = self._rng.standard_normal(larger, np.float32) * np.float32(self.lens.noise)
        y, x = (int(value) for value in self._rng.integers(0, _SLACK, 2))
        return self._field[y : y + height, x : x + width]
