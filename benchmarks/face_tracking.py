"""What a frame costs while a face is followed: tracking, quality, guidance; one core.

Compared with: detection and embedding of every frame, as it was before, 52 ms.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np

from biometrics.capture import Rgb
from biometrics.face.attempt import CaptureAttempt
from biometrics.face.compare import verifier, warm_up
from biometrics.face.quality import assess
from biometrics.face.sight import Wanted
from biometrics.face.tracking import FaceTracker
from simulators import faces

FRAMES = 100
PEOPLE = 4
FPS = 25.0
TARGET_MS = 12


def main() -> None:
    cv2.setNumThreads(1)
    warm_up()
    print(f"CPU time of one core; {PEOPLE} rendered people, {FRAMES} frames of 640 x 480 each, {FPS:.0f} a second")
    print(f"{'':44}{'mean':>8}{'median':>8}{'95 %':>8}")
    films = [_film(number) for number in range(PEOPLE)]
    _print("tracking", [_times(film, FaceTracker().follow) for film in films])
    _print(f"tracking and quality (target {TARGET_MS})", [_times(film, _Judged().look) for film in films])
    _print("a capture attempt: liveness, too", [_times(film, _attempt().look) for film in films])
    _print("template of the best frames, once", [[_template(film)] for film in films])


def _film(number: int) -> list[Rgb]:
    """Somebody who sways by a few pixels, with a sensor's noise."""
    view, random = faces.view(faces.person(5 * number + 1), seed=number), np.random.default_rng(number)
    frames = []
    for frame in range(FRAMES):
        at = frame / FPS
        sway = np.array([[1, 0, 10 * np.sin(1.3 * at)], [0, 1, 6 * np.sin(0.9 * at)]], np.float32)
        moved = cv2.warpAffine(view, sway, view.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        noise = random.standard_normal(view.shape[:2], np.float32)[..., None] * 2.5
        frames.append(np.clip(moved + noise, 0, 255).astype(np.uint8))
    return frames


class _Judged:
    """What a capture attempt does, but for liveness."""

    def __init__(self) -> None:
        self._tracker = FaceTracker()

    def look(self, image: Rgb, at: float) -> None:
        track = self._tracker.follow(image, at)
        if track is not None:
            assess(image, track.box, track.points)


def _attempt() -> CaptureAttempt:
    return CaptureAttempt(Wanted(60))


def _times(film: list[Rgb], look: Callable[[Rgb, float], object]) -> list[float]:
    times = []
    for number, image in enumerate(film):
        begun = time.thread_time()
        look(image, number / FPS)
        times.append(1000 * (time.thread_time() - begun))
    return times


def _template(film: list[Rgb]) -> float:
    attempt = _attempt()
    for number, image in enumerate(film[:20]):
        attempt.look(image, number / FPS)
    begun = time.thread_time()
    attempt.template(verifier())
    return 1000 * (time.thread_time() - begun)


def _print(name: str, times: list[list[float]]) -> None:
    every = np.concatenate([np.asarray(one) for one in times])
    median, high = np.percentile(every, [50, 95])
    print(f"{name:44}{every.mean():8.1f}{median:8.1f}{high:8.1f}")


if __name__ == "__main__":
    main()
