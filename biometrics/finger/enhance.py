"""From grey levels to ridges: contrast, foreground, orientation, frequency, and the curved Gabor filter's two passes.

Read from top to bottom this is the algorithm; `extract` calls the steps in this order:

1. `normalise`: local mean and deviation to 0 and 1 (Hong, Wan and Jain, PAMI 1998, made local), ridges positive.
2. `foreground`: where the energy at ridge frequencies is (a band-pass, as Thai, Huckemann and Gottschlich, 2016, do).
3. `gradient_tensor`, `orientation`: the structure tensor averaged in double angles (Bazen and Gerez, PAMI 2002).
4. `frequency`: the spectrum of the signature across the ridges (the x-signature of Hong, Wan and Jain).
5. `gabor.curved_gabor`, first pass: Gottschlich's curved Gabor filter (IEEE TIP 2012), made separable.
6. `reorientation`: orientation once more, from the ridges that the first pass found, and `narrowed`: where those are.
7. `gabor.curved_gabor`, second pass, along the better orientation and at full resolution.
8. `print_area`: where the second pass found ridges. Minutiae are then sought in its answer (`minutiae`).

A ridge has a direction but no sense: 10° and 190° are one. So angles are doubled before anything is averaged or
interpolated, and kept as cosine and sine of twice the angle: opposite senses then agree, and crossing ones cancel.

All arrays are float32 unless a docstring says otherwise. A cell is 4 px, a block 16 px.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray
from biometrics.compiled import compiled
from biometrics.finger.parameters import BLOCK, CELL, Parameters

Map = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]
"""1 where there is print, else 0."""
FAINT = np.float32(0.1)
"""Of normalised contrast: ridges of this amplitude have half the height of strong ones in `reorientation`."""
ADULT_PERIOD = 9
"""Pixels from ridge to ridge, about the mean: where an image tells nothing."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """Ridge tangents on cells: cosine and sine of twice the angle (image axes, y down), and coherence 0 to 1."""

    cosine: Map
    sine: Map
    coherence: Map


@dataclass(frozen=True, slots=True)
class Tensor:
    """Averaged gradient products on cells: `gx² - gy²`, `2 gx gy` and `gx² + gy²`."""

    difference: Map
    product: Map
    energy: Map


def padded(image: Gray) -> Map:
    """Whole blocks, the last row and column repeated."""
    height, width = image.shape
    below, right = -height % BLOCK, -width % BLOCK
    return np.asarray(cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE), dtype=np.float32)


def normalise(image: Map, p: Parameters) -> Map:
    """Local contrast: positive on ridges (dark), clipped to ±`normalised_limit`.

    Pressure, dryness and the sensor change brightness and contrast slowly over a print; the ridges do not depend on
    them. `contrast_floor` keeps flat paper flat, whose deviation is noise.
    """
    box = (p.normalisation_box, p.normalisation_box)
    mean = cv2.blur(image, box)
    variance = cv2.blur(image * image, box) - mean * mean
    deviation = np.sqrt(np.maximum(variance, 0))
    limit = p.normalised_limit
    contrast = (mean - image) / (deviation + np.float32(p.contrast_floor))
    return np.asarray(np.clip(contrast, -limit, limit), np.float32)


def band_energy(image: Map) -> Map:
    """Deviation of grey levels at ridge frequencies, on cells: a difference of Gaussians of 1.2 and about 6 px, which
    takes out shading and the noise of pixels. The wide one is taken at half resolution, for speed."""
    height, width = image.shape
    half = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    slow = cv2.GaussianBlur(half, (0, 0), 3.0).repeat(2, 0).repeat(2, 1)
    band = cv2.GaussianBlur(image, (0, 0), 1.2) - slow
    return np.asarray(np.sqrt(cv2.GaussianBlur(on_cells(band * band), (0, 0), 2.5)), np.float32)


def foreground(image: Map, shape: tuple[int, int], p: Parameters) -> Mask:
    """Coarse mask on cells, rather too wide than too narrow: what is no print goes once the ridges are known.

    The floor goes with the print's own strong ridges (the 95th percentile), so that faint and dark prints fare alike.
    Specks are opened away, holes filled. `shape` is the image's (height, width) before padding.
    """
    energy = band_energy(image)
    floor = max(p.mask_share * float(np.percentile(energy, 95)), p.mask_floor)
    mask = (energy > floor).astype(np.uint8)
    mask[shape[0] // CELL :] = 0
    mask[:, shape[1] // CELL :] = 0
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disc(5)), dtype=np.uint8)
    return without_holes(main_parts(mask, share=0.1))


def gradient_tensor(image: Map, cell: int, *, blur: float = 0.0) -> Tensor:
    """Scharr gradients' products averaged over cells of `cell` pixels.

    `difference` + i `product` is the square of the gradient as a complex number: squaring doubles its angle.
    """
    if blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), blur), np.float32)
    gx = cv2.Scharr(image, cv2.CV_32F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(image, cv2.CV_32F, 0, 1, scale=1 / 32)
    xx, yy, xy = gx * gx, gy * gy, gx * gy
    return Tensor(on_cells(xx - yy, cell), on_cells(2 * xy, cell), on_cells(xx + yy, cell))


def orientation(tensor: Tensor, sigma: float) -> Orientation:
    """Smoothed over `sigma` cells. The tangent lies across the gradient: a half turn in double angles, so a minus.

    Coherence is the length of the mean squared gradient against the mean of its lengths: 1 where all gradients are
    parallel, 0 where they point everywhere (Kass and Witkin, CVGIP 1987; Bazen and Gerez, PAMI 2002).
    """

    def smooth(values: Map) -> Map:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), dtype=np.float32)

    difference, product, energy = smooth(tensor.difference), smooth(tensor.product), smooth(tensor.energy)
    length = np.asarray(cv2.magnitude(difference, product), np.float32)
    tiny = np.float32(1e-6)
    return Orientation(-difference / (length + tiny), -product / (length + tiny), length / (energy + tiny))


def frequency(normalised: Map, field: Orientation, mask: Mask, p: Parameters) -> tuple[Map, Map]:
    """Ridges a pixel, on blocks: the strongest line of each block's signature, smoothed toward the image's mean; and
    that line's share of the signature's energy, 0 to about 1.

    A signature runs across the ridges and averages along them, so that in it a ridge is one peak and noise is little.
    """
    height, width = normalised.shape
    size = (width // BLOCK, height // BLOCK)
    double = np.arctan2(_resized(field.sine, size), _resized(field.cosine, size))
    present = cv2.resize(mask, size, interpolation=cv2.INTER_AREA) > 0
    measured = np.zeros(present.shape, dtype=np.float32)
    strength = np.zeros_like(measured)
    if present.any():
        signatures = _signatures(normalised, present, np.asarray(double[present] / 2, np.float32), p)
        measured[present], strength[present] = _strongest_line(signatures, p)
    return _smoothed_frequency(measured, strength, p), strength


def _signatures(normalised: Map, present: npt.NDArray[np.bool_], tangent: Map, p: Parameters) -> Map:
    """Shape (blocks, 2 reach + 1): means along the ridge, sampled across it through each block's centre."""
    rows, columns = np.nonzero(present)
    centres = np.stack([columns, rows, tangent]).astype(np.float32)
    centres[:2] = (centres[:2] + np.float32(0.5)) * BLOCK  # and half a pixel less, for which rounding down makes up
    signatures = np.zeros((len(rows), 2 * p.signature_reach + 1), np.float32)
    _sample(normalised, centres, p.signature_width, signatures)
    return signatures


