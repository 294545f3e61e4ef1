"""Everybody's octets in memory, and the two looks at them.

Rows lie in blocks of 128, component by component, so that one addition works on as many rows as a register holds; the
first look keeps the largest sum of each group of 16, the second goes through the groups that may hold somebody. One
writer may append while others look: they see the rows that were there when they began.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled, single
from biometrics.face.gallery.reduction import Floats, Octets, Reduction
from biometrics.face.gallery.slots import Rows
from biometrics.face.template import Vector

R = TypeVar("R")

BLOCK: Final = 128
GROUP: Final = 16
CHUNK: Final = 262_144
"""Rows that one thread looks at in one go."""
LARGEST: Final = 1e9
"""Beyond any bound."""
GONE: Final = 255
"""Instead of a sample's number, once its person was removed."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """`first` (blocks, octets, BLOCK), `second` (groups, octets, GROUP), `numbers` (rows,)."""

    first: Octets
    second: Octets
    numbers: npt.NDArray[np.uint8]


class Threads:
    """As many calls at a time as were asked for; with one, none of its own."""

    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, "face-gallery") if count > 1 else None

    def map(self, function: Callable[[int], R], items: Iterable[int]) -> list[R]:
        return list((self._pool.map if self._pool else map)(function, items))

    def close(self) -> None:
        if self._pool:
            self._pool.shutdown()


