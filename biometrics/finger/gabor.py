"""A Gabor filter that bends with the ridges (Gottschlich, "Curved-region-based ridge frequency estimation and curved
Gabor filters", IEEE TIP 2012), made separable: first an even and an odd profile across the ridge, then an average of
both along the streamline.

Even and odd responses are the cosine and sine parts of one wave, `amplitude · exp(i phase)`: the phase is 0 on a
ridge's crest and grows across it. The sign of the odd part depends on which way the tangent points, so whoever walks
along a ridge carries that sign along.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.finger.compiled import compiled
from biometrics.finger.enhance import Map, Mask, Orientation
from biometrics.finger.parameters import Parameters

FREQUENCIES = 41
"""Profiles kept ready, evenly between the lowest and highest frequency: steps of 0.35 ridges in 100 px."""
REACH = 13
"""Half length of the longest profile: 2.4 sigma of a 12 px ridge; longer periods are cut there."""


@dataclass(frozen=True, slots=True)
class Response:
    """The filtered print, at the pass's resolution: wave and unit tangent (image axes) at every pixel."""

    even: Map
    odd: Map
    tangent_x: Map
    tangent_y: Map

    @property
    def amplitude(self) -> Map:
        return np.asarray(cv2.magnitude(self.even, self.odd), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Shape (frequencies, 2 REACH + 1): even and odd filters across a ridge; `reach` is where each one ends."""

    even: Map
    odd: Map
    reach: npt.NDArray[np.int64]


@lru_cache(maxsize=8)
def profiles(lowest: float, highest: float, sigma: float) -> Profiles:
    """Gaussian of `sigma` periods times cosine and sine; the even one has no mean; both answer 1 to their own wave."""
    offset = np.arange(-REACH, REACH + 1)
    evens, odds, reaches = [], [], []
    for line in np.linspace(lowest, highest, FREQUENCIES):
        reach = min(REACH, math.ceil(2.4 * sigma / line))
        envelope = np.exp(-(offset**2) / (2 * (sigma / line) ** 2)) * (np.abs(offset) <= reach)
        cosine, sine = np.cos(2 * np.pi * line * offset), np.sin(2 * np.pi * line * offset)
        even = envelope * cosine
        even -= envelope * even.sum() / envelope.sum()
        odd = envelope * sine
        evens.append(even / (even * cosine).sum())
        odds.append(odd / (odd * sine).sum())
        reaches.append(reach)
    return Profiles(np.array(evens, np.float32), np.array(odds, np.float32), np.array(reaches, np.int64))


def curved_gabor(
    source: Map,
    field: Orientation,
    frequency: Map,
    mask: Mask,
    *,
    halved: bool,
    length: float,
    step: float,
    p: Parameters,
) -> Response:
    """Filter `source` (normalised, at full resolution) inside `mask`; the response is at half resolution if `halved`.

    `length` and `step` are full-resolution pixels along the streamline to either side.
    """
    scale = 2 if halved else 1
    height, width = source.shape[0] // scale, source.shape[1] // scale
    size = (width, height)
    if halved:
        source = np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    inside = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    lines = np.asarray(cv2.resize(frequency * np.float32(scale), size, interpolation=cv2.INTER_LINEAR), np.float32)
    tangent_x, tangent_y = _tangents(field, size)
    lowest, highest = scale / p.longest_period, scale / p.shortest_period
    bank = profiles(lowest, highest, p.across_sigma)
    number = np.clip(np.rint((lines - lowest) * ((FREQUENCIES - 1) / (highest - lowest))), 0, FREQUENCIES - 1)
    margin = REACH + 2
    wide = np.asarray(cv2.copyMakeBorder(source, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.float32)
    wave = np.zeros((height, width, 4), np.float32)
    wave[..., 2], wave[..., 3] = tangent_x, tangent_y
    _across(wide, margin, number.astype(np.uint8), inside, bank.even, bank.odd, bank.reach, wave)
    steps = round(length / step)
    weights = np.exp(-(np.arange(steps + 1) ** 2) / (2 * (steps / 2) ** 2)).astype(np.float32)
    even, odd = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    _along(wave, inside, weights, cast("float", np.float32(step / scale)), even, odd)
    return Response(even, odd, tangent_x, tangent_y)


def _tangents(field: Orientation, size: tuple[int, int]) -> tuple[Map, Map]:
    """Unit tangents at every pixel; angles are interpolated doubled, so 0° and 180° are the same."""
    double = cv2.phase(
        cv2.resize(field.cosine, size, interpolation=cv2.INTER_LINEAR),
        cv2.resize(field.sine, size, interpolation=cv2.INTER_LINEAR),
    )
    x, y = cv2.polarToCart(np.ones_like(double), double * np.float32(0.5))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


@compiled
def _bilinear(values: Map, x: float, y: float) -> float:
    column, row = np.int32(x), np.int32(y)
    right, down = x - column, y - row
    upper = values[row, column] + right * (values[row, column + 1] - values[row, column])
    lower = values[row + 1, column] + right * (values[row + 1, column + 1] - values[row + 1, column])
    return upper + down * (lower - upper)  # type: ignore[no-any-return]  # a numpy scalar is a float here


@compiled
def _across(
    wide: Map,
    margin: int,
    number: Mask,
    inside: Mask,
    evens: Map,
    odds: Map,
    reaches: npt.NDArray[np.int64],
    wave: Map,
) -> None:
    """Profiles along the normal of every pixel inside, into `wave`'s first two channels; the other two hold the
    tangent. `wide` has a margin for their ends."""
    height, width = inside.shape
    for y in range(height):
        for x in range(width):
            if inside[y, x] == 0:
                continue
            normal_x, normal_y = -wave[y, x, 3], wave[y, x, 2]
            bank = number[y, x]
            centre_x, centre_y = np.float32(x + margin), np.float32(y + margin)
            even = evens[bank, REACH] * wide[y + margin, x + margin]
            odd = np.float32(0)
            for v in range(1, reaches[bank] + 1):
                dx, dy = np.float32(v) * normal_x, np.float32(v) * normal_y
                ahead = _bilinear(wide, centre_x + dx, centre_y + dy)
                behind = _bilinear(wide, centre_x - dx, centre_y - dy)
                even += evens[bank, REACH + v] * (ahead + behind)
                odd += odds[bank, REACH + v] * (ahead - behind)
            wave[y, x, 0] = even
            wave[y, x, 1] = odd


@compiled
def _along(wave: Map, inside: Mask, weights: Map, step: float, even: Map, odd: Map) -> None:
    """Weighted means over the streamline through every pixel, both ways, until it leaves the mask.

    `wave` holds even, odd and the tangent side by side: one line of the processor's cache for each step.
    """
    height, width = inside.shape
    half, one = np.float32(0.5), np.float32(1)
    for y in range(height):
        for x in range(width):
            if inside[y, x] == 0:
                continue
            sum_even, sum_odd = weights[0] * wave[y, x, 0], weights[0] * wave[y, x, 1]
            total = weights[0]
            for way in (one, -one):
                dx, dy = way * wave[y, x, 2] * step, way * wave[y, x, 3] * step
                px, py = np.float32(x) + half, np.float32(y) + half
                for k in range(1, len(weights)):
                    px += dx
                    py += dy
                    column, row = np.int32(px), np.int32(py)
                    if column < 0 or row < 0 or column >= width or row >= height or inside[row, column] == 0:
                        break
                    dx_here, dy_here = wave[row, column, 2] * step, wave[row, column, 3] * step
                    same = one if dx_here * dx + dy_here * dy >= 0 else -one
                    sum_even += weights[k] * wave[row, column, 0]
                    sum_odd += weights[k] * same * way * wave[row, column, 1]
                    total += weights[k]
                    dx, dy = same * dx_here, same * dy_here
            even[y, x] = sum_even / total
            odd[y, x] = sum_odd / total
