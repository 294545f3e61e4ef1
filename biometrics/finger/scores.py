"""Scores of a pair list: every image is extracted once, in processes of one thread each."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import cv2

from biometrics.capture import UnusableImage
from biometrics.finger.compare import Prepared, prepare, score
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read

EXTENSIONS: Final = (".tif", ".tiff", ".png", ".bmp", ".wsq", ".jpg", ".jpeg")
Key = tuple[str, str]
"""Data set and name of an image, without its extension."""
Progress = Callable[[int, int], None]
_BATCH: Final = 256
"""Comparisons between two words of progress: a twentieth of a second."""


def score_pairs(
    pairs: Iterable[tuple[str, str, str]],
    root: Path,
    *,
    processes: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Iterator[tuple[str, str, str, float]]:
    """(set, a, b) to (set, a, b, score), in order; the image of `a` is ROOT/set/a.EXT.

    A pair of which one image is unusable is left out: it counts as a failure to match. Raises `UnusableImage` where a
    file is missing. `progress` hears of images and comparisons done, and of how many there are.
    """
    wanted = list(pairs)
    files = {(group, name): image_file(root, group, name) for group, *both in wanted for name in both}
    total = len(files) + len(wanted)
    ready = _all_prepared(files, processes, lambda done: progress(done, total))
    for number, (group, a, b) in enumerate(wanted, start=1):
        if number % _BATCH == 0 or number == len(wanted):
            progress(len(files) + number, total)
        first, second = ready[group, a], ready[group, b]
        if first is not None and second is not None:
            yield group, a, b, score(first, second)


def image_file(root: Path, group: str, name: str) -> Path:
    for extension in EXTENSIONS:
        file = root / group / (name + extension)
        if file.is_file():
            return file
    raise UnusableImage(f"there is no image {name} ({', '.join(EXTENSIONS)}) in {group}")


def _all_prepared(
    files: Mapping[Key, Path], processes: int | None, progress: Callable[[int], None]
) -> dict[Key, Prepared | None]:
    ready: dict[Key, Prepared | None] = {}
    count = min(processes or len(os.sched_getaffinity(0)), max(len(files), 1))
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=spawned, initializer=_one_thread) as pool:
        for key, template in zip(files, pool.map(_template, files.values(), chunksize=4), strict=True):
            ready[key] = None if template is None else prepare(template)
            progress(len(ready))
    return ready


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _template(file: Path) -> FingerTemplate | None:
    try:
        return extract(*read(file))
    except UnusableImage:
        return None
