"""Faces one to many: how long a search among a million and ten million takes, and whether it finds whom it must.

    python -m benchmarks.face_gallery [--sizes N N ...] [--threads N] [--faiss]

Those enrolled are made from LFW's vectors: one of them, drawn towards their mean, plus normal noise of their
covariance, as much as makes the scores of strangers like LFW's own up to one in 100,000 (the first table). Evenly
spread vectors would be another matter: nobody is like anybody there. Half of the probes are mates, off by the
difference of two pictures of one person of LFW, half are strangers. What must be found is what comparing with everybody
finds. With `--faiss` also what is given up for it: product quantisation to 16 octets a face (FastScan), the best 100
re-ranked.

Not measured here: whether a network tells ten million real people apart. It does not; see docs/faces.md.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import BiometricError
from biometrics.face.compare import FaceVerifier
from biometrics.face.gallery import FaceGallery
from biometrics.face.gallery.threshold import SHIPPED_SCALE
from biometrics.face.template import Vector
from biometrics.picture import decode

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "faces" / "lfw"
SIZES: Final = (1_000_000, 10_000_000)
STEP: Final = 100_000
PROBES: Final = 64
MOST: Final = 10
NOISE: Final = 0.68
"""Share of the deviation that is noise; less makes near copies, more makes strangers too unlike."""
TARGETS: Final = {1_000_000: "target 8; in batches 2 beyond", 10_000_000: "target 30 and 7 GB; 15 and 2 beyond"}
RERANKED: Final = 100


@dataclass(frozen=True, slots=True)
class Lfw:
    """Vectors (pictures, 128), and whose they are."""

    vectors: Vector
    people: npt.NDArray[np.int64]

    def mated(self) -> npt.NDArray[np.int64]:
        """All pairs of pictures of one person, shape (pairs, 2)."""
        same = self.people[:, None] == self.people[None]
        return np.argwhere(np.triu(same, 1))

    def non_mated_scores(self) -> npt.NDArray[np.float32]:
        strangers = np.triu(self.people[:, None] != self.people[None], 1)
        return np.asarray((self.vectors @ self.vectors.T)[strangers], np.float32)


def lfw(folder: Path) -> Lfw:
    verifier, vectors, people = FaceVerifier(), [], []
    for number, person in enumerate(sorted(path for path in folder.iterdir() if path.is_dir())):
        for picture in sorted(person.glob("*.jpg")):
            try:
                vectors.append(verifier.template(decode(picture.read_bytes()), alone=False).vector)
            except BiometricError:
                continue
            people.append(number)
    return Lfw(np.array(vectors, np.float32), np.array(people))


class Crowd:
    """Strangers without end, and probes."""

    def __init__(self, faces: Lfw, seed: int) -> None:
        self._faces, self._rng = faces, np.random.default_rng(seed)
        self._mean = faces.vectors.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov(faces.vectors.T))
        self._spread = (directions * np.sqrt(np.maximum(variances, 0))).T.astype(np.float32)

    def people(self, count: int) -> Vector:
        faces = self._faces.vectors
        noise = self._rng.standard_normal((count, faces.shape[1]), np.float32) @ self._spread
        near = faces[self._rng.integers(len(faces), size=count)] - self._mean
        return _unit(self._mean + np.float32((1 - NOISE**2) ** 0.5) * near + np.float32(NOISE) * noise)

    def mates(self, people: Vector) -> Vector:
        pairs = self._faces.mated()
        one, other = pairs[self._rng.integers(len(pairs), size=len(people))].T
        return _unit(people + self._faces.vectors[other] - self._faces.vectors[one])


def _unit(vectors: npt.NDArray[np.floating]) -> Vector:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


class Truth:
    """The `MOST` best of all shown so far for each probe, by comparing with everybody; and everybody over `limit`."""

    def __init__(self, probes: Vector, limit: float) -> None:
        self._probes, self._limit = probes, np.float32(limit)
        self.best: list[list[tuple[float, int]]] = [[] for _ in probes]
        self.hits: list[set[int]] = [set() for _ in probes]

    def show(self, first: int, people: Vector) -> None:
        for k, scores in enumerate(self._probes @ people.T):
            beaten = self.best[k][-1][0] if len(self.best[k]) == MOST else -2.0
            near = np.flatnonzero(scores > min(beaten, self._limit))
            self.hits[k] |= {first + int(row) for row in near[scores[near] >= self._limit]}
            scored = [(float(scores[row]), first + int(row)) for row in near]
            self.best[k] = sorted([*self.best[k], *scored], reverse=True)[:MOST]


def main(arguments: Sequence[str] = ()) -> None:
    options = _options(arguments)
    if not DATA.is_dir():
        print(f"face_gallery: left out, no LFW at {DATA} (set SEKISHO_DATA)")
        return
    faces = lfw(DATA)
    _how_alike(faces)
    _in_small(faces)
    print(f"  {options.threads} threads, {os.cpu_count()} cores; targets are for 4 cores, the second ones beyond")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            _measure(faces, size, options.threads, Path(folder) / "gallery", options.faiss)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.face_gallery")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--faiss", action="store_true", help="compare with product quantisation")
    return parser.parse_args(list(arguments))


def _how_alike(faces: Lfw) -> None:
    made = Crowd(faces, 1).people(6_000)
    rates = (1e-2, 1e-3, 1e-4, 1e-5)
    strangers = np.quantile(faces.non_mated_scores(), [1 - rate for rate in rates])
    crowd = np.quantile(made[:2_000] @ made[2_000:].T, [1 - rate for rate in rates])
    print(f"  score that a share of strangers reaches{'':4}" + "".join(f"{rate:>9.0e}" for rate in rates))
    for name, row in (("LFW", strangers), ("made", crowd)):
        print(f"  {name:43}" + "".join(f"{score:9.4f}" for score in row))


def _in_small(faces: Lfw) -> None:
    """False alarms and hits among the real pictures: a first picture of each of half the people is enrolled, the others
    are searched for. The threshold was measured on these same pictures."""
    enrolled = faces.people % 2 == 0
    first = np.flatnonzero(enrolled & np.r_[True, faces.people[1:] != faces.people[:-1]])
    with FaceGallery() as gallery:
        gallery.enrol_vectors([str(faces.people[k]) for k in first], faces.vectors[first])
        mates = np.setdiff1d(np.flatnonzero(enrolled), first)
        strangers = np.flatnonzero(~enrolled)
        for fpir in (0.1, 0.01):
            limit = gallery.threshold(fpir)
            best = [found[0].score for found in gallery.identify_vectors(faces.vectors[strangers], most=1)]
            alarms = np.count_nonzero(np.array(best) >= limit.score)
            own = gallery.identify_vectors(faces.vectors[mates], most=1)
            hits = sum(
                one.score >= limit.score and one.identifier == str(faces.people[k])
                for k, (one,) in zip(mates, own, strict=True)
            )
            print(
                f"  LFW, {len(gallery)} enrolled, threshold {limit.score:.4f} for {fpir:4.0%}: "
                f"{alarms} false alarms in {len(strangers)} searches, {hits} hits of {len(mates)} mates"
            )


def _measure(faces: Lfw, size: int, threads: int, path: Path, with_faiss: bool) -> None:
    crowd = Crowd(faces, size)
    first = crowd.people(min(STEP, size))
    mated = crowd.mates(first[: PROBES // 2])
    probes = np.concatenate([mated, crowd.people(PROBES - len(mated))])
    before = _resident()
    with FaceGallery(path, threads=threads) as gallery:
        truth = Truth(probes, SHIPPED_SCALE.among(size, 0.01).score)
        rival = _Rival(first) if with_faiss else None
        seconds = 0.0
        for at, people in _batches(crowd, first, size):
            truth.show(at, people)
            start = time.process_time()
            gallery.enrol_vectors([str(at + k) for k in range(len(people))], people)
            seconds += time.process_time() - start
            if rival:
                rival.add(people)
        target = TARGETS.get(size, "")
        print(f"  {size:,} enrolled in {seconds:.0f} s of CPU, {path.stat().st_size >> 20} MiB of file")
        print(f"    {(_resident() - before) >> 20} MiB of memory; the first look reads {gallery.first_look >> 20} MiB")
        _report("exact, by bounds", probes, truth, lambda some: _found(gallery, some), target)
        if rival:
            _report("PQ32x4, 100 re-ranked", probes, truth, rival.found, "")


def _batches(crowd: Crowd, first: Vector, size: int) -> Iterator[tuple[int, Vector]]:
    yield 0, first
    for at in range(len(first), size, STEP):
        yield at, crowd.people(min(STEP, size - at))


def _found(gallery: FaceGallery, probes: Vector) -> list[list[tuple[float, int]]]:
    answers = gallery.identify_vectors(probes, most=MOST)
    return [[(one.score, int(one.identifier)) for one in found] for found in answers]


def _report(
    name: str, probes: Vector, truth: Truth, search: Callable[[Vector], list[list[tuple[float, int]]]], target: str
) -> None:
    search(probes[:2])
    single, found = [], []
    for k in range(len(probes)):
        start = time.perf_counter()
        found += search(probes[k : k + 1])
        single.append(time.perf_counter() - start)
    start, used = time.perf_counter(), time.process_time()
    again = search(probes)
    batch, used = time.perf_counter() - start, time.process_time() - used
    middle, slow = 1000 * np.percentile(single, [50, 95])
    print(
        f"    {name:24}{middle:7.1f} ms a search ({slow:.1f} at 95 %), in a batch of {len(probes)} "
        f"{1000 * batch / len(probes):.2f} ms ({1000 * used / len(probes):.2f} of CPU); {target}"
    )
    for answers in (found, again):
        _recall(answers, truth)


def _recall(answers: list[list[tuple[float, int]]], truth: Truth) -> None:
    """Of those compared with nobody is missed where scores tie within rounding."""
    nearest = sum(found[0][0] >= best[0][0] - 1e-6 for found, best in zip(answers, truth.best, strict=True))
    ten = sum(
        score >= best[k][0] - 1e-6
        for found, best in zip(answers, truth.best, strict=True)
        for k, (score, _) in enumerate(found)
    )
    wanted = [hits & {row for _, row in best} for hits, best in zip(truth.hits, truth.best, strict=True)]
    hits = sum(len(mine & {row for _, row in found}) for mine, found in zip(wanted, answers, strict=True))
    print(
        f"      found: nearest {nearest} of {len(answers)}, ten best {ten} of {sum(map(len, truth.best))}, "
        f"over the threshold {hits} of {sum(map(len, wanted))}"
    )


class _Rival:
    """faiss's product quantiser with 16 octets a face, trained on the first; exact scores for a hundred. It takes the
    vectors along the principal components: as they come, it misses twice as many."""

    def __init__(self, people: Vector) -> None:
        import faiss

        self._vectors: list[Vector] = []
        self._turn = np.linalg.eigh(np.cov(people.T))[1][:, ::-1].astype(np.float32)
        self._index: Any = faiss.IndexPQFastScan(people.shape[1], 32, 4, faiss.METRIC_INNER_PRODUCT)
        self._index.train(people @ self._turn)

    def add(self, people: Vector) -> None:
        self._index.add(people @ self._turn)
        self._vectors.append(people)

    def found(self, probes: Vector) -> list[list[tuple[float, int]]]:
        _, rows = self._index.search(probes @ self._turn, RERANKED)
        answers = []
        for probe, near in zip(probes, rows.tolist(), strict=True):
            scores = [float(self._vectors[row // STEP][row % STEP] @ probe) for row in near]
            answers.append(sorted(zip(scores, near, strict=True), reverse=True)[:MOST])
        return answers


def _resident() -> int:
    """Octets that are this process's own; pages of files are the system's to keep or drop."""
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("RssAnon"))
    return int(held.split()[1]) * 1024


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
