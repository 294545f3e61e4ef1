"""Raw values to log-odds: each layer adds its part, so that the score is explained by its sum.

A value is counted in its usual spread from the usual value of living faces, at most `BOUND` of it, and weighted: one
weight for the side that speaks for an attack, one for the other where that speaks for life. The weights were fitted by
logistic regression (`python -m benchmarks.face_liveness --fit`) and stand in `weights.json` with where they came from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from biometrics.face.liveness.layers import LAYERS, Side
from biometrics.face.liveness.report import LivenessFinding, LivenessReport
from biometrics.outcome import Outcome

BOUND: Final = 4.0
"""Spreads: no single layer decides by an outlier."""
WEIGHTS: Final = Path(__file__).with_name("weights.json")
TELLING: Final = 0.4
"""Log-odds that a layer must add or take away to be called successful or failed; e^0.4 is half as likely again."""
CERTAIN: Final = math.log(99)
"""Log-odds against a living face that end a capture which is otherwise too short to say."""


@dataclass(frozen=True, slots=True)
class Weight:
    """`suspect` 0 or less, `alive` 0 or more, a spread."""

    usual: float
    spread: float
    suspect: float
    alive: float = 0.0


@dataclass(frozen=True, slots=True)
class Weights:
    """`threshold` in log-odds; a score of it or more is a living face."""

    constant: float
    threshold: float
    layers: Mapping[str, Weight]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        layers = {name: Weight(**values) for name, values in record["layers"].items()}
        return cls(record["constant"], record["threshold"], layers)

    def score(self, evidence: Mapping[str, float]) -> float:
        return self.constant + sum(self.part(name, value) for name, value in evidence.items())

    def part(self, name: str, value: float) -> float:
        """What one layer adds; 0 where it has seen nothing or has no weight."""
        weight = self.layers.get(name)
        if weight is None or math.isnan(value):
            return 0.0
        suspect, alive = sides(name, (scaled(name, value) - weight.usual) / weight.spread)
        return weight.suspect * suspect + weight.alive * alive


def scaled(name: str, value: float) -> float:
    """As the layer counts: itself, or the natural logarithm of a ratio."""
    return math.log(max(value, 1e-2)) if LAYERS[name].ratio else value


def sides(name: str, off: float) -> tuple[float, float]:
    """How far, 0 to `BOUND`, a value speaks for an attack and how far for life. `off` in spreads from the usual."""
    layer = LAYERS[name]
    low, high = min(max(-off, 0.0), BOUND), min(max(off, 0.0), BOUND)
    if layer.side is Side.BOTH:
        return max(low, high), 0.0
    suspect, other = (low, high) if layer.side is Side.LOW else (high, low)
    return suspect, other if layer.alive else 0.0


@cache
def shipped() -> Weights:
    return Weights.of(json.loads(WEIGHTS.read_text()))


def report(evidence: Mapping[str, float], *, enough: bool, weights: Weights | None = None) -> LivenessReport:
    """`enough`: frames and seconds suffice to call somebody living. Without it, or where the face did not move, `live`
    is None, or False where the score leaves no doubt."""
    weights = weights or shipped()
    found = tuple(
        _finding(name, value, weights.part(name, value)) for name, value in evidence.items() if name in LAYERS
    )
    score = weights.constant + sum(one.score for one in found)
    moved = not math.isnan(evidence.get("flat", math.nan))
    live: bool | None = score >= weights.threshold
    if not (enough and moved) and (live or score > -CERTAIN):
        live = None
    return LivenessReport(score, live, weights.threshold, found, _explained(live, found))


def _finding(name: str, value: float, part: float) -> LivenessFinding:
    layer = LAYERS[name]
    if math.isnan(value):
        return LivenessFinding(name, value, 0.0, layer.code, Outcome.UNDETERMINED, "Not enough was seen.")
    if part <= -TELLING:
        return LivenessFinding(name, value, part, layer.code, Outcome.FAILED, layer.suspect)
    return LivenessFinding(name, value, part, layer.code, Outcome.SUCCESSFUL, layer.fine)


def _explained(live: bool | None, found: tuple[LivenessFinding, ...]) -> str:
    failed = sorted((one for one in found if one.outcome is Outcome.FAILED), key=lambda one: one.score)[:3]
    reasons = " ".join(one.detail for one in failed)
    if live is None:
        return f"Not enough was seen to say. {reasons}".strip()
    if live:
        return f"As a living face. {reasons}".strip()
    return f"Signs of an attack. {reasons}".strip()
