"""What a face costs on one core, from a camera's frame to a score; and with a folder of LFW (beside the checkout, or
where SEKISHO_DATA points) how often it is wrong.

    python -m benchmarks faces
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks import face_accuracy
from biometrics.capture import Rgb
from biometrics.face.compare import FaceVerifier, warm_up
from biometrics.face.detect import detect, landmarks
from biometrics.face.embed import MEAN_COLOUR, DlibEmbedder
from biometrics.face.mmod import hard_faces
from biometrics.face.models import recognition_model
from biometrics.face.quality import assess
from simulators import faces

TARGET_MS, BEYOND_MS = 70, 40
"""For everything at 640x480, on one core that has nothing else to do."""
ROUNDS = 15


def main() -> None:
    cv2.setNumThreads(1)
    warm_up()
    print(f"faces on {_machine()}, CPU time of one core, median of {ROUNDS}")
    _steps(faces.view(faces.person(0), seed=1, yaw=4))
    if face_accuracy.PAIRS.is_file():
        print()
        face_accuracy.main()
    else:
        print("error rates: no LFW here (set SEKISHO_DATA)")


def _machine() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0].split(':')[1].strip() if names else platform.machine()}, {os.cpu_count()} cores"


def _steps(frame: Rgb) -> None:
    (box,) = detect(frame)
    points = landmarks(frame, box)
    embedder, verifier = DlibEmbedder(), FaceVerifier()
    face = embedder.crops(frame, points)
    portrait = faces.portrait(faces.person(0))
    reference, near = verifier.template(portrait), _nearer(frame)
    who = faces.person(1)
    one, three = [(frame, box, points)], 3 * [(frame, box, points)]
    four = np.concatenate([face, face[:, :, ::-1]])

    def compared(picture: Rgb) -> object:
        return verifier.compare(verifier.template(picture), reference)

    rows: list[tuple[str, Callable[[int], object]]] = [
        ("detect 640x480, faces from 80 pixels", lambda _: detect(frame)),
        ("detect 640x480, faces from 120 pixels", lambda _: detect(frame, smallest=120)),
        ("the same by the network that finds more", lambda _: hard_faces(frame, smallest=120)),
        ("five points", lambda _: landmarks(frame, box)),
        ("two chips", lambda _: embedder.crops(frame, points)),
        ("quality", lambda _: assess(frame, box, points)),
        ("embed, 2 chips and mirrors, onnxruntime", lambda _: embedder.vectors(four)),
        ("the same by cv2.dnn", _by_opencv(four)),
        ("a face known by box and points", lambda _: verifier.templates_at(one)),
        ("three of them in one run", lambda _: verifier.templates_at(three)),
        ("portrait of a chip, all", lambda _: verifier.template(portrait)),
        (f"all, face of 210 ({TARGET_MS}, {BEYOND_MS})", lambda _: compared(near)),
        (f"all, face of 180 ({TARGET_MS}, {BEYOND_MS})", lambda _: compared(frame)),
        ("simulator: first view of a person", lambda n: faces.view(faces.person(2 + n), seed=n, yaw=6)),
        ("simulator: another view", lambda n: faces.view(who, seed=3 * n, yaw=n)),
    ]
    for name, action in rows:
        print(f"{name:44}{_milliseconds(action):8.1f} ms")


def _nearer(frame: Rgb) -> Rgb:
    """The middle of the picture, enlarged to all of it: faces are a fifth wider."""
    height, width = frame.shape[:2]
    top, left = height // 12, width // 12
    middle = frame[top : height - top, left : width - left]
    return np.asarray(cv2.resize(middle, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _by_opencv(chips: Rgb) -> Callable[[int], object]:
    """The shipped network run by OpenCV; its vectors are checked against onnxruntime's first."""
    network = cv2.dnn.readNetFromONNX(str(recognition_model()))
    expected = DlibEmbedder().vectors(chips)

    def run(_: int) -> object:
        values = (chips.astype(np.float32) - MEAN_COLOUR) / np.float32(256)
        network.setInput(np.ascontiguousarray(values.transpose(0, 3, 1, 2)))
        return network.forward()

    found = np.asarray(run(0))
    if np.abs(found - expected).max() > 1e-4:
        raise SystemExit("cv2.dnn gives other vectors than onnxruntime")
    return run


def _milliseconds(action: Callable[[int], object]) -> float:
    times = []
    for number in range(ROUNDS):
        begun = time.thread_time()
        action(number)
        times.append(time.thread_time() - begun)
    return 1000 * float(np.median(times))


if __name__ == "__main__":
    main()
