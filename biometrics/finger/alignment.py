"""Laying one print on the other, and what is seen then.

From the best relaxed pairs a rigid motion is found, fitted twice, then bent by a smooth displacement (skin is elastic);
under it minutiae are matched one to one. Where both prints are, ridge directions and periods are compared too.
The motion maps b into a: `x_a = R(turn) x_b + shift`, in image axes.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from biometrics.finger.compiled import compiled
from biometrics.finger.cylinders import Cylinders, Points
from biometrics.finger.enhance import Map
from biometrics.finger.relaxation import Index, Pairs, descending, wrapped

SEEDS: Final = 8
"""Pairs tried as the origin of the motion. Measured: more bring nothing."""
SEED_DISTANCE: Final = (10.0, 0.1)
"""Pixels another pair may be off, and more by its distance from the seed (distortion). Measured."""
SEED_TURN: Final = 0.5
TOLERANCE: Final = 16.0
"""Pixels between matched minutiae. Measured."""
TURN_TOLERANCE: Final = 0.6
"""Radians. Measured."""
WIDER: Final = (1.6, 1.3, 1.0, 1.0)
"""Tolerance's factor in each round of matching."""
STIFFNESS: Final = 40.0
"""Sigma in pixels over which displacements are shared. Measured."""
CLOSE: Final = (5.0, 0.2)
"""Sigmas of what a matched minutia is worth, pixels and radians."""


class Motion(NamedTuple):
    turn: float
    x: float
    y: float


class Field(NamedTuple):
    """A ridge field as float32 arrays ready to compare (`frequency` as logarithm), on cells of `cell` pixels."""

    cosine: Map
    sine: Map
    coherence: Map
    log_frequency: Map
    inside: npt.NDArray[np.bool_]
    cell: float


@compiled
def moved(motion: Motion, x: float, y: float) -> tuple[float, float]:
    cosine, sine = math.cos(motion.turn), math.sin(motion.turn)
    return cosine * x - sine * y + motion.x, sine * x + cosine * y + motion.y


@compiled
def seeded(pairs: Pairs, a: Cylinders, b: Cylinders) -> tuple[Motion, float]:
    """The motion of that pair, among the best, which most support agrees with, and that support."""
    best, most = Motion(0.0, 0.0, 0.0), 0.0
    for seed in range(min(len(pairs.a), SEEDS)):
        i, j = pairs.a[seed], pairs.b[seed]
        turn = wrapped(a.at.theta[i] - b.at.theta[j])
        x, y = moved(Motion(turn, 0.0, 0.0), b.at.x[j], b.at.y[j])
        motion = Motion(turn, a.at.x[i] - x, a.at.y[i] - y)
        support = 0.0
        for t in range(len(pairs.a)):
            k, m = pairs.a[t], pairs.b[t]
            x, y = moved(motion, b.at.x[m], b.at.y[m])
            off = math.hypot(x - a.at.x[k], y - a.at.y[k])
            away = math.hypot(a.at.x[k] - a.at.x[i], a.at.y[k] - a.at.y[i])
            turned = abs(wrapped(a.at.theta[k] - b.at.theta[m] - turn))
            if off <= min(40.0, SEED_DISTANCE[0] + SEED_DISTANCE[1] * away) and turned <= SEED_TURN:
                support += pairs.support[t]
        if support > most:
            best, most = motion, support
    return best, most


@compiled
def matching(a: Points, b: Points, motion: Motion, bend: Map, tolerance: float) -> tuple[Index, Index]:
    """One-to-one pairs within tolerance, the closest first; `bend` (points of b, 2) is added to b's moved places."""
    cost = np.empty(len(a.x) * len(b.x), np.float64)
    which = np.empty(len(cost), np.int64)
    count = 0
    for j in range(len(b.x)):
        x, y = moved(motion, b.x[j], b.y[j])
        x, y = x + bend[j, 0], y + bend[j, 1]
        for i in range(len(a.x)):
            dx, dy = x - a.x[i], y - a.y[i]
            squared = dx * dx + dy * dy
            if squared > tolerance * tolerance:
                continue
            turned = abs(wrapped(a.theta[i] - b.theta[j] - motion.turn))
            if turned <= TURN_TOLERANCE:
                cost[count] = math.sqrt(squared) / tolerance + turned / TURN_TOLERANCE
                which[count] = i * len(b.x) + j
                count += 1
    free_a, free_b = np.ones(len(a.x), np.bool_), np.ones(len(b.x), np.bool_)
    of_a, of_b = np.empty(count, np.int64), np.empty(count, np.int64)
    kept = 0
    for k in descending(-cost[:count]):
        i, j = which[k] // len(b.x), which[k] % len(b.x)
        if free_a[i] and free_b[j]:
            free_a[i], free_b[j] = False, False
            of_a[kept], of_b[kept] = i, j
            kept += 1
    return of_a[:kept], of_b[:kept]


