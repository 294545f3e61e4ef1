"""The first stage: every finger's cylinders in a reduced space, all of them against the probe's by one matrix product.

Cylinder bits, centred where they are valid and 0 elsewhere, of unit length, are projected by PCA and LDA to 62
numbers of unit length again; the cosine and sine of the minutia's direction, weighed, come beside. As signed octets
that is 64 a cylinder. A finger's score is the sum over the probe's `BEST` cylinders of their largest dot product.

The projection was fitted by `python -m benchmarks.gallery_training`, which says on which fingers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single
from biometrics.finger.compare import Prepared
from biometrics.finger.cylinders import BITS, FLOORS, Cylinders, Points
from biometrics.finger.enhance import Map

REDUCED: Final = 62
SIZE: Final = 64
"""Octets of a cylinder."""
DIRECTION_WEIGHT: Final = 0.5
"""Of direction against a unit of cylinder: prints are taken roughly upright."""
BEST: Final = 6
"""Cylinders of the probe that count. Measured."""
STEP: Final = 127.0
BLOCK: Final = 8192
"""Cylinders multiplied at a time: half a megabyte, which stays in the processor's cache."""

Octets = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Projection:
    """`mean` of the bits, shape (BITS,), and the map to the reduced space, shape (BITS, REDUCED)."""

    mean: Map
    matrix: Map


@lru_cache(maxsize=1)
def projection() -> Projection:
    with files("biometrics.finger.gallery").joinpath("projection.npz").open("rb") as file, np.load(file) as stored:
        return Projection(stored["mean"].astype(np.float32), stored["matrix"].astype(np.float32))


def centred(cylinders: Cylinders, mean: Map) -> Map:
    """Shape (cylinders, BITS), rows of unit length."""
    bits = np.unpackbits(cylinders.bits.view(np.uint8), axis=1, bitorder="little").astype(np.float32)
    valid = np.unpackbits(cylinders.valid.view(np.uint8), axis=1, bitorder="little")
    values = (bits - mean) * np.tile(valid, (1, FLOORS))
    return _unit(values)


def reduced(at: Points, cylinders: Cylinders, by: Projection | None = None) -> Octets:
    """Shape (cylinders, SIZE)."""
    by = projection() if by is None else by
    near = _unit(centred(cylinders, by.mean) @ by.matrix)
    theta = at[2, cylinders.of]
    direction = DIRECTION_WEIGHT * np.stack([np.cos(theta), np.sin(theta)], axis=1)
    return np.asarray(np.rint(STEP * np.concatenate([near, direction], axis=1)), np.int8)


def _unit(rows: npt.NDArray[np.floating]) -> Map:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def compact(print_: Prepared) -> Octets:
    return reduced(print_.points, print_.cylinders)


def scan(rows: Octets, starts: npt.NDArray[np.int64], probe: Octets) -> Map:
    """The score of every finger, shape (fingers,): the rows of finger k are `starts[k]` to `starts[k + 1]`."""
    fingers = len(starts) - 1
    scores = np.zeros(fingers, np.float32)
    turned = np.ascontiguousarray(probe.T, np.float32) / np.float32(STEP * STEP)
    first = 0
    while first < fingers:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + BLOCK, "right")) - 1)
        block = rows[starts[first] : starts[last]].astype(np.float32)
        _best(block @ turned, starts[first : last + 1] - starts[first], scores[first:last])
        first = last
    return scores


@compiled
def _best(products: Map, starts: npt.NDArray[np.int64], scores: Map) -> None:
    """For each finger the sum of the largest `BEST` among the largest products of the probe's cylinders."""
    width = products.shape[1]
    largest, top = np.empty(width, np.float32), np.empty(BEST, np.float32)
    for finger in range(len(scores)):
        largest[:] = -2
        for row in range(starts[finger], starts[finger + 1]):
            for column in range(width):
                largest[column] = max(largest[column], products[row, column])
        top[:] = 0
        for column in range(width):
            value = largest[column]
            for k in range(BEST):
                if value > top[k]:
                    top[k], value = value, top[k]
        total = single(0)
        for k in range(BEST):
            total += top[k]
        scores[finger] = total


assert REDUCED + 2 == SIZE
assert BITS % 8 == 0
