"""Finds the machine readable zone in a picture of a data page and cuts it into its cells.

The zone is two or three straight rows of characters at a fixed pitch of 2.54 mm, rows 6.35 mm apart (Doc 9303-3 §4.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import cv2
import numpy as np
import numpy.typing as npt

from passport_reader.page.ink import Floats, Gray, Level, Singles, level
from passport_reader.page.rows import ROW_PITCHES, Pitch, Row, Waves, pitches_of, profile, rows, waves_of

SHAPES = ((2, 44), (3, 30), (2, 36))
"""Rows and columns: TD3 and MRV-A, TD1, TD2 and MRV-B (Doc 9303-4 to -7 §4.2)."""
_MOST_GROUPS = 5
_MOST_STARTS, _MOST_ALIGNMENTS = 6, 5
_MOST_UNEVEN = 0.22  # of a gap: perspective, and how coarsely rows are placed
_MOST_TURNED = 0.05  # between neighbouring rows' slopes
_MOST_SLANTED = 0.9  # pitches by which perspective moves a row's columns against the next row's
_BESIDE = 3  # columns beside the zone that are empty: the margin is 6.6 mm at least (Doc 9303-4 §4.2.1)
_MOST_ZONES = 4  # of a shape
_SAME = 0.4  # pitches


@dataclass(frozen=True, slots=True)
class Zone:
    """Where every cell lies: `plane` is the homography from (column, row), counted at cell centres, to pixels."""

    rows: int
    columns: int
    plane: Floats
    strength: float = 0.0
    """How much it looks like a zone; to put several in order."""

    def turned(self) -> Zone:
        """The same cells read upside down."""
        half_turn = np.array([[-1.0, 0, self.columns - 1], [0, -1.0, self.rows - 1], [0, 0, 1]])
        return replace(self, plane=self.plane @ half_turn)

    def cells(self, gray: Gray, height: int, width: int) -> Gray:
        """Pictures of the cells in reading order, (rows·columns, height, width): one pitch wide, pixels square."""
        fine_height, fine_width = 2 * height, 2 * width  # halved again below, so that no stroke falls between pixels
        pitch, row_pitch = 1 / fine_width, 1 / fine_width / ROW_PITCHES
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

    def moved(self, shifts: Floats, trusted: npt.NDArray[np.bool_], stray: float) -> Zone:
        """Fitted anew to where the glyphs are: `shifts` in pitches (cells, 2) from each cell's centre.

        The same zone where too few are trusted; those further than `stray` from the fit are left out of it.
        """
        if np.count_nonzero(trusted) < 2 * self.columns // 3:
            return self
        centres = self._centres()[trusted]
        seen = projected(centres + shifts[trusted] / [1.0, ROW_PITCHES], self.plane)
        pitch = float(np.hypot(*(seen[-1] - seen[0]))) / max(float(np.hypot(*(centres[-1] - centres[0]))), 1.0)
        plane, _ = cv2.findHomography(centres, seen, cv2.RANSAC, stray * pitch)
        return self if plane is None else replace(self, plane=np.asarray(plane, np.float64))

    def widened(self, by: int) -> Zone:
        """With so many columns more on either side."""
        back = np.array([[1.0, 0, -by], [0, 1, 0], [0, 0, 1]])
        return replace(self, columns=self.columns + 2 * by, plane=self.plane @ back)

    def realigned(self, shifts: Sequence[int]) -> Zone:
        """Each row begun so many columns further right."""
        cells = self._centres()
        further = np.repeat(np.asarray(shifts, np.float64), self.columns)
        plane, _ = cv2.findHomography(cells, projected(cells + np.column_stack([further, 0 * further]), self.plane), 0)
        return self if plane is None else replace(self, plane=np.asarray(plane, np.float64))

    def nearly(self, other: Zone) -> bool:
        """Whether another zone of the same shape has the same cells, to less than half a pitch."""
        right, low = self.columns - 1.0, self.rows - 1.0
        ends = np.array([[0.0, 0.0], [1.0, 0.0], [right, 0.0], [0.0, low], [right, low]])
        ours, theirs = projected(ends, self.plane), projected(ends, other.plane)
        pitch = float(np.hypot(*(ours[1] - ours[0])))
        return bool(np.abs(ours - theirs).max() < _SAME * pitch)

    def _centres(self) -> Floats:
        row, column = np.mgrid[0 : self.rows, 0 : self.columns].reshape(2, -1)
        return np.column_stack([column, row]).astype(np.float64)


def projected(points: Floats, plane: Floats) -> Floats:
    """Points (n, 2) through a homography (3, 3)."""
    scaled = points @ plane[:, :2].T + plane[:, 2]
    return np.asarray(scaled[:, :2] / scaled[:, 2:], np.float64)


def find_zones(gray: Gray) -> list[Zone]:
    """Where a zone may be, the likeliest first; empty where there is none. Each is right side up or upside down.

    For a page up to 15 degrees askew and in perspective. Without print that is found out in a few milliseconds.
    """
    turned = level(gray)
    if turned is None:
        return []
    groups = _groups(rows(turned.ink))
    strips = {row: _strip(turned.ink, row) for group in groups for row in group}
    found = [
        zone
        for group in groups
        for combs in _combs(group, [strips[row] for row in group])
        for zone in _zones_of(turned, combs)
    ]
    kept: list[Zone] = []
    for zone in sorted(found, key=lambda zone: -zone.strength):
        alike = [other for other in kept if (other.rows, other.columns) == (zone.rows, zone.columns)]
        if len(alike) < _MOST_ZONES and not any(zone.nearly(other) for other in alike):
            kept.append(zone)
    return kept


def _groups(found: list[Row]) -> list[tuple[Row, ...]]:
    """Two or three rows of one size, at the zone's distance from each other; the strongest few of each number."""
    alike = {
        count: [
            tuple(group)
            for band in {row.band for row in found}
            for chosen in combinations([row for row in found if row.band == band], count)
            if _evenly(group := sorted(chosen, key=lambda row: row.height))
        ]
        for count in (2, 3)
    }
    return [
        group
        for groups in alike.values()
        for group in sorted(groups, key=lambda group: -min(row.strength for row in group))[:_MOST_GROUPS]
    ]


