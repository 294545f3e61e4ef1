"""A Gabor filter that bends with the ridges (Gottschlich, "Curved-region-based ridge frequency estimation and curved
Gabor filters", IEEE TIP 2012), made separable: first an even and an odd profile across the ridge, then an average of
both along the streamline.

Even and odd responses are the cosine and the negative sine of one wave's phase, `even + i odd = amplitude · exp(-i
phase)`: the phase is 0 on a ridge's crest and grows across it, along the tangent turned a quarter clockwise as seen.
Which way that is depends on which way the tangent points, so whoever walks along a ridge carries that sign along.

Averaging along the streamline is what lifts ridges out of dirt: pores, creases and noise do not go on for several
pixels along a ridge, ridges do. A straight filter would blur them where they bend, most of all around cores.

A wave is known between its samples: a step across turns its phase by the ridge frequency. So the first pass may look
at every second pixel only, and the streamline's points are read from the nearest sample, turned to where they lie.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single
from biometrics.finger.enhance import Map, Mask, Orientation
from biometrics.finger.parameters import Parameters

FREQUENCIES = 41
"""Profiles kept ready, evenly between the lowest and highest frequency: steps of 0.35 ridges in 100 px."""
REACH = 13
"""Half length of the longest profile: 2.4 sigma of a 12 px ridge; longer periods are cut there."""
EDGE = 4
"""Samples around the image, more than a step along the ridge."""


@dataclass(frozen=True, slots=True)
class Response:
    """The filtered print: wave and unit tangent (image axes) at every `spacing`th pixel, each way. Sample (row, column)
    lies at pixel `spacing · column + (spacing - 1) / 2`, and so for rows."""

    even: Map
    odd: Map
    tangent_x: Map
    tangent_y: Map
    spacing: int

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
    """For ridge frequencies from `lowest` to `highest`, ridges a pixel: a Gaussian of `sigma` periods times cosine and
    sine (a Gabor filter's quadrature pair; Daugman, JOSA A 1985). The even one has no mean, so that flat grey gives
    nothing, as the odd one has none already; both answer 1 to their own wave."""
    offset = np.arange(-REACH, REACH + 1)
    evens, odds, reaches = [], [], []
    for ridges in np.linspace(lowest, highest, FREQUENCIES):
        reach = min(REACH, math.ceil(2.4 * sigma / ridges))
        envelope = np.exp(-(offset**2) / (2 * (sigma / ridges) ** 2)) * (np.abs(offset) <= reach)
        cosine, sine = np.cos(2 * np.pi * ridges * offset), np.sin(2 * np.pi * ridges * offset)
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
    spacing: int,
    length: float,
    step: float,
    p: Parameters,
) -> Response:
    """Filter `source` (normalised) inside `mask`, at every `spacing`th pixel. `length` and `step` are pixels along the
    streamline to either side: half of it is the sigma of its weights. `field` and `mask` are on cells, `frequency`
    (ridges a pixel) is on blocks; outside the mask the answer is 0."""
    height, width = source.shape[0] // spacing, source.shape[1] // spacing
    size = (width, height)
    inside = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    ridges = np.asarray(cv2.resize(frequency, size, interpolation=cv2.INTER_LINEAR), np.float32)
    lowest, highest = 1 / p.longest_period, 1 / p.shortest_period
    bank = profiles(lowest, highest, p.across_sigma)
    margin = REACH + 3
    wide = np.asarray(cv2.copyMakeBorder(source, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.float32)
    wave = np.zeros((height + 2 * EDGE, width + 2 * EDGE, 4), np.float32)
    image = wave[EDGE:-EDGE, EDGE:-EDGE]
    image[..., 2], image[..., 3] = _tangents(field, size)
    first, finer = single(margin + (spacing - 1) / 2), single((FREQUENCIES - 1) / (highest - lowest))
    _across(wide, spacing, first, ridges, single(lowest), finer, inside, bank.even, bank.odd, bank.reach, image)
    steps = round(length / step)
    weights = np.exp(-(np.arange(steps + 1) ** 2) / (2 * (steps / 2) ** 2)).astype(np.float32)
    even, odd = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    _along(wave, ridges, single(2 * math.pi * spacing), weights, single(step / spacing), even, odd)
    return Response(even, odd, image[..., 2], image[..., 3], spacing)


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
    column, row = np.uint32(np.int32(x)), np.uint32(np.int32(y))  # unsigned: an index that need not be tried for < 0
    right, down = x - single(np.int32(x)), y - single(np.int32(y))
    beside, below = np.uint32(column + np.uint32(1)), np.uint32(row + np.uint32(1))
    upper = values[row, column] + right * (values[row, beside] - values[row, column])
    lower = values[below, column] + right * (values[below, beside] - values[below, column])
    return upper + down * (lower - upper)  # type: ignore[no-any-return]  # a numpy scalar is a float here


@compiled
def _across(
    wide: Map,
    spacing: int,
    first: float,
    ridges: Map,
    lowest: float,
    finer: float,
    inside: Mask,
    evens: Map,
    odds: Map,
    reaches: npt.NDArray[np.int64],
    wave: Map,
) -> None:
    """Profiles along the normal of every sample inside, into `wave`'s first two channels; the other two hold the
    tangent, and lose it outside. A sample's profile is the nearest to its frequency, of those from `lowest` on, `finer`
    to a ridge a pixel. `wide` is the print with a margin for their ends; the first sample lies at (`first`, `first`) in
    it. The odd profile turns its sign from one side of the ridge to the other."""
    height, width = inside.shape
    half = single(0.5)
    for y in range(height):
        for x in range(width):
            if inside[y, x] == 0:
                wave[y, x, 2] = wave[y, x, 3] = 0
                continue
            normal_x, normal_y = -wave[y, x, 3], wave[y, x, 2]
            profile = min(max(int((ridges[y, x] - lowest) * finer + half), 0), FREQUENCIES - 1)
            centre_x, centre_y = first + single(x * spacing), first + single(y * spacing)
            even = evens[profile, REACH] * _bilinear(wide, centre_x, centre_y)
            odd = single(0)
            for v in range(1, reaches[profile] + 1):
                dx, dy = single(v) * normal_x, single(v) * normal_y
                ahead = _bilinear(wide, centre_x + dx, centre_y + dy)
                behind = _bilinear(wide, centre_x - dx, centre_y - dy)
                even += evens[profile, REACH + v] * (ahead + behind)
                odd += odds[profile, REACH + v] * (ahead - behind)
            wave[y, x, 0] = even
            wave[y, x, 1] = odd


@compiled
def _along(wave: Map, ridges: Map, turn: float, weights: Map, step: float, even: Map, odd: Map) -> None:
    """Weighted means over the streamline through every sample, both ways, until it leaves the mask.

    `wave` holds even, odd and the tangent side by side: one line of the processor's cache for each step. There is no
    tangent outside the mask, nor in the `EDGE` around the image, which is wider than a step (`step` is in samples).
    Where a tangent points against the way, its odd part has the other sign (`same`), and all of it has on the way back
    (`way`). The streamline passes beside its nearest samples: even + i odd is turned by the phase between, which from
    one sample to the next across the ridge is `turn` times the ridges a pixel.
    """
    height, width = even.shape
    half, one = single(0.5), single(1)
    for y in range(height):
        for x in range(width):
            start = wave[y + EDGE, x + EDGE]
            if start[2] == 0 and start[3] == 0:
                continue
            sum_even, sum_odd, total = weights[0] * start[0], weights[0] * start[1], weights[0]
            beside = turn * ridges[y, x]
            for way in (one, -one):
                dx, dy = way * start[2] * step, way * start[3] * step
                px, py = single(x + EDGE), single(y + EDGE)
                for k in range(1, len(weights)):
                    px += dx
                    py += dy
                    column, row = np.int32(px + half), np.int32(py + half)
                    here = wave[np.uint32(row), np.uint32(column)]
                    here_even, here_odd, tangent_x, tangent_y = here[0], here[1], here[2], here[3]
                    if tangent_x == 0 and tangent_y == 0:
                        break
                    same = one if tangent_x * dx + tangent_y * dy >= 0 else -one
                    phase = beside * ((py - single(row)) * tangent_x - (px - single(column)) * tangent_y)
                    square = phase * phase  # at most a quarter turn: two terms of each series do
                    cosine = one - square * (half - square * single(1 / 24))
                    sine = phase * (one - square * single(1 / 6))
                    sum_even += weights[k] * (here_even * cosine + here_odd * sine)
                    sum_odd += weights[k] * same * way * (here_odd * cosine - here_even * sine)
                    total += weights[k]
                    dx, dy = same * tangent_x * step, same * tangent_y * step
            even[y, x] = sum_even / total
            odd[y, x] = sum_odd / total
