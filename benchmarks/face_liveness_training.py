"""The fit of the liveness weights: logistic regression with signs that agree with what each layer means.

Bona fide are simulated people and stills of LFW, attacks are simulated. Half of the weight is bona fide; every species
weighs the same. Stills know no motion, so attacks are counted once more without theirs. Layers that not every station
has, a second camera's and the empty place's, are fitted last, each upon the others' score, which they must not replace.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from benchmarks.face_liveness_clips import LIVING, STANDING, STILL, WALKING, Clip
from biometrics.face.liveness.fusion import Weight, Weights, scaled, sides
from biometrics.face.liveness.layers import LAYERS, MOTION, SECOND_STREAM, SURROUNDINGS, Side

Values = npt.NDArray[np.float64]

RIDGE: Final = 0.002
"""On the squared weights; other values were not compared."""
TARGET: Final = 0.05
"""BPCER of the threshold."""
NOT_EVERYWHERE: Final = SECOND_STREAM | SURROUNDINGS
USUALLY_HIDDEN: Final = 0.06, 0.06
"""Hats, hair and bags hide a little; what simulated people hide tells too little of that."""
BY_HAND: Final = {"depth_relief": Weight(5.0, 1.0, -1.5, 0.5), "network": Weight(1.0, 1.0, -0.7, 0.3)}
"""Nothing simulated has depth. A nose leaves 4 to 6 mm over a curved sheet, a depth camera's noise about 1 mm. A
network's output is log-odds of its own; it is trusted for less than it says."""


def fitted(made: Sequence[Clip]) -> Weights:
    """With the threshold left at 0: `cross_validated` scores say where it belongs."""
    used = [one for one in made if one.evidence]
    first = [name for name in LAYERS if name not in NOT_EVERYWHERE and any(name in one.evidence for one in used)]
    usual = {name: _usual(name, used) for name in (*first, "infrared_level", "infrared_contrast")}
    usual["hidden"] = USUALLY_HIDDEN
    still = [
        Clip(one.kind, one.seed, one.person, _unmoved(one.evidence)) for one in used if one.kind not in LIVING | {STILL}
    ]
    constant, weights = _regressed([*used, *still], first, usual, Weights(0.0, 0.0, {}))
    visible = Weights(constant, 0.0, weights)
    for names in (["infrared_level", "infrared_contrast"], ["hidden"]):
        have = [one for one in used if not math.isnan(one.evidence.get(names[0], math.nan))]
        if have:
            weights = weights | _regressed(have, names, usual, visible)[1]
    return Weights(constant, 0.0, weights | BY_HAND)


def cross_validated(made: Sequence[Clip], without: frozenset[str] = NOT_EVERYWHERE, folds: int = 5) -> Values:
    """Each clip's score, some layers left out, by a fit that saw neither its victim nor its instrument; NaN where it
    has no evidence."""
    people = sorted({one.person for one in made if one.kind != STILL})
    fold = np.array([(people.index(one.person) if one.kind != STILL else one.seed) % folds for one in made])
    scores = np.full(len(made), np.nan)
    for number in range(folds):
        weights = fitted([one for one, of in zip(made, fold, strict=True) if of != number])
        for place in np.flatnonzero(fold == number).tolist():
            if made[place].evidence:
                scores[place] = weights.score(known(made[place].evidence, without))
    return scores


def threshold(made: Sequence[Clip], scores: Values) -> float:
    live = np.array([one.kind in LIVING for one in made]) & ~np.isnan(scores)
    return float(np.quantile(scores[live], TARGET))


def known(evidence: dict[str, float], without: frozenset[str] = NOT_EVERYWHERE) -> dict[str, float]:
    return {name: value for name, value in evidence.items() if name not in without}


def _unmoved(evidence: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in evidence.items() if name not in MOTION}


def _usual(name: str, made: Sequence[Clip]) -> tuple[float, float]:
    """The edge of what living faces show: their median where the layer may speak for life, else the quartile toward
    the attack; and half the distance between their quartiles and beyond, at least a hundredth."""
    kinds = LIVING | {STILL} if LAYERS[name].still else LIVING
    values = np.array([one.evidence.get(name, math.nan) for one in made if one.kind in kinds])
    known = [scaled(name, float(value)) for value in values[~np.isnan(values)]]
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    spread = max(float(high - low), 0.01)
    if LAYERS[name].alive or LAYERS[name].side is Side.BOTH:
        return float(middle), spread
    return float(low if LAYERS[name].side is Side.LOW else high), spread


def _regressed(
    made: Sequence[Clip], names: Sequence[str], usual: dict[str, tuple[float, float]], before: Weights
) -> tuple[float, dict[str, Weight]]:
    columns = np.array([[_sided(name, one, usual[name]) for name in names] for one in made]).reshape(len(made), -1)
    label = np.array([1.0 if one.kind in LIVING | {STILL} else -1.0 for one in made])
    weight = _balanced([one.kind for one in made])
    offset = np.array([before.score(known(one.evidence)) if before.layers else 0.0 for one in made])

    def loss(parameters: Values) -> tuple[float, Values]:
        margin = label * (offset + parameters[0] + columns @ parameters[1:])
        pull = -label * weight / (1 + np.exp(np.clip(margin, -50, 50)))
        gradient = np.concatenate([[pull.sum()], columns.T @ pull + 2 * RIDGE * parameters[1:]])
        return float((weight * np.logaddexp(0, -margin)).sum() + RIDGE * (parameters[1:] ** 2).sum()), gradient

    free = (None, None) if not before.layers else (0.0, 0.0)
    bounds = [free, *((None, 0.0), (0.0, None)) * len(names)]
    found = minimize(loss, np.zeros(columns.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    pairs = found[1:].reshape(-1, 2)
    return float(found[0]), {
        name: Weight(*usual[name], float(suspect), float(alive))
        for name, (suspect, alive) in zip(names, pairs, strict=True)
    }


def _sided(name: str, one: Clip, usual: tuple[float, float]) -> tuple[float, float]:
    value = one.evidence.get(name, math.nan)
    return (0.0, 0.0) if math.isnan(value) else sides(name, (scaled(name, value) - usual[0]) / usual[1])


def _balanced(kinds: Sequence[str]) -> Values:
    """Summing to one: living people 0.35, stills 0.15, the rest by species alike."""
    shares = {STANDING: 0.175, WALKING: 0.175, STILL: 0.15}
    species = {kind for kind in kinds if kind not in shares}
    shares |= dict.fromkeys(species, 0.5 / max(len(species), 1))
    counts = {kind: kinds.count(kind) for kind in shares}
    return np.array([shares[kind] / counts[kind] for kind in kinds])
