"""Chooses the rendered people, so that no two are taken for each other and everybody is known again.

    python -m simulators.casting --people 32        adds to simulators/people.json; about half a minute of one core each

Each newcomer is the best of a few drawn at random and climbs: some traits change at a time, and a change stays where it
takes the portrait farther from all chosen so far. Then five camera views must each show one face, close to the own
portrait and far from every picture of everybody else. Distances are between vectors of length one; the gate's
threshold is 0.377.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
import typer

from biometrics.capture import CaptureFailed
from biometrics.face.compare import template_of
from simulators.face_traits import RANGES, Person, Traits
from simulators.faces import PEOPLE_FILE, from_record, portrait, to_record, view

APART: Final = 0.405
"""Least distance between any two pictures of two people: 7 % over the gate's threshold."""
GOAL: Final = 0.42
"""Of the climb, so that views may come a little nearer than portraits."""
CERTAIN: Final = 0.7
"""The detector's margin a portrait must have, so that turned and dim views are still found."""
TOGETHER: Final = 0.27
"""Most distance between a person's portrait and a view: in dlib's own scale 0.38."""
DRAWN: Final = 6
STEPS: Final = 150
PROMISE: Final = (40, 0.37)
"""After so many steps a climb that is not so far is given up: few of those ever arrive."""
POSES: Final = ((0, 0, 0, 1.0), (9, 3, 2, 1.0), (-9, -4, -2, 1.0), (5, -5, 3, 0.75), (-6, 5, -3, 1.15))
"""Yaw, pitch, roll in degrees, and light."""

Vector = npt.NDArray[np.float32]


def main(
    people: Annotated[int, typer.Option(help="How many there shall be.", min=2)] = 32,
    seed: Annotated[int, typer.Option(help="Of the choice.")] = 7,
    out: Annotated[Path, typer.Option(help="Whom to keep, and where to write.")] = PEOPLE_FILE,
) -> None:
    """Choose rendered people until there are PEOPLE, and write their parameters.

    Example: python -m simulators.casting --people 32
    """
    random = np.random.default_rng(seed)
    chosen = list(from_record(json.loads(out.read_text()))) if out.exists() else []
    pictures = [vector for one in chosen for vector in vectors_of(one)]
    while len(chosen) < people:
        newcomer = climb(random, pictures)
        views = newcomer and validated(newcomer, pictures)
        if newcomer is None or not views:
            continue
        chosen.append(newcomer)
        pictures.extend(views)
        out.write_text(json.dumps(to_record(tuple(chosen)), separators=(",", ":")) + "\n")
        typer.echo(f"{len(chosen):3}", err=True)


def climb(random: np.random.Generator, others: list[Vector]) -> Person | None:
    """A person whose portrait is `GOAL` away from all others; None where the climb gets stuck."""

    def far(person: Person) -> float:
        return farness(embedding(portrait(person), CERTAIN), others)

    distance, _, best = max((far(one), index, one) for index, one in enumerate(somebody(random) for _ in range(DRAWN)))
    for taken in range(STEPS):
        if distance >= GOAL:
            return best
        if taken == PROMISE[0] and distance < PROMISE[1]:
            return None
        changed = altered(best, random)
        farther = far(changed)
        if farther > distance:
            best, distance = changed, farther
    return None


def validated(person: Person, others: list[Vector]) -> list[Vector]:
    """Vectors of portrait and views; empty where one fails."""
    vectors = vectors_of(person)
    complete = len(vectors) == 1 + len(POSES)
    if not complete or max(np.linalg.norm(vectors[0] - vector) for vector in vectors) > TOGETHER:
        return []
    return vectors if min(farness(vector, others) for vector in vectors) >= APART else []


def vectors_of(person: Person) -> list[Vector]:
    return [vector for picture in pictures_of(person) if (vector := embedding(picture)) is not None]


def pictures_of(person: Person) -> Iterator[npt.NDArray[np.uint8]]:
    yield portrait(person)
    for number, (yaw, pitch, roll, light) in enumerate(POSES):
        yield view(person, seed=person.seed + number, yaw=yaw, pitch=pitch, roll=roll, light=light)


def embedding(picture: npt.NDArray[np.uint8], margin: float = 0.0) -> Vector | None:
    """None where there is no face, or none so certain. Faces here are over 150 pixels wide."""
    try:
        template = template_of(picture, smallest=120)
    except CaptureFailed:
        return None
    return template.vector if template.box.score >= margin else None


def farness(vector: Vector | None, others: list[Vector]) -> float:
    """Distance to the nearest; -1 where there is no face, so that any face is better; 2 from nobody."""
    if vector is None:
        return -1.0
    return float(np.linalg.norm(np.stack(others) - vector, axis=1).min()) if others else 2.0


def somebody(random: np.random.Generator) -> Person:
    traits = {name: round(float(random.uniform(*limits)), 3) for name, limits in RANGES.items()}
    warp = tuple(round(float(value), 2) for value in random.standard_normal(50))
    return Person(Traits(**traits), warp, int(random.integers(1 << 20)))


def altered(person: Person, random: np.random.Generator) -> Person:
    """About an eighth of the traits move by up to a third of their range, and as much of the warp is drawn again."""
    other = somebody(random)
    moved = {}
    for name, (low, high) in RANGES.items():
        if random.random() < 0.12:
            value = getattr(person.traits, name) + (high - low) * random.uniform(-0.35, 0.35)
            moved[name] = round(float(np.clip(value, low, high)), 3)
    swap = random.random(50) < 0.12 * (random.random() < 0.5)
    warp = tuple(b if change else a for a, b, change in zip(person.warp, other.warp, swap, strict=True))
    return replace(person, traits=replace(person.traits, **moved), warp=warp)


if __name__ == "__main__":
    typer.run(main)
