"""Accuracy and speed of the fingerprint core on the reference pairs.

Error rates are those of a score that never saw the finger it judges (`finger_calibration.cross_validated`), over every
pair of the list; beside them those of the shipped calibration, which was fitted on the same pairs.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.finger_calibration import Flags, Sample, by_finger, by_set, cross_validated, sampled
from biometrics.bootstrap import interval, intervals
from biometrics.capture import Gray
from biometrics.det_plot import det_svg
from biometrics.evaluation import ErrorRates, Pair, Scores, error_rates, evaluate, read_pairs
from biometrics.finger.compare import (
    LOWEST,
    Evidence,
    Prepared,
    calibration,
    evidence,
    prepare,
    weighed,
)
from biometrics.finger.extract import FingerTemplate, extract
from biometrics.finger.image import read
from biometrics.finger.records import from_iso19794_2, to_iso19794_2

DATA = Path(os.environ.get("SEKISHO_DATA", Path(__file__).parents[2] / "shared" / "data")) / "fingerprints"
SIZE = 388, 374
"""Width and height that extraction is timed at: FVC2002 DB1's, on which peers publish their times."""
Key = tuple[str, str]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path, help="DET curves of the held-out scores as SVG, and nothing else")
    plot: Path | None = parser.parse_args(arguments).plot
    if not DATA.is_dir():
        print(f"fingers: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    pairs = pairs_of_reference()
    if plot is not None:
        plot.write_text(det_of_held_out(pairs), encoding="utf-8")
        return
    print(f"fingers, {len(pairs)} pairs, one core of {platform.node()} ({platform.machine()})")
    templates = extracted(pairs)
    time_extraction(pairs)
    ready = made_ready(templates)
    found = compared(pairs, ready)
    first_call()
    print("\n  from images")
    print_accuracy(pairs, found, ready)
    records = records_read_back(templates)
    print("\n  from our ISO/IEC 19794-2 records, read back")
    print_accuracy(pairs, evidences(pairs, records), {key: prepare(one) for key, one in records.items()})


def det_of_held_out(pairs: Sequence[Pair]) -> str:
    scores = cross_validated(sampled(pairs, evidences(pairs, extracted(pairs))))
    named = {pair.key: float(score) for pair, score in zip(pairs, scores, strict=True)}
    found = evaluate(pairs, named)
    title = "Fingerprints, each finger judged by a fit without it"
    return det_svg(found, intervals(pairs, named, found), title=title)


def pairs_of_reference() -> list[Pair]:
    return read_pairs(DATA / "pairs.csv")


def extracted(pairs: Iterable[Pair]) -> dict[Key, FingerTemplate]:
    keys = sorted({(pair.set, name) for pair in pairs for name in (pair.a, pair.b)})
    return {key: extract(*read(next((DATA / key[0]).glob(f"{key[1]}.*")))) for key in keys}


def records_read_back(templates: Mapping[Key, FingerTemplate]) -> dict[Key, FingerTemplate]:
    return {key: from_iso19794_2(to_iso19794_2([one])).views[0].template for key, one in templates.items()}


def evidences(pairs: Iterable[Pair], templates: Mapping[Key, FingerTemplate]) -> list[Evidence | None]:
    ready = {key: prepare(template) for key, template in templates.items()}
    return [evidence(ready[pair.set, pair.a], ready[pair.set, pair.b]) for pair in pairs]


def time_extraction(pairs: Sequence[Pair]) -> None:
    """Prints of U.are.U, their paper continued to `SIZE`."""
    names = sorted({pair.a for pair in pairs if pair.set == "uareu"})[::8]
    images = [_enlarged(read(DATA / "uareu" / f"{name}.tif")[0]) for name in names]
    start = time.perf_counter()
    for image in images:
        extract(image)
    label = f"extraction, {SIZE[0]}x{SIZE[1]}"
    print(f"  {label:34}{1000 * (time.perf_counter() - start) / len(images):10.1f} ms an image")


def _enlarged(image: Gray) -> Gray:
    below, right = SIZE[1] - image.shape[0], SIZE[0] - image.shape[1]
    wide = cv2.copyMakeBorder(image, 0, below, right // 2, right - right // 2, cv2.BORDER_REFLECT)
    return np.asarray(wide, np.uint8)


def made_ready(templates: Mapping[Key, FingerTemplate]) -> dict[Key, Prepared]:
    prepare(next(iter(templates.values())))
    start = time.perf_counter()
    ready = {key: prepare(template) for key, template in templates.items()}
    print(f"  {'template made ready':34}{1000 * (time.perf_counter() - start) / len(ready):10.2f} ms")
    octets = [one.octets for one in ready.values()]
    print(f"  {'template in memory':34}{np.mean(octets):10.0f} octets in the mean, {max(octets)} at most")
    return ready


def compared(pairs: Sequence[Pair], ready: Mapping[Key, Prepared]) -> list[Evidence | None]:
    evidence(ready[pairs[0].set, pairs[0].a], ready[pairs[0].set, pairs[0].b])
    start = time.perf_counter()
    found = [evidence(ready[pair.set, pair.a], ready[pair.set, pair.b]) for pair in pairs]
    print(f"  {'comparisons, one to one':34}{len(pairs) / (time.perf_counter() - start):10.0f} a second")
    return found


FIRST = """
import time
from biometrics.finger import compare
start = time.perf_counter()
compare.warm_up()
print(time.perf_counter() - start)
"""


def first_call() -> None:
    """In a new process, numba's cache filled."""
    for _ in range(2):
        answer = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
    print(f"  {'first extraction and comparison':34}{float(answer.stdout):10.2f} s after import, from numba's cache")


def print_accuracy(pairs: Sequence[Pair], found: Sequence[Evidence | None], ready: Mapping[Key, Prepared]) -> None:
    sample = sampled(pairs, found)
    shipped = calibration(*(ready[pairs[0].set, name] for name in (pairs[0].a, pairs[0].b)))
    scores = np.array([LOWEST if one is None else weighed(one, shipped) for one in found])
    print_rates("shipped calibration", sample, scores)
    print_rates("leaving a data set out", sample, cross_validated(sample, by_set))
    unseen = cross_validated(sample, by_finger)
    print_rates("leaving fingers out", sample, unseen)
    drawn = interval(pairs, unseen)
    low, high = drawn.lower, drawn.upper
    print(
        f"    95 % intervals                  EER {100 * low.eer:.2f} to {100 * high.eer:.2f} %   "
        f"FMR1000 {100 * low.fmr1000:.2f} to {100 * high.fmr1000:.2f} %, by drawing fingers anew"
    )
    groups = np.array([pair.set for pair in pairs])
    for group in np.unique(groups):
        print_rates(f"  of these, {group}", sample, unseen, groups == group)


def print_rates(name: str, sample: Sample, scores: Scores, among: Flags | bool = True) -> None:
    rates: ErrorRates = error_rates(scores[sample.mated & among], scores[~sample.mated & among])
    print(
        f"  {name:34}EER {100 * rates.eer:5.2f} %   FMR100 {100 * rates.fmr100:5.2f} %   "
        f"FMR1000 {100 * rates.fmr1000:5.2f} %   ZeroFMR {100 * rates.zero_fmr:5.2f} %"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
