"""A print as a scanner sent it: decoded and rated. For worker processes.

What computes is imported when it is called, so that whoever only names these functions loads no compiler. Bytes of a
scanner are decoded here too: a codec that dies on them takes a worker with it, not a station.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from biometrics.capture import FingerImage, Gray, Quality

REPEAT_FMR: Final = 1e-5
"""Rarer than at a decision: who is asked for another finger without need has lost time for nothing."""


@dataclass(frozen=True, slots=True)
class PrintSample:
    """`pixels` as captured, at `dpi`."""

    pixels: Gray = field(repr=False)
    dpi: int
    quality: Quality


def assessed(data: bytes) -> PrintSample:
    """TIFF, PNG, BMP, JPEG or WSQ. Raise `UnusableImage`."""
    from biometrics.finger.extract import extract
    from biometrics.finger.image import decode

    pixels, dpi = decode(data)
    return PrintSample(pixels, dpi, extract(pixels, dpi).quality)


class Repeat(StrEnum):
    """How one capture repeats another."""

    PICTURE = "same_picture"
    """A copy: no two presentations give one picture."""
    FINGER = "same_finger"


def repeated(a: FingerImage, b: FingerImage) -> Repeat | None:
    """None where these are two fingers, as far as the prints tell: a comparison at a false match rate of `REPEAT_FMR`.
    Raises `UnusableImage`."""
    from biometrics.finger.compare import calibration, prepare, score
    from biometrics.finger.duplicates import digest, same_image
    from biometrics.finger.extract import extract

    one, other = extract(a), extract(b)
    if same_image(digest(one), digest(other)):
        return Repeat.PICTURE
    first, second = prepare(one), prepare(other)
    same = score(first, second) >= calibration(first, second).threshold_for(REPEAT_FMR)
    return Repeat.FINGER if same else None


def warm_up() -> None:
    """For `Workers(warm=...)`: compile what is called here, or load what was compiled. Seconds on a new machine."""
    from biometrics.finger.compare import warm_up as compile_all

    compile_all()
