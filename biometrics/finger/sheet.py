"""Sheets: a picture with its caption and a key that says what colours and shapes mean, written as a small PNG.

Colours are Okabe and Ito's, told apart by colour-blind readers too, and never alone: shapes differ as well. Lengths are
pixels of the sheet.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from biometrics.capture import Gray, Rgb

Colour = tuple[int, int, int]
BLUE: Final[Colour] = (0, 114, 178)
VERMILION: Final[Colour] = (213, 94, 0)
TEXT: Final[Colour] = (30, 30, 30)
PAPER: Final[Colour] = (255, 255, 255)
PALE_BLUE: Final[Colour] = (153, 199, 224)
"""A blue line of two fifths on paper."""
INKS: Final = (BLUE, VERMILION, PALE_BLUE, TEXT, PAPER)
"""Colours that mean something. A palette chosen by area alone loses them: points of ink turned grey."""
COLOURS: Final = 64
"""Of a palette: plenty here, and small."""
LETTERS: Final = 15
LINE: Final = 22
MARGIN: Final = 8
NARROWEST: Final = 400
"""Takes the longest entry of a key."""
RADIUS: Final = 6
"""Of a disc, half the side of a square."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """`draw` gets a sheet and the place of the symbol's middle; `width` is the room it needs."""

    draw: Callable[[Rgb, int, int], None]
    width: int = 2 * RADIUS + 4


Key = Sequence[tuple[Symbol, str]]


def swatch(colour: Colour, edge: Colour = TEXT) -> Symbol:
    def draw(sheet: Rgb, x: int, y: int) -> None:
        cv2.rectangle(sheet, (x - 10, y - 7), (x + 10, y + 7), colour, -1)
        cv2.rectangle(sheet, (x - 10, y - 7), (x + 10, y + 7), edge, 1)

    return Symbol(draw, 24)


def ramp(colours: Rgb) -> Symbol:
    """A bar through `colours`, shape (steps, 3)."""

    def draw(sheet: Rgb, x: int, y: int) -> None:
        bar = cv2.resize(colours[None], (104, 14), interpolation=cv2.INTER_LINEAR)
        sheet[y - 7 : y + 7, x - 52 : x + 52] = bar
        cv2.rectangle(sheet, (x - 53, y - 8), (x + 52, y + 7), TEXT, 1)

    return Symbol(draw, 108)


def stroke(colour: Colour, thickness: int = 2, width: int = 24) -> Symbol:
    def draw(sheet: Rgb, x: int, y: int) -> None:
        cv2.line(sheet, (x - width // 2, y), (x + width // 2, y), colour, thickness, cv2.LINE_AA)

    return Symbol(draw, width + 4)


def disc(colour: Colour, *, filled: bool = True) -> Symbol:
    def draw(sheet: Rgb, x: int, y: int) -> None:
        cv2.circle(sheet, (x, y), RADIUS, colour if filled else PAPER, -1, cv2.LINE_AA)
        cv2.circle(sheet, (x, y), RADIUS, colour, 2, cv2.LINE_AA)

    return Symbol(draw)


def square(colour: Colour, *, filled: bool = True) -> Symbol:
    def draw(sheet: Rgb, x: int, y: int) -> None:
        corners = (x - RADIUS + 1, y - RADIUS + 1), (x + RADIUS - 1, y + RADIUS - 1)
        cv2.rectangle(sheet, *corners, colour if filled else PAPER, -1)
        cv2.rectangle(sheet, *corners, colour, 2)

    return Symbol(draw)


def triangle(colour: Colour) -> Symbol:
    def draw(sheet: Rgb, x: int, y: int) -> None:
        corners = np.array([(x, y - 8), (x - 8, y + 6), (x + 8, y + 6)], np.int32)
        cv2.fillPoly(sheet, [corners], colour, cv2.LINE_AA)

    return Symbol(draw, 20)


def pointed(sheet: Rgb, symbol: Symbol, at: tuple[float, float], angle: float, colour: Colour, reach: int = 15) -> None:
    """A symbol with a tail toward `angle` (radians, counter-clockwise as seen), on a halo that keeps it legible."""
    x, y = round(at[0]), round(at[1])
    end = round(at[0] + reach * np.cos(angle)), round(at[1] - reach * np.sin(angle))
    cv2.line(sheet, (x, y), end, PAPER, 5, cv2.LINE_AA)
    cv2.circle(sheet, (x, y), RADIUS + 2, PAPER, -1, cv2.LINE_AA)
    cv2.line(sheet, (x, y), end, colour, 2, cv2.LINE_AA)
    symbol.draw(sheet, x, y)


def coloured(grey: Gray) -> Rgb:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def pale(grey: npt.NDArray[Any], *, darkest: int = 105, levels: int = 10) -> Gray:
    """Grey levels 0 to 255 made light, smooth and few, as a ground to draw on that a PNG keeps small."""
    smooth = np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8), np.float32)
    steps = np.rint(np.clip(smooth / 255, 0, 1) * (levels - 1)) / (levels - 1)
    return np.asarray(darkest + (255 - darkest) * steps, np.uint8)


