"""Lays the cells of a zone exactly over its print: each character is compared with how it usually stands in its cell.

What a coarse search leaves is a tenth of a pitch; characters are told apart best within a twentieth.
"""

from __future__ import annotations

import numpy as np

from passport_reader.page.glyphs import HEIGHT, WIDTH, Classifier, Floats
from passport_reader.page.ink import Gray
from passport_reader.page.zone import Zone

_ROUNDS = 2
_FURTHEST = 4  # pixels a glyph may be off its cell
_SURE = float(np.log(0.5))
_FRAME = (2 * (HEIGHT + 4) // 2, WIDTH + 12)  # room for shifts, and sizes the transform is fast with


def settled(zone: Zone, gray: Gray, classifier: Classifier) -> Zone:
    """The zone moved to where its recognised characters stand."""
    for _ in range(_ROUNDS):
        cells = zone.cells(gray, HEIGHT, WIDTH)
        logs = classifier.log_probabilities(cells)
        shifts, peaked = _shifts(cells, classifier.usual[logs.argmax(axis=1)])
        trusted = peaked & (logs.max(axis=1) > _SURE)
        zone = zone.moved(shifts / WIDTH, trusted.astype(np.float64))
    return zone


def _shifts(cells: Gray, usual: Floats) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Pixels (n, 2) by which each cell's ink lies right of and below where it should, and whether that is within reach."""
    pictures = 255.0 - cells.astype(np.float32)
    centred = pictures - pictures.mean(axis=(1, 2), keepdims=True)
    wanted = usual - usual.mean(axis=(1, 2), keepdims=True)
    spectrum = np.fft.rfft2(centred, _FRAME) * np.conj(np.fft.rfft2(wanted, _FRAME))
    agreement = np.fft.fftshift(np.fft.irfft2(spectrum, _FRAME), axes=(1, 2))
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
    return np.column_stack([column + right, row + down]) - _FURTHEST, inner


def _vertex(before: Floats, peak: Floats, after: Floats) -> Floats:
    """Where the parabola through three neighbours is highest, from the middle one."""
    bend = before - 2 * peak + after
    return np.asarray(np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0), np.float32)
