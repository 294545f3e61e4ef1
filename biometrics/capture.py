"""What sensors give, and the ports they stand behind.

BiometricError                   code, advice
├── CaptureFailed                no usable picture or print
│   ├── NoFace
│   ├── SeveralFaces
│   └── FaceChanged              another person may have taken the place of the first
├── DeviceLost                   the sensor does not answer
├── FaceModelMissing             a network is not installed, or no cache can be kept for it
├── FaceModelUnusable            problems: what is wrong with a backend's file or networks
├── OtherBackend                 templates of two backends do not compare
└── UnusableImage                not an image this code can work on
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
"""Shape (height, width, 3), RGB order, 0 to 255."""
Gray = npt.NDArray[np.uint8]
"""Shape (height, width); a print has dark ridges on a light ground."""


class BiometricError(Exception):
    """`advice` is what the person before the sensor can do about it, as in `Quality`; None where nothing."""

    code = "biometric_error"
    advice: str | None = None


class CaptureFailed(BiometricError):
    code = "capture_failed"


class NoFace(CaptureFailed):
    code = "no_face"
    advice = "come_closer"


class SeveralFaces(CaptureFailed):
    code = "several_faces"
    advice = "one_person"


class FaceChanged(CaptureFailed):
    code = "face_changed"


class DeviceLost(BiometricError):
    code = "device_lost"


class FaceModelMissing(BiometricError):
    code = "face_model_missing"


class FaceModelUnusable(BiometricError):
    """`problems` are sentences, one for everything found wrong."""

    code = "face_model_unusable"

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(self.problems)


class OtherBackend(BiometricError):
    code = "other_backend"


class UnusableImage(BiometricError):
    code = "unusable_image"


class FingerPosition(StrEnum):
    """The ten fingers; `code` numbers them as ISO/IEC 19794-2 table 2 does."""

    RIGHT_THUMB = "right_thumb"
    RIGHT_INDEX = "right_index"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_RING = "right_ring"
    RIGHT_LITTLE = "right_little"
    LEFT_THUMB = "left_thumb"
    LEFT_INDEX = "left_index"
    LEFT_MIDDLE = "left_middle"
    LEFT_RING = "left_ring"
    LEFT_LITTLE = "left_little"

    @property
    def code(self) -> int:
        return list(FingerPosition).index(self) + 1


class OnPlate(StrEnum):
    """What was asked to be laid on a plate for several fingers."""

    RIGHT = "right"
    LEFT = "left"
    UNKNOWN = "unknown"
    """Four fingers of either hand."""
    THUMBS = "thumbs"
    INDEXES = "indexes"


@dataclass(frozen=True, slots=True)
class QualityComponent:
    """`value` 0 to 100; `raw` is what was measured, in `unit` (ISO/IEC 29794-1: a quality component)."""

    name: str
    value: int
    raw: float
    unit: str


@dataclass(frozen=True, slots=True)
class Quality:
    """0 to 100, and one piece of advice where something can be done (`press_harder`, `come_closer`, …)."""

    value: int
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A camera frame; `at` is the monotonic clock's second at arrival, `number` counts up by one."""

    image: Rgb
    at: float
    number: int


@dataclass(frozen=True, slots=True)
class FingerImage:
    """A print as captured, at `dpi` pixels an inch."""

    pixels: Gray
    dpi: int
    position: FingerPosition
    quality: Quality


@dataclass(frozen=True, slots=True)
class Comparison:
    """A score, higher = more alike, and the threshold that stands for the false match rate `fmr`."""

    score: float
    threshold: float
    fmr: float
    backend: str

    @property
    def matched(self) -> bool:
        return self.score >= self.threshold


class Camera(Protocol):
    """Frames until closed. `frames()` raises `DeviceLost` when the camera hangs, freezes or vanishes."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def frames(self) -> Iterator[Frame]: ...


class FingerScanner(Protocol):
    """One finger at a time. Raises `CaptureFailed` on a timeout or poor print, `DeviceLost` when it does not answer."""

    def capture(self, position: FingerPosition, *, seconds: float = 10.0) -> FingerImage: ...
