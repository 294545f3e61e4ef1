"""How alike two templates are, as a log-likelihood ratio.

Cylinders give local similarities, relaxation a global one, alignment more evidence (matched minutiae, agreeing ridges);
a logistic regression turns the evidence into the logarithm of how much likelier it is between prints of one finger
than between prints of two. So 0 means undecided, and a threshold stands for a false match rate (`calibration`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from biometrics.capture import Comparison
from biometrics.compiled import compiled
from biometrics.finger.alignment import grown, proposals
from biometrics.finger.calibration import FMR, WITH_FIELDS, WITHOUT_FIELDS, Calibration
from biometrics.finger.common_ground import Agreement, Field, Motion, agreement, around, coded, inverse, within
from biometrics.finger.cylinders import Cylinders, Index, Points, encode, points
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.phase import coherence
from biometrics.finger.relaxation import local_similarities, relaxed

BACKEND: Final = "sekisho finger 2"
"""Names the scale: scores of another backend are not comparable with these."""
LOWEST: Final = -20.0
HIGHEST: Final = 60.0
"""Bounds of the score. A template without minutiae scores `LOWEST` against anything, itself included."""
CHANCE: Final = 0.13
"""What a minutia on common ground is worth where two fingers differ: the mean `fit` a shared minutia of other pairs,
at the density of minutiae that fingers have. Measured."""
COHERENCE_WEIGHT: Final = 20.0
"""Of phase against minutiae where a motion is chosen: about what the regression gives it. Measured: flat around."""
ENOUGH_GROUND: Final = 450
"""Cells of 8 px, 74 mm²: 98 % of mated reference pairs have more in common."""
DOUBT: Final = 20.0
"""Taken off the score where there is no common ground, less the more there is: on little ground a motion is soon found
that fits. Measured: quarters of prints match other fingers in 0.1 % of 5,184 comparisons instead of 2.6 %."""

FEWEST: Final = 3
FEWEST_ALONE: Final = 5
"""Minutiae in common, where ridges keep in step and where nothing is known of them, as in records: with fewer no
score reaches a threshold. Two minutiae prove nothing, and neither do ridges in step: stripes are, with stripes. Of
2,903 mated reference pairs that match none has so few, nor of 2,738 where one print was cut to a quarter, nor of 2,867
pairs of records (`python -m benchmarks.finger_likeness`)."""
UNPROVEN: Final = -6.0
"""The highest score then: below every threshold."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template made ready: done once for a probe, kept for an enrolled finger; 6.9 kB in the mean."""

    points: Points
    cylinders: Cylinders
    field: Field
    directions: bool
    """Whether the field knows ridge directions: the template came from an image."""

    @property
    def octets(self) -> int:
        return sum(array.nbytes for array in (self.points, *self.field, *self.cylinders))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for or against one finger."""

    relaxed: float
    """Global similarity of the cylinders, 0 to 1."""
    matched: int
    """Minutiae that coincide once the prints are laid on each other."""
    fit: float
    """Their worth in sum: a minutia that coincides exactly counts 1."""
    shared: tuple[int, int]
    """Minutiae of each print that lie on common ground."""
    ridges: float
    """Agreement of ridge direction over common ground, -1 to 1 (0 without fields). It chose the motion, so it is shown
    and not weighed again."""
    stretch: float
    """Mean difference of ridge frequency as a logarithm (0 without fields)."""
    coherence: float
    """Of the ridges' phase over common ground, 0 to 1 (0 without fields)."""
    motion: Motion
    """How b lies on a, without the bending."""
    pairs: tuple[Index, Index] = field(repr=False)
    """The matched minutiae, indices into a and b."""
    cells: int
    """Of 8 px of common ground."""


def prepare(template: FingerTemplate) -> Prepared:
    at = points(template.minutiae)
    if template.field is None:
        return Prepared(at, encode(at), around(at, template.width, template.height), directions=False)
    return Prepared(at, encode(at), coded(template.field), directions=True)


def compare(a: FingerTemplate | Prepared, b: FingerTemplate | Prepared) -> Comparison:
    """Symmetric; `matched` where the score reaches the threshold for a false match rate of 0.1 %."""
    a = prepare(a) if isinstance(a, FingerTemplate) else a
    b = prepare(b) if isinstance(b, FingerTemplate) else b
    return Comparison(score=score(a, b), threshold=calibration(a, b).threshold, fmr=FMR, backend=BACKEND)


def calibration(a: Prepared, b: Prepared) -> Calibration:
    return WITH_FIELDS if a.directions and b.directions else WITHOUT_FIELDS


def score(a: Prepared, b: Prepared) -> float:
    found = evidence(a, b)
    return LOWEST if found is None else weighed(found, calibration(a, b))


