"""dlib's networks written as ONNX. `onnx` is imported where a model is made: it is heavy, and needed once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from biometrics.face.dlib_networks import Convolution, DetectionNetwork, RecognitionNetwork

Shape = list[int | str]


def recognition(network: RecognitionNetwork) -> bytes:
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
    return graph.serialise("face-recognition", ("chips", ["n", 3, 150, 150]), ("vectors", ["n", 128]))


def detection(network: DetectionNetwork) -> bytes:
    """A model of input `image` (1, 3, H, W), normalised, and output `margins` (1, 1, about H/8, about W/8)."""
    graph = _Graph()
    value = "image"
    for layer in network.layers[:-1]:
        value = graph.relu(graph.convolve(value, layer))
    graph.convolve(value, network.layers[-1], output="margins")
    return graph.serialise("face-detection", ("image", [1, 3, "h", "w"]), ("margins", [1, 1, "rows", "columns"]))


class _Graph:
    """Collects ONNX nodes."""

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

    def convolve(self, value: str, layer: Convolution, *, output: str = "") -> str:
        inputs = [value, self.constant(layer.weights), self.constant(layer.bias)]
        return self.node("Conv", inputs, strides=[layer.stride] * 2, pads=[layer.padding] * 4, output=output)

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

    def serialise(self, name: str, given: tuple[str, Shape], wanted: tuple[str, Shape]) -> bytes:
        helper, kind = self._onnx.helper, self._onnx.TensorProto.FLOAT
        first, last = (helper.make_tensor_value_info(at, kind, shape) for at, shape in (given, wanted))
        graph = helper.make_graph(self._nodes, name, [first], [last], self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        self._onnx.checker.check_model(model)
        data: bytes = model.SerializeToString()
        return data
