"""Lays the cells of a zone exactly over its print: each character is compared with how it usually stands in its cell.

What a coarse search leaves is a tenth of a pitch; characters are told apart best within a twentieth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passport_reader.page.fields import allowed, formats_of
from passport_reader.page.glyphs import HEIGHT, WIDTH, Classifier, Floats
from passport_reader.page.ink import Gray
from passport_reader.page.zone import Zone

_STRAYS = (0.3, 0.12, 0.12)  # pitches, round by round: print keeps to its cell better than the last
_STILL = 0.8  # pixels: misprint alone moves single glyphs so far
_FURTHEST = 4  # pixels a glyph may be off its cell
_BETTER = 2.0  # natural logarithm: what a row a column aside must fit better by
_SURE = float(np.log(0.5))
_FRAME = (HEIGHT + 4, WIDTH + 12)  # room for shifts, and sizes the transform is fast with


def settled(zone: Zone, gray: Gray, classifier: Classifier) -> Zone:
    """The zone moved to where its recognised characters stand, and each row begun where its fields fit."""
    laid = _laid(zone, gray, classifier)
    shifts = _misalignment(laid, gray, classifier)
    return _laid(laid.realigned(shifts), gray, classifier) if any(shifts) else laid


def _misalignment(zone: Zone, gray: Gray, classifier: Classifier) -> tuple[int, ...]:
    """Columns by which each row begins too far left: fillers read as well a column aside, but for a row's ends."""
    wide = zone.widened(1)
    cells = np.exp(classifier.log_probabilities(wide.cells(gray, HEIGHT, WIDTH))).reshape(zone.rows, wide.columns, -1)
    fields = [allowed(form).reshape(zone.rows, zone.columns, -1) for form in formats_of(zone.rows, zone.columns)]
    fits = [
        [max(_fit(row[start : start + zone.columns], form[number]) for form in fields) for start in range(3)]
        for number, row in enumerate(cells)
    ]
    return tuple(int(np.argmax(fit)) - 1 if max(fit) > fit[1] + _BETTER else 0 for fit in fits)


def _fit(cells: Floats, fields: Floats) -> float:
    return float(np.log((cells * fields).max(axis=1) + 1e-3).sum())


def _laid(zone: Zone, gray: Gray, classifier: Classifier) -> Zone:
    for stray in _STRAYS:
        cells = zone.cells(gray, HEIGHT, WIDTH)
        logs = classifier.log_probabilities(cells)
        shifts, peaked = _shifts(cells, classifier.usual[logs.argmax(axis=1)])
        trusted = peaked & (logs.max(axis=1) > _SURE)
        zone = zone.moved(shifts / WIDTH, trusted, stray)
        if np.abs(shifts[trusted]).max(initial=0.0) < _STILL:
            break
    return zone


def _shifts(cells: Gray, usual: Floats) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Pixels (n, 2) by which each cell's ink lies right of and below its place, and whether that is within reach."""
    pictures = 255.0 - cells.astype(np.float32)
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    wanted = usual - usual.mean(axis=(1, 2), keepdims=True)
    spectrum = np.fft.rfft2(centred, _FRAME) * np.conj(np.fft.rfft2(wanted, _FRAME))
    agreement = np.fft.fftshift(np.fft.irfft2(spectrum, _FRAME), axes=(1, 2)).astype(np.float32)
    middle = np.array(_FRAME) // 2
    near = agreement[
        :,
        middle[0] - _FURTHEST : middle[0] + _FURTHEST + 1,
        middle[1] - _FURTHEST : middle[1] + _FURTHEST + 1,
    ]
    side = 2 * _FURTHEST + 1
    row, column = np.unravel_index(near.reshape(len(cells), -1).argmax(axis=1), (side, side))
    inner = (row > 0) & (row < side - 1) & (column > 0) & (column < side - 1)
    row, column = np.clip(row, 1, side - 2), np.clip(column, 1, side - 2)
    at = np.arange(len(cells))
    down = _vertex(near[at, row - 1, column], near[at, row, column], near[at, row + 1, column])
    right = _vertex(near[at, row, column - 1], near[at, row, column], near[at, row, column + 1])
    return np.column_stack([column + right, row + down]).astype(np.float64) - _FURTHEST, inner


def _vertex(before: Floats, peak: Floats, after: Floats) -> Floats:
    """Where the parabola through three neighbours is highest, from the middle one."""
    bend = before - 2 * peak + after
    return np.asarray(np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0), np.float32)
