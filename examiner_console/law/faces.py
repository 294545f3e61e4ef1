"""The face: alive before the camera, the holder's by the chip, and the chip's picture that of one person.

Only officers conclude: each of these is a reason to look.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from examiner_console.contract import CheckOutcome, Comparison, StationKind
from examiner_console.law.documents import LIVENESS, MORPHING, PAGE_PORTRAIT, article_for, is_child, worst_by_check
from examiner_console.law.facts import Facts
from examiner_console.law.verdicts import Verdict, Weight, refer

LARGEST_FMR: Final = 0.001
"""The false match rate a threshold may stand for: 0.1 % (Frontex best practice for automated border control)."""
CHIP_FACE: Final = "chip_face"


def face_matches(facts: Facts) -> Iterator[Verdict]:
    """The live face matched the chip's, at a threshold that stands for 0.1 % false matches or fewer.

    A child at a bio-cart is not asked for a photograph (Art. 6(3)); the officer compares.
    """
    if _exempt(facts):
        return
    compared = [c for c in facts.inspection.comparisons if c.modality == "face" and c.reference == CHIP_FACE]
    if not compared:
        yield _refer(facts, "face_not_compared", "face_matches", "the live face was not compared with the chip's")
    elif not all(_matched(comparison) for comparison in compared):
        yield _refer(facts, "face_not_matched", "face_matches", "the live face did not match the chip's")
    elif max(comparison.fmr for comparison in compared) > LARGEST_FMR:
        detail = f"the threshold stands for more than {LARGEST_FMR:.1%} false matches"
        yield _refer(facts, "face_threshold_too_low", "face_matches", detail)


def face_alive(facts: Facts) -> Iterator[Verdict]:
    """No sign of a presentation attack (ISO/IEC 30107-1), and enough seen to say so.

    A gate opens for nobody of whom that is not known. A bio-cart's traveller meets an officer, who reads the finding.
    """
    if _exempt(facts):
        return
    outcome, why = worst_by_check(facts.inspection.findings).get(LIVENESS, (None, ""))
    if outcome is CheckOutcome.SUCCESSFUL:
        return
    detail = _told(LIVENESS, outcome, why)
    if outcome is CheckOutcome.FAILED:
        yield _refer(facts, "face_not_live", "face_alive", detail)
    elif facts.inspection.kind is StationKind.GATE:
        yield _refer(facts, "liveness_unknown", "face_alive", detail)


def portrait_of_one(facts: Facts) -> Iterator[Verdict]:
    """The chip's picture does not look blended from the traveller and somebody else.

    Only a suspicion refers: without a portrait or a live face there is no comparison either, and that refers already.
    """
    outcome, why = worst_by_check(facts.inspection.findings).get(MORPHING, (None, ""))
    if outcome is CheckOutcome.FAILED:
        yield _refer(facts, "portrait_may_be_morphed", "portrait_of_one", _told(MORPHING, outcome, why))


def portrait_as_printed(facts: Facts) -> Iterator[Verdict]:
    """The page shows who the chip does (Doc 9303-3 §3: one portrait, printed and stored).

    Only a difference refers: a page without a face that could be found says nothing against the chip.
    """
    outcome, why = worst_by_check(facts.inspection.findings).get(PAGE_PORTRAIT, (None, ""))
    if outcome is CheckOutcome.FAILED:
        yield _refer(facts, "portraits_differ", "portrait_as_printed", _told(PAGE_PORTRAIT, outcome, why))


def _exempt(facts: Facts) -> bool:
    return facts.inspection.kind is StationKind.BIO_CART and is_child(facts)


def _matched(comparison: Comparison) -> bool:
    """What the station concluded and what its score says must agree."""
    return comparison.outcome is CheckOutcome.SUCCESSFUL and comparison.score >= comparison.threshold


def _told(check: str, outcome: CheckOutcome | None, why: str) -> str:
    return f"{check}: {outcome.value if outcome else 'not reported'}" + (f" ({why})" if why else "")


def _refer(facts: Facts, code: str, rule: str, detail: str) -> Verdict:
    return refer(Weight.IDENTITY, code, article_for(facts.inspection), rule, detail)
