"""The work of the matching process: pictures go in, small facts come out.

Used by the gate and by the bio-cart. Each function imports what it computes with when it is called, which is in the
worker: a station's main process names these functions and never loads a network, a compiler or OpenCV.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from biometrics.capture import Comparison, Gray, NoFace, Rgb
from biometrics.face.sight import Sight, Wanted
from biometrics.face.template import FaceTemplate
from biometrics.outcome import Outcome
from biometrics.workers import Warming, Workers
from passport_reader.document import PageReading

if TYPE_CHECKING:
    from biometrics.face.attempt import CaptureAttempt
    from biometrics.face.liveness.report import LivenessReport
    from biometrics.face.morphing import MorphFinding

MOST_ATTEMPTS: Final = 1
"""A station has one face desk; another attempt is one whose end was never told. Each holds a few frames."""
_attempts: dict[str, CaptureAttempt] = {}
"""Of the matching process, by the name the desk gave; lost with the process."""


def process(*more: Warming, face_backend: Path | None = None) -> Workers:
    """The one process in which a station computes: reads pages, knows faces by the backend of a TOML file or the
    shipped one, and what `more` prepares for."""
    return Workers(1, warm=(warm_pages, partial(warm_faces, face_backend), *more))


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a check found that knows no certainty: `code` is what speaks most against the person, or why nothing is
    known, `detail` a sentence or two for an officer."""

    outcome: Outcome
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FaceSample:
    """What a capture attempt came to: `jpeg` is the best frame, taken at the monotonic second `at`."""

    template: FaceTemplate
    jpeg: bytes = field(repr=False)
    at: float
    liveness: Suspicion


@dataclass(frozen=True, slots=True)
class PortraitSample:
    """The chip's portrait compared with the live face, whether it looks blended of two people, and whether the page
    shows the same person; `page` is None where there was no page."""

    comparison: Comparison
    morphing: Suspicion
    page: Suspicion | None = None


def read_page(image: Rgb) -> PageReading:
    """As `passport_reader.page.reader.read_page`."""
    from passport_reader.page import reader as page

    return page.read_page(image)


def look_at(
    attempt: str,
    image: Rgb,
    at: float,
    wanted: Wanted,
    *,
    infrared: Gray | None = None,
    empty: Gray | None = None,
) -> Sight:
    """One frame (RGB, uint8) of a capture attempt, with what a second camera saw of the same moment, and what this one
    saw with nobody before it. The first frame begins the attempt, and so does the first after a worker was replaced.
    Raise `UnusableImage`."""
    from biometrics.face.attempt import CaptureAttempt

    if attempt not in _attempts:
        _attempts[attempt] = CaptureAttempt(wanted, empty=empty)
        while len(_attempts) > MOST_ATTEMPTS:
            del _attempts[next(iter(_attempts))]
    return _attempts[attempt].look(image, at, infrared)


def face_sample(attempt: str) -> FaceSample:
    """The attempt's template; the attempt ends. Raise `NoFace` where no frame was kept, `FaceChanged`."""
    from biometrics.face.compare import verifier

    watched = _attempts.pop(attempt, None)
    if watched is None:
        raise NoFace("No frame of this capture is known any more.")
    template = watched.template(verifier())
    jpeg, at = watched.picture()
    return FaceSample(template, jpeg, at, _alive(watched.liveness()))


def _alive(report: LivenessReport) -> Suspicion:
    if report.live is None:
        return Suspicion(Outcome.UNDETERMINED, "too_little_seen", report.explanation)
    if report.live:
        return Suspicion(Outcome.SUCCESSFUL, detail=report.explanation)
    against = min(report.findings, key=lambda finding: finding.score, default=None)
    return Suspicion(Outcome.FAILED, against.code if against else "", report.explanation)


def small_portrait(data: bytes) -> bytes:
    """A chip's portrait, JPEG or JPEG 2000, as `thumbnail.small` makes it. Raise `UnusableImage`."""
    from biometrics.picture import decode

    from .thumbnail import small

    return small(decode(data))


def forget(attempt: str) -> None:
    """Nothing of the attempt stays; one that is not known is no error."""
    _attempts.pop(attempt, None)


def portrait_template(portrait: bytes) -> FaceTemplate:
    """The chip's portrait (JPEG or JPEG 2000).

    Raise `UnusableImage` where it cannot be decoded, `NoFace` or `SeveralFaces` where it shows no one face.
    """
    from biometrics.face.compare import template_of

    return template_of(portrait)


def compare_portrait(
    portrait: bytes,
    live: FaceTemplate,
    jpeg: bytes,
    *,
    chip: FaceTemplate | None = None,
    page: Rgb | None = None,
    morphing_threshold: float | None = None,
) -> PortraitSample:
    """The live face, of the frame `jpeg`, with the chip's portrait, of which `chip` is the template where it is known;
    and that with the portrait on the picture of the data page.

    `morphing_threshold` is of `biometrics.face.morphing.examine`; None takes the shipped one.
    Raise as `portrait_template`.
    """
    from biometrics.face.compare import verifier
    from biometrics.face.morphing import compare_with_chip
    from biometrics.face.morphing.examination import THRESHOLD, examine
    from biometrics.picture import decode

    known = portrait_template(portrait) if chip is None else chip
    pictures = decode(portrait), known, decode(jpeg), live
    limit = THRESHOLD if morphing_threshold is None else morphing_threshold
    printed = None if page is None else compare_with_chip(page, known)
    return PortraitSample(
        verifier().compare(known, live),
        _blended(examine(*pictures, threshold=limit)),
        None if printed is None else Suspicion(printed.outcome, printed.code),
    )


def _blended(found: MorphFinding) -> Suspicion:
    cues = ", ".join(reason.cue.value for reason in found.reasons[:2]) if found.suspicious else ""
    return Suspicion(found.outcome, found.code or ("blended" if found.suspicious else ""), cues)


def warm_pages() -> None:
    """Raise `ClassifierMissing`."""
    from passport_reader.page.reader import prepare

    prepare()


def warm_faces(backend: Path | None = None) -> None:
    """Raise `FaceModelMissing`, `FaceModelUnusable`."""
    from biometrics.face.compare import warm_up

    warm_up(backend)
