"""An ONNX file of others, opened and tried before it is relied on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from biometrics.capture import FaceModelUnusable, Rgb
from biometrics.face.backend_file import NetworkFile

Floats = npt.NDArray[np.float32]


class Network:
    """`side` is (height, width) of the pictures it takes, in three channels. One thread."""

    def __init__(self, folder: Path, given: NetworkFile, side: tuple[int, int]) -> None:
        """Raise `FaceModelUnusable` where it is no ONNX or takes something else."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._name, self._given = given.file, given
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / given.file), options, providers=["CPUExecutionProvider"]
            )
        except Exception:  # the runtime's errors share no base of their own
            raise FaceModelUnusable([f"{given.file} is not an ONNX model that onnxruntime can load."]) from None
        self._input, self._single = self._taken(side)

    def _taken(self, side: tuple[int, int]) -> tuple[str, bool]:
        """The input's name, and whether it takes one picture at a time."""
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or inputs[0].type != "tensor(float)":
            raise FaceModelUnusable([f"{self._name} must take one input of floats, (N, 3, height, width)."])
        wanted = (inputs[0].shape[0], 3, *side)
        if any(isinstance(has, int) and has != want for has, want in zip(inputs[0].shape, wanted, strict=True)):
            raise FaceModelUnusable(
                [f"{self._name} takes {inputs[0].shape}, not pictures of 3 x {side[0]} x {side[1]}: change `input`."]
            )
        return inputs[0].name, inputs[0].shape[0] == 1

    @property
    def outputs(self) -> list[str]:
        return [one.name for one in self._session.get_outputs()]

    def run(self, pictures: Rgb, outputs: Sequence[str]) -> list[Floats]:
        """Of (n, height, width, 3), RGB. Raise `FaceModelUnusable` where it fails or gives what is no number."""
        mean, scale = np.array(self._given.mean, np.float32), np.float32(self._given.scale)
        values = (self._coloured(pictures).astype(np.float32) - mean) * scale
        planes = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
        batches = [planes[k : k + 1] for k in range(len(planes))] if self._single else [planes]
        try:
            found = [self._session.run(list(outputs), {self._input: batch}) for batch in batches]
        except Exception:
            raise FaceModelUnusable([f"{self._name} failed on a picture of the size it was said to take."]) from None
        results = [np.concatenate(parts).astype(np.float32) for parts in zip(*found, strict=True)]
        if not all(np.isfinite(one).all() for one in results):
            raise FaceModelUnusable([f"{self._name} gave values that are no numbers; are mean and scale right?"])
        return results

    def _coloured(self, pictures: Rgb) -> Rgb:
        return pictures if self._given.colour == "rgb" else pictures[..., ::-1]
