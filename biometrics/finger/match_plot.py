"""Two prints side by side, and what was matched between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray, Rgb
from biometrics.finger.common_ground import OUTSIDE, Motion, inverse
from biometrics.finger.compare import Prepared
from biometrics.finger.explanation import Explanation
from biometrics.finger.extract import FIELD_CELL
from biometrics.finger.parameters import MM
from biometrics.finger.sheet import (
    BLUE,
    PAPER,
    TEXT,
    VERMILION,
    Key,
    Symbol,
    coloured,
    disc,
    letter,
    pale,
    pointed,
    sheet,
    square,
    stroke,
    swatch,
)

WIDTH: Final = 1200
TALLEST: Final = 1200
"""Of a panel; larger prints are drawn smaller."""
LARGEST: Final = 4.0
GAP: Final = 24
HEAD: Final = 26
"""For a panel's line of words."""
AROUND: Final = 12
"""Pixels of a print that are kept around what is known of it."""
MATCHED: Final = BLUE
ALONE: Final = VERMILION
TINT: Final = (1.0, 0.95, 0.74)
"""Of common ground: pale yellow, multiplied, so that ridges stay dark."""
EDGE: Final = (130, 110, 40)
FADED: Final = 0.45
"""How much is left of the contrast elsewhere."""

JOINED: Final = 0.4
"""Opacity of the lines, under which ridges stay legible."""

Box = tuple[int, int, int, int]
Ground = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Panel:
    """A print's part `box` (left, top, right, bottom), drawn `scale` times as large at `left` of the sheet."""

    box: Box
    scale: float
    left: int

    @property
    def size(self) -> tuple[int, int]:
        return round(self.scale * (self.box[2] - self.box[0])), round(self.scale * (self.box[3] - self.box[1]))

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + self.scale * (x + 0.5 - self.box[0]), HEAD + self.scale * (y + 0.5 - self.box[1])


def drawn(prints: tuple[Gray | None, Gray | None], ready: tuple[Prepared, Prepared], said: Explanation) -> Rgb:
    """The prints (or paper, where only minutiae are known) at one scale, common ground tinted and framed, matched
    minutiae round, full and joined, the others square and hollow; above the score, below a key and the reasons."""
    panels = _panels(_box(ready[0]), _box(ready[1]))
    height = HEAD + max(panel.size[1] for panel in panels)
    canvas = np.full((height, WIDTH, 3), PAPER, np.uint8)
    motion = None if said.evidence is None else said.evidence.motion
    grounds = (None, None) if motion is None else (_common(*ready, motion), _common(*ready[::-1], inverse(motion)))
    for name, panel, picture, ground, one in zip("AB", panels, prints, grounds, said.prints, strict=True):
        width, tall = panel.size
        canvas[HEAD : HEAD + tall, panel.left : panel.left + width] = _ground(panel, picture, ground)
        words = f"{name}: {one.minutiae} minutiae, quality {one.quality.value} of 100, {one.area:.0f} mm²"
        letter(canvas, words, panel.left + 4, 2)
    _minutiae(canvas, panels, ready, said)
    result = said.comparison
    verdict = "they match" if result.matched else "no match"
    caption = f"Score {result.score:.1f}: {verdict} (threshold {result.threshold:.1f}, false match rate 0.1 %)"
    return sheet(canvas, caption, _key(said, panels[0].scale), [one.sentence for one in said.findings])


def _box(ready: Prepared) -> Box:
    """What is known of a print, and a little around it."""
    ridges = ready.field.ridges
    rows, columns = np.nonzero(ridges & 15 != OUTSIDE)
    if not len(rows):
        return 0, 0, ridges.shape[1] * FIELD_CELL, ridges.shape[0] * FIELD_CELL
    x = np.concatenate([columns * FIELD_CELL, (columns + 1) * FIELD_CELL, ready.points[0]])
    y = np.concatenate([rows * FIELD_CELL, (rows + 1) * FIELD_CELL, ready.points[1]])
    return round(x.min() - AROUND), round(y.min() - AROUND), round(x.max() + AROUND), round(y.max() + AROUND)


def _panels(a: Box, b: Box) -> tuple[_Panel, _Panel]:
    wide, tall = a[2] - a[0] + b[2] - b[0], max(a[3] - a[1], b[3] - b[1])
    scale = min((WIDTH - GAP - 2) / wide, TALLEST / tall, LARGEST)
    first = _Panel(a, scale, 0)
    return first, _Panel(b, scale, first.size[0] + GAP)


