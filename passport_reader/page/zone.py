"""Finds the machine readable zone in a picture of a data page and cuts it into its cells.

The zone is two or three straight rows of characters at a fixed pitch of 2.54 mm, rows 6.35 mm apart (Doc 9303-3 §4.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

ROWS_AND_COLUMNS = {(2, 44): "TD3", (2, 36): "TD2", (3, 30): "TD1"}
_ROW_PITCHES = 6.35 / 2.54
_WORKING_WIDTH = 900  # pixels; a pitch is then about 16, a stroke 2 to 3
_FAINTEST = 24  # levels of the black-hat; sensor noise and guilloche stay below
_LEAST_INK = 0.004  # share of the picture; a TD3 zone alone has four times as much
_SHORTEST_ROW = 0.4  # of the picture's width
_STEEPEST = 0.27  # 15 degrees
_SEARCH = np.linspace(0.96, 1.04, 33)  # pitches; the rows' ends are that far off where dirt touches them
_HALF_GLYPH = 0.33  # pitches
_LOOSEST = 0.22  # pitches between a glyph's centre and its cell's: 1, J and < are off theirs by half of that
_LEAST_FITTING = 0.7  # of all cells: no character is blank


@dataclass(frozen=True, slots=True)
class Zone:
    """Where every cell lies: `plane` is the homography from (column, row), counted at cell centres, to pixels."""

    rows: int
    columns: int
    plane: Floats

    @property
    def format(self) -> str:
        return ROWS_AND_COLUMNS[self.rows, self.columns]

    def cells(self, gray: Gray, height: int, width: int) -> Gray:
        """Pictures of the cells in reading order, (rows·columns, height, width): one pitch wide, pixels square."""
        fine_height, fine_width = 2 * height, 2 * width  # halved again below, so that no stroke falls between pixels
        pitch, row_pitch = 1 / fine_width, 1 / fine_width / _ROW_PITCHES
        strips = []
        for row in range(self.rows):
            # From a strip's pixel to (column, row): its first column's centre lies half a cell in.
            corner = [0.5 * pitch - 0.5, row + (0.5 - fine_height / 2) * row_pitch]
            to_cells = np.array([[pitch, 0, corner[0]], [0, row_pitch, corner[1]], [0, 0, 1]])
            strip = cv2.warpPerspective(
                gray,
                self.plane @ to_cells,
                (self.columns * fine_width, fine_height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            halved = cv2.resize(strip, (self.columns * width, height), interpolation=cv2.INTER_AREA)
            strips.append(halved.reshape(height, self.columns, width).transpose(1, 0, 2))
        return np.concatenate(strips).astype(np.uint8, copy=False)


def _projected(points: Floats, plane: Floats) -> Floats:
    """Points (n, 2) through a homography (3, 3)."""
    scaled = points @ plane[:, :2].T + plane[:, 2]
    return np.asarray(scaled[:, :2] / scaled[:, 2:], np.float64)


def find_zone(gray: Gray) -> Zone | None:
    """The zone of a page up to 15 degrees askew or tilted a little, either way up.

    None where there is none; without print that is found out in a few milliseconds.
    """
    scale = _WORKING_WIDTH / gray.shape[1]
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    ink = _ink(np.asarray(small, np.uint8))
    if np.count_nonzero(ink) < _LEAST_INK * ink.size:
        return None
    rows = _zone_rows(_rows(ink))
    if not rows:
        return None
    zone = _grid(_glyphs(ink), rows)
    if zone is None:
        return None
    # To the original's pixels, whose centres lie half a pixel in.
    enlarged = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    return Zone(zone.rows, zone.columns, enlarged @ zone.plane)


def _ink(small: Gray) -> Gray:
    """255 where a dark stroke up to twelve pixels thick lies on a lighter ground."""
    strokes = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((13, 13), np.uint8))
    level, _ = cv2.threshold(strokes, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    _, ink = cv2.threshold(strokes, max(level, _FAINTEST), 255, cv2.THRESH_BINARY)
    return np.asarray(ink, np.uint8)


@dataclass(frozen=True, slots=True)
class _Row:
    """A straight run of print: the ends of its middle line, left to right."""

    left: Floats
    right: Floats

    @property
    def length(self) -> float:
        return float(np.hypot(*(self.right - self.left)))

    @property
    def slope(self) -> float:
        return float((self.right[1] - self.left[1]) / (self.right[0] - self.left[0]))

    def height_at(self, x: float) -> float:
        return float(self.left[1] + self.slope * (x - self.left[0]))


def _rows(ink: Gray) -> list[_Row]:
    """Long runs of print, top to bottom."""
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 25), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    rows = []
    for label in range(1, count):
        x, y, width, height, _ = stats[label]
        if width < _SHORTEST_ROW * ink.shape[1] or height > 40 + width * _STEEPEST:
            continue
        inside = (slice(y, y + height), slice(x, x + width))
        ys, xs = np.nonzero((labels[inside] == label) & (ink[inside] > 0))
        slope, rise = np.polyfit(xs, ys, 1)
        ends = np.array([xs.min(), xs.max()], np.float64)
        left, right = (np.array([end + x, rise + slope * end + y]) for end in ends)
        rows.append(_Row(left, right))
    return sorted(rows, key=lambda row: row.height_at(ink.shape[1] / 2))


def _zone_rows(rows: list[_Row]) -> list[_Row]:
    """Neighbouring rows alike in length, ends and slope: three at one distance, else the lowest two; none otherwise."""
    for count in (3, 2):
        for start in range(len(rows) - count, -1, -1):
            group = rows[start : start + count]
            if all(_alike(upper, lower) for upper, lower in pairwise(group)) and _evenly(group):
                return group
    return []


def _alike(upper: _Row, lower: _Row) -> bool:
    tolerance = 0.08 * upper.length
    ends = abs(upper.left[0] - lower.left[0]) < tolerance and abs(upper.right[0] - lower.right[0]) < tolerance
    return ends and abs(upper.slope - lower.slope) < 0.06 and _columns([upper, lower]) is not None


def _evenly(group: list[_Row]) -> bool:
    gaps = [_gap(upper, lower) for upper, lower in pairwise(group)]
    return max(gaps) < 1.2 * min(gaps) and (len(group), _columns(group)) in ROWS_AND_COLUMNS


def _gap(upper: _Row, lower: _Row) -> float:
    """Pixels between two rows, square to them."""
    middle = (lower.left[0] + lower.right[0]) / 2
    return (lower.height_at(middle) - upper.height_at(middle)) / float(np.hypot(1, upper.slope))


def _columns(group: list[_Row]) -> int | None:
    """30, 36 or 44 by the rows' length in pitches, the pitch taken from their distance; None far from all."""
    gap = float(np.mean([_gap(upper, lower) for upper, lower in pairwise(group)]))
    if gap <= 8:
        return None
    length = float(np.mean([row.length for row in group])) * _ROW_PITCHES / gap
    columns = min((30, 36, 44), key=lambda count: abs(count - 0.3 - length))
    return columns if abs(columns - 0.3 - length) < 3.2 else None


