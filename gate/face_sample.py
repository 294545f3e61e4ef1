"""The face work done inside the worker process: pictures go in, small facts come out.

Module-level functions of plain arguments, so that a spawned process can run them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from biometrics.capture import Comparison, NoFace, Quality, Rgb, SeveralFaces
from biometrics.face.compare import FaceTemplate, template_of, verifier
from biometrics.picture import to_jpeg


@dataclass(frozen=True, slots=True)
class FaceSample:
    """One frame as judged: `template` is None where nothing comparable was seen, `advice` says what to change."""

    template: FaceTemplate | None
    quality: Quality
    advice: str | None
    jpeg: bytes = field(default=b"", repr=False)


def sample(image: Rgb) -> FaceSample:
    """Detect, judge, and embed one frame (RGB, uint8)."""
    try:
        template = verifier().template(image)
    except NoFace:
        return FaceSample(None, Quality(0), "look_at_camera")
    except SeveralFaces:
        return FaceSample(None, Quality(0), "one_person")
    return FaceSample(template, template.quality, template.quality.advice, to_jpeg(image))


def compare_portrait(portrait: bytes, live: FaceTemplate) -> Comparison:
    """Compare the chip's portrait (JPEG or JPEG 2000) with a live template.

    Raise `UnusableImage` where the portrait cannot be decoded, `NoFace` or `SeveralFaces` where it shows no one face.
    """
    return verifier().compare(template_of(portrait), live)
