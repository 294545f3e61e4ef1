"""Charts as SVG, drawn on the server: bars, and columns by the hour. A table says the same beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDE: Final = 640
BAR: Final = 22
"""Height of a bar with its gap, px."""
COLUMN: Final = 24
HIGH: Final = 120


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of a column; `kind` is its pattern's name, so that colour is not all that tells them apart."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Columns:
    width: int
    height: int
    parts: tuple[Part, ...]
    labels: tuple[tuple[float, str], ...]
    top: int
    """What the full height stands for."""


def columns(values: Sequence[Sequence[tuple[str, int]]], labels: Sequence[str]) -> Columns:
    """Stacked, the first kind at the bottom; one column for each label."""
    top = max((sum(count for _, count in column) for column in values), default=0) or 1
    parts: list[Part] = []
    for n, column in enumerate(values):
        reached = 0.0
        for kind, count in column:
            height = HIGH * count / top
            reached += height
            if count:
                parts.append(Part(kind, n * COLUMN + 2, HIGH - reached, COLUMN - 4, height))
    places = tuple((n * COLUMN + COLUMN / 2, label) for n, label in enumerate(labels))
    return Columns(len(values) * COLUMN, HIGH, tuple(parts), places, top)


def share(count: int, most: int) -> float:
    """Width of a bar in per cent of the widest."""
    return 100 * count / most if most else 0.0
