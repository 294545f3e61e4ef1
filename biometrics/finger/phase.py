"""Do the ridges themselves coincide: the phase of two prints compared, tile by tile, under their alignment.

Minutiae are the vortices of the ridge phase; between them the phase runs smoothly, and two prints of one finger differ
in it by an offset that changes slowly, for skin is elastic. Prints of two fingers lose and gain ridges against each
other at every minutia that one of them has alone, so their difference turns from place to place. So the mean of
exp(i · difference) over a tile is long for one finger and short for two; its length, averaged over all tiles, is the
coherence. Neither a missed minutia nor a false pair of them disturbs it much.

A wave needs no dense samples: with a ridge's direction and frequency its phase is known around each.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from biometrics.compiled import compiled, single, whole
from biometrics.finger.alignment import FALL, displaced, testimony
from biometrics.finger.common_ground import (
    DIRECTIONS,
    FREQUENCIES,
    PHASES,
    UNKNOWN,
    Field,
    Motion,
    Octets,
    code_at,
    frequency_at,
)
from biometrics.finger.cylinders import Index, Points
from biometrics.finger.enhance import Map
from biometrics.finger.extract import FIELD_CELL

TILE: Final = 4
"""Cells across, 32 px: three to four ridges. Within, the difference is taken to be constant."""
FEWEST: Final = 6
"""Cells in common that make a tile."""
_MIDDLE: Final = FIELD_CELL // 2
"""Of a cell: where its phase was taken."""
_COSINES: Final = np.cos(np.arange(256) * (math.pi / 128)).astype(np.float32)
"""By 256ths of a turn."""


@compiled
def coherence(
    a: Field, b: Field, at_a: Points, at_b: Points, motion: Motion, of_a: Index, of_b: Index, every: int
) -> float:
    """0 to 1 over the tiles where both prints are, or every second one (a chessboard's); 0 where there are none.

    `of_a`, `of_b` are the matched minutiae: they tell how the skin is stretched.
    """
    said = testimony(at_a, at_b, motion, of_a, of_b)
    ridges_a, frequency_a, ridges_b = a.ridges, a.frequency, b.ridges
    total, cells = 0.0, 0
    for row in range(0, ridges_b.shape[0], TILE):
        for column in range(0, ridges_b.shape[1], TILE):
            if (row + column) // TILE % every == 0 and _print_in(ridges_b, row, column):
                ground = _laid(row, column, motion, said, of_b)
                length, count = _tile(ridges_a, frequency_a, ridges_b, row, column, ground)
                if count >= FEWEST:
                    total += length
                    cells += count
    return total / max(cells, 1)


@compiled
def _print_in(ridges: Octets, top: int, left: int) -> bool:
    for row in range(top, min(top + TILE, ridges.shape[0])):
        for column in range(left, min(left + TILE, ridges.shape[1])):
            if ridges[row, column] & 15 < UNKNOWN:
                return True
    return False


class _Ground(NamedTuple):
    """How a tile comes to lie in a: its corner's place, what a pixel along its rows and columns moves there, and by
    how much directions are turned."""

    x: float
    y: float
    along: float
    across: float
    turn: float


@compiled
def _laid(top: int, left: int, motion: Motion, said: Map, of_b: Index) -> _Ground:
    cosine, sine = single(math.cos(motion.turn)), single(math.sin(motion.turn))
    u, v = single((left + TILE / 2) * FIELD_CELL), single((top + TILE / 2) * FIELD_CELL)
    x, y = cosine * u - sine * v + single(motion.x), sine * u + cosine * v + single(motion.y)
    dx, dy, _, scale, turn = displaced(x, y, -1, said, of_b, FALL)
    along, across = (1 + scale) * cosine - turn * sine, (1 + scale) * sine + turn * cosine
    half = single(TILE / 2 * FIELD_CELL)
    x, y = x + dx - half * (along - across), y + dy - half * (across + along)
    return _Ground(x, y, along, across, single(motion.turn) + turn)


@compiled
def _tile(
    ridges_a: Octets, frequency_a: Octets, ridges_b: Octets, top: int, left: int, ground: _Ground
) -> tuple[float, int]:
    """Length of the sum of exp(i · (phase of a - phase of b)) over one tile, shorter where ridges cross, and the
    number of its cells. The sense of a's first tangent holds for all."""
    turned = math.floor(ground.turn * (128 / math.pi) + 0.5)
    real, imaginary, count, reference = single(0), single(0), 0, 0
    for row in range(top, min(top + TILE, ridges_b.shape[0])):
        for column in range(left, min(left + TILE, ridges_b.shape[1])):
            p = single((column - left) * FIELD_CELL + _MIDDLE)
            q = single((row - top) * FIELD_CELL + _MIDDLE)
            x, y = ground.x + ground.along * p - ground.across * q, ground.y + ground.across * p + ground.along * q
            here, there = code_at(ridges_a, x, y), whole(ridges_b[row, column])
            if here & 15 >= UNKNOWN or there & 15 >= UNKNOWN:
                continue
            count += 1
            reference = here >> 4 if count == 1 else reference
            between = ((there >> 4) - (here >> 4)) * (128 // DIRECTIONS) + turned  # 256ths of a turn
            parallel = _COSINES[(2 * between) & 255]
            if parallel <= 0:
                continue
            phase = _phase_at(here, frequency_a, x, y)
            phase -= (there & 15) * 256 // PHASES if _COSINES[between & 255] >= 0 else -((there & 15) * 256 // PHASES)
            real += parallel * _COSINES[phase & 255]
            sine = parallel * _COSINES[(phase - 64) & 255]
            imaginary += sine if abs((here >> 4) - reference) <= DIRECTIONS // 2 else -sine
    return math.sqrt(real * real + imaginary * imaginary), count


@compiled
def _phase_at(here: int, frequency: Octets, x: float, y: float) -> int:
    """256ths of a period: the cell's phase, and the ridges across from its middle to the place."""
    off_x = x - single(int(x * single(1 / FIELD_CELL)) * FIELD_CELL + _MIDDLE)
    off_y = y - single(int(y * single(1 / FIELD_CELL)) * FIELD_CELL + _MIDDLE)
    angle = (here >> 4) * (128 // DIRECTIONS)
    off = off_y * _COSINES[angle] - off_x * _COSINES[(angle - 64) & 255]
    return (here & 15) * 256 // PHASES + whole(math.floor(FREQUENCIES[frequency_at(frequency, x, y)] * off * 256))
