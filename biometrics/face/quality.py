"""Quality of a picture of a face: what could be better, and the one thing its owner can do about it.

Each component is 0 to 100: 50 where it begins to matter, 100 where nothing more is to be had. They are not mixed: where
frames must be put in order (`value`), the worst of those components counts that move a comparison's score. Limits were
set so that few of LFW's pictures fall below (`python -m benchmarks.face_quality` prints how many, of each).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from biometrics.capture import Quality, QualityComponent, Rgb
from biometrics.face.guidance import Advice
from biometrics.face.quality_measures import Measures, measure
from biometrics.face.template import FaceBox, Points

ENOUGH_EYES: Final = 40.0
"""Pixels between the eyes: the chip of 150 is then enlarged less than 1.4 times. LFW's pictures have 33 to 65."""
MOST_SIZE: Final = 0.62
"""Of the shorter side: nearer, chin or hair leave the frame."""
MOST_OFF_CENTRE: Final = 0.22
MOST_YAW, MOST_PITCH, MOST_ROLL = 40.0, 55.0, 18.0
"""Degrees: each beyond what 98 % of LFW's pictures have, in which recognition works."""
ENOUGH_SHARPNESS: Final = 0.005
"""99 % of LFW's pictures lie above, 95 % of them below when blurred by 3 pixels."""
MOST_LOST: Final = 0.3
"""Share of the face in which exposure leaves nothing: twice what 99.5 % of LFW's pictures have."""
ENOUGH_UNIFORMITY: Final = 0.45
"""And the next three: 99 % of LFW's pictures are better, of mouths 90 %."""
ENOUGH_ENTROPY: Final = 6.0
MOST_UNNATURAL: Final = 8.0
MOST_OPEN: Final = 0.3


@dataclass(frozen=True, slots=True)
class _Judge:
    """How a component comes from the measures: `share` is 0.5 where it begins to matter, 1 at its best."""

    name: str
    unit: str
    raw: Callable[[Measures], float]
    share: Callable[[Measures], float]
    orders: bool
    """Whether it moves a comparison's score, and so a frame's place."""


def _at_least(raw: float, enough: float) -> float:
    return raw / enough / 2


def _at_most(raw: float, most: float) -> float:
    return 1.5 - raw / most


def _not(score: float) -> float:
    """Of a logit above 0 where something is wrong."""
    return 1 / (1 + math.exp(min(max(score, -30.0), 30.0)))


