"""The upright chip of a face that dlib's network was trained on: 150 x 150 pixels, padding a quarter on each side."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import Rgb, UnusableImage
from biometrics.face.template import Points

SIDE: Final = 150
PADDING: Final = 0.25
MEAN_FACE: Final = np.array(
    [
        (0.8595674595992, 0.2134981538014),
        (0.6460604764104, 0.2289674387677),
        (0.1205750620789, 0.2137274526848),
        (0.3340850613712, 0.2290642403242),
        (0.4901123135679, 0.6277975316475),
    ]
)
"""Where the five points lie in a unit square: the mean of dlib's training faces, for its network expects them there."""


def chip(image: Rgb, points: Points, *, padding: float = PADDING) -> Rgb:
    """The face turned upright: (150, 150, 3). What lies outside the image is black.

    Raise `UnusableImage` where the points coincide.
    """
    return warped(image, similarity(chip_points(padding), points), SIDE)


def warped(image: Rgb, transform: npt.NDArray[np.float64], side: int) -> Rgb:
    """(side, side, 3), where `transform` takes its pixels to the image's. Raise `UnusableImage` where it shrinks them
    to a point."""
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    if scale < 1e-3:
        raise UnusableImage("The points of the face coincide.")
    # dlib samples at the middle of a chip's pixel.
    transform[:, 2] += transform[:, :2] @ (0.5, 0.5)
    # Shrinking by more than two would alias: halve first, as dlib's pyramid does.
    source: Rgb = image
    while scale > 2.0:
        source = np.asarray(cv2.pyrDown(source), np.uint8)
        transform, scale = transform / 2, scale / 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(source, transform, (side, side), flags=flags), np.uint8)


def chip_points(padding: float = PADDING) -> Points:
    """The mean face in pixels of the chip."""
    return np.asarray((MEAN_FACE + padding) / (1 + 2 * padding) * SIDE, np.float64)


def similarity(source: Points, target: Points) -> npt.NDArray[np.float64]:
    """The 2x3 matrix of rotation, scale and shift that takes `source` to `target` with the least squared error.

    In the plane this is a complex number: target - mean = z (source - mean), z by least squares.
    """
    mean_s, mean_t = source.mean(0), target.mean(0)
    s = (source - mean_s) @ np.array([1, 1j])
    t = (target - mean_t) @ np.array([1, 1j])
    z = np.vdot(s, t) / np.vdot(s, s).real
    turn = np.array([[z.real, -z.imag], [z.imag, z.real]])
    return np.column_stack([turn, mean_t - turn @ mean_s])


def eyes(points: Points) -> tuple[complex, complex]:
    """Middles of the eye at the left and at the right of the image."""
    as_complex = points @ np.array([1, 1j])
    return complex(as_complex[2:4].mean()), complex(as_complex[0:2].mean())


def nose(points: Points) -> complex:
    """Where the base of the nose lies in a frame whose unit is the eyes' distance and whose origin is their middle."""
    left, right = eyes(points)
    return (complex(points[4] @ np.array([1, 1j])) - (left + right) / 2) / ((right - left) or 1)
