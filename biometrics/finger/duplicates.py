"""Whether two pictures of prints are the same picture: copied or replayed, cropped, compressed, rescaled, brightened.

No two presentations of a finger ever are: skin stretches and turns anew each time, so that minutiae laid on each other
by a plain shift miss by pixels. In a copy they hardly do. A digest keeps the surest minutiae of a picture; two digests
are of one picture where enough of them fall on the very same pixel, or beside it, under a single shift.

    digest(template)           128 octets at most, to be kept beside an enrolled finger
    same_image(one, other)     of two digests

`biometrics.finger.sample.repeated` compares two captures in a worker process.

It finds careless copies, not forgeries: who turns a picture by some degrees, warps it or states another resolution is
not found. `python -m benchmarks.finger_duplicates` prints the rates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.finger.extract import FingerTemplate

MINUTIAE: Final = 32
"""In a digest, the best by quality: four octets each."""
STEPS: Final = 4
"""A pixel; x and y are kept in 12 bits, so they wrap after 1,024 px, which differences do not mind."""
WRAP: Final = 1 << 12
TURNS: Final = 256
"""Directions in a full turn."""
ALIKE: Final = 10
"""Of `TURNS`, 14°: directions that may coincide."""
ON: Final = 0.4
BESIDE: Final = 1.1
"""Pixels: minutiae on one another count 1, beside each other a half. Extraction finds them on whole pixels."""
FEWEST: Final = 6.0
"""Of that count: on fewer minutiae two presentations may chance to agree."""
SHARE: Final = 0.45
"""Of the shorter digest. Measured: of 2,940 mated pairs of FVC2004 and U.are.U none has more than 0.36; copies keep at
least 0.52, but for JPEG 2000 at 15:1, of which 6 in 105 fall below."""
Digest = bytes
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coincidence:
    """What coincides under the best shift, of so many minutiae in the shorter digest."""

    worth: float
    of: int

    @property
    def share(self) -> float:
        return self.worth / max(self.of, 1)

    @property
    def same_image(self) -> bool:
        return self.worth >= FEWEST and self.share >= SHARE


def digest(template: FingerTemplate) -> Digest:
    """At most 128 octets, of the picture that the template was extracted from."""
    found = template.minutiae
    x, y = (np.rint(values[:MINUTIAE] * STEPS).astype(np.int64) % WRAP for values in (found.x, found.y))
    turn = np.rint(found.direction[:MINUTIAE] * (TURNS / (2 * np.pi))).astype(np.int64) % TURNS
    return bytes((x << 20 | y << 8 | turn).astype(">u4").tobytes())


def same_image(one: Digest, other: Digest) -> bool:
    """Symmetric. False where either has too few minutiae to tell. Raises `ValueError` for what is no digest."""
    return coincidence(one, other).same_image


def coincidence(one: Digest, other: Digest) -> Coincidence:
    """Every pair of minutiae of like direction proposes a shift; the one counts on which most others agree."""
    a, b = _rows(one), _rows(other)
    apart = (a[:, None, :2] - b[None, :, :2] + WRAP // 2) % WRAP - WRAP // 2
    turn = (a[:, None, 2] - b[None, :, 2] + TURNS // 2) % TURNS - TURNS // 2
    of_a, of_b = np.nonzero(np.abs(turn) <= ALIKE)
    fewer = min(len(a), len(b))
    if not len(of_a):
        return Coincidence(0.0, fewer)
    shifts = apart[of_a, of_b].astype(np.float32) / STEPS
    distance = np.hypot(*(shifts[:, None, axis] - shifts[None, :, axis] for axis in (0, 1)))
    worth = np.where(distance <= ON, 1.0, 0.5) * (distance <= BESIDE)
    return Coincidence(float(np.minimum(_sums(worth, of_a), _sums(worth, of_b)).max()), fewer)


def _sums(worth: npt.NDArray[np.float64], minutia: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Of each shift, over the minutiae that agree with it; none counts more than 1."""
    of = (minutia[:, None] == np.arange(MINUTIAE)).astype(np.float64)
    return np.asarray(np.minimum(worth @ of, 1.0).sum(axis=1), np.float64)


def _rows(octets: Digest) -> Rows:
    """x, y and direction, a row a minutia."""
    if len(octets) % 4 or len(octets) > 4 * MINUTIAE:
        raise ValueError(f"a digest has at most {4 * MINUTIAE} octets, four a minutia")
    packed = np.frombuffer(octets, ">u4").astype(np.int64)
    return np.stack([packed >> 20, packed >> 8 & (WRAP - 1), packed & (TURNS - 1)], axis=1)
