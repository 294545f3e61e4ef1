"""Why two prints score as they do: what was matched, on how much common ground, and what speaks against a match."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from biometrics.capture import Comparison
from biometrics.finger.common_ground import OUTSIDE
from biometrics.finger.compare import Evidence, Prepared, compare, evidence, prepare
from biometrics.finger.extract import FIELD_CELL, FingerTemplate
from biometrics.finger.parameters import DPI

FEW_MINUTIAE: Final = 16
"""Below, mated reference pairs miss the threshold ten times as often as above (16 against 1.5 %, 25 pairs)."""
POOR_QUALITY: Final = 30
LITTLE_GROUND: Final = 60.0
"""mm² in common: a third of a fingertip."""
OUT_OF_STEP: Final = 0.45
"""Coherence under which 99 % of non-mated reference pairs lie, and 3 % of mated ones."""
FEW_MATCHED: Final = 0.5
"""Share of common minutiae that match, under which 85 % of non-mated reference pairs lie, and 1 % of mated ones."""
STRETCHED: Final = 0.12
"""Mean difference of ridge frequency: above lie half of the non-mated reference pairs, and 1 % of the mated ones."""
_MM2: Final = (FIELD_CELL * 25.4 / DPI) ** 2


class Reason(StrEnum):
    """Why a score is low."""

    NOTHING_TO_COMPARE = "nothing_to_compare"
    FEW_MINUTIAE = "few_minutiae"
    POOR_QUALITY = "poor_quality"
    LITTLE_COMMON_GROUND = "little_common_ground"
    RIDGES_OUT_OF_STEP = "ridges_out_of_step"
    FEW_MATCHED = "few_matched"
    PERIODS_DIFFER = "periods_differ"
    MINUTIAE_ALONE = "minutiae_alone"


SENTENCES: Final = {
    Reason.NOTHING_TO_COMPARE: "One of the prints has too few minutiae, or nothing in the two is alike.",
    Reason.FEW_MINUTIAE: "One of the prints shows few minutiae.",
    Reason.POOR_QUALITY: "One of the prints is of poor quality.",
    Reason.LITTLE_COMMON_GROUND: "The prints show mostly different parts of a finger.",
    Reason.RIDGES_OUT_OF_STEP: "Laid on each other, the ridges do not keep in step.",
    Reason.FEW_MATCHED: "Few of the minutiae that both should show are in the same place.",
    Reason.PERIODS_DIFFER: "The ridges lie closer together in one print than in the other.",
    Reason.MINUTIAE_ALONE: "Only minutiae were compared: one of the templates says nothing of the ridges.",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """`evidence` is None where there was nothing to compare; areas in mm²; `reasons` speak against a match, also where
    the prints match."""

    comparison: Comparison
    evidence: Evidence | None
    areas: tuple[float, float]
    common: float
    reasons: tuple[Reason, ...]


def explain(a: FingerTemplate, b: FingerTemplate) -> Explanation:
    """The comparison is that of `compare.compare`."""
    first, second = prepare(a), prepare(b)
    found = evidence(first, second)
    areas = _area(first), _area(second)
    common = 0.0 if found is None else min(found.cells * _MM2, *areas)
    reasons = tuple(_reasons(a, b, first, second, found, common))
    return Explanation(compare(first, second), found, areas, common, reasons)


def _area(of: Prepared) -> float:
    return float((of.field.ridges & 15 != OUTSIDE).sum()) * _MM2


def _reasons(
    a: FingerTemplate, b: FingerTemplate, first: Prepared, second: Prepared, found: Evidence | None, common: float
) -> list[Reason]:
    directions = first.directions and second.directions
    always = {
        Reason.FEW_MINUTIAE: min(len(a.minutiae), len(b.minutiae)) < FEW_MINUTIAE,
        Reason.POOR_QUALITY: min(a.quality.value, b.quality.value) < POOR_QUALITY,
        Reason.MINUTIAE_ALONE: not directions,
    }
    if found is None:
        return [Reason.NOTHING_TO_COMPARE, *(reason for reason, holds in always.items() if holds)]
    seen = {
        Reason.LITTLE_COMMON_GROUND: common < LITTLE_GROUND,
        Reason.RIDGES_OUT_OF_STEP: directions and found.coherence < OUT_OF_STEP,
        Reason.FEW_MATCHED: found.matched < FEW_MATCHED * min(found.shared),
        Reason.PERIODS_DIFFER: found.stretch > STRETCHED,
    }
    return [reason for reason, holds in (always | seen).items() if holds]
