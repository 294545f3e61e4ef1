"""What speaks against a match, each in one sentence with the value that was measured and its limit.

A limit lies where about one in a hundred mated reference pairs that reach the threshold lies beyond it (of stretched
skin four), so a reason that is given is unusual for one finger. `python -m benchmarks.finger_reasons` prints how
often each is given to mated pairs under the threshold, to those above, and to pairs of two fingers. The limits were
chosen on these same pairs, of which 37 mated ones lie under the threshold: few, so its shares are rough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from biometrics.capture import Quality
from biometrics.finger.advice import Advice
from biometrics.finger.compare import ENOUGH_GROUND, Evidence, fewest
from biometrics.finger.extract import FIELD_CELL
from biometrics.finger.parameters import MM

CELL_MM2: Final = (FIELD_CELL * MM) ** 2
FEW_MINUTIAE: Final = 16
POOR_QUALITY: Final = 50
LITTLE_GROUND: Final = ENOUGH_GROUND * CELL_MM2
"""mm² in common: below, `compare.doubt` is taken off the score."""
DISTORTED: Final = 0.5
"""mm, root mean square of how far matched minutiae lie off one rigid motion."""
ENOUGH_MATCHES: Final = 6
"""To tell that: of fewer, a motion is soon found that brings them together."""
TURNED_FAR: Final = 30.0
"""Degrees. The score does not count it, but people put fingers down upright."""
OUT_OF_STEP: Final = 0.45
"""Coherence of phase."""
CROSSING: Final = 0.85
"""Agreement of ridge directions."""
FEW_MATCHED: Final = 0.6
"""Share of the minutiae on common ground, of the print that has fewer there."""
STRETCHED: Final = 0.1
"""Mean difference of ridge frequency, as a logarithm."""
ADVICE: Final = {
    Advice.PRESS_HARDER: "pressed too lightly",
    Advice.PRESS_LESS: "pressed too hard",
    Advice.TOO_DRY: "dry",
    Advice.TOO_WET: "wet",
    Advice.LAY_FLAT: "not laid flat",
    Advice.CENTRE: "off centre",
    Advice.MOVE_LESS: "moved",
}
"""What it was that the advice would mend."""


class Reason(StrEnum):
    """Why a score is low: what was put in first, what contradicts a match after it."""

    NOTHING_TO_COMPARE = "nothing_to_compare"
    UNPROVEN = "unproven"
    FEW_MINUTIAE = "few_minutiae"
    POOR_QUALITY = "poor_quality"
    MINUTIAE_ALONE = "minutiae_alone"
    LITTLE_COMMON_GROUND = "little_common_ground"
    DISTORTED = "distorted"
    TURNED_FAR = "turned_far"
    FEW_MATCHED = "few_matched"
    RIDGES_OUT_OF_STEP = "ridges_out_of_step"
    RIDGES_CROSS = "ridges_cross"
    PERIODS_DIFFER = "periods_differ"


@dataclass(frozen=True, slots=True)
class Finding:
    """A measured value beyond its limit (None where nothing was measured); `of` is "A" or "B" where it is of one."""

    reason: Reason
    sentence: str
    value: float | None = None
    limit: float | None = None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Print:
    """One of the two: its minutiae, those on common ground, area in mm², and whether its ridges are known."""

    minutiae: int
    shared: int
    area: float
    quality: Quality
    ridges: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How the prints lie on each other: common ground in mm², B's turn in degrees (counter-clockwise as seen), and how
    far matched minutiae lie off that one rigid motion, root mean square in mm."""

    common: float
    turn: float
    off: float


def of_print(one: Print, name: str) -> Iterator[Finding]:
    """`name` is "A" or "B"."""
    if one.minutiae < FEW_MINUTIAE:
        sentence = f"{name} shows {one.minutiae} minutiae, fewer than {FEW_MINUTIAE}."
        yield Finding(Reason.FEW_MINUTIAE, sentence, one.minutiae, FEW_MINUTIAE, name)
    if one.quality.value < POOR_QUALITY:
        why = f" ({ADVICE[Advice(one.quality.advice)]})" if one.quality.advice else ""
        sentence = f"{name} is of poor quality: {one.quality.value} of 100{why}, under {POOR_QUALITY}."
        yield Finding(Reason.POOR_QUALITY, sentence, one.quality.value, POOR_QUALITY, name)
    if one.minutiae and not one.ridges:
        sentence = f"Of {name} minutiae alone are known: whether ridges coincide can not be told."
        yield Finding(Reason.MINUTIAE_ALONE, sentence, of=name)


def of_both(prints: tuple[Print, Print], found: Evidence, fit: Fit) -> Iterator[Finding]:
    if found.matched < (least := fewest(found)):
        sentence = f"Minutiae that coincide: {found.matched}. With fewer than {least} no score reaches a threshold."
        yield Finding(Reason.UNPROVEN, sentence, found.matched, least)
    if fit.common < LITTLE_GROUND:
        sentence = f"The prints have {fit.common:.0f} mm² in common, under {LITTLE_GROUND:.0f}: little to tell by."
        yield Finding(Reason.LITTLE_COMMON_GROUND, sentence, fit.common, LITTLE_GROUND)
    if fit.off > DISTORTED and found.matched >= ENOUGH_MATCHES:
        sentence = (
            f"Matched minutiae lie {fit.off:.2f} mm off one rigid motion, over {DISTORTED:.2f}: "
            "skin was dragged, or they match by chance."
        )
        yield Finding(Reason.DISTORTED, sentence, fit.off, DISTORTED)
    if abs(fit.turn) > TURNED_FAR:
        sentence = f"B had to be turned by {abs(fit.turn):.0f}° to lie on A, over {TURNED_FAR:.0f}: rare in one finger."
        yield Finding(Reason.TURNED_FAR, sentence, abs(fit.turn), TURNED_FAR)
    share = found.matched / max(min(found.shared), 1)
    if share < FEW_MATCHED:
        sentence = f"Of the minutiae both should show {100 * share:.0f} % match, under {100 * FEW_MATCHED:.0f}."
        yield Finding(Reason.FEW_MATCHED, sentence, share, FEW_MATCHED)
    if prints[0].ridges and prints[1].ridges:
        yield from _of_ridges(found)


def _of_ridges(found: Evidence) -> Iterator[Finding]:
    if found.coherence < OUT_OF_STEP:
        step = f"{100 * found.coherence:.0f} %, under {100 * OUT_OF_STEP:.0f}"
        sentence = f"Laid on each other, the ridges do not keep in step: {step}."
        yield Finding(Reason.RIDGES_OUT_OF_STEP, sentence, found.coherence, OUT_OF_STEP)
    if found.ridges < CROSSING:
        sentence = f"Laid on each other, the ridges cross: directions agree by {found.ridges:.2f}, under {CROSSING:g}."
        yield Finding(Reason.RIDGES_CROSS, sentence, found.ridges, CROSSING)
    if found.stretch > STRETCHED:
        by = f"{100 * found.stretch:.0f} %, over {100 * STRETCHED:.0f}"
        sentence = f"The distance from ridge to ridge differs between the prints: by {by}."
        yield Finding(Reason.PERIODS_DIFFER, sentence, found.stretch, STRETCHED)
