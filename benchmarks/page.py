"""Data pages read: share wholly right, share refused, and the time a page takes, by wear."""

from __future__ import annotations

import random
import string
import time
from datetime import date

import cv2
import numpy as np

from passport_reader.document import UnusableMrz
from passport_reader.page.reader import prepare, read_page
from simulators.issuing import Holder, Passport, World
from simulators.page import render_page

PAGES = 30


def main() -> None:
    start = time.perf_counter()
    prepare()
    print(f"classifier loaded or made in {time.perf_counter() - start:.1f} s\n")
    print("| wear | pages | wholly right | wrong | refused | median | slowest | processor |")
    print("|---|---|---|---|---|---|---|---|")
    world, draw = World(7), random.Random(9303)
    for wear in (0.0, 0.3, 0.6, 1.0, 1.5):
        print(row(wear, [passport(world, draw) for _ in range(PAGES)]))
    print(f"\nan empty bed: {1000 * empty_bed_seconds():.1f} ms")


def passport(world: World, draw: random.Random) -> Passport:
    def word(longest: int) -> str:
        return "".join(draw.choices(string.ascii_uppercase, k=draw.randint(2, longest)))

    number = "".join(draw.choices(string.ascii_uppercase + string.digits, k=9))
    form = draw.choice(["TD1", "TD2", "TD3"])
    portrait = cv2.imencode(".jpg", np.full((531, 413, 3), 120, np.uint8))[1].tobytes()
    born = date(draw.randint(1930, 2015), draw.randint(1, 12), draw.randint(1, 28))
    return world.issue(Holder(word(12), word(12), "UTO", "UTO", born, "X", date(2031, 5, 6), number, portrait, form))


def row(wear: float, passports: list[Passport]) -> str:
    right = wrong = refused = 0
    seconds, processor = [], 0.0
    for seed, each in enumerate(passports):
        page = render_page(each, seed=seed, wear=wear)
        start, spent = time.perf_counter(), time.process_time()
        try:
            lines = read_page(page).mrz.lines
            right, wrong = right + (lines == each.mrz_lines), wrong + (lines != each.mrz_lines)
        except UnusableMrz:
            refused += 1
        seconds.append(time.perf_counter() - start)
        processor += time.process_time() - spent
    mean = f"{1000 * processor / len(passports):.0f} ms"
    times = f"{1000 * np.median(seconds):.0f} ms | {1000 * max(seconds):.0f} ms | {mean}"
    return f"| {wear} | {len(passports)} | {right} | {wrong} | {refused} | {times} |"


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
    main()
