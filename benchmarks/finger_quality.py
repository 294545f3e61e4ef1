"""How well a print's quality predicts its comparisons, and which advice can be told apart.

    python -m benchmarks.finger_quality              the figures
    python -m benchmarks.finger_quality --calibrate  fits `biometrics.finger.quality_calibration` and writes it

Target: the mean score of a print's mated comparisons (of a score that never saw the finger), as its rank within the
data set: what a sensor is worth is not what a print on it is worth. Figures are those of a fit that never saw the
finger (five folds, `finger_calibration.by_finger`); the constants that are written come from all fingers. Error versus
discard (ISO/IEC 29794-1): a comparison is as good as the worse of its two prints, the worst comparisons are left out,
and the share of the rest that fails is printed, at the threshold for a false match rate of 0.1 % of all comparisons.
About thirty of them fail in all, so a step of the curve is a handful of prints.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.stats import spearmanr

from benchmarks import finger_advice
from benchmarks.finger_calibration import by_finger, cross_validated, sampled
from benchmarks.fingers import DATA, Key, evidences, extracted, pairs_of_reference
from biometrics.evaluation import Pair, Scores, threshold_at
from biometrics.finger import quality_calibration
from biometrics.finger.calibration import FMR
from biometrics.finger.extract import FingerTemplate
from biometrics.finger.quality import ENOUGH_AREA, FLOOR, GOOD, UNITS, FingerQuality, unified
from biometrics.finger.quality_calibration import RAMPS, Ramp
from biometrics.finger.quality_measures import Measures

DISCARDED: Final = (0.0, 0.05, 0.1, 0.2)
EDGES: Final = (0.5, 99.0)
"""Percentiles of the reference prints between which a ramp runs."""
LESS_IS_BETTER: Final = ("ridge_valley_uniformity", "orientation_flow")
RIDGE: Final = 0.02
"""Penalty on weights, as a share of the components' own spread: alike components share their weight."""
BELOW_GOOD: Final = 0.05
Numbers = npt.NDArray[np.float64]
Model = Callable[[Measures], float]


@dataclass(frozen=True, slots=True)
class Prints:
    """Reference prints, their mean mated scores, and the mated comparisons between them (rows into the prints)."""

    keys: Sequence[Key]
    measures: Sequence[Measures]
    fares: Scores
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    scores: Scores
    threshold: float

    @property
    def sets(self) -> npt.NDArray[np.str_]:
        return np.array([group for group, _ in self.keys])

    @property
    def folds(self) -> npt.NDArray[np.int_]:
        return np.array([by_finger(Pair(group, name, name, mated=True), name) for group, name in self.keys])


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calibrate", action="store_true", help="write the constants")
    wanted = parser.parse_args(arguments)
    if not DATA.is_dir():
        print(f"finger_quality: left out, no reference data at {DATA} (set SEKISHO_DATA)")
        return
    cv2.setNumThreads(1)
    prints = reference_prints()
    if wanted.calibrate:
        written(fitted(prints, np.ones(len(prints.keys), bool)), prints)
        return
    print_prediction(prints)
    finger_advice.print_advice(list(prints.sets), prints.measures)


def reference_prints() -> Prints:
    pairs = pairs_of_reference()
    templates = extracted(pairs)
    scores = cross_validated(sampled(pairs, evidences(pairs, templates)))
    mated = np.array([pair.mated for pair in pairs])
    keys = sorted(templates)
    row = {key: index for index, key in enumerate(keys)}
    first, second = (
        np.array([row[pair.set, name] for pair, name in zip(pairs, names, strict=True) if pair.mated])
        for names in ([pair.a for pair in pairs], [pair.b for pair in pairs])
    )
    sums, counts = np.zeros(len(keys)), np.zeros(len(keys))
    for side in (first, second):
        np.add.at(sums, side, scores[mated])
        np.add.at(counts, side, 1)
    measures = [measures_of(templates[key]) for key in keys]
    return Prints(keys, measures, sums / counts, first, second, scores[mated], threshold_at(scores[~mated], FMR))


def measures_of(template: FingerTemplate) -> Measures:
    return template.quality.measures if isinstance(template.quality, FingerQuality) else Measures()


# the fit


def fitted(prints: Prints, among: npt.NDArray[np.bool_]) -> dict[str, Ramp]:
    """Non-negative weights that sum to 1, by least squares on ranks within each data set; both sides centred there."""
    ramps = {name: _ramp(name, _raw(name, prints.measures)[among]) for name in UNITS}
    inputs = np.log((_on_ramps(ramps, prints.measures) + FLOOR) / (1 + FLOOR))[among]
    spread = inputs.std(axis=0)
    sets, fares = prints.sets[among], prints.fares[among]
    target = np.zeros(len(fares))
    for group in np.unique(sets):
        here = sets == group
        ranks = fares[here].argsort().argsort() / here.sum()
        target[here] = ranks - ranks.mean()
        inputs[here] -= inputs[here].mean(axis=0)
    penalty = np.sqrt(RIDGE * len(fares)) * spread.mean() * np.eye(len(UNITS))
    weights, _ = nnls(np.vstack([inputs, penalty]), np.concatenate([target, np.zeros(len(UNITS))]))
    weights /= weights.sum()
    return {
        name: Ramp(ramp.low, ramp.high, float(weight), ramp.middle)
        for (name, ramp), weight in zip(ramps.items(), weights, strict=True)
    }


def _raw(name: str, measures: Sequence[Measures]) -> Numbers:
    return np.array([float(getattr(one, name)) for one in measures])


