"""Some seconds before a simulated camera, of people and of attacks, reduced to what the liveness layers measure.

A clip is made from a number alone, so that each can be made again: who, where, the camera, the instrument.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from biometrics.capture import Gray, Rgb
from biometrics.face.detect import detect, landmarks
from biometrics.face.liveness.watch import LivenessWatch
from biometrics.face.tracking import FaceTracker
from biometrics.picture import decode
from simulators.face_attacks import REPLAYS, Species, presented, presented_infrared
from simulators.face_instruments import Framing
from simulators.face_lens import Lens, Sensor, linear
from simulators.face_standing import SIZE, Sitter, backdrop, standing, standing_infrared
from simulators.face_traits import Person
from simulators.faces import hall, people, person
from simulators.subject import Manner, Subject

STANDING: Final = "living, standing"
WALKING: Final = "living, walking up"
LIVING: Final = frozenset({STANDING, WALKING})
STILL: Final = "LFW still"
RATE: Final = 8.0
FRAMES: Final = 16
MORE: Final = 10
"""Frames more of somebody who is still on the way in the first of them."""
INFRARED_EVERY: Final = 4
EACH: Final = 2
"""Living people of both kinds to one attack of each species."""
HALLS: Final = 4
RECORDING: Final = (720, 540)
"""Of the picture or recording that the attacker brings."""


@dataclass(frozen=True, slots=True)
class Clip:
    """`evidence` is empty where no face was found at the beginning: such an attack did not get as far as a decision."""

    kind: str
    seed: int
    person: int
    evidence: dict[str, float]
    ms: float = 0.0


def kinds() -> list[str]:
    return [STANDING, WALKING] * EACH + [one.value for one in Species]


def clips(numbers: range) -> Iterator[Clip]:
    """For each number `EACH` living people of both kinds and one attack of each species, on every core."""
    wanted = [(kind, 100 * number + place) for number in numbers for place, kind in enumerate(kinds())]
    # Spawned: a fork of a process whose libraries have threads may wait for a lock that nobody holds.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _alone) as pool:
        yield from pool.map(clip, *zip(*wanted, strict=True))


def _alone() -> None:
    cv2.setNumThreads(1)


def clip(kind: str, seed: int) -> Clip:
    who, seen, infrared = _sources(kind, seed)
    watch, tracker, spent, followed = LivenessWatch(empty=empty(kind, seed)), FaceTracker(), 0.0, 0
    for number in range(FRAMES + MORE * (kind == WALKING)):
        at = number / RATE
        image = seen(at)
        track = tracker.follow(image, at)
        if track is None:
            continue
        second = infrared(at) if number % INFRARED_EVERY == 0 else None
        begun = time.process_time()
        watch.add(image, track.box, track.points, at, second)
        spent += time.process_time() - begun
        followed += 1
    evidence = watch.evidence() if followed >= FRAMES // 2 else {}
    return Clip(kind, seed, who.seed, evidence, 1000 * spent / max(followed, 1))


def stills(folder: Path, count: int) -> Iterator[Clip]:
    """First pictures of people of LFW: bona fide, one frame each."""
    files = sorted(folder.glob("*/*_0001.jpg"))
    for number, file in enumerate(files[:: max(1, len(files) // count)]):
        image = decode(file.read_bytes())
        for box in detect(image)[:1]:
            watch = LivenessWatch()
            watch.add(image, box, landmarks(image, box), 0.0)
            yield Clip(STILL, number, number, watch.evidence())


Sources = tuple[Person, Callable[[float], Rgb], Callable[[float], Gray]]


def _sources(kind: str, seed: int) -> Sources:
    rng = np.random.default_rng((seed, 5))
    chosen = int(rng.integers(len(people())))
    who, other = person(chosen), person(chosen + 1 + int(rng.integers(len(people()) - 1)))
    if kind == STANDING:
        return who, standing(who, seed=seed), standing_infrared(who, seed=seed)
    if kind == WALKING:
        return who, *walking(who, seed, rng)
    return who, *attack(Species(kind), who, other, seed, rng)


def empty(kind: str, seed: int) -> Gray:
    """The place before anybody came, by the same camera."""
    behind = hall(SIZE, seed % HALLS) if kind == WALKING else backdrop(seed, SIZE)
    picture = Sensor(Lens.drawn(seed), seed + 2)(linear(behind))
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def walking(who: Person, seed: int, rng: np.random.Generator) -> tuple[Callable[[float], Rgb], Callable[[float], Gray]]:
    """As travellers come to a gate, through a camera drawn as the others' are; and in infrared."""
    talks, hat = (bool(rng.random() < share) for share in (0.2, 0.15))
    manner = Manner(height=float(rng.uniform(150, 190)), talks=talks, hat=hat)
    subject = Subject(who, seed=seed, manner=manner, light=float(rng.uniform(0.75, 1.1)), place=seed % HALLS)
    seen, dark = Sensor(Lens.drawn(seed), seed), Sensor(Lens.drawn(seed), seed + 1)
    return lambda at: seen(linear(subject(at))), lambda at: dark(linear(subject.infrared(at)))


def attack(
    species: Species, victim: Person, attacker: Person, seed: int, rng: np.random.Generator
) -> tuple[Callable[[float], Rgb], Callable[[float], Gray]]:
    """A picture or recording of the victim by a better camera than the station's, presented; and in infrared."""
    sitter = Sitter(victim, seed + 50_000, size=RECORDING)
    blur, noise = float(rng.uniform(0.4, 0.7)), float(rng.uniform(0.5, 2))
    sharpening = float(rng.choice([0, 0.3]))
    good = Lens(focal=623, focus=600, blur=blur, pupil=0.5, noise=noise, quality=93, sharpening=sharpening)
    recording = standing(victim, seed=seed + 50_000, lens=good, size=RECORDING)
    source = recording if species in REPLAYS else recording(0.0)
    behind = attacker if rng.random() < 0.7 or species is Species.CUT_OUT else None
    about = framing(sitter)
    return (
        presented(source, species, seed=seed, framing=about, attacker=behind),
        presented_infrared(recording(0.0), species, seed=seed, framing=about, attacker=behind),
    )


def framing(sitter: Sitter) -> Framing:
    """Where the sitter's face is in a picture of `RECORDING`."""
    (x, y), (width, height), scale, traits = sitter.centre, sitter.size, sitter.scale, sitter.who.traits
    level = (y - traits.eye_height * scale) / height
    left, right = ((x + side * traits.eye_apart * traits.width * scale) / width for side in (-1, 1))
    return Framing(1.36 * scale / width, (x / width, y / height), ((left, level), (right, level)))


def save(made: list[Clip], file: Path) -> None:
    file.write_text("".join(json.dumps(asdict(one)) + "\n" for one in made))


def load(file: Path) -> list[Clip]:
    return [Clip(**json.loads(line)) for line in file.read_text().splitlines()]
