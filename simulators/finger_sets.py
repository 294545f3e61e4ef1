"""A set of invented prints to measure comparison on: pictures at 500 dpi and the list of their pairs.

DIR/pairs.csv has the columns set,a,b,mated,fvc_protocol and every pair within a set, a set a sensor; `fvc_protocol`
marks those that FVC's protocol takes: all mated ones, and of the others the pairs of first impressions. Error rates on
invented people say which of two programs is better at what was invented, and nothing about people.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from simulators.finger_conditions import SPREADS, Difficulty, drawn
from simulators.finger_presses import pressed
from simulators.finger_sensors import SENSORS, seen
from simulators.finger_skin import MARGIN, SPOTS, skin
from simulators.fingers import finger

Advance = Callable[[int, int], None]
DPI: Final = 500
PRESENTED: Final = ("right_index", "left_index", "right_middle", "left_middle")
"""FVC2004's volunteers gave the fore and middle fingers of both hands."""


class FullFolder(Exception):
    """The folder already holds something that would mix with the new prints."""


@dataclass(frozen=True, slots=True)
class SetPlan:
    fingers: int
    impressions: int
    seed: int
    difficulty: Difficulty

    @property
    def sensors(self) -> list[str]:
        """As many as leave two fingers to each."""
        return list(SENSORS)[: max(1, self.fingers // 2)]

    def sensor(self, number: int) -> str:
        return self.sensors[(number - 1) % len(self.sensors)]

    def name(self, number: int, impression: int) -> str:
        return f"{number:0{max(3, len(str(self.fingers)))}}_{impression}"


@dataclass(frozen=True, slots=True)
class Written:
    prints: int
    mated: int
    others: int


@dataclass(frozen=True, slots=True)
class _Row:
    group: str
    a: str
    b: str
    mated: bool
    fvc: bool


def written(
    plan: SetPlan, out: Path, *, processes: int | None = None, advance: Advance = lambda done, of: None
) -> Written:
    """The same for the same plan. `advance` hears how many fingers are done, and of how many. Raises `FullFolder` where
    `out` is not empty, `OSError` where it is not writable."""
    if out.is_dir() and any(out.iterdir()):
        raise FullFolder(f"{out} is not empty; name a new folder")
    for name in plan.sensors:
        (out / name).mkdir(parents=True)
    numbers = range(1, plan.fingers + 1)
    count = min(processes or len(os.sched_getaffinity(0)), plan.fingers)
    if count == 1:
        for number in numbers:
            _write_finger(plan, number, out)
            advance(number, plan.fingers)
    else:
        with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
            ended = pool.map(_write_finger, [plan] * plan.fingers, numbers, [out] * plan.fingers)
            for number, _ in enumerate(ended, 1):
                advance(number, plan.fingers)
    rows = list(_rows(plan))
    _write_pairs(rows, out / "pairs.csv")
    mated = sum(row.mated for row in rows)
    return Written(plan.fingers * plan.impressions, mated, len(rows) - mated)


def prints(plan: SetPlan, number: int) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """The impressions of finger `number` (from 1), each of its sensor's shape, dark ridges on light."""
    sensor = SENSORS[plan.sensor(number)]
    whose = finger(plan.seed * 1_000_003 + number, PRESENTED[number % 4], margin=MARGIN, spots=SPOTS)
    surface = skin(whose, np.random.default_rng([plan.seed, number]))
    for impression in range(1, plan.impressions + 1):
        rng = np.random.default_rng([plan.seed, number, impression])
        how = drawn(SPREADS[plan.difficulty], surface, rng)
        yield seen(pressed(surface, how, sensor.size, rng), how, sensor, rng)


def _write_finger(plan: SetPlan, number: int, out: Path) -> None:
    cv2.setNumThreads(1)
    for impression, pixels in enumerate(prints(plan, number), start=1):
        file = out / plan.sensor(number) / f"{plan.name(number, impression)}.png"
        Image.fromarray(pixels).save(file, dpi=(DPI, DPI))


def _rows(plan: SetPlan) -> Iterator[_Row]:
    for group in plan.sensors:
        numbers = (number for number in range(1, plan.fingers + 1) if plan.sensor(number) == group)
        listed = [(number, impression) for number in numbers for impression in range(1, plan.impressions + 1)]
        for one, other in combinations(listed, 2):
            mated = one[0] == other[0]
            yield _Row(group, plan.name(*one), plan.name(*other), mated, mated or one[1] == other[1] == 1)


def _write_pairs(rows: list[_Row], file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(["set", "a", "b", "mated", "fvc_protocol"])
        writer.writerows((row.group, row.a, row.b, int(row.mated), int(row.fvc)) for row in rows)
