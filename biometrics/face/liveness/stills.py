"""What one picture tells: a screen's moiré, the colours and blacks of ink and glass, softness, highlights.

Each function takes the face's part of a frame, (height, width, 3) RGB, and returns a number; none needs training.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb

Levels = npt.NDArray[np.float32]

SPECTRUM: Final = 128
"""Side in pixels of the square whose spectrum is looked at, at the camera's own resolution: moiré lives there."""


def moire(face: Rgb) -> float:
    """log10 of the highest peak over the median of its ring, in brightness or in red minus blue; skin has 0.8 to 1.4.

    After Garcia and de Queiroz, "Face-spoofing 2D-detection based on Moiré-pattern analysis", TIFS 2015.
    """
    square = _middle(face, SPECTRUM).astype(np.float32)
    if min(square.shape[:2]) < SPECTRUM // 2:
        return float("nan")
    channels = square.mean(2), square[..., 0] - square[..., 2]
    return max(_peak(channel) for channel in channels)


def softness(face: Rgb) -> float:
    """log10 of the energy of detail of 1 to 2 pixels by that of 2 to 8: refocused copies lose the finest."""
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = cv2.GaussianBlur(grey, (0, 0), 0.8) - cv2.GaussianBlur(grey, (0, 0), 1.6)
    middle = cv2.GaussianBlur(grey, (0, 0), 1.6) - cv2.GaussianBlur(grey, (0, 0), 6.0)
    return float(np.log10((fine.var() + 0.05) / (middle.var() + 0.05)))


def black_level(face: Rgb) -> float:
    """Levels of the darkest hundredth (pupils, nostrils, lashes) by the median: ink and glass do not get as dark."""
    bright = cv2.GaussianBlur(face, (0, 0), 0.8).max(2)
    return float(np.percentile(bright, 1) / max(float(np.median(bright)), 1.0))


def saturation(face: Rgb) -> float:
    """Median chroma of the face by its brightness, in CIELAB, per cent."""
    lab = cv2.cvtColor(_small(face), cv2.COLOR_RGB2LAB).astype(np.float32)
    chroma = np.hypot(lab[..., 1] - 128, lab[..., 2] - 128)
    return float(100 * np.median(chroma) / max(float(np.median(lab[..., 0])), 1.0))


def hue(face: Rgb) -> float:
    """Median hue in CIELAB in degrees; skin of every colour lies about 50, a display's light is bluer."""
    lab = cv2.cvtColor(_small(face), cv2.COLOR_RGB2LAB).astype(np.float32)
    return float(np.degrees(np.arctan2(np.median(lab[..., 2]) - 128, np.median(lab[..., 1]) - 128)))


def highlight(face: Rgb) -> float:
    """Share of the face that is nearly white and hardly coloured: glass, gloss, an overdriven display; per cent."""
    small = _small(face)
    low = small.min(2)
    return float(100 * (low > 225).mean())


def variety(face: Rgb) -> float:
    """Deviation of chroma over the face: living skin has red cheeks and lips, shadows and blood; per cent."""
    lab = cv2.cvtColor(_small(face), cv2.COLOR_RGB2LAB).astype(np.float32)
    return float(100 * np.hypot(lab[..., 1].std(), lab[..., 2].std()) / max(float(np.median(lab[..., 0])), 1.0))


def _small(face: Rgb) -> Rgb:
    return np.asarray(cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)


def _middle(face: Rgb, side: int) -> Rgb:
    height, width = face.shape[:2]
    top, left = max(0, (height - side) // 2), max(0, (width - side) // 2)
    return face[top : top + side, left : left + side]


def _peak(channel: Levels) -> float:
    flat = channel - cv2.GaussianBlur(channel, (0, 0), 3)
    window = np.outer(np.hanning(channel.shape[0]), np.hanning(channel.shape[1])).astype(np.float32)
    power = cv2.dft(np.ascontiguousarray(_padded(flat * window)), flags=cv2.DFT_COMPLEX_OUTPUT)
    half = (power[..., 0] ** 2 + power[..., 1] ** 2)[:, : SPECTRUM // 2]
    smooth = cv2.blur(half, (3, 3))
    medians = np.array([np.median(smooth[ring]) for ring in _RINGS]) + 1.0
    highest = np.array([smooth[ring].max() for ring in _RINGS])
    return float(np.log10(max(float(np.max(highest / medians)), 1.0)))


def _padded(values: Levels) -> Levels:
    out = np.zeros((SPECTRUM, SPECTRUM), np.float32)
    out[: values.shape[0], : values.shape[1]] = values
    return out


def _rings() -> list[npt.NDArray[np.bool_]]:
    """Four cycles wide, from 0.12 to 0.5 cycles a pixel."""
    y = np.fft.fftfreq(SPECTRUM)[:, None] * SPECTRUM
    x = np.arange(SPECTRUM // 2)[None, :]
    radius = np.hypot(x, y)
    return [np.asarray((radius >= low) & (radius < low + 6)) for low in range(16, 62, 6)]


_RINGS: Final = _rings()
