"""How one more rendered person is found whom nobody is taken for: a climb away from all others, then a check of every
picture.

A climb works on sketches, a quarter of a portrait's pixels and of the cost; only who arrives is rendered in full. All
distances are between vectors of length one. dlib's own vectors are about 1.40 long for photographs, so that 0.393 here
is 0.55 there; for these renderings only 1.32, so that it is 0.52.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from biometrics.capture import CaptureFailed
from biometrics.face.align import chip
from biometrics.face.compare import template_of
from biometrics.face.detect import detect, landmarks
from biometrics.face.embed import DlibEmbedder, default_embedder
from biometrics.face.template import FaceBox
from simulators.face_render import Rgb
from simulators.face_traits import RANGES, Person, Traits
from simulators.faces import portrait, sketch, view

APART: Final = 0.395
"""Least distance between the portraits of two people: 0.55 in the scale of dlib's vectors of photographs."""
NEVER: Final = 0.371
"""Least distance between any two pictures of two people: the gate's threshold is 0.366."""
GOAL: Final = 0.405
"""Of the climb with the portrait alone: other pictures come a little nearer."""
CERTAIN: Final = 0.7
"""The detector's margin a sketch must have, so that turned and dim views are still found."""
TOGETHER: Final = 0.32
"""Most distance between a person's portrait and a view: 15 % under the gate's threshold."""
DRAWN: Final = 8
STEPS: Final = 120
ROUNDS: Final = 6
SETTLING: Final = 100
"""How often all pictures are rendered in full, and how many steps are taken before each time."""
PROMISE: Final = (40, 0.385)
"""After so many steps a climb that is not so far is given up: few of those ever arrive."""
POSES: Final = ((0, 0, 0, 1.0), (9, 3, 2, 1.0), (-9, -4, -2, 1.0), (5, -5, 3, 0.75), (-6, 5, -3, 1.15))
"""Yaw, pitch, roll in degrees, and light."""
PICTURES: Final = 1 + len(POSES)

SHAPE: Final = tuple(RANGES)[: tuple(RANGES).index("lip_red")]
"""Outline, eyes, brows, nose and mouth: what tells one face from another."""
OFTEN, SELDOM = 0.15, 0.06
"""How often a step changes a trait of the shape, and another."""

REACH: Final = 0.35
"""Most of a trait's range by which a step changes it. Steps that shrink while none is kept got stuck when tried."""

Vector = npt.NDArray[np.float32]


@dataclass(slots=True)
class Company:
    """All chosen so far: `vectors` has a block (`PICTURES`, 128) a person."""

    people: list[Person] = field(default_factory=list)
    vectors: list[Vector] = field(default_factory=list)
    _portraits: Vector = field(default_factory=lambda: np.empty((0, 128), np.float32))
    _views: Vector = field(default_factory=lambda: np.empty((0, 128), np.float32))

    def admit(self, person: Person, own: Vector | None) -> bool:
        """Take in a newcomer of whom every picture is near enough to the own portrait and far enough from others'; tell
        whether. `own` as of `vectors_of`."""
        if own is None or not together(own) or min(self.farness(own)) < APART:
            return False
        self.add(person, own)
        return True

    def add(self, person: Person, own: Vector) -> None:
        self.people.append(person)
        self.vectors.append(own)
        self._portraits = np.stack([vectors[0] for vectors in self.vectors])
        self._views = np.concatenate([vectors[1:] for vectors in self.vectors])

    def nearest_two(self) -> tuple[float, float]:
        """Least distance between two people's portraits, and between any two of their pictures."""
        portraits, pictures = 2.0, 2.0
        for number, own in enumerate(self.vectors[1:], 1):
            others = np.stack(self.vectors[:number])
            portraits = min(portraits, distance(others[:, 0], own[0]))
            pictures = min(pictures, *(distance(others.reshape(-1, 128), vector) for vector in own))
        return portraits, pictures

    def farness(self, own: Vector) -> list[float]:
        """Of each of a person's pictures."""
        return [self.far(vector, number) for number, vector in enumerate(own)]

    def far(self, vector: Vector, number: int) -> float:
        """How far picture `number` is from the nearest of everybody's; 2 from nobody.

        `APART` is enough for any: less is asked of a view, and that is made up for.
        """
        if not self.vectors:
            return 2.0
        allowance = APART - NEVER
        to_portrait = distance(self._portraits, vector) + (allowance if number > 0 else 0.0)
        return min(to_portrait, distance(self._views, vector) + allowance)


def distance(vectors: Vector, vector: Vector) -> float:
    """Of `vector` (128,) from the nearest of `vectors` (n, 128), all of length one."""
    return float(np.sqrt(max(2 - 2 * float((vectors @ vector).max()), 0.0)))


def newcomer(random: np.random.Generator, company: Company) -> Person | None:
    """A person whose pictures are all far enough from everybody; None where the climb gets stuck."""
    climb = max((Climb.begun(somebody(random), company) for _ in range(DRAWN)), key=lambda climb: climb.least)
    for taken in range(STEPS):
        if climb.least >= GOAL:
            return climb.person if climb.turn_about() and climb.settle(random) else None
        if taken == PROMISE[0] and climb.least < PROMISE[1]:
            return None
        climb.step(random)
    return None


