"""From a first look at everybody to the few who are most alike, certainly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from biometrics.face.gallery.scan import Glance
from biometrics.face.gallery.slots import CHUNK, Rows, SlotFile
from biometrics.face.template import Vector

SEED_GROUPS: Final = 32
"""Of each chunk, those with the largest bounds are looked at more closely first,"""
SEEDS: Final = 64
"""and of all these rows so many, or four for each candidate wanted, compared: they give the score to beat."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A person, by their first row; the score of their most alike sample."""

    row: int
    identifier: bytes
    score: float


def nearest(glance: Glance, file: SlotFile, probe: Vector, most: int) -> list[Likeness]:
    """The `most` people most alike, best first.

    The last of the best seeds is beaten or equalled by whoever belongs among the best, and a bound is never below the
    score: so all whose bound reaches it are compared, and nobody else need be.
    """
    seeds = glance.promising(SEED_GROUPS)[: max(SEEDS, 4 * most)]
    found = compared(file, seeds, probe)
    to_beat = found[most - 1].score if len(found) >= most else -2.0
    possible = glance.possible(to_beat)
    return best([*found, *compared(file, np.setdiff1d(possible, seeds), probe)])[:most]


def compared(file: SlotFile, rows: Rows, probe: Vector) -> list[Likeness]:
    """Everybody of those rows, best first."""
    found: list[Likeness] = []
    for first in range(0, len(rows), CHUNK):
        read, slots = file.read(rows[first : first + CHUNK])
        scores = np.ascontiguousarray(slots["vector"]) @ probe
        people = read - slots["number"]
        found += map(Likeness, people.tolist(), slots["identifier"].tolist(), scores.tolist())
    return best(found)


def best(people: Sequence[Likeness]) -> list[Likeness]:
    """Each person once, with the most alike sample."""
    held: dict[int, Likeness] = {}
    for one in people:
        if one.row not in held or held[one.row].score < one.score:
            held[one.row] = one
    return sorted(held.values(), key=lambda one: (-one.score, one.row))
