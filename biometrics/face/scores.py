"""Scores of pair lists, for error rates and calibrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometrics.capture import CaptureFailed, UnusableImage
from biometrics.face.backend import Backend, loaded
from biometrics.face.compare import template
from biometrics.face.template import FaceTemplate
from biometrics.picture import decode

EXTENSIONS = (".jpg", ".jpeg", ".png", ".jp2")


def score_pairs(
    pairs: Iterable[tuple[str, str, str]],
    root: Path,
    *,
    backend: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[tuple[str, str, str, float]]:
    """(set, a, b) to (set, a, b, score), in order; the image of `a` is ROOT/set/a.EXT, and each is embedded once.

    A pair of which one picture has no usable face is left out: it counts as a failure to match. Raise `UnusableImage`
    where a file is missing, `FaceModelUnusable` and `FaceModelMissing`. `progress` hears of images done, and of how
    many.
    """
    wanted = list(pairs)
    names = list(dict.fromkeys((group, name) for group, a, b in wanted for name in (a, b)))
    files = [_image_file(root / group / name) for group, name in names]
    templates = dict(zip(names, templates_of(files, loaded(backend), progress=progress), strict=True))
    for group, a, b in wanted:
        first, second = templates[group, a], templates[group, b]
        if first and second:
            yield group, a, b, float(first.vector @ second.vector)


def templates_of(
    files: Sequence[Path], backend: Backend, *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[FaceTemplate | None]:
    """Of the face nearest the middle of each picture; None where there is no usable one."""
    templates = []
    for done, file in enumerate(files, 1):
        templates.append(_template_or_none(backend, file))
        progress(done, len(files))
    return templates


def _template_or_none(backend: Backend, file: Path) -> FaceTemplate | None:
    try:
        return template(backend, decode(file.read_bytes()), alone=False)
    except (CaptureFailed, UnusableImage):
        return None


def _image_file(stem: Path) -> Path:
    for extension in EXTENSIONS:
        file = stem.parent / (stem.name + extension)
        if file.is_file():
            return file
    raise UnusableImage(f"There is no picture {stem.name} (.jpg, .jpeg, .png, .jp2) in {stem.parent.name}.")


def folder_of_people(folder: Path) -> tuple[list[Path], list[str]]:
    """Pictures and whose they are: FOLDER/PERSON/PICTURE, as LFW lies. Raise `UnusableImage` where there are none."""
    files = sorted(file for file in folder.glob("*/*") if file.suffix.lower() in EXTENSIONS)
    if not files:
        raise UnusableImage(f"{folder.name} holds no pictures as PERSON/PICTURE.jpg.")
    return files, [file.parent.name for file in files]


def all_pairs(
    templates: Sequence[FaceTemplate | None], people: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scores of every two pictures of one person, and of every two of two people."""
    known = [(one.vector, who) for one, who in zip(templates, people, strict=True) if one is not None]
    if not known:
        return np.empty(0), np.empty(0)
    vectors = np.array([vector for vector, _ in known])
    number = np.unique([who for _, who in known], return_inverse=True)[1]
    above = np.triu_indices(len(known), 1)
    scores = (vectors @ vectors.T)[above].astype(np.float64)
    same = (number[:, None] == number[None])[above]
    return scores[same], scores[~same]
