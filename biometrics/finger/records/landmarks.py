"""Cores and deltas in a view's extended data (area 2): `landmarks(view, form)` and, the other way, `area(...)`.

In ISO/IEC 19794-2 each point says in the top bits of x whether angles follow; in ANSI INCITS 378 the top bits of the
count say it for all. A core has one angle, a delta three. Layout and masks rest on how open readers take them; no
sample has such an area. Where an area does not parse, nothing is listed and its octets stay in the view.
Writing in another format than was read rewrites the area (`converted`); only in ANSI, where all points of a kind have
directions or none, those of a mixed kind are lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from biometrics.finger.records.errors import TruncatedRecord, Unsayable
from biometrics.finger.records.octets import ANSI_TURN, ISO_TURN, Reader
from biometrics.finger.records.record import RIDGE_COUNTS, ExtendedArea, Format, View

CORES_AND_DELTAS: Final = 2
"""Identifier of the extended area."""
MOST_POINTS: Final = 15
_TURNS: Final = {
    Format.ISO_2005: ISO_TURN,
    Format.ISO_2011: ISO_TURN,
    Format.ANSI_2004: ANSI_TURN,
    Format.ANSI_2009: ANSI_TURN,
}
_ANGLES: Final = (1, 3)
"""Of a core, of a delta."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A core, or a delta if `delta`; pixels at 500 dpi; `directions` in radians: none, one (core) or three (delta)."""

    x: int
    y: int
    delta: bool = False
    directions: tuple[float, ...] = ()


def landmarks(view: View, form: Format) -> tuple[Landmark, ...]:
    """Of all areas of a view that was read from `form`, a record format."""
    found: list[Landmark] = []
    for one in view.extended:
        if one.identifier == CORES_AND_DELTAS:
            try:
                found += _points(Reader(one.data), _TURNS[form])
            except TruncatedRecord:
                continue
    return tuple(found)


def _points(reader: Reader, turn: int) -> list[Landmark]:
    found = []
    for delta in (False, True):
        head = reader.take(1)[0]
        for _ in range(head & 0xF):
            x, y = reader.unpack(">HH")
            kind = x >> 14 if turn == ISO_TURN else head >> 6
            angles = reader.take(_ANGLES[delta] if kind == 1 else 0)
            directions = tuple(angle % turn * (2 * math.pi / turn) for angle in angles)
            found.append(Landmark(x & 0x3FFF, y & 0x3FFF, delta, directions))
    return found


def area(points: Sequence[Landmark], form: Format) -> ExtendedArea:
    """Raises `Unsayable` for more than 15 of a kind, places beyond 14 bits, a wrong number of directions, or in ANSI
    points with and without directions of one kind."""
    turn, octets = _TURNS[form], bytearray()
    for delta in (False, True):
        chosen = [one for one in points if one.delta is delta]
        with_angles = {len(one.directions) for one in chosen}
        if len(chosen) > MOST_POINTS or not with_angles <= {0, _ANGLES[delta]}:
            raise Unsayable("at most 15 cores with one direction and 15 deltas with three")
        if turn == ANSI_TURN and len(with_angles) > 1:
            raise Unsayable("ANSI INCITS 378 has directions for all points of a kind or for none")
        angular = turn == ANSI_TURN and bool(sum(with_angles))
        octets.append(angular << 6 | len(chosen))
        for one in chosen:
            octets += _octets(one, turn)
    return ExtendedArea(CORES_AND_DELTAS, bytes(octets))


def converted(view: View, source: Format, target: Format) -> tuple[ExtendedArea, ...]:
    """The view's areas as `target` has them: ridge counts mean the same in all formats, cores and deltas are rewritten,
    and others are octets of `source` that nobody else understands."""
    counts = [one for one in view.extended if one.identifier == RIDGE_COUNTS]
    points = landmarks(view, source)
    if not points:
        return tuple(counts)
    if _TURNS[target] == ANSI_TURN:
        points = tuple(one for delta in (False, True) for one in _alike([p for p in points if p.delta is delta]))
    return (*counts, area(points, target))


def _alike(points: Sequence[Landmark]) -> list[Landmark]:
    """All with directions, or all without."""
    mixed = len({len(one.directions) for one in points}) > 1
    return [replace(one, directions=()) for one in points] if mixed else [*points]


def _octets(point: Landmark, turn: int) -> bytes:
    if not (0 <= point.x <= 0x3FFF and 0 <= point.y <= 0x3FFF):
        raise Unsayable("a core or delta lies beyond the 14 bits of its place")
    kind = turn == ISO_TURN and bool(point.directions)
    angles = bytes(round(one * turn / (2 * math.pi)) % turn for one in point.directions)
    return (kind << 14 | point.x).to_bytes(2) + point.y.to_bytes(2) + angles
