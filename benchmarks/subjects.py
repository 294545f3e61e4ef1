"""What simulated people cost, in CPU time of one core, and in how many ways each is still known.

    python -m benchmarks.subjects

They are caricatures: that they are known says that the simulator holds together, nothing about people.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Final

import cv2

from biometrics.capture import CaptureFailed
from biometrics.face.compare import THRESHOLD, template_of, warm_up
from biometrics.face.template import FaceTemplate
from simulators.face_render import Rgb
from simulators.face_sheets import WAYS
from simulators.face_traits import Person
from simulators.faces import people, portrait, sketch, view
from simulators.subject import Manner, Subject

TARGET_MS: Final = 20
SAMPLE: Final = 12


def main() -> None:
    cv2.setNumThreads(1)
    warm_up()
    print("| picture | ms of one core, median |\n|---|---|")
    for what, make in costs():
        print(f"| {what} | {1000 * cost(make):.1f} |")
    print(f"\nTarget of a frame: {TARGET_MS} ms.\n\n| way | found | known again |\n|---|---|---|")
    sample = people()[:: max(len(people()) // SAMPLE, 1)]
    own = [template_of(portrait(who)) for who in sample]
    for title, picture in WAYS.items():
        found, known = recognised(picture, sample, own)
        print(f"| {title} | {found} of {len(sample)} | {known} of {len(sample)} |")


def costs() -> list[tuple[str, Callable[[int], object]]]:
    cast = people()
    near = Subject(cast[3], seed=1, manner=Manner(walks_up=False))
    walking = Subject(cast[3], seed=1)
    beside = Subject(cast[3], seed=1, manner=Manner(walks_up=False, companion=cast[5]))
    return [
        ("portrait, 413 x 531", lambda number: portrait.__wrapped__(cast[number])),
        ("sketch, 207 x 266", lambda number: sketch(cast[number])),
        ("view, 640 x 480", lambda number: view(cast[number], seed=1, yaw=5)),
        ("a subject's frame at the mark, 640 x 480", lambda number: near(number / 12)),
        ("a subject's frame while walking up", lambda number: walking(number / 20)),
        ("a subject's frame, somebody beside", lambda number: beside(2 + number / 12)),
    ]


def cost(make: Callable[[int], object], times: int = 20) -> float:
    taken = []
    for number in range(times):
        begun = time.thread_time()
        make(number)
        taken.append(time.thread_time() - begun)
    return median(taken)


def recognised(
    picture: Callable[[Person], Rgb], sample: tuple[Person, ...], own: list[FaceTemplate]
) -> tuple[int, int]:
    """How many show one face, and how many of these match the person's portrait."""
    found = known = 0
    for who, portrayed in zip(sample, own, strict=True):
        try:
            score = template_of(picture(who)).vector @ portrayed.vector
        except CaptureFailed:
            continue
        found, known = found + 1, known + int(score > THRESHOLD)
    return found, known


if __name__ == "__main__":
    main()
