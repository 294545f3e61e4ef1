"""Presentation attack instruments (ISO/IEC 30107-1) as pictures: what a scanner might see of a copy of a print.

Each function makes one species of instrument from a stored print and presents it once more. They were imagined from
descriptions of such instruments, not measured on any: what catches these may miss every real one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from simulators.finger_growth import Map, smooth_noise

Grey = npt.NDArray[np.uint8]
"""Shape (height, width), dark ridges on light, 500 dpi."""


def halftone(print_: Grey, rng: np.random.Generator) -> Grey:
    """Printed by dots of a clustered screen, 100 to 150 lines an inch at 45°, on paper."""
    fine = cv2.resize(print_, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    pitch = 3 * 500 / rng.uniform(100, 150)
    angle = math.radians(45 + rng.normal(0, 4))
    y, x = np.mgrid[0 : fine.shape[0], 0 : fine.shape[1]].astype(np.float32) * np.float32(2 * math.pi / pitch)
    screen = np.cos(x * math.cos(angle) + y * math.sin(angle)) + np.cos(y * math.cos(angle) - x * math.sin(angle))
    dots = (fine + 0.22 * screen > 0.5).astype(np.float32)
    spread = cv2.GaussianBlur(dots, (0, 0), 1.6)
    return _presented(_at_once(spread, print_.shape) * 255, rng, blur=0.6)


def screen(print_: Grey, rng: np.random.Generator) -> Grey:
    """Shown on a display of 250 to 450 pixels an inch: its pixels, dark seams between them, and their beat with the
    scanner's."""
    pitch = 4 * 500 / rng.uniform(250, 450)
    shown = cv2.resize(print_, None, fx=4, fy=4, interpolation=cv2.INTER_AREA).astype(np.float32)
    turn = rng.normal(0, 0.06)
    y, x = np.mgrid[0 : shown.shape[0], 0 : shown.shape[1]].astype(np.float32)
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    seams = 0.78 + 0.22 * np.maximum(np.cos(2 * math.pi * u / pitch), np.cos(2 * math.pi * v / pitch))
    sampled = shown * np.asarray(seams, np.float32)
    return _presented(sampled[2::4, 2::4], rng, blur=0.35)


def gelatine(print_: Grey, rng: np.random.Generator) -> Grey:
    """Cast in a mould: relief rounded, pores lost, bubbles where the mass took in air."""
    shape = print_.shape
    mould = cv2.GaussianBlur(print_, (0, 0), 1.6).astype(np.float32)
    low, high = np.percentile(mould, (5, 95))
    relief = (mould - low) / max(float(high - low), 1.0)
    wetted = np.clip(0.5 + (relief - 0.5) * 1.25 + 0.08 * smooth_noise(rng, shape, 60), 0, 1)
    bubbles = np.zeros(shape, np.float32)
    for _ in range(rng.poisson(14)):
        at = int(rng.integers(0, shape[1])), int(rng.integers(0, shape[0]))
        cv2.circle(bubbles, at, int(rng.integers(3, 11)), float(rng.uniform(0.5, 1)), -1, cv2.LINE_AA)
    air = cv2.GaussianBlur(bubbles, (0, 0), 0.8)
    return _presented(255 * np.maximum(0.15 + 0.8 * wetted, air), rng, blur=0.8)


def lifted(print_: Grey, rng: np.random.Generator) -> Grey:
    """A latent print dusted with powder and lifted with tape: grains, gaps, powder beside the ridges."""
    shape = print_.shape
    grease = 1 - cv2.GaussianBlur(print_, (0, 0), 1.0).astype(np.float32) / 255
    patches = np.clip(0.75 + 0.4 * smooth_noise(rng, shape, 50), 0.1, 1)
    chance = np.clip(0.85 * grease * patches + 0.05, 0, 1)
    powder = (rng.random(shape) < chance).astype(np.float32)
    scratches = np.zeros(shape, np.float32)
    for _ in range(rng.poisson(3)):
        ends = [(int(rng.integers(0, shape[1])), int(rng.integers(0, shape[0]))) for _ in range(2)]
        cv2.line(scratches, ends[0], ends[1], 0.5, 1)
    grains = cv2.GaussianBlur(powder, (0, 0), 0.7)
    return _presented(235 - 205 * np.clip(grains - scratches, 0, 1), rng, blur=0.5)


def photocopy(print_: Grey, rng: np.random.Generator) -> Grey:
    """Black or white at 600 dpi, toner spread a little, flecks on the paper."""
    fine = cv2.resize(print_, None, fx=2.4, fy=2.4, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    local = cv2.GaussianBlur(fine, (0, 0), 24)
    toner = (fine < np.minimum(local, 215) + rng.normal(0, 6)).astype(np.float32)
    flecks = rng.random(toner.shape) < 0.0006
    black = cv2.GaussianBlur(np.maximum(toner, flecks.astype(np.float32)), (0, 0), 0.8)
    return _presented(245 - 225 * _at_once((black > 0.42).astype(np.float32), print_.shape), rng, blur=0.4)


SPECIES: Final[dict[str, Callable[[Grey, np.random.Generator], Grey]]] = {
    "printed halftone": halftone,
    "screen replay": screen,
    "gelatine cast": gelatine,
    "lifted latent": lifted,
    "photocopy": photocopy,
}


def _at_once(fine: Map, shape: tuple[int, ...]) -> Map:
    return np.asarray(cv2.resize(fine, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.float32)


def _presented(grey: Map, rng: np.random.Generator, *, blur: float) -> Grey:
    """As a scanner takes it: its optics and noise."""
    soft = cv2.GaussianBlur(np.asarray(grey, np.float32), (0, 0), blur)
    noise = rng.standard_normal(soft.shape, np.float32) * np.float32(rng.uniform(1.5, 3.5))
    return np.asarray(np.clip(soft + noise, 0, 255), np.uint8)
