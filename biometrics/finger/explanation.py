"""Why two prints score as they do: which minutiae match and how well, on how much common ground, and what speaks
against a match (`reasons`)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from biometrics.capture import Comparison
from biometrics.finger.calibration import FMR
from biometrics.finger.common_ground import OUTSIDE
from biometrics.finger.compare import BACKEND, LOWEST, Evidence, Prepared, calibration, evidence, prepare, weighed
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.parameters import MM
from biometrics.finger.reasons import CELL_MM2, Finding, Fit, Print, Reason, of_both, of_print

NOTHING = Finding(
    Reason.NOTHING_TO_COMPARE, "Nothing in the two prints is enough alike to lay one on the other: too little is seen."
)


@dataclass(frozen=True, slots=True)
class Match:
    """Minutia `a` of A and `b` of B, counted from 0 (`cylinders.points`), at pixels of their prints at 500 dpi. How far
    b lies from a in mm, and how it is turned against it in degrees, counter-clockwise as seen, once B is laid on A by
    one rigid motion."""

    a: int
    b: int
    at_a: tuple[float, float]
    at_b: tuple[float, float]
    distance: float
    turn: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`evidence` and `fit` are None where there was nothing to compare. `matches` are the closest first. `findings`
    speak against a match, also where the prints match."""

    comparison: Comparison
    evidence: Evidence | None
    fit: Fit | None
    prints: tuple[Print, Print]
    findings: tuple[Finding, ...]
    matches: tuple[Match, ...] = field(repr=False)

    @property
    def reasons(self) -> frozenset[Reason]:
        return frozenset(finding.reason for finding in self.findings)


def explain(a: FingerTemplate, b: FingerTemplate) -> Explanation:
    """The comparison is that of `compare.compare`."""
    first, second = prepare(a), prepare(b)
    return explained((a, b), (first, second), evidence(first, second))


def explained(
    templates: tuple[FingerTemplate, FingerTemplate], ready: tuple[Prepared, Prepared], found: Evidence | None
) -> Explanation:
    """The same where `found` is known already."""
    by = calibration(*ready)
    score = LOWEST if found is None else weighed(found, by)
    comparison = Comparison(score=score, threshold=by.threshold, fmr=FMR, backend=BACKEND)
    shared = (0, 0) if found is None else found.shared
    prints = _print(templates[0], ready[0], shared[0]), _print(templates[1], ready[1], shared[1])
    findings = [*of_print(prints[0], "A"), *of_print(prints[1], "B")]
    if found is None:
        return Explanation(comparison, None, None, prints, (NOTHING, *findings), ())
    turn, matches = laid(ready, found)
    off = math.sqrt(sum(one.distance**2 for one in matches) / len(matches))
    fit = Fit(min(found.cells * CELL_MM2, *(one.area for one in prints)), turn, off)
    return Explanation(comparison, found, fit, prints, (*findings, *of_both(prints, found, fit)), matches)


def _print(template: FingerTemplate, ready: Prepared, shared: int) -> Print:
    area = float((ready.field.ridges & 15 != OUTSIDE).sum()) * CELL_MM2
    return Print(ready.points.shape[1], shared, area, template.quality, ready.directions)


def laid(ready: tuple[Prepared, Prepared], found: Evidence) -> tuple[float, tuple[Match, ...]]:
    """The turn in degrees of the rigid motion that fits the matched minutiae best (least squares, Umeyama, PAMI 1991),
    and the matches under it."""
    (ax, ay, toward_a), (bx, by, toward_b) = (
        one.points[:, index].astype(np.float64) for one, index in zip(ready, found.pairs, strict=True)
    )
    of_a, of_b = ax + 1j * ay, bx + 1j * by
    around_a, around_b = of_a - of_a.mean(), of_b - of_b.mean()
    sum_ = complex((around_a * around_b.conj()).sum())
    turn = math.atan2(sum_.imag, sum_.real) if sum_ else found.motion.turn
    distance = np.abs(around_a - np.exp(1j * turn) * around_b) * MM
    beyond = np.degrees(np.angle(np.exp(1j * (toward_a - toward_b - turn))))
    matches = [
        Match(int(i), int(j), (float(p.real), float(p.imag)), (float(q.real), float(q.imag)), float(far), float(more))
        for i, j, p, q, far, more in zip(*found.pairs, of_a, of_b, distance, beyond, strict=True)
    ]
    return -math.degrees(turn), tuple(sorted(matches, key=lambda one: (one.distance, one.a)))