def evidence(a: Prepared, b: Prepared) -> Evidence | None:
    """None where there is nothing to compare: fewer than two cylinders alike, or no common motion."""
    if len(a.cylinders.of) < 2 or len(b.cylinders.of) < 2:
        return None
    if _lies_below(a, b):
        found = evidence(b, a)
        return None if found is None else _turned_over(found)
    room = min(a.points.shape[1], b.points.shape[1])
    of_a, of_b = np.empty(room, np.int32), np.empty(room, np.int32)
    similarity, motion, count, fit, shared, ground, alike = _compared(
        a.points, a.cylinders, a.field, b.points, b.cylinders, b.field, of_a, of_b
    )
    if count == 0:
        return None
    pairs = of_a[:count], of_b[:count]
    return Evidence(similarity, count, fit, shared, ground.ridges, ground.stretch, alike, motion, pairs, ground.cells)


def _lies_below(a: Prepared, b: Prepared) -> bool:
    """The smaller print is always laid on the larger one, so that the order of two prints makes no difference."""
    of_a, of_b = a.points.shape[1], b.points.shape[1]
    return of_a < of_b or (of_a == of_b and a.points.tobytes() < b.points.tobytes())


def _turned_over(found: Evidence) -> Evidence:
    return replace(
        found,
        shared=(found.shared[1], found.shared[0]),
        motion=inverse(found.motion),
        pairs=(found.pairs[1], found.pairs[0]),
    )


@compiled
def beyond_chance(fit: float, common: float) -> float:
    """Signed root of the binomial log-likelihood ratio of `fit` hits in `common` trials against `CHANCE`: what a few
    minutiae cannot prove, many can."""
    share = min(max(fit / common, 0.01), 0.95)
    ratio = fit * math.log(share / CHANCE) + (common - fit) * math.log((1 - share) / (1 - CHANCE))
    return math.copysign(math.sqrt(max(ratio, 0.0)), share - CHANCE)


@compiled
def _compared(
    at_a: Points, a: Cylinders, field_a: Field, at_b: Points, b: Cylinders, field_b: Field, of_a: Index, of_b: Index
) -> tuple[float, Motion, int, float, tuple[int, int], Agreement, float]:
    """The whole comparison in one piece, so that it crosses from Python and back once. Every proposed motion is grown;
    the one that fits best, minutiae and ridges together, stays."""
    similarity, pairs = relaxed(local_similarities(at_a, a, at_b, b), at_a, a, at_b, b)
    motions, proposed = proposals(pairs, at_a, at_b, field_a, field_b)
    best, most, matched, worth, shared = Motion(0.0, 0.0, 0.0), -1e9, 0, 0.0, (0, 0)
    here_a, here_b = np.empty_like(of_a), np.empty_like(of_b)
    for k in range(proposed):
        start = Motion(motions[k, 0], motions[k, 1], motions[k, 2])
        motion, count, fit = grown(at_a, at_b, start, pairs, here_a, here_b)
        if count == 0:
            continue
        both = within(at_a, inverse(motion), field_b), within(at_b, motion, field_a)
        phase = coherence(field_a, field_b, at_a, at_b, motion, here_a[:count], here_b[:count], 2)
        value = beyond_chance(fit, math.sqrt((both[0] + 2) * (both[1] + 2))) + COHERENCE_WEIGHT * phase
        if value > most:
            best, most, matched, worth, shared = motion, value, count, fit, both
            of_a[:count], of_b[:count] = here_a[:count], here_b[:count]
    alike = coherence(field_a, field_b, at_a, at_b, best, of_a[:matched], of_b[:matched], 1)
    return similarity, best, matched, worth, shared, agreement(field_a, field_b, best, 2), alike


def features(found: Evidence) -> tuple[float, ...]:
    """The regression's inputs: similarity and its logarithm, share of minutiae on common ground that match, how far
    their fit is beyond chance, coherence of phase, stretch."""
    common = math.sqrt((found.shared[0] + 2) * (found.shared[1] + 2))
    return (
        found.relaxed,
        math.log(found.relaxed + 1e-3),
        found.matched / common,
        beyond_chance(found.fit, common),
        found.coherence,
        found.stretch,
    )


def warm_up() -> None:
    """For `Workers(warm=...)`: compile every kernel, or load what was compiled. Some ten seconds on a new machine."""
    level = np.broadcast_to(127 + 100 * np.sin(np.arange(128) * 0.7), (128, 128)).astype(np.uint8)
    x, y, direction, quality = np.random.default_rng(1).random((4, 12), np.float32)
    drawn = Minutiae(100 * x, 100 * y, 6 * direction, quality, np.zeros(12, np.uint8))
    template = replace(extract(level), minutiae=drawn)
    compare(template, template)


def weighed(found: Evidence, by: Calibration) -> float:
    value = by.offset + sum(weight * feature for weight, feature in zip(by.weights, features(found), strict=True))
    highest = HIGHEST if found.matched >= fewest(found) else UNPROVEN
    return min(max(value - doubt(found), LOWEST), highest)


def fewest(found: Evidence) -> int:
    """Minutiae in common that a match takes."""
    return FEWEST if found.coherence else FEWEST_ALONE


def doubt(found: Evidence) -> float:
    """What little common ground cannot prove, 0 to `DOUBT`."""
    return DOUBT * max(0.0, 1 - found.cells / ENOUGH_GROUND)
