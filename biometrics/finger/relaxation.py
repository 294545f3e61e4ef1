"""From local to global: which cylinders resemble each other, and which of those pairs agree with one another.

Local similarity of bits, then the relaxation of local similarity (LSS-R) of Cappelli, Ferrara and Maltoni, PAMI 2010
§IV, over pairs chosen greedily one to one (measured: 2.79 to 2.32 % EER against pairs that share minutiae).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single, whole
from biometrics.finger.cylinders import CELLS, FLOORS, WORDS, Cylinders, Index, Points
from biometrics.finger.enhance import Map

MOST_TURN: Final = math.pi / 2
"""Between two prints of one finger, radians; PAMI 2010. So templates are assumed roughly upright."""
LEAST_COMMON: Final = int(0.6 * CELLS)
"""Cells valid in both; PAMI 2010."""
FEWEST_PAIRS: Final = 4
MOST_PAIRS: Final = 12
PAIRS_MIDDLE: Final = 20.0
PAIRS_SLOPE: Final = 0.4
"""How many pairs count, by the number of minutiae; PAMI 2010 table II."""
ROUNDS: Final = 5
OWN_WEIGHT: Final = 0.5
"""PAMI 2010 table II."""
DISTANCE: Final = (5.0, -1.6)
TURN: Final = (math.pi / 12, -30.0)
BEARING: Final = (math.pi / 12, -30.0)
"""Middle and slope of the three sigmoids of compatibility; PAMI 2010 table II."""
FARTHEST: Final = 15.0
WIDEST: Final = 0.7
"""Beyond these differences of distance (px) and turn (rad) a sigmoid is nil (under 1e-5)."""


class Pairs(NamedTuple):
    """Pairs of minutiae (indices into both prints) by falling efficiency, and the relaxed similarity of each."""

    a: Index
    b: Index
    support: Map


@compiled
def wrapped(angle: float) -> float:
    """To -π … π."""
    return angle - 2 * math.pi * math.floor(angle / (2 * math.pi) + 0.5)


@compiled
def _ones(word: np.uint64) -> np.uint64:
    """Number of bits set. The compiler knows this form (Hacker's Delight §5-1) and makes one instruction of it."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def local_similarities(at_a: Points, a: Cylinders, at_b: Points, b: Cylinders) -> Map:
    """Shape (cylinders of a, of b), 0 to 1; 0 where the two are turned apart more than `MOST_TURN`."""
    similarity = np.zeros((len(a.of), len(b.of)), np.float32)
    cosines, sines = np.cos(at_b[2]), np.sin(at_b[2])
    least = single(math.cos(MOST_TURN))
    for i in range(len(a.of)):
        cosine, sine = np.cos(at_a[2, a.of[i]]), np.sin(at_a[2, a.of[i]])
        for j in range(len(b.of)):
            if cosine * cosines[b.of[j]] + sine * sines[b.of[j]] >= least:
                similarity[i, j] = _alike(a, i, b, j)
    return similarity


@compiled
def _alike(a: Cylinders, i: int, b: Cylinders, j: int) -> float:
    """One minus the normalised Hamming distance in norms (TIFS 2012 eq. 4), over cells valid in both; 0 to 1."""
    common, in_a, in_b, differ = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    for word in range(WORDS):
        common += _ones(a.valid[i, word] & b.valid[j, word])
    if common < LEAST_COMMON:
        return single(0)
    for floor in range(FLOORS):
        for word in range(WORDS):
            of_a = a.bits[i, floor * WORDS + word] & b.valid[j, word]
            of_b = b.bits[j, floor * WORDS + word] & a.valid[i, word]
            in_a += _ones(of_a)
            in_b += _ones(of_b)
            differ += _ones(of_a ^ of_b)
    if in_a + in_b == 0:
        return single(0)
    norms: float = np.sqrt(single(whole(in_a))) + np.sqrt(single(whole(in_b)))
    distance: float = np.sqrt(single(whole(differ)))
    return single(1) - distance / norms


@compiled
def relaxed(similarity: Map, at_a: Points, a: Cylinders, at_b: Points, b: Cylinders) -> tuple[float, Pairs]:
    """The global score (0 to 1) and the pairs it rests on; 0 where fewer than two pairs are alike at all."""
    row, column = _one_to_one(similarity)
    count = len(row)
    of_a, of_b, own = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.float32)
    for t in range(count):
        of_a[t], of_b[t], own[t] = a.of[row[t]], b.of[column[t]], similarity[row[t], column[t]]
    if count < 2:
        return 0.0, Pairs(of_a, of_b, own)
    agree = _compatibilities(at_a, of_a, at_b, of_b)
    support = own.copy()
    for _ in range(ROUNDS):
        support = _supported(support, agree)
    order = falling(support / own)
    fewer = min(similarity.shape[0], similarity.shape[1])
    share = 1 / (1 + math.exp(-PAIRS_SLOPE * (fewer - PAIRS_MIDDLE)))
    counted = FEWEST_PAIRS + round((MOST_PAIRS - FEWEST_PAIRS) * share)
    total = 0.0
    for t in range(min(counted, count)):
        total += support[order[t]]
    return total / counted, Pairs(of_a[order], of_b[order], support[order])


