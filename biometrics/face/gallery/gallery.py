"""Faces one to many, exactly: whom a search names are those that comparing with everybody would have named.

    with FaceGallery(path) as gallery:
        gallery.enrol("case-17", {None: template})
        gallery.identify({None: probe})

A first look at everybody's octets gives each an upper bound of their score, a second, closer one goes to whom the first
cannot rule out, and the vectors themselves are read from the file for those few who may yet be among the best
(`reduction`). Searches may run in any number of threads while one at a time enrols or removes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Self

import numpy as np

from biometrics.face.gallery.identifiers import Identifiers
from biometrics.face.gallery.nearest import Likeness, nearest
from biometrics.face.gallery.reduction import fitted
from biometrics.face.gallery.samples import Samples, checked, encoded, probe_vectors, vectors_of
from biometrics.face.gallery.scan import GONE, Scan, Threads
from biometrics.face.gallery.slots import LIVE, MOST_IDENTIFIER, SlotFile, Slots, filled
from biometrics.face.gallery.threshold import FPIR, SHIPPED_SCALE, SearchScale, SearchThreshold
from biometrics.face.template import DLIB, Vector
from biometrics.gallery import AlreadyEnrolled, Candidate, Uncalibrated, UnknownIdentifier

DIMENSION: Final = 128
TAUGHT_AT: Final = (2_048, 65_536, 1_048_576)
"""Rows at which a growing gallery fits its reduction anew: only speed depends on it. Opening a file does so too."""
TEACHING: Final = 20_000
"""Rows, spread over the gallery, that a reduction is fitted to."""
BATCH: Final = 1_000
"""People written at a time by `enrol_all`."""
TOGETHER: Final = 16
"""Probes that one pass over the gallery serves."""


class FaceGallery:
    """A `biometrics.gallery.Gallery`; scores are cosines. Without a path nothing is written to a disk."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        backend: str = DLIB,
        dimension: int = DIMENSION,
        threads: int = 1,
        scale: SearchScale = SHIPPED_SCALE,
    ) -> None:
        """Raises `UnusableGallery`, and `OtherBackend` where the file holds another's templates."""
        self.backend, self.dimension, self._scale = backend, dimension, scale
        self._writing = threading.Lock()
        self._file = SlotFile(path, backend, dimension)
        try:
            self._load()
        except BaseException:
            self._file.close()
            raise
        self._threads = Threads(threads)

    def _load(self) -> None:
        self._file.recover()
        self._identifiers, self._people = Identifiers(), 0
        self._scan = Scan(fitted(self._spread()))
        for slots in self._file.chunks():
            self._take_in(slots)

    def _spread(self) -> Vector:
        """Vectors from all over the file; of an empty one, the axes."""
        rows = np.unique(np.linspace(0, len(self._file) - 1, min(TEACHING, len(self._file))).astype(np.int64))
        _, slots = self._file.read(rows)
        return np.asarray(slots["vector"] if len(slots) else np.eye(self.dimension), np.float32)

    def _take_in(self, slots: Slots) -> None:
        """Identifiers before rows: who is found has a name."""
        starts = np.flatnonzero((slots["state"] == LIVE) & (slots["number"] == 0))
        self._identifiers.add(slots["identifier"][starts], len(self._scan) + starts)
        self._people += len(starts)
        _show(self._scan, slots)

    def _teach(self) -> None:
        """Everybody's octets anew, by what the gallery holds now; searches use the old ones until it is done."""
        scan = Scan(fitted(self._spread()))
        for slots in self._file.chunks():
            _show(scan, slots)
        self._scan = scan

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No search may be under way."""
        self._threads.close()
        self._file.close()

    def __len__(self) -> int:
        return self._people

    @property
    def first_look(self) -> int:
        """Octets of memory that every search, or every sixteen of `identify_many`, goes through."""
        return len(self._scan) * self._scan.reduction.first

    def __contains__(self, identifier: str) -> bool:
        with self._writing:
            return self._row(encoded(identifier)) is not None

    def enrol(self, identifier: str, samples: Samples) -> None:
        """On the disk when it returns, with all samples. Raises `AlreadyEnrolled`, `NothingToCompare`,
        `OtherBackend`, and `ValueError` for an unusable identifier."""
        name, vectors = encoded(identifier), vectors_of(samples, self.backend, self.dimension)
        with self._writing:
            self._append([name], [len(vectors)], vectors)

    def enrol_all(self, people: Iterable[tuple[str, Samples]]) -> None:
        """A whole list, synced a thousand at a time; what comes before one that cannot be enrolled stays."""
        batch: dict[bytes, Vector] = {}
        try:
            for identifier, samples in people:
                name, vectors = encoded(identifier), vectors_of(samples, self.backend, self.dimension)
                if name in batch or identifier in self:
                    raise AlreadyEnrolled(f"{identifier} is enrolled already")
                batch[name] = vectors
                if len(batch) == BATCH:
                    self._flush(batch)
        finally:
            self._flush(batch)

    def _flush(self, batch: dict[bytes, Vector]) -> None:
        if batch:
            with self._writing:
                self._append(list(batch), [len(one) for one in batch.values()], np.concatenate(list(batch.values())))
            batch.clear()

    def enrol_vectors(self, identifiers: Sequence[str], vectors: Vector) -> None:
        """People of one sample each, all or none: millions in minutes. `vectors` has shape (people, dimension)."""
        vectors = checked(vectors, self.dimension)
        names = [encoded(identifier) for identifier in identifiers]
        if len(names) != len(vectors):
            raise ValueError("there are as many identifiers as vectors")
        with self._writing:
            self._append(names, [1] * len(names), vectors)

    def _append(self, names: Sequence[bytes], counts: Sequence[int], vectors: Vector) -> None:
        self._refuse_known(names)
        slots = filled(self._file.type, names, counts, vectors)
        before = len(self._file)
        try:
            self._file.append(slots)
            self._file.sync()
        except OSError:
            self._file.forget_from(before)
            raise
        self._take_in(slots)
        if any(before < size <= len(self._file) for size in TAUGHT_AT):
            self._teach()

    def _refuse_known(self, names: Sequence[bytes]) -> None:
        octets = np.array(names, f"S{MOST_IDENTIFIER}")
        taken = np.flatnonzero(self._identifiers.may_hold(octets)).tolist()
        known = [names[k] for k in taken if self._row(names[k]) is not None]
        if len(names) > 1 and not known:
            unique, times = np.unique(octets, return_counts=True)
            known = unique[times > 1].tolist()
        if known:
            raise AlreadyEnrolled(f"{known[0].decode()} is enrolled already")

    def _row(self, name: bytes) -> int | None:
        """Of the person's first sample."""
        for row in self._identifiers.rows(name):
            _, slots = self._file.read(np.array([row]))
            if len(slots) and slots["identifier"][0] == name:
                return row
        return None

    def remove(self, identifier: str) -> None:
        """Overwritten on the disk and in memory when it returns. Raises `UnknownIdentifier`."""
        name = encoded(identifier)
        with self._writing:
            row = self._row(name)
            if row is None:
                raise UnknownIdentifier(f"nobody is enrolled as {identifier}")
            samples = int(self._file.read_from(row, 1)["of"][0])
            rows = np.arange(row, row + samples)
            self._identifiers.remove(name, row)
            self._people -= 1
            self._scan.forget(rows)
            self._file.erase(rows)

    def identify(self, probe: Samples, *, most: int = 10) -> list[Candidate]:
        """The `most` people with the most alike sample, best first: exactly those. Raises `NothingToCompare`,
        `OtherBackend`."""
        return self.identify_many([probe], most=most)[0]

    def identify_many(self, probes: Sequence[Samples], *, most: int = 10) -> list[list[Candidate]]:
        """As `identify` for each, but faster: the gallery is read once for sixteen."""
        return self.identify_vectors(probe_vectors(probes, self.backend, self.dimension), most=most)

    def identify_vectors(self, probes: Vector, *, most: int = 10) -> list[list[Candidate]]:
        """As `identify_many` for vectors of shape (probes, dimension)."""
        probes = checked(probes, self.dimension)
        found = []
        for first in range(0, len(probes), TOGETHER):
            part = probes[first : first + TOGETHER]
            for probe, glance in zip(part, self._scan.glance(part, self._threads), strict=True):
                found.append(self._named(nearest(glance, self._file, probe, most)))
        return found

    def threshold(self, fpir: float = FPIR) -> SearchThreshold:
        """From which score a candidate is a hit, in a gallery as large as this one is now: somebody who is not
        enrolled reaches it in a share `fpir` of the searches. Raises `Uncalibrated` where the scale is another
        backend's, and `ValueError` for a share that is not above 0 and 0.1 at most."""
        if self._scale.backend != self.backend:
            raise Uncalibrated(f"no thresholds are known for searching with {self.backend}")
        return self._scale.among(max(len(self._scan), 1), fpir)

    def _named(self, people: Sequence[Likeness]) -> list[Candidate]:
        """Without those removed since: nobody is named who was gone before the search ended."""
        return [
            Candidate(one.identifier.decode(), one.score, ((None, one.score),))
            for one in people
            if self._scan.number(one.row) != GONE
        ]


def _show(scan: Scan, slots: Slots) -> None:
    live = slots["state"] == LIVE
    scan.append(slots["vector"], np.where(live, slots["number"], GONE).astype(np.uint8))
