"""What is measured of a reference against a live face: numbers that a morph moves, and those that tell why a genuine
pair may look like one (another pose, another light, a soft picture)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb, UnusableImage
from biometrics.face.embed import DlibEmbedder, default_embedder
from biometrics.face.morphing.finding import Cue
from biometrics.face.morphing.views import Flags, Levels, Overlay, face, overlay, painted
from biometrics.face.template import FaceTemplate, Points, Vector

Values = npt.NDArray[np.float64]

EYES: Final = 100.0
"""Pixels between the eyes, at most, at which edges are measured: a passport's portrait has 90 to 120."""
BANDS: Final = ((0.7, 1.4), (1.4, 2.8), (2.8, 5.6))
"""Octaves of detail: between two blurs, in pixels of a chip. The first is creases, the last nostrils and lids."""


@dataclass(frozen=True, slots=True)
class View:
    """All that cues are measured on. `halfway`, `around` and `live_around` are vectors as the network gives them,
    `details` the bands of reference and bent live face."""

    overlay: Overlay = field(repr=False)
    reference: FaceTemplate
    live: FaceTemplate
    halfway: Vector = field(repr=False)
    around: Vector = field(repr=False)
    live_around: Vector = field(repr=False)
    details: tuple[tuple[Levels, Levels], ...] = field(repr=False)
    edges: Levels = field(repr=False)
    rings: Levels = field(repr=False)


def measured(reference: Rgb, reference_template: FaceTemplate, live: Rgb, live_template: FaceTemplate) -> Values:
    """Every cue in the order of `Cue`. Raise `UnusableImage` where points coincide or lie outside the picture,
    `FaceModelMissing`."""
    laid = overlay(reference, reference_template.landmarks, live, live_template.landmarks)
    vectors = _network().vectors(np.stack([laid.halfway, painted(laid.reference), painted(laid.live)]))
    here, there = (np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.float32) for one in (laid.reference, laid.bent))
    details = tuple((_band(here, *band), _band(there, *band)) for band in BANDS)
    edges, rings = _edges(reference, reference_template.landmarks)
    templates = reference_template, live_template
    view = View(laid, *templates, vectors[0], vectors[1], vectors[2], details, edges, rings)
    return np.array([MEASURES[cue](view) for cue in Cue])


@cache
def _network() -> DlibEmbedder:
    """The verifier's own where it is dlib's; the weights of the examination were fitted to that."""
    found = default_embedder()
    return found if isinstance(found, DlibEmbedder) else DlibEmbedder()


def _apart(a: Vector, b: Vector) -> float:
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(np.log(max(1 - cosine, 1e-4)))


def _eyes(points: Points) -> tuple[Points, Points]:
    return points[0:2].mean(0), points[2:4].mean(0)


def _band(grey: Levels, fine: float, coarse: float) -> Levels:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), fine) - cv2.GaussianBlur(grey, (0, 0), coarse), np.float32)


def _agreement(details: tuple[Levels, Levels]) -> float:
    a, b = (one[face()] - one[face()].mean() for one in details)
    return float(a @ b / max(float(np.sqrt((a @ a) * (b @ b))), 1e-6))


def _strength(detail: Levels, where: Flags) -> float:
    return float(np.log(detail[where].std() + 0.05))


def _sharpness(chip: Rgb) -> float:
    grey = np.asarray(cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY), np.float32)
    fine = cv2.Laplacian(grey, cv2.CV_32F)[face()]
    return float(np.log(fine.var() / max(float(grey[face()].var()), 1.0) + 1e-4))


def _edges(image: Rgb, points: Points) -> tuple[Levels, Levels]:
    """Diagonal detail about the face, and how far out each place is: 1 on an oval from brows to chin."""
    right, left = _eyes(points)
    apart = float(np.linalg.norm(right - left))
    centre = (right + left) / 2 + np.array([0, 0.42 * apart])
    half = np.array([1.4, 1.75]) * apart
    first, last = np.maximum(np.floor(centre - half), 0).astype(int), np.ceil(centre + half).astype(int)
    piece = image[first[1] : last[1], first[0] : last[0]]
    if min(piece.shape[:2]) < apart:
        raise UnusableImage("The face's points lie outside the picture.")
    scale = min(1.0, EYES / apart)
    if scale < 1:
        piece = np.asarray(cv2.resize(piece, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    grey = np.asarray(cv2.cvtColor(piece, cv2.COLOR_RGB2GRAY), np.float32)
    detail = np.abs(grey[1:, 1:] + grey[:-1, :-1] - grey[1:, :-1] - grey[:-1, 1:])
    y, x = np.mgrid[: detail.shape[0], : detail.shape[1]] / scale
    centre = centre - first
    rings = np.hypot((x - centre[0]) / (0.88 * apart), (y - centre[1]) / (1.16 * apart))
    return detail, rings.astype(np.float32)


def _inside(view: View) -> Levels:
    return view.edges[view.rings < 0.8]


def _around(view: View) -> Levels:
    found = view.edges[(view.rings > 1.05) & (view.rings < 1.45)]
    return found if found.size else _inside(view)


def _edge_strength(edges: Levels) -> float:
    return float(np.log(np.sqrt(np.mean(edges * edges)) + 0.1))


MEASURES: Final[Mapping[Cue, Callable[[View], float]]] = {
    Cue.UNLIKENESS: lambda view: _apart(view.reference.vector, view.live.vector),
    Cue.UNLIKE_HALFWAY: lambda view: _apart(view.halfway, view.live.vector),
    Cue.UNLIKE_AROUND: lambda view: _apart(view.around, view.live_around),
    Cue.FINE_AGREEMENT: lambda view: _agreement(view.details[0]),
    Cue.MIDDLE_AGREEMENT: lambda view: _agreement(view.details[1]),
    Cue.COARSE_AGREEMENT: lambda view: _agreement(view.details[2]),
    Cue.FACE_MIDDLE: lambda view: _strength(view.details[1][0], face()),
    Cue.AROUND_MIDDLE: lambda view: _strength(view.details[1][0], ~face()),
    Cue.FACE_COARSE: lambda view: _strength(view.details[2][0], face()),
    Cue.AROUND_COARSE: lambda view: _strength(view.details[2][0], ~face()),
    Cue.FACE_EDGES: lambda view: _edge_strength(_inside(view)),
    Cue.RING_EDGES: lambda view: _edge_strength(_around(view)),
    Cue.BENT: lambda view: float(np.linalg.norm(view.overlay.flow[face()], axis=1).mean()),
    Cue.LIVE_SHARPNESS: lambda view: _sharpness(view.overlay.live),
    Cue.REFERENCE_SHARPNESS: lambda view: _sharpness(view.overlay.reference),
}
