"""Minutiae as vortices of the ridge phase.

A print is a wave, `cos(phase)`; where a ridge ends or forks the phase winds once around a point: a spiral (Larkin and
Fletcher, "A coherent framework for fingerprint analysis: are fingerprints holograms?", Optics Express 2007). So a
minutia is where the phase of even + i·odd, summed around a 2 x 2 loop of pixels, gives ±2π instead of 0. Nothing is
binarised or thinned. Endings and forks are the same vortex; which of the two it is shows in whether a ridge or a
valley lies in the direction it opens to.

Read from top to bottom: `vortices` finds all of them, `rated` says how clear each is, `reliable` keeps those that are
inside the print, clear, and no artefact of a pore, a break or a crease.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled
from biometrics.finger.enhance import Map, Mask
from biometrics.finger.gabor import Response
from biometrics.finger.parameters import CELL, Parameters

FACING = 2.0
"""Radians, 115°, from which two directions turn against each other."""
MOST_VORTICES = 4000
"""A print has under 200; more is noise, and the filters would drop it anyway."""


class MinutiaKind(IntEnum):
    """Codes of ISO/IEC 19794-2:2005 §6.2 (table 1)."""

    OTHER = 0
    ENDING = 1
    BIFURCATION = 2


@dataclass(frozen=True, slots=True)
class Minutiae:
    """Five arrays of one length, one entry a minutia, the best first.

    `x`, `y` are pixels at 500 dpi from the upper left corner; `direction` is in radians, counter-clockwise from
    the x axis as seen, 0 to 2π, pointing from an ending along its ridge or from a fork between its branches
    (ISO/IEC 19794-2:2005 §6.4); `quality` 0 to 1; `kind` a `MinutiaKind`.
    """

    x: Map
    y: Map
    direction: Map
    quality: Map
    kind: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.x)

    def chosen(self, index: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> Minutiae:
        return Minutiae(self.x[index], self.y[index], self.direction[index], self.quality[index], self.kind[index])


_EMPTY: Map = np.zeros(0, dtype=np.float32)
NO_MINUTIAE = Minutiae(_EMPTY, _EMPTY, _EMPTY, _EMPTY, np.zeros(0, dtype=np.uint8))


def vortices(response: Response, inside: Mask) -> Minutiae:
    """All phase vortices within `inside` (at the response's samples), unrated (quality 0)."""
    found = np.empty((MOST_VORTICES, 3), np.float32)
    count = _vortices(response.even, response.odd, response.tangent_x, response.tangent_y, inside, found)
    column, row, toward = found[:count].T
    kind = _kinds(response, column, row, toward)
    spacing, offset = np.float32(response.spacing), np.float32((response.spacing - 1) / 2)
    x, y = column * spacing + offset, row * spacing + offset
    return Minutiae(x, y, np.mod(-toward, np.float32(2 * math.pi)), np.zeros(count, np.float32), kind)


def _kinds(response: Response, x: Map, y: Map, toward: Map) -> npt.NDArray[np.uint8]:
    """A ridge ahead (even > 0) makes an ending, a valley a fork. Looked at 3 to 7 px ahead, within a ridge period;
    `x` and `y` count samples."""
    even = response.even
    ahead = np.arange(3, 8, dtype=np.float32) / response.spacing
    columns = np.clip(np.rint(x[:, None] + ahead * np.cos(toward)[:, None]), 0, even.shape[1] - 1).astype(np.intp)
    rows = np.clip(np.rint(y[:, None] + ahead * np.sin(toward)[:, None]), 0, even.shape[0] - 1).astype(np.intp)
    ridge = even[rows, columns].mean(axis=1) > 0
    return np.where(ridge, MinutiaKind.ENDING, MinutiaKind.BIFURCATION).astype(np.uint8)


def rated(found: Minutiae, amplitude: Map, coherence: Map) -> Minutiae:
    """With quality: amplitude x coherence at the minutia, on cells (both smoothed). In a blot the ridges are weak, in a
    crease they run everywhere: in both a vortex says little of the finger."""
    rows = np.clip((found.y / CELL).astype(np.intp), 0, amplitude.shape[0] - 1)
    columns = np.clip((found.x / CELL).astype(np.intp), 0, amplitude.shape[1] - 1)
    quality = amplitude[rows, columns] * np.clip(coherence[rows, columns], 0, 1)
    return Minutiae(found.x, found.y, found.direction, np.clip(quality, 0, 1).astype(np.float32), found.kind)


def reliable(found: Minutiae, area: Mask, p: Parameters) -> Minutiae:
    """Away from the print's edge, clear enough, not facing another one; the best `most_minutiae`, best first."""
    depth = cv2.distanceTransform(np.pad(area, 1), cv2.DIST_L2, 3)[1:-1, 1:-1] * CELL
    rows = np.clip((found.y / CELL).astype(np.intp), 0, depth.shape[0] - 1)
    columns = np.clip((found.x / CELL).astype(np.intp), 0, depth.shape[1] - 1)
    found = found.chosen((depth[rows, columns] >= p.border) & (found.quality > p.reliability))
    found = found.chosen(~_spurious(found, p))
    return found.chosen(np.argsort(-found.quality, kind="stable")[: p.most_minutiae])


def _spurious(found: Minutiae, p: Parameters) -> npt.NDArray[np.bool_]:
    """Twins of the same vortex, and pairs that face each other across a pore or a break."""
    distance = np.hypot(found.x[:, None] - found.x, found.y[:, None] - found.y)
    turn = np.abs((found.direction[:, None] - found.direction + np.pi) % (2 * np.pi) - np.pi)
    bad = ((distance < p.opposite_distance) & (turn > FACING)) | (distance < p.twin_distance)
    np.fill_diagonal(bad, val=False)
    return np.asarray(bad.any(axis=1), dtype=np.bool_)


@compiled
def _turn(even_a: float, odd_a: float, even_b: float, odd_b: float) -> float:
    """Phase from a to b, -π to π."""
    return math.atan2(even_a * odd_b - odd_a * even_b, even_a * even_b + odd_a * odd_b)


@compiled
def _vortices(even: Map, odd: Map, tangent_x: Map, tangent_y: Map, inside: Mask, found: Map) -> int:
    """Fill rows (x, y, direction in image axes); the number found.

    A loop winds only if both parts change sign on it; most do not, and are passed without an arctangent. The sense of
    the odd part goes with the tangent's, so those of the loop are first brought to one. A minutia points to the side
    with one ridge more, which a winding of +2π has behind, seen along the tangent, and one of -2π ahead.
    """
    height, width = even.shape
    count = 0
    for y in range(1, height - 2):
        for x in range(1, width - 2):
            if not (inside[y, x] and inside[y, x + 1] and inside[y + 1, x + 1] and inside[y + 1, x]):
                continue
            e0, e1, e2, e3 = even[y, x], even[y, x + 1], even[y + 1, x + 1], even[y + 1, x]
            if (e0 > 0) == (e1 > 0) and (e1 > 0) == (e2 > 0) and (e2 > 0) == (e3 > 0):
                continue
            tx, ty = tangent_x[y, x], tangent_y[y, x]
            o0 = odd[y, x]  # the other three in the sense of this pixel's tangent
            o1 = odd[y, x + 1] * (1 if tangent_x[y, x + 1] * tx + tangent_y[y, x + 1] * ty >= 0 else -1)
            o2 = odd[y + 1, x + 1] * (1 if tangent_x[y + 1, x + 1] * tx + tangent_y[y + 1, x + 1] * ty >= 0 else -1)
            o3 = odd[y + 1, x] * (1 if tangent_x[y + 1, x] * tx + tangent_y[y + 1, x] * ty >= 0 else -1)
            if (o0 > 0) == (o1 > 0) and (o1 > 0) == (o2 > 0) and (o2 > 0) == (o3 > 0):
                continue
            winding = _turn(e0, o0, e1, o1) + _turn(e1, o1, e2, o2) + _turn(e2, o2, e3, o3) + _turn(e3, o3, e0, o0)
            residue = round(winding / (2 * math.pi))
            if residue != 0 and count < len(found):
                found[count, 0], found[count, 1] = x + 0.5, y + 0.5
                found[count, 2] = math.atan2(-residue * ty, -residue * tx)
                count += 1
    return count