def _glyphs(ink: Gray) -> Floats:
    """Boxes of connected ink: (n, 4) of centre x, centre y, width, height."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink)
    boxes = stats[1:, :4].astype(np.float64)
    centres = boxes[:, :2] + (boxes[:, 2:] - 1) / 2
    return np.hstack([centres, boxes[:, 2:]])


def _grid(glyphs: Floats, rows: list[_Row]) -> Zone | None:
    """Fits the cells to the glyphs: roughly by the rows' ends, then by the common pitch, then by every centre."""
    columns = _columns(rows)
    if columns is None:
        return None
    rough = _plane_of_ends(rows, columns)
    place, along, row = _in_rows(glyphs, rough, len(rows), columns)
    if len(place) < columns:
        return None
    column = _numbered(along, columns)
    inside = (column >= 0) & (column < columns)
    cells = np.column_stack([column, row])[inside].astype(np.float64)
    pitch = rows[0].length / columns
    plane, fitting = cv2.findHomography(cells, place[inside], cv2.RANSAC, _LOOSEST * pitch)
    if plane is None or np.count_nonzero(fitting) < _LEAST_FITTING * len(rows) * columns:
        return None
    return Zone(len(rows), columns, np.asarray(plane, np.float64))


def _plane_of_ends(rows: list[_Row], columns: int) -> Floats:
    """The homography by the ends of the first and last row; a glyph's ink begins a third of a pitch from its centre."""
    first, last, below = -_HALF_GLYPH, columns - 1 + _HALF_GLYPH, len(rows) - 1.0
    cells = np.array([[first, 0], [last, 0], [last, below], [first, below]], np.float32)
    ends = np.array([rows[0].left, rows[0].right, rows[-1].right, rows[-1].left], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(cells, ends), np.float64)


def _in_rows(glyphs: Floats, rough: Floats, rows: int, columns: int) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """What is as big as a character and lies in a row: centres in pixels, pitches along the row, the row's number."""
    back = np.asarray(np.linalg.inv(rough), np.float64)
    along, down = _projected(glyphs[:, :2], back).T
    ends = _projected(np.array([[0.0, 0.0], [columns - 1.0, 0.0]]), rough)
    pitch = float(np.hypot(*(ends[1] - ends[0]))) / (columns - 1)
    width, height = glyphs[:, 2] / pitch, glyphs[:, 3] / pitch
    row = np.rint(down)
    chosen = (height > 0.4) & (height < 1.6) & (width > 0.08) & (width < 1.2)
    chosen &= (row >= 0) & (row < rows) & (np.abs(down - row) * _ROW_PITCHES < 0.5)
    chosen &= (along > -1.5) & (along < columns + 0.5)
    return glyphs[chosen, :2], along[chosen], row[chosen].astype(np.int64)


def _numbered(along: Floats, columns: int) -> npt.NDArray[np.int64]:
    """Each glyph's column: the pitch that gathers the centres best, then the window of columns that holds most."""
    waves = np.exp(2j * np.pi * along[None, :] / _SEARCH[:, None]).sum(axis=1)
    best = int(np.abs(waves).argmax())
    step = float(_SEARCH[best])
    phase = float(np.angle(waves[best])) / (2 * np.pi) * step
    column = np.rint((along - phase) / step).astype(np.int64)
    starts = range(column.min(), max(column.min(), column.max() - columns + 1) + 1)
    held = [int(((column >= start) & (column < start + columns)).sum()) for start in starts]
    return column - starts[int(np.argmax(held))]
