"""One to many: what every gallery does, whatever it compares.

GalleryError                  code
├── AlreadyEnrolled           the identifier is taken
├── UnknownIdentifier         nobody of that name is enrolled
├── NothingToCompare          a template without enough minutiae, no vector, or none at all
├── Uncalibrated              no threshold is known for this backend
└── UnusableGallery           damaged, foreign, or of another version

A hit is a reason to have an officer look, never a conclusion (ISO/IEC 2382-37: a candidate, not an identification).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from biometrics.capture import BiometricError, FingerPosition

Template = TypeVar("Template", contravariant=True)


class GalleryError(BiometricError):
    code = "gallery_error"


class AlreadyEnrolled(GalleryError):
    code = "already_enrolled"


class UnknownIdentifier(GalleryError):
    code = "unknown_identifier"


class NothingToCompare(GalleryError):
    code = "nothing_to_compare"


class Uncalibrated(GalleryError):
    code = "uncalibrated"


class UnusableGallery(GalleryError):
    code = "unusable_gallery"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who resembles the probe, and how much: higher = more alike, on the scale of the modality, which `parts` show.
    For fingers `score` is the sum of the log-likelihood ratios of the fingers that both have; for faces, whose one part
    has no position, the cosine of the most alike sample."""

    identifier: str
    score: float
    parts: tuple[tuple[FingerPosition | None, float], ...]


class Gallery(Protocol[Template]):
    """Samples of people under identifiers. A probe is prepared once, inside `identify`."""

    def __len__(self) -> int:
        """People."""

    def enrol(self, identifier: str, samples: Mapping[FingerPosition | None, Template]) -> None:
        """All samples of one person, or none. Raises `AlreadyEnrolled`, `NothingToCompare`."""

    def remove(self, identifier: str) -> None:
        """What is removed is overwritten. Raises `UnknownIdentifier`."""

    def identify(self, probe: Mapping[FingerPosition | None, Template], *, most: int = 10) -> list[Candidate]:
        """The best candidates, best first; nobody where nothing is alike. Raises `NothingToCompare`."""
