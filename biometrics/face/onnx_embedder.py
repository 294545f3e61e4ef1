"""An embedder of others: any network that takes aligned faces and gives vectors to compare by their angle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from biometrics.capture import FaceModelUnusable, Rgb, UnusableImage
from biometrics.face.align import MEAN_FACE, chip_points, similarity, warped
from biometrics.face.backend_file import EmbedderFile
from biometrics.face.embed import unit
from biometrics.face.network import Network
from biometrics.face.template import Marks, Points, Vector

ARCFACE: Final = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)
"""Where eyes, nose and corners of the mouth lie in a chip of 112 pixels (Deng et al., "ArcFace", 2019, as InsightFace
has them)."""
ARCFACE_SIDE: Final = 112


class OnnxEmbedder:
    def __init__(self, name: str, folder: Path, given: EmbedderFile) -> None:
        """Raise `FaceModelUnusable` where the network is not what the file says: it is run once."""
        self.name = name
        self._given = given
        self._network = Network(folder, given, (given.side, given.side))
        self._output = _output(self._network, given)
        blank = np.full((1, given.side, given.side, 3), 128, np.uint8)
        (vectors,) = self._network.run(blank, [self._output])
        if vectors.shape != (1, given.dimension):
            said = f"{given.file} gives {vectors.shape}, not one vector of {given.dimension}: change `dimension`."
            raise FaceModelUnusable([said])

    def crops(self, image: Rgb, points: Points, marks: Marks | None) -> Rgb:
        """One chip. ArcFace's layout is met by the detector's marks, or where it gives none by the eyes and the base
        of the nose among the five points."""
        side = self._given.side
        if self._given.kind == "dlib":
            chip = warped(image, similarity(chip_points(self._given.padding) * side / 150, points), side)
        elif marks is not None:
            chip = warped(image, similarity(ARCFACE * side / ARCFACE_SIDE, marks), side)
        else:
            chip = warped(image, similarity(_in_arcface() * side / ARCFACE_SIDE, points), side)
        return chip[None]

    def many(self, faces: Sequence[Rgb]) -> Vector:
        """Raise `UnusableImage` where a vector has no direction."""
        chips = np.concatenate(faces)
        vectors = self._vectors(chips)
        return unit(vectors + self._vectors(chips[:, :, ::-1])) if self._given.mirrored else vectors

    def _vectors(self, chips: Rgb) -> Vector:
        (vectors,) = self._network.run(chips, [self._output])
        if not np.linalg.norm(vectors, axis=1).all():
            raise UnusableImage(f"{self.name} makes nothing of this face; take another picture.")
        return unit(vectors)


def _output(network: Network, given: EmbedderFile) -> str:
    names = network.outputs
    if given.output is None and len(names) == 1:
        return names[0]
    if given.output in names:
        return str(given.output)
    raise FaceModelUnusable([f"{given.file} has the outputs {', '.join(names)}: name one of them as `output`."])


def _in_arcface() -> Points:
    """dlib's mean face in ArcFace's chip: laid so that the middles of the eyes coincide."""
    eyes = np.array([MEAN_FACE[2:4].mean(0), MEAN_FACE[0:2].mean(0)])
    turn = similarity(eyes, ARCFACE[:2])
    return np.asarray(MEAN_FACE @ turn[:, :2].T + turn[:, 2], np.float64)
