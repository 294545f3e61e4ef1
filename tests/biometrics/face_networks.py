"""Small ONNX models in the layouts of plug-ins, whose results can be told beforehand, and TOML files around them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE = 64
CELL = (3, 2)
"""Column and row of the only face of `fake_yunet`, in its grid of stride 8."""
MARKS = ((20.0, 20.0), (44.0, 20.0), (32.0, 32.0), (24.0, 44.0), (40.0, 44.0))
"""Where its marks lie, in pixels of a picture of 64."""


def fake_yunet(path: Path) -> None:
    """For pictures of 64 x 64: one face with a score of 0.9 at `CELL` and its marks at `MARKS`, whatever it is
    shown."""
    cells = (SIDE // 8) ** 2
    at = CELL[1] * (SIDE // 8) + CELL[0]
    certain, objectness = np.zeros((1, cells, 1), np.float32), np.zeros((1, cells, 1), np.float32)
    certain[0, at], objectness[0, at] = 0.9, 0.9
    boxes, marks = np.zeros((1, cells, 4), np.float32), np.zeros((1, cells, 10), np.float32)
    boxes[0, at] = (1, 1.5, np.log(5), np.log(6))
    marks[0, at] = ((np.array(MARKS) / 8) - CELL).ravel()
    maps = {"cls_8": certain, "obj_8": objectness, "bbox_8": boxes, "kps_8": marks}
    nodes, constants = [helper.make_node("ReduceSum", ["input", "axes"], ["sum"], keepdims=0)], []
    nodes.append(helper.make_node("Mul", ["sum", "none"], ["nothing"]))
    constants += [_constant(np.arange(4), "axes"), _constant(np.zeros((), np.float32), "none")]
    for name, values in maps.items():
        constants.append(_constant(values, f"{name}_values"))
        nodes.append(helper.make_node("Add", [f"{name}_values", "nothing"], [name]))
    outputs = {name: list(values.shape) for name, values in maps.items()}
    _save(path, nodes, ("input", [1, 3, SIDE, SIDE]), outputs, constants)


def fake_arcface(
    path: Path, *, side: int = 112, batch: int | str = "n", output: str = "vector", factor: float = 1.0
) -> None:
    """The means of the chip's red, green and blue in each of sixteen tiles, times `factor`: a vector of 48."""
    kernel = [side // 4, side // 4]
    nodes = [
        helper.make_node("AveragePool", ["data"], ["tiles"], kernel_shape=kernel, strides=kernel),
        helper.make_node("Flatten", ["tiles"], ["means"]),
        helper.make_node("Mul", ["means", "factor"], [output]),
    ]
    _save(
        path, nodes, ("data", [batch, 3, side, side]), {output: [batch, 48]}, [_constant(np.float32(factor), "factor")]
    )


def _constant(values: Any, name: str) -> Any:
    return numpy_helper.from_array(np.asarray(values), name)


def _save(path: Path, nodes: Any, given: Any, outputs: dict[str, Any], constants: Any) -> None:
    first = helper.make_tensor_value_info(given[0], TensorProto.FLOAT, given[1])
    last = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
    graph = helper.make_graph(nodes, "fake", [first], last, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


CALIBRATION = """
[calibration]
measured_on = "invented"
mated = 100
non_mated = 100000
rates = [0.1, 0.01, 0.001]
thresholds = [0.5, 0.9, 0.99]
offset = -90.0
weight = 100.0
"""


def embedder_section(file: Path, **changes: object) -> str:
    values = {"kind": "arcface", "file": file.name, "sha256": sha256(file), "dimension": 48, "colour": "rgb"}
    return _section("embedder", values | changes)


def detector_section(file: Path, **changes: object) -> str:
    values = {"kind": "yunet", "file": file.name, "sha256": sha256(file), "input": [SIDE, SIDE], "strides": [8]}
    return _section("detector", values | changes)


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _section(name: str, values: dict[str, object]) -> str:
    told = {key: str(value).lower() if isinstance(value, bool) else repr(value) for key, value in values.items()}
    return "\n".join([f"[{name}]", *(f"{key} = {value}" for key, value in told.items()), ""])


def backend(folder: Path, *sections: str, name: str = "fake") -> Path:
    file = folder / "backend.toml"
    file.write_text("\n".join([f'name = "{name}"', *sections]))
    return file
