"""What extraction takes for a print: prints, quarters of them, faces, text; and on how few minutiae mates match.

    python -m benchmarks.finger_likeness

The figures of `biometrics.finger.likeness`, `compare.FEWEST` and `cylinders.LEAST_SPACING`. The floors were chosen on
this material, so other things that are no prints may pass more often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.fingers import DATA, Key, pairs_of_reference
from biometrics.capture import Gray, UnusableImage
from biometrics.finger.compare import Prepared, calibration, evidence, prepare, weighed
from biometrics.finger.extract import extract
from biometrics.finger.image import read
from biometrics.finger.records import from_iso19794_2, to_iso19794_2

SETS = ("fvc2004_db1_b", "fvc2004_db2_b", "fvc2004_db3_b", "fvc2004_db4_b", "uareu")
SCALES = (0.7, 1, 1.5, 2, 3)
EVERY_FACE = 12
LETTERS = range(8, 33, 2)
"""Heights in pixels."""
Files = dict[tuple[str, str], Path]


def main() -> None:
    if not DATA.is_dir():
        print(f"likeness: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    files: Files = {(name, file.stem): file for name in SETS for file in sorted((DATA / name).glob("*.tif"))}
    whole = {key: _prepared(*read(file)) for key, file in files.items()}
    middle = {key: _prepared(_quarters(file)[1], read(file)[1]) for key, file in files.items()}
    corner = [_prepared(_quarters(file)[0], read(file)[1]) for file in files.values()]
    faces, pages = [_prepared(one) for one in _faces()], [_prepared(one) for one in _pages()]
    for name, made in {
        "prints": [*whole.values()],
        "quarters of prints": [*middle.values(), *corner],
        "photographs of faces": faces,
        "pages of text": pages,
    }.items():
        print(f"{name:22} {sum(one is not None for one in made):5} of {len(made):5} taken for prints")
    _few("two whole prints", whole, whole)
    _few("a quarter and a print", middle, whole)
    spacings = [_spacing(one) for one in whole.values() if one is not None]
    print(f"minutiae of a print lie {min(spacings):.1f} to {max(spacings):.1f} px apart in the median")
    bare = {key: _record_of(*read(file)) for key, file in files.items()}
    _few("two records", bare, bare)


def _prepared(pixels: Gray, dpi: int = 500) -> Prepared | None:
    """None for what extraction takes for no print."""
    try:
        template = extract(pixels, dpi)
    except UnusableImage:
        return None
    return None if template.field is None else prepare(template)


def _record_of(pixels: Gray, dpi: int) -> Prepared:
    """As others read our record of it."""
    return prepare(from_iso19794_2(to_iso19794_2([extract(pixels, dpi)])).views[0].template)


def _quarters(file: Path) -> tuple[Gray, Gray]:
    """The upper left one and the one in the middle."""
    pixels, _ = read(file)
    height, width = pixels.shape
    return pixels[: height // 2, : width // 2], pixels[height // 4 :, width // 4 :][: height // 2, : width // 2]


def _faces() -> Iterator[Gray]:
    files = sorted((DATA.parent / "faces" / "lfw").rglob("*.jpg"))[::EVERY_FACE]
    for file, scale in product(files, SCALES):
        grey = np.asarray(Image.open(file).convert("L"), np.uint8)
        yield np.asarray(cv2.resize(grey, None, fx=scale, fy=scale), np.uint8)


def _pages() -> Iterator[Gray]:
    for height, seed in product(LETTERS, range(8)):
        rng, page = np.random.default_rng(seed), Image.new("L", (400, 400), 255)
        alphabet = list("abcdefghijklmnopqrstuvwxyz " + "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" * (seed % 2))
        for y in range(2, 400, height + seed):
            line = "".join(rng.choice(alphabet, 60))
            ImageDraw.Draw(page).text((2, y), line, fill=0, font=ImageFont.load_default(height))
        yield np.array(page)


def _spacing(one: Prepared) -> float:
    """Median distance in pixels from a minutia to the nearest other."""
    distance = np.hypot(*(one.points[:2, :, None] - one.points[:2, None]))
    np.fill_diagonal(distance, np.inf)
    return float(np.median(distance.min(axis=1)))


def _few(name: str, of_a: Mapping[Key, Prepared | None], of_b: Mapping[Key, Prepared | None]) -> None:
    """How many mates match, and with how many minutiae in common."""
    counts: list[int] = []
    for pair in pairs_of_reference():
        a, b = of_a[pair.set, pair.a], of_b[pair.set, pair.b]
        found = None if a is None or b is None or not pair.mated else evidence(a, b)
        if found is not None and a is not None and b is not None:
            by = calibration(a, b)
            counts += [found.matched] * (weighed(found, by) >= by.threshold)
    fewer = ", ".join(f"{sum(one < few for one in counts)} under {few}" for few in (3, 4, 5, 6))
    print(f"{name}: {len(counts)} mates match; minutiae in common {fewer}")


if __name__ == "__main__":
    main()
