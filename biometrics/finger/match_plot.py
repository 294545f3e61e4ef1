"""Two prints side by side, and what was matched between them."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Gray, Rgb
from biometrics.finger.common_ground import OUTSIDE, Motion, inverse, moved
from biometrics.finger.compare import Evidence, Prepared
from biometrics.finger.extract import FIELD_CELL

SCALE: Final = 2
GAP: Final = 24
MATCHED: Final = (0, 114, 178)
ALONE: Final = (213, 94, 0)
"""Okabe and Ito's blue and vermilion, told apart by colour-blind readers too."""
GROUND: Final = (0, 158, 115)
PAPER: Final = 255
LENGTH: Final = 9
"""Of a minutia's tail, pixels of the print."""


def drawn(prints: tuple[Gray | None, Gray | None], ready: tuple[Prepared, Prepared], found: Evidence | None) -> Rgb:
    """The prints (or paper, where only minutiae are known), common ground tinted, matched minutiae full and joined by
    lines, the others hollow."""
    motion = None if found is None else found.motion
    grounds = (None, None) if motion is None else (_common(*ready, motion), _common(*ready[::-1], inverse(motion)))
    matched = (set(), set()) if found is None else (set(found.pairs[0].tolist()), set(found.pairs[1].tolist()))
    panels = [_panel(*one) for one in zip(prints, ready, grounds, matched, strict=True)]
    height = max(len(panel) for panel in panels)
    panels = [np.pad(p, ((0, height - len(p)), (0, 0), (0, 0)), constant_values=PAPER) for p in panels]
    gap = np.full((height, GAP, 3), PAPER, np.uint8)
    sheet = np.ascontiguousarray(np.hstack([panels[0], gap, panels[1]]))
    if found is not None:
        _join(sheet, ready, found, panels[0].shape[1] + GAP)
    return sheet


def _common(one: Prepared, other: Prepared, motion: Motion) -> npt.NDArray[np.bool_]:
    """Cells of `one` that `other`, laid on it by the motion, covers."""
    rows, columns = one.field.ridges.shape
    covered = np.zeros((rows, columns), np.bool_)
    back = inverse(motion)
    for row, column in np.argwhere(one.field.ridges & 15 != OUTSIDE):
        x, y = moved(back, (column + 0.5) * FIELD_CELL, (row + 0.5) * FIELD_CELL)
        r, c = int(y // FIELD_CELL), int(x // FIELD_CELL)
        if 0 <= r < other.field.ridges.shape[0] and 0 <= c < other.field.ridges.shape[1]:
            covered[row, column] = other.field.ridges[r, c] & 15 != OUTSIDE
    return covered


def _panel(picture: Gray | None, ready: Prepared, ground: npt.NDArray[np.bool_] | None, matched: set[int]) -> Rgb:
    rows, columns = ready.field.ridges.shape
    if picture is None:
        picture = np.full((rows * FIELD_CELL, columns * FIELD_CELL), PAPER, np.uint8)
    light = 90 + picture.astype(np.float32) * (165 / 255)
    panel = np.repeat(light[:, :, None], 3, axis=2)
    if ground is not None:
        tint = ground.repeat(FIELD_CELL, 0).repeat(FIELD_CELL, 1)[: len(panel), : panel.shape[1]]
        tint = np.pad(tint, ((0, len(panel) - len(tint)), (0, panel.shape[1] - tint.shape[1])))
        panel[tint] = 0.85 * panel[tint] + 0.15 * np.array(GROUND)
    wide = cv2.resize(panel.astype(np.uint8), None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    canvas: Rgb = np.asarray(wide, np.uint8)
    for k, (x, y, theta) in enumerate(ready.points.T):
        _minutia(canvas, float(x), float(y), float(theta), known=k in matched)
    return canvas


def _minutia(canvas: Rgb, x: float, y: float, theta: float, *, known: bool) -> None:
    colour = MATCHED if known else ALONE
    centre = _at(x), _at(y)
    end = _at(x + LENGTH * np.cos(theta)), _at(y + LENGTH * np.sin(theta))
    cv2.line(canvas, centre, end, colour, 2, cv2.LINE_AA)
    cv2.circle(canvas, centre, 3 * SCALE, colour, -1 if known else 2, cv2.LINE_AA)


def _join(sheet: Rgb, ready: tuple[Prepared, Prepared], found: Evidence, offset: int) -> None:
    over = sheet.copy()
    for i, j in zip(*found.pairs, strict=True):
        ax, ay, bx, by = *ready[0].points[:2, i], *ready[1].points[:2, j]
        cv2.line(over, (_at(ax), _at(ay)), (_at(bx) + offset, _at(by)), MATCHED, 1, cv2.LINE_AA)
    cv2.addWeighted(over, 0.45, sheet, 0.55, 0, dst=sheet)


def _at(value: float) -> int:
    return round(SCALE * float(value))
