"""A chip to a vector of 128 numbers and length one: dlib's network run by onnxruntime."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime

from biometrics.capture import Rgb
from biometrics.face.models import recognition_model
from biometrics.face.template import Vector

MEAN_COLOUR: Final = np.array([122.782, 117.001, 104.298], np.float32)
"""Of dlib's training images; the network's input is (RGB - mean) / 256."""


class Embedder(Protocol):
    """`name` stands in every comparison's record; vectors have length one and compare by their dot product."""

    @property
    def name(self) -> str: ...
    def __call__(self, chip: Rgb) -> Vector: ...


class DlibEmbedder:
    """The mean of a chip's and its mirror image's vectors, of length one: (128,) float32.

    On LFW the mirrored mean lowers the equal error rate from 1.4 to 1.1 %, unit length raises the true accept rate at a
    false accept rate of 0.1 % from 94.3 to 96.2 %.
    """

    name = "dlib-resnet-29"

    def __init__(self, model: Path | None = None, *, threads: int = 1) -> None:
        """Raise `FaceModelMissing`."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        path = str(model or recognition_model())
        self._session: Any = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def __call__(self, chip: Rgb) -> Vector:
        vector = self.vectors(np.stack([chip, chip[:, ::-1]])).mean(0)
        return np.asarray(vector / np.linalg.norm(vector), np.float32)

    def vectors(self, chips: Rgb) -> Vector:
        """(n, 150, 150, 3) to (n, 128), as dlib's own network gives them: neither mirrored nor of length one."""
        values = (chips.astype(np.float32) - MEAN_COLOUR) / np.float32(256)
        (vectors,) = self._session.run(None, {"chips": np.ascontiguousarray(values.transpose(0, 3, 1, 2))})
        return np.asarray(vectors, np.float32)


@cache
def default_embedder() -> Embedder:
    """One of this process, with one thread."""
    return DlibEmbedder()


EMBEDDERS: Final = {DlibEmbedder.name: DlibEmbedder}
"""By the name `scores face --embedder NAME` takes."""
