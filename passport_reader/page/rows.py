"""Finds rows of print in a level picture, and the pitch of their characters.

A row is found as a whole: its ink is summed along straight lines, so that a gap made by glare or wear costs it little.
Its pitch is found as a wave: the ink of characters at a fixed pitch (Doc 9303-3 §4.5) has one strong frequency, which
perspective stretches evenly from one end to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from passport_reader.page.ink import Floats, Singles

ROW_PITCHES = 6.35 / 2.54
"""From one row's middle to the next, in pitches (Doc 9303-3 §4.5)."""
_BANDS = (14.0, 18.0, 23.0, 29.0)
"""Pitches tried for a row's height; each serves 13 % up and down."""
_BLOCK = 50  # pixels: short enough that a row stays in its band, long enough for three characters
_STEP = 2  # pixels between lines tried
_SLOPES = np.linspace(-0.12, 0.12, 17)
_MOST_ROWS = 8  # of one band: the visual zone has as many
_PITCHES = np.geomspace(11.5, 34.0, 150)
_BENDS = np.linspace(-3.4e-4, 3.4e-4, 35)
"""A pixel: perspective makes characters at one end of a row up to half as large again as in its middle."""
_ASIDE = (4, 4)  # pitches and bends between the rows of a zone

Complex = npt.NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Row:
    """A straight run of print in the level picture: its middle line is y = height + slope · (x − width / 2)."""

    strength: float
    height: float
    slope: float
    band: float
    """The pitch it was found with."""


@dataclass(frozen=True, slots=True)
class Pitch:
    """Where a row's characters stand: column(x) = x / (1 - bend · x) / pitch - phase.

    `x` is counted from the picture's middle. That is how a straight row of even pitch is seen in any perspective.
    """

    strength: float
    """Of the wave, 0 to 1: what share of the ink keeps to it."""
    pitch: float
    bend: float
    phase: float

    def column(self, x: Floats) -> Floats:
        return np.asarray(x / (1 - self.bend * x) / self.pitch - self.phase, np.float64)

    def place(self, column: Floats) -> Floats:
        """The inverse of `column`."""
        even = (column + self.phase) * self.pitch
        return np.asarray(even / np.maximum(1 + self.bend * even, 0.1), np.float64)


def rows(ink: Singles) -> list[Row]:
    """Rows of print of every size, the strongest of each size first."""
    return [row for band in _BANDS for row in _rows_of(ink, band)]


def _rows_of(ink: Singles, band: float) -> list[Row]:
    """Lines whose band holds more ink than what lies above and below, strongest first, none upon another."""
    summed = _line_sums(_contrast(ink, band))
    found: list[Row] = []
    reach = int(0.8 * band / _STEP)
    for _ in range(_MOST_ROWS):
        slope, place = np.unravel_index(int(summed.argmax()), summed.shape)
        strength = float(summed[slope, place])
        if strength <= 0 or (found and strength < 0.2 * found[0].strength):
            break
        found.append(Row(strength, float(place * _STEP), float(_SLOPES[slope]), band))
        summed[:, max(0, place - reach) : place + reach + 1] = 0
    return found


def _contrast(ink: Singles, band: float) -> Singles:
    """(lines, blocks): ink of a band one capital high, less that of the gaps beside it."""
    blocks = ink.shape[1] // _BLOCK
    profile = np.add.reduceat(ink[:, : blocks * _BLOCK], np.arange(0, blocks * _BLOCK, _BLOCK), axis=1) / _BLOCK
    tall, gap = int(band * 0.9) | 1, int(band * 2.3) | 1
    inside = cv2.blur(profile, (1, tall), borderType=cv2.BORDER_CONSTANT)
    around = cv2.blur(profile, (1, gap), borderType=cv2.BORDER_CONSTANT)
    share = tall / gap
    beside = (around - share * inside) / (1 - share)
    return np.asarray(np.clip(inside - 1.2 * beside, -0.05, 0.30), np.float32)


