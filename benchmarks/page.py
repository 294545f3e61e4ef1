"""Data pages and visas read: shares right, accepted and wrong, by wear and view, alone and three pictures together.

`python -m benchmarks.page 2000` reads so many pages of each row instead of `PAGES`; one core, OpenCV's threads off.
"""

from __future__ import annotations

import os
import random
import string
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from passport_reader.document import UnusableMrz
from passport_reader.mrz import checks
from passport_reader.page.reader import clear_enough, judge, prepare, read_page, sight
from passport_reader.page.sighting import Sighting, fused
from simulators.issuing import Holder, Passport
from simulators.issuing.mrz_composition import compose
from simulators.page import render_shots
from simulators.page_view import View
from simulators.visas import Visa, issue_visa

PAGES = 100
FRAMES = 3
FORMS = ("TD1", "TD2", "TD3", "TD3", "MRV-A", "MRV-B")
DOTS = (200, 300, 400, 600)
SCENES = {
    "light wear": ("light", View(5, 0.02, 0, bed=None)),
    "10° with glare": ("medium", View(10, 0.04, 1, bed=None)),
    "15° with heavy wear": ("heavy", View(15, 0.07, 2, bed=None)),
}
"""As hard as the levels 1 to 3 of the first experiment's renderer, whose figures are in the table's last column."""
EARLIER = {"light wear": "97-100 %", "10° with glare": "91 %", "15° with heavy wear": "82 %"}
BINS = (0.5, 0.8, 0.95, 0.99, 0.999, 1.0)

Rgb = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Tally:
    """Of one row: each reading is counted once, and each character of it by how certain it was."""

    pages: int = 0
    right: int = 0
    """As seen, before anything is judged."""
    accepted: int = 0
    wrong: int = 0
    """Accepted, yet not what is printed."""
    wrong_checked: int = 0
    """Of these, in a field with a check digit."""
    seconds: list[float] = field(default_factory=list)
    certain: list[tuple[float, bool]] = field(default_factory=list)

    def count(self, sighting: Sighting | None, printed: tuple[str, ...]) -> None:
        self.pages += 1
        if sighting is None:
            return
        self.right += sighting.lines == printed
        try:
            zone, characters = judge(sighting)
        except UnusableMrz:
            return
        printed_text = "".join(printed).ljust(len(zone.text))  # a visa may be read in another shape
        right = [one == other for one, other in zip(zone.text, printed_text, strict=False)]
        self.certain += list(zip((one for line in characters for one in line), right, strict=True))
        if not clear_enough(zone, characters):
            return
        self.accepted += zone.lines == printed
        self.wrong += zone.lines != printed
        covered = {place for check in checks(zone.format) for place in (*check.covered, check.digit)}
        self.wrong_checked += any(not right[place] for place in covered)

    def row(self, scene: str, pictures: int) -> str:
        share = (
            f"{self.right / self.pages:.1%} | {self.accepted / self.pages:.1%} | {self.wrong} | {self.wrong_checked}"
        )
        times = f"{1000 * np.mean(self.seconds):.0f} ms | {1000 * np.percentile(self.seconds, 95):.0f} ms"
        return (
            f"| {scene} | {pictures} | {self.pages} | {share} | {times} | {EARLIER[scene] if pictures == 1 else ''} |"
        )


def main(pages: int = PAGES, first: int = 0) -> None:
    """`python -m benchmarks.page PAGES FIRST`: so many pages of each scene, drawn from seeds from FIRST on."""
    cv2.setNumThreads(1)
    start = time.perf_counter()
    prepare()
    print(f"classifier loaded in {time.perf_counter() - start:.1f} s; {os.cpu_count()} cores, one used\n")
    print(
        "| page | pictures | pages | read right | accepted and right | accepted, wrong | in a checked field", end=" | "
    )
    print("processor | slowest of 20 | first experiment |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    certain: list[tuple[float, bool]] = []
    for scene in SCENES:
        alone, together = measured(scene, range(first, first + pages))
        print(alone.row(scene, 1), together.row(scene, FRAMES), sep="\n", flush=True)
        certain += alone.certain
    print("\n" + "\n".join(reliability(certain)))
    print(f"\nan empty bed: {1000 * empty_bed_seconds():.1f} ms")


def measured(scene: str, seeds: range) -> tuple[Tally, Tally]:
    """Each page alone, and so many pictures of it together."""
    wear, view = SCENES[scene]
    alone, together = Tally(), Tally()
    for seed in seeds:
        draw = random.Random(f"{scene}/{seed}")
        page, dots = document(draw), draw.choice(DOTS)
        seen = []
        for picture in render_shots(page, range(FRAMES), seed=seed, wear=wear, view=view, dpi=dots):
            sighting, seconds = timed(picture)
            alone.seconds.append(seconds)
            seen.append(sighting)
            alone.count(sighting, page.mrz_lines)
        together.seconds.append(sum(alone.seconds[-FRAMES:]))
        together.count(fused_or_none(seen), page.mrz_lines)
    return alone, together


def fused_or_none(seen: list[Sighting | None]) -> Sighting | None:
    found = [one for one in seen if one is not None]
    try:
        return fused(found) if found else None
    except UnusableMrz:
        return None


def timed(picture: Rgb) -> tuple[Sighting | None, float]:
    start = time.process_time()
    try:
        return sight([picture]), time.process_time() - start
    except UnusableMrz:
        return None, time.process_time() - start


def document(draw: random.Random) -> Passport | Visa:
    def word(longest: int) -> str:
        return "".join(draw.choices(string.ascii_uppercase, k=draw.randint(2, longest)))

    born = date(draw.randint(1930, 2015), draw.randint(1, 12), draw.randint(1, 28))
    until = date(draw.randint(2027, 2036), draw.randint(1, 12), draw.randint(1, 28))
    number = "".join(draw.choices(string.ascii_uppercase + string.digits, k=9))
    state, form = draw.choice(["UTO", "JPN", "D"]), draw.choice(FORMS)
    names = word(12), f"{word(9)} {word(8)}"
    holder = Holder(*names, state, state, born, draw.choice("MFX"), until, number, portrait(), form)
    if form.startswith("MRV"):
        return issue_visa(holder)
    return Passport(holder, compose(holder), compose(holder), "123456", {})


@cache
def portrait() -> bytes:
    blotches = np.random.default_rng(1).integers(60, 220, (12, 10, 3)).astype(np.uint8)
    return cv2.imencode(".jpg", cv2.resize(blotches, (413, 531), interpolation=cv2.INTER_CUBIC))[1].tobytes()


def reliability(certain: list[tuple[float, bool]]) -> Iterator[str]:
    """Of characters in readings whose check digits fit: how certain they were on the mean, and how many were right."""
    yield "| certainty | characters | mean | right |"
    yield "|---|---|---|---|"
    for low, high in zip((0.0, *BINS[:-1]), BINS, strict=True):
        within = [(certainty, right) for certainty, right in certain if low < certainty <= high]
        if within:
            mean, right = np.mean(within, axis=0)
            yield f"| {low} to {high} | {len(within)} | {mean:.4f} | {right:.4f} |"


def empty_bed_seconds() -> float:
    bed = np.clip(np.random.default_rng(1).normal(55, 4, (1227, 1664, 3)), 0, 255).astype(np.uint8)
    start = time.perf_counter()
    for _ in range(10):
        try:
            read_page(bed)
        except UnusableMrz:
            continue
    return (time.perf_counter() - start) / 10


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