@compiled
def _sample(normalised: Map, centres: Map, width: int, signatures: Map) -> None:
    """Every second pixel along the ridge; beyond the image there is nothing."""
    reach, samples = signatures.shape[1] // 2, width + 1
    for block in range(signatures.shape[0]):
        x, y = centres[0, block], centres[1, block]
        cosine, sine = np.cos(centres[2, block]), np.sin(centres[2, block])
        for across in range(-reach, reach + 1):
            total = np.float32(0)
            for along in range(-width, width + 1, 2):
                column = int(x + along * cosine - across * sine)
                row = int(y + along * sine + across * cosine)
                if 0 <= column < normalised.shape[1] and 0 <= row < normalised.shape[0]:
                    total += normalised[row, column]
            signatures[block, across + reach] = total / samples


def _strongest_line(signatures: Map, p: Parameters) -> tuple[Map, Map]:
    """Frequency (0 where the peak lies at either end) and share of the signature's energy in that line, 0 to 1.

    The spectrum under a Hann window, at `frequency_bins` frequencies a little wider than those allowed, so that a peak
    at a limit has neighbours; a parabola through the three highest gives the frequency between bins.
    """
    bins, lowest, highest = p.frequency_bins, 0.9 / p.longest_period, 1.1 / p.shortest_period
    cosines, sines = _windowed_waves(p.signature_reach, bins, lowest, highest)
    centred = signatures - signatures.mean(axis=1, keepdims=True)
    power = (centred @ cosines) ** 2 + (centred @ sines) ** 2
    best = power.argmax(axis=1)
    inside = (best > 0) & (best < bins - 1)
    peak, row = np.clip(best, 1, bins - 2), np.arange(len(best))
    left, top, right = power[row, peak - 1], power[row, peak], power[row, peak + 1]
    bend = left - 2 * top + right
    shift = np.divide(0.5 * (left - right), bend, out=np.zeros_like(bend), where=bend != 0)
    found = lowest + (highest - lowest) * (peak + shift) / (bins - 1)
    total = (centred**2).sum(axis=1) * signatures.shape[
        1
    ] * 0.1875 + 1e-6  # 3/16: then a pure sinusoid's share is nearly 1
    return np.where(inside, found, 0).astype(np.float32), np.where(inside, top / total, 0).astype(np.float32)