def _evenly(group: list[Row]) -> bool:
    gaps = [lower.height - upper.height for upper, lower in pairwise(group)]
    expected = ROW_PITCHES * group[0].band
    if not all(0.8 * expected < gap < 1.25 * expected for gap in gaps):
        return False
    turned = all(abs(upper.slope - lower.slope) < _MOST_TURNED for upper, lower in pairwise(group))
    return turned and max(gaps) - min(gaps) <= _MOST_UNEVEN * min(gaps)


@dataclass(frozen=True, slots=True)
class _Comb:
    """A row with its pitch; `filled`: ink of each column from `first` on, a usual cell's being 1."""

    row: Row
    pitch: Pitch
    width: int
    first: int
    filled: Floats

    def points(self, columns: Floats) -> Floats:
        """(n, 2) in the level picture."""
        x = self.pitch.place(columns)
        return np.column_stack([x + self.width / 2, self.row.height + self.row.slope * x])

    def windows(self, columns: int) -> Floats:
        """For each first column that fits: how many more columns are filled than empty, less what is filled beside."""
        ink = np.clip(self.filled, 0.0, 1.0)
        sums = np.concatenate([[0.0], np.cumsum(ink)])
        padded = np.concatenate([np.zeros(_BESIDE), ink, np.zeros(_BESIDE)])
        outer = np.concatenate([[0.0], np.cumsum(padded)])
        starts = np.arange(max(len(ink) - columns + 1, 0))
        inside = sums[starts + columns] - sums[starts]
        around = outer[starts + columns + 2 * _BESIDE] - outer[starts] - inside
        return np.asarray(2.0 * inside - columns - 2.0 * around, np.float64)


