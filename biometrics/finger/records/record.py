"""What a minutiae record says, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from biometrics.capture import FingerPosition
from biometrics.finger.extract import FingerTemplate

RIDGE_COUNTS: Final = 1
"""Identifier of the extended area of ridge counts, ISO/IEC 19794-2:2005 §8.5.2; the same in ANSI INCITS 378."""


class Format(StrEnum):
    ISO_2005 = "iso19794-2"
    ISO_2011 = "iso19794-2:2011"
    ANSI_2004 = "ansi378-2004"
    ANSI_2009 = "ansi378-2009"
    CARD_NORMAL = "card-normal"
    CARD_COMPACT = "card-compact"
    CARD_2011 = "card-2011"


class Rating(StrEnum):
    """Whether a view's quality is known: 0 is the worst, and neither of the others."""

    GIVEN = "given"
    NOT_GIVEN = "not_given"
    FAILED = "failed"
    """It was to be computed, and could not be."""


@dataclass(frozen=True, slots=True)
class QualityBlock:
    """A quality 0 to 100 (254 not given, 255 failed) and who computed it: registered vendor and algorithm."""

    value: int
    vendor: int = 0
    algorithm: int = 0


@dataclass(frozen=True, slots=True)
class ExtendedArea:
    """An extended data area as it stands in the record, without its header of 4 octets."""

    identifier: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RidgeCount:
    """Ridges crossed between two minutiae, numbered from 0 in the template's order. That numbers start at 0 rests on
    how other open readers take them; no sample decides it."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class View:
    """One finger view of a record; `position` None is an unknown finger, or several where `several` has the code."""

    template: FingerTemplate
    position: FingerPosition | None = None
    number: int = 0
    impression: int = 0
    """Table 3: 0 is a live plain print."""
    several: int = 0
    """Position code of more than one finger, such as 13, the four right fingers; 0 is none."""
    qualities: tuple[QualityBlock, ...] = ()
    """As written, where the format names algorithms."""
    captured: bytes = b"\xff" * 9
    """Date and time as ISO/IEC 19794-1:2011 writes it (9 octets; all 255: not known)."""
    device: tuple[int, int, int] = (0, 0, 0)
    """Technology, vendor and type of the sensor (2011)."""
    certificates: tuple[tuple[int, int], ...] = ()
    """Authority and scheme (2011)."""
    ending: int = 0
    """How ridge endings were placed (2011)."""
    extended: tuple[ExtendedArea, ...] = ()
    """In ridge counts minutiae are numbered in the template's order; cores and deltas are octets (`landmarks`)."""
    rating: Rating = Rating.GIVEN
    """Where it is not `GIVEN`, the template's quality is a middling 50."""
    unrated: tuple[int, ...] = ()
    """Minutiae of which the record gives no quality, numbered from 0 in the template's order; theirs is 0.5 there."""

    @property
    def ridge_counts(self) -> tuple[RidgeCount, ...]:
        """Of every area of ridge counts: an octet for the method, then three octets a count."""
        return tuple(
            RidgeCount(area.data[at], area.data[at + 1], area.data[at + 2])
            for area in self.extended
            if area.identifier == RIDGE_COUNTS
            for at in range(1, len(area.data) - 2, 3)
        )

    @property
    def code(self) -> int:
        return self.several or (0 if self.position is None else self.position.code)


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record. `equipment` is the capture device's identifier and certification, as written."""

    views: tuple[View, ...]
    equipment: int = 0
    owner: int = 0
    """Registered vendor of the software that wrote it (ANSI)."""
    product: int = 0
    format: Format | None = None
    """What it was read from."""
