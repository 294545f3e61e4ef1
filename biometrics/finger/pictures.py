"""A picture of every step of extraction, for who wants to see how a template came about.

    extract(image, dpi, trace=PictureTrace(folder))

Each step is drawn in the way that shows it: fields as colours (hue is direction or phase), masks as outlines, minutiae
on the print. A step this module does not know is drawn as grey levels, none is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from biometrics.capture import Gray, Rgb
from biometrics.finger.minutiae import MinutiaKind
from biometrics.finger.parameters import BLOCK, CELL

Step = npt.NDArray[Any]
INK: Final = (0, 114, 178)
OTHER_INK: Final = (213, 94, 0)
STRIP: Final = 26
"""Pixels under a picture for its sentence."""
SCALE: Final = 2

SENTENCES: Final = {
    "normalised": "1 Local contrast, made the same everywhere",
    "foreground": "2 Where there is print: energy at ridge frequencies",
    "orientation": "3 Ridge direction (hue) and how sure it is (brightness)",
    "frequency": "4 Ridge frequency: dark 16 px a ridge, bright 5 px",
    "first pass": "5 Curved Gabor filter, first pass, along the rough direction",
    "reorientation": "6 Direction once more, from the filtered ridges",
    "second pass": "7 Curved Gabor filter, second pass",
    "phase": "8 Phase of the ridges (hue): a minutia is where all hues meet",
    "area": "9 The print's area: where the second pass found ridges",
    "vortices": "10 Phase vortices, all of them",
    "singular points": "12 Cores and deltas: where ridges turn around a point",
    "minutiae": "11 Minutiae kept: round endings, square bifurcations; fuller, surer",
}


class PictureTrace:
    """Writes `01-normalised.png` and so on into `folder`, which it makes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._print: Gray | None = None
        self._count = 0

    def __call__(self, name: str, result: Step) -> None:
        if name == "normalised":
            self._print = _grey(-result, 2.5)
        self._count += 1
        picture = DRAWN.get(name, _plain)(result, self._print)
        file = self._folder / f"{self._count:02}-{name.replace(' ', '-')}.png"
        written(_labelled(picture, SENTENCES.get(name, name)), file)


def written(picture: Rgb, file: Path) -> None:
    """As PNG of 64 colours, which is plenty here and small."""
    Image.fromarray(picture).quantize(64, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)


def _labelled(picture: Rgb, sentence: str) -> Rgb:
    sheet = np.full((picture.shape[0] + STRIP, picture.shape[1], 3), 255, np.uint8)
    sheet[: picture.shape[0]] = picture
    size = min(0.5, 0.5 * picture.shape[1] / (8.6 * len(sentence)))
    at = (6, picture.shape[0] + 18)
    cv2.putText(sheet, sentence, at, cv2.FONT_HERSHEY_SIMPLEX, size, (30, 30, 30), 1, cv2.LINE_AA)
    return sheet


def _grey(values: Step, most: float) -> Gray:
    return np.asarray(np.clip(127.5 + values * (127.5 / most), 0, 255), np.uint8)


def _wide(values: Step, factor: int) -> Step:
    return values.repeat(factor, 0).repeat(factor, 1)


def _coloured(grey: Gray) -> Rgb:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _plain(result: Step, _: Gray | None) -> Rgb:
    """Grey levels from the lowest to the highest value; of several layers, the first."""
    layer = np.atleast_2d(result if result.ndim <= 2 else result[..., 0]).astype(np.float64)
    span = float(layer.max() - layer.min()) or 1.0
    return _coloured(np.asarray(255 * (layer - layer.min()) / span, np.uint8))


