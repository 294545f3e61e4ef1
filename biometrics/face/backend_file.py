"""The TOML file that describes a face backend of others: a detector, an embedder, and what its scores mean.

Reading it loads no network, so that a station can refuse it at its start. Files are looked for beside the TOML.

    name = "sface-2021"

    [detector]                    # left out: the shipped one
    kind = "yunet"                # outputs cls, obj, bbox and kps for each stride
    file = "face_detection_yunet_2023mar.onnx"
    sha256 = "…"
    input = [640, 640]            # width, height; pictures are fitted into it
    colour = "bgr"

    [embedder]
    kind = "arcface"              # 112 x 112, aligned by five points; "dlib": 150 x 150
    file = "face_recognition_sface_2021dec.onnx"
    sha256 = "…"
    dimension = 128
    colour = "rgb"
    mean = [0, 0, 0]
    scale = 1.0                   # the network is given (colour - mean) * scale

    [calibration]                 # python -m biometrics face calibrate writes it

FaceModelUnusable        `problems`: everything wrong with it, a sentence each
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from biometrics.capture import FaceModelUnusable
from biometrics.face.calibration import Calibration

Name = Annotated[str, Field(min_length=1, max_length=64)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
Colour = Annotated[float, Field(ge=-1e4, le=1e4, allow_inf_nan=False)]
Scale = Annotated[float, Field(gt=0, le=1e4, allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1)]
S = TypeVar("S", bound="Section")
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NetworkFile(Section):
    """A network's file and what a pixel becomes before it: (colour - mean) * scale, channel by channel."""

    file: Annotated[str, Field(min_length=1)]
    sha256: Sha256
    colour: Literal["rgb", "bgr"] = "rgb"
    mean: tuple[Colour, Colour, Colour] = (0.0, 0.0, 0.0)
    scale: Scale = 1.0


class DetectorFile(NetworkFile):
    """`outputs` name the four maps of a stride, which stands for {stride}."""

    kind: Literal["yunet"]
    input: tuple[Annotated[int, Field(ge=32, le=4096)], Annotated[int, Field(ge=32, le=4096)]] = (640, 640)
    strides: Annotated[tuple[Annotated[int, Field(ge=1, le=256)], ...], Field(min_length=1)] = (8, 16, 32)
    outputs: tuple[str, str, str, str] = ("cls_{stride}", "obj_{stride}", "bbox_{stride}", "kps_{stride}")
    score: Share = 0.6
    overlap: Share = 0.3

    @model_validator(mode="after")
    def _whole_cells(self) -> DetectorFile:
        if any(side % stride for side in self.input for stride in self.strides):
            raise ValueError("input: width and height must be multiples of every stride")
        return self


class EmbedderFile(NetworkFile):
    """`input` is the side of the square chip; `mirrored` averages each chip with its mirror image. `padding` is for
    dlib's layout: how much stands around the face, by its side."""

    kind: Literal["arcface", "dlib"]
    input: Annotated[int, Field(ge=32, le=1024)] | None = None
    dimension: Annotated[int, Field(ge=8, le=8192)]
    output: str | None = None
    mirrored: bool = True
    padding: Annotated[float, Field(ge=0, le=1)] = 0.25

    @property
    def side(self) -> int:
        return self.input or {"arcface": 112, "dlib": 150}[self.kind]


class CalibrationSection(Section):
    """As `biometrics.face.calibration.Calibration`."""

    measured_on: Annotated[str, Field(min_length=1, max_length=200)]
    mated: Annotated[int, Field(ge=1)]
    non_mated: Annotated[int, Field(ge=1)]
    rates: Annotated[tuple[Share, ...], Field(min_length=1)]
    thresholds: tuple[Finite, ...]
    offset: Finite
    weight: Scale

    @model_validator(mode="after")
    def _table(self) -> CalibrationSection:
        if len(self.rates) != len(self.thresholds):
            raise ValueError("rates and thresholds must be as many")
        if list(self.rates) != sorted(set(self.rates), reverse=True):
            raise ValueError("rates must fall")
        if list(self.thresholds) != sorted(self.thresholds):
            raise ValueError("thresholds must rise")
        return self


class BackendFile(Section):
    name: Name
    detector: DetectorFile | None = None
    embedder: EmbedderFile | None = None
    calibration: CalibrationSection | None = None

    def calibrated(self) -> Calibration | None:
        return None if self.calibration is None else Calibration(**self.calibration.model_dump())


def read(path: Path) -> BackendFile:
    """With every network's file there and of the SHA-256 stated. Raise `FaceModelUnusable`."""
    given = described(BackendFile, path)
    problems = problems_of(path, (given.detector, given.embedder))
    if given.detector is None and given.embedder is None:
        problems.append(f"{path.name}: it describes neither a detector nor an embedder")
    if problems:
        raise FaceModelUnusable(problems)
    return given


def problems_of(path: Path, networks: Sequence[NetworkFile | None]) -> list[str]:
    """Of files that are missing or of another SHA-256."""
    found = (_file_problem(path.parent, one) for one in networks if one is not None)
    return [f"{path.name}: {problem}" for problem in found if problem]


def described(kind: type[S], path: Path) -> S:
    """What a TOML file says. Raise `FaceModelUnusable` with every mistake."""
    try:
        return kind.model_validate(_toml(path))
    except ValidationError as error:
        raise FaceModelUnusable([_problem(path, entry) for entry in error.errors()]) from None


def check(path: Path) -> None:
    """That a station can decide with it. Raise `FaceModelUnusable`."""
    given = read(path)
    if given.embedder is not None and given.calibration is None:
        raise FaceModelUnusable([uncalibrated(given.name)])


def uncalibrated(name: str) -> str:
    return f"{name} has no calibration; make one with: python -m biometrics face calibrate"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise FaceModelUnusable([f"{path.name} cannot be read: {error.strerror}."]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaceModelUnusable([f"{path.name} is not TOML: {error}."]) from None


def _problem(path: Path, entry: Any) -> str:
    where = ".".join(str(part) for part in entry["loc"])
    return f"{path.name}: {where}: {entry['msg']}" if where else f"{path.name}: {entry['msg']}"


def _file_problem(folder: Path, given: NetworkFile) -> str:
    """Empty where there is none."""
    try:
        with (folder / given.file).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{given.file} cannot be read: {error.strerror}; a file is looked for beside the TOML"
    if digest != given.sha256.lower():
        return f"{given.file} has another SHA-256, {digest}: take the file that was calibrated, or calibrate this one"
    return ""
