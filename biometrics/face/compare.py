"""One face against another: picture to template, two templates to a score that stands for a false match rate.

templates = verifier.template(portrait), verifier.template(frame)
verifier.compare(*templates).matched
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from biometrics.capture import CaptureFailed, Comparison, NoFace, Rgb, SeveralFaces, UnusableImage
from biometrics.face.align import chip
from biometrics.face.detect import detect, landmarks
from biometrics.face.embed import EMBEDDERS, Embedder, default_embedder
from biometrics.face.quality import assess
from biometrics.face.template import FaceBox, FaceTemplate
from biometrics.picture import decode

THRESHOLD: Final = 0.9289
"""Dot product at a false match rate of 0.1 %: the 99.9th percentile of 2,675,583 non-mated pairs, all that 2,315
pictures of 1,241 people of LFW make with this detector, chip and embedder. As a distance 0.377; in dlib's own scale,
where vectors have a length of 1.4, about 0.53."""
FMR: Final = 0.001
BYSTANDER: Final = 0.6
"""A second face at least this wide, by the widest, is a second person at the camera and not one in the queue."""


class FaceVerifier:
    """The score is the vectors' dot product, -1 to 1; `threshold` stands for the false match rate `fmr`."""

    def __init__(self, embedder: Embedder | None = None, *, threshold: float = THRESHOLD, fmr: float = FMR) -> None:
        """Raise `FaceModelMissing`."""
        self._embedder = embedder or default_embedder()
        self.threshold = threshold
        self.fmr = fmr

    def template(self, image: Rgb, *, alone: bool = True, smallest: int | None = None) -> FaceTemplate:
        """Of the only face in an RGB picture, or with `alone=False` of the one nearest the middle.

        `smallest` is as in `detect`. Raise `NoFace`, `SeveralFaces`, `UnusableImage`.
        """
        faces = detect(image, smallest=smallest)
        box = _only(faces) if alone else _middle(faces, image)
        points = landmarks(image, box)
        return FaceTemplate(self._embedder(chip(image, points)), box, points, assess(image, box, points))

    def compare(self, a: FaceTemplate, b: FaceTemplate) -> Comparison:
        score = float(a.vector @ b.vector)
        return Comparison(score=score, threshold=self.threshold, fmr=self.fmr, backend=self._embedder.name)


def _only(faces: list[FaceBox]) -> FaceBox:
    if not faces:
        raise NoFace("No face was found in the picture.")
    if len(faces) > 1 and faces[1].width >= BYSTANDER * faces[0].width:
        raise SeveralFaces("More than one face was found in the picture.")
    return faces[0]


def _middle(faces: list[FaceBox], image: Rgb) -> FaceBox:
    if not faces:
        raise NoFace("No face was found in the picture.")
    y, x = image.shape[0] / 2, image.shape[1] / 2
    return min(faces, key=lambda box: np.hypot(box.centre[0] - x, box.centre[1] - y))


@cache
def verifier() -> FaceVerifier:
    """One of this process, so that a worker loads the models once."""
    return FaceVerifier()


def template_of(picture: bytes | Rgb, *, smallest: int | None = None) -> FaceTemplate:
    """For worker processes: an encoded picture or an RGB array. Raises as `FaceVerifier.template` does."""
    image = decode(picture) if isinstance(picture, bytes) else picture
    return verifier().template(image, smallest=smallest)


def warm_up() -> None:
    """For `Workers(warm=...)`: load the models and run them once. Raise `FaceModelMissing`."""
    blank = np.full((150, 150, 3), 128, np.uint8)
    detect(blank)
    landmarks(blank, FaceBox(25, 25, 100, 100, 0))
    default_embedder()(blank)


def score_pairs(
    pairs: Iterable[tuple[str, str, str]],
    root: Path,
    *,
    embedder: str = "dlib-resnet-29",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[tuple[str, str, str, float]]:
    """(set, a, b) to (set, a, b, score), in order; the image of `a` is ROOT/set/a.EXT, and each is embedded once.

    A pair of which one picture has no usable face is left out: it counts as a failure to match. Raise `UnusableImage`
    where a file is missing, `KeyError` for an unknown embedder. `progress` hears of images done, and of how many.
    """
    wanted = list(pairs)
    names = dict.fromkeys((group, name) for group, a, b in wanted for name in (a, b))
    judge = FaceVerifier(EMBEDDERS[embedder]())
    templates = {}
    for done, (group, name) in enumerate(names, 1):
        templates[group, name] = _template_or_none(judge, _image_file(root / group / name))
        progress(done, len(names))
    for group, a, b in wanted:
        first, second = templates[group, a], templates[group, b]
        if first and second:
            yield group, a, b, judge.compare(first, second).score


def _template_or_none(judge: FaceVerifier, file: Path) -> FaceTemplate | None:
    try:
        return judge.template(decode(file.read_bytes()), alone=False)
    except (CaptureFailed, UnusableImage):
        return None


def _image_file(stem: Path) -> Path:
    for extension in (".jpg", ".jpeg", ".png", ".jp2"):
        file = stem.parent / (stem.name + extension)
        if file.is_file():
            return file
    raise UnusableImage(f"There is no picture {stem.name} (.jpg, .jpeg, .png, .jp2) in {stem.parent.name}.")