@compiled
def _supported(support: Map, agree: Map) -> Map:
    """One round: each pair keeps half its own support and takes half from those it agrees with."""
    count = len(support)
    after = np.empty(count, np.float32)
    for t in range(count):
        others = single(0)
        for u in range(count):
            others += agree[t, u] * support[u]
        after[t] = OWN_WEIGHT * support[t] + (1 - OWN_WEIGHT) / (count - 1) * others
    return after


@compiled
def falling(values: Map) -> Index:
    """Indices by falling value; by insertion, for these are few."""
    order = np.empty(len(values), np.int32)
    for t in range(len(values)):
        u = t
        while u > 0 and values[order[u - 1]] < values[t]:
            order[u] = order[u - 1]
            u -= 1
        order[u] = t
    return order


@compiled
def _one_to_one(similarity: Map) -> tuple[Index, Index]:
    """Pairs by falling similarity, each cylinder once. Every row knows its best free column, so only the rows that
    lose it look again."""
    rows, columns = similarity.shape
    best = np.empty(rows, np.int32)
    value = np.zeros(rows, np.float32)
    free = np.ones(columns, np.bool_)
    for i in range(rows):
        best[i] = _best_free(similarity[i], free)
        value[i] = similarity[i, best[i]]
    most = min(rows, columns)
    of_a, of_b = np.empty(most, np.int32), np.empty(most, np.int32)
    for count in range(most):
        i = whole(np.argmax(value))
        if value[i] <= 0:
            return of_a[:count], of_b[:count]
        of_a[count], of_b[count] = i, best[i]
        free[best[i]], value[i] = False, -1
        for k in range(rows):
            if value[k] > 0 and best[k] == best[i]:
                best[k] = _best_free(similarity[k], free)
                value[k] = similarity[k, best[k]] if free[best[k]] else 0
    return of_a, of_b


@compiled
def _best_free(row: Map, free: npt.NDArray[np.bool_]) -> int:
    best, most = 0, single(-1)
    for j in range(len(row)):
        if free[j] and row[j] > most:
            best, most = j, row[j]
    return best


@compiled
def _sigmoid(value: float, middle: float, slope: float) -> float:
    return 1 / (1 + math.exp(-slope * (value - middle)))


@compiled
def _compatibilities(at_a: Points, of_a: Index, at_b: Points, of_b: Index) -> Map:
    """Shape (pairs, pairs), 0 to 1: alike in distance, in turn, and in bearing (PAMI 2010 eq. 21 to 26)."""
    count = len(of_a)
    agree = np.zeros((count, count), np.float32)
    turns = np.empty(count, np.float32)
    for t in range(count):
        turns[t] = at_a[2, of_a[t]] - at_b[2, of_b[t]]
        for u in range(t):
            turn = abs(wrapped(turns[t] - turns[u]))
            if turn > WIDEST:
                continue
            ax, ay = at_a[0, of_a[u]] - at_a[0, of_a[t]], at_a[1, of_a[u]] - at_a[1, of_a[t]]
            bx, by = at_b[0, of_b[u]] - at_b[0, of_b[t]], at_b[1, of_b[u]] - at_b[1, of_b[t]]
            distance = abs(math.sqrt(ax * ax + ay * ay) - math.sqrt(bx * bx + by * by))
            if distance > FARTHEST:
                continue
            rotation = math.atan2(bx * ay - by * ax, ax * bx + ay * by)
            from_t, from_u = abs(wrapped(turns[t] - rotation)), abs(wrapped(turns[u] - rotation))
            if min(from_t, from_u) > WIDEST:
                continue
            shared = _sigmoid(distance, DISTANCE[0], DISTANCE[1]) * _sigmoid(turn, TURN[0], TURN[1])
            agree[t, u] = shared * _sigmoid(from_t, BEARING[0], BEARING[1])
            agree[u, t] = shared * _sigmoid(from_u, BEARING[0], BEARING[1])
    return agree