class Scan:
    def __init__(self, reduction: Reduction) -> None:
        self.reduction = reduction
        self._chunks: list[Chunk] = []
        self._count = 0
        self._boundless: Rows = np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Rows, those of removed people among them."""
        return self._count

    def append(self, vectors: Vector, numbers: npt.NDArray[np.uint8]) -> None:
        """They are looked at from its return on, all at once."""
        codes = self.reduction.codes(vectors)
        done = 0
        while done < len(vectors):
            chunk, at = divmod(self._count + done, CHUNK)
            if chunk == len(self._chunks):
                self._chunks.append(self._empty())
            part = slice(done, done + min(CHUNK - at, len(vectors) - done))
            _store(codes.first[part], self._chunks[chunk].first, at, BLOCK)
            _store(codes.second[part], self._chunks[chunk].second, at, GROUP)
            self._chunks[chunk].numbers[at : at + part.stop - done] = numbers[part]
            done = part.stop
        self._boundless = np.append(self._boundless, self._count + np.flatnonzero(codes.boundless))
        self._count += len(vectors)

    def _empty(self) -> Chunk:
        """Pages that nothing was written to take no memory."""
        first, kept = self.reduction.first, self.reduction.kept
        return Chunk(
            np.zeros((CHUNK // BLOCK, first, BLOCK), np.int8),
            np.zeros((CHUNK // GROUP, kept - first + 2, GROUP), np.int8),
            np.full(CHUNK, GONE, np.uint8),
        )

    def number(self, row: int) -> int:
        """Which of its person's samples, `GONE` for a removed one."""
        return int(self._chunks[row // CHUNK].numbers[row % CHUNK])

    def forget(self, rows: Rows) -> None:
        """What the octets said of them is overwritten. A person is gone when their first row is."""
        for chunk, at in (divmod(row, CHUNK) for row in rows.tolist()):
            held = self._chunks[chunk]
            held.numbers[at] = GONE
            held.first[at // BLOCK, :, at % BLOCK] = 0
            held.second[at // GROUP, :, at % GROUP] = 0

    def glance(self, probes: Vector, threads: Threads) -> list[Glance]:
        """The first look for each of the rows of `probes`, the rows of the gallery read once."""
        count, chunks, boundless = self._count, tuple(self._chunks), self._boundless
        looks = [self.reduction.looks(probe) for probe in probes]
        factors = np.array([first for first, _ in looks], np.float32)

        def largest(chunk: int) -> Floats:
            blocks = -(-min(CHUNK, count - chunk * CHUNK) // BLOCK)
            found = np.empty((len(probes), blocks * (BLOCK // GROUP)), np.float32)
            _first_look(chunks[chunk].first[:blocks], factors, found)
            return found

        parts = threads.map(largest, range(-(-count // CHUNK)))
        return [
            Glance(chunks, count, boundless, second, [part[k] for part in parts]) for k, (_, second) in enumerate(looks)
        ]


@dataclass(frozen=True, slots=True)
class Glance:
    """What the first look at everybody found for one probe."""

    chunks: Sequence[Chunk]
    count: int
    boundless: Rows
    factors: Floats
    bounds: Sequence[Floats]
    """Of each group, chunk by chunk."""

    def promising(self, groups: int) -> Rows:
        """The rows of so many groups a chunk, of those with the largest bounds; the most promising first."""
        limits = [_smallest_of_largest(bounds, groups) for bounds in self.bounds]
        rows, closer = self._closer(limits, -LARGEST)
        return rows[np.argsort(-closer, kind="stable")]

    def possible(self, score: float) -> Rows:
        """All that may score so much or more."""
        rows, _ = self._closer([score for _ in self.bounds], score)
        unknown = [row for row in self.boundless.tolist() if row < self.count and self._is_here(row)]
        return np.union1d(rows, np.array(unknown, np.int64))

    def _is_here(self, row: int) -> bool:
        return bool(self.chunks[row // CHUNK].numbers[row % CHUNK] != GONE)

    def _closer(self, limits: Sequence[float], score: float) -> tuple[Rows, Floats]:
        """The second look, at the groups whose bound reaches their chunk's limit: rows that may score so much, and
        their closer bounds."""
        rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for k, (chunk, bounds, limit) in enumerate(zip(self.chunks, self.bounds, limits, strict=False)):
            groups = np.flatnonzero(bounds >= limit)
            closer = np.empty((len(groups), GROUP), np.float32)
            _second_look(chunk.first, chunk.second, groups, self.factors, closer)
            near = np.flatnonzero(closer.ravel() >= score)
            at = groups[near // GROUP] * GROUP + near % GROUP
            kept = (chunk.numbers[at] != GONE) & (k * CHUNK + at < self.count)
            rows.append(k * CHUNK + at[kept])
            found.append(closer.ravel()[near[kept]])
        return np.concatenate(rows), np.concatenate(found)


@compiled
def _store(codes: Octets, into: Octets, start: int, width: int) -> None:
    """Row k of `codes` as number `start` + k of the blocks of `width` rows."""
    for k in range(codes.shape[0]):
        block, at = (start + k) // width, (start + k) % width
        for j in range(codes.shape[1]):
            into[block, j, at] = codes[k, j]


@compiled
def _first_look(codes: Octets, probes: Floats, largest: Floats) -> None:
    """The largest bound of each group for each probe, shape (probes, groups). Octets become floats once for all
    probes, and are added four at a time: the sums then travel between registers and memory a quarter as often."""
    octets = codes.shape[1]
    values, sums = np.empty((octets, BLOCK), np.float32), np.empty(BLOCK, np.float32)
    for block in range(codes.shape[0]):
        for j in range(octets):
            for row in range(BLOCK):
                values[j, row] = codes[block, j, row]
        for probe in range(probes.shape[0]):
            sums[:] = probes[probe, octets]
            for j in range(0, octets, 4):
                a, b, c, d = probes[probe, j], probes[probe, j + 1], probes[probe, j + 2], probes[probe, j + 3]
                for row in range(BLOCK):
                    sums[row] += values[j, row] * a + values[j + 1, row] * b
                    sums[row] += values[j + 2, row] * c + values[j + 3, row] * d
            for group in range(BLOCK // GROUP):
                top = sums[group * GROUP]
                for row in range(group * GROUP, group * GROUP + GROUP):
                    top = max(top, sums[row])
                largest[probe, block * (BLOCK // GROUP) + group] = top


@compiled
def _second_look(first: Octets, second: Octets, groups: Rows, factors: Floats, bounds: Floats) -> None:
    """The bound of each row of the groups, shape (groups, GROUP)."""
    inner, more = first.shape[1] - 1, second.shape[1]
    sums = np.empty(GROUP, np.float32)
    for k in range(len(groups)):
        block, at = groups[k] * GROUP // BLOCK, groups[k] * GROUP % BLOCK
        sums[:] = factors[inner + more]
        for j in range(inner):
            factor = factors[j]
            for row in range(GROUP):
                sums[row] += single(first[block, j, at + row]) * factor
        for j in range(more):
            factor = factors[inner + j]
            for row in range(GROUP):
                sums[row] += single(second[groups[k], j, row]) * factor
        for row in range(GROUP):
            bounds[k, row] = sums[row]


@compiled
def _smallest_of_largest(bounds: Floats, count: int) -> float:
    """The `count`th largest, or `-LARGEST` where there are fewer."""
    kept = np.full(count, single(-LARGEST))
    for k in range(len(bounds)):
        if bounds[k] > kept[0]:
            kept[0] = bounds[k]
            at = 0
            while at + 1 < len(kept) and kept[at] > kept[at + 1]:
                kept[at], kept[at + 1] = kept[at + 1], kept[at]
                at += 1
    return single(kept[0])
