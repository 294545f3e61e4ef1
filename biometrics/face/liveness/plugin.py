"""A network that tells faces from attacks, as an ONNX file that a station's owner supplies, described by TOML.

    name = "minifasnet-2.7"
    file = "2.7_80x80_MiniFASNetV2.onnx"     # beside the TOML
    sha256 = "…"
    input = [80, 80]                          # width, height
    crop = 2.7                                # side of the square cut out, in widths of the face
    colour = "bgr"                            # order of the channels
    mean = [0.0, 0.0, 0.0]                    # the network is given (colour - mean) * scale
    scale = 1.0
    live = 1                                  # which output stands for a living face
    softmax = true                            # the outputs are no probabilities yet

The layout is that of networks like MiniFASNet: one input (1, 3, height, width), one output (1, classes).

    FaceModelUnusable     `problems`: everything wrong with the description, the file or the network
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
from pydantic import Field

from biometrics.capture import FaceModelUnusable, Rgb
from biometrics.face.backend_file import Name, NetworkFile, described, problems_of
from biometrics.face.network import Network
from biometrics.face.template import FaceBox

CLIPPED: Final = 1e-4
"""No network is surer than that: its log-odds are between -9.2 and 9.2."""
Side = Annotated[int, Field(ge=16, le=1024)]


class LivenessFile(NetworkFile):
    name: Name
    input: tuple[Side, Side]
    crop: Annotated[float, Field(ge=0.5, le=8)]
    live: Annotated[int, Field(ge=0)]
    softmax: bool


class LivenessNetwork:
    """`LivenessNetwork(path)(image, box)` is the log-odds of a living face."""

    def __init__(self, path: Path) -> None:
        """Raise `FaceModelUnusable`."""
        self._given = given = described(LivenessFile, path)
        if problems := problems_of(path, [given]):
            raise FaceModelUnusable(problems)
        width, height = given.input
        self._network = Network(path.parent, given, (height, width))
        if len(self._network.outputs) != 1:
            raise FaceModelUnusable([f"{given.file} has {len(self._network.outputs)} outputs, not one."])
        if self._classes(np.zeros((height, width, 3), np.uint8)).size <= given.live:
            raise FaceModelUnusable([f"{given.file} has no output number {given.live}; mend `live`."])

    def __call__(self, image: Rgb, box: FaceBox) -> float:
        classes = self._classes(cropped(image, box, self._given.crop, self._given.input))
        if self._given.softmax:
            classes = np.exp(classes - classes.max())
            classes = classes / classes.sum()
        share = float(np.clip(classes[self._given.live], CLIPPED, 1 - CLIPPED))
        return float(np.log(share / (1 - share)))

    def _classes(self, crop: Rgb) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        (found,) = self._network.run(crop[None], self._network.outputs)
        return found.ravel()


def cropped(image: Rgb, box: FaceBox, crop: float, size: tuple[int, int]) -> Rgb:
    """A square about the face, moved into the picture where it stands out, and no larger than the picture."""
    height, width = image.shape[:2]
    side = min(crop * max(box.width, box.height), height - 1, width - 1)
    x, y = box.centre
    left = float(np.clip(x - side / 2, 0, width - side))
    top = float(np.clip(y - side / 2, 0, height - side))
    part = image[int(top) : int(top + side) + 1, int(left) : int(left + side) + 1]
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.uint8)
