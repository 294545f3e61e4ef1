"""Fits the projection of `biometrics.finger.gallery.compact` and writes it beside that module.

    python -m benchmarks.gallery_training

Fitted on the reference prints of the fingers in folds 0 to 2 of `finger_calibration.by_finger`; folds 3 and 4 are held
out, and `benchmarks.gallery` searches for those alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

import biometrics.finger.gallery as wing
from benchmarks.finger_calibration import by_finger
from benchmarks.fingers import extracted, pairs_of_reference
from biometrics.evaluation import Pair
from biometrics.finger.compare import Prepared, prepare
from biometrics.finger.cylinders import FLOORS, Cylinders
from biometrics.finger.gallery.compact import REDUCED, centred
from biometrics.finger.relaxation import local_similarities, relaxed

PRINCIPAL = 200
"""Dimensions between PCA and LDA."""
RIDGE = 0.05
"""Added to the within-class scatter, as a share of its mean."""
PAIRS = 12
"""Cylinders of a mated pair that count as the same: the most efficient ones after relaxation."""
Numbers = npt.NDArray[np.float64]


def main() -> None:
    pairs = [pair for pair in pairs_of_reference() if pair.mated and _taught(pair)]
    ready = {key: prepare(template) for key, template in extracted(pairs).items()}
    print(f"{len(pairs)} mated pairs of {len({(p.set, p.a.rpartition('_')[0]) for p in pairs})} fingers")
    mean = _mean_bits(list(ready.values()))
    every = np.concatenate([centred(one.cylinders, mean) for one in ready.values()]).astype(np.float64)
    principal = np.linalg.eigh(every.T @ every / len(every))[1][:, -PRINCIPAL:]
    first, second = (np.concatenate(side) @ principal for side in zip(*_same(pairs, ready, mean), strict=True))
    discriminant = _discriminant(every @ principal, first - second)
    matrix = principal @ discriminant
    matrix /= np.abs(matrix).max()
    path = Path(wing.__path__[0]) / "projection.npz"
    np.savez_compressed(path, mean=mean.astype(np.float16), matrix=matrix.astype(np.float16))
    print(f"{path.name}: {path.stat().st_size} octets, from {len(first)} pairs of cylinders")


def _taught(pair: Pair) -> bool:
    return by_finger(pair, pair.a) <= 2


def _mean_bits(prints: Sequence[Prepared]) -> npt.NDArray[np.float32]:
    """Share of ones, where valid."""
    ones, seen = np.zeros(0), np.zeros(0)
    for one in prints:
        bits, valid = _unpacked(one.cylinders)
        ones, seen = (
            (bits * valid).sum(axis=0) + (ones if ones.size else 0),
            valid.sum(axis=0) + (seen if seen.size else 0),
        )
    return np.asarray(ones / np.maximum(seen, 1), np.float32)


def _unpacked(cylinders: Cylinders) -> tuple[Numbers, Numbers]:
    bits = np.unpackbits(cylinders.bits.view(np.uint8), axis=1, bitorder="little")
    valid = np.unpackbits(cylinders.valid.view(np.uint8), axis=1, bitorder="little")
    return bits.astype(float), np.tile(valid, (1, FLOORS)).astype(float)


def _same(
    pairs: Sequence[Pair], ready: dict[tuple[str, str], Prepared], mean: npt.NDArray[np.float32]
) -> Iterator[tuple[Numbers, Numbers]]:
    """Cylinders of mated prints that stand on the same minutia, most probably."""
    for pair in pairs:
        a, b = ready[pair.set, pair.a], ready[pair.set, pair.b]
        if min(len(a.cylinders.of), len(b.cylinders.of)) < PAIRS:
            continue
        alike = local_similarities(a.points, a.cylinders, b.points, b.cylinders)
        _, found = relaxed(alike, a.points, a.cylinders, b.points, b.cylinders)
        rows = [_cylinder_on(a.cylinders, found.a[:PAIRS]), _cylinder_on(b.cylinders, found.b[:PAIRS])]
        yield centred(a.cylinders, mean)[rows[0]].astype(float), centred(b.cylinders, mean)[rows[1]].astype(float)


def _cylinder_on(cylinders: Cylinders, minutiae: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    return np.searchsorted(cylinders.of, minutiae)


def _discriminant(every: Numbers, differences: Numbers) -> Numbers:
    """Directions that spread prints most against what two impressions differ by."""
    within = differences.T @ differences / len(differences)
    within += RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values)
    between = whitening.T @ (every.T @ every / len(every)) @ whitening
    return np.asarray(whitening @ np.linalg.eigh(between)[1][:, -REDUCED:], np.float64)


if __name__ == "__main__":
    main()
