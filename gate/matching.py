"""The work of the matching process: pictures go in, small facts come out.

Used by the gate and by the bio-cart. Each function imports what it computes with when it is called, which is in the
worker: a station's main process names these functions and never loads a network, a compiler or OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from biometrics.capture import Comparison, NoFace, Quality, Rgb, SeveralFaces
from biometrics.face.template import FaceTemplate
from biometrics.picture import to_jpeg
from biometrics.workers import Warming, Workers
from passport_reader.document import PageReading


def process(*more: Warming) -> Workers:
    """The one process in which a station computes: reads pages, knows faces, and what `more` prepares for."""
    return Workers(1, warm=(warm_pages, warm_faces, *more))


@dataclass(frozen=True, slots=True)
class FaceSample:
    """One frame as judged: `template` is None where nothing comparable was seen, `advice` says what to change."""

    template: FaceTemplate | None
    quality: Quality
    advice: str | None
    jpeg: bytes = field(default=b"", repr=False)


def read_page(image: Rgb) -> PageReading:
    """As `passport_reader.page.reader.read_page`."""
    from passport_reader.page import reader as page

    return page.read_page(image)


def sample(image: Rgb) -> FaceSample:
    """Detect, judge, and embed one frame (RGB, uint8)."""
    from biometrics.face.compare import verifier

    try:
        template = verifier().template(image)
    except NoFace:
        return FaceSample(None, Quality(0), "look_at_camera")
    except SeveralFaces:
        return FaceSample(None, Quality(0), "one_person")
    return FaceSample(template, template.quality, template.quality.advice, to_jpeg(image))


def portrait_template(portrait: bytes) -> FaceTemplate:
    """The chip's portrait (JPEG or JPEG 2000).

    Raise `UnusableImage` where it cannot be decoded, `NoFace` or `SeveralFaces` where it shows no one face.
    """
    from biometrics.face.compare import template_of

    return template_of(portrait)


def compare_templates(chip: FaceTemplate, live: FaceTemplate) -> Comparison:
    from biometrics.face.compare import verifier

    return verifier().compare(chip, live)


def compare_portrait(portrait: bytes, live: FaceTemplate) -> Comparison:
    """Both in one; raise as `portrait_template`."""
    return compare_templates(portrait_template(portrait), live)


def warm_pages() -> None:
    """Raise `ClassifierMissing`."""
    from passport_reader.page.reader import prepare

    prepare()


def warm_faces() -> None:
    """Raise `FaceModelMissing`."""
    from biometrics.face.compare import verifier, warm_up

    warm_up()
    verifier()
