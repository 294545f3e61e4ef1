"""What a capture tells about whether a living face stood before the camera (ISO/IEC 30107-1 vocabulary)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometrics.outcome import Outcome

Depth = npt.NDArray[np.float32]
"""Shape (height, width), millimetres from the camera; 0 where nothing was measured."""


@dataclass(frozen=True, slots=True)
class LivenessFinding:
    """`value` in the layer's own unit, NaN where undetermined; `score` what it adds to the log-odds of a living face;
    `code` names the attack side of the layer; `detail` is one sentence for an officer."""

    layer: str
    value: float
    score: float
    code: str
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class LivenessReport:
    """`score`: natural log-odds of bona fide against attack, the sum of the findings' scores and a constant.

    `live` is None where not enough was seen: that never clears anybody. No claim of ISO/IEC 30107-3 conformance.
    """

    score: float
    live: bool | None
    threshold: float
    findings: tuple[LivenessFinding, ...]
    explanation: str
