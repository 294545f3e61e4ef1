"""What is enrolled and searched for: templates checked once, as vectors of length one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from biometrics.capture import FingerPosition, OtherBackend
from biometrics.face.gallery.slots import MOST_IDENTIFIER, MOST_SAMPLES
from biometrics.face.template import FaceTemplate, Vector
from biometrics.gallery import NothingToCompare

Samples = Mapping[FingerPosition | None, FaceTemplate | Sequence[FaceTemplate]]
"""Under None, for a face has no position: one template, or several of one person."""

LENGTH: Final = 1e-3
"""By which a template's vector may miss the length of one; a longer or shorter one is no embedder's."""


def vectors_of(samples: Samples, backend: str, dimension: int) -> Vector:
    """Shape (samples, dimension). Raises `NothingToCompare`, `OtherBackend`, and `ValueError` for too many."""
    if set(samples) != {None}:
        raise NothingToCompare("a face is enrolled and searched for without a position, and there was none")
    held = samples[None]
    templates = [held] if isinstance(held, FaceTemplate) else list(held)
    if not templates:
        raise NothingToCompare("there is no template of a face")
    if len(templates) > MOST_SAMPLES:
        raise ValueError(f"a person has up to {MOST_SAMPLES} templates")
    vectors: Vector = np.stack([_vector(one, backend, dimension) for one in templates])
    return vectors


def probe_vectors(probes: Sequence[Samples], backend: str, dimension: int) -> Vector:
    """Shape (probes, dimension), one template each."""
    vectors = [vectors_of(probe, backend, dimension) for probe in probes]
    if any(len(one) != 1 for one in vectors):
        raise ValueError("one template is searched for at a time")
    joined: Vector = np.concatenate([np.zeros((0, dimension), np.float32), *vectors])
    return joined


def _vector(template: FaceTemplate, backend: str, dimension: int) -> Vector:
    if template.backend != backend:
        raise OtherBackend(f"a template of {template.backend} is not comparable with those of {backend}")
    vector: Vector = checked(template.vector[None], dimension)[0]
    return vector


def checked(vectors: Vector, dimension: int) -> Vector:
    """(n, dimension), as they are. Raises `NothingToCompare`, `OtherBackend`."""
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise OtherBackend(f"a template has {vectors.shape[-1]} numbers where the gallery's have {dimension}")
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    if not np.all(np.abs(lengths - 1) <= LENGTH):  # NaN is not within either
        raise NothingToCompare("a template holds no vector of length one; take the picture again")
    return np.asarray(vectors, np.float32)


def encoded(identifier: str) -> bytes:
    """Raises `ValueError` for an identifier that is empty, too long or holds a NUL."""
    octets = identifier.encode()
    if not octets or b"\0" in octets or len(octets) > MOST_IDENTIFIER:
        raise ValueError(f"an identifier has 1 to {MOST_IDENTIFIER} octets and no NUL")
    return octets
