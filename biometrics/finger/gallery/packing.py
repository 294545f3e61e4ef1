"""A prepared template as octets that can be looked at in place: arrays one after the other, each at a multiple of 8."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from biometrics.capture import FingerPosition
from biometrics.finger.common_ground import Field
from biometrics.finger.compare import Prepared
from biometrics.finger.cylinders import FLOORS, WORDS, Cylinders
from biometrics.finger.gallery.compact import SIZE, Octets, compact

S = TypeVar("S", bound=np.generic)
_HEAD: Final = struct.Struct("<BBHHHHHI")
"""Position (0 unknown), whether directions are known, minutiae, cylinders, rows and columns of ridges, nothing, octets
of the arrays."""


class Sample(NamedTuple):
    """One finger in the file: its place, and its compact rows."""

    position: FingerPosition | None
    start: int
    compact: Octets


def packed(samples: Mapping[FingerPosition | None, Prepared]) -> bytes:
    return b"".join(_packed(position, sample) for position, sample in samples.items())


def _packed(position: FingerPosition | None, sample: Prepared) -> bytes:
    parts: list[npt.NDArray[Any]] = [compact(sample), sample.points, *sample.cylinders, *sample.field]
    arrays = b"".join(part.tobytes() + bytes(-part.nbytes % 8) for part in parts)
    rows, columns = sample.field.ridges.shape
    counts = sample.points.shape[1], len(sample.cylinders.of), rows, columns
    return _HEAD.pack(position.code if position else 0, sample.directions, *counts, 0, len(arrays)) + arrays


def samples(view: memoryview, start: int, end: int) -> Iterator[Sample]:
    """All fingers of a body."""
    while start + _HEAD.size <= end:
        code, _, _, cylinders, _, _, _, length = _HEAD.unpack_from(view, start)
        rows = np.frombuffer(view, np.int8, cylinders * SIZE, start + _HEAD.size).reshape(cylinders, SIZE)
        yield Sample(list(FingerPosition)[code - 1] if code else None, start, rows)
        start += _HEAD.size + length


def unpacked(view: memoryview, start: int) -> Prepared:
    """The template at `start`; its arrays are views of the file."""
    _, directions, minutiae, cylinders, rows, columns, _, _ = _HEAD.unpack_from(view, start)
    cursor = _Cursor(view, start + _HEAD.size + cylinders * SIZE)
    points = cursor.take(np.float32, (3, minutiae))
    of = cursor.take(np.int32, (cylinders,))
    bits = cursor.take(np.uint64, (cylinders, FLOORS * WORDS))
    valid = cursor.take(np.uint64, (cylinders, WORDS))
    ridges = cursor.take(np.uint8, (rows, columns))
    frequency = cursor.take(np.uint8, ((rows + 1) // 2, (columns + 1) // 2))
    return Prepared(points, Cylinders(of, bits, valid), Field(ridges, frequency), bool(directions))


class _Cursor:
    def __init__(self, view: memoryview, at: int) -> None:
        self._view, self._at = view, at

    def take(self, kind: type[S], shape: tuple[int, ...]) -> npt.NDArray[S]:
        count = int(np.prod(shape))
        array = np.frombuffer(self._view, kind, count, self._at).reshape(shape)
        self._at += array.nbytes + -array.nbytes % 8
        return array
