"""Laying one print on the other: a motion that a pair of minutiae proposes, grown over elastic skin.

Every relaxed pair proposes a rigid motion. The one that most support and the ridges agree with is fitted to the pairs
that agree with it, and then bent: around each minutia of b its matched neighbours tell, by moving least squares
(Schaefer, McPhail and Warren, "Image deformation using moving least squares", SIGGRAPH 2006; similarities), where it
comes to lie in a and how it is turned. A minutia never speaks for itself. Under that, minutiae are matched one to one,
a little tighter each round.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single
from biometrics.finger.common_ground import Field, Motion, agreement, moved
from biometrics.finger.cylinders import Index, Points
from biometrics.finger.enhance import Map
from biometrics.finger.relaxation import Pairs, falling, wrapped

SEEDS: Final = 16
"""Pairs whose motion is tried."""
FINALISTS: Final = 8
"""Motions of most support whose ridges are compared too."""
PROPOSALS: Final = 2
"""Motions that are grown; the evidence chooses. Measured: more bring little."""
SAME: Final = (20.0, 0.4)
"""Pixels and radians apart that two proposals are still one."""
SEED_DISTANCE: Final = (10.0, 0.1)
"""Pixels another pair may be off, and more by its distance from the seed (distortion). Measured."""
SEED_FARTHEST: Final = 40.0
SEED_TURN: Final = 0.5
RIDGE_WEIGHT: Final = 1.0
"""Of agreeing ridges over enough ground, against the logarithm of support. Measured: flat from 1 to 2."""
ENOUGH_CELLS: Final = 200
"""Of 8 px, 33 mm²: from here on agreeing ridges count fully."""
START: Final = (30.0, 0.6)
"""Pixels and radians a relaxed pair may be off the seed's motion to be fitted."""
TOLERANCE: Final = 16.0
"""Pixels between matched minutiae. Measured."""
TURN_TOLERANCE: Final = 0.6
"""Radians. Measured."""
WIDER: Final = (1.6, 1.2, 1.0)
"""Tolerance's factor in each round of matching."""
REACH: Final = (80.0, 50.0, 40.0, 40.0)
"""Sigma in pixels over which matched minutiae speak for their neighbourhood, by round. Measured: flat around."""
PRIOR: Final = 0.3
"""Weight, in matched minutiae, of there being no local displacement."""
STIFFNESS: Final = 4000.0
"""px²: the same against local turn and scale."""
MOST_BEND: Final = 0.25
"""Of local scale and turn: skin stretches by no more."""
CLOSE: Final = (5.0, 0.2)
"""Sigmas of what a matched minutia is worth, pixels and radians."""
_POWER: Final = 4
FALL: Final = single(1 / (2 * _POWER * REACH[-1] ** 2))
"""Of a minutia's word with squared distance, in the last round."""

Motions = npt.NDArray[np.float64]
"""Rows of turn, x and y."""


@compiled
def proposals(pairs: Pairs, at_a: Points, at_b: Points, field_a: Field, field_b: Field) -> tuple[Motions, int]:
    """Up to `PROPOSALS` motions that differ, the best first, as rows (turn, x, y), and their number: of those that most
    pairs support, the ones whose ridges agree."""
    tried = min(len(pairs.a), SEEDS)
    worth = np.zeros(tried, np.float32)
    for seed in range(tried):
        worth[seed] = _support(pairs, seed, at_a, at_b)
    order = falling(worth)[:FINALISTS]
    for seed in order:
        if worth[seed] > 0:
            ridges = agreement(field_a, field_b, _proposed(pairs, seed, at_a, at_b), 3)
            share = RIDGE_WEIGHT * ridges.ridges * min(1.0, ridges.cells / ENOUGH_CELLS)
            worth[seed] *= single(math.exp(share))
    chosen, count = np.empty((PROPOSALS, 3), np.float64), 0
    for _ in range(len(order)):
        seed = order[np.argmax(worth[order])]
        if worth[seed] <= 0 or count == PROPOSALS:
            break
        motion = _proposed(pairs, seed, at_a, at_b)
        if not _known(motion, at_b[0, pairs.b[seed]], at_b[1, pairs.b[seed]], chosen[:count]):
            chosen[count, 0], chosen[count, 1], chosen[count, 2] = motion.turn, motion.x, motion.y
            count += 1
        worth[seed] = 0
    return chosen, count


@compiled
def _known(motion: Motion, x: float, y: float, others: Motions) -> bool:
    """Whether another motion brings (x, y) to nearly the same place, turned nearly the same."""
    here_x, here_y = moved(motion, x, y)
    for k in range(len(others)):
        there_x, there_y = moved(Motion(others[k, 0], others[k, 1], others[k, 2]), x, y)
        near = math.hypot(here_x - there_x, here_y - there_y) < SAME[0]
        if near and abs(wrapped(motion.turn - others[k, 0])) < SAME[1]:
            return True
    return False


