"""`python -m simulators.finger_steps FOLDER`: every step of extraction on an invented finger, for the docs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from biometrics.capture import Gray
from biometrics.finger.compare import prepare
from biometrics.finger.explanation import explain
from biometrics.finger.extract import FIELD_CELL, extract
from biometrics.finger.match_plot import drawn
from biometrics.finger.pictures import PictureTrace
from biometrics.finger.sheet import written
from simulators.fingers import finger, impression

SEED = 11
AROUND = 2
"""Cells of 8 px that are kept around a print: pictures of empty glass are large and show nothing."""


def main() -> None:
    folder = Path(sys.argv[1])
    whose = finger(SEED, "right_index")
    first, second = (cropped(impression(whose, seed=seed)) for seed in (1, 2))
    a, b = extract(first, trace=PictureTrace(folder)), extract(second)
    written(drawn((first, second), (prepare(a), prepare(b)), explain(a, b)), folder / "match.png")


def cropped(pixels: Gray) -> Gray:
    field = extract(pixels).field
    if field is None:
        return pixels
    rows, columns = (np.flatnonzero(field.inside.any(axis=axis)) for axis in (1, 0))
    top, left = (max(int(one[0]) - AROUND, 0) * FIELD_CELL for one in (rows, columns))
    bottom, right = ((int(one[-1]) + 1 + AROUND) * FIELD_CELL for one in (rows, columns))
    return pixels[top:bottom, left:right].copy()


if __name__ == "__main__":
    main()
