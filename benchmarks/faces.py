"""What a face costs: one core, from a camera's frame to a score.

    python -m benchmarks.faces [--lfw FOLDER]

With a folder of LFW (beside the checkout, or where SEKISHO_DATA points) also error rates on its pair list.
"""

from __future__ import annotations

import csv
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from biometrics.capture import Rgb
from biometrics.face.align import chip
from biometrics.face.compare import FaceVerifier, score_pairs, warm_up
from biometrics.face.detect import detect, landmarks
from biometrics.face.embed import default_embedder
from biometrics.face.quality import assess
from simulators import faces

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "faces"
TARGET_MS = 120
ROUNDS = 15


def main() -> None:
    cv2.setNumThreads(1)
    warm_up()
    print(f"faces on {_machine()}, CPU time of one core, median of {ROUNDS}")
    _steps(faces.view(faces.person(0), seed=1, yaw=4))
    if (DATA / "pairs.csv").is_file():
        _accuracy()
    else:
        print("error rates: no LFW here (set SEKISHO_DATA)")


def _machine() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{names[0].split(':')[1].strip() if names else platform.machine()}, {os.cpu_count()} cores"


def _steps(frame: Rgb) -> None:
    (box,) = detect(frame)
    points = landmarks(frame, box)
    face = chip(frame, points)
    embedder, verifier = default_embedder(), FaceVerifier()
    reference = verifier.template(faces.portrait(faces.person(0)))
    who = faces.person(1)
    rows: list[tuple[str, Callable[[int], object]]] = [
        ("detect 640x480, faces from 80 pixels", lambda _: detect(frame)),
        ("detect 640x480, faces from 120 pixels", lambda _: detect(frame, smallest=120)),
        ("five points", lambda _: landmarks(frame, box)),
        ("chip", lambda _: chip(frame, points)),
        ("quality", lambda _: assess(frame, box, points)),
        ("embed, mirrored average", lambda _: embedder(face)),
        (f"all, and compare (target {TARGET_MS})", lambda _: verifier.compare(verifier.template(frame), reference)),
        ("simulator: first view of a person", lambda n: faces.view(faces.person(2 + n), seed=n, yaw=6)),
        ("simulator: another view", lambda n: faces.view(who, seed=3 * n, yaw=n)),
    ]
    for name, action in rows:
        print(f"{name:44}{_milliseconds(action):8.1f} ms")


def _milliseconds(action: Callable[[int], object]) -> float:
    times = []
    for number in range(ROUNDS):
        begun = time.thread_time()
        action(number)
        times.append(time.thread_time() - begun)
    return 1000 * float(np.median(times))


def _accuracy() -> None:
    with (DATA / "pairs.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    mated = {(row["set"], row["a"], row["b"]): row["mated"] == "1" for row in rows}
    scored = {(group, a, b): score for group, a, b, score in score_pairs(mated, DATA, progress=_progress)}
    scores = np.array([scored.get(pair, -1.0) for pair in mated])
    same = np.array(list(mated.values()))
    mates, others = scores[same], scores[~same]
    threshold = FaceVerifier().threshold
    print(
        f"\nLFW: {len(mates)} mated and {len(others)} other pairs, {len(mated) - len(scored)} without a face (no match)"
    )
    print(f"{'EER':44}{100 * _eer(mates, others):8.2f} %")
    print(f"{'TAR where no more than 0.1 % of others match':44}{100 * _tar(mates, others, 0.001):8.2f} %")
    print(f"{f'at the threshold {threshold}: FNMR, FMR':44}", end="")
    print(f"{100 * (mates < threshold).mean():8.2f} %{100 * (others >= threshold).mean():8.2f} %")


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} of {total} pictures", end="" if done < total else "\r", file=sys.stderr)


def _eer(mates: np.ndarray, others: np.ndarray) -> float:
    rates = [((mates < at).mean(), (others >= at).mean()) for at in np.unique(np.concatenate([mates, others]))]
    return float(np.mean(min(rates, key=lambda rate: abs(rate[0] - rate[1]))))


def _tar(mates: np.ndarray, others: np.ndarray, rate: float) -> float:
    allowed = int(rate * len(others))
    return float((mates > np.sort(others)[::-1][allowed]).mean())


if __name__ == "__main__":
    main()
