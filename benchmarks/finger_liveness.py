"""Presentation attack cues: findings on bona fide prints (BPCER) and on simulated instruments (APCER, by species).

Bona fide are FVC2004 DB1-3 B and U.are.U (760 prints of 95 fingers); each finger's first print is also the source of
one instrument of every species of `simulators.finger_attacks`. APCER is the share of a species without any finding,
BPCER the share of bona fide prints with one (ISO/IEC 30107-3). The limits were set on these same bona fide prints, so
beside their rate stands that of limits set on other fingers, and of limits set on other scanners: 4 to 100 %, so on a
scanner that they were not set on they are worth nothing. Simulated instruments say nothing about real ones, and this is
no evaluation under ISO/IEC 30107-3. `--limits` prints limits anew.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.fingers import DATA
from biometrics.finger.image import at_working_resolution, read
from biometrics.finger.liveness import LIMITS, Cue, Range, findings
from simulators.finger_attacks import SPECIES

BONA_FIDE: Final = ("fvc2004_db1_b", "fvc2004_db2_b", "fvc2004_db3_b", "uareu")
TARGET: Final = 0.02
"""BPCER that limits are set for, on the worst scanner."""
Values = npt.NDArray[np.float64]


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limits", action="store_true", help="print limits for the bona fide prints, nothing else")
    only_limits: bool = parser.parse_args(arguments).limits
    if not DATA.is_dir():
        print(f"finger liveness: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    files = [file for name in BONA_FIDE for file in sorted((DATA / name).iterdir())]
    genuine = {file: measured(pixels(file)) for file in files}
    known = {file: values for file, values in genuine.items() if values is not None}
    if only_limits:
        for cue, limits in limits_of(by_scanner(known)).items():
            low, high = math.floor(100 * limits.low) / 100, math.ceil(100 * limits.high) / 100
            print(f"    Cue.{cue.name}: Range({low:.2f}, {limits.usual:.2f}, {high:.2f}),")
        return
    print(f"  {len(files)} bona fide prints, {len(files) - len(known)} too small to measure")
    print_bona_fide(known)
    print_attacks([file for file in files if file.stem.endswith("_1")])


def pixels(file: Path) -> npt.NDArray[np.uint8]:
    return at_working_resolution(*read(file))


def measured(image: npt.NDArray[np.uint8]) -> Values | None:
    found = findings(image)
    return np.array([one.value for one in found]) if found else None


def limits_of(scanners: Sequence[Values]) -> dict[Cue, Range]:
    """Every scanner's prints lie within but for one share at each end of every cue: the largest share by which no
    scanner has more than `TARGET` of its prints with a finding."""
    usual = np.median(np.concatenate(scanners), axis=0)
    for share in np.linspace(0.03, 0, 601):
        low = np.min([np.quantile(values, share, axis=0) for values in scanners], axis=0)
        high = np.max([np.quantile(values, 1 - share, axis=0) for values in scanners], axis=0)
        if max(outside(values, low, high).mean() for values in scanners) <= TARGET:
            break
    return {cue: Range(*ends) for cue, *ends in zip(Cue, low.tolist(), usual.tolist(), high.tolist(), strict=True)}


def by_scanner(known: Mapping[Path, Values]) -> list[Values]:
    return [np.array([values for file, values in known.items() if file.parent.name == name]) for name in BONA_FIDE]


def outside(values: Values, low: Values, high: Values) -> npt.NDArray[np.bool_]:
    return np.asarray(((values < low) | (values > high)).any(axis=1))


def raised(values: Values, limits: Mapping[Cue, Range]) -> npt.NDArray[np.bool_]:
    low, high = (np.array([getattr(limits[cue], end) for cue in Cue]) for end in ("low", "high"))
    return outside(values, low, high)


def print_bona_fide(known: Mapping[Path, Values]) -> None:
    values, groups = np.array(list(known.values())), np.array([file.parent.name for file in known])
    odd = np.array([sum(map(ord, file.stem.rpartition("_")[0])) % 2 for file in known])
    print(f"  BPCER, shipped limits           {100 * raised(values, LIMITS).mean():6.2f} %")
    for name in BONA_FIDE:
        own = groups == name
        elsewhere = limits_of([values[groups == other] for other in BONA_FIDE if other != name])
        print(
            f"    {name:30}{100 * raised(values[own], LIMITS).mean():6.2f} %   "
            f"{100 * raised(values[own], elsewhere).mean():6.2f} % by limits set on the other scanners"
        )
    others = [limits_of([values[(odd != k) & (groups == name)] for name in BONA_FIDE]) for k in (0, 1)]
    unseen = np.concatenate([raised(values[odd == k], others[k]) for k in (0, 1)])
    print(f"  BPCER, limits of other fingers  {100 * unseen.mean():6.2f} %")


def print_attacks(sources: Sequence[Path]) -> None:
    print(f"\n  {'APCER by species':32}{'':10}prints with each finding, %")
    print(f"  {'':42}" + "".join(f"{cue.value:>13}" for cue in Cue))
    for species, instrument in SPECIES.items():
        found = []
        for number, source in enumerate(sources):
            copy = at_working_resolution(instrument(pixels(source), np.random.default_rng(number)))
            found.append([one.raised for one in findings(copy)] or [False] * len(Cue))
        table = np.array(found)
        passed = 100 * (~table.any(axis=1)).mean()
        print(f"    {species:30}{passed:6.2f} %  " + "".join(f"{100 * share:13.1f}" for share in table.mean(axis=0)))


if __name__ == "__main__":
    main(sys.argv[1:])
