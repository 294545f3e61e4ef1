"""What a traveller can do about a poor print: one thing, the one that the print shows most clearly.

Only what was told apart is advised: `python -m benchmarks.finger_quality` lays invented fingers badly on purpose and
prints how often each mishap is named; 163 of 170 pieces of advice were right. Two mishaps were left out: a turned
finger compares as well as an upright one, and what the former finger left on the glass is not told from ridges of this
one by a single picture, nor does quality see it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # so that whoever only names advice loads no compiler
    from biometrics.finger.quality_measures import Measures


class Advice(StrEnum):
    """In words for a screen: `SENTENCES`, and those of `kiosk.prompts` in every language."""

    PRESS_HARDER = "press_harder"
    PRESS_LESS = "press_less"
    TOO_DRY = "too_dry"
    TOO_WET = "too_wet"
    LAY_FLAT = "lay_flat"
    CENTRE = "centre"
    MOVE_LESS = "move_less"


SENTENCES: Final = {
    Advice.PRESS_HARDER: "Press a little harder",
    Advice.PRESS_LESS: "Press a little less",
    Advice.TOO_DRY: "The finger is dry: rub it and try again",
    Advice.TOO_WET: "The finger is wet: dry it and try again",
    Advice.LAY_FLAT: "Lay the finger flat",
    Advice.CENTRE: "Place the finger in the middle",
    Advice.MOVE_LESS: "Keep the finger still",
}
PLAIN: Final = 0.5
"""Of a symptom, 0 to 1: below it nothing is said."""


def advised(measures: Measures) -> Advice | None:
    """None where no symptom is plain: the print is poor, and this code does not know why."""
    if not measures.region_of_interest_area:
        return Advice.PRESS_HARDER
    seen = symptoms(measures)
    plainest = max(seen, key=lambda advice: seen[advice])
    return plainest if seen[plainest] >= PLAIN else None


def symptoms(m: Measures) -> dict[Advice, float]:
    """How plainly each mishap shows, 0 to 1; on equal terms the first counts. The ramps stand between invented prints
    with the mishap and those without (fingers that the benchmark does not use), and where real prints lie."""
    inky, thin = _above(m.ridge_share, 0.53, 0.58), _below(m.ridge_share, 0.46, 0.41)
    faint, full = _below(m.contrast, 110, 75), _above(m.contrast, 70, 95)
    uneven, small = _above(m.ridge_valley_uniformity, 0.07, 0.10), _below(m.region_of_interest_area, 100, 75)
    broken = _below(m.orientation_certainty_level, 0.55, 0.42)
    upwards = m.tip > m.eccentricity - 0.05
    return {
        Advice.CENTRE: 0.0 if upwards else _above(m.eccentricity, 0.28, 0.4),
        Advice.LAY_FLAT: small * full * _above(m.frequency_domain_analysis, 0.5, 0.58),
        Advice.PRESS_HARDER: thin * faint,
        Advice.TOO_DRY: full * max(_below(m.ridge_share, 0.42, 0.38), broken * _below(m.ridge_share, 0.48, 0.44)),
        Advice.PRESS_LESS: inky * (1 - uneven),
        Advice.TOO_WET: max(
            uneven * max(inky, _above(m.lost, 0.35, 0.45)), _above(m.ridge_valley_uniformity, 0.1, 0.13)
        ),
        Advice.MOVE_LESS: faint * (1 - uneven) * (1 - inky) * (1 - thin) * _above(m.smear, 0.01, 0.04),
    }


def _above(value: float, nothing: float, plain: float) -> float:
    return min(max((value - nothing) / (plain - nothing), 0.0), 1.0)


def _below(value: float, nothing: float, plain: float) -> float:
    return _above(-value, -nothing, -plain)