@compiled
def _proposed(pairs: Pairs, seed: int, at_a: Points, at_b: Points) -> Motion:
    i, j = pairs.a[seed], pairs.b[seed]
    turn = wrapped(at_a[2, i] - at_b[2, j])
    cosine, sine = math.cos(turn), math.sin(turn)
    x, y = cosine * at_b[0, j] - sine * at_b[1, j], sine * at_b[0, j] + cosine * at_b[1, j]
    return Motion(turn, at_a[0, i] - x, at_a[1, i] - y)


@compiled
def _support(pairs: Pairs, seed: int, at_a: Points, at_b: Points) -> float:
    """Of the pairs that the seed's motion brings together, farther ones less exactly."""
    motion = _proposed(pairs, seed, at_a, at_b)
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    i, total = pairs.a[seed], 0.0
    for t in range(len(pairs.a)):
        k, m = pairs.a[t], pairs.b[t]
        dx = cosine * at_b[0, m] - sine * at_b[1, m] + motion.x - at_a[0, k]
        dy = sine * at_b[0, m] + cosine * at_b[1, m] + motion.y - at_a[1, k]
        ax, ay = at_a[0, k] - at_a[0, i], at_a[1, k] - at_a[1, i]
        limit = min(SEED_FARTHEST, SEED_DISTANCE[0] + SEED_DISTANCE[1] * math.sqrt(ax * ax + ay * ay))
        near = dx * dx + dy * dy <= limit * limit
        if near and abs(wrapped(at_a[2, k] - at_b[2, m] - motion.turn)) <= SEED_TURN:
            total += pairs.support[t]
    return total


@compiled
def grown(
    at_a: Points, at_b: Points, motion: Motion, pairs: Pairs, of_a: Index, of_b: Index
) -> tuple[Motion, int, float]:
    """The fitted motion, how many minutiae match, and the sum of their worth (0 to 1 each). The matched ones are
    written to `of_a`, `of_b`, which have room for all."""
    count = _started(at_a, at_b, motion, pairs, of_a, of_b)
    laid = np.empty((3, at_b.shape[1]), np.float32)
    for number in range(len(WIDER)):
        if count < 2:
            return motion, count, 0.0
        if number <= 2:
            motion = _rigid(at_a, at_b, of_a, of_b, count)
        _bent(at_a, at_b, motion, of_a[:count], of_b[:count], REACH[number], laid)
        count = _matched(at_a, laid, WIDER[number] * TOLERANCE, of_a, of_b)
    _bent(at_a, at_b, motion, of_a[:count], of_b[:count], REACH[len(WIDER)], laid)
    fit = 0.0
    for t in range(count):
        i, j = of_a[t], of_b[t]
        dx, dy = laid[0, j] - at_a[0, i], laid[1, j] - at_a[1, i]
        turned = wrapped(at_a[2, i] - laid[2, j])
        fit += math.exp(-(dx * dx + dy * dy) / (2 * CLOSE[0] ** 2) - turned * turned / (2 * CLOSE[1] ** 2))
    return motion, count, fit


@compiled
def _started(at_a: Points, at_b: Points, motion: Motion, pairs: Pairs, of_a: Index, of_b: Index) -> int:
    """The relaxed pairs that agree with the motion."""
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    count = 0
    for t in range(len(pairs.a)):
        i, j = pairs.a[t], pairs.b[t]
        dx = cosine * at_b[0, j] - sine * at_b[1, j] + motion.x - at_a[0, i]
        dy = sine * at_b[0, j] + cosine * at_b[1, j] + motion.y - at_a[1, i]
        near = dx * dx + dy * dy <= START[0] * START[0]
        if near and abs(wrapped(at_a[2, i] - at_b[2, j] - motion.turn)) <= START[1]:
            of_a[count], of_b[count] = i, j
            count += 1
    return count


@compiled
def _rigid(at_a: Points, at_b: Points, of_a: Index, of_b: Index, count: int) -> Motion:
    """Least squares (Umeyama, PAMI 1991, without scale)."""
    ax, ay, bx, by = 0.0, 0.0, 0.0, 0.0
    for t in range(count):
        ax, ay = ax + at_a[0, of_a[t]] / count, ay + at_a[1, of_a[t]] / count
        bx, by = bx + at_b[0, of_b[t]] / count, by + at_b[1, of_b[t]] / count
    cosine, sine = 0.0, 0.0
    for t in range(count):
        u, v = at_a[0, of_a[t]] - ax, at_a[1, of_a[t]] - ay
        x, y = at_b[0, of_b[t]] - bx, at_b[1, of_b[t]] - by
        cosine += x * u + y * v
        sine += x * v - y * u
    turn = math.atan2(sine, cosine)
    cosine, sine = math.cos(turn), math.sin(turn)
    return Motion(turn, ax - (cosine * bx - sine * by), ay - (sine * bx + cosine * by))