def _strip(ink: Singles, row: Row) -> tuple[Singles, Waves]:
    across = profile(ink, row.height, row.slope, row.band)
    return across, waves_of(across, row.band)


def _combs(group: tuple[Row, ...], strips: list[tuple[Singles, Waves]]) -> Iterator[list[_Comb]]:
    """With each row's own pitch, and with one in common where that is another."""
    alone, common = [waves.best() for _, waves in strips], pitches_of([waves for _, waves in strips])
    for pitches in [alone] if alone == common else [alone, common]:
        yield [_comb(row, across, pitch) for row, (across, _), pitch in zip(group, strips, pitches, strict=True)]


def _comb(row: Row, across: Singles, pitch: Pitch) -> _Comb:
    x = np.arange(len(across), dtype=np.float64) - len(across) / 2
    numbers = np.rint(pitch.column(x)).astype(np.int64)
    near = np.abs(pitch.column(x) - numbers) < 0.36
    first = int(numbers[near].min())
    kept = numbers[near] - first
    capped = np.minimum(across, np.percentile(across, 95))[near]
    filled = np.bincount(kept, capped) / np.maximum(np.bincount(kept), 1)
    usual = float(np.percentile(filled, 75)) + 1e-6
    return _Comb(row, pitch, len(across), first, filled / usual)


def _zones_of(turned: Level, combs: list[_Comb]) -> Iterator[Zone]:
    strength = sum(comb.pitch.strength for comb in combs)
    for count, columns in SHAPES:
        if count != len(combs):
            continue
        for score, starts in _alignments(combs, columns):
            plane = _plane(turned, combs, starts, columns)
            if plane is not None:
                yield Zone(count, columns, plane, score / 10 + strength)


def _alignments(combs: list[_Comb], columns: int) -> list[tuple[float, list[int]]]:
    """The best ways to lay a window over every row, one below the other: score, and each row's first column.

    Several, for glare on a row's end leaves it open which column is the first; reading them decides.
    """
    windows = [comb.windows(columns) for comb in combs]
    if not all(len(window) for window in windows):
        return []
    ways = [
        (float(windows[0][start]), [int(start) + combs[0].first])
        for start in np.argsort(windows[0])[::-1][:_MOST_STARTS]
    ]
    for (upper, comb), window in zip(pairwise(combs), windows[1:], strict=True):
        ways = [
            (total + float(window[below - comb.first]), [*starts, below])
            for total, starts in ways
            for below in _below(upper, starts[-1], comb, window, columns)
        ]
    return sorted(ways, reverse=True)[:_MOST_ALIGNMENTS]


def _below(upper: _Comb, start: int, lower: _Comb, window: Floats, columns: int) -> list[int]:
    """First columns of the lower row's windows that lie under the upper row's, the best two."""
    places = upper.pitch.place(np.array([start, start + columns - 1], np.float64))
    # A row square to its slope lies aside of the row above by it.
    aside = upper.row.slope * (lower.row.height - upper.row.height)
    firsts = np.arange(len(window)) + lower.first
    apart = lower.pitch.place(np.column_stack([firsts, firsts + columns - 1]).astype(np.float64)) - places + aside
    apart /= upper.pitch.pitch
    under = (np.abs(apart.mean(axis=1)) < _MOST_SLANTED) & (np.abs(apart).max(axis=1) < 2 * _MOST_SLANTED)
    return sorted((int(first) for first in firsts[under]), key=lambda first: -float(window[first - lower.first]))[:2]


def _plane(turned: Level, combs: list[_Comb], starts: list[int], columns: int) -> Floats | None:
    """The homography through every cell of every row."""
    numbers = np.arange(columns, dtype=np.float64)
    cells = np.concatenate([np.column_stack([numbers, np.full(columns, row)]) for row in range(len(combs))])
    places = [comb.points(numbers + start) for comb, start in zip(combs, starts, strict=True)]
    plane, _ = cv2.findHomography(cells, turned.original(np.concatenate(places)), 0)
    return None if plane is None else np.asarray(plane, np.float64)
