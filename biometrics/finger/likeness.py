"""Whether what was filtered is a print at all: faces, text, weave and noise have places that look like ridges too.

A print is nearly everywhere one wave with one direction. Two means tell: how much of the signature across the ridges
is a single frequency (`regularity`), and how clear the ridges are, everywhere (`clarity`). Both floors lie a quarter
and a third below the poorest of 840 prints of FVC2004 and U.are.U (0.21 and 0.09), for other scanners see poorer
ones. `python -m benchmarks.finger_likeness` counts what passes: all those prints and 1,679 of 1,680 quarters of them,
12 of 970 photographs of faces and 27 of 104 pages of text (of those whose lines stand as near as ridges; hardly a
minutia is found in them). Stripes and waves that bend like ridges pass: nothing here tells paper from skin.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from biometrics.finger.enhance import Map, Mask

LEAST_REGULARITY: Final = 0.16
LEAST_CLARITY: Final = 0.06


def is_print(area: Mask, strength: Map, coherence: Map, amplitude: Map) -> bool:
    """`area`, `coherence` (of the unfiltered image) and `amplitude` on cells; `strength`, 0 to 1, on blocks: the share
    of a signature's energy in its strongest line (`enhance.frequency`)."""
    if not area.any():
        return False
    return regularity(area, strength) >= LEAST_REGULARITY and clarity(area, coherence, amplitude) >= LEAST_CLARITY


def regularity(area: Mask, strength: Map) -> float:
    """0 to 1, mean over the print; `area` holds a cell at least."""
    size = strength.shape[1], strength.shape[0]
    share = np.asarray(cv2.resize(area.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    return float((strength * share).sum() / share.sum())


def clarity(area: Mask, coherence: Map, amplitude: Map) -> float:
    """Up to about 1, over the print: mean coherence times how high the amplitude is in the mean, less its deviation
    (letters are as strong as ridges in places and nothing in others). `area` holds a cell at least."""
    strong = amplitude[area > 0]
    return float(np.clip(coherence[area > 0], 0, 1).mean() * (strong.mean() - strong.std()))
