"""Quality of a print, 0 to 100: how well it will compare, and why.

Each component of `quality_measures` is put on a ramp from 0 to 100; the unified value is their weighted geometric mean,
so that one failing component shows. Ramps and weights are fitted to how prints' mated comparisons fare, not chosen
(`python -m benchmarks.finger_quality` prints how well that predicts: error versus discard, ISO/IEC 29794-1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from biometrics.capture import Quality, QualityComponent
from biometrics.finger.advice import Advice, advised
from biometrics.finger.quality_calibration import RAMPS, STEEPNESS
from biometrics.finger.quality_measures import Measures

GOOD: Final = 60
"""From here on there is nothing to advise. Of 840 prints of FVC2004 DB1-4 B and U.are.U 95 % reach it; 0.5 % of the
mated comparisons between such prints fail at a false match rate of 0.1 %, and 7 % of the others (each finger by a fit
without it)."""
FLOOR: Final = 0.05
"""Of a component in the mean: one that fails wholly leaves a poor value, not none."""
ENOUGH_AREA: Final = 75.0
"""mm², under which the value falls in proportion. The reference prints are all larger, so no fit can tell; it is the
common ground that `compare.ENOUGH_GROUND` asks for."""
UNITS: Final = {
    "region_of_interest_area": "mm²",
    "region_of_interest_mean": "grey level",
    "contrast": "grey levels",
    "orientation_certainty_level": "",
    "local_clarity_score": "share of pixels",
    "frequency_domain_analysis": "share of energy",
    "ridge_valley_uniformity": "deviation of share",
    "orientation_flow": "radians over 16 px",
    "minutiae_count": "",
    "minutiae_quality": "",
}


@dataclass(frozen=True, slots=True)
class FingerQuality(Quality):
    """With what it was judged by."""

    measures: Measures = field(default_factory=Measures)

    @property
    def components(self) -> tuple[QualityComponent, ...]:
        return components(self.measures)


def assess(measures: Measures) -> FingerQuality:
    """Advice is given below `GOOD` only, and only where the measures tell what is wrong."""
    value = unified(measures)
    advice: Advice | None = None if value >= GOOD else advised(measures)
    return FingerQuality(value, None if advice is None else advice.value, measures)


def components(measures: Measures) -> tuple[QualityComponent, ...]:
    """In the order of `UNITS`."""
    return tuple(
        QualityComponent(name, round(100 * ramped(name, measures)), float(getattr(measures, name)), unit)
        for name, unit in UNITS.items()
    )


def unified(measures: Measures) -> int:
    """0 to 100; 0 without minutiae, since nothing is compared then."""
    if not measures.minutiae_count:
        return 0
    weighed = sum(ramp.weight * math.log(_floored(ramped(name, measures))) for name, ramp in RAMPS.items())
    enough = min(measures.region_of_interest_area / ENOUGH_AREA, 1.0)
    return round(100 * enough * math.exp(STEEPNESS * weighed))


def ramped(name: str, measures: Measures) -> float:
    """The component on its ramp, 0 to 1."""
    ramp, raw = RAMPS[name], float(getattr(measures, name))
    raw = raw if ramp.middle is None else abs(raw - ramp.middle)
    return min(max((raw - ramp.low) / (ramp.high - ramp.low), 0.0), 1.0)


def _floored(share: float) -> float:
    return (share + FLOOR) / (1 + FLOOR)
