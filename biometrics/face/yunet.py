"""A detector of others in YuNet's layout (Wu et al., "YuNet: a tiny millisecond-level face detector", 2023): boxes and
five marks for every cell of a few grids."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from biometrics.capture import FaceModelUnusable, Rgb
from biometrics.face.backend_file import DetectorFile
from biometrics.face.network import Floats, Network
from biometrics.face.template import FaceBox, Marks

LIKE_HOG: Final = (2.56, 0.09, 0.56)
"""Side of the shipped detector's box, and how far its centre lies right of and below the middle of the eyes, by the
eyes' distance: medians of 2,315 pictures of LFW. The five-point model and the quality measures are used to such
boxes."""
SIZES: Final = (1, 1, 4, 10)
"""Numbers a cell gives: class, objectness, box, marks."""


class YunetDetector:
    def __init__(self, folder: Path, given: DetectorFile) -> None:
        """Raise `FaceModelUnusable` where the network is not what the file says: it is run once."""
        self._given = given
        width, height = given.input
        self._network = Network(folder, given, (height, width))
        self._outputs = [form.replace("{stride}", str(stride)) for stride in given.strides for form in given.outputs]
        if missing := set(self._outputs) - set(self._network.outputs):
            raise FaceModelUnusable([f"{given.file} has no output {', '.join(sorted(missing))}: change `outputs`."])
        self._maps(np.zeros((height, width, 3), np.uint8))

    def __call__(self, image: Rgb, *, smallest: int | None = None, thorough: bool = True) -> list[FaceBox]:
        """The largest first, with marks. One look finds what there is: `thorough` makes no difference."""
        fitted, scale = self._fitted(image)
        found = self._windows(fitted)
        kept = self._distinct(found)
        boxes = [_like_hog(found[k, 0], found[k, 5:].reshape(5, 2).astype(np.float64) / scale) for k in kept]
        return sorted((box for box in boxes if box.width >= (smallest or 0)), key=lambda box: -box.width)

    def _fitted(self, image: Rgb) -> tuple[Rgb, float]:
        """The picture at the upper left of one of the network's size, and its scale."""
        width, height = self._given.input
        scale = min(width / image.shape[1], height / image.shape[0])
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        field = np.zeros((height, width, 3), np.uint8)
        field[: size[1], : size[0]] = cv2.resize(image, size, interpolation=method)
        return field, scale

    def _windows(self, field: Rgb) -> Floats:
        """Rows of score, left, top, width, height and ten coordinates of marks, in pixels of the field."""
        rows = []
        for stride, maps in zip(self._given.strides, self._maps(field), strict=True):
            certain, objectness, boxes, marks = maps
            scores = np.sqrt(np.clip(certain[:, 0], 0, 1) * np.clip(objectness[:, 0], 0, 1))
            cells = _cells(field.shape[1] // stride, field.shape[0] // stride)
            chosen = scores >= self._given.score
            centre = (cells + boxes[:, :2])[chosen] * stride
            size = np.exp(np.clip(boxes[chosen, 2:], -10, 10)) * stride
            points = (marks.reshape(-1, 5, 2)[chosen] + cells[chosen, None]) * stride
            rows.append(np.column_stack([scores[chosen], centre - size / 2, size, points.reshape(-1, 10)]))
        return np.concatenate(rows).astype(np.float32)

    def _maps(self, field: Rgb) -> list[tuple[Floats, ...]]:
        """For each stride its four maps, a row a cell. Raise `FaceModelUnusable` where they have other shapes."""
        found = self._network.run(field[None], self._outputs)
        maps = []
        for number, stride in enumerate(self._given.strides):
            cells = (field.shape[0] // stride) * (field.shape[1] // stride)
            four = found[4 * number : 4 * number + 4]
            if any(one.size != cells * size for one, size in zip(four, SIZES, strict=True)):
                raise FaceModelUnusable([f"{self._given.file} is not in YuNet's layout at stride {stride}."])
            maps.append(tuple(one.reshape(cells, size) for one, size in zip(four, SIZES, strict=True)))
        return maps

    def _distinct(self, found: Floats) -> list[int]:
        boxes = [[float(value) for value in row[1:5]] for row in found]
        kept = cv2.dnn.NMSBoxes(boxes, found[:, 0].tolist(), self._given.score, self._given.overlap)
        return [int(k) for k in np.ravel(np.asarray(kept))]


def _cells(columns: int, rows: int) -> npt.NDArray[np.float32]:
    """(rows * columns, 2): x and y of each cell, row by row."""
    y, x = np.mgrid[:rows, :columns]
    return np.column_stack([x.ravel(), y.ravel()]).astype(np.float32)


def _like_hog(score: float, marks: Marks) -> FaceBox:
    left, right = marks[0], marks[1]
    across, middle = float(np.hypot(*(right - left))), (left + right) / 2
    larger, aside, down = LIKE_HOG
    side, (x, y) = larger * across, middle + np.array([aside, down]) * across
    return FaceBox(float(x - side / 2), float(y - side / 2), side, side, float(score), marks)
