"""Quality of faces: how many good ones are advised against, of how many spoiled ones the mishap is told, what it costs.

LFW's pictures are enlarged to 400 pixels, for at 250 most faces are too small for a gate and nothing else would be
said. Every second picture was used to set weights and limits: those are left out here. Who wears sunglasses or covers
the mouth in LFW counts as a false alarm, for nobody wrote it down. Mishaps are painted on (`simulators.face_mishaps`):
they say what the measures answer to, not what share of real masks they catch. Rendered people were part of the tuning.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np

from biometrics.capture import Rgb
from biometrics.face.detect import detect, landmarks
from biometrics.face.quality import FaceQuality, assess, findings
from biometrics.face.template import FaceBox, Points
from biometrics.picture import decode
from simulators import faces
from simulators.face_mishaps import Mishap, spoiled

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "faces" / "lfw"
SIDE = 400
PICTURES = 400
SPOILED = 120
RENDERED = 100
RIGHT = {
    Mishap.BLURRED: "hold_still",
    Mishap.DARK: "more_light",
    Mishap.BRIGHT: "less_light",
    Mishap.SIDE_LIT: "even_light",
    Mishap.MASKED: "take_off_mask",
    Mishap.SUNGLASSES: "take_off_glasses",
    Mishap.EYES_CLOSED: "open_eyes",
    Mishap.HAND: "take_off_mask",
}
Found = tuple[Rgb, FaceBox, Points]


def main() -> None:
    cv2.setNumThreads(1)
    sets = {"rendered": list(_rendered())}
    if DATA.is_dir():
        sets = {"LFW": list(_lfw()), **sets}
    else:
        print("no LFW here (set SEKISHO_DATA)")
    for name, found in sets.items():
        print_false_alarms(name, found)
        print_caught(name, found[:SPOILED])
    _print_cost(sets["rendered"])


def _lfw() -> Iterator[Found]:
    for file in sorted(DATA.glob("*/*.jpg"))[1::6][:PICTURES]:
        image = cv2.resize(decode(file.read_bytes()), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        yield from _found(np.asarray(image, np.uint8))


def _rendered() -> Iterator[Found]:
    for number in range(RENDERED):
        yield from _found(faces.view(faces.person(number), seed=number))


def _found(image: Rgb) -> Iterator[Found]:
    for box in detect(image, smallest=110, thorough=False)[:1]:
        yield image, box, landmarks(image, box)


def print_false_alarms(name: str, found: list[Found]) -> None:
    judged = [assess(*one) for one in found]
    print(f"\n  {name}: {len(judged)} pictures; % with this advice or finding")
    for said, share in _shares(judged):
        print(f"  {said:32}{share:8.1f}")
    print("  % with a component under 50, where it begins to matter")
    under = Counter(part.name for quality in judged for part in quality.components if part.value < 50)
    for part, count in under.most_common():
        print(f"  {part:32}{100 * count / len(judged):8.1f}")


def print_caught(name: str, found: list[Found]) -> None:
    print(f"\n  {name}: {len(found)} pictures, each spoiled; % told rightly, told something else, told nothing")
    for number, mishap in enumerate(Mishap):
        random = np.random.default_rng([7, number])
        said = [_said(assess(*_again(spoiled(image, points, mishap, random), box))) for image, box, points in found]
        right = sum(RIGHT[mishap] in one for one in said)
        nothing = sum(not one for one in said)
        shares = (100 * part / len(said) for part in (right, len(said) - right - nothing, nothing))
        print(f"  {mishap:32}" + "".join(f"{share:8.1f}" for share in shares))


def _again(image: Rgb, box: FaceBox) -> Found:
    """The points as they are found on the spoiled picture, where the face is still known to be."""
    return image, box, landmarks(image, box)


def _said(quality: FaceQuality) -> set[str]:
    found = findings(quality.measures) if quality.measures else ()
    return {*found, *([quality.advice] if quality.advice else [])}


def _shares(judged: Iterable[FaceQuality]) -> list[tuple[str, float]]:
    every = [_said(quality) for quality in judged]
    counted = Counter(one for said in every for one in (said or {"nothing"}))
    return [(one, 100 * count / len(every)) for one, count in counted.most_common()]


def _print_cost(found: list[Found]) -> None:
    times = []
    for one in found:
        begun = time.thread_time()
        assess(*one)
        times.append(time.thread_time() - begun)
    print(f"\n  {'quality of one face, median':32}{1000 * float(np.median(times)):8.2f} ms")


if __name__ == "__main__":
    main()
