"""Makes print stand out in a picture of a page, and turns it level.

Everything that looks for the zone works on one reduced picture, `WORKING_WIDTH` pixels wide: a pitch (2.54 mm)
is then 12 to 32 pixels, from the widest page seen whole to a card that fills the picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Singles = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

WORKING_WIDTH = 1000
_STROKE = 13  # pixels; a stroke of OCR-B is 2 to 5 thick here
_FAINTEST = 14.0  # levels of the black-hat: sensor noise and guilloche stay below
_DARKEST = 2.0  # of a stroke over the neighbourhood's mean: a scratch or the page's edge counts no more than print
_LEAST_INK = 0.004  # share of the picture; a TD3 zone alone has four times as much
_SKEW_WIDTH = 400
_STEEPEST = 26  # degrees: 15 of rotation, and what perspective adds


@dataclass(frozen=True, slots=True)
class Level:
    """Ink of the turned picture, 0 to about 1, and the affine map (2, 3) from its pixels to the original's."""

    ink: Singles
    to_original: Floats

    def original(self, points: Floats) -> Floats:
        """Points (n, 2) of the level picture in the original."""
        return np.asarray(points @ self.to_original[:, :2].T + self.to_original[:, 2], np.float64)


def level(gray: Gray) -> Level | None:
    """The print of the picture, its rows level. None where there is hardly any: found out in a few milliseconds."""
    scale = WORKING_WIDTH / gray.shape[1]
    height = max(1, round(gray.shape[0] * scale))
    small = cv2.resize(gray, (WORKING_WIDTH, height), interpolation=cv2.INTER_AREA)
    strokes = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_STROKE,) * 2))
    if np.count_nonzero(strokes > _FAINTEST) < _LEAST_INK * strokes.size:
        return None
    ink = _evened(np.asarray(strokes, np.float32))
    turning = _turning(_skew(ink), *ink.shape)
    size = _turned_size(turning, *ink.shape)
    turned = cv2.warpAffine(ink, turning, size, flags=cv2.INTER_LINEAR)
    back = np.asarray(cv2.invertAffineTransform(turning), np.float64)
    # A pixel's centre lies half a pixel in, in both pictures.
    enlarged = np.column_stack([back[:, :2] / scale, (back[:, 2] + 0.5) / scale - 0.5])
    return Level(np.asarray(turned, np.float32), enlarged)


def _evened(strokes: Singles) -> Singles:
    """Divided by the contrast of the neighbourhood, so that print in the shade counts as much as print in the light."""
    around = cv2.blur(np.minimum(strokes, 90.0), (81, 81))
    return np.asarray(np.minimum(strokes / (3.0 * around + _FAINTEST), _DARKEST) / _DARKEST, np.float32)


def _skew(ink: Singles) -> float:
    """Degrees by which the rows of print fall to the right: where the row sums change most sharply."""
    scale = _SKEW_WIDTH / ink.shape[1]
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = small - cv2.blur(small, (31, 31))
    coarse = [(_sharpness(small, angle), angle) for angle in np.arange(-_STEEPEST, _STEEPEST + 0.1, 1.5)]
    best = max(coarse)[1]
    return float(max((_sharpness(small, best + step), best + step) for step in (-1.0, -0.5, 0.0, 0.5, 1.0))[1])


def _sharpness(small: Singles, degrees: float) -> float:
    """Rows are sheared, not turned: the sums are nearly those of a turned picture and need no margin."""
    height, width = small.shape
    slope = float(np.tan(np.radians(degrees)))
    shear = np.array([[1, 0, 0], [-slope, 1, slope * width / 2]], np.float64)
    sums = cv2.warpAffine(small, shear, (width, height), flags=cv2.INTER_LINEAR).sum(axis=1)
    return float((np.diff(sums) ** 2).sum())


def _turning(degrees: float, height: int, width: int) -> Floats:
    """The rotation about the centre, into a picture large enough."""
    turning = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)
    new_width, new_height = _turned_size(turning, height, width)
    turning[:, 2] += [(new_width - width) / 2, (new_height - height) / 2]
    return turning


def _turned_size(turning: Floats, height: int, width: int) -> tuple[int, int]:
    """(width, height)."""
    across, down = np.abs(turning[:, :2]) @ [width, height]
    return round(float(across)), round(float(down))