def _line_sums(contrast: Singles) -> Singles:
    """(slopes, lines): summed along every line tried."""
    height, blocks = contrast.shape
    centres = (np.arange(blocks) + 0.5 - blocks / 2) * _BLOCK
    starts = np.arange(0, height, _STEP)
    places = np.rint(starts[None, :, None] + _SLOPES[:, None, None] * centres).astype(np.int64)
    inside = (places >= 0) & (places < height)
    taken = contrast[np.clip(places, 0, height - 1), np.arange(blocks)]
    return np.asarray(np.where(inside, taken, 0).sum(axis=2), np.float32)


def profile(ink: Singles, height: float, slope: float, band: float) -> Singles:
    """Ink across a row, for each x of the picture: the mean over one capital's height about the row's middle."""
    tall = round(band)
    width = ink.shape[1]
    # From the strip's pixel to the picture's: straight down the row's middle line.
    shear = np.array([[1, 0, 0], [slope, 1, height - slope * width / 2 - (tall - 1) / 2]], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(ink, shear, (width, tall), flags=flags).mean(axis=0), np.float32)


@dataclass(frozen=True, slots=True)
class Waves:
    """How strongly a row's profile follows each wave: `response` (pitches, bends), complex, of `ink` in all."""

    response: Complex
    ink: float

    def best(self) -> Pitch:
        row, column = np.unravel_index(int(np.abs(self.response).argmax()), self.response.shape)
        return self.at(int(row), int(column))

    def at(self, row: int, column: int) -> Pitch:
        peak = self.response[row, column]
        strength = float(abs(peak)) / (self.ink + 1e-6)
        return Pitch(strength, float(_PITCHES[row]), float(_BENDS[column]), float(-np.angle(peak) / (2 * np.pi)))


def waves_of(across: Singles, band: float) -> Waves:
    """Of a row's profile; only pitches near the row's height are looked at."""
    pairs = across[: len(across) // 2 * 2].reshape(-1, 2).mean(axis=1)
    capped = np.minimum(pairs, max(float(np.percentile(pairs, 92)), 1e-4))
    smooth = cv2.blur(capped[None], (int(1.2 * band), 1))[0]
    waved, before, share, weight = _waves(len(pairs))
    print_only = np.append(capped - smooth, 0)
    evened = (print_only[before] * (1 - share) + print_only[before + 1] * share) * weight
    near = _near(band)
    response = np.zeros((len(_PITCHES), len(_BENDS)), np.complex64)
    response[near] = waved[near] @ evened
    return Waves(response, float(capped.sum()))


def _near(band: float) -> slice:
    low, high = np.searchsorted(_PITCHES, [0.82 * band, 1.22 * band])
    return slice(int(low), int(high))


def pitches_of(rows: Sequence[Waves]) -> list[Pitch]:
    """Of the rows of one zone: the wave all follow best, then each row's own best beside it.

    Perspective changes the pitch from row to row by less than it does along a row; glare on one row may tell any.
    """
    together = np.sum([np.abs(row.response) / (row.ink + 1e-6) for row in rows], axis=0)
    top, left = (int(place) for place in np.unravel_index(int(together.argmax()), together.shape))
    first, last = max(0, top - _ASIDE[0]), max(0, left - _ASIDE[1])
    beside = (slice(first, top + _ASIDE[0] + 1), slice(last, left + _ASIDE[1] + 1))
    found = []
    for row in rows:
        own = np.abs(row.response[beside])
        down, right = (int(place) for place in np.unravel_index(int(own.argmax()), own.shape))
        found.append(row.at(first + down, last + right))
    return found


@cache
def _waves(length: int) -> tuple[Complex, npt.NDArray[np.int64], Singles, Singles]:
    """Of every pitch (pitches, places). Then, to take perspective out, for each place and bend (places, bends): which
    value of a profile (one in two pixels) lies there, the share the next value has, and how much both weigh.
    """
    even = np.arange(-1.2 * length, 1.2 * length, 2.0)[:, None]
    waved = np.exp(-2j * np.pi * even.T / _PITCHES[:, None]).astype(np.complex64)
    stretch = 1 / (1 + _BENDS * even)
    at = (even * stretch + length) / 2 - 0.25
    inside = (at >= 0) & (at < length - 1)
    before = np.where(inside, np.floor(at), 0).astype(np.int64)
    weight = np.where(inside, stretch**2, 0)
    return waved, before, (at - before).astype(np.float32), weight.astype(np.float32)
