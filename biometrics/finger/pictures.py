"""A picture of every step of extraction, for who wants to see how a template came about.

    extract(image, dpi, trace=PictureTrace(folder))

Each step is drawn in the way that shows it, under a caption and over a key of what colours and shapes mean: fields as
colours (hue is direction or phase), masks as outlines, minutiae on the print. A step this module does not know is drawn
as grey levels, none is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray, Rgb
from biometrics.finger.minutiae import MinutiaKind
from biometrics.finger.parameters import BLOCK, CELL
from biometrics.finger.sheet import (
    BLUE,
    PAPER,
    VERMILION,
    Key,
    Symbol,
    coloured,
    disc,
    needle,
    pale,
    pointed,
    ramp,
    sheet,
    square,
    stroke,
    swatch,
    triangle,
    written,
)

Step = npt.NDArray[Any]
Drawing = Callable[[Step, Gray | None], Rgb]
SCALE: Final = 2
"""Pixels of a picture for one of the print."""
SURE: Final = 0.5
"""Quality from which a minutia is drawn full."""
WIDEST, NARROWEST = 13, 7
"""Ridge periods in px between which colours tell frequencies apart: most fingers lie between."""
_DARK, _LIGHT, _MIDDLE = (20, 20, 20), (235, 235, 235), (128, 128, 128)


@dataclass(frozen=True, slots=True)
class Plate:
    """How a step is shown. `draw` gets its result, and the print once that is known."""

    draw: Drawing
    caption: str
    key: Key


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
        plate = PLATES.get(name, Plate(_plain, name, [(swatch(_DARK), "lowest"), (swatch(_LIGHT), "highest")]))
        file = self._folder / f"{self._count:02}-{name.replace(' ', '-')}.png"
        written(sheet(plate.draw(result, self._print), f"{self._count} {plate.caption}", plate.key), file)


def _grey(values: Step, most: float) -> Gray:
    return np.asarray(np.clip(127.5 + values * (127.5 / most), 0, 255), np.uint8)


def _wide(values: Step, factor: int) -> Step:
    return values.repeat(factor, 0).repeat(factor, 1)


def _plain(result: Step, _: Gray | None) -> Rgb:
    """Grey levels from the lowest to the highest value; of several layers, the first."""
    layer = np.atleast_2d(result if result.ndim <= 2 else result[..., 0]).astype(np.float64)
    span = float(layer.max() - layer.min()) or 1.0
    return coloured(np.asarray(_wide(255 * (layer - layer.min()) / span, SCALE), np.uint8))


def _ridges(result: Step, print_: Gray | None) -> Rgb:
    """A wave, dark ridges on light, at the size of the print."""
    levels = pale(_grey(-result, 1.2), darkest=0, levels=12)
    height, width = levels.shape if print_ is None else print_.shape
    size = (SCALE * width, SCALE * height)
    return coloured(np.asarray(cv2.resize(levels, size, interpolation=cv2.INTER_NEAREST), np.uint8))


def _hue(angle: Step, brightness: Step) -> Rgb:
    """`angle` in radians around the circle."""
    hue = np.mod(np.mod(angle, 2 * np.pi) * (90 / np.pi), 180)
    hsv = np.stack([hue, np.full(angle.shape, 170), 255 * np.clip(brightness, 0, 1)])
    return np.asarray(cv2.cvtColor(np.moveaxis(hsv, 0, -1).astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8)


def _turn(whole: float) -> Symbol:
    """All hues, from 0 to `whole` radians of the circle."""
    return ramp(_hue(np.linspace(0, whole, 60, endpoint=False)[None], np.ones((1, 60)))[0])


def _directions(result: Step, print_: Gray | None) -> Rgb:
    """Hue of twice the angle, counter-clockwise as seen, and a needle on every fourth cell."""
    double = np.arctan2(result[..., 1], result[..., 0])
    factor = SCALE * CELL
    sure = np.rint(8 * np.clip(result[..., 2], 0, 1)) / 8
    steps = np.rint(np.mod(-double, 2 * np.pi) * (12 / np.pi)) * (np.pi / 12)
    picture = np.ascontiguousarray(_wide(_hue(steps, 0.3 + 0.7 * sure), factor))
    for row in range(2, result.shape[0], 4):
        for column in range(2, result.shape[1], 4):
            angle, reach = double[row, column] / 2, 12 * np.clip(result[row, column, 2], 0, 1)
            x, y = factor * (column + 0.5), factor * (row + 0.5)
            dx, dy = reach * math.cos(angle), reach * math.sin(angle)
            cv2.line(picture, (round(x - dx), round(y - dy)), (round(x + dx), round(y + dy)), PAPER, 2)
    return picture


def _viridis(level: Step) -> Rgb:
    """`level` 0 to 1, shape (rows, columns)."""
    colours = cv2.applyColorMap(np.asarray(255 * np.clip(level, 0, 1), np.uint8), cv2.COLORMAP_VIRIDIS)
    return np.asarray(cv2.cvtColor(colours, cv2.COLOR_BGR2RGB), np.uint8)


def _frequencies(result: Step, print_: Gray | None) -> Rgb:
    lowest, highest = 1 / WIDEST, 1 / NARROWEST
    return np.asarray(_wide(_viridis((result - lowest) / (highest - lowest)), SCALE * BLOCK), np.uint8)


def _outline(result: Step, print_: Gray | None) -> Rgb:
    mask = np.ascontiguousarray(_wide(result.astype(np.uint8), SCALE * CELL))
    ground = np.full(result.shape, 255, np.uint8) if print_ is None else pale(print_, darkest=40, levels=6)
    size = mask.shape[::-1]
    picture = coloured(np.asarray(cv2.resize(ground, size, interpolation=cv2.INTER_NEAREST), np.uint8))
    picture[mask == 0] = 208
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, VERMILION, 3)
    return picture


def _phases(result: Step, print_: Gray | None) -> Rgb:
    """`result` holds phase and amplitude."""
    steps = np.rint(result[..., 0] * (8 / np.pi)) * (np.pi / 8)
    return np.asarray(_wide(_hue(steps, np.rint(4 * result[..., 1]) / 4), SCALE), np.uint8)


def _ground(print_: Gray | None) -> Rgb:
    ground = pale(np.full((64, 64), 255, np.uint8) if print_ is None else print_, darkest=130, levels=5)
    return coloured(np.asarray(_wide(ground, SCALE), np.uint8))


def _minutiae(result: Step, print_: Gray | None) -> Rgb:
    """Rows x, y, direction, quality and kind; over the print. The surest are drawn last."""
    picture = _ground(print_)
    for x, y, direction, quality, kind in result.T[np.argsort(result[3], kind="stable")]:
        fork, filled = int(kind) == MinutiaKind.BIFURCATION, quality > SURE
        symbol = square(VERMILION, filled=filled) if fork else disc(BLUE, filled=filled)
        pointed(picture, symbol, (SCALE * (x + 0.5), SCALE * (y + 0.5)), direction, VERMILION if fork else BLUE)
    return picture


def _singular(result: Step, print_: Gray | None) -> Rgb:
    """Rows x, y, direction, strength, and whether it is a delta; over the print."""
    picture = _ground(print_)
    for x, y, direction, _, delta in result.T:
        symbol, colour = (triangle(VERMILION), VERMILION) if delta else (disc(BLUE), BLUE)
        pointed(picture, symbol, (SCALE * (x + 0.5), SCALE * (y + 0.5)), direction, colour, reach=30)
    return picture


_RIDGES: Final[Key] = [(swatch(_DARK), "ridge"), (swatch(_LIGHT), "valley"), (swatch(_MIDDLE), "neither")]
_DIRECTION: Final[Key] = [
    (_turn(2 * np.pi), "0° to 180°, counter-clockwise"),
    (swatch(_DARK), "dark: unsure"),
    (needle(_MIDDLE), "along the ridges"),
]
_EDGE: Final[Key] = [(stroke(VERMILION, 3), "edge of the print"), (swatch((208, 208, 208)), "left out")]
_KINDS: Final[Key] = [
    (disc(BLUE), "ending"),
    (square(VERMILION), "bifurcation"),
    (disc(BLUE, filled=False), "hollow: quality under 50 of 100"),
]
PLATES: Final[dict[str, Plate]] = {
    "normalised": Plate(_ridges, "Local contrast, made the same everywhere", _RIDGES),
    "foreground": Plate(_outline, "Where there is print: energy at ridge frequencies", _EDGE),
    "orientation": Plate(_directions, "Ridge direction, from gradients of the print", _DIRECTION),
    "frequency": Plate(
        _frequencies,
        "Ridge frequency, block by block",
        [
            (
                ramp(_viridis(np.linspace(0, 1, 60)[None])[0]),
                f"{WIDEST} px from ridge to ridge, to {NARROWEST} px",
            )
        ],
    ),
    "first pass": Plate(_ridges, "Curved Gabor filter, first pass, along the rough direction", _RIDGES),
    "reorientation": Plate(_directions, "Direction once more, from the filtered ridges", _DIRECTION),
    "second pass": Plate(_ridges, "Curved Gabor filter, second pass", _RIDGES),
    "phase": Plate(
        _phases,
        "Phase of the ridges: a minutia is where all hues meet",
        [(_turn(2 * np.pi), "a period: crest, valley, crest"), (swatch(_DARK), "dark: weak")],
    ),
    "area": Plate(_outline, "The print's area: where the second pass found ridges", _EDGE),
    "vortices": Plate(_minutiae, "Phase vortices, all of them", _KINDS),
    "minutiae": Plate(_minutiae, "Minutiae kept: inside, sure, and not facing one another", _KINDS),
    "singular points": Plate(
        _singular,
        "Cores and deltas: where ridges turn around a point",
        [(disc(BLUE), "core, and where its ridges run"), (triangle(VERMILION), "delta, and one of its arms")],
    ),
}