def _common(one: Prepared, other: Prepared, motion: Motion) -> Ground:
    """Cells of `one` that `other`, laid on it by the motion, covers."""
    inside: Ground = one.field.ridges & 15 != OUTSIDE
    covers: Ground = other.field.ridges & 15 != OUTSIDE
    rows, columns = np.nonzero(inside)
    place = (columns + 0.5 + 1j * (rows + 0.5)) * FIELD_CELL
    there = (place - (motion.x + 1j * motion.y)) * np.exp(-1j * motion.turn) / FIELD_CELL
    x, y = np.floor(there.real).astype(np.intp), np.floor(there.imag).astype(np.intp)
    met = (x >= 0) & (y >= 0) & (x < covers.shape[1]) & (y < covers.shape[0])
    met[met] = covers[y[met], x[met]]
    common = np.zeros(inside.shape, np.bool_)
    common[rows[met], columns[met]] = True
    return common


def _ground(panel: _Panel, picture: Gray | None, common: Ground | None) -> Rgb:
    """The print, or paper; what lies off common ground is faded. A record may state any size: nothing here grows with
    it."""
    wide = np.full(panel.size[::-1], 255, np.uint8)
    if picture is not None:
        wide = _enlarged(_stretched(picture), panel, 1, cv2.INTER_LINEAR, 255)
    light = coloured(pale(wide, levels=8)).astype(np.float32)
    if common is None:
        return light.astype(np.uint8)
    mask = _enlarged(common.astype(np.uint8), panel, FIELD_CELL, cv2.INTER_NEAREST, 0)
    shown: Rgb = np.where(mask[..., None] > 0, light * np.array(TINT), 255 - FADED * (255 - light)).astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(shown, contours, -1, EDGE, 1, cv2.LINE_AA)
    return shown


def _stretched(picture: Gray) -> Gray:
    """Dry prints are faint: the darkest hundredth becomes black, the lightest white."""
    low, high = np.percentile(picture, (1, 99))
    return np.asarray(np.clip((picture - low) * (255 / max(high - low, 1)), 0, 255), np.uint8)


def _enlarged(values: Gray, panel: _Panel, cell: int, how: int, beyond: int) -> Gray:
    """Cells of `cell` pixels of the print, as the panel has them."""
    step, left, top = 1 / (panel.scale * cell), panel.box[0] / cell, panel.box[1] / cell
    place = np.array([[step, 0, left + step / 2 - 0.5], [0, step, top + step / 2 - 0.5]])
    flags = how | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(values, place, panel.size, flags=flags, borderValue=beyond), np.uint8)


def _minutiae(canvas: Rgb, panels: tuple[_Panel, _Panel], ready: tuple[Prepared, Prepared], said: Explanation) -> None:
    over = canvas.copy()
    for one in said.matches:
        ends = panels[0].at(*one.at_a), panels[1].at(*one.at_b)
        start, end = ((round(x), round(y)) for x, y in ends)
        cv2.line(over, start, end, MATCHED, 2, cv2.LINE_AA)
    cv2.addWeighted(over, JOINED, canvas, 1 - JOINED, 0, dst=canvas)
    known = {one.a for one in said.matches}, {one.b for one in said.matches}
    for panel, prepared, matched in zip(panels, ready, known, strict=True):
        for k, (x, y, theta) in enumerate(prepared.points.T.tolist()):
            if k not in matched:
                pointed(canvas, square(ALONE, filled=False), panel.at(x, y), -theta, ALONE)
        for k in sorted(matched):
            x, y, theta = prepared.points[:, k].tolist()
            pointed(canvas, disc(MATCHED), panel.at(x, y), -theta, MATCHED)


def _key(said: Explanation, scale: float) -> Key:
    alone = " and ".join(str(one.minutiae - len(said.matches)) for one in said.prints)
    key: list[tuple[Symbol, str]] = [(square(ALONE, filled=False), f"minutia without a mate ({alone})")]
    if said.fit is not None:
        key.insert(0, (disc(MATCHED), f"minutia joined to its mate ({len(said.matches)})"))
        tint = tuple(round(235 * share) for share in TINT)
        key.append((swatch((tint[0], tint[1], tint[2]), EDGE), f"common ground, {said.fit.common:.0f} mm²"))
    return [*key, (stroke(TEXT, 2, round(5 * scale / MM)), "5 mm")]
