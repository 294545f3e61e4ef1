"""Which row an identifier's first sample has, for millions of them: 16 to 32 octets a person instead of a dict's 150.

An open-addressing table of row numbers by a hash of the identifier; the identifier itself stays in the file, and
whoever asks reads it there to be sure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.compiled import compiled
from biometrics.face.gallery.slots import MOST_IDENTIFIER, Rows

Hashes = npt.NDArray[np.uint32]
FEWEST: Final = 1024
"""Places of the table; never more than half of them are taken."""
EMPTY, REMOVED = -1, -2


class Identifiers:
    def __init__(self) -> None:
        self._rows = np.full(FEWEST, EMPTY, np.int32)
        self._hashes = np.zeros(FEWEST, np.uint32)
        self._taken = 0

    def add(self, identifiers: npt.NDArray[np.bytes_], rows: Rows) -> None:
        while 2 * (self._taken + len(rows)) > len(self._rows):
            self._grow()
        _insert(self._rows, self._hashes, hashes(identifiers), rows.astype(np.int32))
        self._taken += len(rows)

    def _grow(self) -> None:
        held = self._rows >= 0
        rows, their = np.full(2 * len(self._rows), EMPTY, np.int32), np.zeros(2 * len(self._rows), np.uint32)
        _insert(rows, their, self._hashes[held], self._rows[held])
        self._rows, self._hashes, self._taken = rows, their, int(held.sum())

    def may_hold(self, identifiers: npt.NDArray[np.bytes_]) -> npt.NDArray[np.bool_]:
        """Those whose hash is taken."""
        return _taken(self._rows, self._hashes, hashes(identifiers))

    def rows(self, identifier: bytes) -> Iterator[int]:
        """Where it may be: among ten million about one in 400 shares its hash with somebody."""
        wanted = hashes(np.array([identifier], f"S{MOST_IDENTIFIER}"))[0]
        at = int(wanted) % len(self._rows)
        while (row := int(self._rows[at])) != EMPTY:
            if row != REMOVED and self._hashes[at] == wanted:
                yield row
            at = (at + 1) % len(self._rows)

    def remove(self, identifier: bytes, row: int) -> None:
        wanted = hashes(np.array([identifier], f"S{MOST_IDENTIFIER}"))[0]
        at = int(wanted) % len(self._rows)
        while self._rows[at] != row:
            at = (at + 1) % len(self._rows)
        self._rows[at], self._hashes[at] = REMOVED, 0


def hashes(identifiers: npt.NDArray[np.bytes_]) -> Hashes:
    """Keyed by a secret of this process, so that nobody can choose identifiers that collide."""
    words = np.frombuffer(np.ascontiguousarray(identifiers), np.uint64).reshape(len(identifiers), MOST_IDENTIFIER // 8)
    return np.asarray(((words * _FACTORS).sum(axis=1, dtype=np.uint64) + _FACTORS[0]) >> np.uint64(32), np.uint32)


_FACTORS: Final = np.frombuffer(os.urandom(MOST_IDENTIFIER), np.uint64) | np.uint64(1)


@compiled
def _insert(rows: npt.NDArray[np.int32], held: Hashes, wanted: Hashes, new: npt.NDArray[np.int32]) -> None:
    for k in range(len(new)):
        at = wanted[k] % len(rows)
        while rows[at] != -1:
            at = (at + 1) % len(rows)
        rows[at], held[at] = new[k], wanted[k]


@compiled
def _taken(rows: npt.NDArray[np.int32], held: Hashes, wanted: Hashes) -> npt.NDArray[np.bool_]:
    taken = np.zeros(len(wanted), np.bool_)
    for k in range(len(wanted)):
        at = wanted[k] % len(rows)
        while rows[at] != -1 and not taken[k]:
            taken[k] = rows[at] >= 0 and held[at] == wanted[k]
            at = (at + 1) % len(rows)
    return taken
