"""Encoded frames of one capture to a liveness report, where no tracker has followed the face already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from biometrics.capture import NoFace, Rgb
from biometrics.face.detect import detect, landmarks
from biometrics.face.liveness.plugin import LivenessNetwork
from biometrics.face.liveness.report import LivenessReport
from biometrics.face.liveness.watch import LivenessWatch
from biometrics.face.template import FaceBox
from biometrics.picture import decode


def watched(frames: Sequence[bytes], *, rate: float, network: Path | None = None) -> LivenessReport:
    """`rate` in frames a second. Raise `NoFace` where no frame has one, `UnusableImage`, `FaceModelUnusable`."""
    watch = LivenessWatch(LivenessNetwork(network) if network else None)
    box: FaceBox | None = None
    for number, data in enumerate(frames):
        image = decode(data)
        box = _same(image, box)
        if box is not None:
            watch.add(image, box, landmarks(image, box), number / rate)
    if not watch.frames:
        raise NoFace("No face was found in the pictures.")
    return watch.report()


def _same(image: Rgb, before: FaceBox | None) -> FaceBox | None:
    """The largest face, then the one nearest to where it was."""
    faces = detect(image)
    if before is None or not faces:
        return faces[0] if faces else None
    x, y = before.centre
    return min(faces, key=lambda one: abs(one.centre[0] - x) + abs(one.centre[1] - y))