def _ridges(result: Step, print_: Gray | None) -> Rgb:
    """A wave, dark ridges on light, at the size of the print."""
    picture = _grey(-result, 1.2)
    if print_ is not None and picture.shape != print_.shape:
        picture = np.asarray(cv2.resize(picture, print_.shape[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)
    return _coloured(picture)


def _hue(angle: Step, brightness: Step) -> Rgb:
    """`angle` in radians around the circle."""
    hsv = np.stack(
        [np.mod(angle, 2 * np.pi) * (90 / np.pi), np.full(angle.shape, 190), 255 * np.clip(brightness, 0, 1)]
    )
    return np.asarray(cv2.cvtColor(np.moveaxis(hsv, 0, -1).astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8)


def _directions(result: Step, print_: Gray | None) -> Rgb:
    """Hue of twice the angle, and a needle on every fourth cell."""
    double = np.arctan2(result[..., 1], result[..., 0])
    picture = np.ascontiguousarray(_wide(_hue(double, 0.35 + 0.65 * result[..., 2]), CELL))
    for row in range(2, result.shape[0], 4):
        for column in range(2, result.shape[1], 4):
            angle, reach = double[row, column] / 2, 6 * np.clip(result[row, column, 2], 0, 1)
            x, y = CELL * (column + 0.5), CELL * (row + 0.5)
            dx, dy = reach * math.cos(angle), reach * math.sin(angle)
            cv2.line(picture, (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy)), (255, 255, 255), 1)
    return picture


def _frequencies(result: Step, print_: Gray | None) -> Rgb:
    level = np.clip((result - 1 / 16) / (1 / 5 - 1 / 16), 0, 1)
    coloured = cv2.applyColorMap(np.asarray(255 * level, np.uint8), cv2.COLORMAP_VIRIDIS)
    return np.asarray(_wide(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB), BLOCK), np.uint8)


def _outline(result: Step, print_: Gray | None) -> Rgb:
    mask = np.ascontiguousarray(_wide(result.astype(np.uint8), CELL))
    picture = _coloured(np.full(mask.shape, 255, np.uint8) if print_ is None else print_)
    picture[mask == 0] = 160 + picture[mask == 0] // 3
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, OTHER_INK, 2)
    return picture


def _phases(result: Step, print_: Gray | None) -> Rgb:
    """`result` holds phase and amplitude."""
    return _hue(result[..., 0], result[..., 1])


def _points(result: Step, print_: Gray | None) -> Rgb:
    """Rows x, y, direction, quality and, where given, kind; over the print."""
    ground = np.full((64, 64), 255, np.uint8) if print_ is None else print_
    light = np.asarray(110 + ground.astype(np.float32) * (145 / 255), np.uint8)
    picture = np.asarray(
        cv2.resize(_coloured(light), None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_NEAREST), np.uint8
    )
    for column in result.T:
        _minutia(picture, column)
    return picture


def _minutia(picture: Rgb, column: Step) -> None:
    x, y, direction, quality = (float(value) for value in column[:4])
    fork = len(column) > 4 and int(column[4]) == MinutiaKind.BIFURCATION
    ink = OTHER_INK if fork else INK
    at = round(SCALE * x), round(SCALE * y)
    end = round(SCALE * (x + 9 * math.cos(direction))), round(SCALE * (y - 9 * math.sin(direction)))
    cv2.line(picture, at, end, ink, 2, cv2.LINE_AA)
    thickness = -1 if quality > 0.5 else 2
    if fork:
        cv2.rectangle(picture, (at[0] - 5, at[1] - 5), (at[0] + 5, at[1] + 5), ink, thickness)
    else:
        cv2.circle(picture, at, 6, ink, thickness, cv2.LINE_AA)


DRAWN: Final[dict[str, Callable[[Step, Gray | None], Rgb]]] = {
    "foreground": _outline,
    "area": _outline,
    "orientation": _directions,
    "reorientation": _directions,
    "frequency": _frequencies,
    "normalised": _ridges,
    "first pass": _ridges,
    "second pass": _ridges,
    "phase": _phases,
    "vortices": _points,
    "minutiae": _points,
    "singular points": _points,
}
