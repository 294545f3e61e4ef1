"""Cues to a presentation attack (ISO/IEC 30107-1) in one picture of a print: findings for an officer, no verdict.

Each cue measures what skin under a scanner has within limits. `LIMITS` were set on 760 bona fide prints (FVC2004
DB1-3 B and U.are.U; DB4 is synthetic itself) so that no scanner has more than 2 % with any finding; at 80 prints a
scanner those are the extremes that were met. The benchmark `finger_liveness` prints what limits set on other fingers
and on other scanners do (0 to 36 % findings, so they must be set anew for another scanner), and what simulated
instruments get past. Instruments were only ever simulated, which says nothing about real ones: there is no claim of
ISO/IEC 30107-3 conformance, and a finding is a reason to look, never one to refuse.

Tried and left out for noticing next to nothing: spread of the ridges' width, of their darkness, and round blobs, of
which wet skin leaves more than the simulated casts do.

After the cues of Coli, Marcialis and Roli ("Vitality detection from fingerprint images: a critical survey", ICB 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import FingerImage, Gray
from biometrics.finger.extract import extract
from biometrics.finger.image import at_working_resolution
from biometrics.finger.parameters import CELL, DEFAULT, DPI

Flags = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.float32]


class Cue(StrEnum):
    NOISE = "noise"
    """Finest diagonal wavelet, median deviation, % of contrast: dots, powder and pixels are above skin's."""
    GRAIN = "grain"
    """Deviation along the ridges finer than 1.5 px, % of contrast: pores and sweat; a cast has lost them."""
    SOFTNESS = "softness"
    """Pixels from ridge to valley at the steepest tenth of the edges: casts round them, prints on paper cut them."""
    MIDTONES = "midtones"
    """% of the print between black and white: a copy has few, a display many."""
    PERIODICITY = "periodicity"
    """Highest spectral peak at 2 to 5 px a period over its ring's median, powers of ten: halftone, a display."""


class Range(NamedTuple):
    low: float
    usual: float
    high: float


