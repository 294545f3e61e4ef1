"""What quality is made of: measures of a print, named after the quality components of ISO/IEC 29794-4 (NFIQ 2, NIST
IR 8382), taken from what extraction has already computed.

They follow the idea of each component, not its letter: NFIQ 2 cuts blocks of 32 px and looks at each alone, here the
filtered ridges are at hand and say where a ridge should be. So the figures are not those NFIQ 2 would print.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.finger.enhance import Map, Mask, Orientation
from biometrics.finger.gabor import Response
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.parameters import CELL, MM

MM2_PER_CELL: Final = (CELL * MM) ** 2
NEAR: Final = 2.0
"""Cells over which shares of pixels are averaged: about a ridge period, so that each has seen ridge and valley."""
APART: Final = 4
"""Cells, 16 px, between two places whose directions are compared: NFIQ 2 compares neighbouring blocks."""
WORST_SHARE: Final = 0.1
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measures:
    """All of them over the region of interest, the print's area as extraction sees it."""

    region_of_interest_area: float = 0.0
    """mm²; a fingertip pressed flat gives 130 to 280."""
    region_of_interest_mean: float = 0.0
    """Mean grey level, 0 black to 255."""
    contrast: float = 0.0
    """Grey levels between the 10th and the 90th percentile."""
    orientation_certainty_level: float = 0.0
    """0 to 1: 1 less the ratio of the smaller to the larger eigenvalue of the unfiltered print's gradients, in the
    mean."""
    local_clarity_score: float = 0.0
    """0.5 to 1: share of pixels on the side, ridge or valley, on which the filtered ridges have them, in the worst
    tenth of the print."""
    frequency_domain_analysis: float = 0.0
    """0 to 1: share of the local contrast's energy that is one wave, of the ridges' frequency."""
    ridge_valley_uniformity: float = 1.0
    """0 to 0.5, deviation over the print of the share of dark pixels: 0 where ridges are everywhere as wide."""
    orientation_flow: float = 0.0
    """Root mean square of the turn of ridges over 16 px, radians."""
    minutiae_count: int = 0
    minutiae_quality: float = 0.0
    """0 to 1, in the mean: amplitude and coherence of the filtered ridges there."""
    ridge_share: float = 0.5
    """0 to 1: dark pixels' share, by the local mean grey. No component: it tells advice apart, as the rest do."""
    eccentricity: float = 0.0
    """0 centred to 1: how far the print's middle lies from the image's, as a share of its half size."""
    tip: float = 0.0
    """The same towards the upper edge alone, -1 to 1."""
    smear: float = 0.0
    """0 to 1: how much of the ridges' strength is explained by their direction. Ridges along a movement stay, ridges
    across it blur."""
    lost: float = 0.0
    """0 to 1: share of what was seen as print at first in which no ridges were found."""


def measured(
    grey: Gray, normalised: Map, mask: Mask, rough: Orientation, field: Orientation, ridges: Response,
    amplitude: Map, area: Mask, kept: Minutiae,
) -> Measures:  # fmt: skip
    """`grey` as it came at 500 dpi; `normalised` and `ridges` of its padded pixels, everything else on its cells."""
    inside = area > 0
    count = int(np.count_nonzero(inside))
    if not count:
        return Measures()
    wide = area.repeat(CELL, 0).repeat(CELL, 1)
    dark = normalised > 0
    clear, ridge = _near(dark == (ridges.even > 0))[inside], _near(dark)[inside]
    mean, contrast = _grey_levels(grey, wide)
    coherence = np.clip(rough.coherence[inside], 0, 1)
    strength = amplitude[inside]
    across, down = _offset(inside, grey.shape)
    return Measures(
        region_of_interest_area=count * MM2_PER_CELL,
        region_of_interest_mean=mean,
        contrast=contrast,
        orientation_certainty_level=float((2 * coherence / (1 + coherence)).mean()),
        local_clarity_score=float(np.partition(clear, int(WORST_SHARE * count))[int(WORST_SHARE * count)]),
        frequency_domain_analysis=_one_wave(normalised, strength, wide),
        ridge_valley_uniformity=float(ridge.std()),
        orientation_flow=_flow(field, inside),
        minutiae_count=len(kept),
        minutiae_quality=float(kept.quality.mean()) if len(kept) else 0.0,
        ridge_share=float(ridge.mean()),
        eccentricity=max(abs(across), abs(down)),
        tip=-down,
        smear=_smear(strength, field.cosine[inside], field.sine[inside]),
        lost=1 - min(count / max(int(np.count_nonzero(mask)), 1), 1.0),
    )


def _near(flags: Flags) -> Map:
    """Share of pixels, 0 to 1, around each cell."""
    height, width = flags.shape
    octets = flags.view(np.uint8) * np.uint8(255)
    share = cv2.resize(octets, (width // CELL, height // CELL), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(share, (0, 0), NEAR) / np.float32(255), np.float32)


def _grey_levels(grey: Gray, wide: Mask) -> tuple[float, float]:
    """Mean, and the range from the 10th to the 90th percentile."""
    height, width = grey.shape
    levels = cv2.calcHist([grey], [0], np.ascontiguousarray(wide[:height, :width]), [256], [0, 256]).ravel()
    below = np.cumsum(levels, dtype=np.float64)
    low, high = np.searchsorted(below, (0.1 * below[-1], 0.9 * below[-1]))
    return float(levels @ np.arange(256) / max(below[-1], 1)), float(high - low)


def _one_wave(normalised: Map, strength: Map, wide: Mask) -> float:
    energy = cv2.norm(normalised, cv2.NORM_L2SQR, wide) / CELL**2
    return float(min(float(strength @ strength) / 2 / max(energy, 1e-6), 1.0))


def _flow(field: Orientation, inside: Flags) -> float:
    """From the chord between doubled angles, which is twice their halves' difference where that is small."""
    squares, cells = 0.0, 0
    for cosine, sine, seen in ((field.cosine, field.sine, inside), (field.cosine.T, field.sine.T, inside.T)):
        both = seen[APART:] & seen[:-APART]
        across = (cosine[APART:] - cosine[:-APART])[both]
        down = (sine[APART:] - sine[:-APART])[both]
        squares, cells = squares + float(across @ across + down @ down), cells + len(across)
    return math.sqrt(squares / max(cells, 1)) / 2


def _offset(inside: Flags, shape: tuple[int, ...]) -> tuple[float, float]:
    """Of the print's middle to the right of the image's and below it, as shares of its half size."""
    height, width = shape
    columns, rows = inside.sum(axis=0), inside.sum(axis=1)
    x = float(columns @ np.arange(len(columns)) / columns.sum() + 0.5) * CELL
    y = float(rows @ np.arange(len(rows)) / rows.sum() + 0.5) * CELL
    return 2 * x / width - 1, 2 * y / height - 1


def _smear(strength: Map, cosine: Map, sine: Map) -> float:
    """Squared multiple correlation of strength with the doubled angle."""
    table = np.stack([strength, cosine, sine]).astype(np.float64)
    table -= table.mean(axis=1, keepdims=True)
    products = table @ table.T
    explained = products[0, 1:] @ np.linalg.pinv(products[1:, 1:]) @ products[0, 1:]
    return float(np.clip(explained / max(products[0, 0], 1e-9), 0, 1))