JUDGES: Final = (
    _Judge("InterEyeDistance", "px", lambda m: m.inter_eye_distance,
           lambda m: _at_least(m.inter_eye_distance, ENOUGH_EYES), True),
    _Judge("HeadSize", "of the frame", lambda m: m.head_size, lambda m: _at_most(m.head_size, MOST_SIZE), True),
    _Judge("MarginOfTheFaceImage", "face widths", lambda m: m.margin, lambda m: 0.5 + m.margin, False),
    _Judge("HeadCentred", "of the frame", lambda m: m.off_centre,
           lambda m: _at_most(m.off_centre, MOST_OFF_CENTRE), True),
    _Judge("HeadPoseYaw", "°", lambda m: m.yaw, lambda m: _at_most(abs(m.yaw), MOST_YAW), True),
    _Judge("HeadPosePitch", "°", lambda m: m.pitch, lambda m: _at_most(abs(m.pitch), MOST_PITCH), True),
    _Judge("HeadPoseRoll", "°", lambda m: m.roll, lambda m: _at_most(abs(m.roll), MOST_ROLL), True),
    _Judge("Sharpness", "", lambda m: m.sharpness, lambda m: _at_least(m.sharpness, ENOUGH_SHARPNESS), True),
    _Judge("UnderExposurePrevention", "of the face", lambda m: m.under_exposed,
           lambda m: _at_most(m.under_exposed, MOST_LOST), True),
    _Judge("OverExposurePrevention", "of the face", lambda m: m.over_exposed,
           lambda m: _at_most(m.over_exposed, MOST_LOST), True),
    _Judge("LuminanceMean", "", lambda m: m.luminance_mean,
           lambda m: _at_most(abs(m.luminance_mean - 0.5), 0.36), False),
    _Judge("LuminanceVariance", "", lambda m: m.luminance_variance,
           lambda m: _at_least(m.luminance_variance, 0.005), False),
    _Judge("DynamicRange", "bit", lambda m: m.dynamic_range, lambda m: _at_least(m.dynamic_range, ENOUGH_ENTROPY),
           False),
    _Judge("IlluminationUniformity", "", lambda m: m.illumination_uniformity,
           lambda m: _at_least(m.illumination_uniformity, ENOUGH_UNIFORMITY), True),
    _Judge("NaturalColour", "ΔE", lambda m: m.natural_colour, lambda m: _at_most(m.natural_colour, MOST_UNNATURAL),
           False),
    _Judge("EyesVisible", "logit", lambda m: -m.eyes_covered, lambda m: _not(m.eyes_covered), True),
    _Judge("MouthOcclusionPrevention", "logit", lambda m: -m.mouth_covered, lambda m: _not(m.mouth_covered), True),
    _Judge("EyesOpen", "logit", lambda m: -m.eyes_shut, lambda m: _not(m.eyes_shut), False),
    _Judge("MouthClosed", "of the mouth", lambda m: m.mouth_open, lambda m: _at_most(m.mouth_open, MOST_OPEN), False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaceQuality(Quality):
    """With what it was judged by."""

    measures: Measures | None = None

    @property
    def components(self) -> tuple[QualityComponent, ...]:
        return () if self.measures is None else components(self.measures)


def assess(image: Rgb, box: FaceBox, points: Points) -> FaceQuality:
    """`value` is the worst of the components that move a comparison's score; advice where the traveller can do better.
    Poor light lowers the value and gives no advice: it is the staff's to mend."""
    found = measure(image, box, points)
    worst = min(_clipped(judge.share(found)) for judge in JUDGES if judge.orders)
    return FaceQuality(round(100 * worst), advice(found), found)


def components(measures: Measures) -> tuple[QualityComponent, ...]:
    """In the order of `JUDGES`."""
    return tuple(
        QualityComponent(judge.name, round(100 * _clipped(judge.share(measures))), judge.raw(measures), judge.unit)
        for judge in JUDGES
    )


def advice(m: Measures) -> Advice | None:
    """The first that applies. What a face wears is not told from a blurred or badly lit picture; dark glasses hide the
    skin a mask is told by, so they come first."""
    lit = max(m.under_exposed, m.over_exposed) <= MOST_LOST
    wrong = (
        (Advice.COME_CLOSER, m.inter_eye_distance < ENOUGH_EYES),
        (Advice.STEP_BACK, m.head_size > MOST_SIZE),
        (Advice.CENTRE_FACE, m.margin < 0 or m.off_centre > MOST_OFF_CENTRE),
        (Advice.HOLD_STILL, lit and m.sharpness < ENOUGH_SHARPNESS),
        (Advice.TAKE_OFF_GLASSES, lit and m.eyes_covered > 0),
        (Advice.TAKE_OFF_MASK, lit and m.mouth_covered > 0),
        (Advice.LOOK_AT_CAMERA, abs(m.yaw) > MOST_YAW or abs(m.pitch) > MOST_PITCH or abs(m.roll) > MOST_ROLL),
        (Advice.OPEN_EYES, lit and m.eyes_shut > 0),
    )
    return next((one for one, applies in wrong if applies), None)


def findings(m: Measures) -> tuple[str, ...]:
    """What staff can mend: `more_light`, `less_light`, `even_light`."""
    wrong = {
        "more_light": m.under_exposed > MOST_LOST,
        "less_light": m.over_exposed > MOST_LOST,
        "even_light": m.illumination_uniformity < ENOUGH_UNIFORMITY,
    }
    return tuple(name for name, applies in wrong.items() if applies)


def _clipped(share: float) -> float:
    return min(max(share, 0.0), 1.0)