LIMITS: Final[Mapping[Cue, Range]] = {
    Cue.NOISE: Range(1.82, 4.87, 8.90),
    Cue.GRAIN: Range(8.31, 15.54, 45.10),
    Cue.SOFTNESS: Range(1.27, 2.16, 2.96),
    Cue.MIDTONES: Range(12.61, 34.82, 58.46),
    Cue.PERIODICITY: Range(0.94, 1.56, 2.83),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One cue of one print: `value` in the cue's own unit; `score` 100 as usual, under 50 outside the limits."""

    cue: Cue
    value: float
    limits: Range

    @property
    def score(self) -> int:
        low, usual, high = self.limits
        reach = (high if self.value >= usual else low) - usual
        return round(100 * min(max(1 - (self.value - usual) / reach / 2, 0.0), 1.0))

    @property
    def raised(self) -> bool:
        """A reason to look."""
        return not self.limits.low <= self.value <= self.limits.high


def findings(image: FingerImage | Gray, dpi: int = DPI) -> tuple[Finding, ...]:
    """Every cue in the order of `Cue`, raised or not; none at all where there are under 10 mm² of ridges to measure.
    `dpi` is used for a bare array. Raises `UnusableImage` for what is no print."""
    view = _viewed(at_working_resolution(image, dpi))
    if view is None:
        return ()
    return tuple(Finding(cue, measure(view), LIMITS[cue]) for cue, measure in MEASURES.items())


@dataclass(frozen=True, slots=True)
class View:
    """`grey` 0 to 255 at 500 dpi; where print is, and in it the crests of ridges. `contrast`: levels from crest to
    valley."""

    grey: Levels = field(repr=False)
    inside: Flags = field(repr=False)
    crest: Flags = field(repr=False)
    contrast: float


_LEAST: Final = 4000
"""Pixels of print, 10 mm²: enough for quantiles."""
_CREST, _VALLEY = 0.6, 2.5
"""Radians of ridge phase from the crest: the middle fifth of a ridge, and of a valley."""
_FLATTEST: Final = 4.0
"""Levels of contrast: less is noise, and no measure of anything."""


def _viewed(grey: Gray) -> View | None:
    steps: dict[str, npt.NDArray[np.generic]] = {}
    extract(grey, trace=steps.__setitem__)
    if "area" not in steps:
        return None
    here = np.s_[: grey.shape[0], : grey.shape[1]]
    inside = np.asarray(steps["area"], np.bool_).repeat(CELL, 0).repeat(CELL, 1)[here]
    phase = np.asarray(steps["phase"][here], np.float32)
    ridges = inside & (phase[..., 1] > DEFAULT.ridge_amplitude)
    crest, valley = ridges & (np.abs(phase[..., 0]) < _CREST), ridges & (np.abs(phase[..., 0]) > _VALLEY)
    if inside.sum() < _LEAST or not crest.any() or not valley.any():
        return None
    contrast = float(np.median(grey[valley])) - float(np.median(grey[crest]))
    return View(grey.astype(np.float32), inside, crest, max(contrast, _FLATTEST))


def _noise(view: View) -> float:
    """Donoho and Johnstone's estimate, from Haar's diagonal details."""
    grey = view.grey
    details = (grey[:-1, :-1] - grey[1:, :-1] - grey[:-1, 1:] + grey[1:, 1:]) / 2
    return 100 * float(np.median(np.abs(details[view.inside[:-1, :-1]]))) / 0.6745 / view.contrast


def _grain(view: View) -> float:
    fine = view.grey - _blurred(view.grey, 1.5)
    return 100 * float(fine[view.crest].std()) / view.contrast


def _softness(view: View) -> float:
    down, right = cv2.Scharr(view.grey, cv2.CV_32F, 0, 1), cv2.Scharr(view.grey, cv2.CV_32F, 1, 0)
    steepness = cv2.magnitude(down, right)[view.inside] / 32
    return view.contrast / max(float(np.percentile(steepness, 90)), 0.1)


def _midtones(view: View) -> float:
    levels = view.grey[view.inside]
    low, high = np.percentile(levels, (5, 95))
    share = (levels - low) / max(float(high - low), 1.0)
    return 100 * float(((share > 0.25) & (share < 0.75)).mean())


_SIDE: Final = 256
"""Pixels of the square whose spectrum is looked at."""
_RINGS: Final = range(13, 33)
"""Four cycles wide each, from 0.2 to 0.5 cycles a pixel: over the ridges' harmonics, under the sampling's limit."""


def _periodicity(view: View) -> float:
    fine = (view.grey - _blurred(view.grey, 3)) * _blurred(view.inside.astype(np.float32), 4)
    piece = _middle(fine, view.inside)
    window = np.outer(np.hanning(piece.shape[0]), np.hanning(piece.shape[1]))
    power = np.abs(np.fft.fftshift(np.fft.fft2(piece * window, (_SIDE, _SIDE)))) ** 2
    smooth = _blurred(np.asarray(power, np.float32), 1.0)
    peaks = [smooth[ring].max() / (np.median(smooth[ring]) + 1e-3) for ring in _rings()]
    return float(np.log10(max(*peaks, 1.0)))


def _middle(values: Levels, inside: Flags) -> Levels:
    """At most `_SIDE` square, about the print's centre of mass."""
    corner = [
        int(np.clip(at.mean() - _SIDE / 2, 0, max(0, length - _SIDE)))
        for at, length in zip(np.nonzero(inside), inside.shape, strict=True)
    ]
    return values[corner[0] : corner[0] + _SIDE, corner[1] : corner[1] + _SIDE]


def _rings() -> list[Flags]:
    y, x = np.mgrid[-_SIDE // 2 : _SIDE // 2, -_SIDE // 2 : _SIDE // 2]
    ring = np.rint(np.hypot(x, y) / 4)
    return [np.asarray(ring == number) for number in _RINGS]


def _blurred(values: Levels, sigma: float) -> Levels:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)


MEASURES: Final[Mapping[Cue, Callable[[View], float]]] = {
    Cue.NOISE: _noise,
    Cue.GRAIN: _grain,
    Cue.SOFTNESS: _softness,
    Cue.MIDTONES: _midtones,
    Cue.PERIODICITY: _periodicity,
}
