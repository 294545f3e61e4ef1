"""Sets of morphs of people in a folder of photographs, and how many of them fool the verifier.

Attackers choose somebody alike: people are paired by how alike the verifier finds them and how alike they hold their
heads, each once. Of two people each is the accomplice once and the criminal once. The most frontal picture of each is
the portrait that goes into the passport; the others are what a gate's camera sees.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Final

import numpy as np

from biometrics.capture import CaptureFailed, Rgb, UnusableImage
from biometrics.face.compare import FaceVerifier, verifier
from biometrics.face.quality_measures import angles
from biometrics.face.template import FaceTemplate
from biometrics.picture import decode, to_jpeg
from simulators.face_morphs import Portrait, as_issued, framed, morphs

SHARES: Final = (0.3, 0.5, 0.7)
"""The criminal's part of the face."""
PROCESSES: Final = ("digital", "chip", "printed")
WHOLE: Final = "whole"
"""The process of a morph of which hair and ground are mixed too, as JPEG of 15 kB: a kind nothing was fitted to."""
UNLIKE_POSE: Final = 0.05
"""Score that a difference of the points by one distance of the eyes is worth: heads held alike make better morphs."""
FINE: Final = 95
"""JPEG quality of a portrait that lost nothing yet."""


class UnusablePictures(Exception):
    """A folder that makes no morphs; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Picture:
    file: Path
    template: FaceTemplate = field(repr=False)

    def portrait(self) -> Portrait:
        return framed(decode(self.file.read_bytes()), self.template.landmarks)


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody with a picture for the passport and at least one more."""

    name: str
    enrolled: Picture
    others: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A portrait as a passport has it. `criminal` is None, and `share` 0, where it is bona fide."""

    accomplice: Contributor
    criminal: Contributor | None
    share: float
    process: str
    image: Rgb = field(repr=False)

    @property
    def name(self) -> str:
        if self.criminal is None:
            return f"{self.accomplice.name}-{self.process}"
        return f"{self.accomplice.name}-{self.criminal.name}-{100 * self.share:.0f}-{self.process}"


@dataclass(slots=True)
class Fooled:
    """How many morphs of a share and process match other pictures of both contributors (MMPMR, Scherhag et al. 2017:
    a contributor counts by the best picture), and how many match the criminal."""

    morphs: int = 0
    both: int = 0
    criminal: int = 0

    @property
    def mmpmr(self) -> float:
        return self.both / self.morphs if self.morphs else 0.0


def contributors(folder: Path, *, progress: Callable[[int, int], None] = lambda done, total: None) -> list[Contributor]:
    """Who has two pictures with a face or more in FOLDER/PERSON/PICTURE.jpg. Raise `UnusablePictures`."""
    files = sorted(folder.glob("*/*.jpg"))
    people: dict[str, list[Picture]] = defaultdict(list)
    for done, file in enumerate(files, 1):
        if (picture := _picture(file)) is not None:
            people[file.parent.name].append(picture)
        progress(done, len(files))
    found = [_contributor(name, pictures) for name, pictures in people.items() if len(pictures) > 1]
    if len(found) < 2:
        raise UnusablePictures(f"{folder} needs PERSON/PICTURE.jpg, two with a face or more, of two people or more")
    return found


def _picture(file: Path) -> Picture | None:
    try:
        return Picture(file, verifier().template(decode(file.read_bytes()), alone=False))
    except (CaptureFailed, UnusableImage):
        return None


def _contributor(name: str, pictures: Sequence[Picture]) -> Contributor:
    frontal = min(pictures, key=_turned)
    return Contributor(name, frontal, tuple(one for one in pictures if one is not frontal))


def _turned(picture: Picture) -> float:
    yaw, pitch, roll = angles(picture.template.landmarks)
    return abs(yaw) + abs(pitch) / 2 + abs(roll) / 2


def look_alikes(people: Sequence[Contributor], number: int) -> list[tuple[Contributor, Contributor]]:
    """At most `number` pairs, the most alike first; nobody is in two."""
    vectors = np.array([one.enrolled.template.vector for one in people])
    poses = np.array([_pose(one.enrolled.template) for one in people])
    unlike = np.linalg.norm(poses[:, None] - poses[None], axis=(2, 3))
    worth = vectors @ vectors.T - UNLIKE_POSE * unlike
    first, second = np.triu_indices(len(people), 1)
    left = set(range(len(people)))
    pairs: list[tuple[Contributor, Contributor]] = []
    for k in np.argsort(-worth[first, second], kind="stable"):
        a, b = int(first[k]), int(second[k])
        if len(pairs) < number and {a, b} <= left:
            left -= {a, b}
            pairs.append((people[a], people[b]))
    return pairs


def _pose(template: FaceTemplate) -> np.ndarray:
    points = template.landmarks - template.landmarks.mean(0)
    return np.asarray(points / max(float(np.linalg.norm(points[0] - points[2])), 1.0))


def references(
    pair: tuple[Contributor, Contributor], *, processes: Sequence[str] = PROCESSES, seed: int = 1
) -> Iterator[Reference]:
    """Of each as accomplice: the bona fide portrait, and the morphs with the other, as every process leaves them."""
    random = np.random.default_rng(seed)
    for accomplice, criminal in permutations(pair):
        own = accomplice.enrolled.portrait()
        for process in processes:
            yield Reference(accomplice, None, 0.0, process, as_issued(own.image, process, random))
        theirs = criminal.enrolled.portrait()
        for share, image in zip(SHARES, morphs(own, theirs, SHARES), strict=True):
            for process in processes:
                yield Reference(accomplice, criminal, share, process, as_issued(image, process, random))
        (image,) = morphs(own, theirs, (0.5,), whole=True)
        yield Reference(accomplice, criminal, 0.5, WHOLE, as_issued(image, "chip", random))


def fools(reference: Reference, template: FaceTemplate, judge: FaceVerifier) -> tuple[bool, bool]:
    """Whether a morph matches the accomplice, and the criminal."""
    people = (reference.accomplice, reference.criminal or reference.accomplice)
    accomplice, criminal = (
        any(judge.compare(template, picture.template).matched for picture in one.others) for one in people
    )
    return accomplice, criminal


def written(
    folder: Path,
    out: Path,
    number: int,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[tuple[float, str], Fooled]:
    """Write OUT/references/NAME.jpg and OUT/attempts.csv: reference, live picture, attack (1) or bona fide (0), share,
    process. Raise `UnusablePictures`, OSError."""
    pairs = look_alikes(contributors(folder, progress=progress), number)
    (out / "references").mkdir(parents=True)
    fooled: dict[tuple[float, str], Fooled] = defaultdict(Fooled)
    with (out / "attempts.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["reference", "live", "attack", "share", "process"])
        for done, pair in enumerate(pairs, 1):
            for reference in references(pair, seed=done):
                _write(reference, out, rows.writerow, folder)
                if reference.criminal is not None:
                    _count(reference, fooled[reference.share, reference.process])
            progress(done, len(pairs))
    return dict(sorted(fooled.items()))


def _write(reference: Reference, out: Path, row: Callable[[Sequence[object]], object], folder: Path) -> None:
    name = f"references/{reference.name}.jpg"
    (out / name).write_bytes(to_jpeg(reference.image, quality=FINE))
    for picture in (reference.criminal or reference.accomplice).others:
        live = picture.file.relative_to(folder)
        row([name, live, int(reference.criminal is not None), reference.share, reference.process])


def _count(reference: Reference, fooled: Fooled) -> None:
    fooled.morphs += 1
    try:
        accomplice, criminal = fools(reference, verifier().template(reference.image, alone=False), verifier())
    except CaptureFailed:
        return
    fooled.both += accomplice and criminal
    fooled.criminal += criminal


def report(fooled: dict[tuple[float, str], Fooled]) -> str:
    lines = [f"{'share':>6}  {'process':8}{'morphs':>8}{'MMPMR %':>10}{'criminal matches %':>20}"]
    for (share, process), one in fooled.items():
        criminal = 100 * one.criminal / max(one.morphs, 1)
        lines.append(f"{share:>6}  {process:8}{one.morphs:>8}{100 * one.mmpmr:>10.1f}{criminal:>20.1f}")
    return "\n".join(lines)
