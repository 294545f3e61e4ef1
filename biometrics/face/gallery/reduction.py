"""What the first looks at a gallery compare: a face vector's strongest components as octets, and how long the rest is.

With x = mean + B (c · step) + r, where the columns of B are orthonormal and c are octets, a probe q has

    q · x = q · mean + Σ q'ⱼ stepⱼ cⱼ + q' · r',     and |q' · r'| ≤ |q'| |r'| taken over the same components,

so a row that keeps the length of its r has an upper bound of its score, whatever B and the steps are: who lies below
the best known is out for certain, and no mate is ever lost (a vector-approximation file: Weber, Schek, Blott, VLDB
1998). How well B fits decides only how many remain to be looked at. The first component of B lies along the mean, the
others are principal components: for dlib's network 31 of 128 hold 77 % of the variance, 63 hold 97 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.face.template import Vector

Octets = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float32]

STEPS: Final = 127
REACH, REACH_ALONG_MEAN = 4.5, 9.0
"""Standard deviations that an octet reaches; what lies beyond is left to the rest. Along the mean, where a probe is
long, a rest costs most."""
REST_FIRST, REST_SECOND = 0.13, 0.04
"""Share of the variance that may stay beyond the first and the second look. Measured: with 0.25 the first look reads a
third less and leaves ten times as many groups, a fifth of all, to the second."""
MULTIPLE: Final = 16
"""Octets come in whole registers."""
LENGTH_STEP: Final = 2.0 / STEPS
INNER, ALONG_MEAN = 8.0, 64.0
"""How much more a rounding error inside the kept components weighs than what lies outside, for a probe is that much
longer there. Any weights are right, these give about the least bounds."""
ROUNDING: Final = 2e-5
"""More than float32 sums of 512 products can err."""
LENGTH_ROUNDING: Final = 2e-3
"""More than a length can err that is the root of a difference of such sums."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Of n rows. `first` (n, first) ends with the length of the rest, as octets of `LENGTH_STEP`, rounded up;
    `second` (n, kept - first + 2) are the further components and the length of what remains then. `boundless` (n,) are
    rows so unlike the others that their rest has no octet: what the looks say of them means nothing."""

    first: Octets
    second: Octets
    boundless: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reduction:
    """`basis` (d, kept), `steps` (kept,); `first` octets of a row in the first look, of which the last is a length."""

    mean: Floats
    basis: Floats
    steps: Floats
    first: int

    @property
    def kept(self) -> int:
        return int(self.basis.shape[1])

    def codes(self, vectors: Vector) -> Codes:
        """(n, d) to octets; bounds hold for vectors of length one."""
        centred = vectors - self.mean
        along = centred @ self.basis
        octets = np.clip(np.rint(along / self.steps), -STEPS, STEPS)
        errors = np.square((along - octets * self.steps) * self._weights())
        outside = np.maximum(np.square(centred).sum(axis=1) - np.square(along).sum(axis=1), 0)
        inner = self.first - 1
        beyond = errors[:, :inner].sum(axis=1) + np.square(along[:, inner:]).sum(axis=1) + outside
        lengths = [_in_steps(squares)[:, None] for squares in (beyond, errors.sum(axis=1) + outside)]
        return Codes(
            _octets([octets[:, :inner], lengths[0]]),
            _octets([octets[:, inner:], lengths[1]]),
            np.asarray(np.maximum(*lengths)[:, 0] > STEPS),
        )

    def looks(self, probe: Vector) -> tuple[Floats, Floats]:
        """For either look the factors of a row's octets, in the order in which they lie, and then what is added to
        their sum: a row's score is no higher."""
        exact = probe.astype(np.float64)
        along, base = exact @ self.basis, float(exact @ self.mean) + ROUNDING
        factors = along * self.steps
        rests = [self._rest(exact, along[:inner]) * LENGTH_STEP for inner in (self.first - 1, self.kept)]
        first = np.concatenate([factors[: self.first - 1], [rests[0], base]])
        return first.astype(np.float32), np.concatenate([factors, [rests[1], base]]).astype(np.float32)

    def _rest(self, probe: npt.NDArray[np.float64], along: npt.NDArray[np.float64]) -> float:
        """The factor of a row's length: what of the probe lies outside, and inside by the weight its errors have."""
        outside = max(float(np.square(probe).sum() - np.square(along).sum()), 0.0)
        inside = float(np.square(along / self._weights()[: len(along)]).sum())
        return math.sqrt(outside + inside) + LENGTH_ROUNDING

    def _weights(self) -> Floats:
        weights = np.full(self.kept, INNER, np.float32)
        weights[0] = ALONG_MEAN
        return weights


def _in_steps(squares: Floats) -> Floats:
    """The lengths, rounded up."""
    return np.asarray(np.ceil((np.sqrt(squares) + LENGTH_ROUNDING) / LENGTH_STEP), np.float32)


def _octets(parts: Sequence[Floats]) -> Octets:
    return np.clip(np.concatenate(parts, axis=1), -STEPS, STEPS).astype(np.int8)


def fitted(sample: Vector) -> Reduction:
    """To vectors like those that will be kept, a thousand at least to be of use. Any sample gives true bounds."""
    mean = sample.mean(axis=0, dtype=np.float64)
    along = mean / max(float(np.linalg.norm(mean)), 1e-9)
    across = sample - mean
    across = across - np.outer(across @ along, along)
    _, directions = np.linalg.eigh(across.T @ across / len(sample))
    basis, _ = np.linalg.qr(np.column_stack([along, directions[:, ::-1]]))
    deviations = (sample - mean) @ basis
    spread = np.maximum(deviations.std(axis=0), 1e-4)
    first, kept = _sizes(np.square(spread))
    steps = REACH * spread / STEPS
    steps[0] *= REACH_ALONG_MEAN / REACH
    return Reduction(
        mean.astype(np.float32), basis[:, :kept].astype(np.float32), steps[:kept].astype(np.float32), first
    )


def _sizes(variances: npt.NDArray[np.floating]) -> tuple[int, int]:
    """Octets of the first look, a multiple of 4, and components kept: as many as leave their share, rounded up."""
    left = 1 - np.cumsum(variances) / variances.sum()
    first, kept = (int(np.argmax(left <= share)) + 1 for share in (REST_FIRST, REST_SECOND))
    first, second = (-(-wanted // MULTIPLE) * MULTIPLE for wanted in (first + 1, kept + 2))
    first = min(first, len(variances) // 4 * 4)
    return first, min(max(first, second - 2), len(variances))
