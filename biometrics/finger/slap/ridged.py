"""Where on a plate fingers touch, and how their ridges run: maps on cells of 4 px at 500 dpi.

Text, rules and writing on a card are ridges to a band-pass; they go because they are thin, a fingertip is 8 mm wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from biometrics.capture import Gray
from biometrics.finger import enhance
from biometrics.finger.enhance import Map, Mask
from biometrics.finger.parameters import CELL, DEFAULT, MM, Parameters

PER_MM: Final = 1 / (CELL * MM)
"""Cells in a millimetre."""
THIN: Final = 21
"""Cells, 4.3 mm: what is thinner was written or printed, or bridges two fingers. Tuned on invented slaps and on the
inked ones of the NIST's sample transactions."""
_SHARE: Final = 0.21
"""Of the energy's 98th percentile; the mask of a single print takes 0.13 of the 95th, of a picture mostly print."""
_SPREAD: Final = 1.3
"""Cells over which energy is averaged, half a ridge period: wider, and the paper between strokes fills up."""

_CONTRAST: Final = 40
"""Grey levels between paper and ink, below which nothing is a blot."""
_FINE: Final = 0.7
"""The same where creases and the seams between fingers are looked for, which are a millimetre wide."""


@dataclass(frozen=True, slots=True)
class Ridged:
    """`mask` 1 where skin touches; `energy` of ridges there as a share of the print's (about 1 inside); `cosine` and
    `sine` of twice the ridges' tangent, weighted by coherence. All on cells, of one shape."""

    mask: Mask
    energy: Map
    cosine: Map
    sine: Map


def ridged(grey: Gray, p: Parameters = DEFAULT) -> Ridged:
    """Of a slap at 500 dpi, dark on light. A blank one has an empty mask."""
    pixels = enhance.padded(grey)
    squares = _squares(pixels)
    energy = _spread(squares, _SPREAD)
    high = float(np.percentile(energy, 98))
    floor = max(_SHARE * high, p.mask_floor)
    solid = _solid(pixels)
    mask = ((energy > floor) | (_spread(solid, _SPREAD) > 0.5)).astype(np.uint8)
    mask[grey.shape[0] // CELL :] = 0
    mask[:, grey.shape[1] // CELL :] = 0
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc(3)), np.uint8)
    mask = enhance.without_holes(mask, smaller_than=round(2 * PER_MM * PER_MM))
    # paper beyond the edge, so that a rule along it stays thin
    wide = cv2.copyMakeBorder(mask, THIN, THIN, THIN, THIN, cv2.BORDER_CONSTANT, value=0)
    opened = cv2.morphologyEx(wide, cv2.MORPH_OPEN, disc(THIN))[THIN:-THIN, THIN:-THIN]
    opened = enhance.without_holes(np.ascontiguousarray(opened, np.uint8), smaller_than=round(40 * PER_MM * PER_MM))
    tensor = enhance.gradient_tensor(enhance.normalise(pixels, p), CELL, blur=p.tensor_blur)
    field = enhance.orientation(tensor, p.orientation_smoothing)
    inside = opened > 0
    level = float(np.median(energy[inside])) if inside.any() else 1.0
    return Ridged(
        opened,
        np.asarray(np.clip(np.maximum(_spread(squares, _FINE) / level, _spread(solid, _FINE)), 0, 1.5), np.float32),
        np.asarray(field.cosine * field.coherence, np.float32),
        np.asarray(field.sine * field.coherence, np.float32),
    )


def _squares(image: Map) -> Map:
    """Squared grey levels at ridge frequencies, on cells, as `enhance.band_energy` filters them."""
    height, width = image.shape
    half = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    slow = cv2.GaussianBlur(half, (0, 0), 3.0).repeat(2, 0).repeat(2, 1)
    band = cv2.GaussianBlur(image, (0, 0), 1.2) - slow
    return enhance.on_cells(np.asarray(band * band, np.float32))


def _solid(image: Map) -> Map:
    """0 to 1 on cells: how far from ridges to a blot it is dark, as wet or hard pressed skin is. Ridges alone
    darken half a cell's neighbourhood."""
    ink, paper = np.percentile(image[::4, ::4], (1, 90))
    if paper - ink < _CONTRAST:
        return np.zeros((image.shape[0] // CELL, image.shape[1] // CELL), np.float32)
    dark = (paper - cv2.GaussianBlur(enhance.on_cells(image), (0, 0), _FINE)) / (paper - ink)
    return np.asarray(np.clip((dark - 0.6) / 0.15, 0, 1), np.float32)


def _spread(squares: Map, sigma: float) -> Map:
    return np.asarray(np.sqrt(cv2.GaussianBlur(squares, (0, 0), sigma)), np.float32)


def disc(side: int) -> Mask:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)
