"""Ramps and weights of print quality.

Written by `python -m benchmarks.finger_quality --calibrate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Ramp:
    """A component is 0 at `low` and 1 at `high`, which is the smaller where less is better; with a `middle` its
    distance from there is what counts. `weight` is its share in the unified value."""

    low: float
    high: float
    weight: float
    middle: float | None = None


STEEPNESS: Final = 0.452
"""Power of the weighted geometric mean, such that one in twenty prints stays below `quality.GOOD`."""
RAMPS: Final = {
    "region_of_interest_area": Ramp(101, 303, 0.000),
    "region_of_interest_mean": Ramp(84, 0.26, 0.000, middle=147),
    "contrast": Ramp(57, 236, 0.000),
    "orientation_certainty_level": Ramp(0.507, 0.897, 0.000),
    "local_clarity_score": Ramp(0.659, 0.81, 0.247),
    "frequency_domain_analysis": Ramp(0.239, 0.641, 0.007),
    "ridge_valley_uniformity": Ramp(0.149, 0.0444, 0.142),
    "orientation_flow": Ramp(0.251, 0.114, 0.000),
    "minutiae_count": Ramp(16, 70, 0.216),
    "minutiae_quality": Ramp(0.381, 0.799, 0.388),
}
