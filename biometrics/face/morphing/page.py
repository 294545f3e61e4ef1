"""The portrait printed on the data page as a second reference: it should be the picture that the chip holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.capture import NoFace, Rgb, UnusableImage
from biometrics.face.morphing.finding import PageFinding
from biometrics.face.template import FaceTemplate
from biometrics.outcome import Outcome

MARGIN: Final = 1.0
"""Widths of the face around it that are cut out with it: hair and shoulders of a portrait."""


@dataclass(frozen=True, slots=True, eq=False)
class PageFace:
    """The portrait cut from the page, and its template there."""

    image: Rgb
    template: FaceTemplate


def face_of(page: Rgb) -> PageFace:
    """The largest face on a picture of a data page; a smaller one is the ghost portrait. Raise `NoFace`,
    `UnusableImage`."""
    from biometrics.face.compare import verifier  # here, as in `examination`
    from biometrics.face.detect import detect

    found = detect(page)
    if not found:
        raise NoFace("No face was found on the page.")
    box = found[0]
    reach = MARGIN * box.width
    left, top = int(max(box.left - reach, 0)), int(max(box.top - reach, 0))
    cut = page[top : int(box.top + box.height + reach) + 1, left : int(box.left + box.width + reach) + 1]
    image = np.ascontiguousarray(cut)
    return PageFace(image, verifier().template(image, alone=False))


def compare_with_chip(page: Rgb, chip: FaceTemplate) -> PageFinding:
    """Whether page and chip show one person, at the verifier's threshold."""
    from biometrics.face.compare import verifier

    judge = verifier()
    try:
        compared = judge.compare(face_of(page).template, chip)
    except NoFace:
        return PageFinding(Outcome.UNDETERMINED, None, judge.threshold, "no_face_on_page")
    except UnusableImage:
        return PageFinding(Outcome.UNDETERMINED, None, judge.threshold, "unusable_page")
    if compared.matched:
        return PageFinding(Outcome.SUCCESSFUL, compared.score, judge.threshold)
    return PageFinding(Outcome.FAILED, compared.score, judge.threshold, "another_person")
