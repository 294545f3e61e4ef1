"""A part of a gallery in one process: every `of`th person from `number` on, and the three stages over them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from biometrics.capture import FingerPosition
from biometrics.finger.compare import Prepared, score
from biometrics.finger.gallery.compact import SIZE, Octets, compact, scan
from biometrics.finger.gallery.log import Entry, PrintLog
from biometrics.finger.gallery.packing import samples, unpacked
from biometrics.finger.relaxation import local_similarities, relaxed

Finger = tuple[int, int]
"""Number of the person in the whole gallery, and which of its samples."""


class Shard:
    """Stages answer with scores, higher = more alike. Numbers of people stay the same until the gallery is opened
    anew."""

    def __init__(self, log: PrintLog, number: int = 0, of: int = 1) -> None:
        self.log, self._number, self._of = log, number, of
        self._people = 0
        self.entries: dict[int, Entry] = {}
        self._starts: dict[Finger, int] = {}
        self._fingers: list[Finger] = []
        self._positions: list[int] = []
        self._rows: list[Octets] = []
        self._flat: tuple[Octets, npt.NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        """Fingers."""
        return len(self._fingers)

    def refresh(self, *, mend: bool = False) -> None:
        """Take in what was enrolled since."""
        for entry in self.log.fresh(mend=mend):
            if self._people % self._of == self._number:
                self._take_in(self._people, entry)
            self._people += 1

    def since(self, person: int) -> dict[int, Entry]:
        """Who was taken in after that person, by number."""
        return {k: self.entries[k] for k in range(person, self._people) if k in self.entries}

    @property
    def people(self) -> int:
        """Ever enrolled: the number of the next."""
        return self._people

    def _take_in(self, person: int, entry: Entry) -> None:
        self.entries[person] = entry
        for k, sample in enumerate(samples(self.log.view(), entry.body, entry.end)):
            finger = person, k
            self._starts[finger] = sample.start
            self._fingers.append(finger)
            self._positions.append(sample.position.code if sample.position else 0)
            self._rows.append(sample.compact.copy())
        self._flat = None

    def forget(self, person: int) -> None:
        if self.entries.pop(person, None) is not None:
            kept = [k for k, finger in enumerate(self._fingers) if finger[0] != person]
            self._starts = {finger: start for finger, start in self._starts.items() if finger[0] != person}
            self._fingers = [self._fingers[k] for k in kept]
            self._positions = [self._positions[k] for k in kept]
            self._rows = [self._rows[k] for k in kept]
            self._flat = None

    def scan(self, probe: Prepared, position: FingerPosition | None, most: int) -> list[tuple[float, Finger]]:
        """The best `most` fingers by the compact score; of another known position, none."""
        if not self._fingers:
            return []
        rows, starts = self._laid_out()
        scores = scan(rows, starts, compact(probe))
        if position is not None:
            held = np.array(self._positions)
            scores[(held != 0) & (held != position.code)] = -1
        best = np.argsort(-scores, kind="stable")[:most]
        return [(float(scores[k]), self._fingers[k]) for k in best if scores[k] > 0]

    def _laid_out(self) -> tuple[Octets, npt.NDArray[np.int64]]:
        """All rows in one piece, and where each finger's begin; once after each change."""
        if self._flat is None:
            starts = np.concatenate([[0], np.cumsum([len(rows) for rows in self._rows])]).astype(np.int64)
            rows = np.concatenate(self._rows) if self._rows else np.zeros((0, SIZE), np.int8)
            self._flat = rows, starts
        return self._flat

    def relax(self, probe: Prepared, fingers: Sequence[Finger]) -> list[float]:
        view = self.log.view()
        return [_relaxed(probe, unpacked(view, self._starts[finger])) for finger in fingers]

    def compare(self, probe: Prepared, fingers: Sequence[Finger]) -> list[float]:
        view = self.log.view()
        return [score(probe, unpacked(view, self._starts[finger])) for finger in fingers]

    def fingers_of(self, person: int) -> list[tuple[FingerPosition | None, Finger]]:
        entry = self.entries[person]
        found = samples(self.log.view(), entry.body, entry.end)
        return [(sample.position, (person, k)) for k, sample in enumerate(found)]


def opened(path: Path, number: int, of: int) -> Shard:
    """For reading, as a process of its own does."""
    shard = Shard(PrintLog(path, writable=False), number, of)
    shard.refresh()
    return shard


def _relaxed(a: Prepared, b: Prepared) -> float:
    alike = local_similarities(a.points, a.cylinders, b.points, b.cylinders)
    return float(relaxed(alike, a.points, a.cylinders, b.points, b.cylinders)[0])