@compiled
def testimony(at_a: Points, at_b: Points, motion: Motion, of_a: Index, of_b: Index) -> Map:
    """What matched minutiae say, shape (5, pairs): where b's lies under the motion, x and y, how far a's lies from
    there, x and y, and how much it is turned beyond."""
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    said = np.empty((5, len(of_a)), np.float32)
    for t in range(len(of_a)):
        i, j = of_a[t], of_b[t]
        said[0, t] = cosine * at_b[0, j] - sine * at_b[1, j] + motion.x
        said[1, t] = sine * at_b[0, j] + cosine * at_b[1, j] + motion.y
        said[2, t], said[3, t] = at_a[0, i] - said[0, t], at_a[1, i] - said[1, t]
        said[4, t] = wrapped(at_a[2, i] - at_b[2, j] - motion.turn)
    return said


@compiled
def _bent(at_a: Points, at_b: Points, motion: Motion, of_a: Index, of_b: Index, reach: float, laid: Map) -> None:
    """Into `laid`, shape (3, minutiae of b): where b's minutiae come to lie in a, x, y and direction."""
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    said = testimony(at_a, at_b, motion, of_a, of_b)
    fall = single(1 / (2 * _POWER * reach * reach))
    for j in range(at_b.shape[1]):
        x = cosine * at_b[0, j] - sine * at_b[1, j] + motion.x
        y = sine * at_b[0, j] + cosine * at_b[1, j] + motion.y
        dx, dy, turned, _, _ = displaced(x, y, j, said, of_b, fall)
        laid[0, j], laid[1, j], laid[2, j] = x + dx, y + dy, at_b[2, j] + motion.turn + turned


@compiled
def displaced(
    x: float, y: float, own: int, said: Map, of_b: Index, fall: float
) -> tuple[float, float, float, float, float]:
    """What the matched minutiae around (x, y) say of it: displacement, x and y, turn of minutiae, and the growth and
    turn of the ground. `own` is the number of b's minutia there, which does not count, or -1."""
    zero = single(0)
    weight, ux, uy, ex, ey, turned = zero, zero, zero, zero, zero, zero
    along, across, spread = zero, zero, zero
    for t in range(said.shape[1]):
        px, py = said[0, t] - x, said[1, t] - y
        near = 1 - (px * px + py * py) * fall
        if near <= 0 or of_b[t] == own:
            continue
        w = near * near
        w *= w  # a Gaussian, nearly: (1 - q/4)^4 for exp(-q)
        weight += w
        ux, uy, ex, ey = ux + w * px, uy + w * py, ex + w * said[2, t], ey + w * said[3, t]
        along += w * (px * said[2, t] + py * said[3, t])
        across += w * (px * said[3, t] - py * said[2, t])
        spread += w * (px * px + py * py)
        turned += w * said[4, t]
    whole = weight + PRIOR
    ux, uy, ex, ey = ux / whole, uy / whole, ex / whole, ey / whole
    middle = 2 * whole - weight  # the sums above are around (x, y), these around the weighted centre
    spread += STIFFNESS - middle * (ux * ux + uy * uy)
    scale = (along - middle * (ux * ex + uy * ey)) / spread
    turn = (across - middle * (ux * ey - uy * ex)) / spread
    scale, turn = min(max(scale, -MOST_BEND), MOST_BEND), min(max(turn, -MOST_BEND), MOST_BEND)
    return ex - scale * ux + turn * uy, ey - turn * ux - scale * uy, turned / whole, scale, turn


@compiled
def _matched(at_a: Points, laid: Map, tolerance: float, of_a: Index, of_b: Index) -> int:
    """One-to-one pairs within tolerance, the closest first, into `of_a` and `of_b`; their number."""
    rows, columns = laid.shape[1], at_a.shape[1]
    cost = np.empty(rows * columns, np.float32)
    which = np.empty(rows * columns, np.int32)
    found = 0
    for j in range(rows):
        for i in range(columns):
            dx, dy = laid[0, j] - at_a[0, i], laid[1, j] - at_a[1, i]
            squared = dx * dx + dy * dy
            if squared > tolerance * tolerance:
                continue
            turned = abs(wrapped(at_a[2, i] - laid[2, j]))
            if turned <= TURN_TOLERANCE:
                value = math.sqrt(squared) / tolerance + turned / TURN_TOLERANCE
                k = found
                while k > 0 and cost[k - 1] > value:
                    cost[k], which[k] = cost[k - 1], which[k - 1]
                    k -= 1
                cost[k], which[k] = value, i * rows + j
                found += 1
    free_a, free_b = np.ones(columns, np.bool_), np.ones(rows, np.bool_)
    count = 0
    for k in range(found):
        i, j = which[k] // rows, which[k] % rows
        if free_a[i] and free_b[j]:
            free_a[i], free_b[j] = False, False
            of_a[count], of_b[count] = i, j
            count += 1
    return count