@lru_cache(maxsize=8)
def _windowed_waves(reach: int, bins: int, lowest: float, highest: float) -> tuple[Map, Map]:
    """Cosines and sines under a Hann window, shape (2 reach + 1, bins)."""
    offset = np.arange(-reach, reach + 1)
    window = 0.5 + 0.5 * np.cos(np.pi * offset / (reach + 1))
    angle = 2 * np.pi * offset[:, None] * np.linspace(lowest, highest, bins)
    return (window[:, None] * np.cos(angle)).astype(np.float32), (window[:, None] * np.sin(angle)).astype(np.float32)


def _smoothed_frequency(measured: Map, strength: Map, p: Parameters) -> Map:
    """Means over neighbours, by squared strength (normalised convolution, Knutsson and Westin, CVPR 1993); the image's
    own mean counts as one more weak neighbour, and alone where no block has a line."""
    weight = np.where(measured > 0, strength**2, 0).astype(np.float32)
    total = float(weight.sum())
    mean = float((weight * measured).sum()) / total if total > 0 else 1 / ADULT_PERIOD
    near = cv2.GaussianBlur(weight, (0, 0), p.frequency_smoothing)
    sums = cv2.GaussianBlur(weight * measured, (0, 0), p.frequency_smoothing)
    smoothed = (sums + p.frequency_prior * mean) / (near + p.frequency_prior)
    return np.clip(smoothed, 1 / p.longest_period, 1 / p.shortest_period).astype(np.float32)


def reorientation(even: Map, amplitude: Map, cell: int, p: Parameters) -> Orientation:
    """Orientation of the filtered ridges' phase, weighted by squared amplitude: weak ridges follow their neighbours.

    `even` over amplitude is the cosine of the phase, a wave of one height everywhere: so a blot's rim, which is steep,
    turns nothing. It has less noise than the print, needs less smoothing, and so follows cores and deltas. `cell` is in
    samples of the first pass.
    """
    tensor = gradient_tensor(even / (amplitude + FAINT), cell)
    weight = on_cells(amplitude, cell) ** 2
    weighted = Tensor(tensor.difference * weight, tensor.product * weight, tensor.energy * weight)
    return orientation(weighted, p.reorientation_smoothing)


def narrowed(mask: Mask, amplitude: Map, p: Parameters) -> Mask:
    """The coarse mask without what the first pass found to be no ridges, so that the second does not work there."""
    ridges = (amplitude > 0.9 * p.ridge_amplitude).astype(np.uint8) & mask
    return np.asarray(cv2.dilate(ridges, np.ones((5, 5), np.uint8)), dtype=np.uint8) & mask


def print_area(mask: Mask, amplitude: Map, p: Parameters) -> Mask:
    """Final mask on cells: amplitude of the second pass, small gaps closed, thin necks opened, small holes filled.

    Large holes stay: the phase in a scar or blot is invented, and so would be its minutiae.
    """
    ridges = ((amplitude > p.ridge_amplitude) & (mask > 0)).astype(np.uint8)
    closed = np.pad(cv2.morphologyEx(ridges, cv2.MORPH_CLOSE, _disc(5)), 4)
    opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, _disc(7))[4:-4, 4:-4]
    return without_holes(main_parts(np.ascontiguousarray(opened, dtype=np.uint8), share=0.15), smaller_than=40)


def main_parts(mask: Mask, *, share: float) -> Mask:
    """Connected parts of at least `share` of the largest, and of 60 cells (30 mm²)."""
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    if count < 2:
        return mask
    areas = statistics[:, cv2.CC_STAT_AREA]
    keep = areas >= max(share * areas[1:].max(), 60)
    keep[0] = False
    return np.asarray(keep[labels], dtype=np.uint8)


def without_holes(mask: Mask, *, smaller_than: int | None = None) -> Mask:
    """Holes filled, all or those of fewer than `smaller_than` cells; what touches the edge is no hole."""
    ground = np.pad(1 - mask, 1, constant_values=1).astype(np.uint8)
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(ground, connectivity=4)
    fill = statistics[:, cv2.CC_STAT_AREA] < (smaller_than or ground.size + 1)
    fill[labels[0, 0]] = False
    fill[0] = False  # the print itself
    return np.asarray(mask | fill[labels[1:-1, 1:-1]], dtype=np.uint8)


def on_cells(values: Map, cell: int = CELL) -> Map:
    """Means over cells of `cell` pixels."""
    height, width = values.shape
    return _resized(values, (width // cell, height // cell))


def _resized(values: Map, size: tuple[int, int]) -> Map:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _disc(side: int) -> Mask:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), dtype=np.uint8)
