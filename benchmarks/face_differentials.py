"""Error rates by group, on rendered people: how the report looks, and nothing about real faces.

The people were chosen so that no two are taken for each other, and groups are the traits they were drawn with. So that
there are errors to count, the threshold is the one that 1 in 100 of their own non-mated pairs reaches.
"""

from __future__ import annotations

import tempfile
from itertools import combinations
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from biometrics.capture import CaptureFailed, Rgb
from biometrics.commands.differential_rates import table
from biometrics.differentials import differentials
from biometrics.evaluation import Pair, threshold_at
from biometrics.face.compare import template_of
from biometrics.face.template import Vector
from biometrics.subjects import read_subjects
from simulators import faces
from simulators.face_choice import pictures_of
from simulators.face_subjects import subject_name, write_subjects

FMR: Final = 0.01
SET: Final = "rendered"


def main() -> None:
    cv2.setNumThreads(1)
    vectors = {
        f"{subject_name(number)}_{shot}": vector
        for number, person in enumerate(faces.people())
        for shot, picture in enumerate(pictures_of(person))
        if (vector := _vector(picture)) is not None
    }
    pairs = [Pair(SET, a, b, a.rpartition("_")[0] == b.rpartition("_")[0]) for a, b in combinations(vectors, 2)]
    scores = {pair.key: float(vectors[pair.a] @ vectors[pair.b]) for pair in pairs}
    others = np.array([scores[pair.key] for pair in pairs if not pair.mated])
    threshold = threshold_at(others, FMR)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "subjects.csv"
        write_subjects(faces.people(), file)
        subjects = read_subjects(file)
    found = differentials(pairs, scores, subjects, subjects.columns, threshold, resamples=300)
    print(f"{len(faces.people())} rendered people, {len(pairs)} pairs")
    print(table(found, threshold))


def _vector(picture: Rgb) -> Vector | None:
    try:
        return template_of(picture, smallest=120).vector
    except CaptureFailed:
        return None


if __name__ == "__main__":
    main()
