"""Comparisons as an officer reads them: four bands with the line in the middle, never a raw score.

Two bands lie under the line and two above it. What the station concluded decides the side; the score only decides how
far from the line, measured in steps of what is left up to identity. Unknown has no band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from examiner_console.contract import CheckOutcome, Comparison, Direction, FingerCapture, Inspection
from examiner_console.web.wording import CAPTURES, FINGERS, SIDES, Translate, mark, worded

FAR_FROM_LINE: Final = 0.4
"""Outer bands begin at 40 % of the way from the threshold to identity: mates of good pictures lie there."""

WORDS: Final = {1: mark("Weak"), 2: mark("Under line"), 3: mark("Good"), 4: mark("Strong")}
NATIONALITY_OF_JAPAN: Final = "JPN"


@dataclass(frozen=True, slots=True)
class Band:
    """`filled` counts from 1 to 4, None where there is nothing to measure; `state` is ok, warn, none or off."""

    label: str
    word: str
    state: str
    filled: int | None = None


def band_of(comparison: Comparison) -> int | None:
    """1 weak, 2 under the line, 3 good, 4 strong; None where the comparison gave no answer."""
    threshold = comparison.threshold
    reach = 1.0 - threshold if 0.0 <= threshold < 1.0 else abs(threshold) or 1.0
    distance = (comparison.score - threshold) / reach
    match comparison.outcome:
        case CheckOutcome.SUCCESSFUL:
            return 4 if distance >= FAR_FROM_LINE else 3
        case CheckOutcome.FAILED:
            return 1 if distance <= -FAR_FROM_LINE else 2
        case _:
            return None


def quality_band(quality: int | None) -> int | None:
    """0 to 100 as one of four quarters."""
    return None if quality is None else min(4, quality // 25 + 1)


def comparison_bands(inspection: Inspection, translate: Translate) -> tuple[Band, ...]:
    """Faces first. Live against chip always has its row: a comparison never made must be noticed."""
    faces = [c for c in inspection.comparisons if c.modality == "face"]
    others = [c for c in inspection.comparisons if c.modality != "face"]
    rows = [_comparison(c, translate) for c in faces]
    if not any(_sides(c) == ("live", "chip") for c in faces):
        live_chip = f"{translate('Live')} – {translate('Chip')}"
        rows.insert(0, Band(live_chip, translate(mark("Not compared")), "none"))
    return (*rows, *(_comparison(c, translate) for c in others), *finger_bands(inspection, translate))


def finger_bands(inspection: Inspection, translate: Translate) -> tuple[Band, ...]:
    """Every finger asked for, or one row that says why none was (Immigration Act Art. 6(3))."""
    if inspection.fingers:
        return tuple(_finger(f, inspection.fingers, translate) for f in inspection.fingers)
    return (Band(translate(mark("Fingers")), translate(_why_no_fingers(inspection)), _no_fingers_state(inspection)),)


def _why_no_fingers(inspection: Inspection) -> str:
    if inspection.document and inspection.document.nationality == NATIONALITY_OF_JAPAN:
        return mark("Never asked (national)")
    if inspection.direction is Direction.DEPARTURE:
        return mark("Not asked (departure)")
    return mark("Not captured")


def _no_fingers_state(inspection: Inspection) -> str:
    return "none" if _why_no_fingers(inspection) == "Not captured" else "off"


def _finger(finger: FingerCapture, all_fingers: Sequence[FingerCapture], translate: Translate) -> Band:
    label = worded(FINGERS, finger.position, translate)
    if "index" not in finger.position and any(f.outcome != "captured" for f in all_fingers):
        label = translate(mark("%(finger)s, instead")) % {"finger": label}
    captured = finger.outcome == "captured"
    state = "ok" if captured else "warn" if finger.outcome == "refused" else "off"
    filled = quality_band(finger.quality) if captured else None
    return Band(label, worded(CAPTURES, finger.outcome, translate), state, filled)


def _comparison(comparison: Comparison, translate: Translate) -> Band:
    filled = band_of(comparison)
    label = _label(comparison, translate)
    if filled is None:
        return Band(label, translate(mark("No answer")), "none")
    return Band(label, translate(WORDS[filled]), "ok" if filled > 2 else "warn", filled)


def _label(comparison: Comparison, translate: Translate) -> str:
    if comparison.modality == "face":
        return " – ".join(worded(SIDES, side, translate) for side in _sides(comparison))
    return worded(FINGERS, comparison.probe, translate)


def _sides(comparison: Comparison) -> tuple[str, str]:
    """Stations name pictures live, chip and page, alone or in front (`live_face`, `chip_dg2`)."""
    return comparison.probe.split("_")[0], comparison.reference.split("_")[0]
