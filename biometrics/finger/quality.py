"""Quality of a print, 0 to 100, and what the traveller can do about it.

The components are those NFIQ 2 weighs most (NISTIR 8382: minutiae count, ridge area, orientation certainty, contrast);
their combination here is a plain product of ramps, so that one failing component shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from biometrics.capture import Gray, Quality
from biometrics.finger.enhance import Map, Mask
from biometrics.finger.minutiae import Minutiae
from biometrics.finger.parameters import CELL, DPI


class Advice(StrEnum):
    PRESS_HARDER = "press_harder"
    TOO_DRY = "too_dry"
    CENTRE = "centre"
    MOVE_LESS = "move_less"


GOOD: Final = 60
"""From here on there is nothing to advise. Of 214 prints of FVC2004 and U.are.U 95 % reach it; 2 % of their mated
comparisons fail at a false match rate of 0.1 %, and 26 % of those under it."""
_MM2_PER_CELL: Final = (CELL * 25.4 / DPI) ** 2


@dataclass(frozen=True, slots=True)
class Components:
    """What quality is made of."""

    area: float
    """mm² of print; a fingertip pressed flat gives 150 to 300."""
    coherence: float
    """0 to 1, mean over the print: how far the gradients of the unfiltered print agree on a direction."""
    amplitude: float
    """0 to about 1, mean over the print: how much of the local contrast is ridges."""
    contrast: float
    """Grey levels between the 10th and 90th percentile over the print."""
    minutiae: int
    eccentricity: float
    """0 centred to 1: how far the print's centre of mass lies from the image's, as a share of its half size."""


def components(grey: Gray, area: Mask, coherence: Map, amplitude: Map, found: Minutiae) -> Components:
    """`area`, `coherence` and `amplitude` on cells, of the padded image."""
    inside = area > 0
    cells = int(inside.sum())
    if not cells:
        return Components(0.0, 0.0, 0.0, 0.0, 0, 0.0)
    height, width = grey.shape
    rows, columns = np.nonzero(inside)
    off_x = abs((columns.mean() + 0.5) * CELL / width - 0.5) * 2
    off_y = abs((rows.mean() + 0.5) * CELL / height - 0.5) * 2
    wide = inside.repeat(CELL, 0).repeat(CELL, 1)[:height, :width]
    low, high = np.percentile(grey[wide], (10, 90))
    return Components(
        area=cells * _MM2_PER_CELL,
        coherence=float(np.clip(coherence[inside], 0, 1).mean()),
        amplitude=float(amplitude[inside].mean()),
        contrast=float(high - low),
        minutiae=len(found),
        eccentricity=float(max(off_x, off_y)),
    )


def assess(grey: Gray, area: Mask, coherence: Map, amplitude: Map, found: Minutiae) -> Quality:
    return judged(components(grey, area, coherence, amplitude, found))


def judged(parts: Components) -> Quality:
    """The worst component decides the advice; none is given from `GOOD` on. The ramps run from where hardly any print
    of FVC2004 and U.are.U lies to about their lower quartile."""
    rated = {
        Advice.PRESS_HARDER: _ramp(parts.area, 25, 130) * _ramp(parts.contrast, 15, 60),
        Advice.TOO_DRY: _ramp(parts.amplitude, 0.3, 0.75),
        Advice.MOVE_LESS: _ramp(parts.coherence, 0.3, 0.65),
        Advice.CENTRE: 1 - 0.7 * _ramp(parts.eccentricity, 0.25, 0.7),
    }
    worth = _ramp(parts.minutiae, 2, 20) ** 0.5
    for factor in rated.values():
        worth *= factor**0.5
    value = round(100 * worth)
    worst = min(rated, key=lambda advice: rated[advice])
    return Quality(value, None if value >= GOOD else worst.value)


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