@dataclass(slots=True)
class Climb:
    """The best so far: where the face is in each picture, and how far that is from everybody.

    Where the face is changes little from step to step, so it is looked for again only when a step is kept. At first
    there is only the portrait; all other pictures follow once that is far enough, for then few steps are needed.
    """

    person: Person
    company: Company
    boxes: list[FaceBox]
    distances: list[float]
    errors: list[float] = field(default_factory=lambda: [0.0] * PICTURES)
    """By how much a sketch was found farther than the picture it stands for."""
    before: Person | None = None
    """Who stood here before the last step, where that was kept: the next goes on in its direction."""

    @classmethod
    def begun(cls, person: Person, company: Company) -> Climb:
        """Without a face so certain, any other is better."""
        picture = sketch(person)
        box = certain_face(picture)
        climb = cls(person, company, [box] if box else [], [])
        climb.distances = [climb.measured(0, picture)] if box else [-1.0]
        return climb

    @property
    def least(self) -> float:
        return min(self.distances)

    def measured(self, number: int, picture: Rgb) -> float:
        return self.company.far(quick_vector(picture, self.boxes[number]), number) - self.errors[number]

    def step(self, random: np.random.Generator) -> None:
        """Change some traits; keep that where it leads farther from everybody. The nearest picture is drawn first,
        so that most steps that lead nowhere cost one."""
        if not self.boxes:
            return
        other = altered(self.person, random) if self.before is None else farther(self.before, self.person)
        self.before, distances = None, list(self.distances)
        for number in np.argsort(self.distances):
            distances[number] = self.measured(number, picture := sketch_of(other, int(number)))
            if distances[number] <= self.least:
                return
        box = certain_face(picture if len(distances) == 1 else sketch(other))
        if box:
            self.before, self.person, self.distances, self.boxes[0] = self.person, other, distances, box

    def turn_about(self) -> bool:
        """Begin to look at all pictures; False where one shows no face."""
        for number in range(1, PICTURES):
            picture = sketch_of(self.person, number)
            if not (faces := detect(picture)):
                return False
            self.boxes.append(faces[0])
            self.distances.append(self.measured(number, picture))
        return True

    def settle(self, random: np.random.Generator) -> bool:
        """Whether all pictures get far enough. The sketches are corrected by the pictures after each round."""
        for _ in range(ROUNDS):
            for _ in range(SETTLING):
                if self.least >= APART:
                    break
                self.step(random)
            own = vectors_of(self.person)
            if self.least < APART or own is None or not together(own):
                return False
            found = self.company.farness(own)
            if min(found) >= APART:
                return True
            self.errors = [e + d - f for e, d, f in zip(self.errors, self.distances, found, strict=True)]
            self.distances = found
        return False


def sketch_of(person: Person, number: int) -> Rgb:
    """As `pictures_of`, smaller, and under one light."""
    yaw, pitch, roll, _ = POSES[number - 1] if number else (0, 0, 0, 1)
    return sketch(person, yaw=yaw, pitch=pitch, roll=roll)


def certain_face(picture: Rgb) -> FaceBox | None:
    faces = detect(picture)
    return faces[0] if faces and faces[0].score >= CERTAIN else None


def quick_vector(picture: Rgb, box: FaceBox) -> Vector:
    """(128,), of length one, without the mirror image: half the cost of what the gate computes, and near it."""
    vector = _network().vectors(chip(picture, landmarks(picture, box))[None])[0]
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


@lru_cache(maxsize=8)
def vectors_of(person: Person) -> Vector | None:
    """(`PICTURES`, 128), the portrait first; None where a picture shows no face. Shared: do not write into it."""
    try:
        return np.stack([template_of(picture, smallest=120).vector for picture in pictures_of(person)])
    except CaptureFailed:
        return None


def pictures_of(person: Person) -> Iterator[Rgb]:
    """The portrait, and the five poses."""
    yield portrait(person)
    yield from (picture_of(person, number) for number in range(1, PICTURES))


def picture_of(person: Person, number: int) -> Rgb:
    """One of those that a camera makes, 1 to `PICTURES` - 1."""
    yaw, pitch, roll, light = POSES[number - 1]
    return view(person, seed=person.seed + number, yaw=yaw, pitch=pitch, roll=roll, light=light)


def together(vectors: Vector) -> bool:
    """Whether each picture of a person is near enough to the portrait."""
    return bool(np.linalg.norm(vectors - vectors[0], axis=1).max() <= TOGETHER)


def somebody(random: np.random.Generator) -> Person:
    traits = {name: round(float(random.uniform(*limits)), 3) for name, limits in RANGES.items()}
    warp = tuple(round(float(value), 2) for value in random.standard_normal(50))
    return Person(Traits(**traits), warp, int(random.integers(1 << 20)))


def altered(person: Person, random: np.random.Generator) -> Person:
    """Some traits move by up to a third of their range, and in half of all cases as much of the warp is drawn again."""
    other = somebody(random)
    moved = {}
    for name, (low, high) in RANGES.items():
        if random.random() < (OFTEN if name in SHAPE else SELDOM):
            value = getattr(person.traits, name) + (high - low) * random.uniform(-REACH, REACH)
            moved[name] = round(float(np.clip(value, low, high)), 3)
    swap = random.random(50) < OFTEN * (random.random() < 0.5)
    warp = tuple(b if change else a for a, b, change in zip(person.warp, other.warp, swap, strict=True))
    return replace(person, traits=replace(person.traits, **moved), warp=warp)


def farther(start: Person, end: Person) -> Person:
    """The traits as much beyond `end` as that is from `start`."""
    moved = {}
    for name, (low, high) in RANGES.items():
        value = getattr(end.traits, name)
        if value != (old := getattr(start.traits, name)):
            moved[name] = round(float(np.clip(2 * value - old, low, high)), 3)
    return replace(end, traits=replace(end.traits, **moved))


def _network() -> DlibEmbedder:
    network = default_embedder()
    assert isinstance(network, DlibEmbedder)
    return network