def _ramp(name: str, raw: Numbers) -> Ramp:
    """A mean grey is best in the middle; of most else more is better."""
    middle = float(np.median(raw)) if name == "region_of_interest_mean" else None
    low, high = np.percentile(raw if middle is None else -np.abs(raw - middle), EDGES)
    if name in LESS_IS_BETTER:
        low, high = np.percentile(raw, [100 - edge for edge in EDGES])
    low, high = (float(f"{abs(edge):.3g}") for edge in (low, high))
    return Ramp(low, high, weight=0.0, middle=middle)


def _on_ramps(ramps: Mapping[str, Ramp], measures: Sequence[Measures]) -> Numbers:
    columns = []
    for name, ramp in ramps.items():
        raw = _raw(name, measures)
        raw = raw if ramp.middle is None else np.abs(raw - ramp.middle)
        columns.append(np.clip((raw - ramp.low) / (ramp.high - ramp.low), 0, 1))
    return np.stack(columns, axis=1)


def logarithms(ramps: Mapping[str, Ramp], measures: Sequence[Measures]) -> Numbers:
    """Of the weighted geometric mean."""
    weights = np.array([ramp.weight for ramp in ramps.values()])
    return np.asarray(np.log((_on_ramps(ramps, measures) + FLOOR) / (1 + FLOOR)) @ weights)


def steepness(ramps: Mapping[str, Ramp], measures: Sequence[Measures]) -> float:
    """With which a share `BELOW_GOOD` of prints stays under `GOOD`."""
    return float(np.log(GOOD / 100) / np.quantile(logarithms(ramps, measures), BELOW_GOOD))


def written(ramps: Mapping[str, Ramp], prints: Prints) -> None:
    """The constants go into their module, in place of those that are there."""
    path = Path(quality_calibration.__file__)
    lines = [f"STEEPNESS: Final = {steepness(ramps, prints.measures):.3f}"]
    head, _, rest = path.read_text(encoding="utf-8").partition("STEEPNESS: Final")
    note = rest.partition('"""')[2].partition('"""')[0]
    lines += [f'"""{note}"""', "RAMPS: Final = {"]
    for name, ramp in ramps.items():
        middle = "" if ramp.middle is None else f", middle={ramp.middle:.0f}"
        lines.append(f'    "{name}": Ramp({ramp.low:g}, {ramp.high:g}, {ramp.weight:.3f}{middle}),')
    path.write_text(head + "\n".join([*lines, "}", ""]), encoding="utf-8")
    print("\n".join(lines), "}", sep="\n")


# the figures


def held_out(prints: Prints, folds: npt.NDArray[np.int_] | npt.NDArray[np.str_]) -> Scores:
    """The value of each print, unrounded, by a fit without its fold."""
    values = np.zeros(len(prints.keys))
    for fold in np.unique(folds):
        ramps = fitted(prints, folds != fold)
        taught = [one for one, here in zip(prints.measures, folds != fold, strict=True) if here]
        steep = steepness(ramps, taught)
        values[folds == fold] = (100 * np.exp(steep * logarithms(ramps, prints.measures)))[folds == fold]
    enough = np.minimum(_raw("region_of_interest_area", prints.measures) / ENOUGH_AREA, 1)
    return values * enough


def print_prediction(prints: Prints) -> None:
    shipped = np.array([unified(one) for one in prints.measures], float)
    print(f"finger_quality, {len(prints.keys)} prints, {len(prints.scores)} mated comparisons")
    discards = "".join(f"{100 * share:8.0f} %" for share in DISCARDED)
    print(f"\n  {'':28}rank correlation with the mated score      FNMR in % at FMR 0.1 %, discarded:")
    print(f"  {'':28}{'prints':>8}{'within sets':>13}{'comparisons':>13}   {discards}")
    rows = {
        "leaving fingers out": held_out(prints, prints.folds),
        "leaving a data set out": held_out(prints, prints.sets),
        "shipped constants": shipped,
        "minutiae count alone": _raw("minutiae_count", prints.measures),
    }
    for name, values in rows.items():
        print_row(name, prints, values)
    print_good(prints, rows["leaving fingers out"])
    print("\n  weights: " + ", ".join(f"{name} {ramp.weight:.2f}" for name, ramp in RAMPS.items() if ramp.weight > 0))


def print_row(name: str, prints: Prints, values: Scores) -> None:
    sets = prints.sets
    within = np.mean([spearmanr(values[sets == one], prints.fares[sets == one])[0] for one in np.unique(sets)])
    worse = np.minimum(values[prints.first], values[prints.second])
    order = worse.argsort(kind="stable")
    failed = (prints.scores < prints.threshold)[order]
    left = "".join(f"{100 * failed[round(share * len(failed)) :].mean():10.2f}" for share in DISCARDED)
    print(
        f"  {name:28}{spearmanr(values, prints.fares)[0]:8.2f}{within:13.2f}"
        f"{spearmanr(worse, prints.scores)[0]:13.2f}   {left}"
    )


def print_good(prints: Prints, values: Scores) -> None:
    worse = np.minimum(values[prints.first], values[prints.second])
    failed = prints.scores < prints.threshold
    good = worse >= GOOD
    print(
        f"\n  {100 * (values >= GOOD).mean():.1f} % of prints reach {GOOD}; of comparisons between such prints "
        f"{100 * failed[good].mean():.2f} % fail, of the others {100 * failed[~good].mean():.1f} %"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
