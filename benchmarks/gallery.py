"""Fingers one to many: how long a search takes, and how many mates the cascade loses that one to one would match.

    python -m benchmarks.gallery [FINGERS [PROCESSES]]

The gallery holds the first impression of each reference finger that the projection never saw (folds 3 and 4 of
`finger_calibration.by_finger`), and strangers made of the other reference prints' minutiae: halves of two prints
joined, mirrored, shaken. Such a crowd is easier than a real one: rates here are a lower bound. Searched for are
other impressions of those fingers, and all impressions of every third held-out finger, which is not enrolled: how many
of these searches end in a hit.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.finger_calibration import by_finger
from benchmarks.fingers import DATA, Key, extracted, pairs_of_reference
from biometrics.evaluation import Pair
from biometrics.finger.common_ground import Field
from biometrics.finger.compare import LOWEST, Prepared, compare, prepare
from biometrics.finger.cylinders import encode
from biometrics.finger.gallery import FingerGallery

FINGERS = 100_000
SEARCHES = 120


def main(arguments: Sequence[str] = ()) -> None:
    if not DATA.is_dir():
        print(f"gallery: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    total, processes = (*map(int, arguments), *(FINGERS, 0)[len(arguments) :])
    pairs = [pair for pair in pairs_of_reference() if pair.mated]
    ready = {key: prepare(template) for key, template in extracted(pairs).items()}
    held = _held_out(pairs)
    unknown = sorted({_finger(one) for one, _ in held})[::3]
    strange = [other for one, other in held if _finger(one) in unknown]
    held = [pair for pair in held if _finger(pair[0]) not in unknown]
    with tempfile.TemporaryDirectory() as folder:
        enrol(Path(folder) / "gallery", pairs, held, ready, total)
        with FingerGallery(Path(folder) / "gallery", processes=processes) as gallery:
            search(gallery, held, ready)
            search_for_strangers(gallery, [ready[one] for one in strange])


def _held_out(pairs: Sequence[Pair]) -> list[tuple[Key, Key]]:
    """First impressions and the others of the same finger."""
    return [
        ((pair.set, pair.a), (pair.set, pair.b))
        for pair in pairs
        if by_finger(pair, pair.a) > 2 and pair.a.endswith("_1")
    ]


def _finger(key: Key) -> Key:
    return key[0], key[1].rpartition("_")[0]


def enrol(
    path: Path, pairs: Sequence[Pair], held: Sequence[tuple[Key, Key]], ready: dict[Key, Prepared], total: int
) -> None:
    start = time.perf_counter()
    first = sorted({one for one, _ in held})
    with FingerGallery(path) as gallery:
        gallery.enrol_all(("/".join(key), {None: ready[key]}) for key in first)
        taught = [ready[pair.set, pair.a] for pair in pairs if by_finger(pair, pair.a) <= 2]
        strangers = _strangers(taught, total - len(first))
        gallery.enrol_all((f"stranger {number}", {None: one}) for number, one in enumerate(strangers))
        print(
            f"  {len(gallery)} fingers enrolled in {time.perf_counter() - start:.0f} s, {path.stat().st_size >> 20} MiB"
        )


def _strangers(prints: Sequence[Prepared], count: int) -> Iterator[Prepared]:
    rng = np.random.default_rng(1)
    while count > 0:
        one, other = (prints[k] for k in rng.integers(len(prints), size=2))
        stranger = _joined(one, other, rng)
        if len(stranger.cylinders.of) >= 2:
            count -= 1
            yield stranger


def _joined(one: Prepared, other: Prepared, rng: np.random.Generator) -> Prepared:
    """The upper minutiae of one and the lower ones of the other, mirrored as often as not, each shaken by some px."""
    upper, lower = one.points, other.points.copy()
    cut = np.median(upper[1])
    lower[1] += cut - np.median(lower[1])
    points = np.concatenate([upper[:, upper[1] < cut], lower[:, lower[1] >= cut]], axis=1)
    width = 8 * one.field.ridges.shape[1]
    mirrored = rng.random() < 0.5
    if mirrored:
        points[0], points[2] = width - points[0], np.pi - points[2]
    points[:2] += rng.normal(0, 4, points[:2].shape)
    points = np.ascontiguousarray(points[:, rng.permutation(points.shape[1])], np.float32)
    field = Field(*(np.ascontiguousarray(plane[:, ::-1] if mirrored else plane) for plane in one.field))
    return Prepared(points, encode(points), field, directions=True)


def search(gallery: FingerGallery, held: Sequence[tuple[Key, Key]], ready: dict[Key, Prepared]) -> None:
    chosen = [held[k] for k in np.random.default_rng(2).permutation(len(held))[:SEARCHES]]
    sought, places, seconds, hits = 0, [], [], 0
    gallery.identify({None: ready[chosen[0][1]]})
    for enrolled, probe in chosen:
        start = time.perf_counter()
        found = gallery.identify({None: ready[probe]})
        seconds.append(time.perf_counter() - start)
        if compare(ready[enrolled], ready[probe]).matched:
            sought += 1
            places += [k for k, one in enumerate(found) if one.identifier == "/".join(enrolled)]
            hits += any(one.identifier == "/".join(enrolled) and one.score >= gallery.threshold() for one in found)
    middle, slow = np.percentile(seconds, [50, 95])
    print(f"  a search{'':29}{1000 * middle:8.0f} ms in the middle, {1000 * slow:.0f} ms at 95 %")
    first = places.count(0)
    print(f"  mates that one to one matches{'':8}{sought:8}, found {len(places)}, in first place {first}, hits {hits}")


def search_for_strangers(gallery: FingerGallery, probes: Sequence[Prepared]) -> None:
    best = [max((one.score for one in gallery.identify({None: probe})), default=LOWEST) for probe in probes]
    for fpir in (0.1, 0.01):
        limit = gallery.threshold(fpir)
        hits = sum(score >= limit for score in best)
        print(f"  strangers, threshold {limit:4.1f} for {fpir:5.0%}{'':8}{hits:8} hits in {len(probes)} searches")


if __name__ == "__main__":
    main(sys.argv[1:])
