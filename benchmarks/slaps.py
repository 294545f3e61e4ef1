"""How slaps are taken apart: invented hands, and how often each finger is found where it lies.

    python -m benchmarks.slaps [SLAPS] [--first PERSON]

A finger counts as found where, along the true box's axes, no side lies more than 64 px (3.3 mm) outside the true one
or, but for the bottom, 32 px (1.6 mm) inside, at 500 dpi. NIST judges by an allowance as well (NISTIR 7553); these
figures are our own. Hands of these people served for nothing but this table. Invented hands are
cleaner and more alike than real ones, and their proportions are the ones that `finger.slap.hand` supposes: the figures
are an upper bound, those of hands told above all, and no statement about people.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from biometrics.capture import FingerPosition, OnPlate
from biometrics.finger.slap import Slap, SlapFinger, segment
from simulators import slaps
from simulators.slaps import Arrangement, Pose, TrueBox

SLAPS = 100
"""Of the first kind; all kinds together are 270."""
FIRST = 90_000
"""Person; those of tuning and tests are below 1000."""
OUTWARD, INWARD = 64.0, 32.0
BOTH = (Arrangement.RIGHT_FOUR, Arrangement.LEFT_FOUR)
ASKED = {
    Arrangement.RIGHT_FOUR: OnPlate.RIGHT,
    Arrangement.LEFT_FOUR: OnPlate.LEFT,
    Arrangement.THUMBS: OnPlate.THUMBS,
    Arrangement.INDEXES: OnPlate.INDEXES,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is laid down: `turned` quarters of a circle that the picture is turned by, `absent` one finger missing,
    declared or not."""

    name: str
    share: float
    arrangements: tuple[Arrangement, ...] = BOTH
    pose: Pose = field(default_factory=Pose)
    card: bool = False
    turned: int = 0
    absent: bool = False
    declared: bool = True


KINDS = (
    Kind("four fingers, any pose", 1.0),
    Kind("  touching all along", 0.2, pose=Pose(gap=-0.5)),
    Kind("  wet, pressed hard", 0.2, pose=Pose(pressure=0.9, dryness=0.1)),
    Kind("  dry, pressed lightly", 0.2, pose=Pose(pressure=-0.5, dryness=0.7)),
    Kind("  on a card with writing", 0.2, card=True),
    Kind("  one missing, declared", 0.2, absent=True),
    Kind("  one missing, undeclared", 0.2, absent=True, declared=False),
    Kind("  a quarter turned", 0.1, turned=1),
    Kind("  upside down", 0.1, turned=2),
    Kind("two thumbs", 0.2, (Arrangement.THUMBS,)),
    Kind("two index fingers", 0.1, (Arrangement.INDEXES,)),
)


@dataclass(slots=True)
class Tally:
    slaps: int = 0
    number: int = 0
    whole: int = 0
    fingers: int = 0
    found: int = 0
    hands: dict[str, int] = field(default_factory=lambda: {"right": 0, "unknown": 0, "wrong": 0})
    milliseconds: list[float] = field(default_factory=list)


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("slaps", type=int, nargs="?", default=SLAPS)
    parser.add_argument("--first", type=int, default=FIRST)
    asked = parser.parse_args(list(arguments))
    cv2.setNumThreads(1)
    print(f"{'':27}{'':6}{'number':>8}{'fingers':>9}{'slaps':>8}{'hand':>11}")
    print(
        f"{'per cent':27}{'slaps':>6}{'right':>8}{'found':>9}{'whole':>8}{'told':>11}{'open':>6}{'wrong':>7}{'ms':>6}"
    )
    for kind in KINDS:
        _line(kind, measured(kind, max(round(asked.slaps * kind.share), 1), asked.first))


def _line(kind: Kind, tally: Tally) -> None:
    def share(count: int, of: int) -> str:
        return f"{100 * count / of:.1f}" if of else "-"

    hands = [share(count, sum(tally.hands.values())) for count in tally.hands.values()]
    print(
        f"{kind.name:27}{tally.slaps:6}{share(tally.number, tally.slaps):>8}{share(tally.found, tally.fingers):>9}"
        f"{share(tally.whole, tally.slaps):>8}{hands[0]:>11}{hands[1]:>6}{hands[2]:>7}"
        f"{np.median(tally.milliseconds):6.0f}",
        flush=True,
    )


def laid(kind: Kind, count: int, first: int) -> Iterator[tuple[slaps.Slap, tuple[str, ...]]]:
    """Five slaps a person, for a person's ridges take the longest."""
    for number in range(count):
        arrangement = kind.arrangements[number // 5 % len(kind.arrangements)]
        fingers = slaps.FINGERS[arrangement]
        missing = (fingers[number % len(fingers)],) if kind.absent else ()
        seed = 100 * KINDS.index(kind) + number
        yield (
            slaps.slap(first + number // 5, arrangement, seed=seed, missing=missing, pose=kind.pose, card=kind.card),
            missing,
        )


def measured(kind: Kind, count: int, first: int) -> Tally:
    tally = Tally()
    for truth, missing in laid(kind, count, first):
        declared = tuple(FingerPosition(name) for name in missing) if kind.declared else ()
        asked = ASKED[truth.arrangement]
        if asked in (OnPlate.RIGHT, OnPlate.LEFT):
            told = segment(np.rot90(truth.pixels, kind.turned).copy(), missing=declared)
            tally.hands[_verdict(told.on_plate, asked)] += not declared
        pixels = np.rot90(truth.pixels, kind.turned).copy()
        begun = time.thread_time()
        found = segment(pixels, on_plate=asked, missing=declared)
        tally.milliseconds.append(1000 * (time.thread_time() - begun))
        _count(tally, found, [_turned(one, kind.turned, truth) for one in truth.fingers])
    return tally


def _verdict(told: OnPlate, asked: OnPlate) -> str:
    return "right" if told is asked else "unknown" if told is OnPlate.UNKNOWN else "wrong"


def _count(tally: Tally, found: Slap, truth: list[TrueBox]) -> None:
    hits = sum(any(within(one, true) for one in found.fingers) for true in truth)
    tally.slaps += 1
    tally.fingers += len(truth)
    tally.found += hits
    tally.number += len(found.fingers) == len(truth)
    tally.whole += hits == len(truth) == len(found.fingers)


def _turned(one: TrueBox, quarters: int, truth: slaps.Slap) -> TrueBox:
    """As `np.rot90` turns the picture, counter-clockwise."""
    height, width = truth.pixels.shape
    x, y = one.x, one.y
    for _ in range(quarters):
        x, y = y, width - x
        height, width = width, height
    return TrueBox(one.position, x, y, one.width, one.height, one.angle - quarters * math.pi / 2)


def within(found: SlapFinger, true: TrueBox) -> bool:
    left, right, top, bottom = off(found, true)
    return all(-INWARD <= side <= OUTWARD for side in (left, right, top)) and abs(bottom) <= OUTWARD


def off(found: SlapFinger, true: TrueBox) -> tuple[float, float, float, float]:
    """How far the middle of each side lies outside the true side: left, right, top, bottom."""
    corners = found.box.corners() - (true.x, true.y)
    cosine, sine = math.cos(true.angle), math.sin(true.angle)
    across, down = corners @ (cosine, sine), corners @ (-sine, cosine)
    half = true.width / 2, true.height / 2
    return (
        float(-across[[0, 3]].mean() - half[0]),
        float(across[[1, 2]].mean() - half[0]),
        float(-down[[0, 1]].mean() - half[1]),
        float(down[[2, 3]].mean() - half[1]),
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
