"""How alike two templates are, as a log-likelihood ratio.

Cylinders give local similarities, relaxation a global one, alignment more evidence (matched minutiae, agreeing ridges);
a logistic regression turns the evidence into the logarithm of how much likelier it is between prints of one finger
than between prints of two. So 0 means undecided, and a threshold stands for a false match rate (`calibration`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from biometrics.capture import Comparison
from biometrics.finger.alignment import Field, aligned, inverse, ridges_alike, seeded, within
from biometrics.finger.calibration import FMR, WITH_FIELDS, WITHOUT_FIELDS, Calibration
from biometrics.finger.cylinders import Cylinders, Points, encode, points
from biometrics.finger.extract import FIELD_CELL, FingerTemplate, RidgeField, extract
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.relaxation import local_similarities, relaxed

BACKEND: Final = "sekisho finger 1"
"""Names the scale: scores of another backend are not comparable with these."""
LOWEST: Final = -20.0
HIGHEST: Final = 60.0
"""Bounds of the score. A template without minutiae scores `LOWEST` against anything, itself included."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template made ready: done once for a probe, kept for an enrolled finger."""

    points: Points
    cylinders: Cylinders
    field: Field | None


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
    """Agreement of ridge direction over common ground, -1 to 1 (0 without fields). Shown, not weighed: alignment has
    used it up already (its fitted weight is 0)."""
    stretch: float
    """Mean difference of ridge frequency as a logarithm (0 without fields)."""


def prepare(template: FingerTemplate) -> Prepared:
    at = points(template.minutiae)
    return Prepared(at, encode(at), None if template.field is None else _comparable(template.field))


def _comparable(field: RidgeField) -> Field:
    return Field(
        field.cosine.astype(np.float32),
        field.sine.astype(np.float32),
        field.coherence.astype(np.float32),
        np.log(np.maximum(field.frequency.astype(np.float32), np.float32(1e-3))),
        np.ascontiguousarray(field.inside),
        float(FIELD_CELL),
    )


def compare(a: FingerTemplate | Prepared, b: FingerTemplate | Prepared) -> Comparison:
    """Symmetric up to rounding; `matched` where the score reaches the threshold for a false match rate of 0.1 %."""
    a = prepare(a) if isinstance(a, FingerTemplate) else a
    b = prepare(b) if isinstance(b, FingerTemplate) else b
    return Comparison(score=score(a, b), threshold=calibration(a, b).threshold, fmr=FMR, backend=BACKEND)


def calibration(a: Prepared, b: Prepared) -> Calibration:
    return WITHOUT_FIELDS if a.field is None or b.field is None else WITH_FIELDS


def score(a: Prepared, b: Prepared) -> float:
    found = evidence(a, b)
    return LOWEST if found is None else weighed(found, calibration(a, b))


def evidence(a: Prepared, b: Prepared) -> Evidence | None:
    """None where there is nothing to compare: fewer than two cylinders alike, or no common motion."""
    if len(a.cylinders.bits) < 2 or len(b.cylinders.bits) < 2:
        return None
    similarity = local_similarities(a.cylinders, b.cylinders)
    relaxed_score, pairs = relaxed(similarity, a.cylinders, b.cylinders)
    motion, support = seeded(pairs, a.cylinders, b.cylinders)
    if support <= 0:
        return None
    motion, matched, fit = aligned(a.points, b.points, motion)
    shared, ridges, stretch = (len(a.points.x), len(b.points.x)), 0.0, 0.0
    if a.field is not None and b.field is not None:
        shared = within(a.points, inverse(motion), b.field), within(b.points, motion, a.field)
        ridges, stretch = ridges_alike(a.field, b.field, motion)
    return Evidence(relaxed_score, matched, fit, shared, ridges, stretch)


def features(found: Evidence) -> tuple[float, ...]:
    """The regression's inputs: similarity and its logarithm, fit, share of minutiae on common ground that match,
    stretch."""
    share = found.matched / math.sqrt((found.shared[0] + 2) * (found.shared[1] + 2))
    return (
        found.relaxed,
        math.log(found.relaxed + 1e-3),
        math.log(found.fit + 0.5),
        share,
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
    return min(max(value, LOWEST), HIGHEST)
