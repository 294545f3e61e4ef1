"""Is the portrait in the passport a morph of the traveller and somebody else? A reason to look, never a conclusion.

Differential morphing attack detection (ISO/IEC 20059): the reference is examined against a live face that it matches.
A logistic regression of the cues was fitted on morphs of photographs (`python -m benchmarks face_morphing` prints it
anew, and how much it finds in people it was not fitted on). All those morphs are of one kind, by landmarks and optical
flow, of the face alone; of a second kind it finds half as many, and what it finds of others is not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb
from biometrics.face.calibration import SHIPPED
from biometrics.face.morphing.finding import Cue, MorphFinding, Reason
from biometrics.face.template import DLIB, FaceTemplate
from biometrics.outcome import Outcome

Values = npt.NDArray[np.float64]


class Weight(NamedTuple):
    """`usual` and `spread` of genuine pairs, and what one spread more adds to the score."""

    usual: float
    spread: float
    weight: float


MATCH: Final = SHIPPED.threshold_at(0.001)
"""A gate's, for dlib's vectors."""
SMALLEST: Final = 60.0
"""Pixels across a face: in smaller ones the chip is enlarged thrice, and its grain is the enlarging's."""
FARTHEST: Final = 3.0
"""Spreads from usual that a cue counts at most, so that no picture of a new kind is judged by one number."""
THRESHOLD: Final = 2.85
WEIGHTS: Final[Mapping[Cue, Weight]] = {
    Cue.UNLIKENESS: Weight(-3.349, 0.377, 1.805),
    Cue.UNLIKE_HALFWAY: Weight(-3.368, 0.423, 0.401),
    Cue.UNLIKE_AROUND: Weight(-3.401, 0.473, 0.709),
    Cue.FINE_AGREEMENT: Weight(0.404, 0.154, -0.097),
    Cue.MIDDLE_AGREEMENT: Weight(0.591, 0.147, 0.344),
    Cue.COARSE_AGREEMENT: Weight(0.728, 0.122, 0.713),
    Cue.FACE_MIDDLE: Weight(1.788, 0.220, -1.948),
    Cue.AROUND_MIDDLE: Weight(1.792, 0.221, -0.982),
    Cue.FACE_COARSE: Weight(2.165, 0.220, 1.376),
    Cue.AROUND_COARSE: Weight(2.189, 0.213, 0.736),
    Cue.FACE_EDGES: Weight(0.264, 0.206, -0.467),
    Cue.RING_EDGES: Weight(0.195, 0.219, 0.604),
    Cue.BENT: Weight(4.608, 1.643, -0.233),
    Cue.LIVE_SHARPNESS: Weight(-3.269, 0.576, 0.222),
    Cue.REFERENCE_SHARPNESS: Weight(-2.886, 0.584, 0.717),
}
BIAS: Final = -2.188


def examine(
    reference: Rgb,
    reference_template: FaceTemplate,
    live: Rgb,
    live_template: FaceTemplate,
    *,
    threshold: float = THRESHOLD,
) -> MorphFinding:
    """Pure. Of a reference that does not match the live face nothing is said: the comparison says enough.

    A gate whose genuine pairs are more alike than press photographs sets its own, lower `threshold`: the one that
    one in a hundred of them reaches. Raise `UnusableImage` where the points of a face coincide or lie outside the
    picture, `FaceModelMissing`.
    """
    from biometrics.face.morphing.cues import measured  # here: who only carries a finding loads no network

    if code := _hindrance(reference_template, live_template):
        return MorphFinding(Outcome.UNDETERMINED, None, threshold, code)
    reasons = weighed(measured(reference, reference_template, live, live_template))
    score = BIAS + sum(reason.contribution for reason in reasons)
    outcome = Outcome.FAILED if score >= threshold else Outcome.SUCCESSFUL
    return MorphFinding(outcome, score, threshold, reasons=reasons)


def _hindrance(reference: FaceTemplate, live: FaceTemplate) -> str:
    if reference.backend != DLIB or live.backend != DLIB:
        return "other_embedder"
    if min(reference.box.width, live.box.width) < SMALLEST:
        return "face_too_small"
    return "" if float(reference.vector @ live.vector) >= MATCH else "no_match"


def weighed(values: Values) -> tuple[Reason, ...]:
    """`values` in the order of `Cue`."""
    reasons = []
    for cue, value in zip(Cue, values.tolist(), strict=True):
        usual, spread, weight = WEIGHTS[cue]
        off = float(np.clip((value - usual) / spread, -FARTHEST, FARTHEST))
        reasons.append(Reason(cue, value, usual, weight * off))
    return tuple(sorted(reasons, key=lambda reason: -reason.contribution))
