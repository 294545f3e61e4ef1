"""dlib's two face networks, read from its own files. Pure: octets to weights.

Recognition is ResNet-29 as dlib defines it for faces: 29 convolutions, each followed by an affine layer (a frozen batch
norm) that is folded into it here, then one matrix from 256 to 128. Detection (`mmod_human_face_detector`, King 2015,
"Max-margin object detection") is three 5x5 convolutions that halve, three that do not, and one of 9x9 to a single map;
its batch norms were stored unfrozen, with the statistics of training.

dlib writes a tensor as a header (version 2, then four sizes, each as one length byte and little-endian digits) and raw
float32. Walking the known architecture from input to output and looking for each expected header finds every tensor;
the SHA-256 of the file, checked before, makes that safe.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import FaceModelMissing

Floats = npt.NDArray[np.float32]

STAGES: Final = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))
"""Residual stages after the 7x7 stem: filters, blocks, whether the first block halves the map."""
DETECTION: Final = ((3, 16, 2), (16, 32, 2), (32, 32, 2), (32, 45, 1), (45, 45, 1), (45, 45, 1))
"""Channels, filters and stride of the detector's 5x5 convolutions."""
EPSILON: Final = 1e-4
"""dlib's DEFAULT_BATCH_NORM_EPS, added to a variance before its root is taken."""


@dataclass(frozen=True, slots=True)
class Convolution:
    """Weights (filters, channels, rows, columns) and bias, the affine layer folded in."""

    weights: Floats
    bias: Floats
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class RecognitionNetwork:
    """The stem, the residual blocks (two convolutions each, the first of stride 2 halves) and the last matrix."""

    stem: Convolution
    blocks: tuple[tuple[Convolution, Convolution], ...]
    projection: Floats


@dataclass(frozen=True, slots=True)
class DetectionNetwork:
    """Convolutions in order; all but the last are followed by a ReLU."""

    layers: tuple[Convolution, ...]


def read_recognition(data: bytes) -> RecognitionNetwork:
    """Raise `FaceModelMissing` where the layout is another."""
    tensors = _Tensors(data)
    stem = _affine_convolution(tensors, 3, 32, side=7, stride=2)
    blocks = []
    for channels, filters, stride in _block_shapes():
        first = _affine_convolution(tensors, channels, filters, side=3, stride=stride)
        blocks.append((first, _affine_convolution(tensors, filters, filters, side=3, stride=1)))
    return RecognitionNetwork(stem, tuple(blocks), tensors.next(256, 128))


def read_detection(data: bytes) -> DetectionNetwork:
    """Raise `FaceModelMissing` where the layout is another."""
    tensors = _Tensors(data)
    layers = [_normed_convolution(tensors, *shape) for shape in DETECTION]
    values = tensors.next(9 * 9 * 45 + 1)
    last = Convolution(values[:-1].reshape(1, 45, 9, 9), values[-1:], 1, 4)
    return DetectionNetwork((*layers, last))


class _Tensors:
    """Reads dlib's serialised tensors in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def next(self, *sizes: int) -> Floats:
        """The next tensor of these sizes; missing ones are 1."""
        header = b"".join(map(_packed, (2, *sizes, *[1] * (4 - len(sizes)))))
        found = self._data.find(header, self._at)
        if found < 0:
            raise FaceModelMissing("The face model is not laid out as expected; install version 0.3.0 of it again.")
        start, count = found + len(header), int(np.prod(sizes))
        self._at = start + 4 * count
        return np.frombuffer(self._data, "<f4", count, start).reshape(sizes)


def _packed(number: int) -> bytes:
    digits = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return bytes([len(digits)]) + digits


def _block_shapes() -> Iterator[tuple[int, int, int]]:
    channels = 32
    for filters, count, halves in STAGES:
        for index in range(count):
            yield channels, filters, 2 if halves and index == 0 else 1
            channels = filters


def _affine_convolution(tensors: _Tensors, channels: int, filters: int, *, side: int, stride: int) -> Convolution:
    weights, bias = _raw_convolution(tensors, channels, filters, side)
    gamma, beta = tensors.next(2 * filters).reshape(2, filters)
    return _folded(weights, bias, gamma, beta, stride)


def _normed_convolution(tensors: _Tensors, channels: int, filters: int, stride: int) -> Convolution:
    """Behind the weights stand mean and inverse deviation of the last batch, which nobody needs, and the running mean
    and variance."""
    weights, bias = _raw_convolution(tensors, channels, filters, 5)
    gamma, beta = tensors.next(2 * filters).reshape(2, filters)
    _, _, mean, variance = (tensors.next(1, filters)[0] for _ in range(4))
    scale = gamma / np.sqrt(variance + EPSILON)
    return _folded(weights, bias, scale, beta - scale * mean, stride)


def _raw_convolution(tensors: _Tensors, channels: int, filters: int, side: int) -> tuple[Floats, Floats]:
    shape = (filters, channels, side, side)
    values = tensors.next(int(np.prod(shape)) + filters)
    return values[:-filters].reshape(shape), values[-filters:]


def _folded(weights: Floats, bias: Floats, scale: Floats, shift: Floats, stride: int) -> Convolution:
    """dlib pads by half the side, but not at all where it strides."""
    folded = (weights * scale[:, None, None, None]).astype(np.float32)
    padding = 0 if stride > 1 else weights.shape[-1] // 2
    return Convolution(folded, (bias * scale + shift).astype(np.float32), stride, padding)