@compiled
def rigid(a: Points, b: Points, of_a: Index, of_b: Index) -> Motion:
    """Least squares (Umeyama, PAMI 1991, without scale)."""
    count = len(of_a)
    ax, ay, bx, by = 0.0, 0.0, 0.0, 0.0
    for t in range(count):
        ax, ay = ax + a.x[of_a[t]] / count, ay + a.y[of_a[t]] / count
        bx, by = bx + b.x[of_b[t]] / count, by + b.y[of_b[t]] / count
    cosine, sine = 0.0, 0.0
    for t in range(count):
        u, v = a.x[of_a[t]] - ax, a.y[of_a[t]] - ay
        x, y = b.x[of_b[t]] - bx, b.y[of_b[t]] - by
        cosine += x * u + y * v
        sine += x * v - y * u
    turn = math.atan2(sine, cosine)
    x, y = moved(Motion(turn, 0.0, 0.0), bx, by)
    return Motion(turn, ax - x, ay - y)


@compiled
def bent(a: Points, b: Points, of_a: Index, of_b: Index, motion: Motion, bend: Map) -> None:
    """Each point of b is moved by what its matched neighbours are off, not by itself, damped where they are few."""
    off = np.empty((len(of_a), 2), np.float64)
    for t in range(len(of_a)):
        x, y = moved(motion, b.x[of_b[t]], b.y[of_b[t]])
        off[t, 0], off[t, 1] = a.x[of_a[t]] - x, a.y[of_a[t]] - y
    for j in range(len(b.x)):
        total, x, y = 0.5, 0.0, 0.0
        for t in range(len(of_b)):
            m = of_b[t]
            if m != j:
                squared = (b.x[j] - b.x[m]) ** 2 + (b.y[j] - b.y[m]) ** 2
                weight = math.exp(-squared / (2 * STIFFNESS * STIFFNESS))
                total, x, y = total + weight, x + weight * off[t, 0], y + weight * off[t, 1]
        bend[j, 0], bend[j, 1] = x / total, y / total


@compiled
def aligned(a: Points, b: Points, motion: Motion) -> tuple[Motion, int, float]:
    """The fitted motion, the number of matched minutiae and the sum of their worth (0 to 1 each)."""
    bend = np.zeros((len(b.x), 2), np.float32)
    of_a, of_b = matching(a, b, motion, bend, WIDER[0] * TOLERANCE)
    for number in range(1, len(WIDER) + 1):
        if len(of_a) < 2:
            return motion, len(of_a), 0.0
        if number <= 2:
            motion = rigid(a, b, of_a, of_b)
        if 2 <= number <= 3:
            bent(a, b, of_a, of_b, motion, bend)
        if number < len(WIDER):
            of_a, of_b = matching(a, b, motion, bend, WIDER[number] * TOLERANCE)
    fit = 0.0
    for t in range(len(of_a)):
        i, j = of_a[t], of_b[t]
        x, y = moved(motion, b.x[j], b.y[j])
        dx, dy = x + bend[j, 0] - a.x[i], y + bend[j, 1] - a.y[i]
        turned = wrapped(a.theta[i] - b.theta[j] - motion.turn)
        fit += math.exp(-(dx * dx + dy * dy) / (2 * CLOSE[0] ** 2) - turned * turned / (2 * CLOSE[1] ** 2))
    return motion, len(of_a), fit


@compiled
def inverse(motion: Motion) -> Motion:
    x, y = moved(Motion(-motion.turn, 0.0, 0.0), motion.x, motion.y)
    return Motion(-motion.turn, -x, -y)


@compiled
def within(points: Points, motion: Motion, field: Field) -> int:
    """How many points, moved, lie where the field's print is."""
    count = 0
    rows, columns = field.inside.shape
    for k in range(len(points.x)):
        x, y = moved(motion, points.x[k], points.y[k])
        if x >= 0 and y >= 0:
            row, column = int(y / field.cell), int(x / field.cell)
            if row < rows and column < columns and field.inside[row, column]:
                count += 1
    return count


@compiled
def ridges_alike(a: Field, b: Field, motion: Motion) -> tuple[float, float]:
    """Over common ground, weighted by coherence: mean cosine of twice the angle between ridges (-1 to 1), and mean
    absolute logarithm of the ratio of their frequencies."""
    back = inverse(motion)
    cosine2, sine2 = math.cos(2 * motion.turn), math.sin(2 * motion.turn)
    weight, alike, stretched = 1e-6, 0.0, 0.0
    for row in range(a.inside.shape[0]):
        for column in range(a.inside.shape[1]):
            if not a.inside[row, column]:
                continue
            x, y = moved(back, (column + 0.5) * a.cell, (row + 0.5) * a.cell)
            if x < 0 or y < 0:
                continue
            r, c = int(y / b.cell), int(x / b.cell)
            if r >= b.inside.shape[0] or c >= b.inside.shape[1] or not b.inside[r, c]:
                continue
            cosine = b.cosine[r, c] * cosine2 - b.sine[r, c] * sine2
            sine = b.cosine[r, c] * sine2 + b.sine[r, c] * cosine2
            both = a.coherence[row, column] * b.coherence[r, c]
            weight += both
            alike += both * (a.cosine[row, column] * cosine + a.sine[row, column] * sine)
            stretched += both * abs(a.log_frequency[row, column] - b.log_frequency[r, c])
    return alike / weight, stretched / weight