def sheet(picture: Rgb, caption: str, key: Key = (), notes: Sequence[str] = ()) -> Rgb:
    """`picture` with the caption above, key and notes below, wrapped to its width, or to `NARROWEST` where that is
    more."""
    width = max(picture.shape[1], NARROWEST)
    above, below = wrapped(caption, width), [line for note in notes for line in wrapped(note, width)]
    rows = _rows(key, width)
    height = MARGIN + LINE * len(above)
    whole = np.full((height + len(picture) + LINE * (len(rows) + len(below)) + 2 * MARGIN, width, 3), 255, np.uint8)
    for number, line in enumerate(above):
        letter(whole, line, MARGIN, MARGIN + LINE * number, weight=600)
    whole[height : height + len(picture), : picture.shape[1]] = picture
    top = height + len(picture) + MARGIN
    for number, row in enumerate(rows):
        for symbol, text, left in row:
            symbol.draw(whole, left + symbol.width // 2, top + LINE * number + LINE // 2)
            letter(whole, text, left + symbol.width + 6, top + LINE * number)
    for number, line in enumerate(below, start=len(rows)):
        letter(whole, line, MARGIN, top + LINE * number)
    return whole


def _rows(key: Key, width: int) -> list[list[tuple[Symbol, str, int]]]:
    """Entries and where they begin, as many in a row as it takes."""
    rows: list[list[tuple[Symbol, str, int]]] = []
    left = width
    for symbol, text in key:
        room = symbol.width + 6 + text_width(text)
        if not rows or left + room > width:
            rows.append([])
            left = MARGIN
        rows[-1].append((symbol, text, left))
        left += room + 20
    return rows


@lru_cache(maxsize=1)
def _face() -> Any:
    """OpenCV's own, so a sheet is the same on every machine."""
    return cv2.FontFace("sans")


def letter(sheet: Rgb, text: str, left: int, top: int, *, weight: int = 400, size: int = LETTERS) -> None:
    cv2.putText(sheet, text, (left, top + size), TEXT, _face(), size, weight)


def text_width(text: str, size: int = LETTERS) -> int:
    _, _, width, _ = cv2.getTextSize((10_000, 100), text, (0, 0), _face(), size, 600)
    return int(width)


def wrapped(text: str, width: int) -> list[str]:
    """Lines that fit `width` pixels, broken at words."""
    for most in range(len(text) + 1, 8, -1):
        lines = textwrap.wrap(text, most)
        if max((text_width(line) for line in lines), default=0) <= width - 2 * MARGIN:
            return lines
    return textwrap.wrap(text, 8)


def needle(ground: Colour) -> Symbol:
    """A white line on a ground that is dark."""

    def draw(sheet: Rgb, x: int, y: int) -> None:
        cv2.rectangle(sheet, (x - 10, y - 7), (x + 10, y + 7), ground, -1)
        cv2.line(sheet, (x - 7, y + 4), (x + 7, y - 4), PAPER, 2)

    return Symbol(draw, 24)


def written(picture: Rgb, file: Path) -> None:
    """As PNG of `COLOURS` colours, `INKS` among them. The same picture gives the same octets."""
    packed = picture.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    values, place, counts = np.unique(packed, return_inverse=True, return_counts=True)
    seen = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1).astype(np.uint8)
    palette = _palette(seen, counts).astype(np.float32)
    far = (palette**2).sum(axis=1) - 2 * seen.astype(np.float32) @ palette.T
    image = Image.fromarray(far.argmin(axis=1).astype(np.uint8)[place].reshape(picture.shape[:2]))
    image.putpalette(palette.astype(np.uint8).tobytes())
    image.save(file, format="PNG", optimize=True)


def _palette(seen: npt.NDArray[np.uint8], counts: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """The inks, and a median cut of the colours seen, each by the root of its area: so those of a key stay."""
    inks = np.array(INKS, np.uint8)
    weighed = np.repeat(seen, np.ceil(np.sqrt(counts)).astype(np.intp), axis=0)
    cut = Image.fromarray(weighed[None]).quantize(
        COLOURS - len(inks), Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    return np.vstack([inks, np.array(cut.getpalette(), np.uint8).reshape(-1, 3)])
