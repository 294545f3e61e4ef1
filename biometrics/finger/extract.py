"""A print becomes a template: the steps of `enhance`, `gabor` and `minutiae` in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import FingerImage, Gray, Quality
from biometrics.finger import enhance
from biometrics.finger.advice import Advice
from biometrics.finger.enhance import Map, Mask, Orientation
from biometrics.finger.gabor import Response, curved_gabor
from biometrics.finger.image import at_working_resolution
from biometrics.finger.likeness import is_print
from biometrics.finger.minutiae import NO_MINUTIAE, Minutiae, rated, reliable, vortices
from biometrics.finger.parameters import CELL, DEFAULT, DPI, Parameters
from biometrics.finger.quality import assess
from biometrics.finger.quality_measures import Measures, measured
from biometrics.finger.singular import SingularKind, SingularPoint, singular_points

Trace = Callable[[str, npt.NDArray[np.generic]], None]
"""Is given each step's name and result, in order: for golden tests and pictures."""
FIELD_CELL = 2 * CELL
"""Side in pixels of a cell of the ridge field that a template keeps."""


Show = Callable[[str, Callable[[], npt.NDArray[np.generic]]], None]


def _show(trace: Trace | None, step: str, result: Callable[[], npt.NDArray[np.generic]]) -> None:
    """What is made for looking at alone is made where somebody looks."""
    if trace is not None:
        trace(step, result())


@dataclass(frozen=True, slots=True)
class RidgeField:
    """How ridges run, on cells of 8 px: cosine and sine of twice the tangent (image axes), coherence 0 to 1 (0
    outside the print), ridges a pixel, and where the print is. `phase` says where between two ridges the middle of a
    cell lies, -π to π: 0 on a crest, growing across it along the tangent (half the doubled angle, 0 to π) turned a
    quarter clockwise as seen. All float16 but `inside`."""

    cosine: npt.NDArray[np.float16]
    sine: npt.NDArray[np.float16]
    coherence: npt.NDArray[np.float16]
    frequency: npt.NDArray[np.float16]
    phase: npt.NDArray[np.float16]
    inside: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FingerTemplate:
    """What is compared. `width`, `height` are pixels at 500 dpi; `field` is None where only a record was read."""

    minutiae: Minutiae
    width: int
    height: int
    quality: Quality
    field: RidgeField | None = None
    singular: tuple[SingularPoint, ...] = ()


def extract(
    image: FingerImage | Gray, dpi: int = DPI, *, parameters: Parameters = DEFAULT, trace: Trace | None = None
) -> FingerTemplate:
    """Minutiae, ridge field and quality of one print (`dpi` is used for a bare array).

    What shows no print (`likeness`) gives a template without minutiae and quality 0, which matches nothing. Raises
    `UnusableImage` for what is no image of one.
    """
    p, show = parameters, partial(_show, trace)
    grey = at_working_resolution(image, dpi)
    height, width = grey.shape
    pixels = enhance.padded(grey)
    normalised = enhance.normalise(pixels, p)
    show("normalised", lambda: normalised)
    mask = enhance.foreground(pixels, (height, width), p)
    show("foreground", lambda: mask)
    if not mask.any():
        return FingerTemplate(NO_MINUTIAE, width, height, assess(Measures()))
    tensor = enhance.gradient_tensor(normalised, CELL, blur=p.tensor_blur)
    rough = enhance.orientation(tensor, p.orientation_smoothing)
    show("orientation", lambda: np.dstack([rough.cosine, rough.sine, rough.coherence]))
    lines, strength = enhance.frequency(normalised, rough, mask, p)
    show("frequency", lambda: lines)
    ridges, field, searched = _two_passes(normalised, rough, lines, mask, p, show)
    amplitude = enhance.on_cells(ridges.amplitude, CELL // ridges.spacing)
    area = enhance.print_area(mask, _smooth(amplitude, 2.0), p)
    show("phase", lambda: np.dstack([np.arctan2(-ridges.odd, ridges.even), ridges.amplitude]))
    show("area", lambda: area)
    found = rated(vortices(ridges, _at_samples(searched, ridges.spacing)), _smooth(amplitude, 2.5), field.coherence)
    show("vortices", lambda: np.stack([found.x, found.y, found.direction, found.quality, found.kind]))
    kept = reliable(found, area, p)
    show("minutiae", lambda: np.stack([kept.x, kept.y, kept.direction, kept.quality, kept.kind]))
    quality = assess(measured(grey, normalised, mask, rough, field, ridges, amplitude, area, kept))
    turning = singular_points(field, area)
    seen = [[p.x, p.y, p.direction, p.strength, p.kind is SingularKind.DELTA] for p in turning]
    show("singular points", lambda: np.array(seen, np.float64).reshape(-1, 5).T)
    if not is_print(area, strength, rough.coherence, amplitude):
        nothing = replace(quality, value=0, advice=quality.advice or Advice.PRESS_HARDER.value)
        return FingerTemplate(NO_MINUTIAE, width, height, nothing)
    return FingerTemplate(kept, width, height, quality, _ridge_field(field, lines, area, ridges), turning)


def _two_passes(
    normalised: Map, rough: Orientation, lines: Map, mask: Mask, p: Parameters, show: Show
) -> tuple[Response, Orientation, Mask]:
    """The ridges, the orientation they were filtered along, and the mask they were sought in."""
    first = curved_gabor(normalised, rough, lines, mask, spacing=2, length=p.first_length, step=p.first_step, p=p)
    show("first pass", lambda: first.even)
    amplitude, cell = first.amplitude, CELL // 2
    field = enhance.reorientation(first.even, amplitude, cell, p)
    show("reorientation", lambda: np.dstack([field.cosine, field.sine, field.coherence]))
    narrow = enhance.narrowed(mask, _smooth(enhance.on_cells(amplitude, cell), 2.0), p)
    second = curved_gabor(normalised, field, lines, narrow, spacing=1, length=p.second_length, step=p.second_step, p=p)
    show("second pass", lambda: second.even)
    return second, field, narrow


def _ridge_field(field: Orientation, lines: Map, area: Mask, ridges: Response) -> RidgeField:
    rows, columns = area.shape[0] // 2, area.shape[1] // 2

    def halved(values: Map) -> Map:
        return np.asarray(cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.float32)

    inside = halved(area.astype(np.float32)) > 0.5
    cosine, sine = halved(field.cosine), halved(field.sine)
    return RidgeField(
        cosine.astype(np.float16),
        sine.astype(np.float16),
        (halved(field.coherence) * inside).astype(np.float16),
        halved(lines).astype(np.float16),
        _phase(cosine, sine, ridges).astype(np.float16),
        inside,
    )


def _phase(cosine: Map, sine: Map, ridges: Response) -> Map:
    """Of the sample in the middle of each cell, in the sense of the cell's own tangent."""
    every = FIELD_CELL // ridges.spacing
    middle = np.s_[every // 2 :: every, every // 2 :: every]
    angle = np.mod(np.arctan2(sine, cosine), np.float32(2 * np.pi)) / 2
    along = np.cos(angle) * ridges.tangent_x[middle] + np.sin(angle) * ridges.tangent_y[middle]
    return np.asarray(np.arctan2(-np.sign(along) * ridges.odd[middle], ridges.even[middle]), np.float32)


def _smooth(values: Map, sigma: float) -> Map:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), dtype=np.float32)


def _at_samples(mask: Mask, spacing: int) -> Mask:
    return np.asarray(mask.repeat(CELL // spacing, 0).repeat(CELL // spacing, 1), dtype=np.uint8)
