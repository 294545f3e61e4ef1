"""A print as a scanner sent it: decoded and rated. For worker processes.

What computes is imported when it is called, so that whoever only names these functions loads no compiler. Bytes of a
scanner are decoded here too: a codec that dies on them takes a worker with it, not a station.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from biometrics.capture import FingerImage, Gray, Quality


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


def of_same_image(a: FingerImage, b: FingerImage) -> bool:
    """Whether two captures are one picture, which no two presentations are. Raises `UnusableImage`."""
    from biometrics.finger.duplicates import digest, same_image
    from biometrics.finger.extract import extract

    return same_image(digest(extract(a)), digest(extract(b)))


def warm_up() -> None:
    """For `Workers(warm=...)`: compile what extraction needs, or load what was compiled. Seconds on a new machine."""
    from biometrics.finger.extract import extract

    ridges = 127 + 100 * np.sin(np.arange(128) * 0.7)
    extract(np.broadcast_to(ridges, (128, 128)).astype(np.uint8))
