"""One face against another: picture to template, two templates to a score that stands for a false match rate.

templates = verifier.template(portrait), verifier.template(frame)
verifier.compare(*templates).matched
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from biometrics.capture import Comparison, FaceModelUnusable, NoFace, OtherBackend, Rgb, SeveralFaces
from biometrics.face.backend import Backend, loaded, shipped
from biometrics.face.backend_file import uncalibrated
from biometrics.face.calibration import SHIPPED, Calibration
from biometrics.face.detect import WINDOW, detect, landmarks
from biometrics.face.mmod import margins
from biometrics.face.quality import assess
from biometrics.face.template import FaceBox, FaceTemplate, Points
from biometrics.picture import decode

FMR: Final = 0.001
THRESHOLD: Final = SHIPPED.threshold_at(FMR)
"""Dot product at a false match rate of 0.1 % of the shipped backend. As a distance 0.366; in dlib's own scale, where
vectors have a length of 1.4, about 0.52."""
BYSTANDER: Final = 0.6
"""A second face at least this wide, by the widest, is a second person at the camera and not one in the queue."""
LARGE: Final = 3 / 16
"""Of a picture's longer side, as wide are the faces looked for first: 120 of 640 pixels, in half the time."""

Sighting = tuple[Rgb, FaceBox, Points]
"""A picture, where a face lies in it, and the face's five points."""


class FaceVerifier:
    """The score is the vectors' dot product, -1 to 1; `threshold` stands for the false match rate `fmr`."""

    def __init__(self, backend: Backend | None = None, *, fmr: float = FMR) -> None:
        """Raise `FaceModelMissing`, `FaceModelUnusable` where the backend is not calibrated, and `RateUnsupported`."""
        self.backend = backend or shipped()
        if self.backend.calibration is None:
            raise FaceModelUnusable([uncalibrated(self.backend.name)])
        self.calibration: Calibration = self.backend.calibration
        self.threshold = self.threshold_at(fmr)
        self.fmr = fmr

    @classmethod
    def from_toml(cls, path: Path, *, fmr: float = FMR) -> FaceVerifier:
        """Of the backend the file describes (`backend_file`). Raise as `__init__` does."""
        return cls(loaded(path), fmr=fmr)

    def threshold_at(self, fmr: float) -> float:
        """Raise `RateUnsupported` under what the calibration's pairs can show."""
        return self.calibration.threshold_at(fmr)

    def template(self, image: Rgb, *, alone: bool = True, smallest: int | None = None) -> FaceTemplate:
        """Of the only face in an RGB picture, or with `alone=False` of the one nearest the middle.

        `smallest` is as in `detect`. Raise `NoFace`, `SeveralFaces`, `UnusableImage`.
        """
        return template(self.backend, image, alone=alone, smallest=smallest)

    def template_at(self, image: Rgb, box: FaceBox, points: Points) -> FaceTemplate:
        """Of a face that was found before; nothing is searched. Raise `UnusableImage` where the points coincide."""
        return self.templates_at([(image, box, points)])[0]

    def templates_at(self, faces: Sequence[Sighting]) -> list[FaceTemplate]:
        """Of several, in one run of the network. Raise `UnusableImage` where the points of one coincide."""
        return templates_at(self.backend, faces)

    def compare(self, a: FaceTemplate, b: FaceTemplate) -> Comparison:
        """Raise `OtherBackend` where a template is of another backend than this one's."""
        for one in (a, b):
            if one.backend != self.backend.name:
                raise OtherBackend(
                    f"A template of {one.backend} does not compare with one of {self.backend.name}; "
                    "take it from its picture again."
                )
        score = float(a.vector @ b.vector)
        return Comparison(score=score, threshold=self.threshold, fmr=self.fmr, backend=self.backend.name)


def template(backend: Backend, image: Rgb, *, alone: bool = True, smallest: int | None = None) -> FaceTemplate:
    """As `FaceVerifier.template`, of a backend that need not be calibrated."""
    box = _only(_faces_alone(backend, image, smallest)) if alone else _middle(backend, image, smallest)
    points = landmarks(image, box)
    _check_whole(image, points)
    return templates_at(backend, [(image, box, points)])[0]


def templates_at(backend: Backend, faces: Sequence[Sighting]) -> list[FaceTemplate]:
    if not faces:
        return []
    vectors = backend.embedder.many([backend.embedder.crops(image, at, box.marks) for image, box, at in faces])
    return [
        FaceTemplate(vector, box, points, assess(image, box, points), backend.name)
        for vector, (image, box, points) in zip(vectors, faces, strict=True)
    ]


def _faces_alone(backend: Backend, image: Rgb, smallest: int | None) -> list[FaceBox]:
    """Large faces first: where one is found, a second is looked for no smaller than it would have to be to matter."""
    large = int(LARGE * max(image.shape[:2]))
    if large <= (smallest or WINDOW):
        return backend.detector(image, smallest=smallest)
    faces = backend.detector(image, smallest=large, thorough=False)
    if not faces:
        return backend.detector(image, smallest=smallest)
    matters = BYSTANDER * faces[0].width
    if len(faces) > 1 or matters >= large:
        return faces
    return backend.detector(image, smallest=max(int(matters), smallest or WINDOW), thorough=False) or faces


def _only(faces: list[FaceBox]) -> FaceBox:
    if not faces:
        raise _no_face()
    if len(faces) > 1 and faces[1].width >= BYSTANDER * faces[0].width:
        raise SeveralFaces("More than one face was found in the picture.")
    return faces[0]


def _middle(backend: Backend, image: Rgb, smallest: int | None) -> FaceBox:
    faces = backend.detector(image, smallest=smallest)
    if not faces:
        raise _no_face()
    y, x = image.shape[0] / 2, image.shape[1] / 2
    return min(faces, key=lambda box: np.hypot(box.centre[0] - x, box.centre[1] - y))


def _no_face() -> NoFace:
    return NoFace(
        f"No face was found in the picture: come closer ({WINDOW} pixels across), whole, and look at the camera."
    )


def _check_whole(image: Rgb, points: Points) -> None:
    """Points outside the picture are guesses, and so would a comparison be."""
    height, width = image.shape[:2]
    if (points < 0).any() or (points >= (width, height)).any():
        error = NoFace("The face is cut off by the edge of the picture.")
        error.advice = "centre_face"
        raise error


_chosen: Path | None = None


def choose(path: Path | None) -> None:
    """The backend of this process from now on: a TOML file's, or the shipped one. Raise as `FaceVerifier.from_toml`."""
    global _chosen
    _verifier(path)
    _chosen = path


def verifier() -> FaceVerifier:
    """One of this process, so that a worker loads the models once; of the backend that `choose` was told."""
    return _verifier(_chosen)


@cache
def _verifier(path: Path | None) -> FaceVerifier:
    return FaceVerifier(loaded(path))


def template_of(picture: bytes | Rgb, *, smallest: int | None = None) -> FaceTemplate:
    """For worker processes: an encoded picture or an RGB array. Raises as `FaceVerifier.template` does."""
    image = decode(picture) if isinstance(picture, bytes) else picture
    return verifier().template(image, smallest=smallest)


def warm_up(backend: Path | None = None) -> None:
    """For `Workers(warm=...)`: load the models, run them once, and `choose` the backend. Raise as `choose` does."""
    choose(backend)
    blank = np.full((150, 150, 3), 128, np.uint8)
    detect(blank, thorough=False)
    margins(blank)
    box = FaceBox(25, 25, 100, 100, 0)
    verifier().template_at(blank, box, landmarks(blank, box))
