"""What an examination finds. These types travel from a worker to its caller, and need no library that runs a model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from biometrics.outcome import Outcome


class Cue(StrEnum):
    UNLIKENESS = "unlikeness"
    """log(1 - score) of reference and live."""
    UNLIKE_HALFWAY = "unlike_halfway"
    """The same, of reference and live mixed in equal parts and live: of one person it falls further."""
    UNLIKE_AROUND = "unlike_around"
    """The same, of hair, ears and jaw alone, the face painted over: in a morph they are the accomplice's."""
    FINE_AGREEMENT = "fine_agreement"
    MIDDLE_AGREEMENT = "middle_agreement"
    COARSE_AGREEMENT = "coarse_agreement"
    """Correlation of both faces' detail: one pose and light make it high, whoever it is; half of it is not theirs."""
    FACE_MIDDLE = "face_middle"
    AROUND_MIDDLE = "around_middle"
    FACE_COARSE = "face_coarse"
    AROUND_COARSE = "around_coarse"
    """log of the detail's strength in the reference: mixing two faces takes detail away, within the face alone."""
    FACE_EDGES = "face_edges"
    RING_EDGES = "ring_edges"
    """The same of the finest detail, in the picture's own pixels."""
    BENT = "bent"
    """Pixels that the live face was bent, in the mean: another pose or expression makes genuine pairs unlike."""
    LIVE_SHARPNESS = "live_sharpness"
    REFERENCE_SHARPNESS = "reference_sharpness"
    """log of the Laplacian's variance by the chip's own: so does a soft picture."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One cue, how it was found, how it usually is in genuine pairs, and what it adds to the score (below 0: takes)."""

    cue: Cue
    value: float
    usual: float
    contribution: float


@dataclass(frozen=True, slots=True)
class MorphFinding:
    """`score` is a log-likelihood ratio, None where undetermined; `code` then says why: no_match, face_too_small,
    other_embedder. `reasons`: every cue, what adds most first."""

    outcome: Outcome
    score: float | None
    threshold: float
    code: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def suspicious(self) -> bool:
        return self.outcome is Outcome.FAILED


@dataclass(frozen=True, slots=True)
class PageFinding:
    """`score` of chip and page, None where undetermined; `code` says why: no_face_on_page, unusable_page,
    another_person."""

    outcome: Outcome
    score: float | None
    threshold: float
    code: str = ""
