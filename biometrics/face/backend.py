"""What finds faces and what makes vectors of them, under one name, with what its scores mean."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from biometrics.face import backend_file
from biometrics.face.calibration import SHIPPED, Calibration
from biometrics.face.detect import Detector, detect
from biometrics.face.embed import Embedder, default_embedder
from biometrics.face.onnx_embedder import OnnxEmbedder
from biometrics.face.yunet import YunetDetector


@dataclass(frozen=True, slots=True)
class Backend:
    """`calibration` is None of one that has none yet: it makes templates, and decides nothing."""

    name: str
    detector: Detector
    embedder: Embedder
    calibration: Calibration | None


def shipped() -> Backend:
    """Raise `FaceModelMissing`."""
    embedder = default_embedder()
    return Backend(embedder.name, detect, embedder, SHIPPED)


def loaded(path: Path | None) -> Backend:
    """What a TOML file describes (`backend_file`), or the shipped one where there is none. A file without an embedder
    takes the shipped one, and needs no calibration: other boxes around the same points change its scores little. Raise
    `FaceModelUnusable`, `FaceModelMissing`."""
    if path is None:
        return shipped()
    given, folder = backend_file.read(path), path.parent
    detector = detect if given.detector is None else YunetDetector(folder, given.detector)
    if given.embedder is None:
        return Backend(default_embedder().name, detector, default_embedder(), given.calibrated() or SHIPPED)
    return Backend(given.name, detector, OnnxEmbedder(given.name, folder, given.embedder), given.calibrated())
